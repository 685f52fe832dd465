//! Webhooks as the other side gets them, and replying to them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{GROUP, clock, config, start};
use crate::groups::member_id;
use crate::webhook::signature;
use crate::{ChannelChange, GroupEvent, RunningSimulator};

/// What came in: whether it was signed with `secret`, and the body.
type Received = (bool, Value);

/// A webhook that answers with the given statuses in turn, and 200 when they are used up.
async fn receiver(statuses: &[u16]) -> (String, UnboundedReceiver<Received>) {
    let (tell, told) = unbounded_channel();
    let statuses = Arc::new(Mutex::new(statuses.to_vec()));
    let take = async move |headers: HeaderMap, body: String| {
        let signed = headers.get("x-line-signature").and_then(|value| value.to_str().ok());
        let good = signed.map(str::to_owned) == signature("secret", &body);
        tell.send((good, serde_json::from_str(&body).unwrap())).unwrap();
        let mut left = statuses.lock().await;
        let status = if left.is_empty() { 200 } else { left.remove(0) };
        StatusCode::from_u16(status).unwrap()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/line/webhook/opm", listener.local_addr().unwrap());
    let router = Router::new().route("/line/webhook/opm", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, told)
}

fn listen(simulator: &RunningSimulator, url: String, redelivery: bool) {
    let change = ChannelChange { webhook: Some(url), redelivery: Some(redelivery), ..Default::default() };
    simulator.control().change_channel("opm", change).unwrap();
}

fn tap(member: u32) -> GroupEvent {
    GroupEvent::Postback { member, data: "ack=1".to_owned(), display_text: None }
}

#[tokio::test]
async fn a_tap_arrives_signed_with_its_data_and_who_tapped() {
    let (simulator, _caller) = start(config(&clock())).await;
    let (url, mut told) = receiver(&[]).await;
    listen(&simulator, url, false);
    let report = simulator.control().happen(GROUP, tap(3)).await.unwrap();
    assert_eq!(report.status, Some(200));
    let (signed, body) = told.recv().await.unwrap();
    assert!(signed);
    let event = &body["events"][0];
    assert_eq!(event["postback"]["data"], "ack=1");
    assert_eq!(event["source"], json!({ "type": "group", "groupId": GROUP, "userId": member_id(GROUP, 3) }));
    assert_eq!(event["webhookEventId"], report.webhook_event_id);
    assert!(simulator.control().chat(GROUP).is_empty(), "a tap without a display text shows nothing");
}

#[tokio::test]
async fn a_webhook_without_2xx_comes_again_with_the_same_id_and_marked() {
    let mut config = config(&clock());
    config.redelivery_delays = vec![Duration::ZERO, Duration::ZERO];
    let (simulator, _caller) = start(config).await;
    let (url, mut told) = receiver(&[500, 500]).await;
    listen(&simulator, url, true);
    let report = simulator.control().happen(GROUP, tap(1)).await.unwrap();
    assert_eq!(report.status, Some(500));
    for again in [false, true, true] {
        let (_, body) = told.recv().await.unwrap();
        assert_eq!(body["events"][0]["deliveryContext"]["isRedelivery"], again);
        assert_eq!(body["events"][0]["webhookEventId"], report.webhook_event_id);
        assert_eq!(body["events"][0]["replyToken"].as_str(), report.reply_token.as_deref());
    }
}

#[tokio::test]
async fn an_event_can_be_sent_again_though_it_was_answered() {
    let (simulator, caller) = start(config(&clock())).await;
    let (url, mut told) = receiver(&[]).await;
    listen(&simulator, url, false);
    let asked = json!({ "group": GROUP, "type": "message", "member": 2, "text": "ทดสอบ" });
    let report = caller.post("/control/events", &asked).await.json();
    let path = format!("/control/events/{}/redelivery", report["webhook_event_id"].as_str().unwrap());
    assert_eq!(caller.post(&path, &json!({})).await.json(), json!({ "status": 200 }));
    let (first, second) = (told.recv().await.unwrap().1, told.recv().await.unwrap().1);
    assert_eq!(first["events"][0]["webhookEventId"], second["events"][0]["webhookEventId"]);
    assert_eq!(second["events"][0]["deliveryContext"]["isRedelivery"], true);
    assert_eq!(first["events"][0]["message"]["text"], "ทดสอบ");
}

#[tokio::test]
async fn a_reply_token_works_once_and_for_a_minute() {
    let clock = clock();
    let (simulator, caller) = start(config(&clock)).await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        tokens.push(simulator.control().happen(GROUP, tap(1)).await.unwrap().reply_token.unwrap());
    }
    let reply = async |token: &str| {
        let body = json!({ "replyToken": token, "messages": [{ "type": "text", "text": "ขอบคุณ" }] });
        caller.post("/v2/bot/message/reply", &body).await.status.as_u16()
    };
    assert_eq!(reply(&tokens[0]).await, 200);
    assert_eq!(reply(&tokens[0]).await, 400);
    clock.advance(Duration::from_secs(61));
    assert_eq!(reply(&tokens[1]).await, 400);
    assert_eq!(simulator.control().chat(GROUP), ["ขอบคุณ"]);
    assert_eq!(simulator.control().channels()[0].used, 0);
}

#[tokio::test]
async fn the_account_leaves_and_is_invited_again() {
    let (simulator, _caller) = start(config(&clock())).await;
    let (url, mut told) = receiver(&[]).await;
    listen(&simulator, url, false);
    let control = simulator.control();
    assert!(control.happen(GROUP, GroupEvent::Join { channel: None }).await.is_err(), "one account per group");
    control.happen(GROUP, GroupEvent::Leave).await.unwrap();
    assert!(control.happen(GROUP, tap(1)).await.is_err(), "nobody is told once it is out");
    control.happen(GROUP, GroupEvent::Join { channel: None }).await.unwrap();
    let (left, joined) = (told.recv().await.unwrap().1, told.recv().await.unwrap().1);
    assert_eq!((&left["events"][0]["type"], &joined["events"][0]["type"]), (&json!("leave"), &json!("join")));
    assert!(left["events"][0].get("replyToken").is_none());
    assert!(joined["events"][0]["source"].get("userId").is_none());
}

#[tokio::test]
async fn members_come_and_go_and_are_counted() {
    let (simulator, caller) = start(config(&clock())).await;
    simulator.control().happen(GROUP, GroupEvent::MemberJoined { count: 3 }).await.unwrap();
    simulator.control().happen(GROUP, GroupEvent::MemberLeft { count: 1 }).await.unwrap();
    let count = caller.get(&format!("/v2/bot/group/{GROUP}/members/count")).await.json();
    assert_eq!(count, json!({ "count": 7 }));
}

#[tokio::test]
async fn the_webhook_can_be_set_and_tried_out() {
    let (_simulator, caller) = start(config(&clock())).await;
    let path = "/v2/bot/channel/webhook";
    assert_eq!(caller.get(&format!("{path}/endpoint")).await.status, 404);
    let (url, mut told) = receiver(&[]).await;
    let set = json!({ "endpoint": url }).to_string();
    assert_eq!(caller.send("PUT", &format!("{path}/endpoint"), None, set).await.unwrap().status, 200);
    assert_eq!(caller.get(&format!("{path}/endpoint")).await.json(), json!({ "endpoint": url, "active": true }));
    let report = caller.post(&format!("{path}/test"), &json!({})).await.json();
    assert_eq!((&report["success"], &report["reason"]), (&json!(true), &json!("OK")));
    let (signed, body) = told.recv().await.unwrap();
    assert!(signed);
    assert_eq!(body["events"], json!([]));
}

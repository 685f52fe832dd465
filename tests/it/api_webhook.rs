//! LINE's webhook: what proves itself is kept once, what does not leaves nothing.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gcc_relay::relay::engine::sealed_as;
use gcc_relay::relay::inbound_wake::{BETWEEN_NOTICES, InboundWake};
use gcc_relay::simulator::GroupEvent;
use gcc_relay::store::channels;
use gcc_relay::store::notices::TOPIC;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::test_app::{Answer, TestApp, Who, put_in};
use crate::test_relay::SECRET;

const HOOK: &str = "/line/webhook/gcc";
const EVENTS: &str = "select count(*) from webhook_events";

/// As LINE signs a body.
fn sign(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(body.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

async fn deliver(app: &TestApp, path: &str, signature: &str, body: &str) -> Answer {
    let request = app.request(&Who::Nobody, Method::POST, path).header("x-line-signature", signature);
    app.send(request.header("content-type", "application/json").body(body.to_owned())).await
}

/// Delivers a body that is signed as it should be.
async fn deliver_signed(app: &TestApp, body: &Value) -> Answer {
    let body = body.to_string();
    deliver(app, HOOK, &sign(SECRET, &body), &body).await
}

fn event(id: &str, more: Value) -> Value {
    let mut event = json!({
        "webhookEventId": id,
        "mode": "active",
        "timestamp": 1_521_763_200_000_i64,
        "deliveryContext": { "isRedelivery": false },
        "replyToken": "b60d432864f44d079f6d8efe86cf404b",
        "source": { "type": "group", "groupId": "Cmoi", "userId": "U4af4980629d8f6f5b6c6e8c6d1a2b3c4" },
    });
    put_in(&mut event, more);
    event
}

fn tap(id: &str, user: &str, data: &str) -> Value {
    let source = json!({ "type": "group", "groupId": "Cmoi", "userId": user });
    event(id, json!({ "type": "postback", "source": source, "postback": { "data": data } }))
}

async fn taps(app: &TestApp, bulletin: &str) -> i64 {
    let status = app.get(&Who::Admin, &format!("bulletins/{bulletin}/status")).await.expect(200);
    let tiers = status["tiers"].as_array().expect("tiers");
    tiers.iter().filter_map(|tier| tier["acknowledged"]["taps"].as_i64()).sum()
}

#[tokio::test]
async fn a_body_that_is_not_signed_with_the_channels_secret_leaves_nothing_behind() {
    let app = TestApp::new().await;
    let body = json!({ "events": [event("01A", json!({ "type": "join" }))] }).to_string();
    let before = app.fingerprint().await;
    let good = sign(SECRET, &body);
    let altered = body.replace("Cmoi", "Clpn");
    for (signature, body) in [
        (sign("another secret", &body), &body),
        (good.clone(), &altered),
        (good[..20].to_owned(), &body),
        ("not base64 at all".to_owned(), &body),
        (String::new(), &body),
    ] {
        assert_eq!(deliver(&app, HOOK, &signature, body).await.problem_name(401), "wrong-signature");
    }
    let unsigned = app.send(app.request(&Who::Nobody, Method::POST, HOOK).body(body.clone())).await;
    assert_eq!(unsigned.problem_name(401), "wrong-signature");
    assert_eq!(deliver(&app, "/line/webhook/other", &good, &body).await.problem_name(401), "wrong-signature");
    assert_eq!(app.fingerprint().await, before, "not even when it came");
    deliver(&app, HOOK, &good, &body).await.expect(200);
    assert_eq!(app.count(EVENTS).await, 1);
}

#[tokio::test]
async fn an_unknown_channel_looks_like_a_wrong_signature() {
    let app = TestApp::new().await;
    let body = json!({ "events": [] }).to_string();
    let mut answers = Vec::new();
    for path in ["/line/webhook/gcc", "/line/webhook/other"] {
        let mut problem = deliver(&app, path, &sign("another secret", &body), &body).await.problem(401);
        assert_eq!(problem["instance"].take(), path);
        answers.push(problem);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_request_that_does_not_prove_itself_takes_no_connection() {
    let app = TestApp::remembering(Duration::from_hours(1)).await;
    let body = json!({ "events": [] }).to_string();
    deliver(&app, HOOK, &sign(SECRET, &body), &body).await.expect(200);
    let mut taken = Vec::new();
    while taken.len() < usize::try_from(app.engine.db.pooling().max_connections).expect("a number") {
        taken.push(app.db().await);
    }
    for path in [HOOK, "/line/webhook/other"] {
        let answer = deliver(&app, path, &sign("another secret", &body), &body).await;
        assert_eq!(answer.problem_name(401), "wrong-signature");
    }
}

#[tokio::test]
async fn a_new_channel_and_a_changed_secret_are_known_once_the_cache_expires() {
    let app = TestApp::new().await;
    let body = json!({ "events": [] }).to_string();
    let (old, new) = ("a secret of before", "a secret of after");
    let seal =
        |field, plain: &str| app.engine.sealing.seal(&sealed_as("added", field), plain.as_bytes()).expect("sealed");
    let path = "/line/webhook/added";
    deliver(&app, path, &sign(old, &body), &body).await.problem(401);
    let (secret, token) = (seal("secret", old), seal("token", "t"));
    let added = channels::insert_channel(&mut *app.db().await, "added", "A", &secret, &token, 10, app.now())
        .await
        .expect("a channel");
    deliver(&app, path, &sign(old, &body), &body).await.expect(200);
    let secret = seal("secret", new);
    channels::update_credentials(&mut *app.db().await, added, Some(&secret), None, app.now()).await.expect("changed");
    deliver(&app, path, &sign(old, &body), &body).await.problem(401);
    deliver(&app, path, &sign(new, &body), &body).await.expect(200);
}

#[tokio::test]
async fn a_webhook_sends_no_notice_in_its_transaction() {
    let app = TestApp::new().await;
    let mut notices = listen(&app).await;
    for id in ["01A", "01B", "01C"] {
        deliver_signed(&app, &json!({ "events": [event(id, json!({ "type": "join" }))] })).await.expect(200);
    }
    sqlx::query("select pg_notify($1, 'end')").bind(TOPIC).execute(&mut *app.db().await).await.expect("sent");
    assert_eq!(notices.recv().await.expect("a notice").payload(), "end", "a notice would hold up every other commit");
}

/// What is told over the database from now on.
async fn listen(app: &TestApp) -> PgListener {
    let pool = PgPoolOptions::new().connect_lazy_with(app.engine.db.hosts().latest().clone());
    let mut notices = PgListener::connect_with(&pool).await.expect("a listener");
    notices.listen(TOPIC).await.expect("listening");
    notices
}

#[tokio::test]
async fn other_nodes_are_told_of_webhooks_a_few_times_a_second_however_many_come() {
    let app = TestApp::new().await;
    let (wake, stop) = (InboundWake::default(), CancellationToken::new());
    let mut notices = listen(&app).await;
    let began = Instant::now();
    let telling = tokio::spawn(wake.clone().notify_other_nodes(app.engine.db.clone(), stop.clone()));
    wake.wake();
    assert_eq!(notices.recv().await.expect("a notice").payload(), "inbound");
    for _ in 0..10_000 {
        wake.wake();
        tokio::task::yield_now().await;
    }
    wake.wake();
    assert_eq!(notices.recv().await.expect("a notice").payload(), "inbound");
    let mut told = 2;
    sqlx::query("select pg_notify($1, 'end')").bind(TOPIC).execute(&mut *app.db().await).await.expect("sent");
    while notices.recv().await.expect("a notice").payload() == "inbound" {
        told += 1;
    }
    let most = 1 + began.elapsed().as_millis() / BETWEEN_NOTICES.as_millis();
    assert!(told <= most, "{told} notices, at most {most} expected");
    stop.cancel();
    telling.await.expect("ended");
}

#[tokio::test]
async fn a_webhook_wakes_the_work_on_its_events_in_the_same_process() {
    let app = TestApp::new().await;
    let body = json!({ "events": [event("01A", json!({ "type": "join" }))] });
    deliver_signed(&app, &body).await.expect(200);
    tokio::time::timeout(Duration::from_secs(5), app.inbound.woken()).await.expect("woken");
}

#[tokio::test]
async fn a_delivery_without_events_is_only_a_trial_of_the_address() {
    let app = TestApp::new().await;
    for body in [json!({ "destination": "Ubot", "events": [] }), json!({})] {
        assert_eq!(deliver_signed(&app, &body).await.expect(200), json!({}));
    }
    assert_eq!(app.count(EVENTS).await, 0);
    let channels = app.get(&Who::Operator, "channels").await.expect(200);
    assert_eq!(channels["items"][0]["last_webhook_at"], "2018-03-23T00:00:00Z");
}

#[tokio::test]
async fn what_is_signed_and_no_json_is_refused() {
    let app = TestApp::new().await;
    for body in ["", "[]", "{\"events\":"] {
        deliver(&app, HOOK, &sign(SECRET, body), body).await.problem(400);
    }
    let huge = format!("{{\"events\": \"{}\"}}", "x".repeat(1_000_001));
    deliver(&app, HOOK, &sign(SECRET, &huge), &huge).await.problem(413);
    assert_eq!(app.count(EVENTS).await, 0);
}

#[tokio::test]
async fn a_tap_that_line_delivers_again_counts_once() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let happening = GroupEvent::Postback { member: 7, data: app.button("Cmoi"), display_text: None };
    let first = app.line().happen("Cmoi", happening).await.expect("a tap");
    assert_eq!(first.status, Some(200));
    assert_eq!(app.line().redeliver(&first.webhook_event_id).await.expect("again"), Some(200));
    app.run().await;
    assert_eq!(app.line().redeliver(&first.webhook_event_id).await.expect("again"), Some(200));
    app.run().await;
    assert_eq!((taps(&app, &id).await, app.count(EVENTS).await), (1, 1));
    let thanked = app.line().chat("Cmoi").iter().filter(|line| line.contains("รับทราบ")).count();
    assert_eq!(thanked, 1, "{:?}", app.line().chat("Cmoi"));
}

#[tokio::test]
async fn a_group_is_thanked_once_a_minute_however_many_of_it_tap() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let thanks = || app.line().chat("Clpn").iter().filter(|line| line.contains("รับทราบแล้ว")).count();
    for member in 1..=5 {
        let tap = GroupEvent::Postback { member, data: app.button("Clpn"), display_text: None };
        app.line().happen("Clpn", tap).await.expect("a tap");
        if member == 3 {
            app.run().await;
        }
    }
    app.run().await;
    assert_eq!((taps(&app, &id).await, thanks()), (5, 1));
    app.after(Duration::from_secs(61)).await;
    let tap = GroupEvent::Postback { member: 9, data: app.button("Clpn"), display_text: None };
    app.line().happen("Clpn", tap).await.expect("a tap");
    app.run().await;
    assert_eq!((taps(&app, &id).await, thanks()), (6, 2));
}

#[tokio::test]
async fn an_odd_event_does_not_cost_the_others_of_its_batch() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let data = app.button("Cmoi");
    let body = json!({ "events": [
        tap("01A", "U1", &data),
        event("01B", json!({ "type": "somethingNew", "somethingNew": { "deep": [1, 2] } })),
        17,
        event("01C", json!({ "type": "postback" })),
        event("01D", json!({ "type": "message", "message": { "type": "text" }, "source": "nobody" })),
        tap("01E", "U2", &data),
        tap("01F", "U3", "ack=of-nothing-known"),
        tap("01E", "U2", &data),
    ]});
    deliver_signed(&app, &body).await.expect(200);
    app.run().await;
    assert_eq!(taps(&app, &id).await, 2);
    assert_eq!(app.count(EVENTS).await, 7, "each once");
}

#[tokio::test]
async fn events_for_another_module_change_nothing() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let mut standby = tap("01A", "U1", &app.button("Cmoi"));
    standby["mode"] = json!("standby");
    let leave = event("01B", json!({ "type": "leave", "mode": "standby" }));
    deliver_signed(&app, &json!({ "events": [standby, leave] })).await.expect(200);
    app.run().await;
    assert_eq!(taps(&app, &id).await, 0);
    assert_eq!(app.get(&Who::Admin, "groups/moi").await.expect(200)["linked"], true);
}

#[tokio::test]
async fn of_what_people_write_only_that_something_came_is_kept() {
    let app = TestApp::new().await;
    let said = "ขอสอบถามเรื่องเบี้ยเลี้ยงครับ GCC-2345 โทรหาผมได้";
    let message = json!({ "type": "message", "message": { "type": "text", "id": "468789577898262530", "text": said } });
    deliver_signed(&app, &json!({ "events": [event("01WRITTEN", message)] })).await.expect(200);
    app.run().await;
    let row: Value = sqlx::query_scalar("select to_jsonb(e) from webhook_events e")
        .fetch_one(&mut *app.db().await)
        .await
        .expect("a row");
    let known: Vec<(&str, &Value)> = row
        .as_object()
        .expect("a row")
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let form = ["answerable", "group_id", "line_type", "named", "place", "quotes", "redelivered"];
    let rest: Vec<&str> = names.into_iter().filter(|name| !form.contains(name)).collect();
    assert_eq!(rest, ["channel_id", "event_id", "id", "kind", "occurred_at", "processed_at", "received_at", "tries"]);
    assert_eq!(row["line_type"], "message/text");
    assert!(!row.to_string().contains("เบี้ยเลี้ยง"), "{row}");
    assert_eq!((&row["event_id"], &row["kind"]), (&json!("01WRITTEN"), &json!("other")));
    assert_eq!(app.line().chat("Cmoi").len(), 0, "and nobody is answered");
}

#[tokio::test]
async fn a_code_after_a_mention_is_found_though_the_name_looks_like_one() {
    let app = TestApp::new().await;
    let code = app.post(&Who::Admin, "groups/cmi-far/join-code", json!({})).await.expect(201);
    let text = format!("@ศูนย์ GCC 🇹🇭 {}", code["code"].as_str().expect("a code"));
    let mention = json!({ "mentionees": [{ "index": 0, "length": 15, "type": "user", "isSelf": true }] });
    let message = json!({ "type": "text", "id": "1", "text": text, "mention": mention });
    let source = json!({ "type": "group", "groupId": "Cfar" });
    let body = json!({ "events": [event("01A", json!({ "type": "message", "message": message, "source": source }))] });
    deliver_signed(&app, &body).await.expect(200);
    app.run().await;
    // LINE knows no such group, so that the link does not last
    assert_eq!(app.count("select count(*) from audit where act = 'link'").await, 1);
}

#[tokio::test]
async fn of_who_tapped_only_a_hash_is_kept_and_with_the_event_not_even_that() {
    let app = TestApp::new().await;
    app.relayed().await;
    let user = "U4af4980629d8f6f5b6c6e8c6d1a2b3c4";
    deliver_signed(&app, &json!({ "events": [tap("01A", user, &app.button("Cmoi"))] })).await.expect(200);
    app.run().await;
    let left =
        "select count(*) from webhook_events where person is not null or data is not null or reply_token is not null";
    assert_eq!(app.count(left).await, 0);
    let hashed = "select count(*) from acknowledgements where length(person) = 32";
    assert_eq!(app.count(hashed).await, 1);
    for table in ["webhook_events", "acknowledgements", "audit"] {
        let query = format!("select count(*) from {table} t where t::text like $1");
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(format!("%{user}%"));
        let found: i64 = query.fetch_one(&mut *app.db().await).await.expect("a number");
        assert_eq!(found, 0, "{table}");
    }
}

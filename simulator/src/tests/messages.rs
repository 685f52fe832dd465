//! Pushing, asking and replying by LINE's rules.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::{GROUP, clock, config, start, text};
use crate::{ChannelChange, Quota};

#[tokio::test]
async fn a_push_is_answered_with_the_ids_of_its_messages() {
    let (simulator, caller) = start(config(&clock())).await;
    let body = json!({ "to": GROUP, "messages": [{ "type": "text", "text": "หนึ่ง" }, { "type": "location",
        "title": "ศาลากลาง", "address": "ลำพูน", "latitude": 18.5, "longitude": 99.0 }] });
    let answer = caller.push(&body, 1).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-line-request-id").len(), 36);
    let sent = &answer.json()["sentMessages"];
    assert!(sent[0]["id"].is_string() && sent[0]["quoteToken"].is_string());
    assert!(sent[1]["id"].is_string() && sent[1].get("quoteToken").is_none());
    let accepted = simulator.control().accepted(Some(GROUP));
    assert_eq!(accepted[0].request_id.to_string(), answer.header("x-line-request-id"));
    assert_eq!(accepted[0].message_ids, [sent[0]["id"].as_str().unwrap(), sent[1]["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn the_same_key_is_accepted_once_in_24_hours() {
    let clock = clock();
    let (simulator, caller) = start(config(&clock)).await;
    let first = caller.push(&text("ข่าว"), 1).await;
    clock.advance(Duration::from_secs(86_399));
    let again = caller.push(&text("ข่าว"), 1).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.header("x-line-accepted-request-id"), first.header("x-line-request-id"));
    assert_ne!(again.header("x-line-request-id"), first.header("x-line-request-id"));
    assert_eq!(again.json()["sentMessages"], first.json()["sentMessages"]);
    assert!(simulator.control().counts().duplicates.is_empty());
    clock.advance(Duration::from_secs(1));
    assert_eq!(caller.push(&text("ข่าว"), 1).await.status, 200);
    assert_eq!(simulator.control().counts().duplicates[0].times, 2);
}

#[tokio::test]
async fn the_same_messages_under_two_keys_are_counted_as_a_duplicate() {
    let (simulator, caller) = start(config(&clock())).await;
    caller.push(&text("ข่าว"), 1).await;
    caller.push(&text("ข่าว"), 2).await;
    caller.push(&text("ข่าวอื่น"), 3).await;
    let counts = simulator.control().counts();
    assert_eq!((counts.accepted, counts.groups), (3, 1));
    assert_eq!(counts.duplicates.len(), 1);
    let hash = &counts.duplicates[0].messages_hash;
    assert_eq!(simulator.control().messages(hash).unwrap(), text("ข่าว")["messages"].to_string());
}

#[tokio::test]
async fn another_body_under_an_old_key_is_noticed_even_if_the_first_was_refused() {
    let (simulator, caller) = start(config(&clock())).await;
    simulator
        .control()
        .change_channel("opm", ChannelChange { quota: Some(Quota::Limited(1)), ..Default::default() })
        .unwrap();
    assert_eq!(caller.push(&text("ก"), 1).await.status, 429);
    assert!(simulator.control().counts().body_changes.is_empty());
    caller.push(&text("ข"), 1).await;
    assert_eq!(simulator.control().counts().body_changes.len(), 1);
}

#[tokio::test]
async fn the_quota_counts_members_and_begins_anew_each_month() {
    let clock = clock();
    let (simulator, caller) = start(config(&clock)).await;
    simulator
        .control()
        .change_channel("opm", ChannelChange { quota: Some(Quota::Limited(12)), ..Default::default() })
        .unwrap();
    assert_eq!(caller.get("/v2/bot/message/quota").await.json(), json!({ "type": "limited", "value": 12 }));
    let mut statuses = Vec::new();
    for key in 1..=3 {
        statuses.push(caller.push(&text("ข่าว"), key).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(caller.get("/v2/bot/message/quota/consumption").await.json(), json!({ "totalUsage": 10 }));
    assert_eq!(simulator.control().counts().quota_429, 1);
    clock.advance(Duration::from_hours(24 * 31));
    assert_eq!(caller.get("/v2/bot/message/quota/consumption").await.json(), json!({ "totalUsage": 0 }));
    assert_eq!(caller.push(&text("ข่าว"), 3).await.status, 200);
}

#[tokio::test]
async fn a_channel_that_goes_too_fast_is_told_so() {
    let (simulator, caller) = start(config(&clock())).await;
    simulator.control().change_channel("opm", ChannelChange { rate: Some(0), ..Default::default() }).unwrap();
    let answer = caller.push(&text("ข่าว"), 1).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.json()["message"], "The API rate limit has been exceeded. Try again later.");
    assert_eq!(simulator.control().counts().rate_429, 1);
}

#[rstest]
#[case::key_on_reply(
    "/v2/bot/message/reply",
    Some("11111111-1111-4111-8111-111111111111"),
    r#"{"replyToken":"x","messages":[]}"#,
    400
)]
#[case::bad_key("/v2/bot/message/push", Some("no-uuid"), r#"{"to":"C1","messages":[]}"#, 400)]
#[case::bad_json("/v2/bot/message/push", None, "{", 400)]
#[case::no_recipient("/v2/bot/message/push", None, r#"{"messages":[]}"#, 400)]
#[case::unknown_group("/v2/bot/message/push", None, r#"{"to":"C1","messages":[{"type":"text","text":"x"}]}"#, 400)]
#[case::unknown_path("/v2/bot/message/multicast", None, "{}", 404)]
#[case::spent_token(
    "/v2/bot/message/reply",
    None,
    r#"{"replyToken":"x","messages":[{"type":"text","text":"x"}]}"#,
    400
)]
#[tokio::test]
async fn a_bad_request_is_refused_in_lines_shape(
    #[case] path: &str,
    #[case] key: Option<&str>,
    #[case] body: &str,
    #[case] status: u16,
) {
    let (simulator, caller) = start(config(&clock())).await;
    let answer = caller.send("POST", path, key, body.to_owned()).await.unwrap();
    assert_eq!(answer.status, status);
    assert!(answer.json()["message"].is_string());
    assert_eq!(answer.header("x-line-request-id").len(), 36);
    assert_eq!(simulator.control().counts().accepted, 0);
}

#[tokio::test]
async fn a_request_over_2_megabytes_is_refused() {
    let (_simulator, caller) = start(config(&clock())).await;
    let answer = caller.push(&text(&"x".repeat(2 * 1_024 * 1_024)), 1).await;
    assert_eq!(answer.status, 413);
    assert!(answer.json()["message"].is_string());
}

#[tokio::test]
async fn a_rotated_token_replaces_the_old_one() {
    let (simulator, mut caller) = start(config(&clock())).await;
    let change = ChannelChange { token: Some("new".to_owned()), ..Default::default() };
    simulator.control().change_channel("opm", change).unwrap();
    assert_eq!(caller.push(&text("ข่าว"), 1).await.status, 401);
    caller.token = "new".to_owned();
    assert_eq!(caller.push(&text("ข่าว"), 1).await.status, 200);
}

#[tokio::test]
async fn messages_can_be_checked_without_being_sent() {
    let (simulator, caller) = start(config(&clock())).await;
    let check =
        async |message: Value| caller.post("/v2/bot/message/validate/push", &json!({ "messages": [message] })).await;
    assert_eq!(check(json!({ "type": "text", "text": "x" })).await.json(), json!({}));
    let refused = check(json!({ "type": "text", "text": "" })).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["details"][0]["property"], "messages[0].text");
    assert_eq!(simulator.control().counts().accepted, 0);
}

#[tokio::test]
async fn a_group_tells_its_name_and_members_to_its_account_only() {
    let (_simulator, caller) = start(config(&clock())).await;
    let path = |rest: &str| format!("/v2/bot/group/{GROUP}/{rest}");
    assert_eq!(caller.get(&path("summary")).await.json()["groupName"], "GCC1 ศูนย์กลาง");
    assert_eq!(caller.get(&path("members/count")).await.json(), json!({ "count": 5 }));
    assert_eq!(caller.get("/v2/bot/group/C1/summary").await.status, 404);
    assert_eq!(caller.get("/v2/bot/group/x/summary").await.status, 400);
    assert_eq!(caller.post(&path("leave"), &json!({})).await.status, 200);
    assert_eq!(caller.get(&path("summary")).await.status, 404);
    assert_eq!(caller.push(&text("ข่าว"), 1).await.status, 400);
}

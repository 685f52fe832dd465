//! Routine bulletins that wait for each other go out as one message, and each of them keeps its own page, button and receipts.

use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::simulator::GroupEvent;
use serde_json::{Value, json};

use crate::relay_people::store_event;
use crate::test_app::{TestApp, Who};

/// From seven in the morning to the first digest of the day.
const TO_THE_DIGEST: Duration = Duration::from_hours(2);

fn id_of(id: &str) -> BulletinId {
    id.parse().expect("an id")
}

async fn bulletin(app: &TestApp, id: &str) -> Value {
    app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200)
}

/// A routine draft, set down for the next digest; gives its id.
async fn waiting(app: &TestApp, subject: &str, more: Value) -> String {
    let mut fields = json!({ "urgency": "routine", "subject": subject, "acknowledgement": { "requested": true } });
    for (name, value) in more.as_object().expect("fields") {
        fields[name] = value.clone();
    }
    let id = app.write_with(fields).await;
    let answer = app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({ "digest": true })).await.expect(202);
    assert_eq!((&answer["state"], &answer["at"]), (&json!("scheduled"), &json!("2018-03-23T02:00:00Z")));
    id
}

/// Two bulletins that went out together to all groups; gives them and their digest.
async fn together(app: &TestApp) -> (String, String, String) {
    let automatic = json!({ "forwarding": "automatic" });
    let one = waiting(app, "แจ้งวันหยุด", automatic.clone()).await;
    app.clock.advance(Duration::from_secs(1));
    let other = waiting(app, "ซ้อมหนีไฟ", automatic).await;
    app.after(TO_THE_DIGEST).await;
    let digest = bulletin(app, &one).await["digest"].as_str().expect("a digest").to_owned();
    (one, other, digest)
}

async fn state(app: &TestApp, id: &str, group: &str) -> State {
    app.delivery(id_of(id), group).await.state
}

#[tokio::test]
async fn bulletins_that_wait_go_out_as_one_message_which_line_counts_once() {
    let app = TestApp::new().await;
    let (one, other, digest) = together(&app).await;
    assert_eq!(bulletin(&app, &other).await["digest"], digest);
    let whole = bulletin(&app, &digest).await;
    assert_eq!((&whole["kind"], &whole["urgency"]), (&json!("digest"), &json!("routine")));
    assert!(whole["subject"].as_str().expect("one").contains("๒ เรื่อง"), "{whole}");
    assert!(whole["body"].as_str().expect("one").contains("๒. ซ้อมหนีไฟ"), "{whole}");

    let pushes = app.line().accepted(Some("Cmoi"));
    assert_eq!(pushes.len(), 1, "one push for both");
    let message: Value =
        serde_json::from_str(&app.line().messages(&pushes[0].messages_hash).expect("known")).expect("JSON");
    assert_eq!(message[0]["contents"]["type"], "carousel");
    let cards = message[0]["contents"]["contents"].as_array().expect("cards");
    assert_eq!(cards.len(), 2, "nobody forwards what goes by itself");
    for (card, item) in cards.iter().zip([&one, &other]) {
        let page = bulletin(&app, item).await["public_url"].as_str().expect("one").to_owned();
        assert!(card.to_string().contains(&page) && card.to_string().contains(&format!("ack:{item}")), "{card}");
    }

    for id in [&one, &other, &digest] {
        assert_eq!(state(&app, id, "moi").await, State::Accepted, "{id}");
        let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
        assert_eq!(status["unaccounted"], 0);
        app.assert_exact(id_of(id)).await;
    }
    let month = app.get(&Who::Admin, "cost").await.expect(200);
    let bulletins = month["by_bulletin"].as_array().expect("bulletins");
    assert_eq!(bulletins.len(), 1, "what it carries costs nothing besides: {month}");
    assert_eq!(bulletins[0]["bulletin_id"], digest);
}

#[tokio::test]
async fn each_bulletin_of_a_digest_is_acknowledged_for_itself() {
    let app = TestApp::new().await;
    let (one, other, digest) = together(&app).await;
    for person in ["Ua", "Ub"] {
        store_event(&app, "tap", "Cmoi", Some(person), Some(format!("ack:{one}"))).await;
    }
    app.run().await;
    let mut acknowledged = Vec::new();
    for id in [&one, &other, &digest] {
        acknowledged.push(app.delivery(id_of(id), "moi").await.acknowledged);
    }
    assert_eq!(acknowledged, [2, 0, 0]);
}

#[tokio::test]
async fn whoever_is_alone_at_the_hour_goes_out_alone() {
    let app = TestApp::new().await;
    let id = waiting(&app, "แจ้งวันหยุด", json!({})).await;
    let elsewhere = waiting(&app, "เฉพาะลำพูน", json!({ "audience": { "provinces": ["51"] } })).await;
    let taken_back = waiting(&app, "ยังไม่พร้อม", json!({})).await;
    app.post(&Who::Admin, &format!("bulletins/{taken_back}/unschedule"), json!({})).await.expect(200);
    app.after(TO_THE_DIGEST).await;
    for id in [&id, &elsewhere] {
        let row = bulletin(&app, id).await;
        assert_eq!((&row["state"], &row["digest"]), (&json!("relaying"), &Value::Null), "{row}");
    }
    let row = bulletin(&app, &taken_back).await;
    assert_eq!((&row["state"], &row["with_digest"]), (&json!("draft"), &json!(false)));
}

#[tokio::test]
async fn only_routine_news_waits_for_a_digest_and_nobody_writes_one() {
    let app = TestApp::new().await;
    let urgent = app.write_with(json!({ "urgency": "urgent" })).await;
    let refused = app.post(&Who::Admin, &format!("bulletins/{urgent}/publish"), json!({ "digest": true })).await;
    assert_eq!(refused.problem_name(409), "not-for-digest");
    let routine = app.write_with(json!({ "urgency": "routine" })).await;
    let both = json!({ "digest": true, "at": "2018-03-23T05:00:00Z" });
    let refused = app.post(&Who::Admin, &format!("bulletins/{routine}/publish"), both).await;
    assert_eq!(refused.pointers(422), ["/digest"]);
    let by_hand = json!({ "subject": "x", "body": "x", "kind": "digest" });
    assert_eq!(app.post(&Who::Admin, "bulletins", by_hand).await.pointers(422), ["/kind"]);
}

#[tokio::test]
async fn a_steward_forwards_a_digest_as_a_whole_and_all_of_it_follows() {
    let app = TestApp::new().await;
    let (one, other) = (waiting(&app, "แจ้งวันหยุด", json!({})).await, waiting(&app, "ซ้อมหนีไฟ", json!({})).await);
    app.after(TO_THE_DIGEST).await;
    let digest = bulletin(&app, &one).await["digest"].as_str().expect("a digest").to_owned();
    assert_eq!((state(&app, &digest, "lpn").await, state(&app, &one, "lpn").await), (State::Held, State::Waiting));
    app.post(&Who::Admin, &format!("bulletins/{digest}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    for id in [&one, &other, &digest] {
        assert_eq!(state(&app, id, "lpn").await, State::Accepted, "{id}");
        app.assert_exact(id_of(id)).await;
    }
    let pushes = app.line().accepted(Some("Clpn"));
    let message = app.line().messages(&pushes[0].messages_hash).expect("known");
    assert!(message.contains(&format!("fwd:{digest}")), "the heads forward all of it: {message}");
}

#[tokio::test]
async fn a_digest_that_is_shared_by_hand_is_seen_with_all_of_it_until_it_is_taken_back() {
    let app = TestApp::new().await;
    let one = waiting(&app, "แจ้งวันหยุด", json!({})).await;
    waiting(&app, "ซ้อมหนีไฟ", json!({})).await;
    app.after(TO_THE_DIGEST).await;
    let digest = bulletin(&app, &one).await["digest"].as_str().expect("a digest").to_owned();
    let text = bulletin(&app, &digest).await["share_text"].as_str().expect("a text").to_owned();
    let said = app.line().happen("Clpn", GroupEvent::Message { member: 1, text }).await.expect("said");
    app.run().await;
    for id in [&one, &digest] {
        assert_eq!(state(&app, id, "lpn").await, State::Seen, "{id}");
    }
    let message = said.message.expect("an id");
    app.line().happen("Clpn", GroupEvent::Unsend { member: 1, message }).await.expect("taken back");
    app.run().await;
    for id in [&one, &digest] {
        assert_eq!(state(&app, id, "lpn").await, State::Held, "{id}");
        app.assert_exact(id_of(id)).await;
    }
}

#[tokio::test]
async fn withdrawing_a_digest_takes_back_what_it_carries_and_one_of_them_can_go_alone() {
    let app = TestApp::new().await;
    let (one, other) = (waiting(&app, "แจ้งวันหยุด", json!({})).await, waiting(&app, "ซ้อมหนีไฟ", json!({})).await);
    app.after(TO_THE_DIGEST).await;
    let digest = bulletin(&app, &one).await["digest"].as_str().expect("a digest").to_owned();
    let reason = json!({ "reason": "วันที่ไม่ถูกต้อง" });
    app.post(&Who::Admin, &format!("bulletins/{one}/withdraw"), reason.clone()).await.expect(200);
    app.run().await;
    assert_eq!((state(&app, &one, "lpn").await, state(&app, &digest, "lpn").await), (State::Withdrawn, State::Held));
    app.post(&Who::Admin, &format!("bulletins/{digest}/withdraw"), reason).await.expect(200);
    app.run().await;
    assert_eq!(
        (state(&app, &other, "lpn").await, state(&app, &digest, "lpn").await),
        (State::Withdrawn, State::Withdrawn)
    );
    assert_eq!(bulletin(&app, &other).await["state"], "withdrawn");
    for id in [&one, &other, &digest] {
        app.assert_exact(id_of(id)).await;
    }
}

#[tokio::test]
async fn one_that_cannot_be_published_does_not_hold_up_the_others() {
    let app = TestApp::new().await;
    let bad = waiting(&app, "หมดอายุก่อน", json!({ "expires_at": "2018-03-23T02:30:00Z" })).await;
    let (one, other) = (waiting(&app, "แจ้งวันหยุด", json!({})).await, waiting(&app, "ซ้อมหนีไฟ", json!({})).await);
    // the server was away at the hour
    app.clock.advance(Duration::from_hours(3));
    for _ in 0..3 {
        app.after(Duration::from_secs(2)).await;
    }
    assert_eq!(bulletin(&app, &bad).await["unscheduled_reason"], "expires_at");
    let digest = bulletin(&app, &one).await["digest"].clone();
    assert!(digest.is_string());
    assert_eq!(bulletin(&app, &other).await["digest"], digest);
}

#[tokio::test]
async fn more_than_ten_go_out_in_two_messages() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(waiting(&app, &format!("เรื่องที่ {n}"), json!({ "body": "ข้อความ".repeat(300) })).await);
    }
    app.after(TO_THE_DIGEST).await;
    let mut digests = Vec::new();
    for id in &ids {
        digests.push(bulletin(&app, id).await["digest"].as_str().expect("a digest").to_owned());
    }
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), 2);
    assert_eq!(app.accepted_in("Cgcc1"), 2);
}

#[tokio::test]
async fn an_office_receives_each_bulletin_of_a_digest_and_newcomers_are_told_of_each() {
    let app = TestApp::new().await;
    let chosen = json!({ "office": "moi", "when": "accepted" });
    app.post(&Who::Operator, "register/by-itself", chosen).await.expect(200);
    let (one, other, _) = together(&app).await;
    app.after(Duration::from_mins(5)).await;
    let register = app.get(&Who::Operator, "register?office=moi").await.expect(200);
    let mut entered: Vec<&str> = register["items"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["bulletin_id"].as_str().unwrap())
        .collect();
    entered.sort_unstable();
    let mut expected = [one.as_str(), other.as_str()];
    expected.sort_unstable();
    assert_eq!(entered, expected, "{register}");

    let joined = GroupEvent::MemberJoined { count: 1 };
    app.line().happen("Cmoi", joined).await.expect("joined");
    app.run().await;
    let card = app.line().chat("Cmoi").join("\n");
    assert!(card.contains("2 ฉบับ"), "{card}");
}

#[tokio::test]
async fn a_notice_follows_a_digest_that_is_forwarded_days_after_one_of_its_bulletins_was_withdrawn() {
    let app = TestApp::new().await;
    let one = waiting(&app, "แจ้งวันหยุด", json!({})).await;
    waiting(&app, "ซ้อมหนีไฟ", json!({})).await;
    app.after(TO_THE_DIGEST).await;
    let digest = bulletin(&app, &one).await["digest"].as_str().expect("a digest").to_owned();
    let reason = json!({ "reason": "วันที่ไม่ถูกต้อง" });
    let withdrawn = app.post(&Who::Admin, &format!("bulletins/{one}/withdraw"), reason).await.expect(200);
    let notice = withdrawn["notice"].as_str().expect("a notice").to_owned();
    app.after(Duration::from_hours(5 * 24)).await;
    app.post(&Who::Admin, &format!("bulletins/{digest}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    app.after(Duration::from_mins(1)).await;
    assert_eq!(state(&app, &one, "lpn").await, State::Accepted, "LINE took the card with the others");
    assert_eq!(state(&app, &notice, "lpn").await, State::Accepted, "and the notice behind it");
}

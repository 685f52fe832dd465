//! The receipts: what the status says while a bulletin travels, and how it is asked for again and again.

use std::time::{Duration, Instant};

use gcc_relay::domain::ids::DeliveryId;
use gcc_relay::simulator::GroupEvent;
use gcc_relay::store::batches::{delete_batches, reopen};
use gcc_relay::store::locks::lock_bulletins_shared;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{Answer, TestApp, Who};

/// The fields of `counts`, and no others.
const COUNTS: [&str; 12] = [
    "accepted",
    "declined",
    "expired",
    "failed",
    "held",
    "parked",
    "ready",
    "seen",
    "sending",
    "unreachable",
    "waiting",
    "withdrawn",
];

async fn ask(app: &TestApp, id: &str, query: &str, tag: &str) -> Answer {
    let request = app.request(&Who::Admin, Method::GET, &format!("bulletins/{id}/status{query}"));
    app.send(request.header("if-none-match", tag)).await
}

#[tokio::test]
async fn the_status_tells_the_whole_way_by_tier() {
    let app = TestApp::new().await;
    let id = app.write().await;
    app.release(&id).await;
    app.after(Duration::from_secs(2)).await;
    let path = format!("bulletins/{id}/status");
    let redacted = |status: Value| {
        insta::assert_json_snapshot!(status, { ".bulletin_id" => "[id]", ".as_of" => "[time]" });
    };
    redacted(app.get(&Who::Admin, &path).await.expect(200));
    // the governor forwards ten minutes later, and two of his officials tap, one of them twice
    app.clock.advance(Duration::from_mins(10));
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    let data = app.button("Clpn");
    for member in [3, 3, 4] {
        let tap = GroupEvent::Postback { member, data: data.clone(), display_text: None };
        assert_eq!(app.line().happen("Clpn", tap).await.expect("a tap").status, Some(200));
    }
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": "all" })).await.expect(200);
    app.run().await;
    let settled = app.get(&Who::Admin, &path).await.expect(200);
    assert_eq!(settled["settled"], true);
    redacted(settled);
    app.relay.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn the_counts_are_the_same_twelve_everywhere_and_add_up() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    let tiers = status["tiers"].as_array().expect("tiers");
    for part in std::iter::once(&status).chain(tiers) {
        let counts = part["counts"].as_object().expect("counts");
        let mut names: Vec<&str> = counts.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, COUNTS);
        let sum: i64 = counts.values().filter_map(Value::as_i64).sum();
        assert_eq!(Some(sum), part.get("groups").or(part.get("deliveries")).and_then(Value::as_i64));
    }
}

#[tokio::test]
async fn a_ready_delivery_shows_as_sending_when_claimed_and_as_parked_when_its_channel_is() {
    let app = TestApp::new().await;
    let id = app.write().await;
    app.release(&id).await;
    let shown = async |state: &str| {
        let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
        let list = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?state={state}")).await.expect(200);
        let codes: Vec<Value> =
            list["items"].as_array().expect("items").iter().map(|item| item["group"]["code"].clone()).collect();
        assert_eq!(status["counts"][state], codes.len(), "{state}");
        codes
    };
    assert_eq!(shown("ready").await, ["gcc1"]);
    let gcc1: DeliveryId = app.delivery_of(&id, "gcc1").await.parse().expect("an id");
    let mut db = app.db().await;
    let epoch = sqlx::query_scalar("select epoch from channels").fetch_one(&mut *db).await.expect("an epoch");
    let claimed = app.claim(&mut db, epoch, 1).await;
    assert_eq!(claimed.iter().map(|(_, ready)| ready.id).collect::<Vec<_>>(), [gcc1]);
    assert_eq!((shown("sending").await.len(), shown("ready").await.len()), (1, 0));
    delete_batches(&mut db, &[claimed[0].0]).await.expect("given back");
    let lock = lock_bulletins_shared(&mut db, &[]).await.expect("locked");
    reopen(&mut db, &lock, app.channel, epoch, &[gcc1]).await.expect("given back");
    app.post(&Who::Operator, "channels/gcc/park", json!({})).await.expect(200);
    assert_eq!((shown("parked").await.len(), shown("ready").await.len()), (1, 0));
    let parked = app.get(&Who::Admin, &format!("deliveries/{gcc1}")).await.expect(200);
    assert_eq!(parked["reason"]["code"], "operator");
    assert_eq!(parked["next"], json!({ "who": "operator", "action": "resume_channel", "at": null }));
}

#[tokio::test]
async fn an_unchanged_status_is_not_sent_again() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let first = ask(&app, &id, "", "").await;
    first.expect(200);
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    for known in [tag.clone(), format!("\"other\", {tag}"), "*".to_owned()] {
        let again = ask(&app, &id, "", &known).await;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", tag.as_str()));
    }
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    let changed = ask(&app, &id, "", &tag).await;
    changed.expect(200);
    assert_ne!(changed.header("etag"), tag);
}

#[tokio::test]
async fn one_view_of_the_tree_has_another_tag_than_another() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let whole = ask(&app, &id, "", "").await;
    let part = ask(&app, &id, "?under=lpn", whole.header("etag")).await;
    assert_eq!(part.expect(200)["deliveries"], 3);
}

#[tokio::test]
async fn a_waiting_request_is_answered_when_the_status_changes() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let tag = ask(&app, &id, "", "").await.header("etag").to_owned();
    let change = async {
        let into = json!({ "into": ["lpn"] });
        app.post(&Who::Steward, &format!("bulletins/{id}/forward"), into).await.expect(200);
        app.run().await;
    };
    let (answer, ()) = tokio::join!(ask(&app, &id, "?wait=60", &tag), change);
    answer.expect(200);
    assert_ne!(answer.header("etag"), tag);
}

#[tokio::test]
async fn a_waiting_request_is_told_in_the_end_that_nothing_changed() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let tag = ask(&app, &id, "", "").await.header("etag").to_owned();
    let begun = Instant::now();
    let answer = ask(&app, &id, "?wait=1", &tag).await;
    assert_eq!((answer.status, answer.header("etag")), (304, tag.as_str()));
    assert!(begun.elapsed() >= Duration::from_secs(1), "it waited");
}

#[tokio::test]
async fn without_a_known_tag_a_request_never_waits() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let begun = Instant::now();
    ask(&app, &id, "?wait=60", "").await.expect(200);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(ask(&app, &id, "?wait=61", "").await.pointers(422), ["?wait"]);
}

#[tokio::test]
async fn a_draft_has_no_status_yet() {
    let app = TestApp::new().await;
    let id = app.write().await;
    assert_eq!(ask(&app, &id, "", "").await.problem_name(409), "not-published");
}

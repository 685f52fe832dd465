//! Live receipts: what those who follow get, when, and what it costs.

use std::time::Duration;

use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::store::channels::park_channel;
use serde_json::json;
use tokio::time::timeout;

use crate::test_app::{Event, Events, TestApp, Who};

/// Longer than any event may take.
const SOON: Duration = Duration::from_secs(5);

async fn next(events: &mut Events) -> Event {
    timeout(SOON, events.next()).await.expect("in time").expect("an event")
}

async fn forward(app: &TestApp, id: &str, group: &str) {
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": [group] })).await.expect(200);
    app.run().await;
}

#[tokio::test]
async fn who_follows_a_bulletin_gets_its_status_and_then_every_change() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let mut events = app.follow(&Who::Operator, &format!("bulletins/{id}/events")).await;
    let first = next(&mut events).await;
    let status = app.get(&Who::Operator, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!(first.json(), status, "the first event is the status now");
    forward(&app, &id, "lpn").await;
    let status = app.get(&Who::Operator, &format!("bulletins/{id}/status")).await.expect(200);
    let mut latest = next(&mut events).await;
    while latest.json() != status {
        latest = next(&mut events).await;
    }
    assert!(latest.id.parse::<i64>().expect("a version") > first.id.parse().expect("a version"));
}

#[tokio::test]
async fn who_comes_back_gets_the_present_status_whatever_was_missed() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let path = format!("bulletins/{id}/events");
    let first = next(&mut app.follow(&Who::Operator, &path).await).await;
    forward(&app, &id, "lpn").await;
    let request = app.request(&Who::Operator, reqwest::Method::GET, &path).header("last-event-id", &first.id);
    assert_eq!(app.send(request).await.status, 200);
    let status = app.get(&Who::Operator, &format!("bulletins/{id}/status")).await.expect(200);
    let mut events = app.follow(&Who::Operator, &path).await;
    // what somebody else was shown a moment ago may come first
    while next(&mut events).await.json() != status {}
}

#[tokio::test]
async fn a_steward_follows_the_own_part_of_the_tree_and_hears_of_no_other_bulletin() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let mut one = app.follow(&Who::Steward, &format!("bulletins/{id}/events")).await;
    let mut all = app.follow(&Who::Steward, "events").await;
    assert_eq!(next(&mut one).await.json()["deliveries"], 3);
    assert_eq!(next(&mut all).await.json()["deliveries"], 3);
    let elsewhere = app.write_with(json!({ "audience": { "groups": ["cmi"] } })).await;
    app.release(&elsewhere).await;
    app.run().await;
    let request = app.request(&Who::Steward, reqwest::Method::GET, &format!("bulletins/{elsewhere}/events"));
    assert_eq!(app.send(request).await.problem_name(404), "not-found");
    forward(&app, &id, "lpn").await;
    assert_eq!(next(&mut one).await.json()["deliveries"], 3);
    // whatever comes until the last of the own bulletin is of no other: it was published before
    loop {
        let event = next(&mut all).await.json();
        assert_eq!(event["bulletin_id"], json!(id), "another province's bulletin");
        if event["counts"]["accepted"].as_i64() >= Some(1) {
            break;
        }
    }
}

#[tokio::test]
async fn who_follows_all_gets_the_open_bulletins_and_then_those_that_move() {
    let app = TestApp::new().await;
    let (one, other) = (app.held().await, app.held().await);
    let settled = app.relayed().await;
    let mut events = app.follow(&Who::Operator, "events").await;
    let mut first = [next(&mut events).await, next(&mut events).await].map(|event| event.json()["bulletin_id"].clone());
    first.sort_by_key(ToString::to_string);
    let mut open = [json!(one), json!(other)];
    open.sort_by_key(ToString::to_string);
    assert_eq!(first, open);
    forward(&app, &other, "lpn").await;
    // what moved just before may be seen late, while another transaction of the server is still open
    let mut moved = next(&mut events).await.json()["bulletin_id"].clone();
    if moved == json!(settled) {
        moved = next(&mut events).await.json()["bulletin_id"].clone();
    }
    assert_eq!(moved, json!(other));
}

#[tokio::test]
async fn a_parked_channel_and_a_paused_bulletin_show_at_once() {
    let app = TestApp::new().await;
    let id = app.write().await;
    app.release(&id).await;
    let mut events = app.follow(&Who::Operator, &format!("bulletins/{id}/events")).await;
    assert_eq!(next(&mut events).await.json()["counts"]["ready"], 1);
    park_channel(&mut *app.db().await, app.channel, ParkReason::Operator, app.now()).await.expect("parked");
    assert_eq!(next(&mut events).await.json()["counts"]["parked"], 1);
}

#[tokio::test]
async fn fifty_who_follow_cost_what_one_does() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let path = format!("bulletins/{id}/events");
    let mut all = vec![app.follow(&Who::Operator, &path).await];
    next(&mut all[0]).await;
    let one = cost_of_a_change(&app, &mut all, &id, "lpn").await;
    while all.len() < 50 {
        let mut events = app.follow(&Who::Operator, &path).await;
        next(&mut events).await;
        all.push(events);
    }
    let before = app.web_app.live().work();
    let fifty = cost_of_a_change(&app, &mut all, &id, "lpn-com").await;
    assert!(fifty <= one + 1, "{fifty} frames for fifty, {one} for one");
    // the watcher looks four times a second, however many there are
    tokio::time::sleep(Duration::from_secs(1)).await;
    let looks = app.web_app.live().work().looks - before.looks;
    assert!(looks <= 24, "{looks} looks");
}

/// How many frames were made until everybody had seen the change.
async fn cost_of_a_change(app: &TestApp, all: &mut [Events], id: &str, group: &str) -> u64 {
    let before = app.web_app.live().work().frames;
    forward(app, id, group).await;
    let status = app.get(&Who::Operator, &format!("bulletins/{id}/status")).await.expect(200);
    for events in all {
        while next(events).await.json()["counts"] != status["counts"] {}
    }
    app.web_app.live().work().frames - before
}

#[tokio::test]
async fn nobody_looks_when_nobody_follows() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let mut events = app.follow(&Who::Operator, &format!("bulletins/{id}/events")).await;
    next(&mut events).await;
    drop(events);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let rested = app.web_app.live().work();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(app.web_app.live().work(), rested);
}

#[tokio::test]
async fn a_stream_is_not_compressed_and_ends_when_the_server_stops() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let request = app.request(&Who::Operator, reqwest::Method::GET, &format!("bulletins/{id}/events"));
    let answer = app.send(request.header("accept-encoding", "gzip")).await;
    assert_eq!((answer.header("content-encoding"), answer.header("cache-control")), ("", "no-store"));
    let mut events = app.follow(&Who::Operator, &format!("bulletins/{id}/events")).await;
    next(&mut events).await;
    app.web_app.live().stop();
    assert_eq!(timeout(SOON, events.next()).await.expect("in time"), None);
}

//! What stewards and operations do over REST, and deliveries as they are read.

use std::collections::BTreeMap;
use std::time::Duration;

use gcc_relay::simulator::{Fault, FaultRule};
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

async fn codes(app: &TestApp, id: &str, query: &str) -> Vec<String> {
    let page = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?{query}")).await.expect(200);
    let items = page["items"].as_array().expect("items").iter();
    let mut codes: Vec<String> = items.map(|item| item["group"]["code"].as_str().expect("a code").to_owned()).collect();
    codes.sort();
    codes
}

#[tokio::test]
async fn a_governor_forwards_once_and_is_told_when_it_was_done_before() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let path = format!("bulletins/{id}/forward");
    let into = json!({ "into": ["lpn"], "note": "ขอให้ทุกส่วนราชการดำเนินการ" });
    let first = app.post(&Who::Steward, &path, into.clone()).await.expect(200);
    assert_eq!(first, json!({ "forwarded": 1, "already": 0 }));
    assert_eq!(app.post(&Who::Steward, &path, into).await.expect(200), json!({ "forwarded": 0, "already": 1 }));
    app.run().await;
    assert_eq!(app.accepted_in("Clpn"), 1);
    let told = app.get(&Who::Steward, &format!("deliveries/{}", app.delivery_of(&id, "lpn").await)).await.expect(200);
    assert_eq!((&told["state"], &told["forwarded_by"]), (&json!("accepted"), &json!("key:steward")));
    let note = app.line().accepted(Some("Clpn"))[0].messages_hash.clone();
    let sent = app.line().messages(&note).expect("bytes");
    assert!(sent.contains("ขอให้ทุกส่วนราชการดำเนินการ") && sent.contains("ผู้ว่าราชการจังหวัดลำพูน"), "{sent}");
}

#[tokio::test]
async fn a_group_named_twice_is_one_group() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let into = json!({ "into": ["lpn", "lpn"] });
    let done = app.post(&Who::Steward, &format!("bulletins/{id}/forward"), into).await.expect(200);
    assert_eq!(done["forwarded"], 1);
}

#[tokio::test]
async fn what_is_not_held_is_named_with_where_it_stands() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let early = app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn-com"] })).await;
    let detail = early.problem(409)["detail"].as_str().expect("text").to_owned();
    assert!(detail.contains("lpn-com (waiting)"), "{detail}");
    let draft = app.write().await;
    let unpublished = app.post(&Who::Admin, &format!("bulletins/{draft}/forward"), json!({ "into": "all" })).await;
    assert_eq!(unpublished.problem_name(409), "not-relaying");
}

#[tokio::test]
async fn declining_is_reversed_by_operations_and_passes_the_groups_below_on() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let reason = json!({ "into": ["lpn"], "reason": "เรื่องนี้ไม่เกี่ยวข้องกับจังหวัด" });
    let declined = app.post(&Who::Steward, &format!("bulletins/{id}/decline"), reason.clone()).await.expect(200);
    assert_eq!(declined, json!({ "declined": 1 }));
    app.post(&Who::Steward, &format!("bulletins/{id}/decline"), reason).await.problem(409);
    app.run().await;
    assert_eq!(codes(&app, &id, "state=declined").await, ["lpn"]);
    assert_eq!(codes(&app, &id, "bypassed=true").await, ["lpn-com", "lpn-dist"]);
    let into = json!({ "into": ["lpn"] });
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), into.clone()).await.problem(409);
    let back = app.post(&Who::Operator, &format!("bulletins/{id}/undecline"), into.clone()).await.expect(200);
    assert_eq!(back, json!({ "undeclined": 1 }));
    app.post(&Who::Operator, &format!("bulletins/{id}/undecline"), into).await.problem(409);
    assert_eq!(codes(&app, &id, "state=held").await, ["lpn", "lpn-com"]);
}

#[tokio::test]
async fn deliveries_narrow_by_everything_that_is_known_of_them() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let all = ["cmi", "cmi-com", "cmi-far", "gcc1", "lpn", "lpn-com", "lpn-dist", "moi"];
    for (query, expected) in [
        ("", &all[..]),
        ("tier=1", &["gcc1"]),
        ("tier=3&state=waiting", &["lpn-com", "lpn-dist"]),
        ("state=held", &["lpn"]),
        ("state=accepted", &["cmi", "cmi-com", "gcc1", "moi"]),
        ("state=unreachable", &["cmi-far"]),
        ("state=sending", &[]),
        ("state=parked", &[]),
        ("province=50", &["cmi", "cmi-com", "cmi-far"]),
        ("office=lamphun", &["lpn"]),
        ("group=moi", &["moi"]),
        ("under=lpn", &["lpn", "lpn-com", "lpn-dist"]),
        ("bypassed=true", &[]),
        ("bypassed=false&tier=2", &["cmi", "lpn", "moi"]),
        ("outcome_unknown=true", &[]),
    ] {
        assert_eq!(codes(&app, &id, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn deliveries_go_on_from_page_to_page_with_nothing_twice() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let (mut seen, mut cursor, mut sizes) = (Vec::new(), String::new(), Vec::new());
    loop {
        let page = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?limit=3{cursor}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        sizes.push(items.len());
        seen.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(sizes, [3, 3, 2]);
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), 8);
}

#[tokio::test]
async fn a_delivery_says_where_it_stands_why_and_whose_turn_it_is() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let mut told = BTreeMap::new();
    for group in ["lpn", "lpn-com", "cmi-far", "moi"] {
        let path = format!("deliveries/{}", app.delivery_of(&id, group).await);
        told.insert(group, app.get(&Who::Admin, &path).await.expect(200));
    }
    insta::assert_json_snapshot!(told, {
        ".*.id" => "[id]",
        ".*.bulletin_id" => "[id]",
        ".*.line.request_id" => insta::dynamic_redaction(|value, _| if value.is_nil() { value } else { "[id]".into() }),
        ".*.line.message_ids[]" => "[id]",
        ".*.timeline[].detail" => insta::dynamic_redaction(|value, _| if value.is_nil() { value } else { "[detail]".into() }),
    });
}

#[tokio::test]
async fn failed_and_unreachable_deliveries_are_tried_again_when_asked() {
    let app = TestApp::new().await;
    app.faults([FaultRule::always(Fault::Status { status: 413 }).group("Cmoi").times(1)]);
    let id = app.relayed().await;
    assert_eq!(codes(&app, &id, "state=failed").await, ["moi"]);
    let path = format!("bulletins/{id}/retry");
    for (filter, retried) in [
        (json!({ "filter": { "state": "failed", "province": "50" } }), 0),
        (json!({ "filter": { "state": "unreachable", "under": "lpn" } }), 0),
        (json!({ "filter": { "group": "moi", "tier": 2 } }), 1),
        (json!({ "filter": { "group": "moi" } }), 0),
    ] {
        assert_eq!(app.post(&Who::Operator, &path, filter.clone()).await.expect(200)["retried"], retried, "{filter}");
    }
    app.run().await;
    assert_eq!(codes(&app, &id, "state=failed").await, Vec::<String>::new());
    let far = app.delivery_of(&id, "cmi-far").await;
    let queued = app.post(&Who::Operator, &format!("deliveries/{far}/retry"), json!({})).await.expect(200);
    assert_eq!(queued["state"], "ready");
    let again = app.post(&Who::Operator, &format!("deliveries/{far}/retry"), json!({})).await;
    assert_eq!(again.problem_name(409), "not-to-retry");
    app.relay.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn a_delivery_of_unknown_outcome_is_only_sent_again_by_somebody_who_says_so() {
    let app = TestApp::new().await;
    app.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    let id = app.relayed().await;
    app.faults([]);
    app.after(Duration::from_hours(25)).await;
    assert_eq!(codes(&app, &id, "outcome_unknown=true").await, ["moi"]);
    let retry = format!("bulletins/{id}/retry");
    let only = json!({ "filter": { "group": "moi" } });
    assert_eq!(app.post(&Who::Operator, &retry, only).await.expect(200)["retried"], 0);
    let knowing = json!({ "filter": { "group": "moi" }, "include_unknown": true });
    assert_eq!(app.post(&Who::Operator, &retry, knowing).await.expect(200)["retried"], 1);
}

/// Reads the feed on until `wanted` deliveries were seen; a change shows when every older transaction has ended,
/// and other tests of this cluster have some.
async fn read_on(app: &TestApp, who: Who, cursor: &mut String, limit: u16, wanted: usize) -> Vec<Value> {
    let mut seen = Vec::new();
    for _ in 0..2_000 {
        let page = app.get(&who, &format!("deliveries?since={cursor}&limit={limit}")).await.expect(200);
        page["next_cursor"].as_str().expect("always a cursor").clone_into(cursor);
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= usize::from(limit));
        seen.extend(items.iter().cloned());
        if seen.len() >= wanted && items.is_empty() {
            return seen;
        }
    }
    panic!("only {} of {wanted} changes were seen", seen.len());
}

#[tokio::test]
async fn the_feed_of_changes_tells_what_changed_since_and_ends() {
    let app = TestApp::new().await;
    let start = app.get(&Who::Admin, "deliveries").await.expect(200);
    assert_eq!(start["items"], json!([]), "without a cursor it only tells where now is");
    let mut cursor = start["next_cursor"].as_str().expect("a cursor").to_owned();
    let mut agency = cursor.clone();
    let first = app.relayed().await;
    let second = app.relayed().await;
    let seen = read_on(&app, Who::Admin, &mut cursor, 3, 16).await;
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    for item in &seen {
        let text = |at: &str| item.pointer(at).and_then(Value::as_str).expect("text").to_owned();
        last.insert((text("/bulletin_id"), text("/group/code")), text("/state"));
    }
    assert_eq!(last.len(), 16, "two bulletins, eight groups each");
    assert_eq!(last[&(first.clone(), "moi".to_owned())], "accepted");
    assert_eq!(last[&(second, "cmi-far".to_owned())], "unreachable");
    assert_eq!(read_on(&app, Who::Admin, &mut cursor, 500, 0).await, Vec::<Value>::new());
    let own = read_on(&app, Who::Agency, &mut agency, 500, 2).await;
    assert!(own.iter().all(|item| item["group"]["code"] == "lpn-com"), "{own:?}");
    // a tap is a change
    let tap = gcc_relay::simulator::GroupEvent::Postback { member: 1, data: app.button("Cmoi"), display_text: None };
    app.line().happen("Cmoi", tap).await.expect("a tap");
    app.run().await;
    let tapped = read_on(&app, Who::Admin, &mut cursor, 500, 1).await;
    assert_eq!((tapped.len(), &tapped[0]["acknowledged"]), (1, &json!(1)));
}

//! Newcomers: who joins a linked group is told what is in force there, in one card that costs nothing.

use std::time::Duration;

use gcc_relay::simulator::GroupEvent;
use gcc_relay::store::newcomers::list_in_force;
use serde_json::json;

use crate::test_app::{TestApp, Who};

async fn join(app: &TestApp, line_group: &str) {
    let joined = app.line().happen(line_group, GroupEvent::MemberJoined { count: 2 }).await.expect("joined");
    assert_eq!(joined.status, Some(200));
    app.run().await;
}

/// The cards for newcomers in a group, as the list of chats shows them.
fn cards(app: &TestApp, line_group: &str) -> Vec<String> {
    app.line().chat(line_group).into_iter().filter(|line| line.starts_with("ประกาศที่ยังมีผลในกลุ่มนี้")).collect()
}

async fn publish(app: &TestApp, subject: &str, more: serde_json::Value) -> String {
    let mut draft = json!({ "subject": subject, "forwarding": "automatic" });
    crate::test_app::put_in(&mut draft, more);
    let id = app.write_with(draft).await;
    app.release(&id).await;
    app.run().await;
    id
}

/// The subjects of what is in force in a group.
async fn in_force(app: &TestApp, group: &str) -> Vec<String> {
    let group = app.group(group).await;
    let since = app.now() - Duration::from_hours(366 * 24);
    let rows = list_in_force(&mut *app.db().await, group, since, app.now(), 10).await.expect("a list");
    rows.into_iter().map(|row| row.subject).collect()
}

#[tokio::test]
async fn newcomers_are_told_what_is_in_force_the_newest_first_and_nothing_is_counted() {
    let app = TestApp::new().await;
    publish(&app, "หนึ่ง", json!({})).await;
    publish(&app, "หมดอายุ", json!({ "expires_at": app.now() + Duration::from_hours(1) })).await;
    let withdrawn = publish(&app, "ยกเลิก", json!({})).await;
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Admin, &format!("bulletins/{withdrawn}/withdraw"), reason).await.expect(200);
    let wrong = publish(&app, "ผิด", json!({})).await;
    publish(&app, "ถูก", json!({ "kind": "correction", "about": wrong })).await;
    publish(&app, "ที่อื่น", json!({ "audience": { "groups": ["lpn"] } })).await;
    app.after(Duration::from_hours(2)).await;
    publish(&app, "สอง", json!({})).await;
    assert_eq!(in_force(&app, "moi").await, ["สอง", "ถูก", "หนึ่ง"]);
    let (pushed, used) = (app.accepted_in("Cmoi"), app.line().channels()[0].used);
    join(&app, "Cmoi").await;
    assert_eq!(cards(&app, "Cmoi"), ["ประกาศที่ยังมีผลในกลุ่มนี้ 3 ฉบับ"]);
    assert_eq!((app.accepted_in("Cmoi"), app.line().channels()[0].used), (pushed, used), "a reply is free");
}

#[tokio::test]
async fn who_joins_soon_after_gets_no_second_card() {
    let app = TestApp::new().await;
    publish(&app, "หนึ่ง", json!({})).await;
    join(&app, "Cmoi").await;
    join(&app, "Cmoi").await;
    app.after(Duration::from_mins(9)).await;
    join(&app, "Cmoi").await;
    assert_eq!(cards(&app, "Cmoi").len(), 1);
    join(&app, "Cgcc1").await;
    assert_eq!(cards(&app, "Cgcc1").len(), 1, "each group for itself");
    app.after(Duration::from_mins(1)).await;
    join(&app, "Cmoi").await;
    assert_eq!(cards(&app, "Cmoi").len(), 2);
}

#[tokio::test]
async fn where_nothing_is_in_force_or_nothing_came_newcomers_are_told_nothing() {
    let app = TestApp::new().await;
    join(&app, "Cmoi").await;
    assert!(app.line().chat("Cmoi").len() == 1, "only that they came: {:?}", app.line().chat("Cmoi"));
    let held = app.held().await;
    join(&app, "Clpn").await;
    assert_eq!(cards(&app, "Clpn").len(), 0, "it is held there");
    app.post(&Who::Steward, &format!("bulletins/{held}/forward"), json!({ "into": "all" })).await.expect(200);
    app.run().await;
    join(&app, "Clpn").await;
    assert_eq!(cards(&app, "Clpn").len(), 1, "what was not told did not count as told");
    let left = GroupEvent::MemberLeft { count: 1 };
    app.line().happen("Cmoi", left).await.expect("left");
    app.run().await;
    assert_eq!(cards(&app, "Cmoi").len(), 0);
}

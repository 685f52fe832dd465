//! The bound steward of a LINE group in trouble is told of it in the chat of two: once for each alert, in office hours.

use std::time::Duration;

use gcc_relay::simulator::{Fault, FaultRule, GroupEvent};
use serde_json::json;

use crate::binding::{GOVERNOR, STRANGER, bind};
use crate::reminders::{got, last_line, until_offices_open};
use crate::test_app::{TestApp, Who};

/// The account is taken out of the group of Lamphun.
async fn lose(app: &TestApp) {
    happens(app, GroupEvent::Leave).await;
}

async fn happens(app: &TestApp, event: GroupEvent) {
    assert_eq!(app.line().happen("Clpn", event).await.expect("it happens").status, Some(200));
    app.run().await;
}

async fn outcomes(app: &TestApp) -> Vec<String> {
    app.texts("select coalesce(outcome::text, 'open') from reminders where alert_id is not null order by id").await
}

#[tokio::test]
async fn a_bound_steward_is_told_once_of_each_alert_and_it_is_counted_as_a_message() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    // LINE is asked how many there are before most of them leave
    happens(&app, GroupEvent::MemberJoined { count: 1 }).await;
    app.after(Duration::from_mins(2)).await;
    let members = app.get(&Who::Admin, "groups/lpn").await.expect(200)["members"].as_u64().expect("members");
    let left = u32::try_from(members / 2 + members / 8).expect("few");
    happens(&app, GroupEvent::MemberLeft { count: left }).await;
    app.after(Duration::from_mins(2)).await;
    assert_eq!(got(&app, GOVERNOR), 1);
    let said = last_line(&app, GOVERNOR);
    for part in ["GCC2-จังหวัดลำพูน", "ลดลงจาก", &format!("เหลือ {} คน", members - u64::from(left)), "/groups/lpn/settings"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    for _ in 0..6 {
        app.after(Duration::from_mins(50)).await;
    }
    assert_eq!(got(&app, GOVERNOR), 1, "once");
    // another alert is another message
    lose(&app).await;
    assert_eq!(got(&app, GOVERNOR), 2);
    assert!(last_line(&app, GOVERNOR).contains("บัญชีทางการไม่อยู่ในกลุ่ม LINE นี้แล้ว"));
    assert_eq!((outcomes(&app).await, app.line().counts().direct), (vec!["accepted".to_owned(); 2], 2));
    let cost = app.get(&Who::Admin, "cost").await.expect(200);
    assert_eq!(cost["by_channel"][0]["reminders"], 2, "{cost}");
}

#[tokio::test]
async fn what_is_found_while_offices_are_closed_is_told_when_they_open() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    lose(&app).await;
    app.after(Duration::from_mins(80)).await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await.len()), (0, 0), "it is twenty past eight");
    app.after(Duration::from_mins(10)).await;
    assert_eq!(got(&app, GOVERNOR), 1);
}

#[tokio::test]
async fn nobody_is_told_of_what_somebody_looked_at_or_what_is_right_again() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    lose(&app).await;
    let id = app.get(&Who::Admin, "group-alerts").await.expect(200)["items"][0]["id"].to_string();
    app.post(&Who::Operator, &format!("group-alerts/{id}/seen"), json!({})).await.expect(200);
    until_offices_open(&app).await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await.len()), (0, 0));
}

#[tokio::test]
async fn one_that_line_did_not_take_yet_is_dropped_once_the_alert_was_looked_at() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    app.faults([FaultRule::always(Fault::Rate429).group(&GOVERNOR.user_id(&app))]);
    lose(&app).await;
    assert_eq!(outcomes(&app).await, ["open"]);
    let id = app.get(&Who::Admin, "group-alerts").await.expect(200)["items"][0]["id"].to_string();
    app.post(&Who::Operator, &format!("group-alerts/{id}/seen"), json!({})).await.expect(200);
    app.faults([]);
    app.after(Duration::from_mins(30)).await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await), (0, vec!["not_needed".to_owned()]));
}

#[tokio::test]
async fn an_alert_whose_answer_is_lost_goes_out_once() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    app.faults([FaultRule::always(Fault::AcceptThenTimeout).times(1).group(&GOVERNOR.user_id(&app))]);
    lose(&app).await;
    app.after(Duration::from_mins(10)).await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await), (1, vec!["accepted".to_owned()]));
}

#[tokio::test]
async fn the_deputy_is_told_where_only_that_one_is_bound_and_no_other_office_is() {
    let app = TestApp::new().await;
    bind(&app, "the-deputy", "lamphun", STRANGER).await;
    let deputy = "update accounts set deputy = true where username = 'the-deputy'";
    sqlx::query(deputy).execute(&mut *app.db().await).await.expect("a deputy");
    bind(&app, "commerce", "lamphun-commerce", GOVERNOR).await;
    until_offices_open(&app).await;
    lose(&app).await;
    assert_eq!((got(&app, STRANGER), got(&app, GOVERNOR)), (1, 0));
    // whoever is bound later is not told again
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    app.after(Duration::from_hours(1)).await;
    assert_eq!((got(&app, STRANGER), got(&app, GOVERNOR)), (1, 0));
}

#[tokio::test]
async fn old_reminders_are_forgotten_but_not_while_their_alert_is_open() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    lose(&app).await;
    let old = "update reminders set planned_at = planned_at - interval '3 years'";
    sqlx::query(old).execute(&mut *app.db().await).await.expect("old");
    app.after(Duration::from_hours(25)).await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await.len()), (1, 1));
    let id = app.get(&Who::Admin, "group-alerts").await.expect(200)["items"][0]["id"].to_string();
    app.post(&Who::Operator, &format!("group-alerts/{id}/seen"), json!({})).await.expect(200);
    app.after(Duration::from_hours(25)).await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await.len()), (1, 0));
}

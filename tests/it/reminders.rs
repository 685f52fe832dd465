//! Reminders in LINE: to whoever is bound and has to forward, one message each, each once, in office hours.

use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::simulator::{ChannelChange, Fault, FaultRule, Quota};
use serde_json::json;

use crate::binding::{GOVERNOR, Member, STRANGER, bind};
use crate::test_app::{TestApp, Who};

/// The head of the Prime Minister's Office, in the group of all.
const CENTRE: Member = Member { group: "Cgcc1", number: 1 };

const HOUR: Duration = Duration::from_hours(1);

/// Waits until offices open: the clock of the tests begins on a Friday at seven.
pub async fn until_offices_open(app: &TestApp) {
    app.after(Duration::from_mins(100)).await;
}

/// A bulletin that is held at `lpn`, which never goes in there by itself.
async fn held(app: &TestApp, urgency: &str) -> String {
    let id = app.write_with(json!({ "urgency": urgency })).await;
    app.release(&id).await;
    app.run().await;
    assert_eq!(state(app, &id).await, State::Held);
    id
}

async fn state(app: &TestApp, id: &str) -> State {
    app.states(id.parse::<BulletinId>().expect("an id")).await["lpn"]
}

/// How many reminders LINE accepted for a member.
pub fn got(app: &TestApp, member: Member) -> usize {
    app.line().accepted(Some(&member.user_id(app))).len()
}

pub fn last_line(app: &TestApp, member: Member) -> String {
    app.line().chat(&member.user_id(app)).pop().expect("something")
}

/// The bytes of the last reminder that a member got.
fn last_message(app: &TestApp, member: Member) -> String {
    let last = app.line().accepted(Some(&member.user_id(app))).pop().expect("a reminder");
    app.line().messages(&last.messages_hash).expect("bytes")
}

async fn timeline(app: &TestApp, id: &str, group: &str) -> Vec<String> {
    let delivery = app.delivery_of(id, group).await;
    let detail = app.get(&Who::Admin, &format!("deliveries/{delivery}")).await.expect(200);
    let told = detail["timeline"].as_array().expect("a timeline").iter();
    told.filter(|moment| moment["what"] == "reminded")
        .map(|moment| moment["detail"].as_str().expect("a detail").to_owned())
        .collect()
}

async fn put_deputy(app: &TestApp) {
    let name = "update accounts set deputy = true where username = 'the-deputy'";
    sqlx::query(name).execute(&mut *app.db().await).await.expect("a deputy");
}

#[tokio::test]
async fn a_steward_is_reminded_at_half_of_the_time_and_at_the_end_then_the_deputy_then_the_one_above() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    bind(&app, "the-deputy", "lamphun", STRANGER).await;
    bind(&app, "the-centre", "pmo", CENTRE).await;
    put_deputy(&app).await;
    until_offices_open(&app).await;
    let id = held(&app, "very_urgent").await;
    app.after(Duration::from_mins(29)).await;
    assert_eq!(got(&app, GOVERNOR), 0);
    let pushed = app.line().channels()[0].used;
    app.after(Duration::from_mins(1)).await;
    assert_eq!((got(&app, GOVERNOR), got(&app, STRANGER), got(&app, CENTRE)), (1, 0, 0));
    assert_eq!(app.line().channels()[0].used - pushed, 1, "each is one message");
    let body = last_message(&app, GOVERNOR);
    for part in [format!("fwd:{id}"), format!("/waiting/{id}"), "GCC2-จังหวัดลำพูน".to_owned()]
    {
        assert!(body.contains(&part), "{part}: {body}");
    }
    app.after(Duration::from_mins(30)).await;
    assert_eq!((got(&app, GOVERNOR), got(&app, STRANGER), got(&app, CENTRE)), (2, 0, 0));
    assert!(last_line(&app, GOVERNOR).contains("ถึงกำหนดส่งต่อ"));
    app.after(Duration::from_mins(30)).await;
    assert_eq!((got(&app, GOVERNOR), got(&app, STRANGER), got(&app, CENTRE)), (2, 1, 0));
    app.after(Duration::from_mins(30)).await;
    assert_eq!((got(&app, GOVERNOR), got(&app, STRANGER), got(&app, CENTRE)), (2, 1, 1));
    let body = last_message(&app, CENTRE);
    assert!(body.contains("ยังไม่ส่งต่อ") && body.contains("ผู้ว่าราชการจังหวัดลำพูน") && !body.contains("fwd:"), "{body}");
    for _ in 0..20 {
        app.after(Duration::from_mins(13)).await;
    }
    assert_eq!(app.line().counts().direct, 4, "each once");
    let told = timeline(&app, &id, "lpn").await;
    assert_eq!(told, ["half, accepted", "deadline, accepted", "deputy, accepted", "above, accepted"]);
    let page = app.sign_in(Who::Admin).await.open(&format!("/deliveries/{}", app.delivery_of(&id, "lpn").await)).await;
    assert!(page.text.contains("ถึงผู้ปฏิบัติหน้าที่แทน · LINE รับข้อความแล้ว"), "{}", page.text);
    app.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn a_tap_under_a_reminder_forwards_and_ends_the_reminding() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    let id = held(&app, "very_urgent").await;
    app.after(Duration::from_mins(30)).await;
    assert_eq!(got(&app, GOVERNOR), 1);
    let said = GOVERNOR.taps_alone(&app, &format!("fwd:{id}")).await;
    assert!(said[0].contains("เข้า 1 กลุ่ม"), "{said:?}");
    assert_eq!(state(&app, &id).await, State::Accepted);
    app.after(2 * HOUR).await;
    assert_eq!(got(&app, GOVERNOR), 1);
}

#[tokio::test]
async fn whoever_declined_or_whose_bulletin_ended_is_not_reminded() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    let declined = held(&app, "very_urgent").await;
    let body = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้องกับจังหวัด" });
    app.post(&Who::Steward, &format!("bulletins/{declined}/decline"), body).await.expect(200);
    let withdrawn = held(&app, "very_urgent").await;
    let body = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Admin, &format!("bulletins/{withdrawn}/withdraw"), body).await.expect(200);
    let expires_at = app.now() + Duration::from_mins(20);
    let expired = app.write_with(json!({ "urgency": "very_urgent", "expires_at": expires_at })).await;
    app.release(&expired).await;
    app.run().await;
    for _ in 0..4 {
        app.after(Duration::from_mins(31)).await;
    }
    assert_eq!(got(&app, GOVERNOR), 0);
}

#[tokio::test]
async fn a_steward_who_acknowledged_is_not_reminded() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    app.line().put_person("Clpn", 2, &GOVERNOR.user_id(&app)).expect("said");
    until_offices_open(&app).await;
    let id = held(&app, "very_urgent").await;
    // by a card that came into the group in another way
    Member { group: "Clpn", number: 2 }.taps(&app, &format!("ack:{id}")).await;
    app.after(2 * HOUR).await;
    assert_eq!((got(&app, GOVERNOR), state(&app, &id).await), (0, State::Held));
}

#[tokio::test]
async fn outside_office_hours_only_what_is_most_urgent_is_reminded_of() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    // Friday at seven in the morning
    let urgent = held(&app, "most_urgent").await;
    app.after(Duration::from_mins(5)).await;
    assert_eq!(got(&app, GOVERNOR), 1);
    app.post(&Who::Steward, &format!("bulletins/{urgent}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    let id = held(&app, "very_urgent").await;
    app.after(Duration::from_mins(80)).await;
    assert_eq!(got(&app, GOVERNOR), 1, "it is twenty-five past eight");
    app.after(Duration::from_mins(5)).await;
    assert_eq!(got(&app, GOVERNOR), 2);
    assert!(last_line(&app, GOVERNOR).contains("ถึงกำหนดส่งต่อ"), "one of the two that were due");
    assert_eq!(timeline(&app, &id, "lpn").await, ["deadline, accepted"]);
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    // Friday at half past three: half of the time is over when offices are closed, then comes a weekend and a holiday
    app.after(7 * HOUR).await;
    held(&app, "urgent").await;
    for _ in 0..87 {
        app.after(HOUR).await;
    }
    assert_eq!(got(&app, GOVERNOR), 2, "it is Tuesday, half past six");
    app.after(2 * HOUR).await;
    assert_eq!(got(&app, GOVERNOR), 3);
}

#[tokio::test]
async fn a_reminder_whose_answer_is_lost_goes_out_once() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    let id = held(&app, "very_urgent").await;
    let user = GOVERNOR.user_id(&app);
    app.faults([FaultRule::always(Fault::AcceptThenTimeout).group(&user)]);
    app.after(Duration::from_mins(30)).await;
    assert_eq!((got(&app, GOVERNOR), timeline(&app, &id, "lpn").await), (1, vec!["half".to_owned()]));
    app.faults([]);
    app.after(Duration::from_secs(30)).await;
    assert_eq!(timeline(&app, &id, "lpn").await, ["half, accepted"]);
    assert_eq!(got(&app, GOVERNOR), 1);
    assert!(app.line().counts().body_changes.is_empty() && app.line().counts().duplicates.is_empty());
}

#[tokio::test]
async fn a_reminder_that_was_tried_before_a_crash_is_sent_under_the_same_key_and_bytes() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    let id = held(&app, "very_urgent").await;
    app.after(Duration::from_mins(30)).await;
    // the answer was never written down
    let crash = "update reminders set outcome = null, ended_at = null, outcome_open = true";
    sqlx::query(crash).execute(&mut *app.db().await).await.expect("as after a crash");
    app.after(Duration::from_secs(10)).await;
    assert_eq!((got(&app, GOVERNOR), timeline(&app, &id, "lpn").await), (1, vec!["half, accepted".to_owned()]));
    assert!(app.line().counts().body_changes.is_empty());
}

#[tokio::test]
async fn a_reminder_that_line_refuses_is_not_repeated_and_the_next_one_comes() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    let id = held(&app, "very_urgent").await;
    let user = GOVERNOR.user_id(&app);
    app.faults([FaultRule::always(Fault::Status { status: 400 }).group(&user)]);
    app.after(Duration::from_mins(30)).await;
    assert_eq!(timeline(&app, &id, "lpn").await, ["half, refused"]);
    app.faults([]);
    app.after(Duration::from_mins(10)).await;
    assert_eq!(got(&app, GOVERNOR), 0);
    app.after(Duration::from_mins(20)).await;
    assert_eq!(timeline(&app, &id, "lpn").await, ["half, refused", "deadline, accepted"]);
}

#[tokio::test]
async fn a_reminder_waits_for_messages_of_the_month_and_is_dropped_once_nobody_needs_it() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until_offices_open(&app).await;
    let id = held(&app, "very_urgent").await;
    let used = app.line().channels()[0].used;
    let change = ChannelChange { quota: Some(Quota::Limited(used)), ..ChannelChange::default() };
    app.line().change_channel("gcc", change).expect("changed");
    app.after(Duration::from_mins(30)).await;
    assert_eq!((got(&app, GOVERNOR), timeline(&app, &id, "lpn").await), (0, vec!["half".to_owned()]));
    let body = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้องกับจังหวัด" });
    app.post(&Who::Steward, &format!("bulletins/{id}/decline"), body).await.expect(200);
    app.line()
        .change_channel("gcc", ChannelChange { quota: Some(Quota::None), ..ChannelChange::default() })
        .expect("x");
    app.after(Duration::from_mins(10)).await;
    assert_eq!((got(&app, GOVERNOR), timeline(&app, &id, "lpn").await), (0, vec!["half, not_needed".to_owned()]));
}

#[tokio::test]
async fn nobody_who_is_not_bound_is_written_to() {
    let app = TestApp::new().await;
    app.account(Who::Steward).await;
    GOVERNOR.follows(&app).await;
    until_offices_open(&app).await;
    held(&app, "very_urgent").await;
    app.after(3 * HOUR).await;
    assert_eq!((app.count("select count(*) from reminders").await, app.line().counts().direct), (0, 0));
}

#[tokio::test]
async fn what_goes_in_by_itself_is_reminded_of_at_half_of_that_time_only() {
    let app = TestApp::new().await;
    bind(&app, "commerce", "lamphun-commerce", GOVERNOR).await;
    until_offices_open(&app).await;
    // lpn-com goes on by itself after thirty minutes
    let id = held(&app, "routine").await;
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    app.after(Duration::from_mins(15)).await;
    assert_eq!(got(&app, GOVERNOR), 1);
    let body = last_message(&app, GOVERNOR);
    assert!(body.contains("ระบบจะส่งเข้ากลุ่มเองเมื่อ"), "{body}");
    app.after(2 * HOUR).await;
    assert_eq!(got(&app, GOVERNOR), 1);
}

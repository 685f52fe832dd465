//! Reminders in LINE of what bulletins ask of an office by a day: to whoever does the office's work, each step once, in office hours.

use gcc_relay::domain::account::Role;
use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::time::Timestamp;
use gcc_relay::simulator::{Fault, FaultRule};
use serde_json::json;

use crate::binding::{GOVERNOR, Member, STRANGER, bind, bind_as};
use crate::reminders::{got, last_line};
use crate::test_app::{TestApp, Who};

const CENTRE: Member = Member { group: "Cgcc1", number: 1 };
const COORDINATOR: Member = Member { group: "Cgcc1", number: 9 };

/// Lets the engine work at this time of the clock by which offices work.
async fn until(app: &TestApp, at: &str) {
    let at = Timestamp::from_second(at.parse::<jiff::Timestamp>().expect("a time").as_second());
    let span = at.since(app.now()).as_secs();
    app.after(std::time::Duration::from_secs(u64::try_from(span).expect("later"))).await;
}

/// A bulletin of the centre that asks for two things by Friday 30 March 2561.
async fn ask(app: &TestApp) -> String {
    let asked = json!([
        { "kind": "report_establishment", "text": "รายงานผลการจัดตั้งกลุ่ม", "due_on": "2018-03-30" },
        { "kind": "name_coordinator", "text": "แจ้งรายชื่อผู้ประสานงาน", "due_on": "2018-03-30" },
        { "kind": "for_information", "text": "เพื่อทราบ" },
    ]);
    let id = app.write_with(json!({ "requests": asked, "forwarding": "automatic", "urgency": "routine" })).await;
    app.release(&id).await;
    app.run().await;
    id
}

async fn put_deputy(app: &TestApp) {
    let name = "update accounts set deputy = true where username = 'the-deputy'";
    sqlx::query(name).execute(&mut *app.db().await).await.expect("a deputy");
}

async fn outcomes(app: &TestApp) -> Vec<String> {
    app.texts(
        "select step || ', ' || coalesce(outcome::text, 'open') from reminders where asking_id is not null order by id",
    )
    .await
}

/// Answers what is asked of an office.
async fn answer_all(app: &TestApp, bulletin: &str, office: &str) {
    let list = app.get(&Who::Admin, &format!("requests?bulletin={bulletin}&office={office}")).await.expect(200);
    for item in list["items"].as_array().expect("items") {
        app.post(&Who::Admin, &format!("requests/{}/done", item["id"]), json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn the_coordinator_is_reminded_at_half_of_the_time_and_on_the_last_day_then_the_deputy_and_the_office_above() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    bind_as(&app, "the-work", Role::Coordinator, "lamphun", COORDINATOR).await;
    bind(&app, "the-deputy", "lamphun", STRANGER).await;
    bind(&app, "the-centre", "pmo", CENTRE).await;
    put_deputy(&app).await;
    let all = || (got(&app, COORDINATOR), got(&app, GOVERNOR), got(&app, STRANGER), got(&app, CENTRE));
    ask(&app).await;
    until(&app, "2018-03-26T09:00:00Z").await;
    assert_eq!(all(), (0, 0, 0, 0));
    until(&app, "2018-03-27T01:30:00Z").await;
    assert_eq!(all(), (1, 0, 0, 0), "half of the time is over, and offices open");
    let said = last_line(&app, COORDINATOR);
    for part in ["ภายในวันที่ ๓๐ มีนาคม ๒๕๖๑", "1. รายงานผลการจัดตั้งกลุ่ม", "2. แจ้งรายชื่อผู้ประสานงาน", "/requests?office=lamphun"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("เพื่อทราบ"), "that has no day: {said}");
    until(&app, "2018-03-29T09:00:00Z").await;
    assert_eq!(all(), (1, 0, 0, 0));
    until(&app, "2018-03-30T01:30:00Z").await;
    assert_eq!(all(), (2, 0, 0, 0));
    assert!(last_line(&app, COORDINATOR).contains("ถึงกำหนดดำเนินการแล้ว"));
    until(&app, "2018-04-01T05:00:00Z").await;
    assert_eq!(all(), (2, 0, 0, 0), "it is Sunday");
    until(&app, "2018-04-02T01:30:00Z").await;
    assert_eq!(all(), (3, 0, 1, 1));
    let below = last_line(&app, COORDINATOR);
    assert!(below.contains("• สำนักงานพาณิชย์จังหวัดลำพูน") && below.contains("• อำเภอเมืองลำพูน"), "{below}");
    let said = last_line(&app, CENTRE);
    for part in ["ยังไม่ตอบ:", "• จังหวัดลำพูน", "• จังหวัดเชียงใหม่", "/requests/bulletins/"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    until(&app, "2018-04-05T05:00:00Z").await;
    assert_eq!(all(), (3, 0, 1, 1), "each once");
    let cost = app.get(&Who::Admin, "cost?month=2018-03").await.expect(200);
    assert_eq!(cost["by_channel"][0]["reminders"], 2, "{cost}");
}

#[tokio::test]
async fn the_steward_is_reminded_where_no_coordinator_is_bound_and_of_two_due_together_only_the_later_goes_out() {
    let app = TestApp::new().await;
    let id = ask(&app).await;
    // before offices open
    until(&app, "2018-03-29T22:00:00Z").await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until(&app, "2018-03-30T04:00:00Z").await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await), (1, vec!["deadline, accepted".to_owned()]));
    answer_all(&app, &id, "lamphun").await;
    until(&app, "2018-04-04T04:00:00Z").await;
    let told = ["deadline, accepted", "above, accepted"];
    assert_eq!(outcomes(&app).await, told, "what is left is of the offices below");
}

#[tokio::test]
async fn who_has_answered_is_not_reminded_and_one_that_line_did_not_take_yet_is_dropped() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    let id = ask(&app).await;
    app.faults([FaultRule::always(Fault::Rate429).group(&GOVERNOR.user_id(&app))]);
    until(&app, "2018-03-27T01:30:00Z").await;
    assert_eq!(outcomes(&app).await, ["half, open"]);
    answer_all(&app, &id, "lamphun").await;
    app.faults([]);
    until(&app, "2018-03-27T03:30:00Z").await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await), (0, vec!["half, not_needed".to_owned()]));
}

#[tokio::test]
async fn what_is_said_before_the_last_day_is_over_is_not_said_afterwards() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    ask(&app).await;
    until(&app, "2018-03-27T01:30:00Z").await;
    // LINE takes nothing on the last day
    app.faults([FaultRule::always(Fault::Rate429).group(&GOVERNOR.user_id(&app))]);
    until(&app, "2018-03-30T01:30:00Z").await;
    assert_eq!(outcomes(&app).await, ["half, accepted", "deadline, open"]);
    app.faults([]);
    until(&app, "2018-03-30T17:30:00Z").await;
    assert_eq!(outcomes(&app).await, ["half, accepted", "deadline, not_needed"]);
    until(&app, "2018-03-31T05:00:00Z").await;
    assert_eq!(got(&app, GOVERNOR), 1);
}

#[tokio::test]
async fn whoever_is_bound_when_the_time_is_over_is_not_told_of_the_last_day() {
    let app = TestApp::new().await;
    ask(&app).await;
    until(&app, "2018-03-31T05:00:00Z").await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    until(&app, "2018-04-02T01:30:00Z").await;
    assert_eq!(outcomes(&app).await, ["above, accepted"], "about those below, and nothing of the office itself");
}

#[tokio::test]
async fn of_a_withdrawn_bulletin_nobody_is_reminded() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    let id = ask(&app).await;
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), reason).await.expect(200);
    until(&app, "2018-03-30T04:00:00Z").await;
    assert_eq!((got(&app, GOVERNOR), outcomes(&app).await.len()), (0, 0));
}

#[tokio::test]
async fn an_office_that_nobody_is_bound_for_is_in_the_overdue_list_only() {
    let app = TestApp::new().await;
    ask(&app).await;
    for at in ["2018-03-27T04:00:00Z", "2018-03-30T04:00:00Z", "2018-04-02T04:00:00Z"] {
        until(&app, at).await;
    }
    assert_eq!(outcomes(&app).await.len(), 0);
    let overdue = app.get(&Who::Admin, "requests?state=overdue&office=lamphun").await.expect(200);
    assert_eq!(overdue["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_bound_coordinator_is_reminded_and_forwards_nothing_by_a_tap() {
    let app = TestApp::new().await;
    bind_as(&app, "the-work", Role::Coordinator, "lamphun", COORDINATOR).await;
    let told = last_line(&app, COORDINATOR);
    assert!(told.contains("เรื่องที่ขอให้หน่วยงานของท่านดำเนินการ") && !told.contains("ส่งต่อ"), "{told}");
    let id = app.held().await;
    COORDINATOR.taps_alone(&app, &format!("fwd:{id}")).await;
    assert_eq!(app.states(id.parse::<BulletinId>().expect("an id")).await["lpn"], State::Held);
}

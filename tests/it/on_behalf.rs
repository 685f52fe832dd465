//! Reporting on behalf: somebody above books what an office said by telephone, beside what LINE told.

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

const COMMENT: &str = "แจ้งทางโทรศัพท์ ปลัดอำเภอรับเรื่อง";

fn body(group: &str, what: &str) -> Value {
    json!({ "into": [group], "what": what, "comment": COMMENT })
}

async fn report(app: &TestApp, who: &Who, id: &str, group: &str, what: &str) -> (Value, Value) {
    let done = app.post(who, &format!("bulletins/{id}/report"), body(group, what)).await.expect(200);
    (done["reported"].clone(), done["already"].clone())
}

async fn delivery(app: &TestApp, id: &str, group: &str) -> Value {
    let found = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group={group}")).await.expect(200);
    found["items"][0].clone()
}

fn id_of(id: &str) -> BulletinId {
    id.parse().expect("an id")
}

#[tokio::test]
async fn a_report_stands_beside_what_line_told_and_changes_none_of_it() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let status = async || app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    let (before, waits) = (status().await, app.states(id_of(&id)).await);
    assert_eq!(report(&app, &Who::Steward, &id, "lpn-com", "acknowledged").await, (json!(1), json!(0)));
    app.run().await;
    let after = status().await;
    assert_eq!(app.states(id_of(&id)).await, waits, "no state follows it");
    assert_eq!(after["counts"], before["counts"]);
    let counted = json!({ "groups": 0, "persons": 0, "unnamed": 0, "by_steward": 0, "reported": 1, "taps": 0 });
    assert_eq!((&after["acknowledged"], &after["tiers"][2]["acknowledged"]), (&counted, &counted));

    let shown = delivery(&app, &id, "lpn-com").await;
    let told = &shown["reported"];
    assert_eq!((&told["what"], &told["comment"]), (&json!("acknowledged"), &json!(COMMENT)));
    assert!(told["by"].as_str().is_some_and(|by| by.starts_with("key:")) && told["at"].is_string(), "{told}");
    let story = app.get(&Who::Admin, &format!("deliveries/{}", shown["id"].as_str().expect("an id"))).await.expect(200);
    let step = story["timeline"].as_array().expect("a list").iter().find(|step| step["what"] == "reported").cloned();
    assert!(step.expect("a step")["detail"].as_str().is_some_and(|detail| detail.contains(COMMENT)), "{story}");
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn more_takes_the_place_of_less_and_the_audit_keeps_both() {
    let app = TestApp::new().await;
    let id = app.held().await;
    assert_eq!(report(&app, &Who::Operator, &id, "lpn", "seen").await, (json!(1), json!(0)));
    assert_eq!(report(&app, &Who::Operator, &id, "lpn", "seen").await, (json!(0), json!(1)));
    assert_eq!(report(&app, &Who::Operator, &id, "lpn", "acknowledged").await, (json!(1), json!(0)));
    assert_eq!(report(&app, &Who::Operator, &id, "lpn", "acknowledged").await, (json!(0), json!(1)));
    assert_eq!(report(&app, &Who::Operator, &id, "lpn", "seen").await, (json!(0), json!(1)), "nothing is taken back");
    assert_eq!(delivery(&app, &id, "lpn").await["reported"]["what"], "acknowledged");
    let kept = "select count(*) from audit where act = 'report' and detail ->> 'comment' is not null";
    assert_eq!(app.count(kept).await, 2, "one entry for each that was booked");
    let sum = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!(sum["acknowledged"]["reported"], 1);
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn the_same_call_again_gets_the_same_answer() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let call = async || {
        let request = app.request(&Who::Operator, Method::POST, &format!("bulletins/{id}/report"));
        app.send(request.header("Idempotency-Key", "7").json(&body("lpn", "seen"))).await.expect(200)
    };
    let first = call().await;
    assert_eq!((&first["reported"], call().await), (&json!(1), first.clone()));
    assert_eq!(app.count("select count(*) from audit where act = 'report'").await, 1);
}

#[tokio::test]
async fn only_somebody_above_reports_and_only_for_what_holds() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let path = format!("bulletins/{id}/report");
    // the steward of Lamphun: not for the own group, nor for another province's, nor for one that is not there
    for group in ["lpn", "gcc1", "cmi-com", "nowhere"] {
        app.post(&Who::Steward, &path, body(group, "seen")).await.problem(404);
    }
    for who in [Who::Agency, Who::Publisher] {
        app.post(&who, &path, body("lpn-com", "seen")).await.problem(403);
    }
    app.post(&Who::Operator, &path, json!({ "into": [], "what": "seen" })).await.problem(422);
    app.post(&Who::Operator, &path, json!({ "into": ["lpn"], "what": "read" })).await.problem(422);
    let several = json!({ "into": ["lpn-com", "cmi-com"], "what": "seen" });
    app.post(&Who::Steward, &path, several).await.problem(404);
    assert_eq!(app.count("select count(*) from deliveries where reported is not null").await, 0, "all or none");

    let draft = app.write_with(json!({})).await;
    app.post(&Who::Operator, &format!("bulletins/{draft}/report"), body("lpn", "seen")).await.problem(409);
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), json!({ "reason": "ข้อมูลคลาดเคลื่อน" })).await.expect(200);
    app.post(&Who::Operator, &path, body("lpn", "seen")).await.problem(409);
}

#[tokio::test]
async fn a_group_that_the_bulletin_does_not_go_to_has_nothing_to_report() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "audience": { "exclude_groups": ["lpn-com"] } })).await;
    app.release(&id).await;
    app.post(&Who::Steward, &format!("bulletins/{id}/report"), body("lpn-com", "seen")).await.problem(404);
}

#[tokio::test]
async fn a_report_is_made_by_form_and_shown_in_a_frame_of_its_own() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let steward = app.sign_in(Who::Steward).await;
    let page = steward.open(&format!("/waiting/{id}")).await.text;
    assert!(page.contains(&format!("/waiting/{id}/report")) && page.contains("value=\"lpn-com\""), "{page}");
    let fields = [("group", "lpn-com"), ("what", "seen"), ("comment", COMMENT)];
    let led = steward.submit(&format!("/waiting/{id}/report"), &fields).await.location().to_owned();
    assert!(steward.open(&led).await.text.contains("บันทึกการรายงานแทนแล้ว"));
    assert_eq!(delivery(&app, &id, "lpn-com").await["reported"]["what"], "seen");

    let to = app.delivery_of(&id, "lpn-com").await;
    let operator = app.sign_in(Who::Operator).await;
    let fields = [("what", "acknowledged"), ("comment", "")];
    let led = operator.submit(&format!("/deliveries/{to}/report"), &fields).await.location().to_owned();
    let page = operator.open(&led).await.text;
    assert!(page.contains("badge reported") && page.contains("รายงานแทน: รับทราบแล้ว"), "{page}");
    let page = operator.submit(&format!("/deliveries/{to}/report"), &[("what", "read"), ("comment", "")]).await;
    assert!(page.text.contains("โปรดเลือกว่าหน่วยงานแจ้งว่าอย่างไร"), "{}", page.text);
    assert!(operator.open(&format!("/board/{id}")).await.text.contains("กลุ่มที่มีการรายงานแทน"));
    let list = operator.open("/groups/lpn-com?format=csv").await.text;
    assert!(list.contains("acknowledged"), "{list}");
    let agency = app.sign_in(Who::Agency).await;
    assert!(agency.open(&format!("/status/{id}")).await.text.contains("badge reported"));
    let own = agency.open(&format!("/deliveries/{to}")).await.text;
    assert!(own.contains("badge reported") && !own.contains("/report\""), "{own}");
    assert_eq!(app.states(id_of(&id)).await["lpn-com"], State::Waiting);
}

//! LINE's own words are asked for before anything is published, and publishing hangs on nothing when LINE does not answer.

use gcc_relay::simulator::{Endpoint, Fault, FaultRule};
use serde_json::{Value, json};

use crate::desk::{Desk, Who};
use crate::stage::Stage;

/// An address that LINE refuses, though nothing in its documentation does.
const ODD: &str = "https://www.dcard.tw/@superbook.apk";

async fn draft_with_an_odd_link(desk: &Desk) -> String {
    let links = json!([{ "label": "อ่านเพิ่มเติม", "url": "https://example.go.th" }, { "label": "ดาวน์โหลด", "url": ODD }]);
    desk.write_with(json!({ "links": links })).await
}

/// How often LINE was asked what it finds wrong.
fn asked(stage: &Stage) -> u64 {
    stage.line().counts().calls.get(&Endpoint::ValidatePush).map_or(0, |by_status| by_status.values().sum())
}

#[tokio::test]
async fn what_line_refuses_is_told_at_the_field_before_anything_is_done() {
    let desk = Desk::new().await;
    let id = draft_with_an_odd_link(&desk).await;
    for (path, body) in [
        ("publish", json!({})),
        ("publish", json!({ "at": "2018-03-24T02:00:00Z" })),
        ("submit", json!({})),
        ("test", json!({ "group": "lpn" })),
    ] {
        let refused = desk.post(&Who::Admin, &format!("bulletins/{id}/{path}"), body).await;
        let problem: Value = refused.problem(422);
        let errors = problem["errors"].as_array().expect("errors");
        assert_eq!((errors.len(), &errors[0]["pointer"]), (1, &json!("/links/1/url")), "{path}");
        assert!(
            errors[0]["detail"].as_str().expect("a text").starts_with("LINE refuses this: invalid uri"),
            "{problem}"
        );
    }
    let bulletin = desk.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(bulletin["state"], "draft");
    desk.run().await;
    assert_eq!(desk.line().counts().accepted, 0);
}

#[tokio::test]
async fn the_form_says_what_line_refuses_in_lines_words() {
    let desk = Desk::new().await;
    let id = draft_with_an_odd_link(&desk).await;
    let publisher = desk.sign_in(Who::Publisher).await;
    let page = publisher.open(&format!("/bulletins/{id}/publish")).await.text;
    let seen = page.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version");
    let page = publisher.submit(&format!("/bulletins/{id}/publish"), &[("seen", seen), ("when", "now")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("LINE ไม่รับข้อความนี้ LINE แจ้งว่า invalid uri"), "{}", page.text);
    for form in ["submit", "test"] {
        let page = publisher.submit(&format!("/bulletins/{id}/{form}"), &[("group", "lpn")]).await;
        assert_eq!(page.status, 422, "{form}");
        assert!(page.text.contains("LINE แจ้งว่า invalid uri"), "{form}");
    }
}

#[tokio::test]
async fn where_line_cannot_be_asked_publishing_goes_on() {
    let desk = Desk::new().await;
    for fault in [
        Fault::Timeout,
        Fault::Reset,
        Fault::Html502,
        Fault::Rate429,
        Fault::Status { status: 401 },
        Fault::Slow { min_ms: 350, max_ms: 360 },
    ] {
        desk.faults([FaultRule::always(fault.clone()).endpoint(Endpoint::ValidatePush)]);
        let id = desk.write().await;
        let before = asked(&desk);
        desk.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
        assert!(asked(&desk) > before, "{fault:?}");
    }
}

#[tokio::test]
async fn a_text_that_bears_a_secrecy_class_is_not_shown_to_line() {
    let desk = Desk::new().await;
    let id = desk.write().await;
    sqlx::query("update bulletins set body = 'ลับมาก' where id = $1::uuid")
        .bind(&id)
        .execute(&mut *desk.db().await)
        .await
        .expect("written by another road");
    let refused = desk.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await;
    assert_eq!((refused.pointers(422), asked(&desk)), (vec!["/body".to_owned()], 0));
}

#[tokio::test]
async fn nobody_who_may_not_see_a_draft_has_line_asked_about_it() {
    let desk = Desk::new().await;
    let id = draft_with_an_odd_link(&desk).await;
    desk.post(&Who::Steward, &format!("bulletins/{id}/publish"), json!({})).await.problem(404);
    desk.post(&Who::Operator, &format!("bulletins/{id}/publish"), json!({})).await.problem(403);
    assert_eq!(asked(&desk), 0);
}

//! LINE's own words are asked for before anything is published, and publishing hangs on nothing when LINE does not answer.

use gcc_relay::simulator::{Endpoint, Fault, FaultRule};
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};
use crate::test_relay::TestRelay;

/// An address that LINE refuses, though nothing in its documentation does.
const ODD: &str = "https://www.dcard.tw/@superbook.apk";

async fn draft_with_an_odd_link(app: &TestApp) -> String {
    let links = json!([{ "label": "อ่านเพิ่มเติม", "url": "https://example.go.th" }, { "label": "ดาวน์โหลด", "url": ODD }]);
    app.write_with(json!({ "links": links })).await
}

/// How often LINE was asked what it finds wrong.
fn asked(relay: &TestRelay) -> u64 {
    relay.line().counts().calls.get(&Endpoint::ValidatePush).map_or(0, |by_status| by_status.values().sum())
}

#[tokio::test]
async fn what_line_refuses_is_told_at_the_field_before_anything_is_done() {
    let app = TestApp::new().await;
    let id = draft_with_an_odd_link(&app).await;
    for (path, body) in [
        ("publish", json!({})),
        ("publish", json!({ "at": "2018-03-24T02:00:00Z" })),
        ("submit", json!({})),
        ("test", json!({ "group": "lpn" })),
    ] {
        let refused = app.post(&Who::Admin, &format!("bulletins/{id}/{path}"), body).await;
        let problem: Value = refused.problem(422);
        let errors = problem["errors"].as_array().expect("errors");
        assert_eq!((errors.len(), &errors[0]["pointer"]), (1, &json!("/links/1/url")), "{path}");
        assert!(
            errors[0]["detail"].as_str().expect("a text").starts_with("LINE refuses this: invalid uri"),
            "{problem}"
        );
    }
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(bulletin["state"], "draft");
    app.run().await;
    assert_eq!(app.line().counts().accepted, 0);
}

#[tokio::test]
async fn the_form_says_what_line_refuses_in_lines_words() {
    let app = TestApp::new().await;
    let id = draft_with_an_odd_link(&app).await;
    let publisher = app.sign_in(Who::Publisher).await;
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
    let app = TestApp::new().await;
    for fault in [
        Fault::Timeout,
        Fault::Reset,
        Fault::Html502,
        Fault::Rate429,
        Fault::Status { status: 401 },
        Fault::Slow { min_ms: 350, max_ms: 360 },
    ] {
        app.faults([FaultRule::always(fault.clone()).endpoint(Endpoint::ValidatePush)]);
        let id = app.write().await;
        let before = asked(&app);
        app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
        assert!(asked(&app) > before, "{fault:?}");
    }
}

#[tokio::test]
async fn a_text_that_bears_a_secrecy_class_is_not_shown_to_line() {
    let app = TestApp::new().await;
    let id = app.write().await;
    sqlx::query("update bulletins set body = 'ลับมาก' where id = $1::uuid")
        .bind(&id)
        .execute(&mut *app.db().await)
        .await
        .expect("written by another road");
    let refused = app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await;
    assert_eq!((refused.pointers(422), asked(&app)), (vec!["/body".to_owned()], 0));
}

#[tokio::test]
async fn nobody_who_may_not_see_a_draft_has_line_asked_about_it() {
    let app = TestApp::new().await;
    let id = draft_with_an_odd_link(&app).await;
    app.post(&Who::Steward, &format!("bulletins/{id}/publish"), json!({})).await.problem(404);
    app.post(&Who::Operator, &format!("bulletins/{id}/publish"), json!({})).await.problem(403);
    assert_eq!(asked(&app), 0);
}

//! Bulletins over REST: written, changed, forecast, published now or later, listed, taken back.

use std::time::Duration;

use gcc_relay::simulator::{ChannelChange, Quota};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who, letter};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_new_bulletin_is_a_draft_with_everything_that_was_given() {
    let app = TestApp::new().await;
    let given = letter(json!({
        "audience": { "tiers": [1, 2], "exclude_groups": ["cmi"] },
        "links": ["https://www.moi.go.th/", { "label": "หนังสือฉบับเต็ม", "url": "https://www.opm.go.th/ว1620" }],
        "acknowledgement": false,
        "expires_at": "2018-03-25T00:00:00Z",
    }));
    let made = app.post(&Who::Publisher, "bulletins", given).await;
    let draft = made.expect(201);
    let id = draft["id"].as_str().expect("an id");
    assert_eq!(made.header("location"), format!("/api/v1/bulletins/{id}"));
    assert_eq!(draft["state"], "draft");
    assert_eq!(app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200), draft);
    insta::assert_json_snapshot!(draft, { ".id" => "[id]", ".public_url" => "[address]" });
}

#[tokio::test]
async fn a_number_that_looks_wrong_is_kept_as_it_is_and_doubted() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "document_number": "มท ๐๒๐๖.๒/ว" })).await;
    let draft = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(draft["document_number"], "มท ๐๒๐๖.๒/ว");
    assert_ne!(draft["document"]["doubts"], json!([]), "{draft}");
}

#[tokio::test]
async fn a_draft_can_be_changed_and_thrown_away() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "audience": { "tiers": [1] }, "urgency": "urgent" })).await;
    let path = format!("bulletins/{id}");
    let change = json!({ "subject": "เรื่องใหม่", "audience": null, "urgency": null, "document_date": null });
    let changed = app.patch(&Who::Publisher, &path, change).await.expect(200);
    assert_eq!((&changed["subject"], &changed["audience"]), (&json!("เรื่องใหม่"), &json!({})));
    assert_eq!((&changed["urgency"], &changed["document_date"]), (&json!("routine"), &Value::Null));
    assert_eq!(changed["document_number"], "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐", "what is left out stays");
    let gone = app.delete(&Who::Publisher, &path).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    app.get(&Who::Admin, &path).await.problem(404);
    app.delete(&Who::Publisher, &path).await.problem(404);
}

#[tokio::test]
async fn publishing_makes_all_deliveries_and_answers_at_once() {
    let app = TestApp::new().await;
    let id = app.write().await;
    let published = app.post(&Who::Publisher, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    assert_eq!(published, json!({ "id": id, "state": "relaying", "deliveries": 8 }));
    assert_eq!(app.line().counts().accepted, 0, "nothing is sent before the answer");
}

#[tokio::test]
async fn what_is_published_is_no_draft_any_more() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let before = app.fingerprint().await;
    let publish = app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await;
    assert_eq!(publish.problem_name(409), "not-a-draft");
    let change = app.patch(&Who::Admin, &format!("bulletins/{id}"), json!({ "subject": "อื่น" })).await;
    assert_eq!(change.problem_name(409), "not-a-draft");
    assert_eq!(app.delete(&Who::Admin, &format!("bulletins/{id}")).await.problem_name(409), "not-a-draft");
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn a_forecast_counts_seats_and_compares_them_with_the_quota() {
    let app = TestApp::new().await;
    let id = app.write().await;
    let quota = ChannelChange { quota: Some(Quota::Limited(500)), ..ChannelChange::default() };
    app.line().change_channel("gcc", quota).expect("changed");
    // the relay asks LINE for the quota in its rounds
    app.after(Duration::from_mins(6)).await;
    let forecast = app.get(&Who::Publisher, &format!("bulletins/{id}/forecast")).await.expect(200);
    insta::assert_json_snapshot!(forecast);
}

#[tokio::test]
async fn a_scheduled_bulletin_goes_out_at_its_time_and_not_before() {
    let app = TestApp::new().await;
    let id = app.write().await;
    let publish = format!("bulletins/{id}/publish");
    let at = "2018-03-23T01:00:00Z";
    let scheduled = app.post(&Who::Publisher, &publish, json!({ "at": at })).await.expect(202);
    assert_eq!(scheduled, json!({ "id": id, "state": "scheduled", "at": at }));
    app.after(Duration::from_mins(59)).await;
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!((&bulletin["state"], &bulletin["scheduled_for"]), (&json!("scheduled"), &json!(at)));
    app.after(Duration::from_mins(1)).await;
    let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!((&status["state"], &status["published_at"]), (&json!("relaying"), &json!(at)));
    assert_eq!(status["counts"]["accepted"], 4);
}

#[tokio::test]
async fn a_scheduled_bulletin_can_be_put_back_among_the_drafts() {
    let app = TestApp::new().await;
    let id = app.write().await;
    let path = format!("bulletins/{id}/unschedule");
    assert_eq!(app.post(&Who::Admin, &path, json!({})).await.problem_name(409), "not-scheduled");
    let at = json!({ "at": "2018-03-23T01:00:00Z" });
    app.post(&Who::Admin, &format!("bulletins/{id}/publish"), at).await.expect(202);
    let back = app.post(&Who::Admin, &path, json!({})).await.expect(200);
    assert_eq!(back, json!({ "id": id, "state": "draft" }));
    app.after(Duration::from_hours(2)).await;
    assert_eq!(app.line().counts().accepted, 0);
    app.patch(&Who::Admin, &format!("bulletins/{id}"), json!({ "urgency": "urgent" })).await.expect(200);
}

#[tokio::test]
async fn a_withdrawal_says_what_it_stopped_and_whom_it_tells() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let path = format!("bulletins/{id}/withdraw");
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    let withdrawn = app.post(&Who::Publisher, &path, reason.clone()).await.expect(200);
    assert_eq!(
        (&withdrawn["state"], &withdrawn["stopped"], &withdrawn["notified"]),
        (&json!("withdrawn"), &json!(3), &json!(4))
    );
    app.run().await;
    let notice = withdrawn["notice"].as_str().expect("a notice");
    let notice = app.get(&Who::Admin, &format!("bulletins/{notice}")).await.expect(200);
    assert_eq!(
        (&notice["kind"], &notice["about"], &notice["state"]),
        (&json!("withdrawal"), &json!(id), &json!("settled"))
    );
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(bulletin["withdrawn_reason"], "ข้อมูลคลาดเคลื่อน");
    let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!((&status["state"], &status["counts"]["withdrawn"]), (&json!("withdrawn"), &json!(3)));
    assert_eq!(app.post(&Who::Publisher, &path, reason).await.problem_name(409), "not-relaying");
    let draft = app.write().await;
    let early = app.post(&Who::Publisher, &format!("bulletins/{draft}/withdraw"), json!({ "reason": "x" })).await;
    early.problem(409);
}

#[tokio::test]
async fn a_correction_names_the_published_bulletin_that_it_puts_right() {
    let app = TestApp::new().await;
    let (published, draft) = (app.held().await, app.write().await);
    let correction = |about: &str| letter(json!({ "kind": "correction", "about": about }));
    app.post(&Who::Admin, "bulletins", correction(&published)).await.expect(201);
    let nowhere = "01900000-0000-7000-8000-000000000000";
    for about in [draft.as_str(), nowhere] {
        assert_eq!(app.post(&Who::Admin, "bulletins", correction(about)).await.pointers(422), ["/about"]);
    }
}

#[tokio::test]
async fn a_list_of_bulletins_goes_on_from_page_to_page_and_narrows() {
    let app = TestApp::new().await;
    let mut written = Vec::new();
    for number in 0..9 {
        app.clock.advance(Duration::from_secs(1));
        written.push(app.write_with(json!({ "subject": format!("ฉบับที่ {number}") })).await);
    }
    app.release(&written[4]).await;
    written.reverse();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for expected in [4, 4, 1] {
        let page = app.get(&Who::Admin, &format!("bulletins?limit=4{cursor}")).await.expect(200);
        assert_eq!(ids(&page).len(), expected);
        seen.extend(ids(&page));
        cursor = page["next_cursor"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
        // what comes in between shifts nothing
        app.clock.advance(Duration::from_secs(1));
        app.write().await;
    }
    assert_eq!((seen, cursor.as_str()), (written.clone(), ""));
    let relaying = app.get(&Who::Admin, "bulletins?state=relaying&kind=news").await.expect(200);
    assert_eq!(ids(&relaying), [written[4].clone()]);
    assert_eq!(ids(&app.get(&Who::Admin, "bulletins?kind=drill").await.expect(200)), Vec::<String>::new());
    assert_eq!(ids(&app.get(&Who::Steward, "bulletins").await.expect(200)), [written[4].clone()]);
}

#[tokio::test]
async fn automatic_forwarding_is_in_the_audit_with_who_asked_for_it() {
    let app = TestApp::new().await;
    app.post(&Who::Publisher, "bulletins", letter(json!({ "forwarding": "automatic" }))).await.expect(201);
    let kept = "select count(*) from audit where act = 'set_forwarding' and actor = 'key:publisher'";
    assert_eq!(app.count(kept).await, 1);
}

#[tokio::test]
async fn a_head_request_is_answered_like_a_get_without_its_body() {
    let app = TestApp::new().await;
    let head = app.send(app.request(&Who::Admin, Method::HEAD, "bulletins")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(app.send(app.request(&Who::Nobody, Method::HEAD, "bulletins")).await.status, 401);
}

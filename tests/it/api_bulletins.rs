//! Bulletins over REST: written, changed, forecast, published now or later, listed, taken back.

use std::time::Duration;

use gcc_relay::simulator::{ChannelChange, Quota};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, Who, letter};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_new_bulletin_is_a_draft_with_everything_that_was_given() {
    let desk = Desk::new().await;
    let given = letter(json!({
        "audience": { "tiers": [1, 2], "exclude_groups": ["cmi"] },
        "links": ["https://www.moi.go.th/", { "label": "หนังสือฉบับเต็ม", "url": "https://www.opm.go.th/ว1620" }],
        "acknowledgement": false,
        "expires_at": "2018-03-25T00:00:00Z",
    }));
    let made = desk.post(&Who::Publisher, "bulletins", given).await;
    let draft = made.expect(201);
    let id = draft["id"].as_str().expect("an id");
    assert_eq!(made.header("location"), format!("/api/v1/bulletins/{id}"));
    assert_eq!(draft["state"], "draft");
    assert_eq!(desk.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200), draft);
    insta::assert_json_snapshot!(draft, { ".id" => "[id]", ".public_url" => "[address]" });
}

#[tokio::test]
async fn a_number_that_looks_wrong_is_kept_as_it_is_and_doubted() {
    let desk = Desk::new().await;
    let id = desk.write_with(json!({ "document_number": "มท ๐๒๐๖.๒/ว" })).await;
    let draft = desk.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(draft["document_number"], "มท ๐๒๐๖.๒/ว");
    assert_ne!(draft["document"]["doubts"], json!([]), "{draft}");
}

#[tokio::test]
async fn a_draft_can_be_changed_and_thrown_away() {
    let desk = Desk::new().await;
    let id = desk.write_with(json!({ "audience": { "tiers": [1] }, "urgency": "urgent" })).await;
    let path = format!("bulletins/{id}");
    let change = json!({ "subject": "เรื่องใหม่", "audience": null, "urgency": null, "document_date": null });
    let changed = desk.patch(&Who::Publisher, &path, change).await.expect(200);
    assert_eq!((&changed["subject"], &changed["audience"]), (&json!("เรื่องใหม่"), &json!({})));
    assert_eq!((&changed["urgency"], &changed["document_date"]), (&json!("routine"), &Value::Null));
    assert_eq!(changed["document_number"], "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐", "what is left out stays");
    let gone = desk.delete(&Who::Publisher, &path).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    desk.get(&Who::Admin, &path).await.problem(404);
    desk.delete(&Who::Publisher, &path).await.problem(404);
}

#[tokio::test]
async fn publishing_makes_all_deliveries_and_answers_at_once() {
    let desk = Desk::new().await;
    let id = desk.write().await;
    let published = desk.post(&Who::Publisher, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    assert_eq!(published, json!({ "id": id, "state": "relaying", "deliveries": 8 }));
    assert_eq!(desk.line().counts().accepted, 0, "nothing is sent before the answer");
}

#[tokio::test]
async fn what_is_published_is_no_draft_any_more() {
    let desk = Desk::new().await;
    let id = desk.held().await;
    let before = desk.fingerprint().await;
    let publish = desk.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await;
    assert_eq!(publish.problem_name(409), "not-a-draft");
    let change = desk.patch(&Who::Admin, &format!("bulletins/{id}"), json!({ "subject": "อื่น" })).await;
    assert_eq!(change.problem_name(409), "not-a-draft");
    assert_eq!(desk.delete(&Who::Admin, &format!("bulletins/{id}")).await.problem_name(409), "not-a-draft");
    assert_eq!(desk.fingerprint().await, before);
}

#[tokio::test]
async fn a_forecast_counts_seats_and_compares_them_with_the_quota() {
    let desk = Desk::new().await;
    let id = desk.write().await;
    let quota = ChannelChange { quota: Some(Quota::Limited(500)), ..ChannelChange::default() };
    desk.line().change_channel("gcc", quota).expect("changed");
    // the relay asks LINE for the quota in its rounds
    desk.after(Duration::from_mins(6)).await;
    let forecast = desk.get(&Who::Publisher, &format!("bulletins/{id}/forecast")).await.expect(200);
    insta::assert_json_snapshot!(forecast);
}

#[tokio::test]
async fn a_scheduled_bulletin_goes_out_at_its_time_and_not_before() {
    let desk = Desk::new().await;
    let id = desk.write().await;
    let publish = format!("bulletins/{id}/publish");
    let at = "2018-03-23T01:00:00Z";
    let scheduled = desk.post(&Who::Publisher, &publish, json!({ "at": at })).await.expect(202);
    assert_eq!(scheduled, json!({ "id": id, "state": "scheduled", "at": at }));
    desk.after(Duration::from_mins(59)).await;
    let bulletin = desk.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!((&bulletin["state"], &bulletin["scheduled_for"]), (&json!("scheduled"), &json!(at)));
    desk.after(Duration::from_mins(1)).await;
    let status = desk.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!((&status["state"], &status["published_at"]), (&json!("relaying"), &json!(at)));
    assert_eq!(status["counts"]["accepted"], 4);
}

#[tokio::test]
async fn a_scheduled_bulletin_can_be_put_back_among_the_drafts() {
    let desk = Desk::new().await;
    let id = desk.write().await;
    let path = format!("bulletins/{id}/unschedule");
    assert_eq!(desk.post(&Who::Admin, &path, json!({})).await.problem_name(409), "not-scheduled");
    let at = json!({ "at": "2018-03-23T01:00:00Z" });
    desk.post(&Who::Admin, &format!("bulletins/{id}/publish"), at).await.expect(202);
    let back = desk.post(&Who::Admin, &path, json!({})).await.expect(200);
    assert_eq!(back, json!({ "id": id, "state": "draft" }));
    desk.after(Duration::from_hours(2)).await;
    assert_eq!(desk.line().counts().accepted, 0);
    desk.patch(&Who::Admin, &format!("bulletins/{id}"), json!({ "urgency": "urgent" })).await.expect(200);
}

#[tokio::test]
async fn a_withdrawal_says_what_it_stopped_and_whom_it_tells() {
    let desk = Desk::new().await;
    let id = desk.held().await;
    let path = format!("bulletins/{id}/withdraw");
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    let withdrawn = desk.post(&Who::Publisher, &path, reason.clone()).await.expect(200);
    assert_eq!(
        (&withdrawn["state"], &withdrawn["stopped"], &withdrawn["notified"]),
        (&json!("withdrawn"), &json!(3), &json!(4))
    );
    desk.run().await;
    let notice = withdrawn["notice"].as_str().expect("a notice");
    let notice = desk.get(&Who::Admin, &format!("bulletins/{notice}")).await.expect(200);
    assert_eq!(
        (&notice["kind"], &notice["about"], &notice["state"]),
        (&json!("withdrawal"), &json!(id), &json!("settled"))
    );
    let bulletin = desk.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(bulletin["withdrawn_reason"], "ข้อมูลคลาดเคลื่อน");
    let status = desk.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!((&status["state"], &status["counts"]["withdrawn"]), (&json!("withdrawn"), &json!(3)));
    assert_eq!(desk.post(&Who::Publisher, &path, reason).await.problem_name(409), "not-relaying");
    let draft = desk.write().await;
    let early = desk.post(&Who::Publisher, &format!("bulletins/{draft}/withdraw"), json!({ "reason": "x" })).await;
    early.problem(409);
}

#[tokio::test]
async fn a_correction_names_the_published_bulletin_that_it_puts_right() {
    let desk = Desk::new().await;
    let (published, draft) = (desk.held().await, desk.write().await);
    let correction = |about: &str| letter(json!({ "kind": "correction", "about": about }));
    desk.post(&Who::Admin, "bulletins", correction(&published)).await.expect(201);
    let nowhere = "01900000-0000-7000-8000-000000000000";
    for about in [draft.as_str(), nowhere] {
        assert_eq!(desk.post(&Who::Admin, "bulletins", correction(about)).await.pointers(422), ["/about"]);
    }
}

#[tokio::test]
async fn a_list_of_bulletins_goes_on_from_page_to_page_and_narrows() {
    let desk = Desk::new().await;
    let mut written = Vec::new();
    for number in 0..9 {
        desk.clock.advance(Duration::from_secs(1));
        written.push(desk.write_with(json!({ "subject": format!("ฉบับที่ {number}") })).await);
    }
    desk.release(&written[4]).await;
    written.reverse();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for expected in [4, 4, 1] {
        let page = desk.get(&Who::Admin, &format!("bulletins?limit=4{cursor}")).await.expect(200);
        assert_eq!(ids(&page).len(), expected);
        seen.extend(ids(&page));
        cursor = page["next_cursor"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
        // what comes in between shifts nothing
        desk.clock.advance(Duration::from_secs(1));
        desk.write().await;
    }
    assert_eq!((seen, cursor.as_str()), (written.clone(), ""));
    let relaying = desk.get(&Who::Admin, "bulletins?state=relaying&kind=news").await.expect(200);
    assert_eq!(ids(&relaying), [written[4].clone()]);
    assert_eq!(ids(&desk.get(&Who::Admin, "bulletins?kind=drill").await.expect(200)), Vec::<String>::new());
    assert_eq!(ids(&desk.get(&Who::Steward, "bulletins").await.expect(200)), [written[4].clone()]);
}

#[tokio::test]
async fn automatic_forwarding_is_in_the_audit_with_who_asked_for_it() {
    let desk = Desk::new().await;
    desk.post(&Who::Publisher, "bulletins", letter(json!({ "forwarding": "automatic" }))).await.expect(201);
    let kept = "select count(*) from audit where act = 'set_forwarding' and actor = 'key:publisher'";
    assert_eq!(desk.count(kept).await, 1);
}

#[tokio::test]
async fn a_head_request_is_answered_like_a_get_without_its_body() {
    let desk = Desk::new().await;
    let head = desk.send(desk.request(&Who::Admin, Method::HEAD, "bulletins")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(desk.send(desk.request(&Who::Nobody, Method::HEAD, "bulletins")).await.status, 401);
}

//! Before a bulletin goes out: a second person's approval, a test in one group, and finding earlier ones again.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use serde_json::{Value, json};

use crate::test_app::{Answer, TestApp, Who};

/// An act on a bulletin.
async fn act(app: &TestApp, who: Who, id: &str, act: &str) -> Answer {
    let body = if act == "return" {
        json!({ "reason": "วันที่ไม่ตรงกับหนังสือ" })
    } else {
        json!({})
    };
    app.post(&who, &format!("bulletins/{id}/{act}"), body).await
}

async fn bulletin(app: &TestApp, id: &str) -> Value {
    app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200)
}

#[tokio::test]
async fn where_a_second_person_is_asked_for_nothing_goes_out_without_one() {
    let app = TestApp::with_approval().await;
    let id = app.write().await;
    assert_eq!(act(&app, Who::Publisher, &id, "publish").await.problem_name(409), "not-approved");
    let at = json!({ "at": "2018-03-24T02:00:00Z" });
    let later = app.post(&Who::Publisher, &format!("bulletins/{id}/publish"), at).await;
    assert_eq!(later.problem_name(409), "not-approved");
    assert_eq!(act(&app, Who::Publisher, &id, "submit").await.expect(200)["state"], "submitted");
    assert_eq!(act(&app, Who::Publisher, &id, "publish").await.problem_name(409), "not-approved");
    let approved = act(&app, Who::Approver, &id, "approve").await.expect(200);
    assert_eq!((&approved["state"], &approved["approved_by"]), (&json!("submitted"), &json!("key:approver")));
    let published = act(&app, Who::Publisher, &id, "publish").await.expect(202);
    assert_eq!(published["deliveries"], 8);
    for who in ["submit", "approve", "publish"] {
        let query = sqlx::query_scalar::<_, i64>("select count(*) from audit where subject = $1 and act = $2");
        let kept = query.bind(format!("bulletin:{id}")).bind(who).fetch_one(&mut *app.db().await).await;
        assert_eq!(kept.expect("a number"), 1, "{who} is in the audit");
    }
}

#[tokio::test]
async fn nobody_approves_what_they_wrote_changed_or_submitted() {
    let app = TestApp::with_approval().await;
    // the admin wrote it, and another admin changed it
    let id = app.write().await;
    let other = app.key(Role::Admin, None).await;
    sqlx::query("update api_keys set name = 'other' where prefix = $1")
        .bind(&other[5..13])
        .execute(&mut *app.db().await)
        .await
        .expect("renamed");
    app.patch(&other, &format!("bulletins/{id}"), json!({ "urgency": "urgent" })).await.expect(200);
    act(&app, Who::Publisher, &id, "submit").await.expect(200);
    for verb in ["approve", "return"] {
        assert_eq!(act(&app, Who::Admin, &id, verb).await.problem_name(409), "own-bulletin");
        let path = format!("bulletins/{id}/{verb}");
        let body = if verb == "return" { json!({ "reason": "x" }) } else { json!({}) };
        assert_eq!(app.post(&other, &path, body).await.problem_name(409), "own-bulletin");
    }
    act(&app, Who::Approver, &id, "approve").await.expect(200);
    // and the database keeps it too
    let own = sqlx::query("update bulletins set approved_by = created_by").execute(&mut *app.db().await).await;
    assert!(own.expect_err("refused").to_string().contains("nobody_approves_their_own"));
}

#[tokio::test]
async fn what_is_returned_is_a_draft_again_and_says_why() {
    let app = TestApp::with_approval().await;
    let id = app.write().await;
    assert_eq!(act(&app, Who::Approver, &id, "return").await.problem_name(409), "not-submitted");
    act(&app, Who::Publisher, &id, "submit").await.expect(200);
    let change = app.patch(&Who::Publisher, &format!("bulletins/{id}"), json!({ "urgency": "urgent" })).await;
    assert_eq!(change.problem_name(409), "not-a-draft", "what a second person looks at stands still");
    assert_eq!(act(&app, Who::Approver, &id, "return").await.expect(200)["state"], "draft");
    let returned = bulletin(&app, &id).await;
    assert_eq!(
        (&returned["returned_by"], &returned["returned_reason"]),
        (&json!("key:approver"), &json!("วันที่ไม่ตรงกับหนังสือ"))
    );
    app.patch(&Who::Publisher, &format!("bulletins/{id}"), json!({ "document_date": "2018-03-24" })).await.expect(200);
    act(&app, Who::Publisher, &id, "submit").await.expect(200);
    assert_eq!(bulletin(&app, &id).await["returned_reason"], Value::Null);
}

#[tokio::test]
async fn a_change_takes_the_approval_away() {
    let app = TestApp::with_approval().await;
    let id = app.write().await;
    let path = format!("bulletins/{id}");
    let approve = async || {
        act(&app, Who::Publisher, &id, "submit").await.expect(200);
        act(&app, Who::Approver, &id, "approve").await.expect(200);
    };
    approve().await;
    // taken back by its author to be changed
    act(&app, Who::Publisher, &id, "recall").await.expect(200);
    assert_eq!(bulletin(&app, &id).await["approved_at"], Value::Null);
    assert_eq!(act(&app, Who::Publisher, &id, "publish").await.problem_name(409), "not-approved");
    // set down for later and taken out again: nothing was changed, so it still holds
    approve().await;
    let at = json!({ "at": "2018-03-24T02:00:00Z" });
    app.post(&Who::Publisher, &format!("{path}/publish"), at).await.expect(202);
    act(&app, Who::Publisher, &id, "unschedule").await.expect(200);
    assert_ne!(bulletin(&app, &id).await["approved_at"], Value::Null);
    let changed = app.patch(&Who::Publisher, &path, json!({ "body": "ความใหม่" })).await.expect(200);
    assert_eq!((&changed["approved_at"], &changed["approved_by"]), (&Value::Null, &Value::Null));
    assert_eq!(act(&app, Who::Publisher, &id, "publish").await.problem_name(409), "not-approved");
    // whoever changes it, and by whatever road
    approve().await;
    let mut db = app.db().await;
    sqlx::query("update bulletins set links = '[]', urgency = 0").execute(&mut *db).await.expect("changed");
    assert_eq!(bulletin(&app, &id).await["approved_at"], Value::Null);
}

#[tokio::test]
async fn an_approved_bulletin_that_was_set_down_goes_out_at_its_time() {
    let app = TestApp::with_approval().await;
    let id = app.write().await;
    act(&app, Who::Publisher, &id, "submit").await.expect(200);
    act(&app, Who::Approver, &id, "approve").await.expect(200);
    let at = json!({ "at": "2018-03-23T01:00:00Z" });
    app.post(&Who::Publisher, &format!("bulletins/{id}/publish"), at).await.expect(202);
    app.after(Duration::from_hours(1)).await;
    assert_eq!(bulletin(&app, &id).await["state"], "relaying");
}

#[tokio::test]
async fn where_nobody_asks_for_a_second_person_one_may_still_be_asked() {
    let app = TestApp::new().await;
    let id = app.write().await;
    act(&app, Who::Publisher, &id, "submit").await.expect(200);
    act(&app, Who::Publisher, &id, "publish").await.expect(202);
}

#[tokio::test]
async fn a_draft_waiting_for_approval_is_for_those_who_work_on_it() {
    let app = TestApp::with_approval().await;
    let id = app.write().await;
    act(&app, Who::Publisher, &id, "submit").await.expect(200);
    let seen =
        async |who: Who| app.get(&who, "bulletins?state=submitted").await.expect(200)["items"].as_array().map(Vec::len);
    assert_eq!(
        (seen(Who::Approver).await, seen(Who::Steward).await, seen(Who::Agency).await),
        (Some(1), Some(0), Some(0))
    );
    let elsewhere = app.key(Role::Approver, Some("chiangmai")).await;
    app.post(&elsewhere, &format!("bulletins/{id}/approve"), json!({})).await.problem(404);
}

#[tokio::test]
async fn a_test_goes_to_the_chosen_group_alone_and_says_that_it_is_one() {
    let app = TestApp::with_approval().await;
    let id = app.write().await;
    let before = bulletin(&app, &id).await;
    let path = format!("bulletins/{id}/test");
    let sent = app.post(&Who::Publisher, &path, json!({ "group": "lpn-com" })).await.expect(202);
    app.run().await;
    let accepted = app.line().accepted(None);
    assert_eq!(accepted.len(), 1, "to nobody else, and without waiting for a steward");
    let messages = app.line().messages(&accepted[0].messages_hash).expect("bytes");
    assert!(messages.contains("[ทดสอบ]") && messages.contains("ทดสอบ · ด่วนที่สุด"), "{messages}");
    assert!(messages.contains("จาก สำนักนายกรัฐมนตรี"), "who speaks stays who it is: {messages}");
    assert_eq!(bulletin(&app, &id).await, before, "the draft stays as it is");
    let test = bulletin(&app, sent["id"].as_str().expect("an id")).await;
    assert_eq!((&test["kind"], &test["state"], &test["deliveries"]), (&json!("test"), &json!("settled"), &json!(1)));
    assert_eq!(test["audience"], json!({ "groups": ["lpn-com"] }));
}

#[tokio::test]
async fn a_test_needs_a_linked_group_and_something_unpublished() {
    let app = TestApp::new().await;
    let id = app.write().await;
    let path = format!("bulletins/{id}/test");
    for group in ["cmi-far", "nowhere"] {
        assert_eq!(app.post(&Who::Publisher, &path, json!({ "group": group })).await.pointers(422), ["/group"]);
    }
    app.release(&id).await;
    let late = app.post(&Who::Publisher, &path, json!({ "group": "lpn" })).await;
    assert_eq!(late.problem_name(409), "not-a-draft");
    let lamphun = app.key(Role::Publisher, Some("lamphun")).await;
    let own = app.post(&lamphun, "bulletins", crate::test_app::letter(json!({}))).await.expect(201);
    let path = format!("bulletins/{}/test", own["id"].as_str().expect("an id"));
    assert_eq!(app.post(&lamphun, &path, json!({ "group": "cmi" })).await.pointers(422), ["/group"]);
}

/// The subjects that a search finds, newest first.
async fn found(app: &TestApp, who: Who, words: &str) -> Vec<String> {
    let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
    let page = app.get(&who, &format!("bulletins?q={words}")).await.expect(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["subject"].as_str().expect("a subject").to_owned()).collect()
}

#[tokio::test]
async fn bulletins_are_found_by_any_part_of_their_subject_number_or_text() {
    let app = TestApp::new().await;
    let more = [
        json!({ "subject": "เฝ้าระวังสถานการณ์น้ำท่วมฉับพลัน", "body": "ขอให้จังหวัดลำพูนเตรียมพร้อม 100%", "document_number": "มท ๐๖๑๗/ว ๔๕" }),
        json!({ "subject": "การประชุมทางไกล", "body": "ผู้ว่าราชการจังหวัดลำพูนและเชียงใหม่", "document_number": null }),
    ];
    for more in more {
        app.clock.advance(Duration::from_secs(1));
        app.write_with(more).await;
    }
    let (flood, meeting) = ("เฝ้าระวังสถานการณ์น้ำท่วมฉับพลัน", "การประชุมทางไกล");
    for (words, expected) in [
        // within a text that has no blanks
        ("น้ำท่วม", vec![flood]),
        // in two ways of writing sara am
        ("น\u{e49}\u{e4d}\u{e32}ท่วม", vec![flood]),
        ("ลำพูน", vec![meeting, flood]),
        ("ลำพูน น้ำท่วม", vec![flood]),
        // digits of either kind, and blanks where the number has none
        ("0617/ว45", vec![flood]),
        ("มท 0617/ว ๔๕", vec![flood]),
        // signs of LIKE are only signs
        ("100%", vec![flood]),
        ("%", vec![flood]),
        ("_", vec![]),
        ("ไม่มีในที่ใด", vec![]),
    ] {
        assert_eq!(found(&app, Who::Admin, words).await, expected, "{words}");
    }
    assert_eq!(found(&app, Who::Admin, "  ").await.len(), 2, "nothing but blanks does not narrow");
    assert_eq!(found(&app, Who::Steward, "ลำพูน").await, Vec::<String>::new(), "drafts are not theirs to find");
    for bad in ["ก".repeat(201), "ก ".repeat(9)] {
        let words: String = url::form_urlencoded::byte_serialize(bad.as_bytes()).collect();
        assert_eq!(app.get(&Who::Admin, &format!("bulletins?q={words}")).await.pointers(422), ["?q"]);
    }
}

#[tokio::test]
async fn a_search_looks_into_the_index_and_not_at_every_bulletin() {
    let app = TestApp::new().await;
    let mut db = app.db().await;
    sqlx::query("set enable_seqscan = off").execute(&mut *db).await.expect("set");
    let plan: Vec<String> =
        sqlx::query_scalar("explain select found.id from bulletins found where found.search_form like '%น้ำท่วม%'")
            .fetch_all(&mut *db)
            .await
            .expect("a plan");
    assert!(plan.iter().any(|line| line.contains("bulletins_by_words")), "{plan:#?}");
}

#[tokio::test]
async fn a_forecast_counts_each_tier() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "audience": { "provinces": ["51"] } })).await;
    let forecast = app.get(&Who::Publisher, &format!("bulletins/{id}/forecast")).await.expect(200);
    let tier = |tier, groups, seats| json!({ "tier": tier, "groups": groups, "linked": groups, "seats": seats, "unknown_members": 0 });
    assert_eq!(forecast["tiers"], json!([tier(1, 1, 340), tier(2, 1, 60), tier(3, 2, 50)]));
    assert_eq!((&forecast["groups"], &forecast["seats"]), (&json!(4), &json!(450)));
}

//! The same POST again: with an idempotency key it is done once, however often and however fast it comes.

use std::time::Duration;

use gcc_relay::domain::ids::ApiKeyId;
use gcc_relay::store::idempotency::try_lock_key;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{Answer, TestApp, Who, letter};

async fn post(app: &TestApp, who: Who, path: &str, key: &str, body: &Value) -> Answer {
    app.send(app.request(&who, Method::POST, path).header("idempotency-key", key).json(body)).await
}

const BULLETINS: &str = "select count(*) from bulletins";

#[tokio::test]
async fn the_same_call_again_is_answered_the_same_and_done_once() {
    let app = TestApp::new().await;
    let first = post(&app, Who::Admin, "bulletins", "k1", &letter(json!({}))).await;
    let again = post(&app, Who::Admin, "bulletins", "k1", &letter(json!({}))).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!((&again.text, again.header("location")), (&first.text, first.header("location")));
    assert_eq!(app.count(BULLETINS).await, 1);
}

#[tokio::test]
async fn a_publish_repeated_after_a_lost_answer_is_no_conflict() {
    let app = TestApp::new().await;
    let path = format!("bulletins/{}/publish", app.write().await);
    let first = post(&app, Who::Admin, &path, "k1", &json!({})).await.expect(202);
    assert_eq!(post(&app, Who::Admin, &path, "k1", &json!({})).await.expect(202), first);
    post(&app, Who::Admin, &path, "k2", &json!({})).await.problem(409);
    assert_eq!(app.count("select count(*) from deliveries").await, 8);
}

#[tokio::test]
async fn a_key_holds_for_one_caller_one_address_and_one_body() {
    let app = TestApp::new().await;
    post(&app, Who::Admin, "bulletins", "k1", &letter(json!({}))).await.expect(201);
    let other_body = post(&app, Who::Admin, "bulletins", "k1", &letter(json!({ "urgency": "urgent" }))).await;
    assert_eq!(other_body.problem_name(422), "idempotency-key-reused");
    assert_eq!(app.count(BULLETINS).await, 1);
    post(&app, Who::Publisher, "bulletins", "k1", &letter(json!({}))).await.expect(201);
    assert_eq!(app.count(BULLETINS).await, 2, "another caller's key is another key");
    for group in ["lpn", "cmi"] {
        post(&app, Who::Admin, &format!("groups/{group}/join-code"), "k1", &json!({})).await.expect(201);
    }
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let app = TestApp::new().await;
    let path = format!("bulletins/{}/forward", app.held().await);
    post(&app, Who::Admin, &path, "k1", &json!({ "into": ["lpn-com"] })).await.problem(409);
    app.post(&Who::Admin, &path, json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    let later = post(&app, Who::Admin, &path, "k1", &json!({ "into": ["lpn-com"] })).await.expect(200);
    assert_eq!(later["forwarded"], 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let app = TestApp::new().await;
    post(&app, Who::Admin, "bulletins", "k1", &letter(json!({}))).await.expect(201);
    app.after(Duration::from_hours(25)).await;
    let later = post(&app, Who::Admin, "bulletins", "k1", &letter(json!({ "urgency": "urgent" }))).await;
    later.expect(201);
    assert_eq!(app.count(BULLETINS).await, 2);
}

#[tokio::test]
async fn while_a_call_is_being_answered_the_same_one_is_told_to_wait() {
    let app = TestApp::new().await;
    let mut tx = app.engine.db.begin().await.expect("a transaction");
    let admin = sqlx::query_scalar("select id from api_keys where name = 'admin'").fetch_one(&mut *tx).await;
    let admin = ApiKeyId(admin.expect("a key"));
    assert!(try_lock_key(&mut tx, admin, "POST /api/v1/bulletins", "k1").await.expect("a lock"));
    let early = post(&app, Who::Admin, "bulletins", "k1", &letter(json!({}))).await;
    assert_eq!(early.problem_name(409), "idempotency-key-in-use");
    tx.rollback().await.expect("rolled back");
    post(&app, Who::Admin, "bulletins", "k1", &letter(json!({}))).await.expect(201);
}

#[tokio::test]
async fn many_at_once_make_one() {
    let app = TestApp::new().await;
    let body = letter(json!({}));
    let calls = (0..8).map(|_| post(&app, Who::Admin, "bulletins", "k1", &body));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409)), "{answers:?}");
    let made = answers.iter().filter(|answer| answer.status == 201 && answer.header("idempotency-replayed").is_empty());
    assert_eq!((made.count(), app.count(BULLETINS).await), (1, 1));
}

#[tokio::test]
async fn a_malformed_key_is_refused() {
    let app = TestApp::new().await;
    let long = "k".repeat(201);
    for key in ["", "with space", long.as_str()] {
        post(&app, Who::Admin, "bulletins", key, &letter(json!({}))).await.problem(400);
    }
    assert_eq!(app.count(BULLETINS).await, 0);
}

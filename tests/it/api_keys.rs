//! API keys that end by themselves and work from their own addresses only.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use reqwest::Method;
use serde_json::json;

use crate::test_app::{Answer, TestApp, Who};

const LIST: &str = "/api/v1/bulletins";
const DAY: Duration = Duration::from_hours(24);

async fn ask(app: &TestApp, key: &str, method: Method, from: &str) -> Answer {
    let request = app.request(&key.to_owned(), method, LIST).header("x-forwarded-for", from);
    app.send(request.json(&json!({}))).await
}

#[tokio::test]
async fn a_key_works_until_its_end_and_not_a_moment_longer_though_it_was_remembered() {
    let app = TestApp::new().await;
    let key = app.key_with(Role::Operator, Some(app.now() + DAY * 40), &[]).await;
    let early = ask(&app, &key, Method::GET, "192.0.2.7").await;
    assert_eq!((early.status, early.headers.contains_key("gcc-key-expires")), (200, false));
    app.relay.clock.advance(DAY * 39);
    app.relay.clock.advance(Duration::from_secs(24 * 3_600 - 1));
    let last = ask(&app, &key, Method::GET, "192.0.2.7").await;
    assert_eq!(last.status, 200);
    assert_eq!(last.headers["gcc-key-expires"].to_str().expect("text"), "2018-05-02T00:00:00Z");
    app.relay.clock.advance(Duration::from_secs(1));
    for method in [Method::GET, Method::POST] {
        let late = ask(&app, &key, method, "192.0.2.7").await;
        assert_eq!(late.problem_name(401), "key-ended");
    }
}

#[tokio::test]
async fn a_key_works_from_its_own_addresses_only_whoever_used_it_a_moment_ago() {
    let app = TestApp::new().await;
    let key = app.key_with(Role::Operator, None, &["192.0.2.0/24", "2001:db8::/32"]).await;
    for (from, status) in
        [("192.0.2.7", 200), ("192.0.3.7", 403), ("2001:db8::1", 200), ("2001:db9::1", 403), ("::ffff:192.0.2.9", 200)]
    {
        let answer = ask(&app, &key, Method::GET, from).await;
        assert_eq!(answer.status, status, "{from}");
        if status == 403 {
            assert_eq!(answer.problem_name(403), "address-not-allowed");
            assert!(answer.text.contains(from), "the client's own address: {}", answer.text);
        }
    }
    assert_eq!(ask(&app, &key, Method::POST, "192.0.3.7").await.problem_name(403), "address-not-allowed");
}

#[tokio::test]
async fn a_key_tried_from_elsewhere_does_not_count_as_used() {
    let app = TestApp::new().await;
    let key = app.key_with(Role::Operator, None, &["192.0.2.0/24"]).await;
    let used = "select count(*) from api_keys where last_used_at is not null and cardinality(networks) > 0";
    assert_eq!(ask(&app, &key, Method::POST, "192.0.3.7").await.status, 403);
    assert_eq!(app.count(used).await, 0);
    ask(&app, &key, Method::POST, "192.0.2.7").await;
    assert_eq!(app.count(used).await, 1);
}

#[tokio::test]
async fn the_page_makes_keys_that_end_and_warns_before_they_do() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let fields = |until: &'static str, addresses: &'static str| {
        [("name", "สารบรรณ"), ("role", "operator"), ("until", until), ("addresses", addresses)]
    };
    for (until, addresses) in [("2018-03-22", ""), ("2561-04-01", ""), ("soon", ""), ("", "10.1.2.3/8"), ("", "x")] {
        assert_eq!(admin.submit("/keys", &fields(until, addresses)).await.status, 422, "{until} {addresses}");
    }
    assert_eq!(admin.submit("/keys", &fields("2018-04-10", "192.0.2.7, 10.0.0.0/8")).await.status, 200);
    let page = admin.open("/keys").await.text;
    assert!(page.contains("192.0.2.7/32, 10.0.0.0/8") && page.contains("ending-title"), "{page}");
    let audit = "select count(*) from audit where act = 'key_create' and detail->'from' ? '10.0.0.0/8' \
                 and (detail->>'until')::timestamptz = '2018-04-10T17:00:00Z'";
    assert_eq!(app.count(audit).await, 1);
    app.relay.clock.advance(DAY * 30);
    let page = app.sign_in(Who::Admin).await.open("/keys").await;
    assert!(page.text.contains("badge bad"), "it is shown as ended");
    assert!(!page.text.contains("ending-title"), "what has ended is no warning");
}

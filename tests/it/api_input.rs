//! Bad input: each mistake is a clear problem that names the field, and nothing changes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{BODY_LIMIT, TestApp, Who, letter};

/// What makes a body that is refused, and the pointers of the fields at fault.
fn bad_letters() -> Vec<(&'static str, Value, Vec<&'static str>)> {
    let with = |more: Value| letter(more);
    vec![
        ("nothing at all", json!({}), vec!["/subject", "/body"]),
        ("an unknown field", with(json!({ "sujet": "x" })), vec!["/sujet"]),
        ("a number for a text", with(json!({ "subject": 1 })), vec!["/subject"]),
        ("an empty subject", with(json!({ "subject": " " })), vec!["/subject"]),
        ("a subject of two lines", with(json!({ "subject": "ก\nข" })), vec!["/subject"]),
        ("a subject over 300 units", with(json!({ "subject": "ก".repeat(301) })), vec!["/subject"]),
        ("a text over 20,000 units", with(json!({ "body": "ก".repeat(20_001) })), vec!["/body"]),
        ("a NUL in the text", with(json!({ "body": "ก\u{0}ข" })), vec!["/body"]),
        ("a NUL in the number", with(json!({ "document_number": "มท\u{0} ๑" })), vec!["/document_number"]),
        ("an unknown urgency", with(json!({ "urgency": "ด่วน" })), vec!["/urgency"]),
        ("an unknown kind", with(json!({ "kind": "gossip" })), vec!["/kind"]),
        ("a withdrawal made by hand", with(json!({ "kind": "withdrawal" })), vec!["/kind"]),
        ("a correction of nothing", with(json!({ "kind": "correction" })), vec!["/about"]),
        ("no date", with(json!({ "document_date": "เมื่อวาน" })), vec!["/document_date"]),
        ("a date that no calendar has", with(json!({ "document_date": "๓๑ กุมภาพันธ์ ๒๕๖๑" })), vec!["/document_date"]),
        ("a Buddhist year in digits", with(json!({ "document_date": "2561-03-23" })), vec!["/document_date"]),
        ("the year nought", with(json!({ "document_date": "0000-01-01" })), vec!["/document_date"]),
        ("the year nought in Thai", with(json!({ "document_date": "๑ มกราคม ๕๔๓" })), vec!["/document_date"]),
        ("an unknown origin", with(json!({ "origin": "nowhere" })), vec!["/origin"]),
        ("an origin that is no code", with(json!({ "origin": "no where" })), vec!["/origin"]),
        (
            "unknown groups",
            with(json!({ "audience": { "groups": ["lpn", "nowhere"], "exclude_groups": ["neither"] } })),
            vec!["/audience/groups/1", "/audience/exclude_groups/0"],
        ),
        ("a tier that there is not", with(json!({ "audience": { "tiers": [4] } })), vec!["/audience/tiers/0"]),
        ("an empty selection", with(json!({ "audience": { "groups": [] } })), vec!["/audience/groups"]),
        ("an unknown way to select", with(json!({ "audience": { "regions": ["เหนือ"] } })), vec!["/audience/regions"]),
        ("a link that is none", with(json!({ "links": ["javascript:alert(1)"] })), vec!["/links/0"]),
        ("attachments", with(json!({ "attachments": [{}] })), vec!["/attachments/0/alt"]),
        ("an end in the past", with(json!({ "expires_at": "2018-03-22T00:00:00Z" })), vec!["/expires_at"]),
        ("a time without a zone", with(json!({ "expires_at": "2019-03-22T00:00:00" })), vec!["/expires_at"]),
        ("a class in the subject", with(json!({ "subject": "ลับมาก: การประชุม" })), vec!["/subject"]),
        ("a class in the text", with(json!({ "body": "ชั้นความลับ\nลับที่สุด\nเรื่อง" })), vec!["/body"]),
        (
            "many mistakes at once",
            with(json!({ "subject": "", "urgency": "x", "origin": "nowhere", "odd": 1, "links": ["x"] })),
            vec!["/subject", "/urgency", "/odd"],
        ),
    ]
}

#[tokio::test]
async fn a_bad_bulletin_is_refused_with_every_field_at_fault_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let draft = app.write().await;
    let before = app.fingerprint().await;
    for (what, body, expected) in bad_letters() {
        let refused = app.post(&Who::Admin, "bulletins", body.clone()).await;
        let pointers = refused.pointers(422);
        assert_eq!(refused.problem_name(422), "invalid-input", "{what}");
        for pointer in &expected {
            assert!(pointers.iter().any(|told| told == pointer), "{what}: {pointer} in {pointers:?}");
        }
        assert_eq!(pointers.len(), expected.len(), "{what}: {pointers:?}");
        if what != "nothing at all" {
            let change = app.patch(&Who::Admin, &format!("bulletins/{draft}"), body).await;
            assert_eq!(change.pointers(422).len(), expected.len(), "{what}: {}", change.text);
        }
    }
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn words_that_only_contain_a_class_are_taken() {
    let app = TestApp::new().await;
    for text in ["ให้ส่งเอกสารกลับภายในกำหนด", "การรักษาความลับของทางราชการ", "ผู้ประสบภัยหลับนอนไม่ได้"]
    {
        app.post(&Who::Admin, "bulletins", letter(json!({ "subject": text, "body": text }))).await.expect(201);
    }
}

#[tokio::test]
async fn bad_commands_are_refused_with_the_field_at_fault() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let draft = app.write().await;
    let delivery = app.delivery_of(&id, "cmi-far").await;
    let before = app.fingerprint().await;
    for (path, body, expected) in [
        (format!("bulletins/{draft}/publish"), json!({ "at": "2018-03-22T00:00:00Z" }), "/at"),
        (format!("bulletins/{draft}/publish"), json!({ "at": "tomorrow" }), "/at"),
        (format!("bulletins/{draft}/publish"), json!({ "when": "now" }), "/when"),
        (format!("bulletins/{id}/forward"), json!({}), "/into"),
        (format!("bulletins/{id}/forward"), json!({ "into": [] }), "/into"),
        (format!("bulletins/{id}/forward"), json!({ "into": "everybody" }), "/into"),
        (format!("bulletins/{id}/forward"), json!({ "into": ["lpn"], "note": "ก".repeat(1_001) }), "/note"),
        (format!("bulletins/{id}/forward"), json!({ "into": ["lpn"], "note": " " }), "/note"),
        (format!("bulletins/{id}/decline"), json!({ "into": ["lpn"] }), "/reason"),
        (format!("bulletins/{id}/decline"), json!({ "into": "all", "reason": "x" }), "/into"),
        (format!("bulletins/{id}/undecline"), json!({ "into": [] }), "/into"),
        (format!("bulletins/{id}/withdraw"), json!({ "reason": "" }), "/reason"),
        (format!("bulletins/{id}/withdraw"), json!({ "reason": "ก\nข" }), "/reason"),
        (format!("bulletins/{id}/retry"), json!({ "filter": { "state": "accepted" } }), "/filter/state"),
        (format!("bulletins/{id}/retry"), json!({ "filter": { "tier": "three" } }), "/filter/tier"),
        (format!("bulletins/{id}/retry"), json!({ "filter": { "province": "\u{0}" } }), "/filter/province"),
        (format!("deliveries/{delivery}/retry"), json!({ "include_unknown": 1 }), "/include_unknown"),
        ("groups/lpn/join-code".to_owned(), json!({ "for": "ever" }), "/for"),
        ("channels/gcc/park".to_owned(), json!({ "reason": "x" }), "/reason"),
    ] {
        let refused = app.post(&Who::Admin, &path, body.clone()).await;
        assert_eq!(refused.pointers(422), [expected], "{path} {body}");
    }
    for (body, expected) in [
        (json!({ "name": "" }), "/name"),
        (json!({ "name": "ก\nข" }), "/name"),
        (json!({ "name": "ก".repeat(201) }), "/name"),
        (json!({ "name": "ก\u{0}" }), "/name"),
        (json!({ "forwarding": "sometimes" }), "/forwarding"),
        (json!({ "forward_within": -1 }), "/forward_within"),
        (json!({ "tier": 3 }), "/tier"),
    ] {
        let refused = app.patch(&Who::Admin, "groups/lpn", body.clone()).await;
        assert_eq!(refused.pointers(422), [expected], "{body}");
    }
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let app = TestApp::new().await;
    let id = app.held().await;
    for (path, expected) in [
        ("bulletins?limit=0".to_owned(), "?limit"),
        ("bulletins?limit=501".to_owned(), "?limit"),
        ("bulletins?limit=many".to_owned(), "?limit"),
        ("bulletins?cursor=*".to_owned(), "?cursor"),
        ("bulletins?cursor=bm9uZQ".to_owned(), "?cursor"),
        ("bulletins?state=lost".to_owned(), "?state"),
        ("bulletins?order=asc".to_owned(), "?order"),
        ("groups?tier=x".to_owned(), "?tier"),
        ("groups?linked=perhaps".to_owned(), "?linked"),
        ("groups?province=%00".to_owned(), "?province"),
        ("groups?cursor=AA".to_owned(), "?cursor"),
        ("offices?page=2".to_owned(), "?page"),
        ("channels?x=1".to_owned(), "?x"),
        ("coverage?tier=1".to_owned(), "?tier"),
        ("cost?month=2026-13".to_owned(), "?month"),
        ("deliveries?since=x".to_owned(), "?since"),
        ("deliveries?since=bm9uZQ".to_owned(), "?since"),
        (format!("bulletins/{id}/status?wait=-1"), "?wait"),
        (format!("bulletins/{id}/status?deep=1"), "?deep"),
        (format!("bulletins/{id}/status?under=%00"), "?under"),
        (format!("bulletins/{id}/deliveries?state=delivered"), "?state"),
        (format!("bulletins/{id}/deliveries?office=a%00b"), "?office"),
        (format!("bulletins/{id}/deliveries?cursor=bm9uZQ"), "?cursor"),
    ] {
        assert_eq!(app.get(&Who::Admin, &path).await.pointers(422), [expected], "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_an_id_is_nowhere_to_be_found() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let nowhere = "01900000-0000-7000-8000-000000000000";
    for path in [
        format!("bulletins/{nowhere}"),
        format!("bulletins/{nowhere}/status"),
        format!("bulletins/{nowhere}/deliveries"),
        format!("bulletins/{nowhere}/forecast"),
        format!("bulletins/{id}/status?under=nowhere"),
        format!("bulletins/{id}/deliveries?group=nowhere"),
        format!("deliveries/{nowhere}"),
        "bulletins/1".to_owned(),
        "bulletins/%00".to_owned(),
        "bulletins/%FF".to_owned(),
        "deliveries/x".to_owned(),
        "groups/nowhere".to_owned(),
        "groups/%00".to_owned(),
        "offices/%00".to_owned(),
        "offices/nowhere".to_owned(),
    ] {
        assert_eq!(app.get(&Who::Admin, &path).await.problem_name(404), "not-found", "{path}");
    }
    for path in ["nothing", "bulletins/", "/api/v2/bulletins", "/nothing"] {
        assert_eq!(app.get(&Who::Admin, path).await.problem_name(404), "no-route", "{path}");
    }
    for (method, path) in [(Method::PUT, "bulletins"), (Method::POST, "coverage"), (Method::DELETE, "groups/lpn")] {
        let refused = app.call(&Who::Admin, method, path, None).await;
        assert_eq!(refused.problem_name(405), "method-not-allowed");
        assert!(refused.header("allow").contains("GET"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_says_why() {
    let app = TestApp::new().await;
    let id = app.write().await;
    let before = app.fingerprint().await;
    let send = async |method: Method, path: &str, kind: &str, body: String| {
        app.send(app.request(&Who::Admin, method, path).header("content-type", kind).body(body)).await
    };
    let json = "application/json";
    for (method, path) in [(Method::POST, "bulletins".to_owned()), (Method::PATCH, format!("bulletins/{id}"))] {
        let broken = send(method.clone(), &path, json, "{\"subject\": \"เรื่อง\",\n \"body\": }".to_owned()).await;
        let detail = broken.problem(400)["detail"].as_str().expect("text").to_owned();
        assert!(detail.contains("line 2"), "{detail}");
        let text = letter(serde_json::json!({})).to_string();
        assert_eq!(
            send(method.clone(), &path, "text/plain", text.clone()).await.problem_name(415),
            "unsupported-media-type"
        );
        let form = "application/x-www-form-urlencoded";
        send(method.clone(), &path, form, "subject=x".to_owned()).await.problem(415);
        assert_eq!(send(method.clone(), &path, json, "[]".to_owned()).await.pointers(422), [""]);
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        send(method.clone(), &path, json, deep).await.problem(400);
        let huge = letter(serde_json::json!({ "body": "x".repeat(BODY_LIMIT) })).to_string();
        assert_eq!(send(method, &path, json, huge).await.problem_name(413), "too-large");
    }
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn an_audience_that_selects_nobody_is_refused_at_the_latest_at_publish() {
    let app = TestApp::new().await;
    // there is no group in Trat
    let audience = json!({ "audience": { "provinces": ["23"] } });
    let id = app.write_with(audience).await;
    let before = app.fingerprint().await;
    let refused = app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await;
    assert_eq!(refused.pointers(422), ["/audience"]);
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn a_problem_tells_the_path_and_nothing_of_the_inside() {
    let app = TestApp::new().await;
    let refused = app.post(&Who::Admin, "bulletins", letter(json!({ "urgency": "x", "odd": 1 }))).await;
    insta::assert_json_snapshot!(refused.problem(422));
}

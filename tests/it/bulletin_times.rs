//! The times of a bulletin: looked at when they are typed, and anew whenever something is done with it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{Answer, TestApp, Who, letter};

const HOUR: Duration = Duration::from_hours(1);

fn in_hours(app: &TestApp, hours: u32) -> Value {
    json!(app.now() + HOUR * hours)
}

/// A draft whose end, or whose day to acknowledge, passes after an hour; the clock stands two hours later.
async fn overdue(app: &TestApp, which: &str) -> String {
    let at = in_hours(app, 1);
    let more = match which {
        "/expires_at" => json!({ "expires_at": at }),
        _ => json!({ "acknowledgement": { "due_at": at } }),
    };
    let id = app.write_with(more).await;
    app.clock.advance(HOUR * 2);
    id
}

async fn nothing_was_sent(app: &TestApp) {
    app.run().await;
    assert_eq!(app.count("select count(*) from deliveries").await, 0);
    assert_eq!(app.line().accepted(None).len(), 0);
}

#[tokio::test]
async fn an_expired_draft_cannot_be_published_scheduled_submitted_or_tried() {
    for pointer in ["/expires_at", "/acknowledgement/due_at"] {
        let app = TestApp::new().await;
        let id = overdue(&app, pointer).await;
        let at = in_hours(&app, 1);
        for (act, body) in [
            ("publish", json!({})),
            ("publish", json!({ "at": at })),
            ("submit", json!({})),
            ("test", json!({ "group": "lpn" })),
        ] {
            let answer = app.post(&Who::Admin, &format!("bulletins/{id}/{act}"), body).await;
            assert_eq!(answer.pointers(422), [pointer], "{act}");
            assert!(answer.text.contains("must lie in the future"), "{}", answer.text);
        }
        nothing_was_sent(&app).await;
        // once the time is right again, it goes
        let right = json!({ "expires_at": in_hours(&app, 2), "acknowledgement": { "due_at": in_hours(&app, 1) } });
        app.patch(&Who::Admin, &format!("bulletins/{id}"), right).await.expect(200);
        app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    }
}

#[tokio::test]
async fn nothing_is_scheduled_for_after_its_own_end() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "expires_at": in_hours(&app, 3) })).await;
    let path = format!("bulletins/{id}/publish");
    for hours in [3, 4] {
        let answer = app.post(&Who::Admin, &path, json!({ "at": in_hours(&app, hours) })).await;
        assert_eq!(answer.pointers(422), ["/expires_at"]);
        assert!(answer.text.contains("after the time at which the bulletin goes out"), "{}", answer.text);
    }
    app.post(&Who::Admin, &path, json!({ "at": in_hours(&app, 2) })).await.expect(202);
}

#[tokio::test]
async fn what_was_submitted_in_time_is_not_approved_too_late() {
    let app = TestApp::with_approval().await;
    let id = app.write_with(json!({ "expires_at": in_hours(&app, 1) })).await;
    app.post(&Who::Admin, &format!("bulletins/{id}/submit"), json!({})).await.expect(200);
    app.clock.advance(HOUR * 2);
    let late = app.post(&Who::Approver, &format!("bulletins/{id}/approve"), json!({})).await;
    assert_eq!(late.pointers(422), ["/expires_at"]);
    // it can still be given back, to be put right
    app.post(&Who::Approver, &format!("bulletins/{id}/return"), json!({ "reason": "พ้นกำหนด" })).await.expect(200);
    nothing_was_sent(&app).await;
}

#[tokio::test]
async fn what_is_over_when_its_hour_comes_is_a_draft_again_and_says_why() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "expires_at": in_hours(&app, 3) })).await;
    let (path, at) = (format!("bulletins/{id}"), in_hours(&app, 2));
    app.post(&Who::Admin, &format!("{path}/publish"), json!({ "at": at })).await.expect(202);
    // nobody led at that hour: upkeep comes too late
    app.after(HOUR * 4).await;
    let after = app.get(&Who::Admin, &path).await.expect(200);
    assert_eq!((&after["state"], &after["unscheduled_reason"]), (&json!("draft"), &json!("expires_at")));
    assert_eq!(after["unscheduled_at"], json!(app.now()));
    nothing_was_sent(&app).await;
    let browser = app.sign_in(Who::Publisher).await;
    let page = browser.open(&format!("/bulletins/{id}")).await;
    assert!(page.text.contains("พ้นเวลาสิ้นสุดการส่งแล้ว"), "{}", page.text);
    // scheduled anew, the reason is gone
    app.patch(&Who::Admin, &path, json!({ "expires_at": null })).await.expect(200);
    app.post(&Who::Admin, &format!("{path}/publish"), json!({ "at": in_hours(&app, 1) })).await.expect(202);
    assert_eq!(app.get(&Who::Admin, &path).await.expect(200)["unscheduled_reason"], Value::Null);
}

#[tokio::test]
async fn what_a_person_took_back_or_put_off_in_time_is_not_published_by_upkeep() {
    use gcc_relay::domain::ids::BulletinId;
    use gcc_relay::relay::publish::publish_due;

    let app = TestApp::new().await;
    let id = app.write().await;
    let path = format!("bulletins/{id}");
    let bulletin: BulletinId = id.parse().expect("an id");
    let publish_now = async || {
        // as upkeep does with what it saw to be due a moment before
        let mut tx = app.engine.db.begin().await.expect("a transaction");
        publish_due(&mut tx, &app.engine.settings, bulletin, app.now()).await.expect("no refusal")
    };
    app.post(&Who::Admin, &format!("{path}/publish"), json!({ "at": in_hours(&app, 1) })).await.expect(202);
    app.clock.advance(HOUR);
    assert!(publish_now().await.is_some(), "its hour has come");
    app.post(&Who::Admin, &format!("{path}/unschedule"), json!({})).await.expect(200);
    assert_eq!(publish_now().await, None, "it was taken back");
    app.post(&Who::Admin, &format!("{path}/publish"), json!({ "at": in_hours(&app, 1) })).await.expect(202);
    assert_eq!(publish_now().await, None, "it was put off");
}

#[tokio::test]
async fn the_form_and_the_api_have_the_same_rules_for_times() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let form = [("kind", "news"), ("urgency", "urgent"), ("subject", "เรื่อง"), ("body", "ความ"), ("do", "save")];
    for (fields, body, pointer, said) in [
        (
            [("acknowledge", "yes"), ("acknowledge_date", "1 มีนาคม 2561")],
            json!({ "acknowledgement": { "due_at": "2018-03-01T00:00:00Z" } }),
            "/acknowledgement/due_at",
            "ต้องเป็นเวลาในอนาคต",
        ),
        (
            [("expires_date", "1 มีนาคม 2561"), ("expires_time", "")],
            json!({ "expires_at": "2018-03-01T00:00:00Z" }),
            "/expires_at",
            "ต้องเป็นเวลาในอนาคต",
        ),
        (
            [("expires_date", "1 มีนาคม 2661"), ("expires_time", "")],
            json!({ "expires_at": "2118-03-01T00:00:00Z" }),
            "/expires_at",
            "ต้องไม่เกินวันที่",
        ),
        (
            [("expires_date", "2561-06-01"), ("expires_time", "")],
            json!({ "expires_at": "2561-06-01T00:00:00Z" }),
            "/expires_at",
            "หมายถึง 2018-06-01 ใช่หรือไม่",
        ),
        (
            [("document_date", "2561-03-23"), ("expires_time", "")],
            json!({ "document_date": "2561-03-23" }),
            "/document_date",
            "หมายถึง 2018-03-23 ใช่หรือไม่",
        ),
        (
            [("document_date", "23 มีนาคม 2661"), ("expires_time", "")],
            json!({ "document_date": "2118-03-23" }),
            "/document_date",
            "ต้องไม่เกินวันที่",
        ),
    ] {
        let page = browser.submit("/bulletins/new", &[&form[..], &fields[..]].concat()).await;
        assert_eq!(page.status, 422, "{fields:?}");
        assert!(page.text.contains(said), "{fields:?}: {}", page.text);
        let answer = app.post(&Who::Admin, "bulletins", letter(body)).await;
        assert_eq!(answer.pointers(422), [pointer]);
    }
}

#[tokio::test]
async fn a_summary_says_which_time_is_over_and_publishes_nothing() {
    let app = TestApp::new().await;
    let id = overdue(&app, "/expires_at").await;
    let browser = app.sign_in(Who::Publisher).await;
    let path = format!("/bulletins/{id}/publish");
    let form = browser.open(&path).await;
    assert!(form.text.contains("เวลาสิ้นสุดการส่ง: ต้องเป็นเวลาในอนาคต"), "{}", form.text);
    let seen = form.text.split(r#"name="seen" value=""#).nth(1).and_then(|rest| rest.split('"').next());
    let answer = browser.submit(&path, &[("seen", seen.expect("what was seen")), ("when", "now")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("เวลาสิ้นสุดการส่ง: ต้องเป็นเวลาในอนาคต"), "{}", answer.text);
    nothing_was_sent(&app).await;
}

/// Every time that the API takes, with what else its request needs.
async fn send_time(app: &TestApp, at: &str) -> Vec<(&'static str, Answer)> {
    let id = app.write().await;
    let admin = Who::Admin;
    let deputy = |from: Value, until: Value| json!({ "title": "รองผู้ว่าฯ", "from": from, "until": until });
    let (until, publish) = (in_hours(app, 24), format!("bulletins/{id}/publish"));
    let due = json!({ "acknowledgement": { "due_at": at } });
    vec![
        ("/at", app.post(&admin, &publish, json!({ "at": at })).await),
        ("/expires_at", app.post(&admin, "bulletins", letter(json!({ "expires_at": at }))).await),
        ("/acknowledgement/due_at", app.post(&admin, "bulletins", letter(due.clone())).await),
        ("/expires_at", app.patch(&admin, &format!("bulletins/{id}"), json!({ "expires_at": at })).await),
        ("/acknowledgement/due_at", app.patch(&admin, &format!("bulletins/{id}"), due).await),
        ("/from", app.post(&admin, "groups/lpn/deputies", deputy(json!(at), until)).await),
        ("/until", app.post(&admin, "groups/lpn/deputies", deputy(Value::Null, json!(at))).await),
        ("/from", app.post(&admin, "groups/lpn/stewards", json!({ "title": "ผู้ว่าฯ", "from": at })).await),
        ("/until", app.post(&admin, "groups/lpn/stewards", json!({ "title": "ผู้ว่าฯ", "until": at })).await),
        ("/until", app.post(&admin, "groups/lpn/stewards/end", json!({ "until": at })).await),
    ]
}

/// Sends the same wherever an office says when something was, or narrows a list by it.
async fn send_time_to_offices(app: &TestApp, at: &str) -> Vec<(&'static str, Answer)> {
    let (admin, id) = (Who::Admin, app.write().await);
    let entry = app.post(&admin, "register", json!({ "office": "lamphun", "subject": "เรื่อง" })).await.expect(201);
    let entry = format!("register/{}/endorsements", entry["id"].as_str().expect("an id"));
    let coordinator = app.coordinator("lamphun-commerce").await;
    let received = json!({ "office": "lamphun", "subject": "เรื่อง", "received_at": at });
    let noted = json!({ "kind": "noted", "author": "ผู้ว่าราชการจังหวัด", "at": at });
    let named = json!({ "office": "lamphun-dist", "first_name": "สมชาย", "last_name": "ใจดี", "position": "ปลัด",
        "telephone": "๐-๕๓๕๑-๑๑๙๒", "from": at });
    let spread = json!({ "bulletin_id": id, "office": "lamphun", "medium": "website", "area": "51", "at": at });
    let typed = url::form_urlencoded::byte_serialize(at.as_bytes()).collect::<String>();
    let batch = app.request(&admin, Method::POST, &format!("coordinators/import?from={typed}"));
    vec![
        ("/received_at", app.post(&admin, "register", received).await),
        ("/at", app.post(&admin, &entry, noted).await),
        ("/from", app.post(&admin, "coordinators", named).await),
        ("?from", app.send(batch.header("content-type", "text/csv").body("x")).await),
        ("/at", app.post(&admin, &format!("coordinators/{coordinator}/end"), json!({ "at": at })).await),
        ("/at", app.post(&admin, "disseminations", spread).await),
        ("?since", app.get(&admin, &format!("register?office=lamphun&since={typed}")).await),
        ("?until", app.get(&admin, &format!("register?office=lamphun&until={typed}")).await),
        ("?since", app.get(&admin, &format!("register.csv?office=lamphun&since={typed}")).await),
        ("?until", app.get(&admin, &format!("register.csv?office=lamphun&until={typed}")).await),
        ("?since", app.get(&admin, &format!("disseminations?since={typed}")).await),
        ("?since", app.get(&admin, &format!("requests?since={typed}")).await),
        ("?since", app.get(&admin, &format!("submissions?since={typed}")).await),
    ]
}

#[tokio::test]
async fn offices_are_told_of_years_of_the_buddhist_era_and_of_times_far_away_as_well() {
    let app = TestApp::new().await;
    for at in ["2561-04-01T09:00:00+07:00", "2118-04-01T09:00:00Z", "1018-04-01T09:00:00Z"] {
        for (pointer, answer) in send_time_to_offices(&app, at).await {
            assert_eq!(answer.pointers(422), [pointer], "{at}");
        }
    }
}

#[tokio::test]
async fn a_year_of_the_buddhist_era_is_refused_with_what_was_probably_meant() {
    let app = TestApp::new().await;
    for (pointer, answer) in send_time(&app, "2561-04-01T09:00:00+07:00").await {
        assert_eq!(answer.pointers(422), [pointer]);
        let said = "2561 is a year of the Buddhist era: 2018-04-01T09:00:00+07:00?";
        assert_eq!(answer.json()["errors"][0]["detail"], said, "{pointer}");
    }
    let moved = app.count("select count(*) from bulletins where stage <> 'draft' or expires_at is not null").await;
    assert_eq!(moved, 0);
}

#[tokio::test]
async fn a_time_far_from_anything_that_it_could_be_for_is_refused() {
    let app = TestApp::new().await;
    for far in ["2118-04-01T09:00:00Z", "1018-04-01T09:00:00Z", "+002561-04-01T09:00:00Z"] {
        for (pointer, answer) in send_time(&app, far).await {
            assert_eq!(answer.pointers(422), [pointer], "{far}");
        }
    }
}

#[tokio::test]
async fn every_time_in_the_document_is_one_of_those_that_are_tried_here() {
    let app = TestApp::new().await;
    let document = app.call(&Who::Nobody, Method::GET, "openapi.json", None).await.expect(200);
    let mut taken = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let text = operation["requestBody"].to_string();
            for name in names_in(&text) {
                collect_times(&document, &document["components"]["schemas"][&name], &name, &mut taken);
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let schema = parameter["schema"].to_string();
                if schema.contains("date-time") || schema.contains("/Timestamp") {
                    taken.push(format!("{method} {path}?{}", parameter["name"].as_str().expect("a name")));
                }
            }
        }
    }
    taken.sort();
    taken.dedup();
    let tried = ["Acknowledgement.due_at", "BulletinChange.expires_at", "NewBulletin.expires_at"];
    let of_offices = ["Ending.at", "NewCoordinator.from", "NewDisseminationInput.at", "NewEndorsementInput.at"];
    let rest = [
        "NewRegisterEntry.received_at",
        "NewDeputy.from",
        "NewDeputy.until",
        "NewTerm.from",
        "NewTerm.until",
        "TermEnd.until",
        "Publish.at",
        "SpreadInput.at",
    ];
    let queries = [
        "get /api/v1/disseminations?since",
        "get /api/v1/register.csv?since",
        "get /api/v1/register.csv?until",
        "get /api/v1/register?since",
        "get /api/v1/register?until",
        "get /api/v1/requests?since",
        "get /api/v1/submissions?since",
        "post /api/v1/coordinators/import?from",
    ];
    let mut tried = [&tried[..], &of_offices, &rest, &queries].concat();
    tried.sort_unstable();
    assert_eq!(taken, tried);
}

fn names_in(text: &str) -> Vec<String> {
    let found = text.split("#/components/schemas/").skip(1);
    found.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn collect_times(document: &Value, schema: &Value, of: &str, found: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if property["format"] == "date-time" {
            found.push(format!("{of}.{name}"));
        }
        for inner in names_in(&property.to_string()) {
            match inner.as_str() {
                "Timestamp" => found.push(format!("{of}.{name}")),
                _ => collect_times(document, &document["components"]["schemas"][&inner], &inner, found),
            }
        }
    }
    let choices = [&schema["oneOf"], &schema["anyOf"]].into_iter().filter_map(Value::as_array).flatten();
    for choice in choices {
        match names_in(&choice["$ref"].to_string()).first() {
            Some(inner) => collect_times(document, &document["components"]["schemas"][inner], inner, found),
            None => collect_times(document, choice, of, found),
        }
    }
}

#[tokio::test]
async fn days_in_forms_and_lists_are_read_in_both_eras_or_told() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Admin).await;
    let meant = "2018-04-01";
    for path in ["/audit?from=2561-04-01", "/audit?until=2561-04-01"] {
        let page = browser.open(path).await;
        assert_eq!(page.status, 422, "{path}");
        assert!(page.text.contains(meant), "{path}: {}", page.text);
    }
    assert_eq!(browser.open("/audit?from=1+เมษายน+2561&until=2018-04-02").await.status, 200);
    let account = [("username", "x"), ("name", "ชื่อ"), ("role", "operator"), ("until", "2561-04-01")];
    let deputy = [("title", "รองผู้ว่าฯ"), ("from", "2561-04-01"), ("until", "2018-04-02")];
    for (path, fields) in [("/accounts/new", &account[..]), ("/groups/lpn/deputies", &deputy[..])] {
        let page = browser.submit(path, fields).await;
        assert_eq!(page.status, 422, "{path}");
        assert!(page.text.contains(meant), "{path}: {}", page.text);
    }
}

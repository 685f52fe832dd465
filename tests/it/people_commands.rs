//! Commands of people: the same rules and the same entry in the audit, whether the API, a form or the command line gives them.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::test_app::{TestApp, Who, letter};

const HOUR: Duration = Duration::from_hours(1);

/// What a publisher types into the form of a draft.
const FORM: &[(&str, &str)] =
    &[("kind", "news"), ("urgency", "urgent"), ("subject", "เรื่อง"), ("body", "ความ"), ("do", "save")];

/// What the form of a stored draft carries besides.
async fn seen(app: &TestApp, id: &str) -> String {
    let browser = app.sign_in(Who::Publisher).await;
    let page = browser.open(&format!("/bulletins/{id}/edit")).await;
    let seen = page.text.split(r#"name="seen" value=""#).nth(1).and_then(|rest| rest.split('"').next());
    seen.expect("what was seen").to_owned()
}

#[tokio::test]
async fn a_channel_is_parked_by_one_act_by_whatever_way() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Operator).await;
    app.post(&Who::Operator, "channels/gcc/park", json!({})).await.expect(200);
    assert_eq!(app.post(&Who::Operator, "channels/gcc/park", json!({})).await.problem_name(409), "parked");
    assert_eq!(browser.submit("/channels/gcc/park", &[]).await.status, 409);
    assert_eq!(browser.submit("/channels/gcc/resume", &[]).await.location(), "/channels?said=resumed");
    assert_eq!(app.post(&Who::Operator, "channels/gcc/resume", json!({})).await.problem_name(409), "not-parked");
    assert_eq!(browser.submit("/channels/gcc/park", &[]).await.location(), "/channels?said=parked");
    app.post(&Who::Operator, "channels/gcc/resume", json!({})).await.expect(200);
    assert_eq!(app.post(&Who::Operator, "channels/nope/park", json!({})).await.problem_name(404), "not-found");
    let acts = app.texts("select act || ' ' || subject from audit where subject like 'channel:%' order by id").await;
    assert_eq!(acts, ["park channel:gcc", "resume channel:gcc", "park channel:gcc", "resume channel:gcc"]);
}

#[tokio::test]
async fn a_change_of_a_draft_looks_at_its_times_again_in_the_form_and_in_the_api() {
    let app = TestApp::new().await;
    let due = json!({ "acknowledgement": { "due_at": app.now() + HOUR } });
    let id = app.write_with(due).await;
    app.clock.advance(HOUR * 2);
    let path = format!("bulletins/{id}");
    // the change says nothing of the time, and the draft as it would be stored could not be published
    let refused = app.patch(&Who::Admin, &path, json!({ "subject": "เรื่องใหม่" })).await;
    assert_eq!(refused.pointers(422), ["/acknowledgement/due_at"]);
    let seen = seen(&app, &id).await;
    let late = [
        ("seen", seen.as_str()),
        ("acknowledge", "yes"),
        ("acknowledge_date", "23 มีนาคม 2561"),
        ("acknowledge_time", "00.30"),
    ];
    let browser = app.sign_in(Who::Publisher).await;
    assert_eq!(browser.submit(&format!("/bulletins/{id}/edit"), &[FORM, &late[..]].concat()).await.status, 422);
    // where the button is not asked for, its time says nothing
    app.patch(&Who::Admin, &path, json!({ "acknowledgement": false, "subject": "เรื่องใหม่" })).await.expect(200);
    assert_eq!(app.get(&Who::Admin, &path).await.expect(200)["subject"], "เรื่องใหม่");
}

#[tokio::test]
async fn the_form_and_the_api_take_as_many_links() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    for (count, taken) in [(20, true), (21, false)] {
        let urls: Vec<String> = (0..count).map(|n| format!("https://www.moi.go.th/{n}")).collect();
        let links = urls.iter().flat_map(|url| [("link_label", "แนวทาง"), ("link_url", url.as_str())]);
        let fields: Vec<(&str, &str)> = FORM.iter().copied().chain(links).collect();
        let page = browser.submit("/bulletins/new", &fields).await;
        let answer = app.post(&Who::Admin, "bulletins", letter(json!({ "links": urls }))).await;
        if taken {
            assert_eq!(page.status, 303, "{}", page.text);
            answer.expect(201);
        } else {
            assert_eq!(page.status, 422);
            assert!(page.text.contains("ใส่ลิงก์ได้ไม่เกิน 20 รายการ"), "{}", page.text);
            assert_eq!(answer.pointers(422), ["/links"]);
        }
    }
}

#[tokio::test]
async fn a_steward_publishes_only_what_the_locked_draft_lets_a_steward_publish() {
    let app = TestApp::new().await;
    let draft = app.post(&Who::Steward, "bulletins", letter(json!({}))).await.expect(201);
    let id = draft["id"].as_str().expect("an id").to_owned();
    // somebody makes it pass over the groups' settings, and has not committed yet
    let mut other = app.engine.db.begin().await.expect("a transaction");
    sqlx::query("update bulletins set forwarding = 'automatic' where id = $1::uuid")
        .bind(&id)
        .execute(&mut *other)
        .await
        .expect("changed");
    let path = format!("bulletins/{id}/publish");
    let body = json!({});
    let publish = app.call(&Who::Steward, Method::POST, &path, Some(&body));
    let let_go = async {
        let waits =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while app.count(waits).await == 0 {
            tokio::task::yield_now().await;
        }
        other.commit().await.expect("committed");
    };
    let (answer, ()) = tokio::join!(publish, let_go);
    assert_eq!(answer.problem_name(403), "forbidden");
    assert_eq!(app.count("select count(*) from deliveries").await, 0);
}

#[tokio::test]
async fn times_in_the_table_of_channels_are_as_machines_read_them() {
    let app = TestApp::new().await;
    sqlx::query("update channels set last_webhook_at = '2018-03-23T02:00:00Z'")
        .execute(&mut *app.db().await)
        .await
        .expect("a webhook");
    let browser = app.sign_in(Who::Operator).await;
    let csv = browser.open("/channels?format=csv").await;
    assert!(csv.text.contains("2018-03-23T09:00:00+07:00"), "{}", csv.text);
    assert!(!csv.text.contains("2561"), "{}", csv.text);
}

//! Coordinators of offices: named, handed over, returned in a batch; who may see how to reach them, and for how long that is kept.

use std::time::Duration;

use gcc_relay::relay::upkeep::UpkeepSteps;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{Answer, TestApp, Who, put_in};

const DAY: Duration = Duration::from_hours(24);

const HEAD: &str = "หน่วยงาน,ชื่อ,นามสกุล,ตำแหน่ง,สังกัด,เบอร์โทรศัพท์,มือถือ,E-mail,ID Line\r\n";

/// The form filled in, with `more` in it.
fn form(office: &str, more: Value) -> Value {
    let mut form = json!({
        "office": office, "first_name": "สมชาย", "last_name": "ใจดี", "position": "นักวิชาการพาณิชย์ชำนาญการ",
        "affiliation": "กระทรวงพาณิชย์", "telephone": "๐-๕๓๕๑-๑๑๙๒ ต่อ ๑๒", "mobile": "๐๘๑ ๒๓๔ ๕๖๗๘",
        "email": "somchai@example.go.th", "line_id": "somchai.j",
    });
    put_in(&mut form, more);
    form
}

async fn import(app: &TestApp, who: Who, file: impl Into<Vec<u8>>) -> Answer {
    let request = app.request(&who, Method::POST, "coordinators/import").header("content-type", "text/csv");
    app.send(request.body(file.into())).await
}

fn offices(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    items.iter().map(|item| item["office"]["code"].as_str().expect("a code").to_owned()).collect()
}

#[tokio::test]
async fn an_office_names_one_coordinator_and_one_deputy_and_the_next_follows_the_one_before() {
    let app = TestApp::new().await;
    let first = app.post(&Who::Agency, "coordinators", form("lamphun-commerce", json!({}))).await.expect(201);
    assert_eq!(first["contacts"]["telephone"], "0-5351-1192 ต่อ 12");
    assert_eq!(first["contacts"]["mobile"], "081-234-5678");
    assert_eq!((&first["source"], &first["active"]), (&json!("api"), &json!(true)));
    let refused = app.post(&Who::Agency, "coordinators", form("lamphun-commerce", json!({}))).await;
    assert_eq!(refused.problem_name(409), "not-later");
    app.clock.advance(Duration::from_secs(1));
    let deputy = json!({ "deputy": true, "first_name": "สมหญิง", "source": "fax" });
    app.post(&Who::Agency, "coordinators", form("lamphun-commerce", deputy)).await.expect(201);
    // handed over in a week: until then it is the one before
    let next = json!({ "first_name": "สมศรี", "from": "2018-03-30T00:00:00+07:00" });
    app.post(&Who::Agency, "coordinators", form("lamphun-commerce", next)).await.expect(201);
    let names = async || {
        let list = app.get(&Who::Agency, "coordinators").await.expect(200);
        let items = list["items"].as_array().expect("items").clone();
        let active = items.iter().filter(|item| item["coordinator"]["active"] == true);
        let mut names: Vec<_> =
            active.map(|item| item["coordinator"]["first_name"].as_str().expect("a name").to_owned()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names().await, ["สมชาย", "สมหญิง"]);
    app.clock.advance(DAY * 8);
    assert_eq!(names().await, ["สมศรี", "สมหญิง"]);
    let history = app.get(&Who::Agency, "coordinators?history=true").await.expect(200);
    assert_eq!(history["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(history["items"][0]["coordinator"]["until"], "2018-03-29T17:00:00Z");
}

#[tokio::test]
async fn an_appointment_ends_once_and_not_before_it_begins() {
    let app = TestApp::new().await;
    let id = app.coordinator("lamphun-commerce").await;
    let end = format!("coordinators/{id}/end");
    let early = app.post(&Who::Steward, &end, json!({ "at": "2018-03-20T00:00:00Z" })).await;
    assert_eq!(early.problem_name(409), "cannot-end");
    let ended = app.post(&Who::Steward, &end, json!({})).await.expect(200);
    assert_eq!(ended["coordinator"]["active"], false);
    assert_eq!(app.post(&Who::Steward, &end, json!({})).await.problem_name(409), "cannot-end");
    let missing = app.get(&Who::Steward, "coordinators?missing=true").await.expect(200);
    assert!(offices(&missing).contains(&"lamphun-commerce".to_owned()), "{missing}");
}

#[tokio::test]
async fn offices_that_named_nobody_are_listed_page_by_page() {
    let app = TestApp::new().await;
    app.coordinator("lamphun-commerce").await;
    let all = app.get(&Who::Admin, "coordinators?missing=true").await.expect(200);
    assert!(!offices(&all).contains(&"lamphun-commerce".to_owned()), "{all}");
    let lamphun = app.get(&Who::Admin, "coordinators?missing=true&province=ลำพูน").await.expect(200);
    assert!(offices(&lamphun).iter().all(|code| code.starts_with("lamphun")), "{lamphun}");
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.get(&Who::Admin, &format!("coordinators?missing=true&limit=2{cursor}")).await.expect(200);
        found.extend(offices(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, offices(&all));
    assert_eq!(offices(&app.get(&Who::Agency, "coordinators?missing=true").await.expect(200)), [""; 0]);
}

#[tokio::test]
async fn how_to_reach_somebody_is_seen_by_the_own_chain_and_each_look_is_written_down() {
    let app = TestApp::new().await;
    let id = app.coordinator("lamphun-commerce").await;
    let (path, views) = (format!("coordinators/{id}"), "select count(*) from audit where act = 'view_coordinator'");
    for (n, who) in [Who::Agency, Who::Steward, Who::Coordinator, Who::Operator, Who::Admin].into_iter().enumerate() {
        let seen = app.get(&who, &path).await.expect(200);
        assert_eq!(seen["contacts"]["line_id"], "somchai.j", "{who:?}");
        assert_eq!(app.count(views).await, i64::try_from(n + 1).expect("few"));
    }
    for who in [Who::Publisher, Who::Approver] {
        let seen = app.get(&who, &path).await.expect(200);
        assert_eq!((&seen["first_name"], &seen["contacts"]), (&json!("สมชาย"), &Value::Null), "{who:?}");
        app.get(&who, &format!("{path}/data")).await.problem(403);
    }
    assert_eq!(app.count(views).await, 5, "who sees no contacts leaves no entry");
    let list = app.get(&Who::Admin, "coordinators").await;
    assert!(!list.text.contains("5351") && !list.text.contains("somchai"), "{}", list.text);
    let above = app.coordinator("lamphun").await;
    app.get(&Who::Agency, &format!("coordinators/{above}")).await.problem(404);
    let elsewhere = app.coordinator("chiangmai").await;
    app.get(&Who::Steward, &format!("coordinators/{elsewhere}")).await.problem(404);
}

#[tokio::test]
async fn contacts_are_kept_sealed_and_stand_nowhere_else() {
    let app = TestApp::new().await;
    let key = [("idempotency-key", "one")];
    let request = app.request(&Who::Agency, Method::POST, "coordinators").header(key[0].0, key[0].1);
    app.send(request.json(&form("lamphun-commerce", json!({})))).await.expect(201);
    for text in ["081-234-5678", "0-5351-1192", "somchai@example", "somchai.j"] {
        assert_eq!(app.rows_containing(text).await, [""; 0], "{text}");
    }
    let audit = app.texts("select a::text from audit a where act = 'name_coordinator'").await;
    assert!(audit.len() == 1 && !audit[0].contains("สมชาย"), "{audit:?}");
}

#[tokio::test]
async fn contacts_are_erased_some_time_after_the_end_and_the_rest_stays() {
    let app = TestApp::new().await;
    let id = app.coordinator("lamphun-commerce").await;
    app.post(&Who::Agency, &format!("coordinators/{id}/end"), json!({})).await.expect(200);
    let data = app.get(&Who::Agency, &format!("coordinators/{id}/data")).await.expect(200);
    assert_eq!(data["contacts_erased_at"].as_str().map(|at| &at[..10]), Some("2019-03-23"));
    let other = app.coordinator("lamphun").await;
    app.clock.advance(DAY * 364);
    UpkeepSteps::new(app.engine.clone()).run_once().await;
    let seen = app.get(&Who::Admin, &format!("coordinators/{id}")).await.expect(200);
    assert_eq!(seen["contacts"]["line_id"], "somchai.j");
    app.clock.advance(DAY * 2);
    UpkeepSteps::new(app.engine.clone()).run_once().await;
    let seen = app.get(&Who::Admin, &format!("coordinators/{id}")).await.expect(200);
    assert_eq!((&seen["contacts"], &seen["first_name"]), (&Value::Null, &json!("สมชาย")));
    assert!(seen["erased_at"].is_string(), "{seen}");
    let seen = app.get(&Who::Admin, &format!("coordinators/{other}")).await.expect(200);
    assert_eq!(seen["contacts"]["line_id"], "somchai.j", "the post goes on");
}

#[tokio::test]
async fn a_person_is_told_everything_that_is_kept_and_who_looked_at_it() {
    let app = TestApp::new().await;
    let id = app.coordinator("lamphun-commerce").await;
    app.get(&Who::Steward, &format!("coordinators/{id}")).await.expect(200);
    let data = app.get(&Who::Agency, &format!("coordinators/{id}/data")).await.expect(200);
    assert_eq!(data["appointment"]["contacts"]["email"], "somchai@example.go.th");
    let acts: Vec<&str> =
        data["record"].as_array().expect("acts").iter().filter_map(|act| act["act"].as_str()).collect();
    assert_eq!(acts, ["name_coordinator", "view_coordinator", "take_out_coordinator"]);
    assert_eq!(data["record"][1]["by"], "key:steward");
}

#[tokio::test]
async fn a_returned_batch_is_taken_as_a_whole_or_not_at_all() {
    let app = TestApp::new().await;
    let row = |office: &str, phone: &str| format!("{office},สมชาย,ใจดี,นักวิชาการ,,{phone},,,\r\n");
    let bad = format!(
        "{HEAD}{}{}{}",
        row("lamphun-commerce", "๐๕๓ ๕๑๑ ๑๙๒"),
        row("chiangmai", "053511192"),
        row("lamphun", "812345678")
    );
    assert_eq!(import(&app, Who::Steward, bad).await.pointers(422), ["/4/telephone"]);
    let outside = format!("{HEAD}{}{}", row("lamphun-commerce", "053511192"), row("chiangmai", "053511192"));
    assert_eq!(import(&app, Who::Steward, outside.clone()).await.pointers(422), ["/3/office"]);
    assert_eq!(app.count("select count(*) from coordinators").await, 0);
    assert_eq!(import(&app, Who::Operator, outside.clone()).await.expect(200)["named"], 2);
    assert_eq!(app.count("select count(*) from audit where act = 'import_coordinators'").await, 1);
    assert_eq!(import(&app, Who::Operator, outside.clone()).await.pointers(422), ["/2/office", "/3/office"]);
    app.clock.advance(DAY);
    assert_eq!(import(&app, Who::Operator, outside).await.expect(200)["named"], 2);
    assert_eq!(app.count("select count(*) from coordinators where valid_until is null").await, 2);
    import(&app, Who::Publisher, HEAD).await.problem(403);
}

#[tokio::test]
async fn an_office_in_a_file_is_found_by_its_name() {
    let app = TestApp::new().await;
    let name = app.texts("select name from offices where code = 'lamphun-commerce'").await.remove(0);
    let file = format!("{HEAD}\" {name} \",สมชาย,ใจดี,นักวิชาการ,,053511192,,,\r\n");
    assert_eq!(import(&app, Who::Agency, file).await.expect(200)["named"], 1);
    let list = app.get(&Who::Agency, "coordinators").await.expect(200);
    assert_eq!(
        (offices(&list), &list["items"][0]["coordinator"]["source"]),
        (vec!["lamphun-commerce".to_owned()], &json!("csv"))
    );
}

#[tokio::test]
async fn everything_that_is_wrong_with_the_form_is_told_by_field() {
    let app = TestApp::new().await;
    let bad = json!({ "last_name": " ", "telephone": "1567", "mobile": "053511192", "email": "x", "line_id": "a\nb" });
    let refused = app.post(&Who::Agency, "coordinators", form("lamphun-commerce", bad)).await;
    assert_eq!(refused.pointers(422), ["/last_name", "/telephone", "/mobile", "/email", "/line_id"]);
    let unreachable = json!({ "telephone": "", "mobile": "", "email": "", "line_id": "" });
    let refused = app.post(&Who::Agency, "coordinators", form("lamphun-commerce", unreachable)).await;
    assert_eq!(refused.pointers(422), ["/telephone"]);
    app.post(&Who::Agency, "coordinators", form("lamphun", json!({}))).await.problem(404);
    app.post(&Who::Agency, "coordinators", form("lamphun-commerce", json!({ "citizen_id": "1" }))).await.problem(422);
}

#[tokio::test]
async fn two_at_the_same_moment_leave_one_coordinator() {
    let app = TestApp::new().await;
    let name = |first_name: &'static str| {
        let body = form("lamphun-commerce", json!({ "first_name": first_name }));
        let app = &app;
        async move { app.post(&Who::Agency, "coordinators", body).await.status }
    };
    let mut statuses = tokio::join!(name("ก"), name("ข"), name("ค"), name("ง"));
    let mut all = [&mut statuses.0, &mut statuses.1, &mut statuses.2, &mut statuses.3].map(|status| *status);
    all.sort_unstable();
    assert_eq!(all, [201, 409, 409, 409]);
    assert_eq!(app.count("select count(*) from coordinators").await, 1);
}

//! Terms of office: a successor takes over on the day by itself, and whoever was bound to the duty in LINE is not any more.

use std::time::Duration;

use serde_json::{Value, json};

use crate::binding::{GOVERNOR, bind};
use crate::test_app::{TestApp, Who};

const DAY: Duration = Duration::from_hours(24);

async fn terms(app: &TestApp, who: Who, group: &str) -> Vec<Value> {
    app.get(&who, &format!("groups/{group}/stewards")).await.expect(200)["items"].as_array().expect("terms").clone()
}

fn told<'a>(terms: &'a [Value], field: &str) -> Vec<&'a str> {
    terms.iter().map(|term| term[field].as_str().unwrap_or("-")).collect()
}

async fn on_duty(app: &TestApp) -> Value {
    app.get(&Who::Admin, "groups/lpn").await.expect(200)["stewards"].clone()
}

#[tokio::test]
async fn a_successor_takes_over_on_the_day_by_itself_and_the_bound_line_account_is_forgotten() {
    let app = TestApp::new().await;
    bind(&app, "governor", "lamphun", GOVERNOR).await;
    let bound = "select count(*) from bindings";
    let first = app.now() + DAY * 7;
    let next = json!({ "name": "สมหญิง รักษ์ไทย", "title": "ผู้ว่าราชการจังหวัดลำพูน", "phone": "053-511000", "from": first });
    let named = app.post(&Who::Steward, "groups/lpn/stewards", next).await.expect(201);
    assert_eq!(told(named["items"].as_array().expect("terms"), "state"), ["to_come", "on_duty"]);
    app.after(DAY * 6).await;
    assert_eq!((on_duty(&app).await[0]["name"].clone(), app.count(bound).await), (Value::Null, 1));

    app.after(DAY + Duration::from_secs(1)).await;
    let holder = on_duty(&app).await[0].clone();
    assert_eq!((&holder["name"], &holder["phone"]), (&json!("สมหญิง รักษ์ไทย"), &json!("053-511000")));
    assert_eq!(app.count(bound).await, 0, "whoever was bound has the duty no more");
    let kept = terms(&app, Who::Steward, "lpn").await;
    assert_eq!(told(&kept, "state"), ["on_duty", "ended"]);
    assert_eq!((&kept[0]["from"], &kept[1]["until"]), (&json!(first), &json!(first)), "not when upkeep came by");
    assert_eq!(told(&kept, "named_by")[1], "-", "the file");
    let agency = terms(&app, Who::Agency, "lpn-com").await;
    assert!(agency.iter().all(|term| term.get("name").is_none()), "the person is for those who manage the group");
    let acts = app.texts("select act from audit where act in ('name_steward', 'hand_over') order by id").await;
    assert_eq!(acts, ["name_steward", "hand_over"]);
}

#[tokio::test]
async fn who_is_named_again_by_name_stays_bound() {
    let app = TestApp::new().await;
    app.clock.advance(DAY);
    let governor = json!({ "name": "สมชาย ใจดี", "title": "ผู้ว่าราชการจังหวัดลำพูน" });
    app.post(&Who::Admin, "groups/lpn/stewards", governor.clone()).await.expect(201);
    bind(&app, "governor", "lamphun", GOVERNOR).await;
    app.clock.advance(DAY);
    app.post(&Who::Admin, "groups/lpn/stewards", governor).await.expect(201);
    assert_eq!(app.count("select count(*) from bindings").await, 1);
    app.clock.advance(DAY);
    app.post(&Who::Admin, "groups/lpn/stewards", json!({ "title": "ผู้ว่าราชการจังหวัดลำพูน" })).await.expect(201);
    assert_eq!(app.count("select count(*) from bindings").await, 0, "the same title is not the same person");
}

#[tokio::test]
async fn a_term_ends_by_itself_after_its_last_day_and_leaves_the_duty_open() {
    let app = TestApp::new().await;
    let last = app.now() + DAY * 3;
    let deputy = json!({ "deputy": true, "title": "รองผู้ว่าราชการจังหวัดลำพูน", "until": last });
    app.post(&Who::Coordinator, "groups/lpn/stewards", deputy).await.expect(201);
    app.post(&Who::Coordinator, "groups/lpn/stewards/end", json!({ "until": last })).await.expect(200);
    app.after(DAY * 2).await;
    assert_eq!(on_duty(&app).await.as_array().map(Vec::len), Some(2));
    app.after(DAY * 2).await;
    assert_eq!(on_duty(&app).await, json!([]));
    assert!(
        terms(&app, Who::Admin, "lpn")
            .await
            .iter()
            .all(|term| term["state"] == "ended" && term["until"] == json!(last))
    );
    app.post(&Who::Admin, "groups/lpn/stewards/end", json!({})).await.problem(404);
}

#[tokio::test]
async fn after_a_long_rest_each_successor_had_the_duty_for_its_time() {
    let app = TestApp::new().await;
    for days in [10, 20] {
        let term = json!({ "title": format!("คนที่ {days}"), "from": app.now() + DAY * days });
        app.post(&Who::Admin, "groups/lpn/stewards", term).await.expect(201);
    }
    app.after(DAY * 30).await;
    let kept = terms(&app, Who::Admin, "lpn").await;
    assert_eq!(told(&kept, "title"), ["คนที่ 20", "คนที่ 10", "ผู้ว่าราชการจังหวัดลำพูน"]);
    assert_eq!((&kept[1]["until"], &kept[2]["until"]), (&kept[0]["from"], &kept[1]["from"]));
}

#[tokio::test]
async fn what_is_wrong_with_a_term_is_told_and_who_was_named_is_taken_back() {
    let app = TestApp::new().await;
    let post = async |body: Value| app.post(&Who::Admin, "groups/lpn/stewards", body).await;
    assert_eq!(post(json!({})).await.pointers(422), ["/name"]);
    assert_eq!(
        post(json!({ "title": "ก", "phone": "x", "until": app.now() - DAY })).await.pointers(422),
        ["/phone", "/until"]
    );
    let early = json!({ "title": "ก", "from": app.now() - DAY });
    assert_eq!(post(early).await.problem_name(409), "not-later", "whoever is on duty began afterwards");
    let next = json!({ "title": "ก", "from": app.now() + DAY });
    let id = post(next.clone()).await.expect(201)["items"][0]["id"].to_string();
    assert_eq!(post(next.clone()).await.problem_name(409), "not-later", "the day is taken");
    app.delete(&Who::Admin, &format!("groups/lpn-com/stewards/{id}")).await.problem(404);
    app.delete(&Who::Steward, &format!("groups/lpn/stewards/{id}")).await.expect(204);
    app.delete(&Who::Admin, &format!("groups/lpn/stewards/{id}")).await.problem(404);
    app.after(DAY * 2).await;
    assert_eq!(on_duty(&app).await[0]["title"], "ผู้ว่าราชการจังหวัดลำพูน");
}

#[tokio::test]
async fn the_tree_file_names_who_is_on_duty_from_now_on_and_leaves_successors_alone() {
    let app = TestApp::new().await;
    let next = json!({ "title": "ผู้ว่าฯ คนใหม่", "from": app.now() + DAY * 7 });
    app.post(&Who::Admin, "groups/lpn/stewards", next).await.expect(201);
    app.clock.advance(DAY);
    app.import("code,steward_title\nlpn,ผู้รักษาราชการแทน\n").await;
    assert_eq!(on_duty(&app).await[0]["title"], "ผู้รักษาราชการแทน");
    app.after(DAY * 7).await;
    assert_eq!(on_duty(&app).await[0]["title"], "ผู้ว่าฯ คนใหม่");
    let file = app.get(&Who::Admin, "tree").await;
    assert!(file.text.contains("ผู้ว่าฯ คนใหม่"), "{}", file.text);
}

#[tokio::test]
async fn a_hand_over_is_named_in_the_browser_and_stands_in_the_history_of_the_group() {
    let app = TestApp::new().await;
    let steward = app.sign_in(Who::Steward).await;
    assert!(steward.open("/groups/lpn/settings").await.text.contains("/groups/lpn/stewards"));
    let form =
        [("title", "ผู้ว่าราชการจังหวัดลำพูน"), ("name", "สมหญิง รักษ์ไทย"), ("from", "๑ ตุลาคม ๒๕๖๑"), ("until", "30/9/2565")];
    let named = steward.submit("/groups/lpn/stewards", &form).await;
    assert_eq!(named.location(), "/groups/lpn/stewards?said=steward-named");
    let page = steward.open("/groups/lpn/stewards").await.text;
    for text in ["สมหญิง รักษ์ไทย", "1 ต.ค. 2561", "30 ก.ย. 2565", "/cancel"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let again = steward.submit("/groups/lpn/stewards", &form).await;
    assert!(again.status == 422 && again.text.contains("from-fault"), "{}", again.text);
    let id = app.texts("select id::text from steward_successors").await.remove(0);
    steward.submit(&format!("/groups/lpn/stewards/{id}/cancel"), &[]).await.location();
    let now = [("title", "ผู้ว่าราชการจังหวัดลำพูน"), ("name", "สมหญิง รักษ์ไทย")];
    app.clock.advance(Duration::from_mins(1));
    steward.submit("/groups/lpn/stewards", &now).await.location();
    let history = steward.open("/groups/lpn").await.text;
    assert!(history.contains("พ้นหน้าที่แล้ว") && history.contains("สมหญิง รักษ์ไทย"), "{history}");
    let publisher = app.sign_in(Who::Publisher).await.open("/groups/lpn").await.text;
    assert!(
        publisher.contains("พ้นหน้าที่แล้ว") && !publisher.contains("สมหญิง"),
        "the person is for those who manage the group"
    );
}

#[tokio::test]
async fn telephone_numbers_of_ended_duties_are_erased_after_a_while() {
    let app = TestApp::new().await;
    let term = |phone: &str| json!({ "title": "ผู้ว่าราชการจังหวัดลำพูน", "phone": phone });
    app.clock.advance(DAY);
    app.post(&Who::Admin, "groups/lpn/stewards", term("053-511-001")).await.expect(201);
    app.clock.advance(DAY);
    app.post(&Who::Admin, "groups/lpn/stewards", term("053-511-002")).await.expect(201);
    app.after(DAY * 300).await;
    app.after(DAY * 70).await;
    let kept = terms(&app, Who::Admin, "lpn").await;
    assert_eq!(told(&kept, "phone"), ["053-511-002", "-", "-"]);
}

#[tokio::test]
async fn a_last_day_before_the_successors_first_day_is_the_end_also_after_a_long_rest() {
    let app = TestApp::new().await;
    let last = app.now() + DAY * 3;
    app.post(&Who::Admin, "groups/lpn/stewards/end", json!({ "until": last })).await.expect(200);
    let next = json!({ "title": "ผู้ว่าฯ คนใหม่", "from": app.now() + DAY * 10 });
    app.post(&Who::Admin, "groups/lpn/stewards", next).await.expect(201);
    app.after(DAY * 30).await;
    let kept = terms(&app, Who::Admin, "lpn").await;
    assert_eq!(told(&kept, "state"), ["on_duty", "ended"]);
    assert_eq!(kept[1]["until"], json!(last), "nobody was on duty in between");
}

#[tokio::test]
async fn a_tree_file_that_comes_before_upkeep_lets_a_duty_end_on_its_last_day() {
    let app = TestApp::new().await;
    let last = app.now() + DAY;
    app.post(&Who::Admin, "groups/lpn/stewards/end", json!({ "until": last })).await.expect(200);
    app.clock.advance(DAY * 3);
    app.import("code,steward_title\nlpn,ผู้รักษาราชการแทน\n").await;
    let kept = terms(&app, Who::Admin, "lpn").await;
    assert_eq!(told(&kept, "title"), ["ผู้รักษาราชการแทน", "ผู้ว่าราชการจังหวัดลำพูน"]);
    assert_eq!(kept[1]["until"], json!(last));
}

#[tokio::test]
async fn ending_one_duty_writes_down_the_end_of_the_other_that_was_due() {
    let app = TestApp::new().await;
    let deputy = json!({ "deputy": true, "title": "รองผู้ว่าราชการจังหวัดลำพูน", "until": app.now() + DAY });
    app.post(&Who::Admin, "groups/lpn/stewards", deputy).await.expect(201);
    app.clock.advance(DAY * 2);
    app.post(&Who::Admin, "groups/lpn/stewards/end", json!({ "until": app.now() })).await.expect(200);
    let acts =
        "select act || ' ' || (detail ->> 'deputy') from audit where act in ('end_steward', 'hand_over') order by id";
    assert_eq!(app.texts(acts).await, ["end_steward false", "hand_over true"]);
    app.run().await;
    assert_eq!(app.texts(acts).await.len(), 2, "once");
}

#[tokio::test]
async fn another_telephone_number_in_the_tree_file_leaves_the_term_as_it_is() {
    let app = TestApp::new().await;
    let last = app.now() + DAY * 30;
    app.clock.advance(DAY);
    let governor =
        json!({ "title": "ผู้ว่าราชการจังหวัดลำพูน", "name": "สมหญิง รักษ์ไทย", "phone": "053-511000", "until": last });
    app.post(&Who::Coordinator, "groups/lpn/stewards", governor).await.expect(201);
    app.clock.advance(DAY);
    let before = terms(&app, Who::Admin, "lpn").await;
    app.import("code,steward_phone\nlpn,053-511001\n").await;
    let after = terms(&app, Who::Admin, "lpn").await;
    assert_eq!((after.len(), &after[0]["phone"]), (before.len(), &json!("053-511001")));
    for field in ["id", "from", "until", "named_by", "name"] {
        assert_eq!(after[0][field], before[0][field], "{field}");
    }
    app.import("code,steward_phone\nlpn,-\n").await;
    let cleared = terms(&app, Who::Admin, "lpn").await;
    assert_eq!((&cleared[0]["phone"], &cleared[0]["until"]), (&Value::Null, &json!(last)));
}

#[tokio::test]
async fn a_telephone_number_that_the_tree_file_would_refuse_is_refused_in_a_term_too() {
    let app = TestApp::new().await;
    let term = json!({ "title": "ผู้ว่าราชการจังหวัดลำพูน", "phone": "812345678" });
    for path in ["stewards", "deputies"] {
        let mut body = term.clone();
        body["until"] = json!(app.now() + DAY * 7);
        assert_eq!(
            app.post(&Who::Admin, &format!("groups/lpn/{path}"), body).await.pointers(422),
            ["/phone"],
            "{path}"
        );
    }
    let fields = [("title", "ผู้ว่าราชการจังหวัดลำพูน"), ("phone", "812345678")];
    let form = app.sign_in(Who::Steward).await.submit("/groups/lpn/stewards", &fields).await;
    assert!(form.status == 422 && form.text.contains("ขาดเลข 0 ตัวหน้า"), "{}", form.text);
}

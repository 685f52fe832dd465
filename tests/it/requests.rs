//! What bulletins ask of offices: drafted with a bulletin, issued with it, answered by the offices, and looked over from above.

use std::time::Duration;

use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

const DAY: Duration = Duration::from_hours(24);

/// Clause 2 of the letter of March 2561.
fn naming(more: Value) -> Value {
    let mut request = json!({ "kind": "name_coordinator", "text": "แจ้งรายชื่อผู้ประสานงานตามแบบที่แนบ" });
    crate::test_app::put_in(&mut request, more);
    request
}

/// A published bulletin that asks this; gives its id.
async fn publish(app: &TestApp, requests: Value) -> String {
    let id = app.write_with(json!({ "requests": requests, "forwarding": "automatic" })).await;
    app.release(&id).await;
    id
}

/// The number of the request that an office has of a bulletin.
async fn request_to(app: &TestApp, bulletin: &str, office: &str) -> i64 {
    let list = app.get(&Who::Admin, &format!("requests?bulletin={bulletin}&office={office}")).await.expect(200);
    list["items"][0]["id"].as_i64().expect("a request")
}

async fn listed(app: &TestApp, who: Who, query: &str) -> Vec<String> {
    let list = app.get(&who, &format!("requests?{query}")).await.expect(200);
    let items = list["items"].as_array().expect("items");
    items.iter().map(|item| item["office"].as_str().expect("a code").to_owned()).collect()
}

#[tokio::test]
async fn a_published_bulletin_asks_every_office_that_gets_it_but_the_one_that_asks() {
    let app = TestApp::new().await;
    let requests =
        json!([naming(json!({ "due_on": "วันศุกร์ที่ ๓๐ มีนาคม ๒๕๖๑" })), { "kind": "for_information", "text": "เพื่อทราบ" }]);
    let id = app.write_with(json!({ "requests": requests })).await;
    let draft = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(
        (&draft["requests"][0]["due_on"], &draft["requests"][0]["purpose"]),
        (&json!("2018-03-30"), &json!("act"))
    );
    assert_eq!(draft["requests"][1]["purpose"], "inform");
    assert_eq!(listed(&app, Who::Admin, "").await, [""; 0], "a draft asks nothing yet");
    app.release(&id).await;
    let offices = app.count("select count(distinct office_id) from groups where not retired").await;
    let asked = app.get(&Who::Admin, &format!("requests?bulletin={id}&limit=500")).await.expect(200);
    let asked = asked["items"].as_array().expect("items").clone();
    assert_eq!(i64::try_from(asked.len()).expect("few"), 2 * (offices - 1));
    assert!(asked.iter().all(|item| item["state"] == "open" && item["overdue"] == false), "{asked:#?}");
    assert_eq!(asked[0]["due_at"], "2018-03-30T17:00:00Z");
    assert_eq!(asked[1]["due_at"], Value::Null);
    let changed = app.patch(&Who::Admin, &format!("bulletins/{id}"), json!({ "requests": [] })).await;
    assert_eq!(changed.problem_name(409), "not-a-draft");
}

#[tokio::test]
async fn what_is_asked_never_changes_once_it_is_published() {
    let app = TestApp::new().await;
    publish(&app, json!([naming(json!({}))])).await;
    let change = "update bulletins set requests = '[]' where published_at is not null";
    let refused = sqlx::query(change).execute(&mut *app.db().await).await;
    assert!(refused.is_err(), "the database refuses it");
}

#[tokio::test]
async fn working_days_count_from_publishing() {
    let app = TestApp::new().await;
    // published on Friday 23 March 2561
    let id = publish(&app, json!([naming(json!({ "due_in_working_days": 1 }))])).await;
    let list = app.get(&Who::Agency, &format!("requests?bulletin={id}")).await.expect(200);
    assert_eq!(list["items"][0]["due_at"], "2018-03-27T17:00:00Z", "Monday is a holiday: Tuesday, until it ends");
}

#[tokio::test]
async fn faults_of_requests_are_told_by_field() {
    let app = TestApp::new().await;
    for (request, pointer) in [
        (naming(json!({ "text": " " })), "/requests/0/text"),
        (naming(json!({ "text": "ภายในวันพฤหัสบดีที่ ๒๓ มีนาคม ๒๕๖๑" })), "/requests/0/text"),
        (naming(json!({ "due_on": "วันพฤหัสบดีที่ ๓๐ มีนาคม ๒๕๖๑" })), "/requests/0/due_on"),
        (naming(json!({ "due_on": "2018-03-22" })), "/requests/0/due_on"),
        (naming(json!({ "due_in_working_days": 61 })), "/requests/0/due_in_working_days"),
        (naming(json!({ "due_on": "2018-03-30", "due_in_working_days": 3 })), "/requests/0/due_in_working_days"),
        (naming(json!({ "text": "ลับมาก: แจ้งรายชื่อ" })), "/requests/0/text"),
        (naming(json!({ "kind": "dance" })), "/requests/0/kind"),
    ] {
        let body = crate::test_app::letter(json!({ "requests": [request] }));
        let refused = app.post(&Who::Admin, "bulletins", body).await;
        assert_eq!(refused.pointers(422), [pointer], "{}", refused.text);
    }
    let many: Vec<Value> = (0..11).map(|_| naming(json!({}))).collect();
    let refused = app.post(&Who::Admin, "bulletins", crate::test_app::letter(json!({ "requests": many }))).await;
    assert_eq!(refused.pointers(422), ["/requests"]);
}

#[tokio::test]
async fn a_bulletin_whose_last_day_is_over_is_not_published() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "requests": [naming(json!({ "due_on": "2018-03-24" }))] })).await;
    let later = json!({ "at": "2018-03-26T02:00:00Z" });
    let refused = app.post(&Who::Admin, &format!("bulletins/{id}/publish"), later).await;
    assert_eq!(refused.pointers(422), ["/requests/0/due_on"]);
    app.clock.advance(DAY * 2);
    let refused = app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await;
    assert_eq!(refused.pointers(422), ["/requests/0/due_on"]);
}

#[tokio::test]
async fn an_office_answers_once_and_done_late_is_told_apart() {
    let app = TestApp::new().await;
    let id = publish(&app, json!([naming(json!({ "due_on": "2018-03-23" }))])).await;
    let commerce = request_to(&app, &id, "lamphun-commerce").await;
    let in_time = json!({ "comment": "แจ้งทางโทรสารแล้ว" });
    let done = app.post(&Who::Agency, &format!("requests/{commerce}/done"), in_time).await.expect(200);
    assert_eq!(
        (&done["state"], &done["late"], &done["answered_by"]),
        (&json!("done"), &json!(false), &json!("key:agency"))
    );
    let again = app.post(&Who::Steward, &format!("requests/{commerce}/done"), json!({})).await;
    assert_eq!(again.problem_name(409), "not-open");
    app.clock.advance(DAY);
    assert_eq!(listed(&app, Who::Steward, "state=overdue").await.len(), 2, "the province and the district");
    let lamphun = request_to(&app, &id, "lamphun").await;
    let late = app.post(&Who::Steward, &format!("requests/{lamphun}/done"), json!({})).await.expect(200);
    assert_eq!((&late["state"], &late["late"]), (&json!("done"), &json!(true)));
    let chiangmai = request_to(&app, &id, "chiangmai").await;
    let bare = app.post(&Who::Operator, &format!("requests/{chiangmai}/not-applicable"), json!({})).await;
    assert_eq!(bare.pointers(422), ["/reason"]);
    let reason = json!({ "reason": "ตั้งผู้ประสานงานไว้แล้ว" });
    let none = app.post(&Who::Operator, &format!("requests/{chiangmai}/not-applicable"), reason).await.expect(200);
    assert_eq!((&none["state"], &none["overdue"]), (&json!("not_applicable"), &json!(false)));
    assert_eq!(app.count("select count(*) from audit where act = 'answer_request'").await, 3);
    assert_eq!(listed(&app, Who::Admin, "state=not_applicable").await, ["chiangmai"]);
    assert_eq!(listed(&app, Who::Admin, "state=done&office=lamphun").await, ["lamphun"]);
}

#[tokio::test]
async fn naming_a_coordinator_answers_what_asked_for_one() {
    let app = TestApp::new().await;
    let asked = json!([naming(json!({})), { "kind": "disseminate", "text": "เผยแพร่ต่อประชาชน" }]);
    publish(&app, asked).await;
    app.coordinator("lamphun-commerce").await;
    let list = app.get(&Who::Agency, "requests").await.expect(200);
    let states: Vec<(&str, &str)> = list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| (item["kind"].as_str().expect("a kind"), item["state"].as_str().expect("a state")))
        .collect();
    assert_eq!(states, [("name_coordinator", "done"), ("disseminate", "open")]);
    assert_eq!(listed(&app, Who::Steward, "state=open&office=lamphun").await.len(), 2, "another office's stay");
}

#[tokio::test]
async fn a_withdrawn_bulletin_asks_nothing_any_more() {
    let app = TestApp::new().await;
    let id = publish(&app, json!([naming(json!({ "due_on": "2018-03-23" }))])).await;
    let commerce = request_to(&app, &id, "lamphun-commerce").await;
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), reason).await.expect(200);
    app.clock.advance(DAY * 2);
    for state in ["open", "overdue"] {
        assert_eq!(listed(&app, Who::Admin, &format!("state={state}")).await, [""; 0], "{state}");
    }
    let answered = app.post(&Who::Agency, &format!("requests/{commerce}/done"), json!({})).await;
    assert_eq!(answered.problem_name(409), "not-open");
}

#[tokio::test]
async fn shares_are_told_by_province_and_tier_of_the_own_part() {
    let app = TestApp::new().await;
    let id = publish(&app, json!([naming(json!({ "due_on": "2018-03-23" }))])).await;
    let commerce = request_to(&app, &id, "lamphun-commerce").await;
    app.post(&Who::Agency, &format!("requests/{commerce}/done"), json!({})).await.expect(200);
    app.clock.advance(DAY);
    let summary = app.get(&Who::Steward, &format!("requests/summary?bulletin={id}")).await.expect(200);
    let shares: Vec<(i64, i64, i64, i64)> = summary["shares"]
        .as_array()
        .expect("shares")
        .iter()
        .map(|share| {
            let n = |key: &str| share[key].as_i64().expect("a number");
            assert_eq!(share["province"], "51");
            (n("tier"), n("offices"), n("done"), n("overdue"))
        })
        .collect();
    assert_eq!(shares, [(2, 1, 0, 1), (3, 2, 1, 1)]);
    let all = app.get(&Who::Admin, &format!("requests/summary?bulletin={id}")).await.expect(200);
    let offices: i64 =
        all["shares"].as_array().expect("shares").iter().filter_map(|share| share["offices"].as_i64()).sum();
    assert_eq!(offices, app.count("select count(*) from office_requests").await);
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_since_a_time() {
    let app = TestApp::new().await;
    let id = publish(&app, json!([naming(json!({}))])).await;
    let all = listed(&app, Who::Admin, "limit=500").await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&Who::Admin, &format!("requests?limit=2{cursor}")).await.expect(200);
        let items = page["items"].as_array().expect("items").clone();
        found.extend(items.iter().map(|item| item["office"].as_str().expect("a code").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, all);
    app.clock.advance(DAY);
    let commerce = request_to(&app, &id, "lamphun-commerce").await;
    app.post(&Who::Agency, &format!("requests/{commerce}/done"), json!({})).await.expect(200);
    assert_eq!(listed(&app, Who::Admin, "since=2018-03-24T00:00:00Z").await, ["lamphun-commerce"]);
}

#[tokio::test]
async fn an_office_answers_on_its_to_do_page_and_a_writer_asks_on_the_page_of_a_draft() {
    let app = TestApp::new().await;
    let publisher = app.sign_in(Who::Publisher).await;
    let id = app.write_with(json!({ "forwarding": "automatic" })).await;
    let add = format!("/bulletins/{id}/requests");
    let fields =
        [("request_kind", "disseminate"), ("text", "เผยแพร่ภายในวันเสาร์ที่ ๒๓ มีนาคม ๒๕๖๑"), ("due_on", "2018-03-30")];
    let refused = publisher.submit(&add, &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("วันในสัปดาห์ไม่ตรงกับวันที่"), "{}", refused.text);
    let fields = [("request_kind", "disseminate"), ("text", "เผยแพร่ต่อประชาชน"), ("due_on", "2018-03-30")];
    publisher.submit(&add, &fields).await.location();
    publisher.submit(&add, &fields).await.location();
    publisher.submit(&format!("{add}/2/remove"), &[]).await.location();
    app.release(&id).await;
    let agency = app.sign_in(Who::Agency).await;
    let page = agency.open("/requests").await;
    assert!(page.text.contains("ภายในวันที่ 30 มี.ค. 2561") && !page.text.contains("เกินกำหนด</span>"), "{}", page.text);
    app.clock.advance(DAY * 8);
    let agency = app.sign_in(Who::Agency).await;
    assert!(agency.open("/requests").await.text.contains("เกินกำหนด</span>"), "overdue is said in words");
    let number = request_to(&app, &id, "lamphun-commerce").await;
    let answer = format!("/requests/{number}/answer");
    let refused = agency.submit(&answer, &[("answer", "not_applicable"), ("comment", "")]).await;
    assert!(refused.status == 422 && refused.text.contains("โปรดระบุเหตุผล"), "{}", refused.text);
    agency.submit(&answer, &[("answer", "done"), ("comment", "อ่านหอกระจายข่าวแล้ว")]).await.location();
    let page = agency.open("/requests").await;
    assert!(page.text.contains("ดำเนินการหลังกำหนด") && page.text.contains("ไม่มีงานที่ต้องดำเนินการ"), "{}", page.text);
    let steward = app.sign_in(Who::Steward).await;
    let above = steward.open(&format!("/requests/bulletins/{id}")).await;
    assert!(above.text.contains("หน่วยงานที่เกินกำหนด") && above.text.contains("ลำพูน"), "{}", above.text);
    let file = steward.open(&format!("/requests/bulletins/{id}/csv")).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.text.lines().count(), 4, "three offices below the province: {}", file.text);
}

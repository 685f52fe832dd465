//! Setting up groups and reporting it: stages, names, what is said of groups, reports and their paper.

use std::time::Duration;

use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};
use crate::test_relay::{SMALL_TREE, TestRelay};

const DAY: Duration = Duration::from_hours(24);

/// Everything that is asked of the office of Lamphun.
async fn lamphun(app: &TestApp) -> Value {
    app.get(&Who::Admin, "establishment/lamphun").await.expect(200)
}

/// The group of this code in an office's answer.
fn group<'a>(office: &'a Value, code: &str) -> &'a Value {
    office["groups"].as_array().expect("groups").iter().find(|group| group["code"] == code).expect("the group")
}

async fn stage(app: &TestApp, code: &str) -> String {
    group(&lamphun(app).await, code)["stage"].as_str().expect("a stage").to_owned()
}

/// LINE told this name of a linked group.
async fn told_name(app: &TestApp, code: &str, name: &str) {
    let tell = "update groups set line_name = $2 where code = $1";
    sqlx::query(tell).bind(code).bind(name).execute(&mut *app.db().await).await.expect("told");
}

async fn unlink(app: &TestApp, code: &str) {
    let unlink = "update groups set line_group_id = null where code = $1";
    sqlx::query(unlink).bind(code).execute(&mut *app.db().await).await.expect("unlinked");
}

async fn report(app: &TestApp, who: Who, office: &str) -> Value {
    app.post(&who, &format!("establishment/{office}/reports"), json!({})).await.expect(201)
}

/// A published bulletin that asks for the report by Monday.
pub async fn ask(app: &TestApp) -> String {
    let asked = json!([{ "kind": "report_establishment", "text": "รายงานผลการจัดตั้งกลุ่ม", "due_on": "2018-03-26" }]);
    let id = app.write_with(json!({ "requests": asked, "forwarding": "automatic" })).await;
    app.release(&id).await;
    id
}

/// How the office of Lamphun stands with what was asked.
pub async fn asked_of_lamphun(app: &TestApp, bulletin: &str) -> String {
    let list = app.get(&Who::Admin, &format!("requests?bulletin={bulletin}&office=lamphun")).await.expect(200);
    list["items"][0]["state"].as_str().expect("a state").to_owned()
}

#[tokio::test]
async fn a_group_goes_from_planned_to_active_and_has_a_stage_only_with_all_before_it() {
    let app = TestApp::new().await;
    unlink(&app, "lpn-com").await;
    assert_eq!(stage(&app, "lpn-com").await, "planned");
    let said = json!({ "groups": ["lpn-com"] });
    app.post(&Who::Agency, "establishment/lamphun-commerce/created", said.clone()).await.expect(200);
    assert_eq!(stage(&app, "lpn-com").await, "created");
    let found = lamphun(&app).await;
    assert_eq!(group(&found, "lpn-com")["created_by"], "key:agency");
    app.post(&Who::Operator, "establishment/lamphun/verify", said).await.expect(200);
    assert_eq!(stage(&app, "lpn-com").await, "created", "it is verified, and was not reported");
    report(&app, Who::Steward, "lamphun").await;
    assert_eq!(stage(&app, "lpn-com").await, "verified");
    // linked again, and a bulletin goes through
    let link = "update groups set line_group_id = 'Clpncom' where code = 'lpn-com'";
    sqlx::query(link).execute(&mut *app.db().await).await.expect("linked");
    app.relayed().await;
    assert_eq!(stage(&app, "lpn-com").await, "active");
    assert_eq!(stage(&app, "lpn").await, "reported", "bulletins are in it, and nobody has verified it");
    assert_eq!(group(&lamphun(&app).await, "lpn")["carries"], true);
    let retire = "update groups set retired = true where code = 'lpn-com'";
    sqlx::query(retire).execute(&mut *app.db().await).await.expect("retired");
    let found = lamphun(&app).await;
    assert_eq!(group(&found, "lpn-com")["stage"], "closed");
    assert_eq!((&found["sums"]["groups"], &found["sums"]["closed"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn what_was_said_by_mistake_is_taken_back_and_both_stay_on_record() {
    let app = TestApp::new().await;
    unlink(&app, "lpn-com").await;
    let path = "establishment/lamphun-commerce/created";
    for (created, stage_then) in [(true, "created"), (false, "planned"), (true, "created")] {
        let said = json!({ "groups": ["lpn-com"], "created": created });
        app.post(&Who::Agency, path, said.clone()).await.expect(200);
        // the same once more changes nothing
        app.post(&Who::Agency, path, said).await.expect(200);
        assert_eq!(stage(&app, "lpn-com").await, stage_then);
    }
    assert_eq!(app.count("select count(*) from establishment_marks").await, 3);
    assert_eq!(app.count("select count(*) from audit where act = 'declare_groups'").await, 3);
    for change in [
        "update establishment_marks set kind = 'verified'",
        "delete from establishment_marks",
        "truncate establishment_marks",
    ] {
        let refused = sqlx::query(change).execute(&mut *app.db().await).await;
        assert!(refused.is_err(), "{change}");
    }
}

#[tokio::test]
async fn only_groups_for_which_the_office_answers_are_spoken_of() {
    let app = TestApp::new().await;
    for groups in [json!(["lpn-com", "cmi"]), json!(["lpn-com", "nowhere"]), json!(["lpn-com", "gcc1"])] {
        let refused = app.post(&Who::Admin, "establishment/lamphun/created", json!({ "groups": groups })).await;
        assert_eq!(refused.pointers(422), ["/groups/1"]);
    }
    let above = app.post(&Who::Agency, "establishment/lamphun-commerce/created", json!({ "groups": ["lpn"] })).await;
    assert_eq!(above.pointers(422), ["/groups/0"]);
    let none = app.post(&Who::Admin, "establishment/lamphun/created", json!({ "groups": [] })).await;
    assert_eq!(none.pointers(422), ["/groups"]);
    let many: Vec<String> = (0..501).map(|n| format!("g{n}")).collect();
    let many = app.post(&Who::Admin, "establishment/lamphun/created", json!({ "groups": many })).await;
    assert_eq!(many.pointers(422), ["/groups"]);
}

#[tokio::test]
async fn operations_verify_all_linked_groups_at_once_or_one_and_take_it_back() {
    let app = TestApp::new().await;
    unlink(&app, "lpn-com").await;
    let path = "establishment/lamphun/verify";
    let one = app.post(&Who::Operator, path, json!({ "groups": ["lpn-com"] })).await;
    assert_eq!(one.pointers(422), ["/groups/0"], "it was not created");
    let all = app.post(&Who::Operator, path, json!({ "remark": "ตรวจจากหน้าจอ" })).await.expect(200);
    let verified = |office: &Value, code: &str| !group(office, code)["verified_at"].is_null();
    assert!(verified(&all, "lpn") && verified(&all, "lpn-dist") && !verified(&all, "lpn-com"));
    assert_eq!(group(&all, "lpn")["remark"], "ตรวจจากหน้าจอ");
    let back = json!({ "groups": ["lpn"], "verified": false });
    let back = app.post(&Who::Operator, path, back).await.expect(200);
    assert!(!verified(&back, "lpn") && verified(&back, "lpn-dist"));
    assert_eq!(app.count("select count(*) from audit where act = 'verify_groups'").await, 2);
}

#[tokio::test]
async fn names_are_compared_with_the_prescribed_ones_and_unknown_where_line_has_not_told() {
    let app = TestApp::new().await;
    sqlx::query("update groups set line_name = null").execute(&mut *app.db().await).await.expect("not told");
    told_name(&app, "lpn", "gcc2 จังหวัดลําพูน").await;
    told_name(&app, "lpn-com", "GCC3-ลพ-พาณิชย์").await;
    let found = lamphun(&app).await;
    assert_eq!(group(&found, "lpn")["prescribed"], "GCC2-จังหวัดลำพูน");
    assert_eq!(group(&found, "lpn")["name_check"], "differs", "a sign is missing");
    told_name(&app, "lpn", "gcc2 - จังหวัดลําพูน").await;
    let found = lamphun(&app).await;
    assert_eq!(group(&found, "lpn")["name_check"], "as_prescribed");
    let commerce = group(&found, "lpn-com");
    assert_eq!(commerce["prescribed"], "GCC3-ลพ-สำนักงานพาณิชย์จังหวัดลำพูน");
    assert_eq!((&commerce["name_check"], &commerce["line_name"]), (&json!("differs"), &json!("GCC3-ลพ-พาณิชย์")));
    let district = group(&found, "lpn-dist");
    assert_eq!((&district["name_check"], &district["line_name"]), (&json!("unknown"), &Value::Null));
    let sums = &found["sums"];
    assert_eq!(
        (&sums["names_as_prescribed"], &sums["names_differ"], &sums["names_unknown"]),
        (&json!(1), &json!(1), &json!(1))
    );
    // what LINE told before a group was lost says nothing of the next one
    unlink(&app, "lpn-com").await;
    assert_eq!(group(&lamphun(&app).await, "lpn-com")["name_check"], "unknown");
    let ministry = app.get(&Who::Admin, "establishment/moi").await.expect(200);
    assert_eq!(ministry["groups"][0]["prescribed"], "GCC2-กระทรวงมหาดไทย");
}

#[tokio::test]
async fn a_report_keeps_its_groups_as_they_stood_under_a_number_of_the_office() {
    let app = TestApp::new().await;
    unlink(&app, "lpn-com").await;
    let first = report(&app, Who::Steward, "lamphun").await;
    assert_eq!((&first["no"], &first["paper"], &first["mail"]), (&json!(1), &Value::Null, &Value::Null));
    let kept = "select rows::text from establishment_reports where no = 1";
    let before = app.texts(kept).await;
    told_name(&app, "lpn", "กลุ่มใหม่").await;
    assert_eq!(app.texts(kept).await, before);
    let (one, two) = tokio::join!(report(&app, Who::Steward, "lamphun"), report(&app, Who::Admin, "lamphun"));
    let mut numbers = [one["no"].as_i64(), two["no"].as_i64()];
    numbers.sort_unstable();
    assert_eq!(numbers, [Some(2), Some(3)], "one waits for the other");
    assert_eq!(report(&app, Who::Admin, "chiangmai").await["no"], 1);
    let found = lamphun(&app).await;
    assert_eq!(found["last_report"]["no"], 3);
    assert_eq!(found["reports"].as_array().map(Vec::len), Some(3));
    // what is not created does not count as reported
    assert_eq!(stage(&app, "lpn-com").await, "planned");
    for change in ["update establishment_reports set made_by = 'x'", "delete from establishment_reports"] {
        assert!(sqlx::query(change).execute(&mut *app.db().await).await.is_err(), "{change}");
    }
}

#[tokio::test]
async fn noting_the_paper_answers_what_asked_for_the_report() {
    let app = TestApp::new().await;
    let asking = ask(&app).await;
    let made = report(&app, Who::Steward, "lamphun").await;
    assert_eq!(asked_of_lamphun(&app, &asking).await, "open", "it has not gone out yet");
    let path = format!("establishment/lamphun/reports/{}/paper", made["id"].as_str().expect("an id"));
    for (sent_on, why) in [("2018-03-24", "the future"), ("2018-03-22", "before the report"), ("soon", "no day")] {
        let refused = app.post(&Who::Steward, &path, json!({ "sent_on": sent_on })).await;
        assert_eq!(refused.pointers(422), ["/sent_on"], "{why}");
    }
    let sent = json!({ "sent_on": "๒๓ มีนาคม ๒๕๖๑", "number": "ลพ ๐๐๑๗.๒/๑๒๓" });
    let noted = app.post(&Who::Steward, &path, sent).await.expect(200);
    assert_eq!(
        (&noted["paper"]["sent_on"], &noted["paper"]["number"]),
        (&json!("2018-03-23"), &json!("ลพ ๐๐๑๗.๒/๑๒๓"))
    );
    assert_eq!(asked_of_lamphun(&app, &asking).await, "done");
    let elsewhere = format!("establishment/chiangmai/reports/{}/paper", made["id"].as_str().expect("an id"));
    let absent = app.post(&Who::Admin, &elsewhere, json!({ "sent_on": "2018-03-23" })).await;
    assert_eq!(absent.problem_name(404), "not-found", "it is another office's");
}

#[tokio::test]
async fn noting_a_mail_that_an_office_sent_itself_answers_what_asked_for_the_report_too() {
    let app = TestApp::new().await;
    let asking = ask(&app).await;
    let made = report(&app, Who::Steward, "lamphun").await;
    assert_eq!(made["own_mail"], Value::Null);
    let path = format!("establishment/lamphun/reports/{}/own-mail", made["id"].as_str().expect("an id"));
    for (sent_on, to, pointer) in [
        ("2018-03-24", "gcc@opm.example.org", "/sent_on"),
        ("2018-03-22", "gcc@opm.example.org", "/sent_on"),
        ("2018-03-23", "nobody", "/to"),
    ] {
        let refused = app.post(&Who::Steward, &path, json!({ "sent_on": sent_on, "to": to })).await;
        assert_eq!(refused.pointers(422), [pointer]);
    }
    let noted = app.post(&Who::Steward, &path, json!({ "sent_on": "2018-03-23", "to": "gcc@opm.example.org" })).await;
    let noted = noted.expect(200);
    assert_eq!(
        (&noted["own_mail"]["sent_on"], &noted["own_mail"]["to"]),
        (&json!("2018-03-23"), &json!("gcc@opm.example.org"))
    );
    assert_eq!(
        (&noted["mail"], &noted["paper"]),
        (&Value::Null, &Value::Null),
        "this system sent none, and nobody noted a paper"
    );
    assert_eq!(asked_of_lamphun(&app, &asking).await, "done");
}

#[tokio::test]
async fn a_report_answers_only_what_was_asked_before_it_was_made() {
    let app = TestApp::new().await;
    let before = ask(&app).await;
    app.clock.advance(Duration::from_mins(1));
    let made = report(&app, Who::Steward, "lamphun").await;
    app.clock.advance(Duration::from_mins(1));
    let after = ask(&app).await;
    let path = format!("establishment/lamphun/reports/{}/paper", made["id"].as_str().expect("an id"));
    app.post(&Who::Steward, &path, json!({ "sent_on": "2018-03-23" })).await.expect(200);
    assert_eq!(asked_of_lamphun(&app, &before).await, "done");
    assert_eq!(asked_of_lamphun(&app, &after).await, "open", "it wants another report");
}

/// The small tree, with a group of Lamphun's office of commerce that stands in Chiang Mai.
pub async fn with_a_group_elsewhere() -> TestApp {
    let elsewhere = "cmi-lpncom,cmi,3,GCC3-ชม-พาณิชย์ลำพูน,lamphun-commerce,สำนักงานพาณิชย์จังหวัดลำพูน,provincial_agency,51,gcc,,9,9,automatic,,";
    TestApp::on(TestRelay::with_tree(&format!("{SMALL_TREE}{elsewhere}\n")).await).await
}

#[tokio::test]
async fn of_an_office_with_groups_elsewhere_only_those_of_the_own_part_are_seen_and_spoken_of() {
    let app = with_a_group_elsewhere().await;
    let codes = |office: &Value| -> Vec<String> {
        let groups = office["groups"].as_array().expect("groups");
        groups.iter().map(|group| group["code"].as_str().expect("a code").to_owned()).collect()
    };
    let path = "establishment/lamphun-commerce";
    assert_eq!(codes(&app.get(&Who::Admin, path).await.expect(200)), ["cmi-lpncom", "lpn-com"]);
    let seen = app.get(&Who::Steward, path).await.expect(200);
    assert_eq!((codes(&seen), &seen["sums"]["groups"]), (vec!["lpn-com".to_owned()], &json!(1)));
    let said = json!({ "groups": ["cmi-lpncom"] });
    let refused = app.post(&Who::Steward, &format!("{path}/created"), said).await;
    assert_eq!(refused.pointers(422), ["/groups/0"]);
    let page = app.sign_in(Who::Steward).await.open("/establishment/offices/lamphun-commerce").await;
    assert!(!page.text.contains("พาณิชย์ลำพูน") && page.text.contains("มีกลุ่มอยู่นอกขอบเขตของท่าน"), "{}", page.text);
}

#[tokio::test]
async fn a_report_is_made_and_seen_by_whoever_sees_all_groups_of_its_office() {
    let app = with_a_group_elsewhere().await;
    let path = "establishment/lamphun-commerce";
    let refused = app.post(&Who::Steward, &format!("{path}/reports"), json!({})).await;
    assert_eq!(refused.problem_name(409), "groups-elsewhere");
    let made = report(&app, Who::Admin, "lamphun-commerce").await;
    let seen = app.get(&Who::Steward, path).await.expect(200);
    assert_eq!((&seen["last_report"], &seen["reports"]), (&Value::Null, &json!([])));
    let id = made["id"].as_str().expect("an id");
    let absent =
        app.post(&Who::Steward, &format!("{path}/reports/{id}/paper"), json!({ "sent_on": "2018-03-23" })).await;
    assert_eq!(absent.problem_name(404), "not-found");
    let absent = app.sign_in(Who::Steward).await.open(&format!("/establishment/reports/{id}")).await;
    assert_eq!(absent.status, 404);
}

#[tokio::test]
async fn a_group_counts_as_reported_by_the_last_report_of_an_office_that_answers_for_it_now() {
    let app = TestApp::new().await;
    report(&app, Who::Steward, "lamphun").await;
    assert_eq!(stage(&app, "lpn-com").await, "reported");
    // it moves to Chiang Mai, which has not reported it
    app.import(&SMALL_TREE.replace("lpn-com,lpn,3", "lpn-com,cmi,3")).await;
    let stage_there = async || {
        let office = app.get(&Who::Admin, "establishment/chiangmai").await.expect(200);
        group(&office, "lpn-com")["stage"].as_str().expect("a stage").to_owned()
    };
    assert_eq!(stage_there().await, "created", "Lamphun does not answer for it any more");
    report(&app, Who::Admin, "chiangmai").await;
    assert_eq!(stage_there().await, "reported");
    // and only the last report counts
    unlink(&app, "lpn-com").await;
    report(&app, Who::Admin, "chiangmai").await;
    let link = "update groups set line_group_id = 'Clpncom2' where code = 'lpn-com'";
    sqlx::query(link).execute(&mut *app.db().await).await.expect("linked");
    assert_eq!(stage_there().await, "created");
}

#[tokio::test]
async fn the_board_has_one_row_for_each_province_and_ministry_and_says_who_is_overdue() {
    let app = TestApp::new().await;
    ask(&app).await;
    let board = app.get(&Who::Admin, "establishment").await.expect(200);
    let offices = |board: &Value| -> Vec<String> {
        let items = board["items"].as_array().expect("items");
        items.iter().map(|item| item["office"]["code"].as_str().expect("a code").to_owned()).collect()
    };
    assert_eq!(offices(&board), ["moi", "chiangmai", "lamphun"], "as a dictionary orders names");
    let found = app.get(&Who::Admin, "establishment?q=ลำพูน").await.expect(200);
    assert_eq!(offices(&found), ["lamphun"]);
    assert_eq!(
        (&found["items"][0]["due_at"], &found["items"][0]["overdue"]),
        (&json!("2018-03-26T17:00:00Z"), &json!(false))
    );
    // an agency has no group of tier 2: its own row is all that it sees
    assert_eq!(offices(&app.get(&Who::Agency, "establishment").await.expect(200)), ["lamphun-commerce"]);
    assert_eq!(offices(&app.get(&Who::Steward, "establishment").await.expect(200)), ["lamphun"]);
    app.clock.advance(DAY * 4);
    let found = app.get(&Who::Steward, "establishment").await.expect(200);
    assert_eq!(found["items"][0]["overdue"], true);
    let long = app.get(&Who::Admin, &format!("establishment?q={}", "x".repeat(201))).await;
    assert_eq!(long.pointers(422), ["?q"]);
}

#[tokio::test]
async fn an_office_sets_up_reports_and_prints_on_pages() {
    let app = TestApp::new().await;
    unlink(&app, "lpn-com").await;
    told_name(&app, "lpn-dist", "กลุ่มอำเภอเมือง").await;
    ask(&app).await;
    let steward = app.sign_in(Who::Steward).await;
    let office = "/establishment/offices/lamphun";
    let page = steward.open(office).await;
    for words in ["ต้องรายงานภายในวันที่ 26 มี.ค. 2561", "ชื่อปัจจุบัน: กลุ่มอำเภอเมือง", "ยังไม่ได้จัดตั้ง"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("ตรวจสอบกลุ่มที่เลือกแล้ว"), "only operations verify");
    let nothing = steward.submit(&format!("{office}/created"), &[("holds", "yes")]).await;
    assert!(nothing.status == 422 && nothing.text.contains("โปรดเลือกกลุ่มอย่างน้อยหนึ่งกลุ่ม"), "{}", nothing.text);
    let chosen = [("group", "lpn-com"), ("group", "lpn"), ("holds", "yes")];
    steward.submit(&format!("{office}/created"), &chosen).await.location();
    let operator = app.sign_in(Who::Operator).await;
    operator.submit(&format!("{office}/verify"), &[("linked", "yes")]).await.location();
    let to = steward.submit(&format!("{office}/reports"), &[]).await.location().to_owned();
    let report = to.split('?').next().expect("a path").to_owned();
    let page = steward.open(&report).await;
    for words in ["แบบรายงานผลการดำเนินงาน", "ครั้งที่ ๑", "ยังไม่ได้ส่งรายงานนี้ทางใด", "ผู้รายงาน", "ยังไม่ได้ส่งทางอีเมล"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let refused = steward.submit(&format!("{report}/paper"), &[("sent_on", "2018-03-25")]).await;
    assert!(refused.status == 422 && refused.text.contains("วันที่ส่งยังมาไม่ถึง"), "{}", refused.text);
    let paper = [("sent_on", "2018-03-23"), ("number", "ลพ ๐๐๑๗.๒/๑๒๓")];
    steward.submit(&format!("{report}/paper"), &paper).await.location();
    let page = steward.open(&report).await;
    assert!(page.text.contains("จึงถือว่าดำเนินการแล้ว ส่วนทางอีเมลซึ่งหนังสือกำหนดไว้ด้วยยังไม่มีผลว่าส่งแล้ว"), "{}", page.text);
    let refused = steward.submit(&format!("{report}/own-mail"), &[("mailed_on", ""), ("mailed_to", "กองงาน")]).await;
    assert_eq!(refused.status, 422);
    for words in ["โปรดระบุวันที่ส่ง", "โปรดกรอกที่อยู่อีเมลของผู้รับ"]
    {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    let mailed = [("mailed_on", "23 มีนาคม 2561"), ("mailed_to", "gcc@opm.example.org")];
    steward.submit(&format!("{report}/own-mail"), &mailed).await.location();
    let page = steward.open(&report).await.text;
    assert!(page.contains("ส่งครบทั้งสองทางแล้ว") && page.contains("ส่งอีเมลเองถึง gcc@opm.example.org"), "{page}");
    let board = operator.open("/establishment").await;
    assert!(board.text.contains("ส่งหนังสือแล้วเมื่อ 23 มี.ค. 2561"), "{}", board.text);
    let file = operator.open("/establishment/csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.text.lines().count(), 4, "{}", file.text);
}

//! The receive register on pages: receiving, endorsing, printing, the file, closing a year.

use serde_json::json;

use crate::test_app::{TestApp, Who};

fn id_in(location: &str) -> &str {
    location.trim_start_matches("/register/").split('?').next().expect("an id")
}

#[tokio::test]
async fn a_coordinator_receives_a_letter_endorses_it_and_prints_the_sheet() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    assert!(coordinator.open("/register").await.text.contains("งานสำนักงาน"), "a group of the menu");
    let fields = [
        ("number", "ที่ นร ๐๕๐๕/ว ๕๐๐"),
        ("date", "๒๒ มีนาคม ๒๕๖๑"),
        ("from", "สำนักเลขาธิการคณะรัฐมนตรี"),
        ("subject", "การประชาสัมพันธ์เผยแพร่ผลงาน"),
        ("received_date", "2018-03-22"),
        ("received_time", "9.06 น."),
    ];
    let answer = coordinator.submit("/register/new", &fields).await;
    let location = answer.location();
    let path = format!("/register/{}", id_in(location));
    let page = coordinator.open(location).await.text;
    for said in ["ลงรับแล้ว", "จังหวัดลำพูน", "<dd>๑</dd>", "๒๒ มีนาคม ๒๕๖๑", "๙.๐๖ น.", "ยังไม่มีการสั่งการ"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    let endorsed = [("kind", "assign"), ("assignee", "สบก."), ("author", "ผู้อำนวยการสำนักบริหารกลาง"), ("unit", "")];
    coordinator.submit(&format!("{path}/endorsements"), &endorsed).await.location();
    let sheet = coordinator.open(&format!("{path}/print")).await.text;
    for said in ["มอบ สบก. ดำเนินการ", "(ผู้อำนวยการสำนักบริหารกลาง)", "data-print", "๙.๐๖ น."]
    {
        assert!(sheet.contains(said), "{said} in {sheet}");
    }
    assert!(coordinator.open("/register").await.text.contains("การประชาสัมพันธ์เผยแพร่ผลงาน"));
}

#[tokio::test]
async fn what_is_wrong_with_a_letter_is_told_by_its_field_and_takes_no_number() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    for (fields, field) in [
        (vec![("subject", "")], "subject"),
        (vec![("subject", "เรื่อง"), ("date", "เมื่อวาน")], "date"),
        (vec![("subject", "เรื่อง"), ("received_date", "2018-03-22")], "received_time"),
        (vec![("subject", "เรื่อง"), ("received_time", "25.00")], "received_time"),
        (vec![("subject", "เรื่อง"), ("received_date", "2018-03-24"), ("received_time", "9.00")], "received_time"),
        (vec![("subject", "เรื่อง"), ("office", "chiangmai")], "office"),
    ] {
        let answer = coordinator.submit("/register/new", &fields).await;
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.text.contains(&format!("id=\"{field}-fault\"")), "{field}: {}", answer.text);
        assert!(answer.text.contains("<title>ข้อผิดพลาด: "), "{field}: {}", answer.text);
        assert!(answer.text.contains(&format!("<li><a href=\"#{field}\">")), "{field}: {}", answer.text);
    }
    coordinator.submit("/register/new", &[("subject", "เรื่องแรก")]).await.location();
    assert_eq!(app.texts("select number::text from register_entries").await, ["1"]);
}

#[tokio::test]
async fn what_is_wrong_with_an_endorsement_is_told_by_its_field() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let entry = app.post(&Who::Coordinator, "register", json!({ "subject": "เรื่อง" })).await.expect(201);
    let path = format!("/register/{}/endorsements", entry["id"].as_str().expect("an id"));
    for (fields, field) in [
        (vec![("author", "ก")], "kind"),
        (vec![("kind", "noted")], "author"),
        (vec![("kind", "assign"), ("author", "ก")], "assignee"),
        (vec![("kind", "done"), ("author", "ก")], "text"),
        (vec![("kind", "noted"), ("author", "ก"), ("date", "2018-03-24"), ("time", "9.00")], "time"),
    ] {
        let answer = coordinator.submit(&path, &fields).await;
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.text.contains(&format!("id=\"{field}-fault\"")), "{field}: {}", answer.text);
    }
    assert_eq!(app.count("select count(*) from register_endorsements").await, 0);
}

#[tokio::test]
async fn a_bulletin_is_received_from_its_page_and_only_once() {
    let app = TestApp::new().await;
    let steward = app.sign_in(Who::Steward).await;
    let id = app.held().await;
    let link = format!("/register/new?bulletin={id}");
    assert!(steward.open(&format!("/waiting/{id}")).await.text.contains(&link));
    assert!(steward.open(&format!("/board/{id}")).await.text.contains(&link));
    let publisher = app.sign_in(Who::Publisher).await;
    assert!(!publisher.open(&format!("/board/{id}")).await.text.contains(&link), "it does no office work");
    let form = steward.open(&link).await.text;
    assert!(form.contains("การปฏิบัติการสื่อสารงานของรัฐบาล") && !form.contains("name=\"subject\""), "{form}");
    let sent = steward.submit("/register/new", &[("bulletin", &id)]).await;
    let entry = format!("/register/{}", id_in(sent.location()));
    assert_eq!(steward.open(&link).await.location(), format!("{entry}?said=received-already"));
    let again = steward.submit("/register/new", &[("bulletin", &id)]).await;
    assert_eq!(again.location(), format!("{entry}?said=received-already"));
    // an office to which it does not go
    let elsewhere = app.write_with(json!({ "audience": { "groups": ["cmi-com"] } })).await;
    app.release(&elsewhere).await;
    let admin = app.sign_in(Who::Admin).await;
    let refused = admin.submit("/register/new", &[("bulletin", &elsewhere), ("office", "lamphun")]).await;
    assert!(refused.status == 422 && refused.text.contains("ประกาศนี้ไม่ได้ส่งถึงหน่วยงานนี้"), "{}", refused.text);
}

#[tokio::test]
async fn the_file_of_a_register_holds_all_of_it_and_no_formula() {
    let app = TestApp::new().await;
    for subject in ["=HYPERLINK(\"http://x\")", "ธรรมดา"] {
        app.post(&Who::Coordinator, "register", json!({ "subject": subject, "remark": "+1" })).await.expect(201);
    }
    let coordinator = app.sign_in(Who::Coordinator).await;
    let file = coordinator.open("/register?format=csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("register-lamphun.csv"));
    assert_eq!(file.text.lines().count(), 3);
    for cell in ["'=HYPERLINK", "'+1", "2561"] {
        assert!(file.text.contains(cell), "{cell} in {}", file.text);
    }
    assert!(!file.text.contains(",=") && !file.text.contains(",\"="), "{}", file.text);
}

#[tokio::test]
async fn a_year_is_closed_and_the_choice_is_made_on_the_page_of_the_register() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let late = json!({ "subject": "ปีก่อน", "received_at": "2017-12-31T16:59:00Z" });
    app.post(&Who::Coordinator, "register", late).await.expect(201);
    let page = coordinator.open("/register").await.text;
    assert!(page.contains("/register/years/2560/close") && !page.contains("/register/years/2561/close"), "{page}");
    let closed = coordinator.submit("/register/years/2560/close", &[("office", "lamphun")]).await;
    assert_eq!(closed.location(), "/register?office=lamphun&said=year-closed");
    let again = coordinator.submit("/register/years/2560/close", &[("office", "lamphun")]).await;
    assert_eq!(again.location(), "/register?office=lamphun&said=year-closed-already");
    let late = [("subject", "ปีก่อน"), ("received_date", "2017-12-31"), ("received_time", "9.00")];
    let refused = coordinator.submit("/register/new", &late).await;
    assert!(refused.status == 422 && refused.text.contains("id=\"received_date-fault\""), "{}", refused.text);
    let chosen = coordinator.submit("/register/by-itself", &[("when", "accepted")]).await;
    assert_eq!(chosen.location(), "/register?office=lamphun&said=register-rule");
    assert_eq!(app.get(&Who::Coordinator, "register/years").await.expect(200)["by_itself"], "accepted");
    assert_eq!(coordinator.submit("/register/by-itself", &[("when", "x")]).await.status, 422);
}

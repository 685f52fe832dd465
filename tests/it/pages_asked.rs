//! What a bulletin asks and by when is said wherever it is met, and leads on to where it is done and received.

use std::time::Duration;

use serde_json::json;

use crate::test_app::{TestApp, Who};

const DUE: &str = "ภายในวันที่ 30 มี.ค. 2561";
const DUE_IN_LETTERS: &str = "ภายในวันที่ ๓๐ มีนาคม ๒๕๖๑";

async fn asking(app: &TestApp) -> String {
    let asked = json!([{ "kind": "name_coordinator", "text": "แจ้งรายชื่อผู้ประสานงานตามแบบที่แนบ", "due_on": "2018-03-30" }]);
    let due = json!({ "requested": true, "due_at": "2018-03-29T09:30:00Z" });
    app.write_with(json!({ "requests": asked, "acknowledgement": due })).await
}

#[tokio::test]
async fn what_is_asked_and_by_when_is_said_on_every_page_of_the_bulletin_and_on_the_card() {
    let app = TestApp::new().await;
    let id = asking(&app).await;
    let admin = app.sign_in(Who::Admin).await;
    let check = admin.open(&format!("/bulletins/{id}/publish")).await.text;
    assert!(check.contains("แจ้งรายชื่อผู้ประสานงานตามแบบที่แนบ") && check.contains(DUE), "{check}");
    app.release(&id).await;
    app.run().await;

    let governor = app.sign_in(Who::Steward).await;
    let list = governor.open("/waiting").await.text;
    assert!(list.contains("หน่วยงานของท่านมีงานที่ต้องดำเนินการ 1 เรื่อง"), "{list}");
    assert!(list.contains(&format!("แจ้งรายชื่อผู้ประสานงาน {DUE}")), "{list}");
    let one = governor.open(&format!("/waiting/{id}")).await.text;
    assert!(one.contains(DUE) && one.contains("โปรดรับทราบใน LINE ภายในวันที่ 29 มี.ค. 2561"), "{one}");
    let agency = app.sign_in(Who::Agency).await;
    let standing = agency.open(&format!("/status/{id}")).await.text;
    assert!(standing.contains(DUE), "{standing}");

    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let public = bulletin["public_url"].as_str().and_then(|url| url.find("/b/").map(|at| url[at..].to_owned()));
    let page = admin.open(&public.expect("an address")).await.text;
    assert!(page.contains("แจ้งรายชื่อผู้ประสานงานตามแบบที่แนบ") && page.contains(DUE_IN_LETTERS), "{page}");
    let card = app.line().messages(&app.line().accepted(Some("Cgcc1"))[0].messages_hash).expect("bytes");
    assert!(card.contains(&format!("แจ้งรายชื่อผู้ประสานงาน {DUE_IN_LETTERS}")), "{card}");
    assert!(card.contains("โปรดรับทราบภายในวันที่ ๒๙ มีนาคม ๒๕๖๑"), "{card}");
}

#[tokio::test]
async fn a_task_leads_to_where_it_is_done_and_keeps_its_day_once_it_is_answered() {
    let app = TestApp::new().await;
    let id = asking(&app).await;
    app.release(&id).await;
    let governor = app.sign_in(Who::Steward).await;
    let open = governor.open("/requests").await.text;
    for path in ["/coordinators/offices/lamphun#name-title", "/register/new?bulletin="] {
        assert!(open.contains(path), "{path}: {open}");
    }
    let asked = app.get(&Who::Admin, &format!("requests?bulletin={id}&office=lamphun")).await.expect(200);
    let no = asked["items"][0]["id"].as_i64().expect("a request");
    governor.submit(&format!("/requests/{no}/answer"), &[("answer", "done")]).await.location();
    let answered = governor.open("/requests").await.text;
    assert!(answered.contains("30 มี.ค. 2561"), "{answered}");
}

#[tokio::test]
async fn a_bulletin_that_is_not_in_the_register_is_received_from_there_with_one_button() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let open = coordinator.open("/register").await.text;
    assert!(open.contains("ประกาศที่ยังไม่ได้ลงรับ") && open.contains(&id), "{open}");
    for path in [format!("/bulletins/{id}"), format!("/status/{id}")] {
        let page = coordinator.open(&path).await.text;
        assert!(page.contains(&format!("/register/new?bulletin={id}")), "{path}: {page}");
    }
    let received = coordinator.submit("/register/new", &[("bulletin", &id)]).await;
    assert!(received.location().starts_with("/register/"), "{}", received.text);
    let after = coordinator.open("/register").await.text;
    assert!(!after.contains("ประกาศที่ยังไม่ได้ลงรับ"), "{after}");
    let page = coordinator.open(&format!("/bulletins/{id}")).await.text;
    assert!(!page.contains("/register/new?bulletin="), "it is in the register");
}

#[tokio::test]
async fn material_that_is_accepted_answers_what_had_asked_the_office_for_it() {
    let app = TestApp::new().await;
    let asked = json!([{ "kind": "send_material", "text": "ส่งอินโฟกราฟิก", "due_on": "2018-03-30" }]);
    let before = app.write_with(json!({ "requests": asked.clone() })).await;
    app.release(&before).await;
    let sent = app.submission("lamphun-commerce", &["check", "propose"]).await;
    app.after(Duration::from_mins(1)).await;
    let later = app.write_with(json!({ "requests": asked })).await;
    app.release(&later).await;
    app.post(&Who::Publisher, &format!("submissions/{sent}/accept"), json!({})).await.expect(200);
    for (bulletin, state) in [(before, "done"), (later, "open")] {
        let query = format!("requests?bulletin={bulletin}&office=lamphun-commerce");
        let found = app.get(&Who::Admin, &query).await.expect(200);
        assert_eq!(found["items"][0]["state"], state, "{found:#}");
    }
}

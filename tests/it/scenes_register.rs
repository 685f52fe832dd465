//! The register at its emptiest and at its fullest: of nobody, of several offices, of one page and more, with and without a chain.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages_scenes::{Shown, look, look_at_all};
use crate::register::fill_beyond_a_look;
use crate::test_app::{TestApp, Who};

fn path_of(entry: &Value) -> String {
    format!("/register/{}", entry["id"].as_str().expect("an id"))
}

pub async fn registers(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    // whose: that of nobody, one of several, none
    look_at_all(
        &mut shown,
        &admin,
        &[
            "/register",
            "/register?office=จังหวัด",
            "/register?office=nowhere",
            "/register/new",
            "/register?office=lamphun",
        ],
    )
    .await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    look(&mut shown, &coordinator, "/register").await;
    look_at_all(&mut shown, &coordinator, &["/register?q=nowhere", "/register?year=x&day=x", "/register/new"]).await;
    entries(app, &coordinator, &mut shown).await;
    bulletins(app, &coordinator, &mut shown).await;
    refused(&coordinator, &mut shown).await;
    coordinator.submit("/register/years/2560/close", &[]).await.location();
    look_at_all(&mut shown, &coordinator, &["/register", "/register?year=2561"]).await;
    let publisher = app.sign_in(Who::Publisher).await;
    look(&mut shown, &publisher, "/register").await;
    let long = TestApp::new().await;
    fill_beyond_a_look(&long).await;
    look_at_all(&mut shown, &long.sign_in(Who::Steward).await, &["/register?q=ลพ", "/register?q=กย"]).await;
    shown
}

/// Letters: a bare one, one with everything, and more than a page of them.
async fn entries(app: &TestApp, coordinator: &Browser<'_>, shown: &mut Vec<Shown>) {
    let bare = app.post(&Who::Coordinator, "register", json!({ "subject": "เรื่องเดียว" })).await.expect(201);
    let full = json!({
        "subject": "การประชาสัมพันธ์ผลงาน", "document_number": "ที่ ฉข ๐๐๑๗.๓/ว น๐๑๐", "document_date": "2017-12-15", "from": "ก",
        "to": "ข", "remark": "ค", "received_at": "2017-08-15T07:20:00Z",
    });
    let full = app.post(&Who::Coordinator, "register", full).await.expect(201);
    look(shown, coordinator, "/register").await;
    look_at_all(shown, coordinator, &[&path_of(&bare), &format!("{}/print", path_of(&bare)), &path_of(&full)]).await;
    let steps = [
        json!({ "kind": "noted", "author": "ก" }),
        json!({ "kind": "propose", "author": "ก" }),
        json!({ "kind": "propose", "author": "ก", "assignee": "ข" }),
        json!({ "kind": "assign", "author": "ก", "unit": "ค", "assignee": "ข" }),
        json!({ "kind": "done", "author": "ก", "text": "ไปรษณีย์อิเล็กทรอนิกส์" }),
        json!({ "kind": "noted", "author": "ก", "assignee": "ข", "at": "2017-01-01T02:00:00Z" }),
    ];
    for step in steps {
        let path = format!("{}/endorsements", path_of(&full));
        app.post(&Who::Coordinator, path.trim_start_matches('/'), step).await.expect(201);
    }
    look_at_all(shown, coordinator, &[&path_of(&full), &format!("{}/print", path_of(&full))]).await;
    for n in 0..50 {
        app.post(&Who::Coordinator, "register", json!({ "subject": format!("ฉบับที่ {n}") })).await.expect(201);
    }
    look(shown, coordinator, "/register").await;
}

/// Bulletins: one to be received, one that was, and one without a number.
async fn bulletins(app: &TestApp, coordinator: &Browser<'_>, shown: &mut Vec<Shown>) {
    let id = app.held().await;
    look(shown, coordinator, &format!("/register/new?bulletin={id}")).await;
    let made = app.post(&Who::Coordinator, "register", json!({ "bulletin_id": id })).await.expect(201);
    look(shown, coordinator, &path_of(&made)).await;
    look(shown, coordinator, &format!("/board/{id}")).await;
    let plain = app.write_with(json!({ "document_number": null, "document_date": null })).await;
    app.release(&plain).await;
    look(shown, coordinator, &format!("/register/new?bulletin={plain}")).await;
}

/// Forms that come back.
async fn refused(coordinator: &Browser<'_>, shown: &mut Vec<Shown>) {
    let fields = [("subject", ""), ("office", "nowhere"), ("received_time", "x")];
    shown.push(("refused".into(), coordinator.submit("/register/new", &fields).await));
    let fields = [("subject", "เรื่อง"), ("office", "ลำพูน")];
    shown.push(("of several".into(), coordinator.submit("/register/new", &fields).await));
}

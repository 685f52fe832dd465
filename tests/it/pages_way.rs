//! The way of all groups in the form of a draft: chosen, shown, kept, refused.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::test_app::{Answer, TestApp, Who};

const PUSH: &str = "บัญชีทางการส่งเข้าทุกกลุ่ม";
const LISTEN: &str = "ผู้ส่งต่อเป็นผู้ส่งเข้ากลุ่มเองทุกกลุ่ม";

fn letter<'a>(way: &'a str, forwarding: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("kind", "news"),
        ("urgency", "routine"),
        ("subject", "เฝ้าระวังน้ำท่วม"),
        ("body", "โปรดแจ้งทุกอำเภอ"),
        ("forwarding", forwarding),
        ("way", way),
        ("do", "save"),
    ]
}

/// Saves a new draft; gives its id.
async fn save(browser: &Browser<'_>, way: &str, forwarding: &str) -> String {
    let answer = browser.submit("/bulletins/new", &letter(way, forwarding)).await;
    answer.location().split(['/', '?']).nth(2).expect("an id").to_owned()
}

async fn way(app: &TestApp, id: &str) -> Value {
    app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200)["way"].clone()
}

fn seen(form: &Answer) -> &str {
    let (_, rest) = form.text.split_once("name=\"seen\" value=\"").expect("the field");
    rest.split('"').next().expect("a value")
}

#[tokio::test]
async fn a_way_that_is_chosen_is_stored_shown_and_kept_when_the_draft_is_changed() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let id = save(&browser, "listen", "as_configured").await;
    assert_eq!(way(&app, &id).await, "listen");
    let form = browser.open(&format!("/bulletins/{id}/edit")).await;
    assert!(form.text.contains("value=\"listen\" checked") && form.text.contains("id=\"way\" open"), "{}", form.text);
    for path in [format!("/bulletins/{id}"), format!("/bulletins/{id}/publish")] {
        let page = browser.open(&path).await;
        assert!(page.text.contains(LISTEN), "{path}: {}", page.text);
    }
    let fields = letter("listen", "as_configured");
    let edit = format!("/bulletins/{id}/edit");
    browser.submit(&edit, &[&fields[..], &[("seen", seen(&form))]].concat()).await.location();
    assert_eq!(way(&app, &id).await, "listen", "saved again untouched, it says the same");
    let form = browser.open(&edit).await;
    let fields = letter("as_configured", "as_configured");
    browser.submit(&edit, &[&fields[..], &[("seen", seen(&form))]].concat()).await.location();
    assert_eq!(way(&app, &id).await, Value::Null);
    assert_eq!(app.count("select count(*) from audit where act = 'set_way'").await, 1);
}

#[tokio::test]
async fn the_preview_says_the_way_and_counts_by_it() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let count = async |way, forwarding| {
        let page = browser.submit("/bulletins/preview", &letter(way, forwarding)).await;
        assert_eq!(page.status, 200);
        page.text
    };
    let configured = count("as_configured", "as_configured").await;
    assert!(configured.contains("วิธีที่กลุ่มได้รับประกาศ: ตามที่แต่ละกลุ่มตั้งไว้"), "{configured}");
    let listens = count("listen", "as_configured").await;
    assert!(listens.contains(LISTEN) && listens.contains("7 กลุ่มจะรอผู้ส่งต่อกดส่งต่อ"), "{listens}");
    let through = count("listen", "automatic").await;
    assert!(through.contains(PUSH) && !through.contains("จะรอผู้ส่งต่อ"), "{through}");
}

#[tokio::test]
async fn a_way_that_is_none_is_told_at_its_field_and_so_is_one_that_a_steward_may_not_set() {
    let app = TestApp::new().await;
    let publisher = app.sign_in(Who::Publisher).await;
    let page = publisher.submit("/bulletins/new", &letter("shout", "as_configured")).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("href=\"#way\"") && page.text.contains("id=\"way-fault\""), "{}", page.text);
    let governor = app.sign_in(Who::Steward).await;
    let page = governor.submit("/bulletins/new", &letter("push", "as_configured")).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("การกำหนดวิธีให้ทุกกลุ่มต้องมีหน้าที่เป็นผู้จัดทำประกาศ"), "{}", page.text);
    assert_eq!(app.count("select count(*) from bulletins").await, 0);
}

#[tokio::test]
async fn a_form_from_before_the_field_leaves_it_to_the_groups() {
    let app = TestApp::new().await;
    let publisher = app.sign_in(Who::Publisher).await;
    let fields: Vec<_> = letter("", "as_configured").into_iter().filter(|(name, _)| *name != "way").collect();
    let answer = publisher.submit("/bulletins/new", &fields).await;
    let id = answer.location().split(['/', '?']).nth(2).expect("an id").to_owned();
    assert_eq!(way(&app, &id).await, Value::Null);
    let written = app.write_with(json!({ "way": "push" })).await;
    let form = publisher.open(&format!("/bulletins/{written}/edit")).await;
    assert!(form.text.contains("value=\"push\" checked"), "what the API set is chosen in the form: {}", form.text);
}

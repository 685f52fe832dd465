//! What somebody has to do is a button away on the page where they look for it, and what is final asks once more.

use crate::test_app::{TestApp, Who};

#[tokio::test]
async fn whoever_manages_a_group_gets_its_join_code_from_its_page() {
    let app = TestApp::new().await;
    let (operator, publisher) = (app.sign_in(Who::Operator).await, app.sign_in(Who::Publisher).await);
    let button = "/groups/cmi-far/join-code";
    assert!(operator.open("/groups/cmi-far").await.text.contains(button), "also where there is no steward");
    assert!(!publisher.open("/groups/cmi-far").await.text.contains(button));
    let made = operator.submit(button, &[]).await;
    assert!(made.text.contains("GCC-") && made.text.contains("href=\"/groups/cmi-far\""), "{}", made.text);
}

#[tokio::test]
async fn an_office_that_has_named_no_coordinator_is_told_so_and_led_to_the_form() {
    let app = TestApp::new().await;
    let agency = app.sign_in(Who::Agency).await;
    let (told, form) = ("หน่วยงานของท่านยังไม่ได้แจ้งรายชื่อผู้ประสานงาน", "/coordinators/offices/lamphun-commerce#name-title");
    let before = agency.open("/coordinators").await.text;
    assert!(before.contains(told) && before.contains(form), "{before}");
    app.coordinator("lamphun-commerce").await;
    let after = agency.open("/coordinators").await.text;
    assert!(!after.contains(told) && after.contains(form), "{after}");
}

#[tokio::test]
async fn a_button_for_what_is_final_stands_behind_another() {
    let app = TestApp::new().await;
    app.coordinator("lamphun-commerce").await;
    let agency = app.sign_in(Who::Agency).await;
    let page = agency.open("/coordinators/offices/lamphun-commerce").await.text;
    let step = page.find("<details class=\"confirm\">").expect("a step before it");
    let form = page.find("/end\"").expect("the form that ends it");
    assert!(step < form && page[step..form].find("</details>").is_none(), "{page}");
    assert!(page.contains("ผู้ที่ปฏิบัติหน้าที่เดียวกันอยู่จะพ้นหน้าที่"), "naming somebody ends the one before");
}

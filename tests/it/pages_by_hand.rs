//! What forwarding costs is said before it is done, and where a group gets its copies by hand, that way comes first.

use serde_json::json;

use crate::test_app::{TestApp, Who};

const BY_HAND: &str = "ส่งต่อด้วยตนเองใน LINE โดยไม่ใช้โควตา";

#[tokio::test]
async fn the_way_that_costs_nothing_comes_first_where_the_group_is_set_to_it() {
    let app = TestApp::new().await;
    app.patch(&Who::Admin, "groups/lpn", json!({ "way": "listen" })).await.expect(200);
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    let page = governor.open(&format!("/waiting/{id}")).await.text;
    let by_hand = page.find(&format!(">{BY_HAND}</h2>")).expect("it is open");
    let pushing = page.find("ให้บัญชีทางการส่งเข้ากลุ่ม (ใช้โควตา 110 ข้อความ)").expect("the other way, with its cost");
    assert!(by_hand < pushing, "{page}");
    assert!(!page.contains("sticky-bar"), "what costs is not the one large button");
    assert!(page.contains("id=\"share-text\""));
}

#[tokio::test]
async fn a_group_that_is_pushed_to_keeps_the_one_button_and_the_other_way_folded() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let page = app.sign_in(Who::Steward).await.open(&format!("/waiting/{id}")).await.text;
    assert!(page.contains("sticky-bar") && page.contains(&format!("<summary>{BY_HAND}</summary>")), "{page}");
    assert!(!page.contains("ให้บัญชีทางการส่งเข้ากลุ่มแทน"));
}

#[tokio::test]
async fn forwarding_all_names_what_all_of_them_cost() {
    let app = TestApp::new().await;
    app.held().await;
    app.held().await;
    let page = app.sign_in(Who::Steward).await.open("/waiting/all").await.text;
    assert_eq!(page.matches("ใช้โควตา 110 ข้อความ").count(), 2, "{page}");
    assert!(page.contains("จะใช้โควตารวม 220 ข้อความ"), "{page}");
}

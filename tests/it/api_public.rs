//! The pages for people: the public page of a bulletin first of all, in LINE's browser, for whoever holds the link.

use serde_json::{Value, json};

use crate::test_app::{Answer, TestApp, Who};

/// The path of a bulletin's public page.
async fn address(app: &TestApp, id: &str) -> String {
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let url: reqwest::Url = bulletin["public_url"].as_str().expect("an address").parse().expect("an address");
    url.path().to_owned()
}

async fn open(app: &TestApp, path: &str) -> Answer {
    app.get(&Who::Nobody, path).await
}

/// Every address that a page leads to or loads.
fn addresses(html: &str) -> Vec<&str> {
    let parts = html.split("href=\"").skip(1).chain(html.split("src=\"").skip(1));
    parts.map(|rest| rest.split('"').next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn the_page_shows_the_letter_in_thai_and_that_it_holds() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "links": ["https://www.moi.go.th/"] })).await;
    app.release(&id).await;
    let page = open(&app, &address(&app, &id).await).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    for text in [
        "<html lang=\"th\">",
        "ด่วนที่สุด",
        "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐",
        "๒๓ มีนาคม ๒๕๖๑",
        "การปฏิบัติการสื่อสารงานของรัฐบาล",
        "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือ",
        "สำนักนายกรัฐมนตรี",
        "href=\"https://www.moi.go.th/\"",
        "เป็นประกาศฉบับปัจจุบัน",
    ] {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
}

#[tokio::test]
async fn the_button_in_the_chat_leads_to_the_page() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let path = address(&app, &id).await;
    let sent = app.line().accepted(Some("Cgcc1"))[0].messages_hash.clone();
    let messages = app.line().messages(&sent).expect("bytes");
    assert!(messages.contains(&format!("{}{path}", app.engine.settings.public_url)), "{messages}");
}

#[tokio::test]
async fn what_people_write_is_never_markup() {
    let app = TestApp::new().await;
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";
    let id = app
        .write_with(json!({
            "subject": hostile,
            "body": format!("{hostile}\n</p><style>*{{}}</style>\n\n{{{{ 7 * 7 }}}}"),
            "links": [{ "label": "<b>หนังสือ</b>", "url": "https://www.moi.go.th/?a=\"><script>" }],
            "document_number": null,
        }))
        .await;
    app.release(&id).await;
    let withdraw = json!({ "reason": hostile });
    let path = address(&app, &id).await;
    for _ in 0..2 {
        let page = open(&app, &path).await;
        assert_eq!(page.status, 200);
        for markup in ["<script", "<img", "<style", "<b>", "onerror=alert(1)>'<"] {
            assert!(!page.text.contains(markup), "{markup} in {}", page.text);
        }
        assert!(page.text.contains("{{ 7 * 7 }}"), "{}", page.text);
        // and so is the reason of a withdrawal
        app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), withdraw.clone()).await;
    }
}

#[tokio::test]
async fn a_withdrawn_bulletin_says_so_when_and_why() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    let notice = app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), reason).await.expect(200);
    let path = address(&app, &id).await;
    let page = open(&app, &path).await;
    for text in ["ประกาศนี้ถูกยกเลิกแล้ว", "ข้อมูลคลาดเคลื่อน", "๒๓ มีนาคม ๒๕๖๑ เวลา ๗.๐๐ น."]
    {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
    assert!(!page.text.contains("เป็นประกาศฉบับปัจจุบัน"));
    let notice = open(&app, &address(&app, notice["notice"].as_str().expect("a notice")).await).await;
    assert!(notice.text.contains("ประกาศยกเลิก") && notice.text.contains(&path), "{}", notice.text);
}

#[tokio::test]
async fn a_corrected_bulletin_leads_to_its_correction_and_back() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let correction = app.write_with(json!({ "kind": "correction", "about": id })).await;
    let (old, new) = (address(&app, &id).await, address(&app, &correction).await);
    assert!(!open(&app, &old).await.text.contains(&new), "not before it is published");
    app.release(&correction).await;
    assert!(open(&app, &old).await.text.contains(&format!("href=\"{new}\"")));
    assert!(open(&app, &new).await.text.contains(&format!("href=\"{old}\"")));
}

#[tokio::test]
async fn a_link_that_leads_to_no_published_bulletin_is_answered_in_thai() {
    let app = TestApp::new().await;
    let draft = address(&app, &app.write().await).await;
    for path in [draft.as_str(), "/b/AAAAAAAAAAAAAAAAAAAAAA", "/b/%00", "/b/%FF", "/b/x%2Fy"] {
        let page = open(&app, path).await;
        assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"), "{path}");
        assert!(page.text.contains("ไม่พบประกาศ"), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn every_page_is_strict_with_browsers_and_loads_nothing_from_elsewhere() {
    let app = TestApp::new().await;
    let id = app.held().await;
    for path in ["/", "/heard", "/docs", "/b/none", address(&app, &id).await.as_str()] {
        let page = open(&app, path).await;
        for (header, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(page.header(header), value, "{path}: {header}");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(!page.header("cache-control").is_empty(), "{path}");
        assert!(!page.text.contains("<script") && !page.text.contains("style=\""), "{path}");
        let elsewhere: Vec<&str> =
            addresses(&page.text).into_iter().filter(|address| !address.starts_with(['/', '#'])).collect();
        assert_eq!(elsewhere, Vec::<&str>::new(), "{path}");
        let style =
            addresses(&page.text).into_iter().find(|address| address.starts_with("/assets/")).expect("a style sheet");
        let style = open(&app, style).await;
        assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
        assert!(style.header("cache-control").contains("immutable"));
        assert!(!style.text.contains("http") && !style.text.contains("@import"), "{}", style.text);
    }
    open(&app, "/assets/style.css").await.problem(404);
    assert_eq!(open(&app, "/livez").await.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_page_tells_nothing_that_only_keys_may_see() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let page = open(&app, &address(&app, &id).await).await;
    let bulletin: Value = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    for secret in [&id, bulletin["created_by"].as_str().expect("an actor"), "gcc1", "lpn"] {
        assert!(!page.text.contains(secret), "{secret} in {}", page.text);
    }
}

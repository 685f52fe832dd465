//! What the page of the audit calls the things that entries are about.

use serde_json::json;

use crate::test_app::{TestApp, Who};

#[tokio::test]
async fn what_offices_do_is_told_by_name_and_leads_to_its_page() {
    let app = TestApp::new().await;
    let coordinator = app.coordinator("lamphun-commerce").await;
    let asked = json!([{ "kind": "disseminate", "text": "เผยแพร่ต่อ" }]);
    let id = app.write_with(json!({ "requests": asked, "forwarding": "automatic" })).await;
    app.release(&id).await;
    let entry = app.post(&Who::Coordinator, "register", json!({ "bulletin_id": id })).await.expect(201);
    app.post(&Who::Coordinator, "register/by-itself", json!({ "when": "seen" })).await.expect(200);
    let request = app.get(&Who::Admin, &format!("requests?bulletin={id}&office=lamphun")).await.expect(200);
    let request = request["items"][0]["id"].as_i64().expect("a request");
    app.post(&Who::Coordinator, &format!("requests/{request}/done"), json!({})).await.expect(200);
    let spread = json!({ "bulletin_id": id, "medium": "website", "area": "51" });
    let spread = app.post(&Who::Coordinator, "disseminations", spread).await.expect(201);
    let page = app.sign_in(Who::Admin).await.open("/audit").await.text;
    let (entry, spread) = (entry["id"].as_str().expect("an id"), spread["id"].as_str().expect("an id"));
    for (link, kept) in [
        (format!("<a href=\"/register/{entry}\">เลขรับ 1/2561 จังหวัดลำพูน</a>"), format!("register:{entry}")),
        ("<a href=\"/register?office=lamphun\">จังหวัดลำพูน</a>".to_owned(), "office:".to_owned()),
        ("<a href=\"/requests?office=lamphun\">".to_owned(), format!("request:{request}")),
        (format!("<a href=\"/disseminations/{spread}\">"), format!("dissemination:{spread}")),
        (
            "<a href=\"/coordinators/offices/lamphun-commerce\">ผู้ประสานงาน ".to_owned(),
            format!("coordinator:{coordinator}"),
        ),
    ] {
        assert!(page.contains(&link), "{link} in {page}");
        assert!(page.contains(&format!("<code class=\"quiet\">{kept}")), "{kept} is kept beside it");
    }
}

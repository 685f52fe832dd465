//! What is seen of office work: what is asked of offices in every state, and batches of coordinators that are refused.

use std::time::Duration;

use serde_json::json;

use crate::pages_scenes::{Shown, look, look_at_all};
use crate::test_app::{TestApp, Who};

/// Requests that are drafted, asked, answered, overdue and withdrawn; and a batch that is not taken.
pub async fn office_work(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    let agency = app.sign_in(Who::Agency).await;
    look(&mut shown, &agency, "/requests").await;
    let asks_nothing = app.held().await;
    look(&mut shown, &admin, &format!("/requests/bulletins/{asks_nothing}")).await;
    let asked = json!([
        { "kind": "name_coordinator", "text": "แจ้งรายชื่อผู้ประสานงาน", "due_on": "2018-03-24" },
        { "kind": "disseminate", "text": "เผยแพร่ต่อประชาชน", "due_in_working_days": 1 },
        { "kind": "for_information", "text": "เพื่อทราบ" },
    ]);
    let draft = app.write_with(json!({ "requests": asked })).await;
    look(&mut shown, &admin, &format!("/bulletins/{draft}")).await;
    let refused = admin.submit(&format!("/bulletins/{draft}/requests"), &[("text", "")]).await;
    shown.push(("a request without a text".to_owned(), refused));
    app.release(&draft).await;
    let pages = [format!("/bulletins/{draft}"), format!("/requests/bulletins/{draft}")];
    look_at_all(&mut shown, &admin, &pages.each_ref().map(String::as_str)).await;
    let list = app.get(&Who::Agency, "requests").await.expect(200);
    let (first, second) = (list["items"][0]["id"].to_string(), list["items"][1]["id"].to_string());
    app.post(&Who::Agency, &format!("requests/{first}/done"), json!({ "comment": "แจ้งแล้ว" })).await.expect(200);
    let refused = agency.submit(&format!("/requests/{second}/answer"), &[("answer", "not_applicable")]).await;
    shown.push(("an answer without a reason".to_owned(), refused));
    app.clock.advance(Duration::from_hours(24 * 5));
    // days are longer than a session
    let (admin, steward) = (app.sign_in(Who::Admin).await, app.sign_in(Who::Steward).await);
    look(&mut shown, &app.sign_in(Who::Agency).await, "/requests").await;
    look_at_all(&mut shown, &steward, &["/requests", "/requests?office=nowhere", &pages[1]]).await;
    look(&mut shown, &admin, "/requests").await;
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Admin, &format!("bulletins/{draft}/withdraw"), reason).await.expect(200);
    look(&mut shown, &admin, &pages[1]).await;
    for rows in
        ["หน่วยงาน,อายุ", "office,first_name,last_name,position,affiliation,telephone,mobile,email,line_id\nx,,,,,,,,"]
    {
        let refused = steward.submit("/coordinators/import", &[("rows", rows)]).await;
        shown.push(("a batch that is refused".to_owned(), refused));
    }
    shown
}

//! What a steward sees: nothing to do, one bulletin, several; for one group or more; and how it goes on below.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::domain::thai::to_bangkok;
use gcc_relay::simulator::{GroupConfig, GroupEvent};
use serde_json::json;

use crate::browser::Browser;
use crate::pages_scenes::{Shown, look, look_at_all};
use crate::test_app::{TestApp, Who};

/// A second group of the steward's office.
const SECOND_GROUP: &str = "\
code,parent,tier,name,office,office_name,office_kind,province,channel,line_group_id,members,head_count,forwarding,forward_within,steward_title
lpn-2,gcc1,2,GCC2-จังหวัดลำพูน-๒,lamphun,จังหวัดลำพูน,province,51,gcc,Clpn2,60,60,stewarded,,ผู้ว่าราชการจังหวัดลำพูน
";

pub async fn forwarding(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let steward = app.sign_in(Who::Steward).await;
    let first = app.held().await;
    look(&mut shown, &steward, "/waiting").await;
    let correction = app.write_with(json!({ "kind": "correction", "about": first })).await;
    look(&mut shown, &steward, &format!("/waiting/{first}")).await;
    app.release(&correction).await;
    look(&mut shown, &steward, &format!("/waiting/{first}")).await;
    let routine = app.write_with(json!({ "urgency": "routine", "forwarding": "automatic" })).await;
    app.release(&routine).await;
    app.run().await;
    how_it_goes_on(app, &steward, &first, &mut shown).await;
    into_several(app, &steward, &mut shown).await;
    let taken_back = app.relayed().await;
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Admin, &format!("bulletins/{taken_back}/withdraw"), reason).await.expect(200);
    look(&mut shown, &steward, &format!("/waiting/{taken_back}")).await;
    let code = steward.submit("/groups/lpn/join-code", &[]).await;
    shown.push(("a join code".into(), code));
    app.line().happen("Clpn", GroupEvent::Leave).await.expect("left");
    app.run().await;
    look(&mut shown, &steward, "/groups/lpn/settings").await;
    // who forwards and does not write
    let duty = app.sign_in_as("the-duty", Role::Operator, Some("lamphun")).await;
    look(&mut shown, &duty, "/waiting").await;
    by_hand(app, &steward, &mut shown).await;
    shown
}

/// Into the group, to the stewards below, to where LINE does not take it, and to the end.
async fn how_it_goes_on(app: &TestApp, steward: &Browser<'_>, id: &str, shown: &mut Vec<Shown>) {
    let path = format!("/waiting/{id}");
    let into = [("into", "lpn"), ("do", "forward")];
    app.line().remove_silently("Clpndist").expect("removed");
    steward.submit(&format!("{path}/forward"), &into).await;
    look_at_all(shown, steward, &[&path, &format!("{path}/receipt")]).await;
    app.run().await;
    look(shown, steward, &path).await;
    let all = app.relayed().await;
    look(shown, steward, &format!("/waiting/{all}")).await;
    let agency = app.sign_in(Who::Agency).await;
    look_at_all(
        shown,
        &agency,
        &[
            "/status",
            &format!("/status/{id}?state=failed"),
            &format!("/status/{all}?state=failed"),
            // behind the last group
            &format!("/status/{all}?cursor=OTk5OTk"),
        ],
    )
    .await;
}

async fn into_several(app: &TestApp, steward: &Browser<'_>, shown: &mut Vec<Shown>) {
    app.import(SECOND_GROUP).await;
    app.line().put_group(GroupConfig::joined("Clpn2", "GCC2-จังหวัดลำพูน-๒", 60, "gcc")).expect("a group");
    let id = app.held().await;
    let path = format!("/waiting/{id}");
    look(shown, steward, &path).await;
    look(shown, steward, &format!("/board/{id}/provinces/51")).await;
    let nowhere = steward.submit(&format!("{path}/forward"), &[("do", "forward")]).await;
    shown.push(("forwarded into no group".into(), nowhere));
    let body = json!({ "into": ["lpn", "lpn-2"], "reason": "ไม่เกี่ยวข้องกับพื้นที่" });
    app.post(&Who::Steward, &format!("bulletins/{id}/decline"), body).await;
    look(shown, steward, &path).await;
}

/// For a group that gets its copies by hand, with something to do by a day that passes.
async fn by_hand(app: &TestApp, steward: &Browser<'_>, shown: &mut Vec<Shown>) {
    app.patch(&Who::Admin, "groups/lpn", json!({ "way": "listen" })).await.expect(200);
    let asked = json!([
        { "kind": "name_coordinator", "text": "แจ้งรายชื่อ", "due_on": to_bangkok(app.now()).date() },
        { "kind": "inform_staff", "text": "แจ้งเจ้าหน้าที่" },
    ]);
    let due = json!({ "requested": true, "due_at": app.now() + Duration::from_hours(1) });
    let id = app.write_with(json!({ "requests": asked, "acknowledgement": due })).await;
    let admin = app.sign_in(Who::Admin).await;
    look(shown, &admin, &format!("/bulletins/{id}/publish")).await;
    app.release(&id).await;
    app.run().await;
    look_at_all(shown, steward, &[&format!("/waiting/{id}"), "/waiting/all", "/waiting", "/requests"]).await;
    let agency = app.sign_in(Who::Agency).await;
    look_at_all(shown, &agency, &[&format!("/status/{id}"), &format!("/bulletins/{id}")]).await;
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let public = bulletin["public_url"].as_str().and_then(|url| url.find("/b/").map(|at| url[at..].to_owned()));
    look(shown, &admin, &public.expect("an address")).await;
    app.post(&Who::Steward, "register", json!({ "bulletin_id": id })).await.expect(201);
    let text = bulletin["share_text"].as_str().expect("a text").to_owned();
    app.line().happen("Clpn2", GroupEvent::Message { member: 1, text }).await.expect("said");
    app.run().await;
    look_at_all(shown, steward, &[&format!("/waiting/{id}"), &format!("/waiting/{id}/receipt")]).await;
    // a day is longer than a session
    app.after(Duration::from_hours(24)).await;
    look_at_all(shown, &app.sign_in(Who::Steward).await, &["/waiting", "/requests"]).await;
}

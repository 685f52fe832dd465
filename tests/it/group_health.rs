//! Groups that stay linked: what the webhook hears, clear answers when a group is linked, and alerts about LINE groups.

use std::process::Command;
use std::time::Duration;

use gcc_relay::simulator::{GroupConfig, GroupEvent};
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};
use crate::test_relay::{SMALL_TREE, TestRelay, fresh_database};

/// What `channel watch` says of the last events, after its head.
fn watch(url: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    let output = Command::new(env!("CARGO_BIN_EXE_gcc-relay"))
        .args([&["channel", "watch", "gcc"][..], arguments].concat())
        .env("DATABASE_URL", url)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().skip(1).map(|line| line.split('\t').skip(1).map(str::to_owned).collect()).collect()
}

async fn happens(app: &TestApp, group: &str, event: GroupEvent) {
    assert_eq!(app.line().happen(group, event).await.expect("it happens").status, Some(200));
    app.run().await;
}

fn says(text: &str) -> GroupEvent {
    GroupEvent::Message { member: 1, text: text.to_owned() }
}

fn last_line(app: &TestApp, group: &str) -> String {
    app.line().chat(group).pop().expect("something")
}

async fn join_code(app: &TestApp, group: &str) -> String {
    let made = app.post(&Who::Admin, &format!("groups/{group}/join-code"), json!({})).await.expect(201);
    made["code"].as_str().expect("a code").to_owned()
}

#[tokio::test]
async fn what_the_webhook_hears_is_told_without_what_is_said() {
    let url = fresh_database().await;
    let app = TestApp::on(TestRelay::on(&url, SMALL_TREE).await).await;
    app.line().put_group(GroupConfig::joined("Cfree", "กลุ่มอิสระ", 5, "gcc")).expect("a group");
    happens(&app, "Cmoi", says("สวัสดีครับ")).await;
    happens(&app, "Cfree", GroupEvent::Quote { member: 2, message: 1, text: None, unnamed: true }).await;
    happens(&app, "Cgcc1", GroupEvent::Follow { member: 3 }).await;
    happens(&app, "Cmoi", says("รหัสประกาศ REF-7K3M-9QX4 ครับ")).await;
    happens(&app, "Cmoi", GroupEvent::Leave).await;
    happens(&app, "Cfree", GroupEvent::Leave).await;
    let said = watch(&url, &["--last", "10", "--count", "6"]);
    let rows: Vec<String> = said.iter().map(|row| row.join(" | ")).collect();
    assert_eq!(
        rows,
        [
            "message/text | a group | named | reply token | - | first | not kept",
            "message/sticker | a group | not named | reply token | quotes | first | not kept",
            "follow | a chat of two | named | reply token | - | first | follow",
            "message/text | moi | named | reply token | - | first | heard: unknown code",
            "leave | moi | not named | - | - | first | leave",
            "leave | a group not linked | not named | - | - | first | leave",
        ]
    );
    let last = watch(&url, &["--last", "1", "--for", "100ms"]);
    assert_eq!((last.len(), last[0][0].as_str()), (1, "leave"));
    assert_eq!(app.count("select count(*) from webhook_events where kind = 'other'").await, 2);
    let named = "select count(*) from webhook_events
        where kind = 'other' and (group_id is not null or line_group_id is not null)";
    assert_eq!(app.count(named).await, 0, "of ordinary talk no group is kept");
    for kept in ["สวัสดีครับ", app.line().user_id("Cmoi", 1).as_str()] {
        assert!(app.rows_containing(kept).await.is_empty(), "{kept}");
    }
}

#[tokio::test]
async fn a_room_is_told_that_it_cannot_be_linked() {
    let app = TestApp::new().await;
    let room = GroupConfig { channel: None, ..GroupConfig::joined("Rold", "ห้อง", 4, "gcc") };
    app.line().put_group(room).expect("a room");
    happens(&app, "Rold", GroupEvent::Join { channel: None }).await;
    assert!(last_line(&app, "Rold").contains("เชื่อมกับระบบไม่ได้"));
    happens(&app, "Rold", says("สวัสดี")).await;
    assert!(last_line(&app, "Rold").contains("สวัสดี"), "talk is not answered");
    let code = join_code(&app, "lpn").await;
    happens(&app, "Rold", says(&code)).await;
    assert!(last_line(&app, "Rold").contains("โปรดสร้างกลุ่ม LINE"));
    // the code is still good in a group
    happens(&app, "Clpn", says(&code)).await;
    assert!(last_line(&app, "Clpn").contains("เชื่อมกลุ่มนี้กับ"));
}

#[tokio::test]
async fn a_code_typed_in_a_group_of_another_node_says_whose_it_was() {
    let app = TestApp::new().await;
    let code = join_code(&app, "lpn").await;
    happens(&app, "Cmoi", says(&code)).await;
    let said = last_line(&app, "Cmoi");
    let name = |group: Value| group["name"].as_str().expect("a name").to_owned();
    let before = app.get(&Who::Admin, "groups/moi").await.expect(200);
    assert_eq!(before["linked"], false);
    let after = app.get(&Who::Admin, "groups/lpn").await.expect(200);
    assert!(said.contains(&format!("เชื่อมกลุ่มนี้กับ {}", name(after))), "{said}");
    assert!(said.contains(&format!("เดิมกลุ่มนี้เชื่อมกับ {}", name(before))), "{said}");
}

#[tokio::test]
async fn line_does_not_let_the_account_into_a_group_with_another_account() {
    let app = TestApp::new().await;
    app.line().put_group(GroupConfig::with_foreign_account("Cforeign", "กลุ่มอื่น", 5)).expect("a group");
    let refused = app.line().happen("Cforeign", GroupEvent::Join { channel: None }).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("already")));
    assert!(app.line().happen("Cforeign", says("สวัสดี")).await.is_err(), "nothing of it is told to ours");
}

const WEEK: Duration = Duration::from_hours(7 * 24);

/// Goes on by days until every linked group was asked about again.
async fn after_a_sweep(app: &TestApp) {
    app.after(WEEK + WEEK / 3).await;
}

async fn alerts(app: &TestApp, who: &Who) -> Vec<(String, String)> {
    let list = app.get(who, "group-alerts").await.expect(200);
    let text = |alert: &Value, key: &str| alert[key].as_str().expect("a text").to_owned();
    list["items"].as_array().expect("a list").iter().map(|it| (text(it, "group"), text(it, "kind"))).collect()
}

fn alert(group: &str, kind: &str) -> (String, String) {
    (group.to_owned(), kind.to_owned())
}

#[tokio::test]
async fn a_renamed_group_is_an_alert_until_it_has_its_name_again_or_somebody_looked_at_it() {
    let app = TestApp::new().await;
    app.run().await;
    after_a_sweep(&app).await;
    assert_eq!(alerts(&app, &Who::Admin).await, []);
    let named = |name: &str| GroupConfig::joined("Clpn", name, 40, "gcc");
    let detail = app.get(&Who::Admin, "groups/lpn").await.expect(200);
    let (before, members) = (detail["line_name"].as_str().expect("a name").to_owned(), detail["members"].as_u64());
    let members = u32::try_from(members.expect("members")).expect("few");
    let named = |name: &str| GroupConfig { members, ..named(name) };
    app.line().put_group(named("ชื่อใหม่")).expect("renamed");
    after_a_sweep(&app).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [alert("lpn", "renamed")]);
    let told = app.get(&Who::Steward, "groups/lpn").await.expect(200);
    assert_eq!((&told["alerts"][0]["before"], &told["alerts"][0]["now"]), (&json!(before), &json!("ชื่อใหม่")));
    after_a_sweep(&app).await;
    assert_eq!(alerts(&app, &Who::Admin).await.len(), 1, "one at a time");
    app.line().put_group(named(&before)).expect("renamed");
    after_a_sweep(&app).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [], "it is right again");

    app.line().put_group(named("ชื่อใหม่")).expect("renamed");
    after_a_sweep(&app).await;
    let operator = app.sign_in(Who::Operator).await;
    for path in ["/failures", "/board", "/groups/lpn", "/groups/lpn/settings"] {
        let page = operator.open(path).await.text;
        assert!(page.contains("เปลี่ยนชื่อกลุ่ม") && page.contains("ชื่อใหม่"), "{path}: {page}");
    }
    let id = app.get(&Who::Operator, "group-alerts?kind=renamed").await.expect(200)["items"][0]["id"].to_string();
    let led = operator.submit(&format!("/group-alerts/{id}/seen"), &[]).await.location().to_owned();
    assert!(operator.open(&led).await.text.contains("บันทึกว่าตรวจสอบแล้ว"));
    after_a_sweep(&app).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [], "the new name counts as right");
    assert_eq!(app.count("select count(*) from audit where act = 'group_alert_seen'").await, 1);
    app.post(&Who::Operator, &format!("group-alerts/{id}/seen"), json!({})).await.problem(404);
}

#[tokio::test]
async fn a_group_that_lost_most_of_its_members_is_an_alert_at_once() {
    let app = TestApp::new().await;
    app.run().await;
    let members = app.get(&Who::Admin, "groups/lpn").await.expect(200)["members"].as_u64().expect("members");
    let members = u32::try_from(members).expect("few");
    happens(&app, "Clpn", GroupEvent::MemberLeft { count: members / 4 }).await;
    app.after(Duration::from_mins(2)).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [], "a quarter is not much");
    happens(&app, "Clpn", GroupEvent::MemberLeft { count: members / 2 }).await;
    app.after(Duration::from_mins(2)).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [alert("lpn", "shrunk")]);
    assert_eq!(alerts(&app, &Who::Steward).await.len(), 1, "it is in the steward's part of the tree");
    assert_eq!(alerts(&app, &Who::Agency).await, [], "and in no other's");
    happens(&app, "Clpn", GroupEvent::MemberJoined { count: members / 2 }).await;
    app.after(Duration::from_mins(2)).await;
    assert_eq!(alerts(&app, &Who::Admin).await, []);
}

#[tokio::test]
async fn a_group_that_line_does_not_know_any_more_is_unlinked_as_after_a_leave() {
    let app = TestApp::new().await;
    app.run().await;
    app.line().remove_silently("Clpn").expect("removed");
    after_a_sweep(&app).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [alert("lpn", "lost")]);
    let group = app.get(&Who::Admin, "groups/lpn").await.expect(200);
    assert_eq!((&group["linked"], group["lost_at"].is_null()), (&json!(false), false));
    assert_eq!(app.count("select count(*) from audit where act = 'unlink'").await, 1);
    let code = join_code(&app, "lpn").await;
    app.line().happen("Clpn", GroupEvent::Join { channel: None }).await.expect("invited");
    happens(&app, "Clpn", says(&code)).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [], "it is linked again");
}

#[tokio::test]
async fn a_loss_that_somebody_looked_at_stays_looked_at() {
    let app = TestApp::new().await;
    app.run().await;
    happens(&app, "Clpn", GroupEvent::Leave).await;
    assert_eq!(alerts(&app, &Who::Admin).await, [alert("lpn", "lost")], "LINE told it");
    let id = app.get(&Who::Admin, "group-alerts").await.expect(200)["items"][0]["id"].to_string();
    app.post(&Who::Operator, &format!("group-alerts/{id}/seen"), json!({})).await.expect(200);
    app.after(Duration::from_hours(1)).await;
    assert_eq!(alerts(&app, &Who::Admin).await, []);
}

#[tokio::test]
async fn a_failure_that_looks_as_if_all_groups_were_gone_unlinks_none() {
    let app = TestApp::new().await;
    app.run().await;
    let linked = "select count(*) from groups where line_group_id is not null";
    let before = app.count(linked).await;
    let groups: Vec<String> = app.texts("select line_group_id from groups where line_group_id is not null").await;
    assert!(groups.len() >= 5);
    for group in &groups {
        app.line().remove_silently(group).expect("removed");
    }
    after_a_sweep(&app).await;
    assert_eq!((app.count(linked).await, alerts(&app, &Who::Admin).await.len()), (before, 0));
}

#[tokio::test]
async fn slips_with_join_codes_are_made_for_all_groups_below_that_are_not_linked() {
    let app = TestApp::new().await;
    app.run().await;
    let named = "update channels set basic_id = '@gcc'";
    sqlx::query(named).execute(&mut *app.db().await).await.expect("named");
    for group in ["Clpn", "Cmoi"] {
        happens(&app, group, GroupEvent::Leave).await;
    }
    let old = join_code(&app, "lpn").await;
    let unlinked = app.count("select count(*) from groups where line_group_id is null and not retired").await;
    let admin = app.sign_in(Who::Admin).await;
    let look = admin.open("/join-slips?look=yes").await.text;
    assert!(look.contains(&format!("จะออกรหัสเชื่อมกลุ่ม {unlinked} กลุ่ม")), "{look}");
    let unsure = admin.submit("/join-slips", &[("confirmed", "1000")]).await;
    assert_eq!(unsure.status, 409);
    // a province has its own part of the tree
    let steward = app.sign_in(Who::Steward).await;
    let look = steward.open("/join-slips?look=yes").await.text;
    let below = app
        .count(
            "select count(*) from groups where line_group_id is null and not retired
                and path && (select array_agg(id) from groups where code = 'lpn')",
        )
        .await;
    assert!(below < unlinked && look.contains(&format!("จะออกรหัสเชื่อมกลุ่ม {below} กลุ่ม")), "{look}");
    let all = unlinked.to_string();
    let slips = admin.submit("/join-slips", &[("confirmed", &all)]).await;
    assert_eq!(slips.status, 200, "{}", slips.text);
    let n = usize::try_from(unlinked).expect("few");
    assert_eq!(slips.text.matches(r#"<article class="slip">"#).count(), n);
    assert_eq!(slips.text.matches("<svg viewBox").count(), n, "each with the account's QR code");
    assert!(slips.text.contains("GCC2-จังหวัดลำพูน") && slips.text.contains("(@gcc)"), "{}", slips.text);
    assert!(!slips.text.contains("style="), "the pages' policy forbids it");
    let audit = app.texts("select detail->>'codes' from audit where act = 'make_join_slips'").await;
    assert_eq!(audit, [all]);
    // thirteen days later a code of a slip still works, and the older one of the group does not
    app.after(Duration::from_hours(13 * 24)).await;
    let code = slips.text.split("GCC2-จังหวัดลำพูน").nth(1).and_then(|rest| rest.split(r#"<code class="typed">"#).nth(1));
    let code = code.and_then(|rest| rest.split('<').next()).expect("a code").to_owned();
    app.line().happen("Clpn", GroupEvent::Join { channel: None }).await.expect("invited");
    happens(&app, "Clpn", says(&old)).await;
    assert!(last_line(&app, "Clpn").contains("หมดอายุแล้ว"));
    happens(&app, "Clpn", says(&code)).await;
    assert!(last_line(&app, "Clpn").contains("เชื่อมกลุ่มนี้กับ"));
}

#[tokio::test]
async fn a_token_of_another_account_unlinks_no_group() {
    let app = TestApp::new().await;
    app.run().await;
    let other = "update channels set bot_user_id = 'Uanother'";
    sqlx::query(other).execute(&mut *app.db().await).await.expect("another account");
    app.line().remove_silently("Clpn").expect("removed");
    after_a_sweep(&app).await;
    assert_eq!(alerts(&app, &Who::Admin).await, []);
    assert_eq!(app.get(&Who::Admin, "groups/lpn").await.expect(200)["linked"], true);
}

//! Stewards in LINE: an account is bound to whoever types its code in the chat of two, forwards by a tap, and is forgotten with
//! the duty.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::simulator::GroupEvent;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{TestApp, Who};
use crate::test_relay::SMALL_TREE;

/// Somebody in LINE: a member of a group.
#[derive(Clone, Copy)]
pub struct Member {
    pub group: &'static str,
    pub number: u32,
}

/// The governor, among the members of the group above.
pub const GOVERNOR: Member = Member { group: "Cgcc1", number: 7 };
/// Somebody else there.
pub const STRANGER: Member = Member { group: "Cgcc1", number: 8 };

impl Member {
    pub fn user_id(self, app: &TestApp) -> String {
        app.line().user_id(self.group, self.number)
    }

    async fn does(self, app: &TestApp, event: GroupEvent) {
        let report = app.line().happen(self.group, event).await.expect("it happens");
        assert_eq!(report.status, Some(200));
        app.run().await;
    }

    pub async fn follows(self, app: &TestApp) {
        self.does(app, GroupEvent::Follow { member: self.number }).await;
    }

    pub async fn blocks(self, app: &TestApp) {
        self.does(app, GroupEvent::Unfollow { member: self.number }).await;
    }

    /// Writes in the chat of two; gives what the account says to it.
    pub async fn writes(self, app: &TestApp, text: &str) -> Vec<String> {
        let before = app.line().chat(&self.user_id(app)).len();
        self.does(app, GroupEvent::DirectMessage { member: self.number, text: text.to_owned() }).await;
        app.line().chat(&self.user_id(app)).split_off(before + 1)
    }

    /// Taps a button in the group; gives what the account says to it.
    pub async fn taps(self, app: &TestApp, data: &str) -> Vec<String> {
        let before = app.line().chat(self.group).len();
        let tap = GroupEvent::Postback { member: self.number, data: data.to_owned(), display_text: None };
        self.does(app, tap).await;
        app.line().chat(self.group).split_off(before)
    }

    /// Taps a button in the chat of two; gives what the account says to it.
    pub async fn taps_alone(self, app: &TestApp, data: &str) -> Vec<String> {
        let before = app.line().chat(&self.user_id(app)).len();
        self.does(app, GroupEvent::DirectPostback { member: self.number, data: data.to_owned() }).await;
        app.line().chat(&self.user_id(app)).split_off(before)
    }
}

/// A new code of the account in the browser.
pub async fn new_code(browser: &Browser<'_>) -> String {
    let page = browser.submit("/account/line", &[("old", PASSWORD)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let rest = page.text.split(r#"<code class="typed">"#).nth(1).expect("a code");
    rest.split('<').next().expect("its end").to_owned()
}

/// Binds the account of this name, of a steward of the office, to a member.
pub async fn bind(app: &TestApp, username: &str, office: &str, member: Member) {
    bind_as(app, username, Role::Steward, office, member).await;
}

/// The same for an account of another role.
pub async fn bind_as(app: &TestApp, username: &str, role: Role, office: &str, member: Member) {
    let browser = app.sign_in_as(username, role, Some(office)).await;
    member.follows(app).await;
    let said = member.writes(app, &new_code(&browser).await).await;
    assert!(said.len() == 1 && said[0].contains("ผูก LINE นี้กับบัญชี"), "{said:?}");
}

async fn bound(app: &TestApp) -> i64 {
    app.count("select count(*) from bindings").await
}

async fn delivery(app: &TestApp, id: &str, group: &str) -> Value {
    let found = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group={group}")).await.expect(200);
    found["items"][0].clone()
}

fn forward(id: &str) -> String {
    format!("fwd:{id}")
}

async fn state(app: &TestApp, id: &str, group: &str) -> State {
    app.states(id.parse::<BulletinId>().expect("an id")).await[group]
}

#[tokio::test]
async fn a_steward_is_bound_by_the_code_of_the_account_page_and_the_page_says_so() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Steward).await;
    assert!(browser.open("/account").await.text.contains("ยังไม่ได้ผูก"));
    GOVERNOR.follows(&app).await;
    let greeting = app.line().chat(&GOVERNOR.user_id(&app)).pop().expect("a greeting");
    assert!(greeting.contains("รหัสผูกบัญชี") && greeting.contains("/account"), "{greeting}");
    let page = browser.submit("/account/line", &[("old", PASSWORD)]).await.text;
    assert!(page.contains("https://line.me/R/oaMessage/%40gcc/?ID-") && page.contains("<svg"), "{page}");
    let code = new_code(&browser).await;
    let said = GOVERNOR.writes(&app, &format!("รหัส {} ครับ", code.to_lowercase())).await;
    assert!(said[0].contains("ผูก LINE นี้กับบัญชี ผู้ใช้ steward แล้ว"), "{said:?}");
    let page = browser.open("/account").await.text;
    assert!(page.contains("ผูกกับบัญชีทางการ GCC เมื่อ"), "{page}");
    assert_eq!(app.count("select count(*) from audit where act = 'line_bind' and actor = 'user:the-steward'").await, 1);
    // typed again
    assert!(GOVERNOR.writes(&app, &code).await[0].contains("ผูก LINE นี้กับบัญชี"));
    assert_eq!(bound(&app).await, 1);
}

#[tokio::test]
async fn a_code_that_is_not_good_binds_nobody_and_is_told_why() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Steward).await;
    GOVERNOR.follows(&app).await;
    STRANGER.follows(&app).await;
    for wrong in ["ID-2345-ABCD", "ID-234-ABCD"] {
        let said = GOVERNOR.writes(&app, wrong).await;
        assert!(said.len() == 1 && said[0].contains("ไม่พบรหัสผูกบัญชี"), "{wrong}: {said:?}");
    }
    let (old, newer) = (new_code(&browser).await, new_code(&browser).await);
    assert!(GOVERNOR.writes(&app, &old).await[0].contains("หมดอายุหรือใช้ไปแล้ว"), "a newer one was made");
    app.after(Duration::from_mins(31)).await;
    assert!(GOVERNOR.writes(&app, &newer).await[0].contains("หมดอายุหรือใช้ไปแล้ว"));
    assert_eq!(bound(&app).await, 0);
    let good = new_code(&browser).await;
    GOVERNOR.writes(&app, &good).await;
    assert!(STRANGER.writes(&app, &good).await[0].contains("หมดอายุหรือใช้ไปแล้ว"), "it works once");
    assert_eq!((bound(&app).await, GOVERNOR.writes(&app, "สวัสดีครับ").await.len()), (1, 0));
}

#[tokio::test]
async fn a_code_typed_in_a_group_binds_nobody_and_works_no_more() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Steward).await;
    let code = new_code(&browser).await;
    let write = GroupEvent::Message { member: 7, text: code.clone() };
    GOVERNOR.does(&app, write).await;
    let said = app.line().chat("Cgcc1").pop().expect("an answer");
    assert!(said.contains("ในแชทส่วนตัว"), "{said}");
    GOVERNOR.follows(&app).await;
    assert!(GOVERNOR.writes(&app, &code).await[0].contains("หมดอายุ"));
    let lines = app.line().chat("Cgcc1").len();
    GOVERNOR.does(&app, GroupEvent::Message { member: 7, text: "ใบเสร็จ ID-2345-ABCD".to_owned() }).await;
    assert_eq!(app.line().chat("Cgcc1").len(), lines + 1, "what only looks like a code is not answered");
    assert_eq!(bound(&app).await, 0);
}

#[tokio::test]
async fn lines_user_id_stands_nowhere_in_the_open() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    let user = GOVERNOR.user_id(&app);
    for text in [user.clone(), hex::encode(&user)] {
        let rows = app.rows_containing(&text).await;
        assert!(rows.is_empty(), "{rows:?}");
    }
    let kept = "select count(*) from webhook_events where data is not null or person is not null";
    assert_eq!(app.count(kept).await, 0, "nothing is left of the code and who typed it");
    let admin = app.sign_in(Who::Admin).await;
    for path in ["/audit", "/account"] {
        assert!(!admin.open(path).await.text.contains(&user), "{path}");
    }
}

#[tokio::test]
async fn whoever_blocks_the_account_or_asks_for_it_is_forgotten() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    GOVERNOR.blocks(&app).await;
    assert_eq!(bound(&app).await, 0);
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    let browser = app.sign_in(Who::Steward).await;
    let led = browser.submit("/account/line/remove", &[]).await.location().to_owned();
    assert!(browser.open(&led).await.text.contains("ยกเลิกการผูกกับ LINE แล้ว"));
    assert_eq!(bound(&app).await, 0);
    assert_eq!(app.count("select count(*) from audit where act = 'line_unbind'").await, 2);
}

#[tokio::test]
async fn a_binding_ends_with_the_duty() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    let (_, id) = app.account(Who::Steward).await;
    let admin = app.sign_in(Who::Admin).await;
    admin.submit(&format!("/accounts/{id}/disable"), &[]).await.location();
    assert_eq!(bound(&app).await, 0, "the account was ended");

    bind(&app, "deputy", "lamphun", GOVERNOR).await;
    let (_, id) = app.account_called("deputy", Role::Steward, Some("lamphun")).await;
    let made = admin.submit(&format!("/accounts/{id}/link"), &[]).await.text;
    let link = made.split("/welcome/").nth(1).and_then(|rest| rest.split(['"', '<', ' ']).next()).expect("a link");
    let fields = [("password", PASSWORD), ("again", PASSWORD)];
    Browser::new(&app).submit(&format!("/welcome/{link}"), &fields).await;
    assert_eq!(bound(&app).await, 0, "whoever accepts a link may be somebody else");

    bind(&app, "deputy", "lamphun", GOVERNOR).await;
    let ends = "update accounts set valid_until = $1 where username = 'deputy'";
    let until = app.now() + Duration::from_hours(1);
    sqlx::query(ends).bind(until).execute(&mut *app.db().await).await.expect("changed");
    app.after(Duration::from_mins(59)).await;
    assert_eq!(bound(&app).await, 1);
    app.after(Duration::from_mins(2)).await;
    assert_eq!(bound(&app).await, 0, "the term is over");
}

#[tokio::test]
async fn an_import_that_names_another_steward_forgets_the_one_before() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    app.import(SMALL_TREE).await;
    assert_eq!(bound(&app).await, 1, "nobody else is named");
    app.import(&SMALL_TREE.replace("ผู้ว่าราชการจังหวัดลำพูน", "รองผู้ว่าราชการจังหวัดลำพูน รักษาราชการแทน")).await;
    assert_eq!(bound(&app).await, 0);
}

#[tokio::test]
async fn a_tap_in_the_group_above_forwards_into_the_groups_of_the_steward() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    let id = app.held().await;
    let card = app.line().accepted(Some("Cgcc1")).pop().expect("the card");
    let card = app.line().messages(&card.messages_hash).expect("bytes");
    assert!(card.contains(&forward(&id)), "{card}");
    let said = GOVERNOR.taps(&app, &forward(&id)).await;
    assert!(said[0].contains("เข้า 1 กลุ่ม (สมาชิกรวม 60 คน)"), "{said:?}");
    assert_eq!(state(&app, &id, "lpn").await, State::Accepted);
    assert_eq!(delivery(&app, &id, "lpn").await["forwarded_by"], "user:the-steward");
    let entry = "select count(*) from audit where act = 'forward' and actor = 'user:the-steward'";
    assert_eq!(app.count(entry).await, 1);
    let again = GOVERNOR.taps(&app, &forward(&id)).await;
    assert!(again[0].contains("ส่งต่อเข้ากลุ่มของท่านไปก่อนแล้ว"), "{again:?}");
    assert_eq!((app.count(entry).await, app.accepted_in("Clpn")), (1, 1));
    app.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn a_tap_of_somebody_who_is_not_bound_forwards_nothing_and_is_answered_once_a_minute() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let said = STRANGER.taps(&app, &forward(&id)).await;
    assert!(said.len() == 1 && said[0].contains(&format!("/waiting/{id}")), "{said:?}");
    assert_eq!(GOVERNOR.taps(&app, &forward(&id)).await, Vec::<String>::new(), "everybody has read it");
    app.after(Duration::from_secs(61)).await;
    assert_eq!(STRANGER.taps(&app, &forward(&id)).await.len(), 1);
    assert_eq!(state(&app, &id, "lpn").await, State::Held);
    assert_eq!(app.count("select count(*) from audit where act = 'forward'").await, 0);
}

#[tokio::test]
async fn a_bound_steward_without_anything_to_forward_is_led_to_the_page() {
    let app = TestApp::new().await;
    bind(&app, "commerce", "chiangmai-commerce", GOVERNOR).await;
    let id = app.write_with(json!({ "audience": { "exclude_groups": ["cmi-com"] } })).await;
    app.release(&id).await;
    app.run().await;
    let said = GOVERNOR.taps(&app, &forward(&id)).await;
    assert!(said[0].contains("ไม่มีกลุ่มของท่าน") && said[0].contains(&format!("/waiting/{id}")), "{said:?}");
    assert_eq!(GOVERNOR.taps(&app, "fwd:0162-not-an-id").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_tap_after_the_withdrawal_is_told_of_it() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    let id = app.held().await;
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), json!({ "reason": "ข้อมูลคลาดเคลื่อน" })).await.expect(200);
    app.run().await;
    let said = GOVERNOR.taps_alone(&app, &forward(&id)).await;
    assert!(said[0].contains("ถูกยกเลิกแล้ว"), "{said:?}");
    assert_eq!(state(&app, &id, "lpn").await, State::Withdrawn);
}

#[tokio::test]
async fn one_person_with_two_accounts_forwards_for_both() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    bind(&app, "commerce", "lamphun-commerce", GOVERNOR).await;
    let id = app.held().await;
    let said = GOVERNOR.taps_alone(&app, &forward(&id)).await;
    assert!(said[0].contains("เข้า 1 กลุ่ม"), "{said:?}");
    assert_eq!(state(&app, &id, "lpn-com").await, State::Held, "its turn came after the tap");
    let said = GOVERNOR.taps_alone(&app, &forward(&id)).await;
    assert!(said[0].contains("เข้า 1 กลุ่ม (สมาชิกรวม 20 คน)"), "{said:?}");
    assert_eq!(delivery(&app, &id, "lpn-com").await["forwarded_by"], "user:commerce");
}

#[tokio::test]
async fn the_stewards_own_tap_closes_the_node_and_members_taps_are_reach() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    // the governor is in the province's group too
    app.line().put_person("Clpn", 2, &GOVERNOR.user_id(&app)).expect("said");
    let id = app.held().await;
    GOVERNOR.taps(&app, &forward(&id)).await;
    let acknowledge = format!("ack:{id}");
    GOVERNOR.taps(&app, &acknowledge).await;
    Member { group: "Clpn", number: 3 }.taps(&app, &acknowledge).await;
    let by_steward = "select count(*) from deliveries where steward_at is not null";
    assert_eq!(app.count(by_steward).await, 0, "in the group above he is a member, and in his own another tapped");
    Member { group: "Clpn", number: 2 }.taps(&app, &acknowledge).await;
    assert_eq!(app.count(by_steward).await, 1);
    let shown = app.delivery(id.parse().expect("an id"), "lpn").await;
    assert_eq!(shown.acknowledged, 2);
    app.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn of_what_is_heard_it_is_known_whether_the_steward_wrote_it_where_one_is_bound() {
    let app = TestApp::new().await;
    let heard = async |id: &str, group: &'static str, member: u32| {
        let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
        let text = bulletin["share_text"].as_str().expect("a text").to_owned();
        app.line().happen(group, GroupEvent::Message { member, text }).await.expect("said");
        app.run().await;
        delivery(&app, id, "lpn").await["heard"]["by_steward"].clone()
    };
    let id = app.held().await;
    assert_eq!(heard(&id, "Clpn", 2).await, Value::Null, "nobody is bound");
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    app.line().put_person("Clpn", 2, &GOVERNOR.user_id(&app)).expect("said");
    let id = app.held().await;
    assert_eq!(heard(&id, "Clpn", 3).await, json!(false));
    assert_eq!(heard(&id, "Clpn", 2).await, json!(true), "one of them is the steward's");
}

//! The work on what LINE tells: an event that cannot be worked on stops no other, and people see it and try it again.

use std::time::Duration;

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::join_code::JoinCode;
use gcc_relay::relay::rendering::acknowledge_data;
use gcc_relay::simulator::{ChannelChange, Endpoint, Fault, FaultRule, GroupConfig, GroupEvent, Quota};
use gcc_relay::store::{groups, join_codes, links};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::relay_people::store_event;
use crate::test_app::{TestApp, Who};
use crate::test_relay::TestRelay;

/// Makes the database refuse what `condition` says of a new row of `table`.
async fn refuse(relay: &TestRelay, table: &str, condition: &str, code: &str) {
    let statements = [
        format!(
            "create function refuse() returns trigger language plpgsql as $$ begin
                raise exception 'refused by the test' using errcode = '{code}', constraint = 'of_the_test';
            end $$"
        ),
        format!(
            "create trigger refuse before insert or update on {table} for each row when ({condition})
                execute function refuse()"
        ),
    ];
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *relay.db().await).await.expect("a trigger");
    }
}

async fn refuse_no_more(relay: &TestRelay) {
    sqlx::query("drop function refuse() cascade").execute(&mut *relay.db().await).await.expect("gone");
}

async fn is_linked(relay: &TestRelay, code: &str) -> bool {
    groups::find_group(&mut *relay.db().await, code).await.expect("a query").expect("a group").linked
}

/// Three tries, with the times in between.
async fn make_handling_fail(relay: &TestRelay) {
    relay.run().await;
    relay.after(Duration::from_secs(2)).await;
    relay.after(Duration::from_secs(11)).await;
}

async fn failures(app: &TestApp) -> Vec<Value> {
    let list = app.get(&Who::Operator, "webhook-failures").await.expect(200);
    list["items"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn an_event_that_cannot_be_worked_on_stops_no_other_and_is_tried_again_by_hand() {
    let app = TestApp::new().await;
    refuse(&app, "groups", "new.code = 'lpn' and new.line_group_id is null", "23514").await;
    store_event(&app, "leave", "Clpn", None, None).await;
    store_event(&app, "leave", "Cmoi", None, None).await;
    app.run().await;
    assert!(!is_linked(&app, "moi").await, "the next one is worked on at once");
    assert_eq!(failures(&app).await.len(), 0, "it is tried again first");
    app.after(Duration::from_secs(2)).await;
    app.after(Duration::from_secs(11)).await;
    let failed = failures(&app).await;
    assert_eq!(failed.len(), 1);
    let (kind, group) = (&failed[0]["kind"], &failed[0]["group"]);
    assert_eq!((kind, group), (&json!("leave"), &json!("lpn")));
    assert_eq!(failed[0]["because"], "the database's rule of_the_test");
    let set_aside = "select count(*) from audit where act = 'webhook_set_aside' and actor = 'inbound'";
    assert_eq!(app.count(set_aside).await, 1);

    refuse_no_more(&app).await;
    app.after(Duration::from_hours(1)).await;
    assert!(is_linked(&app, "lpn").await, "set aside, it is not tried by itself");
    let path = format!("webhook-failures/{}/retry", failed[0]["id"]);
    app.post(&Who::Operator, &path, json!({})).await.expect(202);
    app.run().await;
    assert!(!is_linked(&app, "lpn").await);
    assert_eq!(failures(&app).await.len(), 0);
    app.post(&Who::Operator, &path, json!({})).await.problem(404);
}

#[tokio::test]
async fn operators_see_on_the_page_of_channels_what_is_set_aside_and_try_it_again() {
    let app = TestApp::new().await;
    refuse(&app, "groups", "new.code = 'lpn' and new.line_group_id is null", "23514").await;
    store_event(&app, "leave", "Clpn", None, None).await;
    make_handling_fail(&app).await;
    refuse_no_more(&app).await;
    let operator: Browser<'_> = app.sign_in(Who::Operator).await;
    let page = operator.open("/channels").await.text;
    assert!(page.contains("บัญชีออกจากกลุ่ม") && page.contains("of_the_test"), "{page}");
    let id = failures(&app).await[0]["id"].to_string();
    let led = operator.submit(&format!("/webhook-failures/{id}/retry"), &[]).await.location().to_owned();
    assert!(operator.open(&led).await.text.contains("กำลังดำเนินการเหตุการณ์จาก LINE อีกครั้ง"));
    app.run().await;
    assert!(!is_linked(&app, "lpn").await);
    assert!(!operator.open("/channels").await.text.contains("of_the_test"));
}

#[tokio::test]
async fn one_tap_that_cannot_be_counted_keeps_no_other_of_its_batch_from_being_counted() {
    let app = TestApp::new().await;
    let id = app.publish_automatic().await;
    app.run().await;
    let bad = hex::encode(app.engine.person.person_hash("U13"));
    refuse(&app, "acknowledgements", &format!("new.person = '\\x{bad}'::bytea"), "22003").await;
    for n in 0..40 {
        store_event(&app, "tap", "Clpn", Some(&format!("U{n}")), Some(acknowledge_data(id))).await;
    }
    app.run().await;
    assert_eq!(app.delivery(id, "lpn").await.acknowledged, 39);
    app.after(Duration::from_secs(2)).await;
    app.after(Duration::from_secs(11)).await;
    let failed = failures(&app).await;
    assert_eq!((failed.len(), &failed[0]["kind"], &failed[0]["because"]), (1, &json!("tap"), &json!("SQLSTATE 22003")));
    app.assert_exact(id).await;
}

#[tokio::test]
async fn an_event_that_only_stands_in_the_way_of_others_is_never_set_aside() {
    let app = TestApp::new().await;
    refuse(&app, "groups", "new.code = 'lpn' and new.line_group_id is null", "40001").await;
    store_event(&app, "leave", "Clpn", None, None).await;
    store_event(&app, "leave", "Cmoi", None, None).await;
    for _ in 0..10 {
        app.after(Duration::from_secs(11)).await;
    }
    assert!(!is_linked(&app, "moi").await);
    assert_eq!(failures(&app).await.len(), 0);
    refuse_no_more(&app).await;
    app.after(Duration::from_secs(11)).await;
    assert!(!is_linked(&app, "lpn").await);
}

/// A new code for the group `cmi-far`, which no LINE group is linked to yet.
async fn new_code(relay: &TestRelay) -> JoinCode {
    let code = JoinCode::generate();
    let (far, expires_at) = (relay.group("cmi-far").await, relay.now() + Duration::from_hours(24));
    let mut db = relay.db().await;
    join_codes::insert_join_code(&mut db, &code.sha256(), far, relay.now(), expires_at).await.expect("kept");
    code
}

/// A LINE group with the account in it, to which nothing is linked.
fn unlinked_chat(relay: &TestRelay) {
    relay.line().put_group(GroupConfig::joined("Cnew", "กลุ่มใหม่", 44, "gcc")).expect("a group");
}

/// Somebody writes in the unlinked chat; gives what the account says to it.
async fn say(app: &TestApp, text: &str) -> Vec<String> {
    let before = app.line().chat("Cnew").len();
    let message = GroupEvent::Message { member: 1, text: text.to_owned() };
    app.line().happen("Cnew", message).await.expect("written");
    app.run().await;
    app.line().chat("Cnew").split_off(before + 1)
}

#[tokio::test]
async fn a_join_code_links_the_group_however_it_is_typed() {
    let typed: [fn(String) -> String; 7] = [
        |code| format!("@Government Communication Channel {code}"),
        |code| format!("รหัส {code}"),
        |code| format!("{code} ครับ"),
        |code| code.replace('-', "–"),
        |code| code.to_lowercase(),
        |code| code.replace('-', " "),
        |code| code.replace('2', "๒").replace('9', "๙"),
    ];
    for write in typed {
        let app = TestApp::new().await;
        unlinked_chat(&app);
        let text = write(new_code(&app).await.to_string());
        let said = say(&app, &text).await;
        assert!(is_linked(&app, "cmi-far").await, "{text}");
        assert!(said.len() == 1 && said[0].contains("เชื่อมกลุ่มนี้กับ"), "{text}: {said:?}");
    }
}

#[tokio::test]
async fn who_types_a_code_that_is_not_good_is_told_why() {
    let app = TestApp::new().await;
    unlinked_chat(&app);
    for wrong in ["GCC-2345-ABCD", "รหัส GCC-2345-ABC ค่ะ", "gcc 2345 abcd", "GCC-AB0O-CDEF"] {
        let said = say(&app, wrong).await;
        assert!(said.len() == 1 && said[0].contains("ไม่พบรหัสเชื่อมกลุ่มนี้ในระบบ"), "{wrong}: {said:?}");
    }
    let expired = new_code(&app).await;
    app.after(Duration::from_hours(25)).await;
    let said = say(&app, &format!("{expired} ครับ")).await;
    assert!(said.len() == 1 && said[0].contains("หมดอายุแล้ว"), "{said:?}");
    let (replaced, good) = (new_code(&app).await, new_code(&app).await);
    assert!(say(&app, &replaced.to_string()).await[0].contains("หมดอายุแล้ว"));
    assert!(say(&app, &good.to_string()).await[0].contains("เชื่อมกลุ่มนี้กับ"));
    // a colleague types it as well
    assert!(say(&app, &good.to_string()).await[0].contains("เชื่อมกลุ่มนี้กับ"));
    let unlinks = "select count(*) from audit where act = 'unlink'";
    assert_eq!(app.count(unlinks).await, 0);
}

#[tokio::test]
async fn ordinary_talk_is_neither_answered_nor_kept() {
    let app = TestApp::new().await;
    unlinked_chat(&app);
    for text in
        ["รับทราบ", "GCC3-ลำพูน-พาณิชย์", "please GCC send data today", "เบอร์ GCC 081-234-5678", "GCC meeting at 10"]
    {
        assert_eq!(say(&app, text).await, Vec::<String>::new(), "{text}");
    }
    let kept =
        "select count(*) from webhook_events where data is not null or person is not null or reply_token is not null";
    assert_eq!(app.count(kept).await, 0);
}

/// How often LINE was asked how many members a group has.
fn counted(relay: &TestRelay) -> u64 {
    relay.line().counts().calls.get(&Endpoint::MembersCount).map_or(0, |by_status| by_status.values().sum())
}

async fn members(relay: &TestRelay, code: &str) -> Option<i32> {
    groups::find_group(&mut *relay.db().await, code).await.expect("a query").expect("a group").members
}

#[tokio::test]
async fn a_link_is_confirmed_at_once_and_members_are_counted_later() {
    let app = TestApp::new().await;
    unlinked_chat(&app);
    sqlx::query("update groups set members = null where code = 'cmi-far'")
        .execute(&mut *app.db().await)
        .await
        .expect("x");
    let change = ChannelChange { quota: Some(Quota::Limited(700)), ..ChannelChange::default() };
    app.line().change_channel("gcc", change).expect("changed");
    app.faults([
        FaultRule::always(Fault::Status { status: 500 }).endpoint(Endpoint::MembersCount),
        FaultRule::always(Fault::Timeout).endpoint(Endpoint::GroupSummary),
    ]);
    let code = new_code(&app).await.to_string();
    let said = say(&app, &code).await;
    assert!(said.len() == 1 && said[0].contains("เชื่อมกลุ่มนี้กับ"), "{said:?}");
    assert!(is_linked(&app, "cmi-far").await);
    assert_eq!((members(&app, "cmi-far").await, counted(&app)), (None, 1), "and LINE is not asked again at once");

    app.after(Duration::from_mins(6)).await;
    let draft = app.write().await;
    let forecast = app.get(&Who::Admin, &format!("bulletins/{draft}/forecast")).await.expect(200);
    assert_eq!((&forecast["unknown_members"], &forecast["seats"]), (&json!(1), &json!(591)));
    let channel = &forecast["channels"][0];
    assert_eq!((&channel["unknown_members"], &channel["quota_left"]), (&json!(1), &json!(700)));
    assert_eq!(channel["enough"], Value::Null, "591 of 700, and one group of which nobody knows");
    let publisher = app.sign_in(Who::Publisher).await;
    let page = publisher.open(&format!("/bulletins/{draft}/publish")).await.text;
    assert!(page.contains("1 กลุ่มที่เชื่อมแล้วยังไม่ทราบจำนวนสมาชิกจาก LINE"), "{page}");

    app.faults([]);
    app.after(Duration::from_mins(2)).await;
    assert_eq!(members(&app, "cmi-far").await, Some(44));
    let forecast = app.get(&Who::Admin, &format!("bulletins/{draft}/forecast")).await.expect(200);
    assert_eq!((&forecast["unknown_members"], &forecast["seats"]), (&json!(0), &json!(635)));
    assert_eq!(forecast["channels"][0]["enough"], true);
}

#[tokio::test]
async fn members_are_counted_again_when_people_come_and_go_but_once_a_minute_at_most() {
    let relay = TestRelay::new().await;
    let before = counted(&relay);
    relay.line().happen("Cmoi", GroupEvent::MemberJoined { count: 200 }).await.expect("joined");
    for _ in 0..100 {
        store_event(&relay, "members", "Cmoi", None, None).await;
    }
    relay.run().await;
    assert_eq!((members(&relay, "moi").await, counted(&relay) - before), (Some(250), 1));
    relay.line().happen("Cmoi", GroupEvent::MemberLeft { count: 50 }).await.expect("left");
    for _ in 0..50 {
        store_event(&relay, "members", "Cmoi", None, None).await;
    }
    relay.after(Duration::from_secs(30)).await;
    assert_eq!((members(&relay, "moi").await, counted(&relay) - before), (Some(250), 1));
    relay.after(Duration::from_secs(31)).await;
    assert_eq!((members(&relay, "moi").await, counted(&relay) - before), (Some(200), 2));
}

#[tokio::test]
async fn what_was_known_of_another_line_group_is_not_said_of_the_new_one() {
    let relay = TestRelay::new().await;
    unlinked_chat(&relay);
    relay.faults([FaultRule::always(Fault::Timeout).endpoint(Endpoint::MembersCount)]);
    let moi = relay.group("moi").await;
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    links::link_group(&mut tx, moi, relay.channel, "Cnew", relay.now(), relay.now()).await.expect("linked");
    tx.commit().await.expect("committed");
    assert_eq!(members(&relay, "moi").await, None);
    relay.faults([]);
    relay.run().await;
    assert_eq!(members(&relay, "moi").await, Some(44));
}

/// What the status says of a tier.
async fn acknowledged(app: &TestApp, id: &str, tier: usize) -> Value {
    let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    status["tiers"][tier - 1]["acknowledged"].clone()
}

async fn tap(app: &TestApp, group: &str, persons: impl IntoIterator<Item = Option<String>>, id: &str) {
    for person in persons {
        store_event(app, "tap", group, person.as_deref(), Some(format!("ack:{id}"))).await;
    }
    app.run().await;
}

fn somebody(numbers: std::ops::Range<u32>) -> impl Iterator<Item = Option<String>> {
    numbers.map(|n| Some(format!("U{n}")))
}

#[tokio::test]
async fn taps_without_a_name_are_no_persons() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    tap(&app, "Cmoi", [None, None, None, None, None], &id).await;
    let counted = json!({ "groups": 1, "persons": 0, "unnamed": 5, "by_steward": 0, "reported": 0, "taps": 5 });
    assert_eq!(acknowledged(&app, &id, 2).await, counted);
    tap(&app, "Cmoi", somebody(0..2).chain(somebody(1..3)), &id).await;
    let counted = json!({ "groups": 1, "persons": 3, "unnamed": 5, "by_steward": 0, "reported": 0, "taps": 8 });
    assert_eq!(acknowledged(&app, &id, 2).await, counted);
    let delivery = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group=moi")).await.expect(200);
    let delivery = &delivery["items"][0];
    assert_eq!((&delivery["acknowledged"], &delivery["unnamed"]), (&json!(8), &json!(5)));

    let admin = app.sign_in(Who::Admin).await;
    let moi = app.delivery_of(&id, "moi").await;
    for path in [format!("/board/{id}"), format!("/deliveries/{moi}"), "/groups/moi".to_owned()] {
        assert!(admin.open(&path).await.text.contains("3 + ไม่ทราบชื่อ 5"), "{path}");
    }
    assert!(admin.open(&format!("/board/{id}/receipt")).await.text.contains("๓ + ไม่ทราบชื่อ ๕"));
    let tiers = admin.open(&format!("/board/{id}/csv/tiers")).await.text;
    let row = tiers.lines().find(|line| line.starts_with("GCC2")).expect("a row");
    assert!(row.trim_end().ends_with(",1,3,5,0,0,2018-03-23T07:00:00+07:00"), "{row}");
    app.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn persons_and_taps_without_a_name_are_never_more_than_the_group_has_members() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let bulletin: BulletinId = id.parse().expect("an id");
    let counted = async || {
        let delivery = app.delivery(bulletin, "lpn-dist").await;
        (delivery.acknowledged - delivery.unnamed, delivery.unnamed, delivery.members)
    };
    assert_eq!(counted().await, (0, 0, 30));
    tap(&app, "Clpndist", std::iter::repeat_n(None, 130), &id).await;
    assert_eq!(counted().await, (0, 30, 30));
    tap(&app, "Clpndist", somebody(0..20).chain([None]), &id).await;
    assert_eq!(counted().await, (20, 10, 30), "some of those without a name were these");
    tap(&app, "Clpndist", somebody(10..32), &id).await;
    assert_eq!(counted().await, (32, 0, 32), "so many are in the group at least");
    app.assert_exact(bulletin).await;
    let tier = &app.get(&Who::Admin, &format!("bulletins/{id}/status?under=lpn-dist")).await.expect(200)["tiers"][0];
    assert_eq!((&tier["people"], &tier["acknowledged"]["persons"]), (&json!(32), &json!(32)));
}

#[tokio::test]
async fn a_line_group_linked_by_a_fast_clock_can_be_relinked_at_once() {
    let relay = TestRelay::new().await;
    let (moi, far) = (relay.group("moi").await, relay.group("cmi-far").await);
    let ahead = relay.now() + Duration::from_secs(30);
    let code = JoinCode::generate();
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    links::link_group(&mut tx, moi, relay.channel, "Cmoi", ahead, relay.now()).await.expect("linked");
    let expires_at = relay.now() + Duration::from_hours(24);
    join_codes::insert_join_code(&mut tx, &code.sha256(), far, relay.now(), expires_at).await.expect("kept");
    tx.commit().await.expect("committed");
    store_event(&relay, "join_code", "Cmoi", None, Some(hex::encode(code.sha256()))).await;
    relay.run().await;
    assert!(is_linked(&relay, "cmi-far").await);
    assert!(!is_linked(&relay, "moi").await);
}

//! The work on what LINE tells: an event that cannot be worked on stops no other, and people see it and try it again.

use std::time::Duration;

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::join_code::JoinCode;
use gcc_relay::relay::publish::acknowledge_data;
use gcc_relay::simulator::{ChannelChange, Endpoint, Fault, FaultRule, GroupConfig, Happening, Quota};
use gcc_relay::store::{groups, join_codes, links};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::desk::{Desk, Who};
use crate::relay_people::store_event;
use crate::stage::Stage;

/// Makes the database refuse what `condition` says of a new row of `table`.
async fn refuse(stage: &Stage, table: &str, condition: &str, code: &str) {
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
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *stage.db().await).await.expect("a trigger");
    }
}

async fn refuse_no_more(stage: &Stage) {
    sqlx::query("drop function refuse() cascade").execute(&mut *stage.db().await).await.expect("gone");
}

async fn is_linked(stage: &Stage, code: &str) -> bool {
    groups::find_group(&mut *stage.db().await, code).await.expect("a query").expect("a group").linked
}

/// Three tries, with the times in between.
async fn let_it_fail(stage: &Stage) {
    stage.run().await;
    stage.after(Duration::from_secs(2)).await;
    stage.after(Duration::from_secs(11)).await;
}

async fn failures(desk: &Desk) -> Vec<Value> {
    let list = desk.get(&Who::Operator, "webhook-failures").await.expect(200);
    list["items"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn an_event_that_cannot_be_worked_on_stops_no_other_and_is_tried_again_by_hand() {
    let desk = Desk::new().await;
    refuse(&desk, "groups", "new.code = 'lpn'", "23514").await;
    store_event(&desk, "leave", "Clpn", None, None).await;
    store_event(&desk, "leave", "Cmoi", None, None).await;
    desk.run().await;
    assert!(!is_linked(&desk, "moi").await, "the next one is worked on at once");
    assert_eq!(failures(&desk).await.len(), 0, "it is tried again first");
    desk.after(Duration::from_secs(2)).await;
    desk.after(Duration::from_secs(11)).await;
    let failed = failures(&desk).await;
    assert_eq!(failed.len(), 1);
    let (kind, group) = (&failed[0]["kind"], &failed[0]["group"]);
    assert_eq!((kind, group), (&json!("leave"), &json!("lpn")));
    assert_eq!(failed[0]["because"], "the database's rule of_the_test");
    let set_aside = "select count(*) from audit where act = 'webhook_set_aside' and actor = 'inbound'";
    assert_eq!(desk.count(set_aside).await, 1);

    refuse_no_more(&desk).await;
    desk.after(Duration::from_hours(1)).await;
    assert!(is_linked(&desk, "lpn").await, "set aside, it is not tried by itself");
    let path = format!("webhook-failures/{}/retry", failed[0]["id"]);
    desk.post(&Who::Operator, &path, json!({})).await.expect(202);
    desk.run().await;
    assert!(!is_linked(&desk, "lpn").await);
    assert_eq!(failures(&desk).await.len(), 0);
    desk.post(&Who::Operator, &path, json!({})).await.problem(404);
}

#[tokio::test]
async fn operators_see_on_the_page_of_channels_what_is_set_aside_and_try_it_again() {
    let desk = Desk::new().await;
    refuse(&desk, "groups", "new.code = 'lpn'", "23514").await;
    store_event(&desk, "leave", "Clpn", None, None).await;
    let_it_fail(&desk).await;
    refuse_no_more(&desk).await;
    let operator: Browser<'_> = desk.sign_in(Who::Operator).await;
    let page = operator.open("/channels").await.text;
    assert!(page.contains("บัญชีออกจากกลุ่ม") && page.contains("of_the_test"), "{page}");
    let id = failures(&desk).await[0]["id"].to_string();
    let led = operator.submit(&format!("/webhook-failures/{id}/retry"), &[]).await.location().to_owned();
    assert!(operator.open(&led).await.text.contains("กำลังดำเนินการเหตุการณ์จาก LINE อีกครั้ง"));
    desk.run().await;
    assert!(!is_linked(&desk, "lpn").await);
    assert!(!operator.open("/channels").await.text.contains("of_the_test"));
}

#[tokio::test]
async fn one_tap_that_cannot_be_counted_keeps_no_other_of_its_batch_from_being_counted() {
    let desk = Desk::new().await;
    let id = desk.publish_automatic().await;
    desk.run().await;
    let bad = hex::encode(desk.engine.person.person_hash("U13"));
    refuse(&desk, "acknowledgements", &format!("new.person = '\\x{bad}'::bytea"), "22003").await;
    for n in 0..40 {
        store_event(&desk, "tap", "Clpn", Some(&format!("U{n}")), Some(acknowledge_data(id))).await;
    }
    desk.run().await;
    assert_eq!(desk.delivery(id, "lpn").await.acknowledged, 39);
    desk.after(Duration::from_secs(2)).await;
    desk.after(Duration::from_secs(11)).await;
    let failed = failures(&desk).await;
    assert_eq!((failed.len(), &failed[0]["kind"], &failed[0]["because"]), (1, &json!("tap"), &json!("SQLSTATE 22003")));
    desk.assert_exact(id).await;
}

#[tokio::test]
async fn an_event_that_only_stands_in_the_way_of_others_is_never_set_aside() {
    let desk = Desk::new().await;
    refuse(&desk, "groups", "new.code = 'lpn'", "40001").await;
    store_event(&desk, "leave", "Clpn", None, None).await;
    store_event(&desk, "leave", "Cmoi", None, None).await;
    for _ in 0..10 {
        desk.after(Duration::from_secs(11)).await;
    }
    assert!(!is_linked(&desk, "moi").await);
    assert_eq!(failures(&desk).await.len(), 0);
    refuse_no_more(&desk).await;
    desk.after(Duration::from_secs(11)).await;
    assert!(!is_linked(&desk, "lpn").await);
}

/// A new code for the group `cmi-far`, which no LINE group is linked to yet.
async fn new_code(stage: &Stage) -> JoinCode {
    let code = JoinCode::generate();
    let (far, expires_at) = (stage.group("cmi-far").await, stage.now() + Duration::from_hours(24));
    let mut db = stage.db().await;
    join_codes::insert_join_code(&mut db, &code.sha256(), far, stage.now(), expires_at).await.expect("kept");
    code
}

/// A LINE group with the account in it, to which nothing is linked.
fn unlinked_chat(stage: &Stage) {
    stage.line().put_group(GroupConfig::joined("Cnew", "กลุ่มใหม่", 44, "gcc")).expect("a group");
}

/// Somebody writes in the unlinked chat; gives what the account says to it.
async fn say(desk: &Desk, text: &str) -> Vec<String> {
    let before = desk.line().chat("Cnew").len();
    let message = Happening::Message { member: 1, text: text.to_owned() };
    desk.line().happen("Cnew", message).await.expect("written");
    desk.run().await;
    desk.line().chat("Cnew").split_off(before + 1)
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
        let desk = Desk::new().await;
        unlinked_chat(&desk);
        let text = write(new_code(&desk).await.to_string());
        let said = say(&desk, &text).await;
        assert!(is_linked(&desk, "cmi-far").await, "{text}");
        assert!(said.len() == 1 && said[0].contains("เชื่อมกลุ่มนี้กับ"), "{text}: {said:?}");
    }
}

#[tokio::test]
async fn who_types_a_code_that_is_not_good_is_told_why() {
    let desk = Desk::new().await;
    unlinked_chat(&desk);
    for wrong in ["GCC-2345-ABCD", "รหัส GCC-2345-ABC ค่ะ", "gcc 2345 abcd", "GCC-AB0O-CDEF"] {
        let said = say(&desk, wrong).await;
        assert!(said.len() == 1 && said[0].contains("ไม่พบรหัสเชื่อมกลุ่มนี้ในระบบ"), "{wrong}: {said:?}");
    }
    let expired = new_code(&desk).await;
    desk.after(Duration::from_hours(25)).await;
    let said = say(&desk, &format!("{expired} ครับ")).await;
    assert!(said.len() == 1 && said[0].contains("หมดอายุแล้ว"), "{said:?}");
    let (replaced, good) = (new_code(&desk).await, new_code(&desk).await);
    assert!(say(&desk, &replaced.to_string()).await[0].contains("หมดอายุแล้ว"));
    assert!(say(&desk, &good.to_string()).await[0].contains("เชื่อมกลุ่มนี้กับ"));
    // a colleague types it as well
    assert!(say(&desk, &good.to_string()).await[0].contains("เชื่อมกลุ่มนี้กับ"));
    let unlinks = "select count(*) from audit where act = 'unlink'";
    assert_eq!(desk.count(unlinks).await, 0);
}

#[tokio::test]
async fn ordinary_talk_is_neither_answered_nor_kept() {
    let desk = Desk::new().await;
    unlinked_chat(&desk);
    for text in
        ["รับทราบ", "GCC3-ลำพูน-พาณิชย์", "please GCC send data today", "เบอร์ GCC 081-234-5678", "GCC meeting at 10"]
    {
        assert_eq!(say(&desk, text).await, Vec::<String>::new(), "{text}");
    }
    let kept =
        "select count(*) from webhook_events where data is not null or person is not null or reply_token is not null";
    assert_eq!(desk.count(kept).await, 0);
}

/// How often LINE was asked how many members a group has.
fn counted(stage: &Stage) -> u64 {
    stage.line().counts().calls.get(&Endpoint::MembersCount).map_or(0, |by_status| by_status.values().sum())
}

async fn members(stage: &Stage, code: &str) -> Option<i32> {
    groups::find_group(&mut *stage.db().await, code).await.expect("a query").expect("a group").members
}

#[tokio::test]
async fn a_link_is_confirmed_at_once_and_its_members_are_counted_when_line_says_how_many() {
    let desk = Desk::new().await;
    unlinked_chat(&desk);
    sqlx::query("update groups set members = null where code = 'cmi-far'")
        .execute(&mut *desk.db().await)
        .await
        .expect("x");
    let change = ChannelChange { quota: Some(Quota::Limited(700)), ..ChannelChange::default() };
    desk.line().change_channel("gcc", change).expect("changed");
    desk.faults([
        FaultRule::always(Fault::Status { status: 500 }).endpoint(Endpoint::MembersCount),
        FaultRule::always(Fault::Timeout).endpoint(Endpoint::GroupSummary),
    ]);
    let code = new_code(&desk).await.to_string();
    let said = say(&desk, &code).await;
    assert!(said.len() == 1 && said[0].contains("เชื่อมกลุ่มนี้กับ"), "{said:?}");
    assert!(is_linked(&desk, "cmi-far").await);
    assert_eq!((members(&desk, "cmi-far").await, counted(&desk)), (None, 1), "and LINE is not asked again at once");

    desk.after(Duration::from_mins(6)).await;
    let draft = desk.write().await;
    let forecast = desk.get(&Who::Admin, &format!("bulletins/{draft}/forecast")).await.expect(200);
    assert_eq!((&forecast["unknown_members"], &forecast["seats"]), (&json!(1), &json!(591)));
    let channel = &forecast["channels"][0];
    assert_eq!((&channel["unknown_members"], &channel["quota_left"]), (&json!(1), &json!(700)));
    assert_eq!(channel["enough"], Value::Null, "591 of 700, and one group of which nobody knows");
    let publisher = desk.sign_in(Who::Publisher).await;
    let page = publisher.open(&format!("/bulletins/{draft}/publish")).await.text;
    assert!(page.contains("1 กลุ่มที่เชื่อมแล้วยังไม่ทราบจำนวนสมาชิกจาก LINE"), "{page}");

    desk.faults([]);
    desk.after(Duration::from_mins(2)).await;
    assert_eq!(members(&desk, "cmi-far").await, Some(44));
    let forecast = desk.get(&Who::Admin, &format!("bulletins/{draft}/forecast")).await.expect(200);
    assert_eq!((&forecast["unknown_members"], &forecast["seats"]), (&json!(0), &json!(635)));
    assert_eq!(forecast["channels"][0]["enough"], true);
}

#[tokio::test]
async fn members_are_counted_again_when_people_come_and_go_but_once_a_minute_at_most() {
    let stage = Stage::new().await;
    let before = counted(&stage);
    stage.line().happen("Cmoi", Happening::MemberJoined { count: 200 }).await.expect("joined");
    for _ in 0..100 {
        store_event(&stage, "members", "Cmoi", None, None).await;
    }
    stage.run().await;
    assert_eq!((members(&stage, "moi").await, counted(&stage) - before), (Some(250), 1));
    stage.line().happen("Cmoi", Happening::MemberLeft { count: 50 }).await.expect("left");
    for _ in 0..50 {
        store_event(&stage, "members", "Cmoi", None, None).await;
    }
    stage.after(Duration::from_secs(30)).await;
    assert_eq!((members(&stage, "moi").await, counted(&stage) - before), (Some(250), 1));
    stage.after(Duration::from_secs(31)).await;
    assert_eq!((members(&stage, "moi").await, counted(&stage) - before), (Some(200), 2));
}

#[tokio::test]
async fn what_was_known_of_another_line_group_is_not_said_of_the_new_one() {
    let stage = Stage::new().await;
    unlinked_chat(&stage);
    stage.faults([FaultRule::always(Fault::Timeout).endpoint(Endpoint::MembersCount)]);
    let moi = stage.group("moi").await;
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    links::link_group(&mut tx, moi, stage.channel, "Cnew", stage.now(), stage.now()).await.expect("linked");
    tx.commit().await.expect("committed");
    assert_eq!(members(&stage, "moi").await, None);
    stage.faults([]);
    stage.run().await;
    assert_eq!(members(&stage, "moi").await, Some(44));
}

/// What the status says of a tier.
async fn acknowledged(desk: &Desk, id: &str, tier: usize) -> Value {
    let status = desk.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    status["tiers"][tier - 1]["acknowledged"].clone()
}

async fn tap(desk: &Desk, group: &str, persons: impl IntoIterator<Item = Option<String>>, id: &str) {
    for person in persons {
        store_event(desk, "tap", group, person.as_deref(), Some(format!("ack:{id}"))).await;
    }
    desk.run().await;
}

fn somebody(numbers: std::ops::Range<u32>) -> impl Iterator<Item = Option<String>> {
    numbers.map(|n| Some(format!("U{n}")))
}

#[tokio::test]
async fn taps_without_a_name_are_no_persons() {
    let desk = Desk::new().await;
    let id = desk.relayed().await;
    tap(&desk, "Cmoi", [None, None, None, None, None], &id).await;
    let counted = json!({ "groups": 1, "persons": 0, "unnamed": 5, "taps": 5 });
    assert_eq!(acknowledged(&desk, &id, 2).await, counted);
    tap(&desk, "Cmoi", somebody(0..2).chain(somebody(1..3)), &id).await;
    let counted = json!({ "groups": 1, "persons": 3, "unnamed": 5, "taps": 8 });
    assert_eq!(acknowledged(&desk, &id, 2).await, counted);
    let delivery = desk.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group=moi")).await.expect(200);
    let delivery = &delivery["items"][0];
    assert_eq!((&delivery["acknowledged"], &delivery["unnamed"]), (&json!(8), &json!(5)));

    let admin = desk.sign_in(Who::Admin).await;
    let moi = desk.delivery_of(&id, "moi").await;
    for path in [format!("/board/{id}"), format!("/deliveries/{moi}"), "/groups/moi".to_owned()] {
        assert!(admin.open(&path).await.text.contains("3 + ไม่ทราบชื่อ 5"), "{path}");
    }
    assert!(admin.open(&format!("/board/{id}/receipt")).await.text.contains("๓ + ไม่ทราบชื่อ ๕"));
    let tiers = admin.open(&format!("/board/{id}/csv/tiers")).await.text;
    let row = tiers.lines().find(|line| line.starts_with("GCC2")).expect("a row");
    assert!(row.trim_end().ends_with(",1,3,5"), "{row}");
    desk.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn persons_and_taps_without_a_name_are_never_more_than_the_group_has_members() {
    let desk = Desk::new().await;
    let id = desk.relayed().await;
    let bulletin: BulletinId = id.parse().expect("an id");
    let counted = async || {
        let delivery = desk.delivery(bulletin, "lpn-dist").await;
        (delivery.acknowledged - delivery.unnamed, delivery.unnamed, delivery.members)
    };
    assert_eq!(counted().await, (0, 0, 30));
    tap(&desk, "Clpndist", std::iter::repeat_n(None, 130), &id).await;
    assert_eq!(counted().await, (0, 30, 30));
    tap(&desk, "Clpndist", somebody(0..20).chain([None]), &id).await;
    assert_eq!(counted().await, (20, 10, 30), "some of those without a name were these");
    tap(&desk, "Clpndist", somebody(10..32), &id).await;
    assert_eq!(counted().await, (32, 0, 32), "so many are in the group at least");
    desk.assert_exact(bulletin).await;
    let tier = &desk.get(&Who::Admin, &format!("bulletins/{id}/status?under=lpn-dist")).await.expect(200)["tiers"][0];
    assert_eq!((&tier["people"], &tier["acknowledged"]["persons"]), (&json!(32), &json!(32)));
}

#[tokio::test]
async fn a_line_group_that_was_linked_by_a_clock_ahead_can_be_linked_to_another_group_at_once() {
    let stage = Stage::new().await;
    let (moi, far) = (stage.group("moi").await, stage.group("cmi-far").await);
    let ahead = stage.now() + Duration::from_secs(30);
    let code = JoinCode::generate();
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    links::link_group(&mut tx, moi, stage.channel, "Cmoi", ahead, stage.now()).await.expect("linked");
    let expires_at = stage.now() + Duration::from_hours(24);
    join_codes::insert_join_code(&mut tx, &code.sha256(), far, stage.now(), expires_at).await.expect("kept");
    tx.commit().await.expect("committed");
    store_event(&stage, "join_code", "Cmoi", None, Some(hex::encode(code.sha256()))).await;
    stage.run().await;
    assert!(is_linked(&stage, "cmi-far").await);
    assert!(!is_linked(&stage, "moi").await);
}

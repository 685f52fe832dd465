//! Old entries of the audit go, and what stays is still proved to be whole.

use std::time::Duration;

use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::time::Clock;
use gcc_relay::relay::upkeep::UpkeepSteps;
use gcc_relay::store::audit::{insert_entry, list_entries_of, seal_entries};
use gcc_relay::store::audit_dropping::drop_entries;
use gcc_relay::store::audit_reading::{SealedRange, check_seals};
use rstest::rstest;
use serde_json::json;
use sqlx::Executor as _;

use crate::test_app::{TestApp, Who};
use crate::test_relay::{TestRelay, tester};

const DAY: Duration = Duration::from_hours(24);
/// Days that the test relay keeps an entry.
const KEPT: u32 = 3_650;

/// Writes an entry of each subject, at the clock's time.
async fn write(relay: &TestRelay, subjects: &[&str]) {
    for subject in subjects {
        let mut db = relay.db().await;
        insert_entry(&mut db, relay.now(), &tester(), "act", subject, &json!({})).await.expect("written");
    }
}

async fn seal(relay: &TestRelay) {
    while seal_entries(&mut *relay.db().await, 100).await.expect("sealed") > 0 {}
}

async fn upkeep(relay: &TestRelay) {
    UpkeepSteps::new(relay.engine.clone()).run_once().await;
}

/// What is left, in order: subjects, and acts where there is none.
async fn left(relay: &TestRelay) -> Vec<String> {
    let asked = "select case act when 'act' then subject else act end from audit order by id";
    sqlx::query_scalar(asked).fetch_all(&mut *relay.db().await).await.expect("the audit")
}

/// Proves the chain in steps of so many; what is found last, with the place of the last entry of all.
async fn prove(relay: &TestRelay, limit: i64) -> SealedRange {
    let mut after = 0;
    loop {
        let found = check_seals(&mut *relay.db().await, after, limit).await.expect("checked");
        after = found.last.unwrap_or(after);
        if found.broken.is_some() || found.entries < limit {
            return SealedRange { last: Some(after), ..found };
        }
    }
}

/// Four entries of March 2018, of which three were dropped with those of the month, and a fifth.
async fn dropped() -> TestRelay {
    let relay = TestRelay::new().await;
    write(&relay, &["1", "2", "3"]).await;
    relay.clock.advance(10 * DAY);
    write(&relay, &["4", "5"]).await;
    seal(&relay).await;
    relay.clock.advance(KEPT * DAY);
    upkeep(&relay).await;
    assert_eq!(left(&relay).await, ["4", "5", "audit_drop"]);
    seal(&relay).await;
    relay
}

#[tokio::test]
async fn old_entries_go_by_the_month_and_the_rest_is_proved_from_what_the_dropping_noted() {
    let relay = TestRelay::new().await;
    write(&relay, &["1", "2"]).await;
    relay.clock.advance(10 * DAY);
    write(&relay, &["3", "4"]).await;
    seal(&relay).await;
    let second: String = sqlx::query_scalar("select encode(seal, 'hex') from audit where sealed_no = 2")
        .fetch_one(&mut *relay.db().await)
        .await
        .expect("sealed");
    relay.clock.advance((KEPT - 3) * DAY);
    upkeep(&relay).await;
    assert_eq!(left(&relay).await.len(), 4, "the 30th of March ten years later: the month is not over");
    relay.clock.advance(3 * DAY);
    upkeep(&relay).await;
    upkeep(&relay).await;
    assert_eq!(left(&relay).await, ["3", "4", "audit_drop"], "once");
    let noted = list_entries_of(&mut *relay.db().await, "audit", 9).await.expect("noted").remove(0);
    assert_eq!(noted.actor, Actor::UPKEEP);
    let before = "2018-03-31T17:00:00Z";
    assert_eq!(noted.detail, json!({ "first": 1, "last": 2, "entries": 2, "before": before, "seal": second }));
    seal(&relay).await;
    for limit in [1, 2, 3, 100] {
        let proof = prove(&relay, limit).await;
        assert_eq!((proof.broken, proof.last, proof.dropped), (None, Some(5), 2), "in steps of {limit}");
    }
    let proof = check_seals(&mut *relay.db().await, 1, 100).await.expect("checked");
    assert_eq!((proof.broken, proof.entries), (None, 3), "a step that began before they went");
}

#[rstest]
#[case::some_at_a_time(2, [2, 2, 2, 0])]
#[case::all_but_the_last_from_which_the_next_seal_is_made(100, [5, 1, 0, 0])]
#[tokio::test]
async fn what_is_dropped_in_batches_leaves_a_whole_chain_after_each(#[case] limit: i64, #[case] gone: [i64; 4]) {
    let relay = TestRelay::new().await;
    write(&relay, &["1", "2", "3", "4", "5", "6"]).await;
    seal(&relay).await;
    let (before, now) = (relay.now() + DAY, relay.now() + 9 * DAY);
    let mut last = 6;
    for gone in gone {
        let dropped = drop_entries(&mut *relay.db().await, &tester(), before, limit, now).await.expect("dropped");
        last += i64::from(gone > 0);
        let proof = prove(&relay, 1).await;
        assert_eq!((dropped, proof.broken, proof.last), (gone, None, Some(last)), "with the entry about it sealed");
    }
}

#[tokio::test]
async fn nothing_younger_goes_and_nothing_that_is_not_sealed() {
    let relay = TestRelay::new().await;
    write(&relay, &["old"]).await;
    relay.clock.advance(100 * DAY);
    write(&relay, &["young"]).await;
    let old = relay.now() - 100 * DAY;
    insert_entry(&mut *relay.db().await, old, &tester(), "act", "old, sealed late", &json!({})).await.expect("written");
    seal(&relay).await;
    insert_entry(&mut *relay.db().await, old, &tester(), "act", "not sealed", &json!({})).await.expect("written");
    let gone = drop_entries(&mut *relay.db().await, &tester(), relay.now() - 50 * DAY, 100, relay.now()).await;
    assert_eq!(gone.expect("dropped"), 1, "what follows a younger one in the chain stays with it");
    assert_eq!(left(&relay).await, ["young", "old, sealed late", "not sealed", "audit_drop"]);
    // the database's own year, on its own clock
    let recent = Clock::system().now() - 30 * DAY;
    let relay = TestRelay::new().await;
    for _ in 0..3 {
        insert_entry(&mut *relay.db().await, recent, &tester(), "act", "x", &json!({})).await.expect("written");
    }
    seal(&relay).await;
    let asked = drop_entries(&mut *relay.db().await, &tester(), recent + DAY, 100, relay.now()).await;
    asked.expect_err("the database drops nothing of the last year, whoever asks");
}

#[rstest]
#[case::one_more_entry("delete from audit where subject = '4'", 5)]
#[case::the_dropping_itself("delete from audit where act = 'audit_drop'", 4)]
#[case::one_more_and_the_place(
    "delete from audit where subject = '4';
    update audit set detail = detail || '{\"last\": 4}' where act = 'audit_drop'",
    5
)]
#[case::one_more_with_its_place_and_seal(
    "with gone as (delete from audit where subject = '4' returning sealed_no, seal)
    update audit set detail = detail || jsonb_build_object('last', gone.sealed_no, 'seal', encode(gone.seal, 'hex'))
    from gone where act = 'audit_drop'",
    6
)]
#[case::the_seal(
    "update audit set detail = detail || jsonb_build_object('seal', repeat('0', 64)) where act = 'audit_drop'",
    4
)]
#[case::what_it_says_beside("update audit set detail = detail || '{\"entries\": 1}' where act = 'audit_drop'", 6)]
#[case::one_put_back(
    "insert into audit (at, actor, act, subject, detail, seal, sealed_no)
    select at, 'x', 'x', 'x', '{}', '', 3 from audit where subject = '4'",
    3
)]
#[tokio::test]
async fn whoever_tampers_with_the_beginning_of_the_chain_is_found(#[case] tampering: &'static str, #[case] place: i64) {
    let relay = dropped().await;
    assert_eq!(prove(&relay, 100).await.broken, None);
    let mut db = relay.db().await;
    // the owner of the database may do anything
    db.execute("set session_replication_role = replica").await.expect("without triggers");
    db.execute(tampering).await.expect("tampered with");
    db.execute("reset session_replication_role").await.expect("with triggers");
    drop(db);
    for limit in [1, 2, 100] {
        assert_eq!(prove(&relay, limit).await.broken, Some(place), "in steps of {limit}");
    }
}

#[tokio::test]
async fn the_database_deletes_only_what_a_dropping_names() {
    let relay = dropped().await;
    let mut db = relay.db().await;
    for statement in [
        "delete from audit where subject = '4'",
        "delete from audit where act = 'audit_drop'",
        "delete from audit",
        "truncate audit",
        "update audit set subject = 'x' where subject = '4'",
        "insert into audit (at, actor, act, subject, detail) select now(), 'x', 'audit_drop', 'audit', '{\"last\": \"all\"}'",
        "insert into audit (at, actor, act, subject, detail) select now(), 'x', 'audit_drop', 'audit', '{}'",
    ] {
        assert!(db.execute(statement).await.is_err(), "{statement}");
    }
    drop(db);
    assert_eq!(left(&relay).await, ["4", "5", "audit_drop"]);
}

#[tokio::test]
async fn the_page_says_that_older_entries_were_dropped() {
    let app = TestApp::new().await;
    app.sign_in(Who::Admin).await;
    app.held().await;
    seal(&app).await;
    let all = app.count("select count(*) from audit").await;
    let mut tx = app.engine.db.begin().await.expect("a transaction");
    drop_entries(&mut tx, &tester(), app.now() + DAY, 2, app.now()).await.expect("dropped");
    tx.commit().await.expect("committed");
    let admin = app.sign_in(Who::Admin).await;
    seal(&app).await;
    let page = admin.submit("/audit/check", &[]).await.text;
    for said in [
        format!("บันทึกสมบูรณ์ ตรวจแล้ว {} รายการ", app.count("select count(*) from audit").await),
        "ลบรายการเก่าที่เก็บครบกำหนดแล้ว 2 รายการ".to_owned(),
    ] {
        assert!(page.contains(&said), "of {all}: {said}: {page}");
    }
}

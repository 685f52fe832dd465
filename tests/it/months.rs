//! Months of deliveries: made ahead of time, closed, and dropped when their time is over; what a receipt sums up stays.

use std::time::Duration;

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::relay::rendering::acknowledge_data;
use gcc_relay::relay::upkeep::UpkeepSteps;
use gcc_relay::store::attempts::{Attempt, insert_attempts};
use gcc_relay::store::months::open_month;
use gcc_relay::store::progress::list_counters;

use crate::relay_people::store_event;
use crate::test_relay::TestRelay;

const DAY: Duration = Duration::from_hours(24);

async fn upkeep(relay: &TestRelay) {
    UpkeepSteps::new(relay.engine.clone()).run_once().await;
}

async fn count(relay: &TestRelay, asked: &'static str) -> i64 {
    sqlx::query_scalar(asked).fetch_one(&mut *relay.db().await).await.expect("a count")
}

/// A bulletin that went everywhere, with one tap in one group.
async fn relayed(relay: &TestRelay) -> BulletinId {
    let id = relay.publish_automatic().await;
    relay.run().await;
    store_event(relay, "tap", "Clpn", Some("U1"), Some(acknowledge_data(id))).await;
    relay.run().await;
    id
}

#[tokio::test]
async fn the_next_month_is_there_before_it_begins() {
    let relay = TestRelay::new().await;
    let april = "select count(*) from pg_class where relname = 'deliveries_579'";
    upkeep(&relay).await;
    assert_eq!(count(&relay, april).await, 0, "on the 23rd of March");
    relay.clock.advance(6 * DAY);
    upkeep(&relay).await;
    assert_eq!(count(&relay, april).await, 1, "on the 29th");
}

#[tokio::test]
async fn sessions_that_open_a_month_at_the_same_time_all_find_it_open() {
    let relay = TestRelay::new().await;
    let mut opening = relay.engine.db.begin().await.expect("a transaction");
    open_month(&mut opening, 600).await.expect("opened, and not committed yet");
    let others = (0..4).map(|_| {
        let db = relay.engine.db.clone();
        tokio::spawn(async move {
            let mut db = db.acquire().await?;
            // the session has looked for it, and remembers that it was not there
            sqlx::raw_sql("select to_regclass('deliveries_600'), to_regclass('attempts_600')")
                .execute(&mut *db)
                .await?;
            open_month(&mut db, 600).await
        })
    });
    let others: Vec<_> = others.collect();
    while count(
        &relay,
        "select count(*) from pg_locks where not granted and locktype = 'advisory'
            and database = (select oid from pg_database where datname = current_database())",
    )
    .await
        < 4
    {
        tokio::task::yield_now().await;
    }
    opening.commit().await.expect("committed");
    for other in others {
        other.await.expect("ended").expect("nothing to do, and no error");
    }
}

#[tokio::test]
async fn a_closed_month_is_rewritten_dense_once_and_still_takes_a_tap() {
    let relay = TestRelay::new().await;
    let id = relayed(&relay).await;
    let written = "select relfilenode::bigint from pg_class where relname = 'deliveries_578'";
    let (before, rows) = (count(&relay, written).await, format!("{:?}", relay.deliveries(id).await));
    relay.clock.advance(40 * DAY);
    upkeep(&relay).await;
    assert_eq!(count(&relay, written).await, before, "not yet closed");
    relay.clock.advance(40 * DAY);
    upkeep(&relay).await;
    let dense = count(&relay, written).await;
    assert_ne!(dense, before);
    assert_eq!(format!("{:?}", relay.deliveries(id).await), rows);
    upkeep(&relay).await;
    assert_eq!(count(&relay, written).await, dense, "once");
    let named = "select count(*) from pg_class where relname like '%\\_dense%'";
    assert_eq!(count(&relay, named).await, 0, "its tables and indexes are called as before");
    store_event(&relay, "tap", "Cmoi", Some("U2"), Some(acknowledge_data(id))).await;
    relay.run().await;
    assert_eq!(relay.delivery(id, "moi").await.acknowledged, 1);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn a_month_that_somebody_writes_to_is_closed_another_time_and_sending_goes_on() {
    let relay = TestRelay::new().await;
    relayed(&relay).await;
    let written = "select relfilenode::bigint from pg_class where relname = 'deliveries_578'";
    let before = count(&relay, written).await;
    relay.clock.advance(80 * DAY);
    let mut writing = relay.engine.db.begin().await.expect("a transaction");
    sqlx::query("update deliveries set forwarded_by = 'test'").execute(&mut *writing).await.expect("written");
    upkeep(&relay).await;
    assert_eq!(count(&relay, written).await, before);
    let next = relay.publish_automatic().await;
    relay.run().await;
    relay.assert_exact(next).await;
    writing.commit().await.expect("committed");
    upkeep(&relay).await;
    assert_ne!(count(&relay, written).await, before);
}

#[tokio::test]
async fn what_changes_while_a_month_is_copied_is_in_the_dense_month() {
    let relay = TestRelay::new().await;
    let id = relayed(&relay).await;
    let mut writing = relay.engine.db.begin().await.expect("a transaction");
    let written = sqlx::query("update deliveries set forwarded_by = 'test'").execute(&mut *writing).await;
    let rows = i64::try_from(written.expect("written").rows_affected()).expect("few");
    let db = relay.engine.db.clone();
    let closing = tokio::spawn(async move {
        let mut tx = db.begin_long().await?;
        // the month is November of the test's year, copied before the other transaction has ended
        sqlx::query("select close_month(578)").execute(&mut *tx).await?;
        tx.commit().await.map_err(gcc_relay::store::StoreError::from)
    });
    let waits = "select count(*) from pg_locks where not granted and relation = 'deliveries'::regclass";
    while count(&relay, waits).await == 0 {
        assert!(!closing.is_finished(), "it must wait for who writes");
        tokio::task::yield_now().await;
    }
    writing.commit().await.expect("committed");
    closing.await.expect("ended").expect("closed");
    assert_eq!(count(&relay, "select count(*) from deliveries_578").await, rows);
    assert_eq!(count(&relay, "select count(*) from deliveries where forwarded_by = 'test'").await, rows);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn what_is_older_than_it_is_kept_goes_by_months_and_the_sums_stay() {
    let relay = TestRelay::new().await;
    let id = relayed(&relay).await;
    let late = Attempt {
        delivery_id: relay.delivery(id, "lpn").await.id,
        at: relay.now(),
        status: Some(500),
        reason: None,
        line_request_id: None,
        milliseconds: 1,
        detail: None,
    };
    let counters = list_counters(&mut *relay.db().await, id).await.expect("counters");
    relay.clock.advance(405 * DAY);
    upkeep(&relay).await;
    assert_eq!(count(&relay, "select count(*) from acknowledgements").await, 1, "its month is not over for so long");
    relay.clock.advance(20 * DAY);
    upkeep(&relay).await;
    assert_eq!(count(&relay, "select count(*) from acknowledgements").await, 0);
    assert_eq!(relay.delivery(id, "lpn").await.acknowledged, 1, "how many there were stays");
    store_event(&relay, "tap", "Clpn", Some("U2"), Some(acknowledge_data(id))).await;
    relay.run().await;
    assert_eq!(count(&relay, "select count(*) from webhook_events where processed_at is null").await, 0);
    assert_eq!(relay.delivery(id, "lpn").await.acknowledged, 1, "a later tap is not counted, and in nobody's way");
    relay.clock.advance(3_700 * DAY);
    upkeep(&relay).await;
    assert_eq!(count(&relay, "select count(*) from deliveries").await, 0);
    insert_attempts(&mut *relay.db().await, &[late], false).await.expect("not kept, and no error");
    let kept = list_counters(&mut *relay.db().await, id).await.expect("counters");
    assert_eq!(format!("{kept:?}"), format!("{counters:?}"), "the receipt's sums");
    let told: Vec<String> =
        sqlx::query_scalar("select detail->>'what' from audit where act = 'month_drop' order by id")
            .fetch_all(&mut *relay.db().await)
            .await
            .expect("the audit");
    assert!(told.contains(&"taps".to_owned()) && told.contains(&"receipts".to_owned()), "{told:?}");
    // the engine works on
    let next = relay.publish_automatic().await;
    relay.run().await;
    relay.assert_exact(next).await;
}

//! The queue: every delivery that is ready and not put off stands in exactly one batch.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::simulator::{Fault, FaultRule};
use gcc_relay::store::batches::take_channel;
use gcc_relay::store::bulletins::update_paused;
use gcc_relay::store::channels::{park_channel, resume_channel};
use tokio::time::timeout;

use crate::test_relay::{PATIENCE, TestRelay, right};

const SECOND: Duration = Duration::from_secs(1);

/// Deliveries that are ready and not put off, and of them those that do not stand in exactly one batch of their channel.
async fn ready(relay: &TestRelay) -> (i64, i64) {
    sqlx::query_as(
        "select count(*), count(*) filter (where 1 <> (select count(*) from batches b
            where b.channel_id = d.channel_id and b.priority = d.priority and b.bulletin_no = d.bulletin_no
                and d.group_id = any (b.groups)))
        from deliveries d where state = 'ready' and due_at is null",
    )
    .fetch_one(&mut *relay.db().await)
    .await
    .expect("counts")
}

async fn batches(relay: &TestRelay) -> i64 {
    sqlx::query_scalar("select count(*) from batches").fetch_one(&mut *relay.db().await).await.expect("a count")
}

async fn park(relay: &TestRelay) {
    assert!(
        park_channel(&mut *relay.db().await, relay.channel, ParkReason::Operator, relay.now()).await.expect("parked")
    );
}

async fn resume(relay: &TestRelay) {
    assert!(resume_channel(&mut *relay.db().await, relay.channel, None, relay.now()).await.expect("resumed"));
}

#[tokio::test]
async fn nothing_is_left_in_the_queue_when_all_is_sent() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    assert_eq!(ready(&relay).await, (1, 0));
    assert_eq!(batches(&relay).await, 1);
    relay.run().await;
    relay.assert_exact(id).await;
    assert_eq!(batches(&relay).await, 0);
}

#[tokio::test]
async fn what_is_queued_again_while_it_is_still_named_is_sent_once() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    // as if it had become ready twice
    sqlx::query(
        "insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
        select channel_id, priority, bulletin_no, opened_at, groups || groups from batches",
    )
    .execute(&mut *relay.db().await)
    .await
    .expect("named again");
    relay.run().await;
    relay.assert_exact(id).await;
    assert_eq!(relay.accepted_in("Cmoi"), 1);
    assert_eq!(batches(&relay).await, 0);
}

#[tokio::test]
async fn who_takes_a_channel_over_takes_the_dead_senders_part_out_of_the_queue() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let (channel, now) = (relay.channel, relay.now());
    let dead = take_channel(&mut tx, channel, now, SECOND).await.expect("taken");
    assert_eq!(relay.claim(&mut tx, dead.epoch, 2).await.len(), 1);
    let taken = take_channel(&mut tx, channel, now, SECOND).await.expect("taken");
    tx.commit().await.expect("committed");
    assert_eq!((taken.left_open, batches(&relay).await), (1, 0));
    relay.after(SECOND).await;
    relay.assert_exact(id).await;
}

/// Puts batches before all others in which nothing is ready any more, as late answers leave them behind.
async fn leave_batches_behind(relay: &TestRelay, bulletin: BulletinId, batches: i32, named: i32) {
    sqlx::query(
        "insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
        select $1, 0, (select no from bulletins where id = $2), now(), (select array_agg(100000 + m) from generate_series(1, $4) m where n > 0)
        from generate_series(1, $3) n",
    )
    .bind(relay.channel.0)
    .bind(bulletin)
    .bind(batches)
    .bind(named)
    .execute(&mut *relay.db().await)
    .await
    .expect("batches");
}

#[tokio::test]
async fn what_is_over_in_the_queue_hides_nothing_behind_it() {
    let mut relay = TestRelay::new().await;
    // nobody comes by and looks again
    Arc::make_mut(&mut relay.engine.settings).poll_interval = Duration::from_hours(1);
    let id = relay.publish_automatic().await;
    // more than one look reads
    leave_batches_behind(&relay, id, 300, 3).await;
    timeout(PATIENCE, relay.run()).await.expect("the relay finds it at once");
    relay.assert_exact(id).await;
    assert_eq!(batches(&relay).await, 0);
}

#[tokio::test]
async fn a_batch_that_names_more_than_a_sender_has_room_for_hides_nothing_either() {
    let mut relay = TestRelay::new().await;
    let settings = Arc::make_mut(&mut relay.engine.settings);
    (settings.claim_batch, settings.poll_interval) = (2, Duration::from_hours(1));
    let id = relay.publish_automatic().await;
    leave_batches_behind(&relay, id, 3, 7).await;
    timeout(PATIENCE, relay.run()).await.expect("the relay finds it at once");
    relay.assert_exact(id).await;
    assert_eq!(batches(&relay).await, 0);
}

#[tokio::test]
async fn what_ends_while_it_waits_leaves_its_batch() {
    let relay = TestRelay::new().await;
    park(&relay).await;
    let id = relay.publish_automatic().await;
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    gcc_relay::relay::withdraw::withdraw(&mut tx, &relay.engine.settings, id, &reason, &right(), relay.now())
        .await
        .expect("withdrawn");
    tx.commit().await.expect("committed");
    assert_eq!((ready(&relay).await, batches(&relay).await), ((0, 0), 0));
}

#[tokio::test]
async fn what_is_put_off_leaves_the_queue_and_is_in_it_again_when_it_is_due() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Status { status: 500 }).times(1)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert_eq!((ready(&relay).await, batches(&relay).await), ((0, 0), 0), "the root is put off");
    relay.after(Duration::from_mins(1)).await;
    relay.assert_exact(id).await;
    assert_eq!(relay.states(id).await["moi"], State::Accepted);
    assert_eq!(batches(&relay).await, 0);
}

#[tokio::test]
async fn a_delivery_that_is_retried_by_a_person_is_in_the_queue_again() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Status { status: 413 }).group("Cmoi").times(1)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert_eq!(relay.states(id).await["moi"], State::Failed);
    // the bulletin is paused, so others are ready too
    let (before, _) = ready(&relay).await;
    let retried = crate::relay_faults::retry(&relay, id, false).await;
    assert!(retried > 0);
    assert_eq!(ready(&relay).await, (before + i64::try_from(retried).expect("few"), 0));
    relay.run().await;
    assert_eq!(relay.states(id).await["moi"], State::Accepted);
    assert_eq!(batches(&relay).await, 0);
}

#[tokio::test]
async fn a_parked_channel_keeps_its_queue_and_a_paused_bulletin_its_own() {
    let relay = TestRelay::new().await;
    park(&relay).await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert_eq!(ready(&relay).await, (1, 0));
    pause(&relay, id, true).await;
    resume(&relay).await;
    relay.run().await;
    assert_eq!(ready(&relay).await, (1, 0));
    pause(&relay, id, false).await;
    relay.run().await;
    relay.assert_exact(id).await;
    assert_eq!(batches(&relay).await, 0);
}

async fn pause(relay: &TestRelay, id: BulletinId, paused: bool) {
    assert!(update_paused(&mut *relay.db().await, id, paused, relay.now()).await.expect("asked"));
}

#[tokio::test]
async fn a_delivery_that_moves_to_another_channel_is_named_there() {
    let relay = TestRelay::new().await;
    park(&relay).await;
    relay.publish_automatic().await;
    let mut db = relay.db().await;
    sqlx::query(
        "insert into channels (code, name, secret_sealed, token_sealed, rate_per_second, created_at, updated_at)
        select 'other', 'other', '', '', 1, now(), now()",
    )
    .execute(&mut *db)
    .await
    .expect("a channel");
    sqlx::query(
        "update deliveries set channel_id = (select id from channels where code = 'other') where state = 'ready'",
    )
    .execute(&mut *db)
    .await
    .expect("moved");
    assert_eq!(ready(&relay).await, (1, 0));
}

#[tokio::test]
async fn the_usual_way_of_a_delivery_touches_no_index() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    relay.assert_exact(id).await;
    // how many updates wrote new index entries can be asked only of the server's own counts, so the indexes are asked
    // which columns of theirs the usual way changes
    let touched: Vec<String> = sqlx::query_scalar(
        "select distinct a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid
            and (a.attnum = any (i.indkey::smallint[]) or pg_get_expr(i.indpred, i.indrelid) ~ ('\\m' || a.attname || '\\M'))
        where i.indrelid = 'deliveries'::regclass and a.attnum > 0 and a.attname in ('state', 'reason', 'turn_at',
            'ended_at', 'key_used_at', 'attempts', 'changed', 'acknowledged', 'unnamed', 'line_request_id', 'outcome_open')",
    )
    .fetch_all(&mut *relay.db().await)
    .await
    .expect("columns");
    assert!(touched.is_empty(), "{touched:?}");
}

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

use crate::stage::{PATIENCE, Stage, tester};

const SECOND: Duration = Duration::from_secs(1);

/// Deliveries that are ready and not put off, and of them those that do not stand in exactly one batch of their channel.
async fn ready(stage: &Stage) -> (i64, i64) {
    sqlx::query_as(
        "select count(*), count(*) filter (where 1 <> (select count(*) from batches b
            where b.channel_id = d.channel_id and b.priority = d.priority and b.bulletin_no = d.bulletin_no
                and d.group_id = any (b.groups)))
        from deliveries d where state = 'ready' and due_at is null",
    )
    .fetch_one(&mut *stage.db().await)
    .await
    .expect("counts")
}

async fn batches(stage: &Stage) -> i64 {
    sqlx::query_scalar("select count(*) from batches").fetch_one(&mut *stage.db().await).await.expect("a count")
}

async fn park(stage: &Stage) {
    assert!(
        park_channel(&mut *stage.db().await, stage.channel, ParkReason::Operator, stage.now()).await.expect("parked")
    );
}

async fn resume(stage: &Stage) {
    assert!(resume_channel(&mut *stage.db().await, stage.channel, None, stage.now()).await.expect("resumed"));
}

#[tokio::test]
async fn nothing_is_left_in_the_queue_when_all_is_sent() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    assert_eq!(ready(&stage).await, (1, 0));
    assert_eq!(batches(&stage).await, 1);
    stage.run().await;
    stage.assert_exact(id).await;
    assert_eq!(batches(&stage).await, 0);
}

#[tokio::test]
async fn what_is_queued_again_while_it_is_still_named_is_sent_once() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    // as if it had become ready twice
    sqlx::query(
        "insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
        select channel_id, priority, bulletin_no, opened_at, groups || groups from batches",
    )
    .execute(&mut *stage.db().await)
    .await
    .expect("named again");
    stage.run().await;
    stage.assert_exact(id).await;
    assert_eq!(stage.accepted_in("Cmoi"), 1);
    assert_eq!(batches(&stage).await, 0);
}

#[tokio::test]
async fn who_takes_a_channel_over_takes_the_dead_senders_part_out_of_the_queue() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    let (channel, now) = (stage.channel, stage.now());
    let dead = take_channel(&mut tx, channel, now, SECOND).await.expect("taken");
    assert_eq!(stage.claim(&mut tx, dead.epoch, 2).await.len(), 1);
    let taken = take_channel(&mut tx, channel, now, SECOND).await.expect("taken");
    tx.commit().await.expect("committed");
    assert_eq!((taken.left_open, batches(&stage).await), (1, 0));
    stage.after(SECOND).await;
    stage.assert_exact(id).await;
}

/// Puts batches before all others in which nothing is ready any more, as late answers leave them behind.
async fn leave_batches_behind(stage: &Stage, bulletin: BulletinId, batches: i32, named: i32) {
    sqlx::query(
        "insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
        select $1, 0, (select no from bulletins where id = $2), now(), (select array_agg(100000 + m) from generate_series(1, $4) m where n > 0)
        from generate_series(1, $3) n",
    )
    .bind(stage.channel.0)
    .bind(bulletin)
    .bind(batches)
    .bind(named)
    .execute(&mut *stage.db().await)
    .await
    .expect("batches");
}

#[tokio::test]
async fn what_is_over_in_the_queue_hides_nothing_behind_it() {
    let mut stage = Stage::new().await;
    // nobody comes by and looks again
    Arc::make_mut(&mut stage.engine.settings).poll_interval = Duration::from_hours(1);
    let id = stage.publish_automatic().await;
    // more than one look reads
    leave_batches_behind(&stage, id, 300, 3).await;
    timeout(PATIENCE, stage.run()).await.expect("the relay finds it at once");
    stage.assert_exact(id).await;
    assert_eq!(batches(&stage).await, 0);
}

#[tokio::test]
async fn a_batch_that_names_more_than_a_sender_has_room_for_hides_nothing_either() {
    let mut stage = Stage::new().await;
    let settings = Arc::make_mut(&mut stage.engine.settings);
    (settings.claim_batch, settings.poll_interval) = (2, Duration::from_hours(1));
    let id = stage.publish_automatic().await;
    leave_batches_behind(&stage, id, 3, 7).await;
    timeout(PATIENCE, stage.run()).await.expect("the relay finds it at once");
    stage.assert_exact(id).await;
    assert_eq!(batches(&stage).await, 0);
}

#[tokio::test]
async fn what_ends_while_it_waits_leaves_its_batch() {
    let stage = Stage::new().await;
    park(&stage).await;
    let id = stage.publish_automatic().await;
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    gcc_relay::relay::withdraw::withdraw(&mut tx, &stage.engine.settings, id, &reason, &tester(), stage.now())
        .await
        .expect("withdrawn");
    tx.commit().await.expect("committed");
    assert_eq!((ready(&stage).await, batches(&stage).await), ((0, 0), 0));
}

#[tokio::test]
async fn what_is_put_off_leaves_the_queue_and_is_in_it_again_when_it_is_due() {
    let stage = Stage::new().await;
    stage.faults([FaultRule::always(Fault::Status { status: 500 }).times(1)]);
    let id = stage.publish_automatic().await;
    stage.run().await;
    assert_eq!((ready(&stage).await, batches(&stage).await), ((0, 0), 0), "the root is put off");
    stage.after(Duration::from_mins(1)).await;
    stage.assert_exact(id).await;
    assert_eq!(stage.states(id).await["moi"], State::Accepted);
    assert_eq!(batches(&stage).await, 0);
}

#[tokio::test]
async fn a_delivery_that_is_retried_by_a_person_is_in_the_queue_again() {
    let stage = Stage::new().await;
    stage.faults([FaultRule::always(Fault::Status { status: 413 }).group("Cmoi").times(1)]);
    let id = stage.publish_automatic().await;
    stage.run().await;
    assert_eq!(stage.states(id).await["moi"], State::Failed);
    // the bulletin is paused, so others are ready too
    let (before, _) = ready(&stage).await;
    let retried = crate::relay_faults::retry(&stage, id, false).await;
    assert!(retried > 0);
    assert_eq!(ready(&stage).await, (before + i64::try_from(retried).expect("few"), 0));
    stage.run().await;
    assert_eq!(stage.states(id).await["moi"], State::Accepted);
    assert_eq!(batches(&stage).await, 0);
}

#[tokio::test]
async fn a_parked_channel_keeps_its_queue_and_a_paused_bulletin_its_own() {
    let stage = Stage::new().await;
    park(&stage).await;
    let id = stage.publish_automatic().await;
    stage.run().await;
    assert_eq!(ready(&stage).await, (1, 0));
    pause(&stage, id, true).await;
    resume(&stage).await;
    stage.run().await;
    assert_eq!(ready(&stage).await, (1, 0));
    pause(&stage, id, false).await;
    stage.run().await;
    stage.assert_exact(id).await;
    assert_eq!(batches(&stage).await, 0);
}

async fn pause(stage: &Stage, id: BulletinId, paused: bool) {
    assert!(update_paused(&mut *stage.db().await, id, paused, stage.now()).await.expect("asked"));
}

#[tokio::test]
async fn a_delivery_that_moves_to_another_channel_is_named_there() {
    let stage = Stage::new().await;
    park(&stage).await;
    stage.publish_automatic().await;
    let mut db = stage.db().await;
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
    assert_eq!(ready(&stage).await, (1, 0));
}

#[tokio::test]
async fn the_usual_way_of_a_delivery_touches_no_index() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    stage.run().await;
    stage.assert_exact(id).await;
    // how many updates wrote new index entries can be asked only of the server's own counts, so the indexes are asked
    // which columns of theirs the usual way changes
    let touched: Vec<String> = sqlx::query_scalar(
        "select distinct a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid
            and (a.attnum = any (i.indkey::smallint[]) or pg_get_expr(i.indpred, i.indrelid) ~ ('\\m' || a.attname || '\\M'))
        where i.indrelid = 'deliveries'::regclass and a.attnum > 0 and a.attname in ('state', 'reason', 'turn_at',
            'ended_at', 'key_used_at', 'attempts', 'changed', 'acknowledged', 'unnamed', 'line_request_id', 'outcome_open')",
    )
    .fetch_all(&mut *stage.db().await)
    .await
    .expect("columns");
    assert!(touched.is_empty(), "{touched:?}");
}

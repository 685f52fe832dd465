//! The queue: hints that name every delivery that is ready, and go when nothing in them is.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::simulator::{Fault, FaultRule};
use gcc_relay::store::bulletins::update_paused;
use gcc_relay::store::channels::{park_channel, resume_channel};
use gcc_relay::store::claims::{insert_claim, take_channel};
use gcc_relay::store::queue::{delete_if_empty, list_hints};
use tokio::time::timeout;

use crate::stage::{PATIENCE, Stage};

const SECOND: Duration = Duration::from_secs(1);

/// Deliveries that are ready and not put off, and of them those that no hint of their channel names.
async fn ready(stage: &Stage) -> (i64, i64) {
    sqlx::query_as(
        "select count(*), count(*) filter (where not exists (select from queue q
            where q.channel_id = d.channel_id and q.priority = d.priority and q.bulletin_id = d.bulletin_id
                and d.id = any (q.delivery_ids)))
        from deliveries d where state = 'ready' and due_at is null",
    )
    .fetch_one(&mut *stage.db().await)
    .await
    .expect("counts")
}

async fn hints(stage: &Stage) -> i64 {
    sqlx::query_scalar("select count(*) from queue").fetch_one(&mut *stage.db().await).await.expect("a count")
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
    assert_eq!(hints(&stage).await, 1);
    stage.run().await;
    stage.assert_exact(id).await;
    assert_eq!(hints(&stage).await, 0);
}

#[tokio::test]
async fn what_is_queued_again_while_it_is_still_named_is_sent_once() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    // as if it had become ready twice
    sqlx::query(
        "insert into queue (channel_id, priority, bulletin_id, turn_at, delivery_ids)
        select channel_id, priority, bulletin_id, turn_at, delivery_ids || delivery_ids from queue",
    )
    .execute(&mut *stage.db().await)
    .await
    .expect("named again");
    stage.run().await;
    stage.assert_exact(id).await;
    assert_eq!(stage.accepted_in("Cmoi"), 1);
    assert_eq!(hints(&stage).await, 0);
}

#[tokio::test]
async fn who_takes_a_channel_over_takes_the_dead_senders_part_out_of_the_queue() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    let (channel, now) = (stage.channel, stage.now());
    let dead = take_channel(&mut tx, channel, now, SECOND).await.expect("taken");
    let hint = list_hints(&mut tx, channel, None, 2).await.expect("hints").remove(0);
    insert_claim(&mut tx, channel, dead.epoch, now, &hint.delivery_ids, &[hint.id]).await.expect("claimed");
    let taken = take_channel(&mut tx, channel, now, SECOND).await.expect("taken");
    tx.commit().await.expect("committed");
    assert_eq!((taken.left_open, hints(&stage).await), (1, 0));
    stage.after(SECOND).await;
    stage.assert_exact(id).await;
}

/// Puts hints before all others, as a sender leaves them behind that dies: nothing in them is ready any more.
async fn leave_hints_behind(stage: &Stage, hints: i32, named: i32) {
    sqlx::query(
        "insert into queue (channel_id, priority, bulletin_id, turn_at, delivery_ids)
        select $1, 0, gen_random_uuid(), now(), (select array_agg(gen_random_uuid()) from generate_series(1, $3) m where n > 0)
        from generate_series(1, $2) n",
    )
    .bind(stage.channel.0)
    .bind(hints)
    .bind(named)
    .execute(&mut *stage.db().await)
    .await
    .expect("hints");
}

#[tokio::test]
async fn what_a_dead_sender_left_in_the_queue_hides_nothing_behind_it() {
    let mut stage = Stage::new().await;
    // nobody comes by and looks again
    Arc::make_mut(&mut stage.engine.settings).poll_interval = Duration::from_hours(1);
    let id = stage.publish_automatic().await;
    // more than one look reads
    leave_hints_behind(&stage, 30, 3).await;
    timeout(PATIENCE, stage.run()).await.expect("the relay finds it at once");
    stage.assert_exact(id).await;
    assert_eq!(hints(&stage).await, 0);
}

#[tokio::test]
async fn a_hint_goes_once_nothing_in_it_is_ready_and_stays_until_then() {
    let stage = Stage::new().await;
    stage.publish_automatic().await;
    leave_hints_behind(&stage, 5, 3).await;
    let mut db = stage.db().await;
    let all: Vec<i64> = sqlx::query_scalar("select id from queue").fetch_all(&mut *db).await.expect("hints");
    delete_if_empty(&mut db, &all).await.expect("removed");
    assert_eq!((all.len(), hints(&stage).await, ready(&stage).await), (6, 1, (1, 0)));
}

#[tokio::test]
async fn a_hint_that_names_more_than_one_claim_takes_hides_nothing_either() {
    let mut stage = Stage::new().await;
    let settings = Arc::make_mut(&mut stage.engine.settings);
    (settings.claim_batch, settings.poll_interval) = (2, Duration::from_hours(1));
    let id = stage.publish_automatic().await;
    leave_hints_behind(&stage, 3, 7).await;
    timeout(PATIENCE, stage.run()).await.expect("the relay finds it at once");
    stage.assert_exact(id).await;
    assert_eq!(hints(&stage).await, 0);
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
    assert_eq!(hints(&stage).await, 0);
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
    assert_eq!(hints(&stage).await, 0);
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

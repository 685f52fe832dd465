//! Two transactions that meet, step by step: one is held open by the test, the other must wait for it or see it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::bulletin::{Audience, ForwardingMode};
use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::{BatchId, BulletinId, DeliveryId, GroupId};
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::line::client::{self, LineClient};
use gcc_relay::relay::forward::{ForwardTarget, forward};
use gcc_relay::relay::public_token;
use gcc_relay::relay::publish::publish;
use gcc_relay::relay::retry::retry;
use gcc_relay::relay::test_driver::start_dispatcher;
use gcc_relay::simulator::{Endpoint, Fault, FaultRule, GroupConfig};
use gcc_relay::store::batches::{ClaimOutcome, Ready, take_channel};
use gcc_relay::store::bulletins::{Draft, insert_draft};
use gcc_relay::store::deliveries::{Delivery, get_change_horizon, list_changed};
use gcc_relay::store::locks::{get_pid, lock_bulletins_shared, session_holds_channel, try_hold_channels};
use gcc_relay::store::node_connection::open_session;
use gcc_relay::store::record::{DeliveryOutcome, OutcomeKind, record_batch};
use gcc_relay::store::retries::RetryFilter;
use gcc_relay::store::{Tx, links, tree};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::stage::{SMALL_TREE, Stage, tester};

const SECOND: Duration = Duration::from_secs(1);

/// Until the other transaction waits for a lock, or has come to its end.
async fn waits_or_ends<T>(stage: &Stage, other: &JoinHandle<T>) -> bool {
    for _ in 0..2_000 {
        let waiting: bool = sqlx::query_scalar(
            "select exists (select from pg_locks l join pg_stat_activity a using (pid)
                where not l.granted and a.datname = current_database())",
        )
        .fetch_one(&mut *stage.db().await)
        .await
        .expect("the locks");
        if waiting || other.is_finished() {
            return waiting;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("it neither waits nor ends");
}

async fn begin(stage: &Stage) -> Tx {
    stage.engine.db.begin().await.expect("a transaction")
}

/// Links a group to another LINE group, in a transaction of its own.
fn relink(stage: &Stage, group: GroupId, line_group: &'static str) -> JoinHandle<()> {
    let (engine, channel, now) = (stage.engine.clone(), stage.channel, stage.now());
    tokio::spawn(async move {
        let mut tx = engine.db.begin().await.expect("a transaction");
        links::link_group(&mut tx, group, channel, line_group, now, now).await.expect("linked");
        tx.commit().await.expect("committed");
    })
}

/// Imports the tree with another LINE group for the ministry.
fn reimport(stage: &Stage) -> JoinHandle<()> {
    let (engine, now) = (stage.engine.clone(), stage.now());
    tokio::spawn(async move {
        let csv = SMALL_TREE.replace("Cmoi", "Cnew");
        let mut tx = engine.db.begin().await.expect("a transaction");
        let known = tree::load_known(&mut tx).await.expect("the known tree");
        let rows = gcc_relay::domain::tree_file::parse(csv.as_bytes(), &known).expect("a good tree file");
        tree::apply(&mut tx, &rows, now).await.expect("an import");
        tx.commit().await.expect("committed");
    })
}

async fn draft(stage: &Stage) -> BulletinId {
    let id = BulletinId::new(stage.now());
    let draft = Draft { forwarding: ForwardingMode::Automatic, ..stage.draft().await };
    insert_draft(&mut *stage.db().await, id, &draft, &public_token(), &tester(), stage.now()).await.expect("a draft");
    id
}

async fn recipient(stage: &Stage, bulletin: BulletinId, group: GroupId) -> Option<String> {
    sqlx::query_scalar("select (select line_group_id from line_groups where no = recipient) from deliveries where bulletin_no = (select no from bulletins where id = $1) and group_id = $2")
        .bind(bulletin)
        .bind(group)
        .fetch_one(&mut *stage.db().await)
        .await
        .expect("a delivery")
}

#[tokio::test]
async fn a_link_made_while_a_bulletin_is_being_published_gets_it() {
    let stage = Stage::new().await;
    let (id, group) = (draft(&stage).await, stage.group("moi").await);
    let mut tx = begin(&stage).await;
    publish(&mut tx, &stage.engine.settings, id, &tester(), stage.now()).await.expect("published");
    let link = relink(&stage, group, "Cnew");
    assert!(waits_or_ends(&stage, &link).await, "the link does not wait for the publish");
    tx.commit().await.expect("committed");
    link.await.expect("linked");
    assert_eq!(recipient(&stage, id, group).await.as_deref(), Some("Cnew"));
}

#[tokio::test]
async fn a_bulletin_published_while_a_link_is_being_made_goes_to_the_new_group() {
    let stage = Stage::new().await;
    let (id, group) = (draft(&stage).await, stage.group("moi").await);
    let mut tx = begin(&stage).await;
    links::link_group(&mut tx, group, stage.channel, "Cnew", stage.now(), stage.now()).await.expect("linked");
    let (engine, now) = (stage.engine.clone(), stage.now());
    let published = tokio::spawn(async move {
        let mut tx = engine.db.begin().await.expect("a transaction");
        publish(&mut tx, &engine.settings, id, &tester(), now).await.expect("published");
        tx.commit().await.expect("committed");
    });
    assert!(waits_or_ends(&stage, &published).await, "the publish does not wait for the link");
    tx.commit().await.expect("committed");
    published.await.expect("published");
    assert_eq!(recipient(&stage, id, group).await.as_deref(), Some("Cnew"));
}

#[tokio::test]
async fn an_import_that_relinks_waits_for_a_publish_and_moves_what_it_made() {
    let stage = Stage::new().await;
    let (id, group) = (draft(&stage).await, stage.group("moi").await);
    let mut tx = begin(&stage).await;
    publish(&mut tx, &stage.engine.settings, id, &tester(), stage.now()).await.expect("published");
    let import = reimport(&stage);
    assert!(waits_or_ends(&stage, &import).await, "the import does not wait for the publish");
    tx.commit().await.expect("committed");
    import.await.expect("imported");
    assert_eq!(recipient(&stage, id, group).await.as_deref(), Some("Cnew"));
}

#[tokio::test]
async fn a_join_code_and_an_import_at_the_same_time_do_not_block_each_other_for_good() {
    let stage = Stage::new().await;
    let group = stage.group("lpn").await;
    let mut tx = begin(&stage).await;
    let known = tree::load_known(&mut tx).await.expect("the known tree");
    let link = relink(&stage, group, "Cnew-lpn");
    assert!(waits_or_ends(&stage, &link).await, "the link does not wait for the import");
    let csv = SMALL_TREE.replace("Cmoi", "Cnew");
    let rows = gcc_relay::domain::tree_file::parse(csv.as_bytes(), &known).expect("a good tree file");
    tree::apply(&mut tx, &rows, stage.now()).await.expect("no deadlock");
    tx.commit().await.expect("committed");
    link.await.expect("linked");
}

#[tokio::test]
async fn a_link_made_while_a_delivery_is_being_retried_gets_it() {
    let stage = Stage::new().await;
    let group = stage.group("moi").await;
    stage.line().remove_silently("Cmoi").expect("removed");
    let id = stage.publish_automatic().await;
    stage.run().await;
    assert_eq!(stage.states(id).await["moi"], State::Unreachable);
    let mut tx = begin(&stage).await;
    let all = RetryFilter::default();
    retry(&mut tx, &stage.engine.settings, id, &all, false, &tester(), &stage.clock).await.expect("retried");
    let link = relink(&stage, group, "Cnew");
    assert!(waits_or_ends(&stage, &link).await, "the link does not wait for the retry");
    tx.commit().await.expect("committed");
    link.await.expect("linked");
    assert_eq!(recipient(&stage, id, group).await.as_deref(), Some("Cnew"));
    stage.line().put_group(GroupConfig::joined("Cnew", "moi", 50, "gcc")).expect("the account is in the new group");
    stage.run().await;
    assert_eq!(stage.states(id).await["moi"], State::Accepted);
    assert_eq!(stage.accepted_in("Cnew"), 1);
}

#[tokio::test]
async fn a_withdrawal_notice_stays_where_the_bulletin_went() {
    let stage = Stage::new().await;
    let group = stage.group("moi").await;
    let id = stage.publish_automatic().await;
    stage.run().await;
    let mut tx = begin(&stage).await;
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    let by = tester();
    let withdrawn =
        gcc_relay::relay::withdraw::withdraw(&mut tx, &stage.engine.settings, id, &reason, &by, stage.now());
    let notice = withdrawn.await.expect("withdrawn").notice.expect("a notice");
    tx.commit().await.expect("committed");
    relink(&stage, group, "Cnew").await.expect("linked");
    assert_eq!(recipient(&stage, notice, group).await.as_deref(), Some("Cmoi"));
    reimport(&stage).await.expect("imported");
    assert_eq!(recipient(&stage, notice, group).await.as_deref(), Some("Cmoi"));
    stage.run().await;
    assert_eq!(stage.accepted_in("Cmoi"), 2, "the bulletin and its notice");
}

/// A dispatcher at work, which dies without a word.
struct Doomed {
    task: JoinHandle<()>,
    wake: Arc<Notify>,
}

impl Doomed {
    async fn start(stage: &Stage) -> Self {
        let wake = Arc::new(Notify::new());
        let stop = CancellationToken::new();
        let started = start_dispatcher(&stage.engine, stage.channel, None, wake.clone(), stop).await;
        Self { task: started.expect("a dispatcher").expect("ours"), wake }
    }

    /// It dies, and another takes the channel over.
    async fn die(self, stage: &Stage) -> u64 {
        self.task.abort();
        let _ = self.task.await;
        let mut tx = begin(stage).await;
        let taken = take_channel(&mut tx, stage.channel, stage.now(), 10 * SECOND).await.expect("taken");
        tx.commit().await.expect("committed");
        taken.left_open
    }
}

/// Until something is so of a delivery.
async fn until(stage: &Stage, bulletin: BulletinId, group: &str, is_so: impl Fn(&Delivery) -> bool) {
    for _ in 0..2_000 {
        if is_so(&stage.delivery(bulletin, group).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{group} is {:?}", stage.delivery(bulletin, group).await);
}

/// A stage where calls may take as long as they like.
async fn patient() -> Stage {
    let mut stage = Stage::new().await;
    Arc::make_mut(&mut stage.engine.settings).request_timeout = Duration::from_mins(1);
    stage.engine.line = LineClient::new(&client::Settings {
        api_base: stage.simulator.url().parse().expect("an address"),
        connect_timeout: SECOND,
        request_timeout: Duration::from_mins(1),
        in_flight: 64,
    })
    .expect("a client");
    stage
}

#[tokio::test]
async fn a_takeover_leaves_alone_what_was_settled_and_opens_what_was_under_way() {
    let stage = patient().await;
    let hangs = Fault::Slow { min_ms: 60_000, max_ms: 60_000 };
    let refused = Fault::Status { status: 400 };
    stage.faults([
        FaultRule::always(hangs.clone()).group("Cmoi").endpoint(Endpoint::Push),
        FaultRule::always(hangs).group("Ccmicom").endpoint(Endpoint::Push),
        // a refusal of which LINE does not tell the cause is put off, and is no acceptance
        FaultRule::always(refused).group("Clpn").endpoint(Endpoint::Push),
        FaultRule::always(Fault::Status { status: 500 }).endpoint(Endpoint::GroupSummary),
    ]);
    let id = stage.publish_automatic().await;
    let doomed = Doomed::start(&stage).await;
    // one claim holds lpn, cmi and moi, another cmi-com and cmi-far
    until(&stage, id, "lpn", |lpn| lpn.attempts == 1).await;
    until(&stage, id, "cmi-far", |far| far.state == State::Unreachable).await;
    until(&stage, id, "moi", |moi| moi.claimed).await;
    until(&stage, id, "cmi-com", |commerce| commerce.claimed).await;
    let (put_off, unreachable) = (stage.delivery(id, "lpn").await, stage.delivery(id, "cmi-far").await);
    assert_eq!((put_off.due_at, put_off.outcome_open), (Some(stage.now() + 5 * SECOND), false));
    assert_eq!(doomed.die(&stage).await, 2, "the two calls that were under way");
    let after = stage.delivery(id, "lpn").await;
    assert_eq!((after.due_at, after.outcome_open, after.reason), (put_off.due_at, false, put_off.reason));
    let after = stage.delivery(id, "cmi-far").await;
    assert_eq!((after.state, after.reason, after.outcome_open), (State::Unreachable, unreachable.reason, false));
    for group in ["moi", "cmi-com"] {
        let after = stage.delivery(id, group).await;
        assert_eq!((after.outcome_open, after.due_at), (true, Some(stage.now() + 10 * SECOND)), "{group}");
    }
}

#[tokio::test]
async fn what_was_given_back_unsent_is_not_taken_for_sent_after_a_takeover() {
    let mut stage = patient().await;
    // one call at a time: the first hangs, the others wait in the dispatcher's memory
    Arc::make_mut(&mut stage.engine.settings).in_flight = 1;
    sqlx::query("update channels set rate_per_second = 2")
        .execute(&mut *stage.db().await)
        .await
        .expect("a slow channel");
    stage.faults([FaultRule::always(Fault::AcceptThenTimeout)]);
    let draft = Draft {
        forwarding: ForwardingMode::Automatic,
        audience: Audience { tiers: Some(vec![2]), ..Audience::default() },
        ..stage.draft().await
    };
    // as if the root had it already, so that the three below are claimed together
    let id = stage.publish(draft).await.0;
    let root = stage.delivery(id, "gcc1").await;
    accept(&stage, id, root.id).await;
    let doomed = Doomed::start(&stage).await;
    while stage.line().counts().accepted == 0 {
        tokio::task::yield_now().await;
    }
    let mut tx = begin(&stage).await;
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    let by = tester();
    let withdrawn =
        gcc_relay::relay::withdraw::withdraw(&mut tx, &stage.engine.settings, id, &reason, &by, stage.now());
    withdrawn.await.expect("withdrawn");
    tx.commit().await.expect("committed");
    doomed.wake.notify_one();
    claims_name(&stage, id, 1).await;
    doomed.die(&stage).await;
    let open = stage.deliveries(id).await.into_iter().filter(|delivery| delivery.outcome_open).count();
    assert_eq!(open, 1, "only the one call that was under way");
}

#[tokio::test]
async fn calls_on_all_channels_of_a_node_keep_to_the_room_of_the_node() {
    let mut stage = patient().await;
    stage.engine.call_room = Arc::new(tokio::sync::Semaphore::new(2));
    stage.faults([FaultRule::always(Fault::AcceptThenTimeout)]);
    let draft = Draft {
        forwarding: ForwardingMode::Automatic,
        audience: Audience { tiers: Some(vec![2]), ..Audience::default() },
        ..stage.draft().await
    };
    let id = stage.publish(draft).await.0;
    let root = stage.delivery(id, "gcc1").await;
    accept(&stage, id, root.id).await;
    let doomed = Doomed::start(&stage).await;
    claims_name(&stage, id, 3).await;
    while stage.line().counts().accepted < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.engine.call_room.available_permits(), 0);
    assert_eq!(doomed.die(&stage).await, 3, "two under way and one in the dispatcher's memory");
    assert_eq!(stage.line().counts().accepted, 2);
}

/// Until the claims name so many deliveries of a bulletin.
async fn claims_name(stage: &Stage, bulletin: BulletinId, deliveries: i64) {
    for _ in 0..2_000 {
        let asked = "select count(*) from batches, unnest(groups) where epoch is not null
            and bulletin_no = (select no from bulletins where id = $1)";
        let named: i64 =
            sqlx::query_scalar(asked).bind(bulletin).fetch_one(&mut *stage.db().await).await.expect("the claims");
        if named == deliveries {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the claims do not name {deliveries}");
}

/// Notes that LINE has accepted a delivery.
async fn accept(stage: &Stage, bulletin: BulletinId, delivery: DeliveryId) {
    let mut tx = begin(stage).await;
    let taken = take_channel(&mut tx, stage.channel, stage.now(), SECOND).await.expect("taken");
    let row = DeliveryOutcome {
        id: delivery,
        bulletin_id: bulletin,
        at: stage.now(),
        kind: OutcomeKind::Accepted {
            called_at: stage.now(),
            receipt: Receipt { request_id: None, message_ids: Vec::new() },
        },
    };
    let lock = lock_bulletins_shared(&mut tx, &[bulletin]).await.expect("locked");
    record_batch(&mut tx, &lock, stage.channel, taken.epoch, stage.now(), &[row]).await.expect("recorded");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_given_again_to_the_same_holder_and_to_no_other() {
    let stage = Stage::new().await;
    stage.publish_automatic().await;
    let mut tx = begin(&stage).await;
    let taken = take_channel(&mut tx, stage.channel, stage.now(), SECOND).await.expect("taken");
    let lost = stage.claim(&mut tx, taken.epoch, 1).await;
    assert!(stage.claim(&mut tx, taken.epoch, 1).await.is_empty(), "it is taken");
    let known = [lost[0].0];
    let found = stage.try_claim(&mut tx, taken.epoch, 1, Some(&[])).await;
    let ids =
        |claimed: &[(BatchId, Ready)]| claimed.iter().map(|(batch, ready)| (*batch, ready.id)).collect::<Vec<_>>();
    assert!(matches!(&found, ClaimOutcome::Claimed(found) if ids(found) == ids(&lost)), "{found:?}");
    let found = stage.try_claim(&mut tx, taken.epoch, 1, Some(&known)).await;
    assert!(matches!(&found, ClaimOutcome::Claimed(found) if found.is_empty()), "it is known: {found:?}");
    let other = take_channel(&mut tx, stage.channel, stage.now(), SECOND).await.expect("taken");
    assert_eq!(other.left_open, 1);
    let refused = stage.try_claim(&mut tx, taken.epoch, 1, Some(&[])).await;
    assert!(matches!(refused, ClaimOutcome::Refused), "{refused:?}");
}

#[tokio::test]
async fn two_stewards_forward_the_same_bulletin_at_the_same_time() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    let lamphun = stage.group("lpn").await.0;
    let mut tx = begin(&stage).await;
    let into = ForwardTarget::Groups(vec![lamphun]);
    forward(&mut tx, id, &into, None, &Actor::user("governor"), stage.now()).await.expect("forwarded");
    // the recorder's part of the same bulletin goes on meanwhile
    let mut recorder = begin(&stage).await;
    let _lock = lock_bulletins_shared(&mut recorder, &[id]).await.expect("shared");
    let (engine, now) = (stage.engine.clone(), stage.now());
    let second = tokio::spawn(async move {
        let mut tx = engine.db.begin().await.expect("a transaction");
        let done = forward(&mut tx, id, &ForwardTarget::Groups(vec![lamphun]), None, &Actor::user("deputy"), now)
            .await
            .expect("answered");
        tx.commit().await.expect("committed");
        done
    });
    assert!(waits_or_ends(&stage, &second).await, "the second does not wait for the first");
    tx.commit().await.expect("committed");
    let second = second.await.expect("answered");
    assert_eq!((second.forwarded, second.already), (0, 1));
}

#[tokio::test]
async fn a_sender_that_starts_late_does_not_take_the_channel_from_whoever_holds_it() {
    let stage = Stage::new().await;
    let mut session = open_session(&stage.engine.db, 30 * SECOND).await.expect("a session");
    let pid = get_pid(&mut session).await.expect("a number");
    let mut tx = begin(&stage).await;
    assert!(!session_holds_channel(&mut tx, pid, stage.channel).await.expect("asked"));
    assert_eq!(try_hold_channels(&mut session, &[stage.channel], 1).await.expect("asked"), [stage.channel]);
    assert!(session_holds_channel(&mut tx, pid, stage.channel).await.expect("asked"));
    drop(tx);
    session.close().await.expect("closed");
    // the server notices the end of a session a moment later
    for _ in 0..2_000 {
        let mut tx = begin(&stage).await;
        if !session_holds_channel(&mut tx, pid, stage.channel).await.expect("asked") {
            break;
        }
    }
    let before = epoch(&stage).await;
    let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let late = start_dispatcher(&stage.engine, stage.channel, Some(pid), wake, stop).await.expect("asked");
    assert!(late.is_none(), "it starts without the lock");
    assert_eq!(epoch(&stage).await, before, "another's epoch is left as it is");
}

async fn epoch(stage: &Stage) -> i64 {
    sqlx::query_scalar("select epoch from channels where id = $1")
        .bind(stage.channel)
        .fetch_one(&mut *stage.db().await)
        .await
        .expect("an epoch")
}

/// What changed after `since`, by group, and the mark up to which that is all.
async fn changes(stage: &Stage, since: i64) -> (BTreeSet<String>, i64) {
    let mut db = stage.db().await;
    let horizon = get_change_horizon(&mut db).await.expect("a mark");
    let changed = list_changed(&mut db, since, None, horizon, None, 100).await.expect("changes");
    (changed.into_iter().map(|delivery| delivery.group).collect(), horizon)
}

#[tokio::test]
async fn a_transaction_left_open_elsewhere_does_not_hold_up_the_feed_of_changes() {
    let stage = Stage::new().await;
    let (_, start) = changes(&stage, 0).await;
    let mut left_open = begin(&stage).await;
    sqlx::query("update offices set name = name").execute(&mut *left_open).await.expect("written");
    let id = stage.publish_automatic().await;
    stage.run().await;
    let (changed, horizon) = changes(&stage, start).await;
    assert_eq!(changed.len(), stage.deliveries(id).await.len());
    assert!(horizon > start);
    left_open.commit().await.expect("committed");
}

#[tokio::test]
async fn a_change_that_is_committed_late_is_not_jumped_over() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    let (_, start) = changes(&stage, 0).await;
    let mut late = begin(&stage).await;
    let into = ForwardTarget::Groups(vec![stage.group("lpn").await.0]);
    forward(&mut late, id, &into, None, &Actor::user("governor"), stage.now()).await.expect("forwarded");
    // others change something after it and are done before it
    let other = stage.publish_automatic().await;
    let (changed, horizon) = changes(&stage, start).await;
    assert!(changed.is_empty() && horizon < mark(&stage, other).await, "{changed:?} up to {horizon}");
    late.commit().await.expect("committed");
    let (changed, horizon) = changes(&stage, horizon).await;
    assert!(changed.contains("lpn") && changed.contains("gcc1"), "{changed:?}");
    assert!(horizon >= mark(&stage, other).await);
}

async fn mark(stage: &Stage, bulletin: BulletinId) -> i64 {
    sqlx::query_scalar(
        "select max(changed) from deliveries where bulletin_no = (select no from bulletins where id = $1)",
    )
    .bind(bulletin)
    .fetch_one(&mut *stage.db().await)
    .await
    .expect("a mark")
}

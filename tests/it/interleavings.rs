//! Two transactions that meet, step by step: one is held open by the test, the other must wait for it or see it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::bulletin::{Audience, ForwardingMode};
use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::{BatchId, BulletinId, DeliveryId, GroupId};
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::domain::right::Right;
use gcc_relay::line::client::{self, LineClient};
use gcc_relay::relay::forward::{ForwardTarget, forward};
use gcc_relay::relay::public_token;
use gcc_relay::relay::publish::publish;
use gcc_relay::relay::retry::retry;
use gcc_relay::relay::test_driver::start_dispatcher;
use gcc_relay::simulator::{Endpoint, Fault, FaultRule, GroupConfig};
use gcc_relay::store::batches::{self, Claim, ClaimOutcome, Ready, take_channel};
use gcc_relay::store::bulletins::{Draft, insert_draft};
use gcc_relay::store::deliveries::{Delivery, get_change_horizon, list_changed};
use gcc_relay::store::locks::{
    get_pid, lock_bulletin, lock_bulletins_shared, session_holds_channel, try_hold_channels,
};
use gcc_relay::store::node_connection::open_session;
use gcc_relay::store::record::{DeliveryOutcome, OutcomeKind, record_batch};
use gcc_relay::store::retries::RetryFilter;
use gcc_relay::store::tree::LockedTree;
use gcc_relay::store::{Tx, links};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::test_relay::{SMALL_TREE, TestRelay, right, tester};

const SECOND: Duration = Duration::from_secs(1);

/// Until the other transaction waits for a lock, or has come to its end.
async fn waits_or_ends<T>(relay: &TestRelay, other: &JoinHandle<T>) -> bool {
    for _ in 0..2_000 {
        let waiting: bool = sqlx::query_scalar(
            "select exists (select from pg_locks l join pg_stat_activity a using (pid)
                where not l.granted and a.datname = current_database())",
        )
        .fetch_one(&mut *relay.db().await)
        .await
        .expect("the locks");
        if waiting || other.is_finished() {
            return waiting;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("it neither waits nor ends");
}

async fn begin(relay: &TestRelay) -> Tx {
    relay.engine.db.begin().await.expect("a transaction")
}

/// Links a group to another LINE group, in a transaction of its own.
fn relink(relay: &TestRelay, group: GroupId, line_group: &'static str) -> JoinHandle<()> {
    let (engine, channel, now) = (relay.engine.clone(), relay.channel, relay.now());
    tokio::spawn(async move {
        let mut tx = engine.db.begin().await.expect("a transaction");
        links::link_group(&mut tx, group, channel, line_group, now, now).await.expect("linked");
        tx.commit().await.expect("committed");
    })
}

/// Imports the tree with another LINE group for the ministry.
fn reimport(relay: &TestRelay) -> JoinHandle<()> {
    let (engine, now) = (relay.engine.clone(), relay.now());
    tokio::spawn(async move {
        let csv = SMALL_TREE.replace("Cmoi", "Cnew");
        let mut tx = engine.db.begin().await.expect("a transaction");
        let tree = LockedTree::load(&mut tx).await.expect("the tree");
        let rows = gcc_relay::domain::tree_file::parse(csv.as_bytes(), &tree.to_known()).expect("a good tree file");
        tree.apply(&mut tx, &rows, now).await.expect("an import");
        tx.commit().await.expect("committed");
    })
}

async fn draft(relay: &TestRelay) -> BulletinId {
    let id = BulletinId::new(relay.now());
    let draft = Draft { forwarding: ForwardingMode::Automatic, ..relay.draft().await };
    insert_draft(&mut *relay.db().await, id, &draft, &public_token(), &tester(), relay.now()).await.expect("a draft");
    id
}

async fn recipient(relay: &TestRelay, bulletin: BulletinId, group: GroupId) -> Option<String> {
    sqlx::query_scalar("select (select line_group_id from line_groups where no = recipient) from deliveries where bulletin_no = (select no from bulletins where id = $1) and group_id = $2")
        .bind(bulletin)
        .bind(group)
        .fetch_one(&mut *relay.db().await)
        .await
        .expect("a delivery")
}

#[tokio::test]
async fn a_link_made_while_a_bulletin_is_being_published_gets_it() {
    let relay = TestRelay::new().await;
    let (id, group) = (draft(&relay).await, relay.group("moi").await);
    let mut tx = begin(&relay).await;
    publish(&mut tx, &relay.engine.settings, id, &right(), relay.now()).await.expect("published");
    let link = relink(&relay, group, "Cnew");
    assert!(waits_or_ends(&relay, &link).await, "the link does not wait for the publish");
    tx.commit().await.expect("committed");
    link.await.expect("linked");
    assert_eq!(recipient(&relay, id, group).await.as_deref(), Some("Cnew"));
}

#[tokio::test]
async fn a_bulletin_published_while_a_link_is_being_made_goes_to_the_new_group() {
    let relay = TestRelay::new().await;
    let (id, group) = (draft(&relay).await, relay.group("moi").await);
    let mut tx = begin(&relay).await;
    links::link_group(&mut tx, group, relay.channel, "Cnew", relay.now(), relay.now()).await.expect("linked");
    let (engine, now) = (relay.engine.clone(), relay.now());
    let published = tokio::spawn(async move {
        let mut tx = engine.db.begin().await.expect("a transaction");
        publish(&mut tx, &engine.settings, id, &right(), now).await.expect("published");
        tx.commit().await.expect("committed");
    });
    assert!(waits_or_ends(&relay, &published).await, "the publish does not wait for the link");
    tx.commit().await.expect("committed");
    published.await.expect("published");
    assert_eq!(recipient(&relay, id, group).await.as_deref(), Some("Cnew"));
}

#[tokio::test]
async fn an_import_that_relinks_waits_for_a_publish_and_moves_what_it_made() {
    let relay = TestRelay::new().await;
    let (id, group) = (draft(&relay).await, relay.group("moi").await);
    let mut tx = begin(&relay).await;
    publish(&mut tx, &relay.engine.settings, id, &right(), relay.now()).await.expect("published");
    let import = reimport(&relay);
    assert!(waits_or_ends(&relay, &import).await, "the import does not wait for the publish");
    tx.commit().await.expect("committed");
    import.await.expect("imported");
    assert_eq!(recipient(&relay, id, group).await.as_deref(), Some("Cnew"));
}

#[tokio::test]
async fn a_join_code_and_an_import_at_the_same_time_do_not_block_each_other_for_good() {
    let relay = TestRelay::new().await;
    let group = relay.group("lpn").await;
    let mut tx = begin(&relay).await;
    let tree = LockedTree::load(&mut tx).await.expect("the tree");
    let link = relink(&relay, group, "Cnew-lpn");
    assert!(waits_or_ends(&relay, &link).await, "the link does not wait for the import");
    let csv = SMALL_TREE.replace("Cmoi", "Cnew");
    let rows = gcc_relay::domain::tree_file::parse(csv.as_bytes(), &tree.to_known()).expect("a good tree file");
    tree.apply(&mut tx, &rows, relay.now()).await.expect("no deadlock");
    tx.commit().await.expect("committed");
    link.await.expect("linked");
}

#[tokio::test]
async fn a_link_made_while_a_delivery_is_being_retried_gets_it() {
    let relay = TestRelay::new().await;
    let group = relay.group("moi").await;
    relay.line().remove_silently("Cmoi").expect("removed");
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert_eq!(relay.states(id).await["moi"], State::Unreachable);
    let mut tx = begin(&relay).await;
    let all = RetryFilter::default();
    retry(&mut tx, &relay.engine.settings, id, &all, false, &right(), &relay.clock).await.expect("retried");
    let link = relink(&relay, group, "Cnew");
    assert!(waits_or_ends(&relay, &link).await, "the link does not wait for the retry");
    tx.commit().await.expect("committed");
    link.await.expect("linked");
    assert_eq!(recipient(&relay, id, group).await.as_deref(), Some("Cnew"));
    relay.line().put_group(GroupConfig::joined("Cnew", "moi", 50, "gcc")).expect("the account is in the new group");
    relay.run().await;
    assert_eq!(relay.states(id).await["moi"], State::Accepted);
    assert_eq!(relay.accepted_in("Cnew"), 1);
}

#[tokio::test]
async fn a_withdrawal_notice_stays_where_the_bulletin_went() {
    let relay = TestRelay::new().await;
    let group = relay.group("moi").await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    let mut tx = begin(&relay).await;
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    let by = right();
    let withdrawn =
        gcc_relay::relay::withdraw::withdraw(&mut tx, &relay.engine.settings, id, &reason, &by, relay.now());
    let notice = withdrawn.await.expect("withdrawn").notice.expect("a notice");
    tx.commit().await.expect("committed");
    relink(&relay, group, "Cnew").await.expect("linked");
    assert_eq!(recipient(&relay, notice, group).await.as_deref(), Some("Cmoi"));
    reimport(&relay).await.expect("imported");
    assert_eq!(recipient(&relay, notice, group).await.as_deref(), Some("Cmoi"));
    relay.run().await;
    assert_eq!(relay.accepted_in("Cmoi"), 2, "the bulletin and its notice");
}

/// A dispatcher at work, which dies without a word.
struct Doomed {
    task: JoinHandle<()>,
    wake: Arc<Notify>,
}

impl Doomed {
    async fn start(relay: &TestRelay) -> Self {
        let wake = Arc::new(Notify::new());
        let stop = CancellationToken::new();
        let started = start_dispatcher(&relay.engine, relay.channel, None, wake.clone(), stop).await;
        Self { task: started.expect("a dispatcher").expect("ours"), wake }
    }

    /// It dies, and another takes the channel over.
    async fn crash(self, relay: &TestRelay) -> u64 {
        self.task.abort();
        let _ = self.task.await;
        let mut tx = begin(relay).await;
        let taken = take_channel(&mut tx, relay.channel, relay.now(), 10 * SECOND).await.expect("taken");
        tx.commit().await.expect("committed");
        taken.left_open
    }
}

/// Until something is so of a delivery.
async fn until(relay: &TestRelay, bulletin: BulletinId, group: &str, is_so: impl Fn(&Delivery) -> bool) {
    for _ in 0..2_000 {
        if is_so(&relay.delivery(bulletin, group).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{group} is {:?}", relay.delivery(bulletin, group).await);
}

/// A test relay where calls may take as long as they like.
async fn patient() -> TestRelay {
    let mut relay = TestRelay::new().await;
    Arc::make_mut(&mut relay.engine.settings).request_timeout = Duration::from_mins(1);
    relay.engine.line = LineClient::new(&client::Settings {
        api_base: relay.simulator.url().parse().expect("an address"),
        data_base: relay.simulator.url().parse().expect("an address"),
        content_timeout: SECOND,
        connect_timeout: SECOND,
        request_timeout: Duration::from_mins(1),
        in_flight: 64,
    })
    .expect("a client");
    relay
}

#[tokio::test]
async fn a_takeover_leaves_alone_what_was_settled_and_opens_what_was_under_way() {
    let relay = patient().await;
    let hangs = Fault::Slow { min_ms: 60_000, max_ms: 60_000 };
    let refused = Fault::Status { status: 400 };
    relay.faults([
        FaultRule::always(hangs.clone()).group("Cmoi").endpoint(Endpoint::Push),
        FaultRule::always(hangs).group("Ccmicom").endpoint(Endpoint::Push),
        // a refusal of which LINE does not tell the cause is put off, and is no acceptance
        FaultRule::always(refused).group("Clpn").endpoint(Endpoint::Push),
        FaultRule::always(Fault::Status { status: 500 }).endpoint(Endpoint::GroupSummary),
    ]);
    let id = relay.publish_automatic().await;
    let doomed = Doomed::start(&relay).await;
    // one claim holds lpn, cmi and moi, another cmi-com and cmi-far
    until(&relay, id, "lpn", |lpn| lpn.attempts == 1).await;
    until(&relay, id, "cmi-far", |far| far.state == State::Unreachable).await;
    until(&relay, id, "moi", |moi| moi.claimed).await;
    until(&relay, id, "cmi-com", |commerce| commerce.claimed).await;
    let (put_off, unreachable) = (relay.delivery(id, "lpn").await, relay.delivery(id, "cmi-far").await);
    assert_eq!((put_off.due_at, put_off.outcome_open), (Some(relay.now() + 5 * SECOND), false));
    assert_eq!(doomed.crash(&relay).await, 2, "the two calls that were under way");
    let after = relay.delivery(id, "lpn").await;
    assert_eq!((after.due_at, after.outcome_open, after.reason), (put_off.due_at, false, put_off.reason));
    let after = relay.delivery(id, "cmi-far").await;
    assert_eq!((after.state, after.reason, after.outcome_open), (State::Unreachable, unreachable.reason, false));
    for group in ["moi", "cmi-com"] {
        let after = relay.delivery(id, group).await;
        assert_eq!((after.outcome_open, after.due_at), (true, Some(relay.now() + 10 * SECOND)), "{group}");
    }
}

#[tokio::test]
async fn what_was_given_back_unsent_is_not_taken_for_sent_after_a_takeover() {
    let mut relay = patient().await;
    // one call at a time: the first hangs, the others wait in the dispatcher's memory
    Arc::make_mut(&mut relay.engine.settings).in_flight = 1;
    sqlx::query("update channels set rate_per_second = 2")
        .execute(&mut *relay.db().await)
        .await
        .expect("a slow channel");
    relay.faults([FaultRule::always(Fault::AcceptThenTimeout)]);
    let draft = Draft {
        forwarding: ForwardingMode::Automatic,
        audience: Audience { tiers: Some(vec![2]), ..Audience::default() },
        ..relay.draft().await
    };
    // as if the root had it already, so that the three below are claimed together
    let id = relay.publish(draft).await.0;
    let root = relay.delivery(id, "gcc1").await;
    accept(&relay, id, root.id).await;
    let doomed = Doomed::start(&relay).await;
    while relay.line().counts().accepted == 0 {
        tokio::task::yield_now().await;
    }
    let mut tx = begin(&relay).await;
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    let by = right();
    let withdrawn =
        gcc_relay::relay::withdraw::withdraw(&mut tx, &relay.engine.settings, id, &reason, &by, relay.now());
    withdrawn.await.expect("withdrawn");
    tx.commit().await.expect("committed");
    doomed.wake.notify_one();
    claims_name(&relay, id, 1).await;
    doomed.crash(&relay).await;
    let open = relay.deliveries(id).await.into_iter().filter(|delivery| delivery.outcome_open).count();
    assert_eq!(open, 1, "only the one call that was under way");
}

#[tokio::test]
async fn calls_on_all_channels_of_a_node_keep_to_the_room_of_the_node() {
    let mut relay = patient().await;
    relay.engine.call_room = Arc::new(tokio::sync::Semaphore::new(2));
    relay.faults([FaultRule::always(Fault::AcceptThenTimeout)]);
    let draft = Draft {
        forwarding: ForwardingMode::Automatic,
        audience: Audience { tiers: Some(vec![2]), ..Audience::default() },
        ..relay.draft().await
    };
    let id = relay.publish(draft).await.0;
    let root = relay.delivery(id, "gcc1").await;
    accept(&relay, id, root.id).await;
    let doomed = Doomed::start(&relay).await;
    claims_name(&relay, id, 3).await;
    while relay.line().counts().accepted < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(relay.engine.call_room.available_permits(), 0);
    assert_eq!(doomed.crash(&relay).await, 3, "two under way and one in the dispatcher's memory");
    assert_eq!(relay.line().counts().accepted, 2);
}

/// Until the claims name so many deliveries of a bulletin.
async fn claims_name(relay: &TestRelay, bulletin: BulletinId, deliveries: i64) {
    for _ in 0..2_000 {
        let asked = "select count(*) from batches, unnest(groups) where epoch is not null
            and bulletin_no = (select no from bulletins where id = $1)";
        let named: i64 =
            sqlx::query_scalar(asked).bind(bulletin).fetch_one(&mut *relay.db().await).await.expect("the claims");
        if named == deliveries {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the claims do not name {deliveries}");
}

/// Notes that LINE has accepted a delivery.
async fn accept(relay: &TestRelay, bulletin: BulletinId, delivery: DeliveryId) {
    let mut tx = begin(relay).await;
    let taken = take_channel(&mut tx, relay.channel, relay.now(), SECOND).await.expect("taken");
    let row = DeliveryOutcome {
        id: delivery,
        bulletin_id: bulletin,
        at: relay.now(),
        kind: OutcomeKind::Accepted {
            called_at: relay.now(),
            receipt: Receipt { request_id: None, message_ids: Vec::new() },
        },
    };
    let lock = lock_bulletins_shared(&mut tx, &[bulletin]).await.expect("locked");
    record_batch(&mut tx, &lock, relay.channel, taken.epoch, relay.now(), &[row]).await.expect("recorded");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_goes_to_the_same_holder_again() {
    let relay = TestRelay::new().await;
    relay.publish_automatic().await;
    let mut tx = begin(&relay).await;
    let taken = take_channel(&mut tx, relay.channel, relay.now(), SECOND).await.expect("taken");
    let lost = relay.claim(&mut tx, taken.epoch, 1).await;
    assert!(relay.claim(&mut tx, taken.epoch, 1).await.is_empty(), "it is taken");
    let known = [lost[0].0];
    let found = relay.try_claim(&mut tx, taken.epoch, 1, Some(&[])).await;
    let ids =
        |claimed: &[(BatchId, Ready)]| claimed.iter().map(|(batch, ready)| (*batch, ready.id)).collect::<Vec<_>>();
    assert!(matches!(&found, ClaimOutcome::Claimed(found) if ids(found) == ids(&lost)), "{found:?}");
    let found = relay.try_claim(&mut tx, taken.epoch, 1, Some(&known)).await;
    assert!(matches!(&found, ClaimOutcome::Claimed(found) if found.is_empty()), "it is known: {found:?}");
    let other = take_channel(&mut tx, relay.channel, relay.now(), SECOND).await.expect("taken");
    assert_eq!(other.left_open, 1);
    let refused = relay.try_claim(&mut tx, taken.epoch, 1, Some(&[])).await;
    assert!(matches!(refused, ClaimOutcome::Refused), "{refused:?}");
}

#[tokio::test]
async fn the_old_holder_of_a_channel_and_the_new_one_are_told_apart_in_one_question() {
    let relay = TestRelay::new().await;
    relay.publish_automatic().await;
    let mut tx = begin(&relay).await;
    let old = take_channel(&mut tx, relay.channel, relay.now(), SECOND).await.expect("taken");
    let new = take_channel(&mut tx, relay.channel, relay.now(), SECOND).await.expect("taken");
    let claim = |epoch| Claim { channel: relay.channel, epoch, room: 500, below: None, known: None };
    let claims = [claim(old.epoch), claim(new.epoch)];
    let outcomes = batches::claim(&mut tx, &claims, relay.now(), relay.now()).await.expect("asked");
    let [ClaimOutcome::Refused, ClaimOutcome::Claimed(claimed)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!(claimed.len(), 1, "the root");
}

#[tokio::test]
async fn a_claim_passes_over_what_somebody_has_locked_and_says_so() {
    let relay = TestRelay::new().await;
    let (first, second) = (relay.publish_automatic().await, relay.publish_automatic().await);
    let mut other = begin(&relay).await;
    let lock = "select from batches where bulletin_no = (select no from bulletins where id = $1) for update";
    sqlx::query(lock).bind(first).execute(&mut *other).await.expect("locked");
    let mut tx = begin(&relay).await;
    let taken = take_channel(&mut tx, relay.channel, relay.now(), SECOND).await.expect("taken");
    let claimed = relay.claim(&mut tx, taken.epoch, 1).await;
    let bulletins: Vec<BulletinId> = claimed.iter().map(|(_, ready)| ready.bulletin_id).collect();
    assert_eq!(bulletins, [second], "only what is free");
    let left = relay.try_claim(&mut tx, taken.epoch, 1, None).await;
    assert!(matches!(left, ClaimOutcome::Locked), "{left:?}");
    other.commit().await.expect("unlocked");
    let left = relay.claim(&mut tx, taken.epoch, 1).await;
    assert_eq!(left.iter().map(|(_, ready)| ready.bulletin_id).collect::<Vec<_>>(), [first]);
}

#[tokio::test]
async fn what_was_put_off_of_a_locked_bulletin_is_asked_for_again() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Status { status: 500 }).endpoint(Endpoint::Push)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    let root = relay.delivery(id, "gcc1").await;
    let due = root.due_at.expect("it is put off");
    let mut other = begin(&relay).await;
    let _lock = lock_bulletin(&mut other, id).await.expect("locked");
    let mut tx = begin(&relay).await;
    let taken = take_channel(&mut tx, relay.channel, due, SECOND).await.expect("taken");
    let claim = [Claim { channel: relay.channel, epoch: taken.epoch, room: 1, below: None, known: None }];
    let outcomes = batches::claim(&mut tx, &claim, due, due).await.expect("asked");
    assert!(matches!(outcomes[..], [ClaimOutcome::Locked]), "{outcomes:?}");
    other.commit().await.expect("unlocked");
    let outcomes = batches::claim(&mut tx, &claim, due, due).await.expect("asked");
    assert!(matches!(&outcomes[..], [ClaimOutcome::Claimed(claimed)] if claimed.len() == 1), "{outcomes:?}");
}

#[tokio::test]
async fn outcomes_do_not_wait_for_a_bulletin_that_somebody_has_locked() {
    let relay = TestRelay::new().await;
    let (locked, free) = (relay.publish_automatic().await, relay.publish_automatic().await);
    let mut other = begin(&relay).await;
    let _lock = lock_bulletin(&mut other, locked).await.expect("locked");
    let doomed = Doomed::start(&relay).await;
    until(&relay, free, "cmi-com", |commerce| commerce.state == State::Accepted).await;
    until(&relay, free, "cmi-far", |far| far.state == State::Unreachable).await;
    let root = relay.delivery(locked, "gcc1").await;
    assert_eq!((root.state, root.claimed), (State::Ready, true), "it is held back");
    other.commit().await.expect("unlocked");
    until(&relay, locked, "cmi-com", |commerce| commerce.state == State::Accepted).await;
    until(&relay, locked, "cmi-far", |far| far.state == State::Unreachable).await;
    claims_name(&relay, locked, 0).await;
    assert_eq!(doomed.crash(&relay).await, 0, "all is recorded");
    assert_eq!(relay.accepted_in("Ccmicom"), 2, "each bulletin once");
}

#[tokio::test]
async fn two_stewards_forward_the_same_bulletin_at_the_same_time() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let lamphun = relay.group("lpn").await.0;
    let mut tx = begin(&relay).await;
    let into = ForwardTarget::Groups(vec![lamphun]);
    forward(&mut tx, id, &into, None, &Right::whole(Actor::user("governor")), relay.now()).await.expect("forwarded");
    // the recorder's part of the same bulletin goes on meanwhile
    let mut recorder = begin(&relay).await;
    let _lock = lock_bulletins_shared(&mut recorder, &[id]).await.expect("shared");
    let (engine, now) = (relay.engine.clone(), relay.now());
    let second = tokio::spawn(async move {
        let mut tx = engine.db.begin().await.expect("a transaction");
        let done = forward(
            &mut tx,
            id,
            &ForwardTarget::Groups(vec![lamphun]),
            None,
            &Right::whole(Actor::user("deputy")),
            now,
        )
        .await
        .expect("answered");
        tx.commit().await.expect("committed");
        done
    });
    assert!(waits_or_ends(&relay, &second).await, "the second does not wait for the first");
    tx.commit().await.expect("committed");
    let second = second.await.expect("answered");
    assert_eq!((second.forwarded, second.already), (0, 1));
}

#[tokio::test]
async fn a_sender_that_starts_late_does_not_take_the_channel_from_whoever_holds_it() {
    let relay = TestRelay::new().await;
    let mut session = open_session(&relay.engine.db, 30 * SECOND).await.expect("a session");
    let pid = get_pid(&mut session).await.expect("a number");
    let mut tx = begin(&relay).await;
    assert!(!session_holds_channel(&mut tx, pid, relay.channel).await.expect("asked"));
    assert_eq!(try_hold_channels(&mut session, &[relay.channel], 1).await.expect("asked"), [relay.channel]);
    assert!(session_holds_channel(&mut tx, pid, relay.channel).await.expect("asked"));
    drop(tx);
    session.close().await.expect("closed");
    // the server notices the end of a session a moment later
    for _ in 0..2_000 {
        let mut tx = begin(&relay).await;
        if !session_holds_channel(&mut tx, pid, relay.channel).await.expect("asked") {
            break;
        }
    }
    let before = epoch(&relay).await;
    let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let late = start_dispatcher(&relay.engine, relay.channel, Some(pid), wake, stop).await.expect("asked");
    assert!(late.is_none(), "it starts without the lock");
    assert_eq!(epoch(&relay).await, before, "another's epoch is left as it is");
}

async fn epoch(relay: &TestRelay) -> i64 {
    sqlx::query_scalar("select epoch from channels where id = $1")
        .bind(relay.channel)
        .fetch_one(&mut *relay.db().await)
        .await
        .expect("an epoch")
}

/// What changed after `since`, by group, and the mark up to which that is all.
async fn changes(relay: &TestRelay, since: i64) -> (BTreeSet<String>, i64) {
    let mut db = relay.db().await;
    let horizon = get_change_horizon(&mut db).await.expect("a mark");
    let changed = list_changed(&mut db, since, None, horizon, None, 100).await.expect("changes");
    (changed.into_iter().map(|delivery| delivery.group).collect(), horizon)
}

#[tokio::test]
async fn a_transaction_left_open_elsewhere_does_not_hold_up_the_feed_of_changes() {
    let relay = TestRelay::new().await;
    let (_, start) = changes(&relay, 0).await;
    let mut left_open = begin(&relay).await;
    sqlx::query("update offices set name = name").execute(&mut *left_open).await.expect("written");
    let id = relay.publish_automatic().await;
    relay.run().await;
    let (changed, horizon) = changes(&relay, start).await;
    assert_eq!(changed.len(), relay.deliveries(id).await.len());
    assert!(horizon > start);
    left_open.commit().await.expect("committed");
}

#[tokio::test]
async fn a_change_that_is_committed_late_is_not_jumped_over() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let (_, start) = changes(&relay, 0).await;
    let mut late = begin(&relay).await;
    let into = ForwardTarget::Groups(vec![relay.group("lpn").await.0]);
    forward(&mut late, id, &into, None, &Right::whole(Actor::user("governor")), relay.now()).await.expect("forwarded");
    // others change something after it and are done before it
    let other = relay.publish_automatic().await;
    let (changed, horizon) = changes(&relay, start).await;
    assert!(changed.is_empty() && horizon < mark(&relay, other).await, "{changed:?} up to {horizon}");
    late.commit().await.expect("committed");
    let (changed, horizon) = changes(&relay, horizon).await;
    assert!(changed.contains("lpn") && changed.contains("gcc1"), "{changed:?}");
    assert!(horizon >= mark(&relay, other).await);
}

async fn mark(relay: &TestRelay, bulletin: BulletinId) -> i64 {
    sqlx::query_scalar(
        "select max(changed) from deliveries where bulletin_no = (select no from bulletins where id = $1)",
    )
    .bind(bulletin)
    .fetch_one(&mut *relay.db().await)
    .await
    .expect("a mark")
}

//! The deliveries in Postgres against a model in memory, under random interleavings of everything that moves them.
//!
//! The model moves copies by `domain::delivery::step` alone and keeps the rules around it: who wakes whom, which key
//! may be used again, what is open. After every act each row must say what the model says, and the counters what the
//! rows say. People's operations go through the relay's commands, outcomes through the recorder's statement, time through
//! upkeep; a crash is a claim that is never recorded, and the holder that follows.

use std::collections::BTreeMap;
use std::time::Duration;

use gcc_relay::domain::bulletin::ForwardingMode;
use gcc_relay::domain::delivery::{Event, Reason, State, step};
use gcc_relay::domain::ids::{BatchId, BulletinId, DeliveryId};
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::domain::retry_key::RetryKey;
use gcc_relay::domain::time::Timestamp;
use gcc_relay::relay::forward::{ForwardTarget, decline, forward, undecline};
use gcc_relay::relay::refusal::{Refusal, Result};
use gcc_relay::relay::retry::retry;
use gcc_relay::relay::upkeep::UpkeepSteps;
use gcc_relay::relay::withdraw::withdraw;
use gcc_relay::store::Connection;
use gcc_relay::store::batches::{delete_batches, reopen, shrink, take_channel};
use gcc_relay::store::bulletins::Draft;
use gcc_relay::store::locks::lock_bulletins_shared;
use gcc_relay::store::progress::find_drift;
use gcc_relay::store::record::{Call, DeliveryOutcome, OutcomeKind, record_batch};
use gcc_relay::store::retries::RetryFilter;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sqlx::Row as _;
use uuid::Uuid;

use super::test_cluster::{scaled, seed};
use crate::test_relay::{TestRelay, right};

/// How long a key is good, as the test relay has it.
const KEY: Duration = Duration::from_hours(23);
/// How long a turn of the most urgent bulletins may take before those below go on.
const PATIENCE: Duration = Duration::from_hours(1);
/// How long a bulletin lives.
const LIFE: Duration = Duration::from_hours(168);
const MINUTE: Duration = Duration::from_mins(1);

/// The test relay's small tree: code, the place of the group above, whether it is automatic, minutes until it goes on.
const TREE: [(&str, Option<usize>, bool, Option<u32>); 8] = [
    ("gcc1", None, true, None),
    ("lpn", Some(0), false, None),
    ("lpn-com", Some(1), false, Some(30)),
    ("lpn-dist", Some(1), true, None),
    ("cmi", Some(0), true, None),
    ("cmi-com", Some(4), true, None),
    ("cmi-far", Some(4), true, None),
    ("moi", Some(0), true, None),
];

/// What LINE's answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineAnswer {
    Accepted,
    Later { open: bool },
    Refused,
    Gone,
}

/// Something that happens; numbers pick a bulletin and a group among those there are.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Publish {
        automatic: bool,
    },
    Forward(usize, usize),
    Decline(usize, usize),
    Undecline(usize, usize),
    Time {
        minutes: u32,
    },
    /// Takes about so many ready copies out of the queue.
    Claim {
        room: usize,
    },
    /// A claimed copy is not sent and is free again.
    GiveBack(usize, usize),
    Outcome {
        bulletin: usize,
        group: usize,
        answer: LineAnswer,
        late: bool,
    },
    Withdraw(usize),
    Retry {
        bulletin: usize,
        include_unknown: bool,
    },
    Crash,
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let (bulletin, group) = (0..3_usize, 0..TREE.len());
    let place = (bulletin.clone(), group.clone());
    let answer = prop_oneof![
        4 => Just(LineAnswer::Accepted),
        2 => any::<bool>().prop_map(|open| LineAnswer::Later { open }),
        2 => Just(LineAnswer::Refused),
        1 => Just(LineAnswer::Gone),
    ];
    let outcome = (bulletin.clone(), group, answer, prop::bool::weighted(0.2))
        .prop_map(|(bulletin, group, answer, late)| Operation::Outcome { bulletin, group, answer, late });
    let minutes = prop_oneof![6 => 1..40_u32, 2 => 50..300_u32, 4 => 1_300..1_500_u32, 1 => 9_000..11_000_u32];
    let operation = prop_oneof![
        2 => any::<bool>().prop_map(|automatic| Operation::Publish { automatic }),
        4 => place.clone().prop_map(|(b, g)| Operation::Forward(b, g)),
        2 => place.clone().prop_map(|(b, g)| Operation::Decline(b, g)),
        1 => place.clone().prop_map(|(b, g)| Operation::Undecline(b, g)),
        4 => minutes.prop_map(|minutes| Operation::Time { minutes }),
        8 => (1..9_usize).prop_map(|room| Operation::Claim { room }),
        3 => place.prop_map(|(b, g)| Operation::GiveBack(b, g)),
        20 => outcome,
        1 => bulletin.clone().prop_map(Operation::Withdraw),
        5 => (bulletin, any::<bool>())
            .prop_map(|(bulletin, include_unknown)| Operation::Retry { bulletin, include_unknown }),
        3 => Just(Operation::Crash),
    ];
    vec(operation, 40..160).prop_map(|mut operations| {
        operations.insert(0, Operation::Publish { automatic: false });
        operations
    })
}

/// One copy, as a row must show it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ModelDelivery {
    state: State,
    open: bool,
    used: Option<Timestamp>,
    attempts: i16,
    bypassed: bool,
    turn: Option<Timestamp>,
    release: Option<Timestamp>,
    due: Option<Timestamp>,
}

/// A bulletin in the model.
struct ModelBulletin {
    id: BulletinId,
    automatic: bool,
    withdrawn: bool,
    expires: Timestamp,
    copies: Vec<ModelDelivery>,
    /// In the database: the id and the last key seen; and which copies must have another by now.
    ids: Vec<DeliveryId>,
    keys: Vec<Uuid>,
    rekeyed: Vec<bool>,
}

impl ModelBulletin {
    fn is_automatic(&self, group: usize) -> bool {
        self.automatic || TREE[group].2
    }

    /// An event that must be possible.
    fn step(&mut self, group: usize, event: Event) {
        let from = self.copies[group].state;
        self.copies[group].state = step(from, event).unwrap_or_else(|| panic!("{event:?} from {from:?}"));
    }

    fn turn_comes(&mut self, group: usize, bypassed: bool, now: Timestamp) {
        let automatic = self.is_automatic(group);
        self.step(group, Event::TurnComes { automatic });
        let release = TREE[group].3.filter(|_| !automatic).map(|minutes| now + minutes * MINUTE);
        let copy = &mut self.copies[group];
        (copy.turn, copy.release, copy.bypassed) = (Some(now), release, bypassed);
    }

    /// Those that wait for a group that has come to an end.
    fn wake(&mut self, parent: usize, now: Timestamp) {
        let bypassed = self.copies[parent].state != State::Accepted;
        for (group, (_, above, ..)) in TREE.iter().enumerate() {
            if *above == Some(parent) && self.copies[group].state == State::Waiting {
                self.turn_comes(group, bypassed, now);
            }
        }
    }

    fn end_open(&mut self, event: Event) {
        for group in 0..TREE.len() {
            if !self.copies[group].state.is_terminal() {
                self.step(group, event);
                (self.copies[group].release, self.copies[group].due) = (None, None);
            }
        }
    }

    fn time(&mut self, now: Timestamp) {
        // first what has ended: nothing of it is let go or passed by any more
        if self.expires <= now {
            self.end_open(Event::Expired);
            return;
        }
        for group in 0..TREE.len() {
            let copy = &mut self.copies[group];
            if copy.state == State::Held && copy.release.is_some_and(|release| release <= now) {
                (copy.turn, copy.release) = (Some(now), None);
                self.step(group, Event::Released);
            }
        }
        let slow: Vec<bool> = self
            .copies
            .iter()
            .map(|copy| {
                matches!(copy.state, State::Held | State::Ready) && copy.turn.is_some_and(|turn| turn <= now - PATIENCE)
            })
            .collect();
        for (group, (_, above, ..)) in TREE.iter().enumerate() {
            if self.copies[group].state == State::Waiting && above.is_some_and(|parent| slow[parent]) {
                self.turn_comes(group, true, now);
            }
        }
    }

    fn outcome(&mut self, group: usize, answer: LineAnswer, mine: bool, now: Timestamp) {
        let state = self.copies[group].state;
        let open = answer == LineAnswer::Later { open: true };
        if state != State::Accepted && (answer == LineAnswer::Accepted || (state == State::Ready && mine)) {
            match answer {
                LineAnswer::Accepted => self.step(group, Event::Accepted),
                LineAnswer::Refused => self.step(group, Event::GivenUp),
                LineAnswer::Gone => self.step(group, Event::Gone),
                LineAnswer::Later { .. } => {}
            }
            let copy = &mut self.copies[group];
            copy.attempts += 1;
            copy.due = matches!(answer, LineAnswer::Later { .. }).then_some(now + MINUTE);
            copy.used = copy.used.or(Some(now));
            copy.open = answer != LineAnswer::Accepted && (copy.open || open);
            if copy.state.is_terminal() {
                self.wake(group, now);
            }
        } else if open && state.is_terminal() && state != State::Accepted {
            self.may_have_been_sent(group, now);
        }
    }

    fn may_have_been_sent(&mut self, group: usize, at: Timestamp) {
        let copy = &mut self.copies[group];
        (copy.open, copy.used) = (true, copy.used.or(Some(at)));
    }

    fn retry(&mut self, include_unknown: bool, now: Timestamp) {
        let good_since = now - KEY;
        for (group, (_, above, ..)) in TREE.iter().enumerate() {
            let copy = &self.copies[group];
            let good = copy.used.is_some_and(|used| used > good_since);
            let chosen = matches!(copy.state, State::Failed | State::Unreachable);
            if !chosen || (copy.open && !good && !include_unknown) {
                continue;
            }
            let same = copy.open && good;
            if !same && (copy.open || copy.used.is_some_and(|used| used <= good_since)) {
                self.rekeyed[group] = true;
                self.copies[group].used = None;
            }
            let parent_waiting = above.is_some_and(|parent| self.copies[parent].state == State::Waiting);
            self.step(group, Event::Retried { parent_waiting });
            let copy = &mut self.copies[group];
            (copy.open, copy.attempts, copy.due) = (same, 0, None);
            copy.turn = (!parent_waiting).then_some(now);
        }
    }
}

/// Both sides.
struct ModelTest {
    relay: TestRelay,
    bulletins: Vec<ModelBulletin>,
    groups: Vec<i32>,
    epoch: i64,
    claims: BTreeMap<(usize, usize), (BatchId, Timestamp)>,
}

impl ModelTest {
    async fn new() -> Self {
        let relay = TestRelay::new().await;
        let mut groups = Vec::new();
        for (code, ..) in TREE {
            groups.push(relay.group(code).await.0);
        }
        let mut model_test = Self { relay, bulletins: Vec::new(), groups, epoch: 0, claims: BTreeMap::new() };
        model_test.epoch = model_test.take().await;
        model_test
    }

    async fn take(&self) -> i64 {
        let mut tx = self.relay.engine.db.begin().await.expect("a transaction");
        let taken = take_channel(&mut tx, self.relay.channel, self.now(), MINUTE).await.expect("taken");
        tx.commit().await.expect("committed");
        taken.epoch
    }

    fn now(&self) -> Timestamp {
        self.relay.now()
    }

    /// Does it on both sides.
    async fn operation(&mut self, operation: Operation) {
        match operation {
            Operation::Publish { automatic } => self.publish(automatic).await,
            Operation::Time { minutes } => {
                self.relay.clock.advance(minutes * MINUTE);
                UpkeepSteps::new(self.relay.engine.clone()).run_once().await;
                let now = self.now();
                self.bulletins.iter_mut().for_each(|bulletin_model| bulletin_model.time(now));
            }
            Operation::Crash => {
                self.epoch = self.take().await;
                let due = self.now() + MINUTE;
                for ((n, group), (_, at)) in std::mem::take(&mut self.claims) {
                    let bulletin_model = &mut self.bulletins[n];
                    if bulletin_model.copies[group].state != State::Accepted {
                        bulletin_model.may_have_been_sent(group, at);
                        bulletin_model.copies[group].due =
                            (bulletin_model.copies[group].state == State::Ready).then_some(due);
                    }
                }
            }
            Operation::Claim { room } => self.claim(room).await,
            Operation::GiveBack(n, group) => self.give_back(n % self.bulletins.len(), group).await,
            Operation::Outcome { bulletin, group, answer, late } => {
                self.outcome(bulletin % self.bulletins.len(), group, answer, late).await;
            }
            Operation::Forward(n, _)
            | Operation::Decline(n, _)
            | Operation::Undecline(n, _)
            | Operation::Withdraw(n) => {
                self.command(n % self.bulletins.len(), operation).await;
            }
            Operation::Retry { bulletin, .. } => self.command(bulletin % self.bulletins.len(), operation).await,
        }
    }

    async fn publish(&mut self, automatic: bool) {
        if self.bulletins.len() == 3 {
            return;
        }
        let forwarding = if automatic { ForwardingMode::Automatic } else { ForwardingMode::AsConfigured };
        let draft = Draft { forwarding, ..self.relay.draft().await };
        let (id, now) = (self.relay.publish(draft).await.0, self.now());
        let copy = |group: usize| ModelDelivery {
            state: if group == 0 { State::Ready } else { State::Waiting },
            open: false,
            used: None,
            attempts: 0,
            bypassed: false,
            turn: (group == 0).then_some(now),
            release: None,
            due: None,
        };
        let copies = (0..TREE.len()).map(copy).collect();
        let rekeyed = vec![false; TREE.len()];
        let (ids, keys) = self.rows(id).await.into_iter().map(|(id, key, _)| (id, key)).unzip();
        self.bulletins.push(ModelBulletin {
            id,
            automatic,
            withdrawn: false,
            expires: now + LIFE,
            copies,
            ids,
            keys,
            rekeyed,
        });
    }

    async fn claim(&mut self, room: usize) {
        let now = self.now();
        self.pause_notices().await;
        let claimed = self.relay.claim(&mut *self.relay.db().await, self.epoch, room).await;
        self.open_due(room).await;
        let places: Vec<(usize, usize)> =
            claimed.iter().map(|(_, ready)| self.find_place(ready.id).expect("a copy of the model")).collect();
        let waits = self.bulletins.iter().enumerate().any(|(n, bulletin_model)| {
            let live = now < bulletin_model.expires;
            let free = |(group, copy): (usize, &ModelDelivery)| {
                copy.state == State::Ready && copy.due.is_none() && !self.claims.contains_key(&(n, group))
            };
            live && bulletin_model.copies.iter().enumerate().any(free)
        });
        assert_eq!(waits, !claimed.is_empty(), "what waits is claimed, and nothing else");
        for (place, (batch, ready)) in places.into_iter().zip(claimed) {
            let bulletin_model = &self.bulletins[place.0];
            let copy = &bulletin_model.copies[place.1];
            assert_eq!((copy.state, copy.due), (State::Ready, None), "{place:?} is not to be sent");
            assert_eq!(ready.key, RetryKey::kept(ready.key.key(), copy.used, copy.open));
            assert_eq!(ready.attempts, copy.attempts);
            assert!(now < bulletin_model.expires, "{place:?} has expired");
            assert!(self.claims.insert(place, (batch, now)).is_none(), "{place:?} is claimed twice");
        }
    }

    /// Which copy of the model it is; none for a notice, which the model does not follow.
    fn find_place(&self, id: DeliveryId) -> Option<(usize, usize)> {
        self.bulletins.iter().enumerate().find_map(|(n, bulletin_model)| {
            bulletin_model.ids.iter().position(|known| *known == id).map(|group| (n, group))
        })
    }

    /// Nothing of a notice is ever claimed here.
    async fn pause_notices(&self) {
        sqlx::query("update bulletins set paused_at = now() where kind = 'withdrawal' and paused_at is null")
            .execute(&mut *self.relay.db().await)
            .await
            .expect("paused");
    }

    /// What was put off until now is in the queue again: the first so many of it, of which several may be due at once.
    async fn open_due(&mut self, room: usize) {
        let (mut due, mut opened) = (0, 0);
        for n in 0..self.bulletins.len() {
            let rows = self.rows(self.bulletins[n].id).await;
            for ((_, _, row), copy) in rows.into_iter().zip(&mut self.bulletins[n].copies) {
                if copy.due.is_some_and(|at| at <= self.relay.clock.now()) {
                    due += 1;
                    opened += usize::from(row.due.is_none());
                    copy.due = row.due;
                }
            }
        }
        assert_eq!(opened, due.min(room), "of {due} that are due");
    }

    async fn give_back(&mut self, n: usize, group: usize) {
        if let Some((batch, _)) = self.claims.remove(&(n, group)) {
            let id = self.bulletins[n].ids[group];
            let mut tx = self.relay.engine.db.begin().await.expect("a transaction");
            let lock = lock_bulletins_shared(&mut tx, &[self.bulletins[n].id]).await.expect("locked");
            self.leave(&mut tx, batch, id, false).await;
            reopen(&mut tx, &lock, self.relay.channel, self.epoch, &[id]).await.expect("in the queue again");
            tx.commit().await.expect("committed");
        }
    }

    /// As the recorder does: the batch goes with its last copy, and until then names only what may be on its way.
    async fn leave(&self, tx: &mut Connection, batch: BatchId, id: DeliveryId, accepted: bool) {
        if self.claims.values().all(|(other, _)| *other != batch) {
            delete_batches(tx, &[batch]).await.expect("settled");
        } else if !accepted {
            shrink(tx, &[(id, batch)]).await.expect("settled");
        }
    }

    /// What came of a call; a late one is that of a holder before.
    async fn outcome(&mut self, n: usize, group: usize, answer: LineAnswer, late: bool) {
        let now = self.now();
        let bulletin_model = &mut self.bulletins[n];
        let claim = self.claims.get(&(n, group)).map(|(claim, _)| *claim);
        // no answer without a call
        if if late { bulletin_model.copies[group].used.is_none() } else { claim.is_none() } {
            return;
        }
        let call = |open| Some(Call { began_at: now, open });
        let kind = match answer {
            LineAnswer::Accepted => OutcomeKind::Accepted { called_at: now, receipt: Receipt::default() },
            LineAnswer::Later { open } => {
                OutcomeKind::Again { due_at: now + MINUTE, reason: Reason::NoAnswer, call: call(open) }
            }
            LineAnswer::Refused => OutcomeKind::Failed { reason: Reason::MessageRefused, call: call(false) },
            LineAnswer::Gone => OutcomeKind::Unreachable { reason: Reason::AccountRemoved, call: call(false) },
        };
        let row = DeliveryOutcome { id: bulletin_model.ids[group], bulletin_id: bulletin_model.id, at: now, kind };
        let epoch = if late { self.epoch - 1 } else { self.epoch };
        let mut tx = self.relay.engine.db.begin().await.expect("a transaction");
        let lock = lock_bulletins_shared(&mut tx, &[bulletin_model.id]).await.expect("locked");
        record_batch(&mut tx, &lock, self.relay.channel, epoch, now, &[row]).await.expect("recorded");
        let id = bulletin_model.ids[group];
        if let (Some(claim), false) = (claim, late) {
            self.claims.remove(&(n, group));
            self.leave(&mut tx, claim, id, answer == LineAnswer::Accepted).await;
        }
        tx.commit().await.expect("committed");
        self.bulletins[n].outcome(group, answer, !late, now);
    }

    /// What a person asks for, and whether it must be refused.
    async fn command(&mut self, n: usize, operation: Operation) {
        let (now, settings) = (self.now(), self.relay.engine.settings.clone());
        let bulletin_model = &mut self.bulletins[n];
        let id = bulletin_model.id;
        let mut tx = self.relay.engine.db.begin().await.expect("a transaction");
        // what has expired goes nowhere any more, but can be withdrawn
        let mut allowed =
            !bulletin_model.withdrawn && (now < bulletin_model.expires || matches!(operation, Operation::Withdraw(_)));
        let done: Result<()> = match operation {
            Operation::Forward(_, group) => {
                let state = bulletin_model.copies[group].state;
                allowed &= matches!(state, State::Held | State::Ready | State::Accepted);
                if allowed && state == State::Held {
                    bulletin_model.step(group, Event::Released);
                    (bulletin_model.copies[group].turn, bulletin_model.copies[group].release) = (Some(now), None);
                }
                forward(&mut tx, id, &ForwardTarget::Groups(vec![self.groups[group]]), None, &right(), now)
                    .await
                    .map(drop)
            }
            Operation::Decline(_, group) => {
                allowed &= bulletin_model.copies[group].state == State::Held;
                if allowed {
                    bulletin_model.step(group, Event::Declined);
                    bulletin_model.copies[group].release = None;
                    bulletin_model.wake(group, now);
                }
                let reason = "ไม่เกี่ยวข้อง".parse().expect("a reason");
                decline(&mut tx, id, &[self.groups[group]], &reason, &right(), now).await.map(drop)
            }
            Operation::Undecline(_, group) => {
                allowed &= bulletin_model.copies[group].state == State::Declined;
                if allowed {
                    bulletin_model.step(group, Event::DeclineReversed);
                    let release = TREE[group].3.map(|minutes| now + minutes * MINUTE);
                    (bulletin_model.copies[group].turn, bulletin_model.copies[group].release) = (Some(now), release);
                }
                undecline(&mut tx, id, &[self.groups[group]], &right(), now).await.map(drop)
            }
            Operation::Withdraw(_) => {
                if allowed {
                    bulletin_model.end_open(Event::Withdrawn);
                    bulletin_model.withdrawn = true;
                }
                let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
                withdraw(&mut tx, &settings, id, &reason, &right(), now).await.map(drop)
            }
            Operation::Retry { include_unknown, .. } => {
                if allowed {
                    bulletin_model.retry(include_unknown, now);
                }
                let all = RetryFilter::default();
                retry(&mut tx, &settings, id, &all, include_unknown, &right(), &self.relay.clock).await.map(drop)
            }
            _ => unreachable!("not a command: {operation:?}"),
        };
        match done {
            Ok(()) => tx.commit().await.expect("committed"),
            Err(Refusal::NotHeld(_) | Refusal::NotRelaying | Refusal::Expired(_)) => {
                assert!(!allowed, "refused: {operation:?}");
            }
            Err(refusal) => panic!("{operation:?}: {refusal}"),
        }
    }

    /// The copies of a bulletin as they stand in the database, with id and key.
    async fn rows(&self, id: BulletinId) -> Vec<(DeliveryId, Uuid, ModelDelivery)> {
        let asked = sqlx::query(
            "select group_id, delivery_id(published_at, bulletin_no, group_id),
                coalesce(retry_key, delivery_id(published_at, bulletin_no, group_id)), state, outcome_open, key_used_at,
                attempts, bypassed_parent, turn_at, release_at, due_at
            from deliveries join bulletins on no = bulletin_no where bulletins.id = $1",
        );
        let found = asked.bind(id).fetch_all(&mut *self.relay.db().await).await.expect("deliveries");
        let mut rows: Vec<_> = found.iter().map(|row| (row.get::<i32, _>(0), row)).collect();
        rows.sort_by_key(|(group, _)| self.groups.iter().position(|known| known == group));
        let copy = |row: &sqlx::postgres::PgRow| ModelDelivery {
            state: row.get(3),
            open: row.get(4),
            used: row.get(5),
            attempts: row.get(6),
            bypassed: row.get(7),
            turn: row.get(8),
            release: row.get(9),
            due: row.get(10),
        };
        rows.into_iter().map(|(_, row)| (row.get(1), row.get(2), copy(row))).collect()
    }

    /// What is ready and not put off stands in one batch, claimed or not as the model says; nothing else is in one that is not
    /// claimed.
    async fn compare_queue(&self, after: &str) {
        let asked =
            "select delivery_id(l.published_at, d.bulletin_no, d.group_id), d.state = 'ready' and d.due_at is null,
                (select count(*) from batches b where b.bulletin_no = d.bulletin_no and d.group_id = any (b.groups)
                    and b.epoch is null),
                (select count(*) from batches b where b.bulletin_no = d.bulletin_no and d.group_id = any (b.groups)
                    and b.epoch is not null)
            from deliveries d join bulletins l on l.no = d.bulletin_no";
        let rows: Vec<(DeliveryId, bool, i64, i64)> =
            sqlx::query_as(asked).fetch_all(&mut *self.relay.db().await).await.expect("the queue");
        for (id, ready, open, claimed) in rows {
            let Some(place) = self.find_place(id) else { continue };
            let held = self.claims.contains_key(&place);
            // a late answer may end what waits; whoever claims it finds so
            let waits = if ready && !held { open == 1 } else { open <= i64::from(!held) };
            assert!(waits, "{place:?} stands in {open} open batches after {after}");
            assert!(
                claimed <= 1 && (claimed == 1) >= (held && ready),
                "{place:?} is claimed {claimed} times after {after}"
            );
        }
    }

    /// Both sides say the same.
    async fn compare(&mut self, after: &str) {
        for n in 0..self.bulletins.len() {
            let rows = self.rows(self.bulletins[n].id).await;
            let bulletin_model = &mut self.bulletins[n];
            for (group, (_, key, copy)) in rows.into_iter().enumerate() {
                let code = TREE[group].0;
                assert_eq!(
                    copy, bulletin_model.copies[group],
                    "{code} (left: the row, right: the model) after {after}"
                );
                let another = key != bulletin_model.keys[group];
                assert_eq!(
                    another,
                    std::mem::take(&mut bulletin_model.rekeyed[group]),
                    "a new key for {code} after {after}"
                );
                bulletin_model.keys[group] = key;
            }
            let id = bulletin_model.id;
            let difference = find_drift(&mut *self.relay.db().await, id).await.expect("a recount");
            assert!(difference.is_none(), "{difference:?} after {after}");
        }
    }
}

#[test]
fn whatever_happens_in_whatever_order_each_row_says_what_the_model_says() {
    let config =
        Config { cases: scaled(20, 500), max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let ran = runner.run(&operations(), |operations| {
        runtime.block_on(async {
            let mut model_test = ModelTest::new().await;
            for (n, operation) in operations.into_iter().enumerate() {
                model_test.operation(operation).await;
                model_test.compare(&format!("act {n}, {operation:?}")).await;
                model_test.compare_queue(&format!("act {n}, {operation:?}")).await;
            }
            model_test.relay.drop_database().await;
        });
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
}

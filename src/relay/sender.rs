//! The sender: the one task in the whole cluster that sends on a channel.
//!
//! It claims ready deliveries in batches, sends the most urgent first at the channel's pace, and hands every outcome
//! to its recorder. Nothing is held open in the database across a call. It stops by itself when its lease ends or
//! another holder has raised the channel's epoch, and gives back what it has not sent.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backlog::{Backlog, Claimed};
use super::call::{Called, Permission, call, next_attempt, permit};
use super::engine::{Engine, open_access};
use super::lease::Lease;
use super::pace::{Pace, Snooze};
use super::recorder::{Entry, Recorder, Written};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{ChannelId, MessageId};
use crate::domain::outcome::Outcome;
use crate::line::token::Access;
use crate::store::attempts::Attempt;
use crate::store::bulletins::update_paused;
use crate::store::channels::{get_channel, park_channel};
use crate::store::claims::{Ready, begin_claim, insert_claim, list_due, list_fresh, list_still_ready, take_channel};
use crate::store::messages::get_message;
use crate::store::notices::{Notice, notify};
use crate::store::record::Recorded;
use crate::store::{Result, StoreError};
use crate::telemetry::metric;

/// How long a sender waits that cannot go on for a moment.
const MOMENT: Duration = Duration::from_millis(100);
/// Rendered messages kept in memory; a bulletin has one, and one more for each steward's note.
const MESSAGES: u64 = 256;

/// How long a sender works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until it is stopped or replaced.
    Stopped,
    /// Until nothing is left to do at the clock's time.
    Idle,
}

/// Why a sender ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to, or had nothing left to do.
    Done,
    /// Another holder has the channel.
    Replaced,
}

/// Whether the database is to be looked at for work.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// Something became ready since the last look.
    wanted: bool,
    /// The last look left ready deliveries for later.
    more: bool,
}

/// The one task that sends on a channel.
pub struct Sender {
    engine: Engine,
    channel: ChannelId,
    epoch: i64,
    access: Option<Access>,
    parked: bool,
    in_flight: usize,
    lease: Lease,
    wake: Arc<Notify>,
    stop: CancellationToken,
    backlog: Backlog,
    messages: Cache<MessageId, Arc<str>>,
    pace: Pace,
    snooze: Snooze,
    calls: JoinSet<Called>,
    recorder: mpsc::Sender<Entry>,
    written: mpsc::UnboundedReceiver<Written>,
    look: Look,
    /// Whether a pause has gone by since what is claimed was looked at.
    stale: bool,
    in_flight_gauge: metrics::Gauge,
    replaced: bool,
}

impl Sender {
    /// Takes the channel, whose lock the node holds: raises its epoch and turns what an older holder left behind
    /// into open outcomes. Starts the recorder.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(
        engine: &Engine,
        channel: ChannelId,
        lease: Lease,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) -> Result<Self> {
        let taken = loop {
            let mut tx = engine.db.begin().await?;
            let wait = engine.settings.request_timeout;
            match take_channel(&mut tx, channel, engine.clock.now(), wait).await {
                Ok(taken) => {
                    tx.commit().await?;
                    break taken;
                }
                Err(StoreError::Again(_)) => {}
                Err(error) => return Err(error),
            }
        };
        if taken.left_open > 0 {
            tracing::warn!(channel.id = %channel, deliveries = taken.left_open,
                "an earlier sender left calls with unknown outcome; they are repeated under their keys");
        }
        let settings = &engine.settings;
        let (entries, inbox) = mpsc::channel(settings.record_batch * 8);
        let (outbox, written) = mpsc::unbounded_channel();
        tokio::spawn(Recorder::new(engine.clone(), channel, taken.epoch, inbox, outbox).run());
        let mut sender = Self {
            channel,
            epoch: taken.epoch,
            access: None,
            parked: true,
            in_flight: settings.in_flight,
            lease,
            wake,
            stop,
            backlog: Backlog::default(),
            messages: Cache::new(MESSAGES),
            pace: Pace::new(1, settings.burst, Instant::now()),
            snooze: Snooze::new(settings.snooze_start, settings.snooze_max),
            calls: JoinSet::new(),
            recorder: entries,
            written,
            look: Look { wanted: true, more: false },
            stale: false,
            in_flight_gauge: metrics::gauge!(metric::IN_FLIGHT, "channel" => channel.to_string()),
            replaced: false,
            engine: engine.clone(),
        };
        sender.refresh().await?;
        Ok(sender)
    }

    /// Sends until `until`, then gives back what is not sent and waits for everything to be recorded.
    pub async fn run(mut self, until: Until) -> Ended {
        let stop = self.stop.clone();
        let mut poll = Instant::now() + self.engine.settings.poll_wait();
        while !self.replaced {
            let mut next = None;
            if !stop.is_cancelled() {
                if self.look.wanted || (self.look.more && self.backlog.len() <= self.engine.settings.claim_batch / 2) {
                    self.top_up().await;
                }
                next = self.start_calls().await;
                if self.look.wanted {
                    next = Some(Instant::now() + MOMENT);
                }
            }
            let idle = self.backlog.open() == 0 && !self.look.wanted && !self.look.more;
            if self.calls.is_empty() && (stop.is_cancelled() || (until == Until::Idle && idle)) {
                break;
            }
            tokio::select! {
                Some(finished) = self.calls.join_next() => self.settle_all(finished.ok()).await,
                Some(written) = self.written.recv() => self.note(&written),
                () = self.wake.notified() => self.woken().await,
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = tokio::time::sleep_until(next.unwrap_or(poll).min(poll)) => {
                    if Instant::now() >= poll {
                        self.woken().await;
                        poll = Instant::now() + self.engine.settings.poll_wait();
                    }
                }
            }
        }
        self.finish().await
    }

    /// Gives back what is not sent, and waits for the recorder.
    async fn finish(mut self) -> Ended {
        while let Some(finished) = self.calls.join_next().await {
            if let Ok(called) = finished {
                self.settle(called).await;
            }
        }
        for claimed in self.backlog.drain() {
            self.give_back(&claimed).await;
        }
        let Self { recorder, mut written, replaced, .. } = self;
        drop(recorder);
        while written.recv().await.is_some() {}
        if replaced { Ended::Replaced } else { Ended::Done }
    }

    /// Settles this call and all others that have come to their end.
    async fn settle_all(&mut self, first: Option<Called>) {
        let mut next = first;
        while let Some(called) = next {
            self.settle(called).await;
            next = self.calls.try_join_next().and_then(std::result::Result::ok);
        }
        self.in_flight_gauge.set(f64::from(u32::try_from(self.calls.len()).unwrap_or(u32::MAX)));
    }

    /// Something changed: there may be more to send, or what was claimed may not be sent any more.
    async fn woken(&mut self) {
        self.backlog.rewind();
        self.look.wanted = true;
        let looked = async {
            self.refresh().await?;
            self.give_back_ended().await
        };
        if let Err(error) = looked.await {
            tracing::warn!(channel.id = %self.channel, error = &error as &dyn std::error::Error,
                "the channel could not be looked at again");
        }
    }

    /// Gives back what was claimed and is not to be sent any more: withdrawn, expired or paused meanwhile, or all if
    /// the channel is parked.
    async fn give_back_ended(&mut self) -> Result<()> {
        self.stale = false;
        if self.backlog.len() == 0 {
            return Ok(());
        }
        let stay = if self.parked {
            HashSet::new()
        } else {
            let unsent = self.backlog.unsent();
            let mut db = self.engine.db.acquire().await?;
            list_still_ready(&mut db, self.channel, &unsent).await?.into_iter().collect()
        };
        for claimed in self.backlog.drain_except(&stay) {
            self.give_back(&claimed).await;
        }
        Ok(())
    }

    /// Reads the channel's pace, its token and whether it is parked.
    async fn refresh(&mut self) -> Result<()> {
        let channel = get_channel(&mut *self.engine.db.acquire().await?, self.channel).await?;
        self.parked = channel.parked_reason.is_some();
        let rate = u32::try_from(channel.rate_per_second).unwrap_or(1);
        self.pace.set_rate(rate);
        self.in_flight = self.engine.settings.in_flight.max(usize::try_from(rate / 2).unwrap_or(usize::MAX));
        self.access = match open_access(&self.engine.sealing, &channel) {
            Ok(access) => Some(access),
            Err(error) => {
                tracing::error!(
                    channel.code = channel.code,
                    error = &error as &dyn std::error::Error,
                    "the channel cannot be sent on"
                );
                None
            }
        };
        Ok(())
    }

    /// Claims what is ready, as far as there is room; a more urgent delivery always has room.
    async fn top_up(&mut self) {
        if self.parked || self.access.is_none() {
            self.look = Look { wanted: false, more: false };
            return;
        }
        if !self.lease.is_good() {
            return;
        }
        match self.claim().await {
            Ok(more) => self.look = Look { wanted: false, more },
            Err(error) => {
                tracing::warn!(channel.id = %self.channel, error = &error as &dyn std::error::Error,
                    "no work could be claimed; it is tried again");
                self.look.wanted = true;
            }
        }
    }

    /// Claims one batch; gives whether ready deliveries were left for later.
    async fn claim(&mut self) -> Result<bool> {
        let now = self.engine.clock.now();
        let batch = self.engine.settings.claim_batch;
        let full = self.backlog.len() >= batch;
        let better_than = self.backlog.best_priority().filter(|_| full);
        let open = self.backlog.open();
        let mut tx = self.engine.db.begin().await?;
        if !begin_claim(&mut tx, self.channel, self.epoch).await? {
            drop(tx);
            self.find_out_why().await?;
            return Ok(false);
        }
        let due = list_due(&mut tx, self.channel, now, as_limit(batch + open)).await?;
        let fresh = list_fresh(&mut tx, self.channel, self.backlog.cursor(), as_limit(batch + open)).await?;
        let page_full = fresh.len() == batch + open || due.len() == batch + open;
        let last = fresh.last().cloned();
        let (chosen, left_over) = self.choose(due, fresh, better_than);
        if !chosen.is_empty() {
            let ids: Vec<_> = chosen.iter().map(|ready| ready.id).collect();
            if let Some(claim) = insert_claim(&mut tx, self.channel, self.epoch, now, &ids).await? {
                tx.commit().await?;
                // the recorder must know the claim before any of its outcomes
                self.tell(Entry::Opened(claim, ids.len())).await;
                self.backlog.extend(claim, chosen);
            }
        }
        if let (Some(last), false) = (last, left_over) {
            self.backlog.advance(&last);
        }
        Ok(page_full || left_over)
    }

    /// Picks one batch: retries up to their share, then fresh deliveries, then more retries if there is room; the most
    /// urgent of these. Gives whether something was left for later.
    fn choose(&self, mut due: Vec<Ready>, mut fresh: Vec<Ready>, better_than: Option<i16>) -> (Vec<Ready>, bool) {
        let batch = self.engine.settings.claim_batch;
        due.retain(|ready| !self.backlog.holds(ready.id));
        fresh.retain(|ready| !self.backlog.holds(ready.id));
        let found = due.len() + fresh.len();
        let more_due = due.split_off(due.len().min(self.retry_room()));
        let mut chosen: Vec<Ready> = due.into_iter().chain(fresh).chain(more_due).collect();
        chosen.retain(|ready| better_than.is_none_or(|best| ready.priority < best));
        chosen.truncate(batch);
        let left_over = chosen.len() < found;
        (chosen, left_over)
    }

    /// How many retries a batch may hold before fresh deliveries.
    fn retry_room(&self) -> usize {
        let part = self.engine.settings.retry_share.clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of a small positive number"
        )]
        let room = (self.engine.settings.claim_batch as f64 * part) as usize;
        room.max(1)
    }

    /// A claim was refused: the channel is parked, or somebody else has it.
    async fn find_out_why(&mut self) -> Result<()> {
        self.refresh().await?;
        if !self.parked {
            metrics::counter!(metric::CLAIMS_LOST).increment(1);
            self.replaced = true;
        }
        Ok(())
    }

    /// Starts as many calls as room, pace and lease allow; gives when the next may start.
    async fn start_calls(&mut self) -> Option<Instant> {
        loop {
            let now = Instant::now();
            if self.calls.len() >= self.in_flight || self.backlog.len() == 0 || self.parked || self.access.is_none() {
                return None;
            }
            if !self.lease.is_good() {
                return Some(now + MOMENT);
            }
            if let Some(until) = self.snooze.until(now) {
                self.stale = true;
                return Some(until);
            }
            if self.stale && self.give_back_ended().await.is_err() {
                self.stale = true;
                return Some(now + MOMENT);
            }
            if let Err(wait) = self.pace.take(now) {
                return Some(now + wait);
            }
            let claimed = self.backlog.pop()?;
            self.start_call(claimed).await;
        }
    }

    async fn start_call(&mut self, claimed: Claimed) {
        let now = self.engine.clock.now();
        let Some(access) = self.access.clone() else {
            self.backlog.put_back(claimed);
            return;
        };
        match permit(&claimed.ready, now, self.engine.settings.retry_key_lifetime) {
            Permission::Send => match self.message(claimed.ready.message_id).await {
                Ok(message) => {
                    let (line, clock) = (self.engine.line.clone(), self.engine.clock.clone());
                    self.calls.spawn(call(line, access, clock, claimed, message));
                }
                Err(error) => {
                    tracing::warn!(delivery.id = %claimed.ready.id, error = &error as &dyn std::error::Error,
                        "the message could not be read; it is sent later");
                    self.snooze.begin(Instant::now());
                    self.backlog.put_back(claimed);
                }
            },
            Permission::NotLinked => self.end(claimed, State::Unreachable, Reason::NotLinked).await,
            Permission::TooLate => self.end(claimed, State::Failed, Reason::OutcomeUnknown).await,
            Permission::NeedsKey(key) => {
                let mut row = recorded(&claimed.ready, State::Ready, None, now);
                row.due_at = Some(now);
                row.new_key = Some(key);
                self.record(claimed, row, None).await;
            }
        }
    }

    async fn message(&self, id: MessageId) -> Result<Arc<str>, Arc<StoreError>> {
        let db = self.engine.db.clone();
        self.messages
            .try_get_with(id, async move { Ok(get_message(&mut *db.acquire().await?, id).await?.into()) })
            .await
    }

    /// Ends a delivery without a call.
    async fn end(&mut self, claimed: Claimed, state: State, reason: Reason) {
        let row = recorded(&claimed.ready, state, Some(reason), self.engine.clock.now());
        self.record(claimed, row, None).await;
    }

    /// Does what a call's outcome asks for.
    async fn settle(&mut self, called: Called) {
        let Called { claimed, began_at, started, at, outcome, attempt } = called;
        let mut row = recorded(&claimed.ready, State::Ready, None, at);
        row.called_at = Some(began_at);
        count(&outcome, attempt.as_ref());
        if matches!(outcome, Outcome::Accepted(_)) {
            self.snooze.end(started);
        }
        match outcome {
            Outcome::Accepted(receipt) => {
                row.state = State::Accepted;
                row.line_request_id = receipt.request_id;
                row.line_message_ids = receipt.message_ids;
            }
            Outcome::Retry { open, reason } => {
                row.open = open;
                row.reason = Some(reason);
                match next_attempt(&claimed.ready, open, &self.engine.settings, at) {
                    Ok(due) => row.due_at = Some(due),
                    Err(reason) => (row.state, row.reason) = (State::Failed, Some(reason)),
                }
            }
            Outcome::GiveUp(reason) => {
                (row.state, row.reason) = (State::Failed, Some(reason));
                if reason == Reason::MessageRefused {
                    self.pause_bulletin(&claimed).await;
                }
            }
            Outcome::Gone(reason) => (row.state, row.reason) = (State::Unreachable, Some(reason)),
            Outcome::Snooze => {
                self.snooze.begin(Instant::now());
                if self.parked {
                    self.give_back(&claimed).await;
                } else {
                    self.backlog.put_back(claimed);
                }
                return;
            }
            Outcome::Park(reason) => {
                self.park(reason).await;
                self.give_back(&claimed).await;
                return;
            }
        }
        self.record(claimed, row, attempt).await;
    }

    async fn park(&mut self, reason: crate::domain::outcome::ParkReason) {
        self.parked = true;
        let parked = async {
            park_channel(&mut *self.engine.db.acquire().await?, self.channel, reason, self.engine.clock.now()).await
        };
        match parked.await {
            Ok(true) => tracing::error!(channel.id = %self.channel, reason = reason.english(), "a channel is parked"),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(channel.id = %self.channel, error = &error as &dyn std::error::Error,
                    "a channel could not be parked; it is tried again with its next call");
            }
        }
        for claimed in self.backlog.drain() {
            self.give_back(&claimed).await;
        }
    }

    /// LINE refused the message though the group is there: it would refuse it everywhere.
    async fn pause_bulletin(&mut self, claimed: &Claimed) {
        let bulletin = claimed.ready.bulletin_id;
        let paused = async {
            let mut tx = self.engine.db.begin().await?;
            let paused = update_paused(&mut tx, bulletin, true, self.engine.clock.now()).await?;
            notify(&mut tx, Notice::WakeAll).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(paused)
        };
        match paused.await {
            Ok(true) => tracing::error!(bulletin.id = %bulletin, "LINE refuses the message: the bulletin is paused"),
            Ok(false) => {}
            Err(error) => tracing::error!(bulletin.id = %bulletin, error = &error as &dyn std::error::Error,
                "a bulletin that LINE refuses could not be paused"),
        }
        for other in self.backlog.drain_bulletin(bulletin) {
            self.give_back(&other).await;
        }
    }

    async fn record(&mut self, claimed: Claimed, row: Recorded, attempt: Option<Attempt>) {
        let urgent = claimed.ready.has_children && row.state != State::Ready;
        self.tell(Entry::Outcome { row: Box::new(row), attempt, claim: claimed.claim, urgent }).await;
    }

    /// Tells the recorder. It lives as long as this sender holds its end; should it have died all the same, nothing
    /// may be sent that could not be recorded.
    async fn tell(&mut self, entry: Entry) {
        if self.recorder.send(entry).await.is_err() {
            tracing::error!(channel.id = %self.channel, "the recorder is gone; the channel is let go");
            self.replaced = true;
        }
    }

    async fn give_back(&mut self, claimed: &Claimed) {
        self.tell(Entry::GivenBack(claimed.ready.id, claimed.claim)).await;
    }

    fn note(&mut self, written: &Written) {
        self.backlog.settle(&written.ids);
        if written.woke_own {
            self.backlog.rewind();
            self.look.wanted = true;
        }
    }
}

/// A row that says nothing yet but which delivery, state and time.
fn recorded(ready: &Ready, state: State, reason: Option<Reason>, at: crate::domain::time::Timestamp) -> Recorded {
    Recorded {
        id: ready.id,
        bulletin_id: ready.bulletin_id,
        state,
        reason,
        at,
        due_at: None,
        called_at: None,
        open: false,
        new_key: None,
        line_request_id: None,
        line_message_ids: Vec::new(),
    }
}

fn as_limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn count(outcome: &Outcome, attempt: Option<&Attempt>) {
    let kind = match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::Retry { .. } => "retry",
        Outcome::Snooze => "snooze",
        Outcome::Park(_) => "park",
        Outcome::GiveUp(_) => "give_up",
        Outcome::Gone(_) => "gone",
    };
    metrics::counter!(metric::OUTCOMES, "kind" => kind).increment(1);
    if matches!(outcome, Outcome::Accepted(_)) {
        metrics::counter!(metric::ACCEPTED).increment(1);
    }
    if attempt.and_then(|attempt| attempt.status) == Some(429) {
        let cause = if matches!(outcome, Outcome::Park(_)) { "quota" } else { "rate" };
        metrics::counter!(metric::TOO_MANY, "kind" => cause).increment(1);
    }
}

//! The sender: the one task in the whole cluster that sends on a channel.
//!
//! It claims ready deliveries in batches, sends the most urgent first at the channel's pace, and hands every outcome
//! to its recorder. Nothing is held open in the database across a call. It stops by itself when its lease ends or
//! another holder has raised the channel's epoch, and gives back what it has not sent.

mod calling;
mod claiming;
mod settling;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use tokio::sync::{Notify, mpsc};
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backlog::Backlog;
use super::call::{Called, Started};
use super::engine::{Engine, open_access};
use super::gauges::UnderWay;
use super::lease::Lease;
use super::pace::{Pace, Snooze};
use super::quota_evidence::QuotaEvidence;
use super::recorder::{Entry, ToRecorder, Written};
use crate::domain::ids::{ChannelId, MessageId};
use crate::line::token::Access;
use crate::store::batches::{list_still_ready, take_channel};
use crate::store::channels::get_channel;
use crate::store::locks::{SessionPid, session_holds_channel};
use crate::store::{Result, StoreError};

/// How long a sender waits that cannot go on for a moment.
const MOMENT: Duration = Duration::from_millis(100);
/// Calls that keep LINE's own pace of 2,000 a second when each takes half a second; more are of no use to a channel
/// without a pace either, and each costs memory.
const MOST_IN_FLIGHT: usize = 1_000;
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
    /// The last look may have left ready deliveries for later.
    more: bool,
    /// Whether the next look is to find claims of this sender that it does not know of.
    adopt: bool,
}

/// The one task that sends on a channel.
pub struct Sender {
    engine: Engine,
    channel: ChannelId,
    epoch: i64,
    recorder: ToRecorder,
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
    /// What each of the calls is for, should its task break down.
    started: HashMap<Id, Started>,
    quota: QuotaEvidence,
    /// Calls that LINE has accepted so far.
    accepted: u64,
    written: mpsc::UnboundedReceiver<Written>,
    look: Look,
    /// Whether a pause has gone by since what is claimed was looked at.
    stale: bool,
    under_way: UnderWay,
    replaced: bool,
}

impl Sender {
    /// Takes the channel, whose lock the session `holder` holds: raises its epoch and turns what an older holder left
    /// behind into open outcomes. Gives nothing where the lock is not the session's any more: who
    /// has it now must not lose the channel to a task that was kept waiting. `None` for `holder` where nobody else can be.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(
        engine: &Engine,
        recorder: ToRecorder,
        channel: ChannelId,
        holder: Option<SessionPid>,
        lease: Lease,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) -> Result<Option<Self>> {
        let taken = loop {
            let mut tx = engine.db.begin().await?;
            let wait = engine.settings.request_timeout;
            match take_channel(&mut tx, channel, engine.clock.now(), wait).await {
                Ok(taken) => {
                    // asked while the channel's row is locked: whoever got the lock since then raises the epoch after this
                    if let Some(pid) = holder
                        && !session_holds_channel(&mut tx, pid, channel).await?
                    {
                        return Ok(None);
                    }
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
        let (outbox, written) = mpsc::unbounded_channel();
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
            started: HashMap::new(),
            quota: QuotaEvidence::default(),
            accepted: 0,
            recorder,
            written,
            look: Look { wanted: true, more: false, adopt: false },
            stale: false,
            under_way: UnderWay::default(),
            replaced: false,
            engine: engine.clone(),
        };
        sender.refresh().await?;
        sender.tell(Entry::Joined(outbox)).await;
        Ok(Some(sender))
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
            self.under_way.set(self.calls.len());
            let idle = self.backlog.open() == 0 && !self.look.wanted && !self.look.more;
            if self.calls.is_empty() && (stop.is_cancelled() || (until == Until::Idle && idle)) {
                break;
            }
            tokio::select! {
                Some(finished) = self.calls.join_next_with_id() => self.settle_all(finished).await,
                Some(written) = self.written.recv() => self.note(&written),
                () = self.wake.notified() => self.woken().await,
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = tokio::time::sleep_until(next.unwrap_or(poll).min(poll)) => {
                    if Instant::now() >= poll {
                        self.look.adopt = true;
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
        while let Some(finished) = self.calls.join_next_with_id().await {
            self.settle_all(finished).await;
        }
        for claimed in self.backlog.drain() {
            self.give_back(&claimed).await;
        }
        self.tell(Entry::Left).await;
        while self.written.recv().await.is_some() {}
        if self.replaced { Ended::Replaced } else { Ended::Done }
    }

    /// Something changed: there may be more to send, or what was claimed may not be sent any more.
    async fn woken(&mut self) {
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
            list_still_ready(&mut db, self.channel, &unsent, self.engine.clock.later()).await?.into_iter().collect()
        };
        for claimed in self.backlog.drain_except(&stay) {
            self.give_back(&claimed).await;
        }
        Ok(())
    }

    /// Reads the channel's pace, its token and whether it is parked.
    async fn refresh(&mut self) -> Result<()> {
        let channel = get_channel(&mut *self.engine.db.acquire().await?, self.channel).await?;
        self.under_way.name(&channel.code);
        self.parked = channel.parked_reason.is_some();
        let rate = u32::try_from(channel.rate_per_second).unwrap_or(1);
        self.pace.set_rate(rate);
        let keeps_pace = usize::try_from(rate / 2).unwrap_or(usize::MAX).min(MOST_IN_FLIGHT);
        self.in_flight = self.engine.settings.in_flight.max(keeps_pace);
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

    fn note(&mut self, written: &Written) {
        self.backlog.settle(&written.settled);
        if written.woke_own {
            self.look.wanted = true;
        }
    }
}

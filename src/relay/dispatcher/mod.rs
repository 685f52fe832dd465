//! The dispatcher: the one task in the whole cluster that sends on a channel.
//!
//! It asks the node's queue reader for ready deliveries, sends the most urgent first at the channel's pace, and hands every
//! outcome to the recorder. Nothing is held open in the database across a call. It stops by itself when its lease ends or
//! another holder has raised the channel's epoch, and gives back what it has not sent.

mod calling;
mod calls;
mod channel;
mod looking;
mod settling;
mod spending;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::calls::Calls;
use self::channel::ChannelState;
use self::looking::{Look, Work};
use super::backlog::Backlog;
use super::engine::Engine;
use super::lease::Lease;
use super::queue_reader::ToQueueReader;
use super::recorder::{Entry, Holder, ToRecorder, Written};
use crate::domain::ids::ChannelId;
use crate::store::batches::{list_still_ready, take_channel};
use crate::store::locks::{SessionPid, session_holds_channel};
use crate::store::{Result, StoreError};

/// How long a dispatcher waits that cannot go on for a moment.
const MOMENT: Duration = Duration::from_millis(100);

/// How long a dispatcher works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until it is stopped or replaced.
    Stopped,
    /// Until nothing is left to do at the clock's time.
    Idle,
}

/// Why a dispatcher ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to, or had nothing left to do.
    Done,
    /// Another holder has the channel.
    Replaced,
}

/// What the dispatchers of a node share.
#[derive(Clone)]
pub struct Shared {
    /// Where they get their work.
    pub queue: ToQueueReader,
    /// Where they tell what came of it.
    pub recorder: ToRecorder,
}

impl Shared {
    /// Starts a queue reader and a recorder.
    #[must_use]
    pub fn start(engine: &Engine) -> Self {
        Self { queue: ToQueueReader::start(engine.clone()), recorder: ToRecorder::start(engine.clone()) }
    }

    /// Whether both are still there.
    #[must_use]
    pub fn works(&self) -> bool {
        self.queue.works() && self.recorder.works()
    }
}

/// The one task that sends on a channel.
pub struct Dispatcher {
    engine: Engine,
    holder: Holder,
    queue: ToQueueReader,
    recorder: ToRecorder,
    lease: Lease,
    wake: Arc<Notify>,
    stop: CancellationToken,
    channel: ChannelState,
    backlog: Backlog,
    calls: Calls,
    written: mpsc::UnboundedReceiver<Written>,
    look: Look,
    /// Whether a pause has gone by since what is claimed was looked at.
    stale: bool,
    replaced: bool,
}

impl Dispatcher {
    /// Takes the channel, whose lock the session `holder` holds: raises its epoch and turns what an older holder left
    /// behind into open outcomes. Gives nothing where the lock is not the session's any more: who
    /// has it now must not lose the channel to a task that was kept waiting. `None` for `holder` where nobody else can be.
    pub async fn start(
        engine: &Engine,
        shared: Shared,
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
                "an earlier dispatcher left calls with unknown outcome; they are repeated under their keys");
        }
        let (outbox, written) = mpsc::unbounded_channel();
        let mut dispatcher = Self {
            engine: engine.clone(),
            holder: Holder { channel, epoch: taken.epoch },
            queue: shared.queue,
            recorder: shared.recorder,
            lease,
            wake,
            stop,
            channel: ChannelState::unknown(&engine.settings),
            backlog: Backlog::default(),
            calls: Calls::default(),
            written,
            look: Look::default(),
            stale: false,
            replaced: false,
        };
        dispatcher.send(Entry::Joined(outbox)).await;
        Ok(Some(dispatcher))
    }

    /// Sends until `until`, then gives back what is not sent and waits for everything to be recorded.
    pub async fn run(mut self, until: Until) -> Ended {
        let stop = self.stop.clone();
        let mut poll = Instant::now() + self.engine.settings.poll_wait();
        while !self.replaced {
            let mut next = None;
            if !stop.is_cancelled() {
                self.look();
                next = self.start_calls().await;
                next = next.into_iter().chain(self.look.retry_at()).min();
            }
            self.calls.measure();
            let nothing_under_way = self.calls.is_empty() && !self.look.is_under_way();
            let idle = self.backlog.open() == 0 && self.look.is_done();
            if nothing_under_way && (stop.is_cancelled() || (until == Until::Idle && idle)) {
                break;
            }
            tokio::select! {
                Some(finished) = self.calls.next() => self.settle_all(finished).await,
                Some(written) = self.written.recv() => self.note(&written),
                answer = self.look.answer() => self.found(answer).await,
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
        while let Some(finished) = self.calls.next().await {
            self.settle_all(finished).await;
        }
        if self.look.is_under_way() {
            let answer = self.look.answer().await;
            self.found(answer).await;
        }
        self.give_back_all().await;
        self.send(Entry::Left).await;
        while self.written.recv().await.is_some() {}
        if self.replaced { Ended::Replaced } else { Ended::Done }
    }

    /// Something changed: there may be more to send, or what was claimed may not be sent any more.
    async fn woken(&mut self) {
        self.look.work = Work::New;
        self.look.refresh = true;
        self.forget_spending();
        if let Err(error) = self.give_back_ended().await {
            tracing::warn!(channel.id = %self.holder.channel, error = &error as &dyn std::error::Error,
                "what is claimed could not be looked at again");
        }
    }

    /// Gives back what was claimed and is not to be sent any more: withdrawn, expired or paused meanwhile.
    async fn give_back_ended(&mut self) -> Result<()> {
        self.stale = false;
        if self.backlog.len() == 0 {
            return Ok(());
        }
        let unsent = self.backlog.unsent();
        let stay = {
            let mut db = self.engine.db.acquire().await?;
            list_still_ready(&mut db, self.holder.channel, &unsent, self.engine.clock.later()).await?
        };
        for claimed in self.backlog.drain_except(&stay.into_iter().collect()) {
            self.give_back(&claimed).await;
        }
        Ok(())
    }

    /// Gives back all that is not sent.
    async fn give_back_all(&mut self) {
        for claimed in self.backlog.drain() {
            self.give_back(&claimed).await;
        }
    }

    fn note(&mut self, written: &Written) {
        self.backlog.settle(&written.settled);
        if written.woke_own {
            self.look.work = Work::New;
        }
    }
}

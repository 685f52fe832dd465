//! How a dispatcher comes by work: it asks the queue reader, and goes on calling meanwhile.

use tokio::sync::oneshot;
use tokio::sync::oneshot::error::RecvError;
use tokio::time::Instant;

use super::{Dispatcher, MOMENT};
use crate::domain::ids::BatchId;
use crate::relay::queue_reader::{Answer, Found};
use crate::relay::recorder::Entry;
use crate::store::batches::{Claim, ClaimOutcome, Ready};
use crate::store::channels::get_channel;
use crate::telemetry::metric;

/// Whether the database is to be looked at.
#[derive(Debug)]
pub(super) struct Look {
    /// Whether there may be something to claim.
    pub(super) work: Work,
    /// The channel may have changed: no call is started until that is known.
    pub(super) refresh: bool,
    /// The same, but it could not be found out: calls go on by what was known last.
    blind: bool,
    /// The next look is to find claims of this holder that it does not know of.
    pub(super) adopt: bool,
    /// Not before this moment, as the last look failed.
    not_before: Option<Instant>,
    /// A look that is under way.
    asked: Option<Asked>,
}

/// Whether there may be something to claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// The last look found nothing.
    None,
    /// The last look may have left some, to be claimed when there is room.
    Left,
    /// Something became ready since the last look.
    New,
}

/// A question that is not answered.
#[derive(Debug)]
struct Asked {
    answer: oneshot::Receiver<Answer>,
    refresh: bool,
    /// Whether no call is started until it is answered.
    calls_wait: bool,
    claim: Option<AskedClaim>,
}

/// What was asked for.
#[derive(Clone, Copy, Debug)]
struct AskedClaim {
    /// Only what is more urgent than all that is claimed.
    urgent_only: bool,
    adopt: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { work: Work::New, refresh: true, blind: false, adopt: false, not_before: None, asked: None }
    }
}

impl Look {
    /// Whether nothing more can come of it by itself.
    pub(super) fn is_done(&self) -> bool {
        self.asked.is_none() && self.work == Work::None && !self.refresh && !self.blind
    }

    /// Whether an answer is waited for.
    pub(super) fn is_under_way(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether the channel is being looked at: it may be parked, and no call is started until that is known.
    pub(super) fn is_refreshing(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.calls_wait)
    }

    /// When to look again where the last look failed.
    pub(super) fn retry_at(&self) -> Option<Instant> {
        self.not_before.filter(|_| self.work == Work::New || self.refresh || self.blind)
    }

    /// The answer to what was asked; waits for ever where nothing was.
    pub(super) async fn answer(&mut self) -> Result<Answer, RecvError> {
        match &mut self.asked {
            Some(asked) => (&mut asked.answer).await,
            None => std::future::pending().await,
        }
    }

    fn again_in_a_moment(&mut self) {
        self.work = Work::New;
        self.not_before = Some(Instant::now() + MOMENT);
    }
}

impl Dispatcher {
    /// Asks for work, if there may be some and there is room; a more urgent delivery always has room.
    pub(super) fn look(&mut self) {
        let now = Instant::now();
        if self.look.is_under_way() || self.look.not_before.is_some_and(|start| now < start) {
            return;
        }
        self.look.not_before = None;
        let room = self.engine.settings.claim_batch;
        let wanted = match self.look.work {
            Work::None => false,
            Work::Left => self.backlog.len() <= room / 2,
            Work::New => true,
        };
        let refresh = self.look.refresh || self.look.blind;
        if !self.channel.is_open() && !refresh {
            self.look.work = Work::None;
            return;
        }
        if !wanted && !refresh {
            return;
        }
        if !self.lease.is_good() {
            self.look.not_before = Some(now + MOMENT);
            return;
        }
        let full = self.backlog.len() >= room;
        let claim = (wanted && self.channel.is_open()).then(|| Claim {
            channel: self.holder.channel,
            epoch: self.holder.epoch,
            room,
            below: self.backlog.best_priority().filter(|_| full),
            known: self.look.adopt.then(|| self.backlog.batches()),
        });
        let asked = claim.as_ref().map(|claim| AskedClaim { urgent_only: full, adopt: claim.known.is_some() });
        let answer = self.queue.ask(self.holder.channel, refresh, claim);
        let calls_wait = self.look.refresh;
        self.look.asked = Some(Asked { answer, refresh, calls_wait, claim: asked });
        (self.look.refresh, self.look.blind) = (false, false);
        if asked.is_some() {
            (self.look.work, self.look.adopt) = (Work::None, false);
        }
    }

    /// Takes in what was found.
    pub(super) async fn found(&mut self, answer: Result<Answer, RecvError>) {
        let Some(asked) = self.look.asked.take() else { return };
        let Ok(answer) = answer else {
            tracing::error!(channel.id = %self.holder.channel, "the queue reader is gone; the channel is let go");
            self.replaced = true;
            return;
        };
        let Some(Found { channel, claimed }) = answer else {
            self.look.again_in_a_moment();
            // it may have been committed all the same
            self.look.adopt |= asked.claim.is_some();
            // what is claimed already is sent as the channel was known last
            self.look.refresh |= asked.refresh && self.channel.access.is_none();
            self.look.blind |= asked.refresh;
            return;
        };
        match claimed.zip(asked.claim) {
            None => {}
            Some((ClaimOutcome::Claimed(claimed), asked)) => {
                if self.look.work == Work::None && (asked.urgent_only || !claimed.is_empty()) {
                    self.look.work = Work::Left;
                }
                self.take_in(claimed).await;
            }
            Some((ClaimOutcome::Locked, asked)) => {
                self.look.again_in_a_moment();
                self.look.adopt |= asked.adopt;
            }
            Some((ClaimOutcome::Refused, _)) => {
                self.find_out_why().await;
            }
        }
        if let Some(channel) = channel {
            self.calls.name(&channel.code);
            self.channel.update(&self.engine, &channel);
            if !self.channel.is_open() {
                self.give_back_all().await;
            }
        }
    }

    async fn take_in(&mut self, claimed: Vec<(BatchId, Ready)>) {
        for batch in claimed.chunk_by(|(one, _), (other, _)| one == other) {
            // the recorder must know the batch before any of its outcomes
            self.send(Entry::Opened(batch[0].0, batch.len())).await;
        }
        self.backlog.extend(claimed);
    }

    /// A claim was refused: the channel is parked, or somebody else has it.
    async fn find_out_why(&mut self) {
        let looked = async { get_channel(&mut *self.engine.db.acquire().await?, self.holder.channel).await };
        match looked.await {
            Ok(channel) if channel.parked_reason.is_some() => {
                self.channel.update(&self.engine, &channel);
                self.give_back_all().await;
            }
            // it was parked for a moment
            Ok(channel) if channel.epoch == self.holder.epoch => {
                self.channel.update(&self.engine, &channel);
                self.look.work = Work::New;
            }
            Ok(_) => {
                metrics::counter!(metric::CLAIMS_LOST).increment(1);
                self.replaced = true;
            }
            Err(error) => {
                tracing::warn!(channel.id = %self.holder.channel, error = &error as &dyn std::error::Error,
                    "why a claim was refused could not be found out; it is made again");
                self.look.again_in_a_moment();
            }
        }
    }
}

//! What a dispatcher does with what came of its calls: it tells the recorder, and sees to the channel.

use tokio::task::JoinError;
use tokio::time::Instant;

use super::Dispatcher;
use super::calls::Finished;
use crate::domain::delivery::{Reason, State};
use crate::domain::outcome::{Outcome, ParkReason};
use crate::domain::time::Timestamp;
use crate::line::verdict::is_rate_limit;
use crate::relay::backlog::{Claimed, OTHERS_FIRST};
use crate::relay::call::{Called, Started, next_attempt};
use crate::relay::recorder::{Entry, Haste};
use crate::store::StoreError;
use crate::store::attempts::Attempt;
use crate::store::batches::Ready;
use crate::store::bulletins::update_paused;
use crate::store::channels::park_channel;
use crate::store::notices::{Notice, notify};
use crate::store::record::{Call, DeliveryOutcome, OutcomeKind};
use crate::telemetry::metric;

/// The status of an answer that says "too many".
const LINE_THROTTLED: i16 = 429;

impl Dispatcher {
    /// Settles this call and all others that have come to their end.
    pub(super) async fn settle_all(&mut self, first: Finished) {
        let mut next = Some(first);
        while let Some(finished) = next {
            match finished {
                Finished::Called(called) => self.settle(*called).await,
                Finished::Broken(started, error) => self.settle_broken(started, &error).await,
            }
            next = self.calls.try_next();
        }
    }

    /// A call's task broke down: LINE may have accepted what it sent, so the same key is asked again.
    async fn settle_broken(&mut self, started: Started, error: &JoinError) {
        tracing::error!(delivery.id = %started.delivery, error = error as &dyn std::error::Error,
            "a call broke down; it is repeated under its key");
        let at = self.engine.clock.now();
        self.channel.snooze.answered(Instant::now());
        let kind = OutcomeKind::Again {
            due_at: at + self.engine.settings.request_timeout,
            reason: Reason::NoAnswer,
            call: Some(Call { began_at: started.at, open: true }),
        };
        let row = DeliveryOutcome { id: started.delivery, bulletin_id: started.bulletin, at, kind };
        self.send(Entry::Outcome { row: Box::new(row), attempt: None, batch: started.batch, haste: Haste::Last }).await;
    }

    /// Does what a call's outcome asks for.
    pub(super) async fn settle(&mut self, called: Called) {
        let Called { mut claimed, began_at, started, at, outcome, mut attempt } = called;
        count(&outcome, attempt.as_ref());
        match outcome {
            Outcome::Accepted(_) => {
                self.channel.accepted += 1;
                self.channel.snooze.end(started);
            }
            Outcome::Snooze => {}
            _ => self.channel.snooze.answered(started),
        }
        if outcome.is_certain_refusal() {
            self.channel.spending.give_back(&claimed.ready);
        }
        let refused = Call { began_at, open: false };
        let kind = match outcome {
            Outcome::Accepted(receipt) => OutcomeKind::Accepted { called_at: began_at, receipt },
            Outcome::Retry { open, reason } => self.again(&claimed.ready, reason, Call { began_at, open }, at),
            Outcome::GiveUp(reason) => {
                if reason == Reason::MessageRefused {
                    self.pause_bulletin(&claimed).await;
                }
                OutcomeKind::Failed { reason, call: Some(refused) }
            }
            Outcome::PutOff(reason) => {
                // the first refusal is kept with LINE's words; until there is room it is the same each time
                OutcomeKind::Again { due_at: at + self.engine.settings.quota_refresh, reason, call: Some(refused) }
            }
            Outcome::Gone(reason) => OutcomeKind::Unreachable { reason, call: Some(refused) },
            Outcome::Snooze => {
                self.channel.snooze.begin(Instant::now());
                match self.throttle(claimed, attempt).await {
                    None => return,
                    Some((theirs, last)) => {
                        // others are taken meanwhile: the limit is that of this group alone
                        (claimed, attempt) = (theirs, last);
                        self.again(&claimed.ready, Reason::LineBusy, refused, at)
                    }
                }
            }
            Outcome::Park(reason) => {
                self.park(reason).await;
                if let Some(attempt) = attempt {
                    self.send(Entry::Refused(attempt)).await;
                }
                self.give_back(&claimed).await;
                return;
            }
        };
        self.record(claimed, at, kind, attempt).await;
    }

    /// Another attempt by the schedule, or the end of it.
    fn again(&self, ready: &Ready, reason: Reason, call: Call, at: Timestamp) -> OutcomeKind {
        match next_attempt(ready, call.open, &self.engine.settings, at) {
            Ok(due_at) => OutcomeKind::Again { due_at, reason, call: Some(call) },
            Err(reason) => OutcomeKind::Failed { reason, call: Some(call) },
        }
    }

    /// A call was refused as too much, or LINE could not be reached: the delivery is put back. Gives it back instead
    /// where LINE has refused it several times and taken others meanwhile. The first refusal is kept with LINE's words.
    async fn throttle(&mut self, mut claimed: Claimed, attempt: Option<Attempt>) -> Option<(Claimed, Option<Attempt>)> {
        let refused = attempt.as_ref().is_some_and(|attempt| attempt.status == Some(LINE_THROTTLED));
        if refused {
            let throttled = &mut claimed.throttled;
            throttled.times += 1;
            if throttled.times == 1 {
                throttled.accepted_before = self.channel.accepted;
            } else if throttled.times > OTHERS_FIRST && self.channel.accepted > throttled.accepted_before {
                return Some((claimed, attempt));
            }
        }
        if let Some(attempt) = attempt.filter(|_| refused && claimed.throttled.times == 1) {
            self.send(Entry::Refused(attempt)).await;
        }
        if self.channel.parked {
            self.give_back(&claimed).await;
        } else {
            self.backlog.put_back(claimed);
        }
        None
    }

    pub(super) async fn park(&mut self, reason: ParkReason) {
        self.channel.parked = true;
        let parked = async {
            park_channel(&mut *self.engine.db.acquire().await?, self.holder.channel, reason, self.engine.clock.now())
                .await
        };
        match parked.await {
            Ok(true) => {
                tracing::error!(channel.id = %self.holder.channel, reason = reason.english(), "a channel is parked");
            }
            Ok(false) => {}
            Err(error) => {
                tracing::error!(channel.id = %self.holder.channel, error = &error as &dyn std::error::Error,
                    "a channel could not be parked; it is tried again with its next call");
            }
        }
        self.give_back_all().await;
    }

    /// LINE refused the message though the group is there: it would refuse it everywhere.
    pub(super) async fn pause_bulletin(&mut self, claimed: &Claimed) {
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

    /// Hands what became of a delivery to the recorder.
    pub(super) async fn record(
        &mut self,
        claimed: Claimed,
        at: Timestamp,
        kind: OutcomeKind,
        attempt: Option<Attempt>,
    ) {
        let last = self.calls.is_empty() && self.backlog.len() == 0;
        let Ready { id, bulletin_id, has_children, .. } = claimed.ready;
        let haste = match has_children && kind.state() != State::Ready {
            true => Haste::Awaited,
            false if last => Haste::Last,
            false => Haste::None,
        };
        let row = Box::new(DeliveryOutcome { id, bulletin_id, at, kind });
        self.send(Entry::Outcome { row, attempt, batch: claimed.batch, haste }).await;
    }

    /// Tells the recorder. It lives as long as its node; should it have died all the same, nothing may be sent that could
    /// not be recorded.
    pub(super) async fn send(&mut self, entry: Entry) {
        if self.recorder.send(self.holder, entry).await.is_err() {
            tracing::error!(channel.id = %self.holder.channel, "the recorder is gone; the channel is let go");
            self.replaced = true;
        }
    }

    pub(super) async fn give_back(&mut self, claimed: &Claimed) {
        self.send(Entry::GivenBack { id: claimed.ready.id, bulletin: claimed.ready.bulletin_id, batch: claimed.batch })
            .await;
    }
}

/// Counts a call by what came of it.
fn count(outcome: &Outcome, attempt: Option<&Attempt>) {
    let kind = match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::Retry { .. } => "retry",
        Outcome::Snooze => "snooze",
        Outcome::Park(_) => "park",
        Outcome::PutOff(_) => "put_off",
        Outcome::GiveUp(_) => "give_up",
        Outcome::Gone(_) => "gone",
    };
    metrics::counter!(metric::OUTCOMES, "kind" => kind).increment(1);
    if matches!(outcome, Outcome::Accepted(_)) {
        metrics::counter!(metric::ACCEPTED).increment(1);
    }
    if let Some(attempt) = attempt.filter(|attempt| attempt.status == Some(LINE_THROTTLED)) {
        let cause = match outcome {
            Outcome::Park(_) | Outcome::PutOff(_) => "quota",
            _ if attempt.detail.as_deref().is_some_and(is_rate_limit) => "rate",
            _ => "unclear",
        };
        metrics::counter!(metric::LINE_THROTTLED, "kind" => cause).increment(1);
    }
}

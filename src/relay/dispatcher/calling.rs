//! How a dispatcher starts calls: as many as room, pace and lease allow, each looked at once more just before.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::{Dispatcher, MOMENT};
use crate::domain::delivery::Reason;
use crate::relay::backlog::Claimed;
use crate::relay::call::{CallContext, Permission, permit};
use crate::store::record::OutcomeKind;

/// The wait before a delivery is looked at again about whose key's age the clocks disagree.
const CLOCKS_AGREE: Duration = Duration::from_mins(1);

impl Dispatcher {
    /// Starts as many calls as room, pace and lease allow; gives when the next may start.
    pub(super) async fn start_calls(&mut self) -> Option<Instant> {
        loop {
            let now = Instant::now();
            if self.calls.len() >= self.channel.in_flight || self.backlog.len() == 0 || !self.channel.is_open() {
                return None;
            }
            if self.look.is_refreshing() {
                return None;
            }
            if !self.lease.is_good() {
                return Some(now + MOMENT);
            }
            if let Some(until) = self.channel.snooze.until(now) {
                self.stale = true;
                return Some(until);
            }
            // after a pause one call goes first: the others follow once LINE has taken it
            if self.channel.snooze.awaits_probe() {
                return None;
            }
            if self.stale && self.give_back_ended().await.is_err() {
                self.stale = true;
                return Some(now + MOMENT);
            }
            if !self.know_spending().await {
                return Some(now + MOMENT);
            }
            let Ok(room) = Arc::clone(&self.engine.call_room).try_acquire_owned() else {
                return Some(now + MOMENT);
            };
            if let Err(wait) = self.channel.pace.take(now) {
                return Some(now + wait);
            }
            let claimed = self.backlog.pop()?;
            self.start_call(claimed, room).await;
        }
    }

    pub(super) async fn start_call(&mut self, claimed: Claimed, room: OwnedSemaphorePermit) {
        let clock = &self.engine.clock;
        let now = clock.now();
        let Some(access) = self.channel.access.clone() else {
            self.backlog.put_back(claimed);
            return;
        };
        let permission = permit(&claimed.ready, clock, self.engine.settings.retry_key_lifetime);
        if let Some(reason) =
            self.channel.spending.refuses(&claimed.ready, now).filter(|_| permission == Permission::Send)
        {
            let due_at = now + self.engine.settings.budget_wait;
            self.record(claimed, now, OutcomeKind::Again { due_at, reason, call: None }, None).await;
            return;
        }
        match permission {
            Permission::Send => match self.queue.message(claimed.ready.message_id).await {
                Ok(message) => {
                    let surroundings = CallContext {
                        line: self.engine.line.clone(),
                        clock: self.engine.clock.clone(),
                        quota: self.channel.quota.clone(),
                        access,
                        may_send: self.lease.guard(),
                        room,
                    };
                    self.channel.spending.spend(&claimed.ready);
                    self.calls.start(self.holder.channel, surroundings, claimed, message);
                    self.channel.snooze.started();
                }
                Err(error) => {
                    tracing::warn!(delivery.id = %claimed.ready.id, error = &error as &dyn std::error::Error,
                        "the message could not be read; it is sent later");
                    self.channel.snooze.begin(Instant::now());
                    self.backlog.put_back(claimed);
                }
            },
            Permission::NotLinked => {
                self.record(claimed, now, OutcomeKind::Unreachable { reason: Reason::NotLinked, call: None }, None)
                    .await;
            }
            Permission::TooLate => {
                self.record(claimed, now, OutcomeKind::Failed { reason: Reason::OutcomeUnknown, call: None }, None)
                    .await;
            }
            Permission::NeedsKey(key) => self.record(claimed, now, OutcomeKind::NewKey(key), None).await,
            Permission::Expired => self.give_back(&claimed).await,
            Permission::ClocksDisagree => {
                let kind = OutcomeKind::Again { due_at: now + CLOCKS_AGREE, reason: Reason::NoAnswer, call: None };
                self.record(claimed, now, kind, None).await;
            }
        }
    }
}

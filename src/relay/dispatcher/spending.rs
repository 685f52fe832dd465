//! What a dispatcher has pushed of the month's messages, held against the channel's budget before each call.
//!
//! One dispatcher sends on a channel, so its own count is exact: what is recorded when it looks, and every call that it began since and
//! that was not refused for certain. While nothing is under way it looks again, as LINE may count what others send. A call whose outcome
//! is open goes out under its key in any case: LINE may have taken it, and it costs nothing a second time.

use super::Dispatcher;
use crate::domain::budget::Budget;
use crate::domain::bulletin::Urgency;
use crate::domain::delivery::Reason;
use crate::domain::line_month::LineMonth;
use crate::domain::time::Timestamp;
use crate::relay::channels::budget_of;
use crate::relay::cost::list_used;
use crate::relay::settings::Settings;
use crate::store::batches::Ready;
use crate::store::channels::{Channel, get_channel};

/// What is spent of a month.
#[derive(Debug)]
pub(super) struct Spending {
    budget: Budget,
    reserve_opened_at: Option<Timestamp>,
    /// What LINE last said is left of the month's messages, and of which month; none = they are not limited, or it is not known.
    line_left: Option<(LineMonth, i64)>,
    /// The month, and how much of it; none = it is to be looked at.
    spent: Option<(LineMonth, i64)>,
}

impl Default for Spending {
    fn default() -> Self {
        Self { budget: Budget::NONE, reserve_opened_at: None, line_left: None, spent: None }
    }
}

impl Spending {
    /// The channel is so now.
    pub(super) fn update(&mut self, settings: &Settings, channel: &Channel) {
        self.budget = budget_of(settings, channel);
        self.reserve_opened_at = channel.reserve_opened_at;
        let left = channel.quota_limit.zip(channel.quota_used).map(|(limit, used)| limit - used);
        // where nothing is left the channel is parked
        self.line_left = channel.quota_checked_at.map(LineMonth::at).zip(left.filter(|left| *left > 0));
    }

    fn needs_look(&self, now: Timestamp) -> bool {
        self.budget.messages.is_some() && self.spent.is_none_or(|(month, _)| month != LineMonth::at(now))
    }

    /// Why this push has to wait; none = it need not.
    pub(super) fn refuses(&self, ready: &Ready, now: Timestamp) -> Option<Reason> {
        if ready.key.is_open() {
            return None;
        }
        let cost = cost_of(ready);
        if let Some((_, spent)) = self.spent {
            let reserve_open = self.reserve_opened_at.is_some_and(|at| LineMonth::at(at) == LineMonth::at(now));
            if !self.budget.has_room(urgency_of(ready), reserve_open, spent, cost) {
                return Some(Reason::OverBudget);
            }
        }
        // a group too large for what is left does not hold up smaller ones, and LINE need not be asked to refuse it
        let left = self.line_left.filter(|(month, left)| *month == LineMonth::at(now) && *left < cost);
        left.map(|_| Reason::OverQuota)
    }

    /// A call begins.
    pub(super) fn spend(&mut self, ready: &Ready) {
        if let Some((_, spent)) = self.spent.as_mut().filter(|_| !ready.key.is_open()) {
            *spent += cost_of(ready);
        }
    }

    /// A call was refused for certain.
    pub(super) fn give_back(&mut self, ready: &Ready) {
        if let Some((_, spent)) = self.spent.as_mut().filter(|_| !ready.key.is_open()) {
            *spent -= cost_of(ready);
        }
    }
}

/// What a push costs: a message for each member, or one where they are not known.
fn cost_of(ready: &Ready) -> i64 {
    i64::from(ready.members).max(1)
}

/// The urgency of its bulletin, which its priority is made of.
fn urgency_of(ready: &Ready) -> Urgency {
    let back = usize::try_from(ready.priority / 2).unwrap_or(0).min(3);
    Urgency::ALL[3 - back]
}

impl Dispatcher {
    /// Looks at what is spent where that is not known; gives whether calls may start.
    pub(super) async fn know_spending(&mut self) -> bool {
        let now = self.engine.clock.now();
        if !self.channel.spending.needs_look(now) {
            return true;
        }
        // what is under way is not in the sum yet: a budget that was set just now waits for it
        if !self.calls.is_empty() {
            return false;
        }
        let looked = async {
            let mut db = self.engine.db.acquire().await?;
            let channel = get_channel(&mut db, self.holder.channel).await?;
            list_used(&mut db, &[channel], now).await
        };
        match looked.await {
            Ok(used) => {
                let spent = used.get(&self.holder.channel.0).copied().unwrap_or(0);
                self.channel.spending.spent = Some((LineMonth::at(now), spent));
                true
            }
            Err(error) => {
                tracing::warn!(channel.id = %self.holder.channel, error = &error as &dyn std::error::Error,
                    "what is spent of the month could not be looked at; calls wait for it");
                false
            }
        }
    }

    /// Forgets what was spent, so that it is looked at again: all calls have come to their end and are recorded.
    pub(super) fn forget_spending(&mut self) {
        if self.calls.is_empty() && self.backlog.open() == 0 {
            self.channel.spending.spent = None;
        }
    }
}

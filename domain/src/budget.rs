//! Budgets: how many messages of a month a channel may push, by urgency.
//!
//! What is less urgent stops earlier, so that something is left for what is more urgent; a reserve is kept for the highest urgency, and
//! only an operator opens it. What does not fit waits, and goes on when there is room again.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::bulletin::Urgency;
use super::price::PriceList;

/// How much of a month may be pushed on one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Messages a month; none = no limit of ours.
    pub messages: Option<i64>,
    /// The parts of it, without the reserve, up to which each urgency may push, routine first; 1 = all.
    pub parts: [Decimal; 4],
    /// The part that is kept back until an operator opens it.
    pub reserve: Decimal,
}

impl Budget {
    /// No limit.
    pub const NONE: Self = Self { messages: None, parts: [Decimal::ONE; 4], reserve: Decimal::ZERO };

    /// The same rules with these limits: messages, and what can be bought for so many baht; the lower one counts.
    #[must_use]
    pub fn within(self, prices: &PriceList, messages: Option<i64>, baht: Option<i64>) -> Self {
        let bought = baht.and_then(|baht| prices.messages_for(Decimal::from(baht)));
        Self { messages: messages.into_iter().chain(bought).min(), ..self }
    }

    /// Up to how many messages of the month a bulletin of this urgency may be pushed; none = no limit.
    #[must_use]
    pub fn limit(&self, urgency: Urgency, reserve_open: bool) -> Option<i64> {
        let messages = Decimal::from(self.messages?);
        let limit = if urgency == Urgency::MostUrgent && reserve_open {
            messages
        } else {
            messages * (Decimal::ONE - self.reserve) * self.parts[urgency as usize]
        };
        limit.floor().to_i64()
    }

    /// Whether a push of `cost` messages still fits, of a month of which `spent` are pushed.
    #[must_use]
    pub fn has_room(&self, urgency: Urgency, reserve_open: bool, spent: i64, cost: i64) -> bool {
        self.limit(urgency, reserve_open).is_none_or(|limit| spent.saturating_add(cost) <= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget() -> Budget {
        let part = |hundredths| Decimal::new(hundredths, 2);
        Budget { messages: Some(1_000), parts: [part(80), part(90), part(95), part(100)], reserve: part(10) }
    }

    #[test]
    fn what_is_less_urgent_stops_first_and_the_reserve_is_for_the_most_urgent() {
        let limits = |open| Urgency::ALL.map(|urgency| budget().limit(urgency, open));
        assert_eq!(limits(false), [Some(720), Some(810), Some(855), Some(900)]);
        assert_eq!(limits(true), [Some(720), Some(810), Some(855), Some(1_000)]);
        assert_eq!(Budget::NONE.limit(Urgency::Routine, false), None);
    }

    #[test]
    fn a_group_too_large_for_what_is_left_leaves_room_for_a_smaller_one() {
        assert!(!budget().has_room(Urgency::Routine, false, 700, 21));
        assert!(budget().has_room(Urgency::Routine, false, 700, 20));
        assert!(Budget::NONE.has_room(Urgency::Routine, false, i64::MAX, 1));
    }
}

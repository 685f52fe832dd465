//! One Official Account at run time: what it was configured with, what it has used up this month, and
//! the memory by which LINE refuses what comes too fast or twice.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::{Offset, TimeZone};

use super::bucket::TokenBucket;
use super::config::ChannelConfig;
use super::endpoint::Endpoint;
use super::keys::RetryKeys;
use crate::domain::time::Timestamp;

/// A channel.
pub(super) struct Channel {
    /// What it was configured with.
    pub(super) config: ChannelConfig,
    /// The display name, shared with every message of the account.
    pub(super) name: Arc<str>,
    /// The retry keys of the last 24 hours.
    pub(super) keys: RetryKeys,
    month: (i16, i8),
    used: u64,
    /// Messages of pushes by day, as `yyyyMMdd`.
    days: BTreeMap<String, u64>,
    buckets: HashMap<Endpoint, TokenBucket>,
}

impl Channel {
    /// A channel that has used nothing yet.
    pub(super) fn new(config: ChannelConfig) -> Self {
        let name = config.name.as_str().into();
        Self {
            config,
            name,
            keys: RetryKeys::default(),
            month: (0, 0),
            used: 0,
            days: BTreeMap::new(),
            buckets: HashMap::new(),
        }
    }

    /// Changes the configuration; what was used stays, limits start afresh.
    pub(super) fn configure(&mut self, config: ChannelConfig) {
        self.name = config.name.as_str().into();
        self.config = config;
        self.buckets.clear();
    }

    /// Messages counted in the month of `now`.
    pub(super) fn used(&self, now: Timestamp) -> u64 {
        if self.month == month_of(now) { self.used } else { 0 }
    }

    /// Sets the messages counted in the month of `now`.
    pub(super) fn set_used(&mut self, used: u64, now: Timestamp) {
        self.month = month_of(now);
        self.used = used;
    }

    /// Counts the messages of a push by its day.
    pub(super) fn count_push(&mut self, messages: u64, now: Timestamp) {
        *self.days.entry(day_of(now)).or_default() += messages;
    }

    /// Messages of pushes on a day, `yyyyMMdd`.
    pub(super) fn pushed_on(&self, day: &str) -> u64 {
        self.days.get(day).copied().unwrap_or(0)
    }

    /// Whether `cost` more messages are within this month's quota.
    pub(super) fn affords(&self, cost: u64, now: Timestamp) -> bool {
        self.config.quota.is_none_or(|quota| self.used(now).saturating_add(cost) <= quota)
    }

    /// Takes room for one request, by the time since the simulator started.
    pub(super) fn admits(&mut self, endpoint: Endpoint, since_start: Duration) -> bool {
        let rate = self.config.rate;
        self.buckets.entry(endpoint).or_insert_with(|| endpoint.bucket(rate)).take(since_start)
    }

    /// Forgets keys and consumption.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.config.clone());
    }
}

/// The calendar month by which messages are counted. LINE does not publish its time zone; Japan's is
/// the one by which it counts days.
fn month_of(at: Timestamp) -> (i16, i8) {
    let there = at.jiff().to_zoned(TimeZone::fixed(Offset::constant(9)));
    (there.year(), there.month())
}

/// The day by which messages are counted, as `yyyyMMdd`.
pub(super) fn day_of(at: Timestamp) -> String {
    at.jiff().to_zoned(TimeZone::fixed(Offset::constant(9))).strftime("%Y%m%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_month_begins_at_midnight_in_japan() {
        let eve = Timestamp::from_second(1_519_829_999); // 2018-02-28T14:59:59Z
        let mut channel = Channel::new(ChannelConfig { quota: Some(300), ..ChannelConfig::new("a", "s", "t") });
        channel.set_used(299, eve);
        assert!(channel.affords(1, eve));
        assert!(!channel.affords(2, eve));
        assert!(channel.affords(300, eve + Duration::from_secs(1)));
    }
}

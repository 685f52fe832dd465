//! Instants and the clock.
//!
//! Everything inside is UTC; Bangkok time appears only at the edge (`domain::thai`). All code that
//! needs to know the time asks a [`Clock`], so that a test can hold it still and move it by hand;
//! `clippy.toml` bans the direct calls.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// An instant, UTC, as Postgres keeps it: to the microsecond. RFC 3339 in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(from = "jiff::Timestamp", into = "jiff::Timestamp")]
#[sqlx(transparent)]
#[schema(value_type = String, format = DateTime, example = "2018-03-23T02:00:00Z")]
pub struct Timestamp(jiff_sqlx::Timestamp);

impl Timestamp {
    /// Microseconds since 1970 as an instant; outside jiff's range (year 9999) it is clamped.
    #[must_use]
    pub fn from_microsecond(microseconds: i64) -> Self {
        jiff::Timestamp::from_microsecond(microseconds).unwrap_or(jiff::Timestamp::MAX).into()
    }

    /// Seconds since 1970 as an instant.
    #[must_use]
    pub fn from_second(seconds: i64) -> Self {
        Self::from_microsecond(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn as_microsecond(self) -> i64 {
        self.jiff().as_microsecond()
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_millisecond(self) -> i64 {
        self.jiff().as_millisecond()
    }

    /// The same instant as jiff has it.
    #[must_use]
    pub fn jiff(self) -> jiff::Timestamp {
        self.0.to_jiff()
    }

    /// How long after `earlier` this is; negative when it lies before.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.jiff().duration_since(earlier.jiff())
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        use jiff_sqlx::ToSqlx;
        let whole = jiff::Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
        Self(whole.to_sqlx())
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(at: Timestamp) -> Self {
        at.jiff()
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.jiff().cmp(&other.jiff())
    }
}

impl std::hash::Hash for Timestamp {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.jiff().hash(state);
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jiff().fmt(f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jiff().fmt(f)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        let microseconds = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_microsecond(self.as_microsecond().saturating_add(microseconds))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        let microseconds = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_microsecond(self.as_microsecond().saturating_sub(microseconds))
    }
}

/// Where the time comes from: the machine's clock and how far the database's is ahead of it, or a hand-moved one in
/// tests. Cloning shares it.
///
/// All nodes go by the database's clock ([`Clock::now`]). Neither of the two is trusted alone with what cannot be
/// undone: that waits for the [`earlier`](Clock::earlier) of them, and the age of a retry key is told by the
/// [`later`](Clock::later).
#[derive(Clone, Debug)]
pub struct Clock {
    /// Microseconds of a machine's clock that is moved by hand.
    by_hand: Option<Arc<AtomicI64>>,
    /// Microseconds by which the database's clock is ahead of the machine's.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock; [`Clock::align`] brings it into line with the database's.
    #[must_use]
    pub fn system() -> Self {
        Self { by_hand: None, ahead: Arc::default() }
    }

    /// A clock that stands still at `at` until it is moved.
    #[must_use]
    pub fn manual(at: Timestamp) -> Self {
        Self { by_hand: Some(Arc::new(AtomicI64::new(at.as_microsecond()))), ahead: Arc::default() }
    }

    /// The time now, by the database's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let machine = self.machine().as_microsecond();
        Timestamp::from_microsecond(machine.saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    /// The time now, by the machine's clock.
    #[must_use]
    pub fn machine(&self) -> Timestamp {
        if let Some(by_hand) = &self.by_hand {
            return Timestamp::from_microsecond(by_hand.load(Ordering::Relaxed));
        }
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
        let machine = jiff::Timestamp::now();
        machine.into()
    }

    /// The time that has come by both clocks.
    #[must_use]
    pub fn earlier(&self) -> Timestamp {
        self.now().min(self.machine())
    }

    /// The time that has come by at least one of the clocks.
    #[must_use]
    pub fn later(&self) -> Timestamp {
        self.now().max(self.machine())
    }

    /// How far the database's clock is held to be ahead of the machine's.
    #[must_use]
    pub fn ahead(&self) -> SignedDuration {
        SignedDuration::from_micros(self.ahead.load(Ordering::Relaxed))
    }

    /// How far the database's clock, read as `database_now`, is ahead of the machine's, by which it was asked at `asked`
    /// and has just answered. A manual clock says what it was set to.
    #[must_use]
    pub fn measure(&self, database_now: Timestamp, asked: Timestamp) -> SignedDuration {
        if self.by_hand.is_some() {
            return self.ahead();
        }
        let machine = self.machine();
        // it was read somewhere between question and answer
        database_now.since(machine) + machine.since(asked) / 2
    }

    /// From now on the database's clock is held to be so far ahead.
    pub fn follow(&self, ahead: SignedDuration) {
        self.ahead.store(i64::try_from(ahead.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    /// Brings a system clock into line with `database_now`, read a moment ago; a manual one stays.
    pub fn align(&self, database_now: Timestamp) {
        self.follow(self.measure(database_now, self.machine()));
    }

    /// Moves a manual clock on; a system clock cannot be moved and stays.
    pub fn advance(&self, span: Duration) {
        if let Some(by_hand) = &self.by_hand {
            let microseconds = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
            by_hand.fetch_add(microseconds, Ordering::Relaxed);
        }
    }

    /// Sets a manual clock, backwards too; a system clock cannot be set and stays.
    pub fn set(&self, at: Timestamp) {
        if let Some(by_hand) = &self.by_hand {
            by_hand.store(at.as_microsecond(), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand_and_for_all_its_clones() {
        let clock = Clock::manual(Timestamp::from_second(0));
        let same = clock.clone();
        clock.advance(Duration::from_millis(1_500));
        clock.align(Timestamp::from_second(99));
        assert_eq!(same.now(), Timestamp::from_microsecond(1_500_000));
    }

    #[test]
    fn a_system_clock_follows_the_database() {
        let clock = Clock::system();
        let database = clock.now() + Duration::from_hours(1);
        clock.align(database);
        assert!(clock.now() >= database);
    }

    #[test]
    fn of_two_clocks_that_differ_one_is_earlier_and_one_later() {
        let clock = Clock::manual(Timestamp::from_second(1_000));
        for (ahead, earlier, later) in [(60, 1_000, 1_060), (-60, 940, 1_000), (0, 1_000, 1_000)] {
            clock.follow(SignedDuration::from_secs(ahead));
            assert_eq!(clock.earlier(), Timestamp::from_second(earlier));
            assert_eq!(clock.later(), Timestamp::from_second(later));
            assert_eq!(clock.now(), Timestamp::from_second(1_000 + ahead));
        }
    }

    #[test]
    fn json_is_rfc_3339_in_utc() {
        let at = Timestamp::from_second(1_521_763_200);
        assert_eq!(serde_json::to_string(&at).ok().as_deref(), Some("\"2018-03-23T00:00:00Z\""));
    }
}

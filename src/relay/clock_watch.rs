//! Follows the database's clock and tells jumps from drift.
//!
//! A clock that jumps is not believed at once, whichever of the two it is: a database that wakes eight days ahead for
//! two seconds must not date anything. Until the new difference has lasted for `clock_settle`, or the old one is back,
//! the node neither sends nor does any upkeep. A difference that stays above `clock_jump` is followed then, as all
//! nodes have to go by one clock; what cannot be undone waits until it is mended ([`clocks_agree`]).

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::engine::Engine;
use crate::domain::time::{Clock, Timestamp};
use crate::store::{Result, database_now};

/// An answer that took longer says too little about the time.
const PROMPT: Duration = Duration::from_millis(100);

/// What a node knows of the two clocks.
#[derive(Debug)]
pub struct ClockWatch {
    clock: Clock,
    jump: Duration,
    settle: Duration,
    /// Whether the difference that is followed has lasted or is small.
    settled: bool,
    /// A difference that is not followed yet, and since when it has been seen.
    new: Option<(SignedDuration, Instant)>,
}

impl ClockWatch {
    /// A difference above `jump` is a jump, and is followed after it has lasted for `settle`.
    #[must_use]
    pub fn new(clock: Clock, jump: Duration, settle: Duration) -> Self {
        let settled = clock.ahead().unsigned_abs() <= jump;
        Self { clock, jump, settle, settled, new: None }
    }

    /// The database was asked at `asked`, by the machine's clock, and has just said that it is `database_now`. Gives
    /// whether the time can be relied on.
    pub fn observe(&mut self, database_now: Timestamp, asked: Timestamp, now: Instant) -> bool {
        let took = self.clock.machine().since(asked);
        if took > SignedDuration::try_from(PROMPT).unwrap_or(SignedDuration::MAX) && self.new.is_none() {
            return self.settled;
        }
        self.compare(self.clock.measure(database_now, asked), now)
    }

    fn compare(&mut self, measured: SignedDuration, now: Instant) -> bool {
        let is_near = |other: SignedDuration| (measured - other).unsigned_abs() <= self.jump;
        if self.settled && is_near(self.clock.ahead()) {
            self.new = None;
        } else {
            let since = match self.new {
                Some((seen, since)) if is_near(seen) => since,
                _ => now,
            };
            self.new = Some((measured, since));
            let has_lasted = now.duration_since(since) >= self.settle;
            if !has_lasted && measured.unsigned_abs() > self.jump {
                self.settled = false;
                return false;
            }
            (self.settled, self.new) = (true, None);
        }
        self.clock.follow(measured);
        true
    }
}

/// Follows the database's clock until `stop`, for a process without a node.
pub async fn run_clock_watch(engine: Engine, stop: CancellationToken) {
    let settings = &engine.settings;
    let mut watch = ClockWatch::new(engine.clock.clone(), settings.clock_jump, settings.clock_settle);
    while !stop.is_cancelled() {
        let asked = engine.clock.machine();
        match ask(&engine).await {
            Ok(database) => {
                watch.observe(database, asked, Instant::now());
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "the database's clock could not be read");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(settings.heartbeat) => {}
        }
    }
}

async fn ask(engine: &Engine) -> Result<Timestamp> {
    database_now(&mut *engine.db.acquire().await?).await
}

/// Whether the two clocks are so near to each other that what cannot be undone may be done.
#[must_use]
pub fn clocks_agree(clock: &Clock, jump: Duration) -> bool {
    clock.ahead().unsigned_abs() <= jump
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUMP: Duration = Duration::from_secs(5);
    const SETTLE: Duration = Duration::from_secs(30);

    fn watch() -> (ClockWatch, Instant) {
        let clock = Clock::manual(Timestamp::from_second(1_000_000));
        (ClockWatch::new(clock, JUMP, SETTLE), Instant::now())
    }

    fn ms(milliseconds: i64) -> SignedDuration {
        SignedDuration::from_millis(milliseconds)
    }

    #[test]
    fn a_drift_is_followed_at_once() {
        let (mut watch, start) = watch();
        for drift in [10, -40, 900, 4_000] {
            assert!(watch.compare(ms(drift), start));
            assert_eq!(watch.clock.ahead(), ms(drift));
        }
    }

    #[test]
    fn a_jump_is_not_believed_until_it_has_lasted() {
        let (mut watch, start) = watch();
        let days = ms(8 * 86_400_000);
        for second in 0..30 {
            assert!(!watch.compare(days, start + Duration::from_secs(second)), "after {second} s");
            assert_eq!(watch.clock.ahead(), ms(0));
        }
        assert!(watch.compare(days + ms(20), start + SETTLE));
        assert_eq!(watch.clock.ahead(), days + ms(20), "all nodes have to go by one clock");
        assert!(!clocks_agree(&watch.clock, JUMP));
    }

    #[test]
    fn a_clock_that_comes_back_is_believed_at_once() {
        let (mut watch, start) = watch();
        assert!(!watch.compare(ms(-3_600_000), start));
        assert!(watch.compare(ms(3), start + Duration::from_secs(2)));
        assert!(!watch.compare(ms(-3_600_000), start + Duration::from_secs(40)), "the next jump begins anew");
    }

    #[test]
    fn a_node_that_starts_with_clocks_apart_waits_too() {
        let clock = Clock::manual(Timestamp::from_second(0));
        clock.follow(ms(60_000));
        let (mut watch, start) = (ClockWatch::new(clock, JUMP, SETTLE), Instant::now());
        assert!(!watch.compare(ms(60_000), start));
        assert!(watch.compare(ms(60_000), start + SETTLE));
    }
}

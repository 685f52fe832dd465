//! The lease: whether this node may still start calls on the channels it holds.
//!
//! The locks that make a node the one dispatcher of its channels live in one database session. When that session does
//! not answer, somebody else may hold them by now. So no call starts once the last answer is too old, by the steady
//! clock and by the wall clock: a process that was frozen wakes with an old answer and stops itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::time::{Clock, Timestamp};
use crate::line::guarded_body::MaySend;

/// When a session was asked for a sign of life.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    steady: i64,
    wall: Timestamp,
}

/// Whether calls may start; shared by a node's dispatchers.
#[derive(Clone, Debug)]
pub struct Lease {
    clock: Clock,
    began: Instant,
    steady: Arc<AtomicI64>,
    wall: Arc<AtomicI64>,
    over: Arc<AtomicBool>,
    length: Option<Duration>,
}

impl Lease {
    /// A lease that the session has just confirmed.
    #[must_use]
    pub fn new(clock: Clock, length: Duration) -> Self {
        let lease = Self {
            began: Instant::now(),
            steady: Arc::default(),
            wall: Arc::new(AtomicI64::new(clock.now().as_microsecond())),
            over: Arc::default(),
            length: Some(length),
            clock,
        };
        lease.renew(lease.ask());
        lease
    }

    /// A lease without an end, for an engine that is stepped by hand on a clock that is moved by hand.
    #[must_use]
    pub fn endless(clock: Clock) -> Self {
        Self { length: None, ..Self::new(clock, Duration::ZERO) }
    }

    /// The session is asked now.
    #[must_use]
    pub fn ask(&self) -> Asked {
        Asked { steady: self.steady_now(), wall: self.clock.now() }
    }

    /// The session answered what was asked then. The lease counts from the question: the answer may have been long
    /// under way.
    pub fn renew(&self, asked: Asked) {
        self.steady.store(asked.steady, Ordering::Relaxed);
        self.wall.store(asked.wall.as_microsecond(), Ordering::Relaxed);
    }

    /// The session is lost, or given up.
    pub fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether a call may start now.
    #[must_use]
    pub fn is_good(&self) -> bool {
        if self.over.load(Ordering::Relaxed) {
            return false;
        }
        let Some(length) = self.length else { return true };
        let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        let steady = self.steady_now() - self.steady.load(Ordering::Relaxed);
        let wall = self.clock.now().as_microsecond() - self.wall.load(Ordering::Relaxed);
        steady <= length && wall <= length
    }

    /// Asks it at the last moment before a call goes out.
    #[must_use]
    pub fn guard(&self) -> MaySend {
        let lease = self.clone();
        Arc::new(move || lease.is_good())
    }

    fn steady_now(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    /// How far the wall clock has moved against the steady one since `last`, which it updates.
    #[must_use]
    pub fn jump_since(&self, last: &mut (Timestamp, Instant)) -> Duration {
        let (wall, steady) = (self.clock.now(), Instant::now());
        let moved = wall.since(last.0).as_secs_f64() - steady.duration_since(last.1).as_secs_f64();
        *last = (wall, steady);
        Duration::from_secs_f64(moved.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_ends_when_the_wall_clock_has_moved_too_far() {
        let clock = Clock::manual(Timestamp::from_second(0));
        let lease = Lease::new(clock.clone(), Duration::from_secs(3));
        clock.advance(Duration::from_secs(3));
        assert!(lease.is_good());
        clock.advance(Duration::from_secs(1));
        assert!(!lease.is_good());
        lease.renew(lease.ask());
        assert!(lease.is_good());
        lease.end();
        assert!(!lease.is_good());
    }
}

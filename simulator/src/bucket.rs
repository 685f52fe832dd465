//! The token bucket by which LINE limits requests: it refills gradually and has no window that ends.
//!
//! One per channel and endpoint, as LINE counts them. Pure: the caller says what time it is, as the
//! time since the simulator started, because a rate is a matter of real time even where a test holds
//! the calendar still.

use std::time::Duration;

/// A bucket that holds at most `capacity` requests.
#[derive(Debug)]
pub(super) struct TokenBucket {
    capacity: f64,
    per_second: f64,
    tokens: f64,
    refilled_at: Duration,
}

impl TokenBucket {
    /// A full bucket: `requests` per `period`, all of which may come at once.
    pub(super) fn full(requests: u32, period: Duration) -> Self {
        let capacity = f64::from(requests);
        let per_second = capacity / period.as_secs_f64();
        Self { capacity, per_second, tokens: capacity, refilled_at: Duration::ZERO }
    }

    /// Takes room for one request at `now`; `false` when there is none.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.refilled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.capacity);
        self.refilled_at = self.refilled_at.max(now);
        let room = self.tokens >= 1.0;
        if room {
            self.tokens -= 1.0;
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_then_refills_gradually() {
        let mut bucket = TokenBucket::full(10, Duration::from_secs(1));
        let taken = (0..20).filter(|_| bucket.take(Duration::ZERO)).count();
        assert_eq!(taken, 10);
        assert!(!bucket.take(Duration::from_millis(99)));
        assert!(bucket.take(Duration::from_millis(201)));
        assert!(bucket.take(Duration::from_millis(202)));
        assert!(!bucket.take(Duration::from_millis(203)));
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_capacity() {
        let mut bucket = TokenBucket::full(5, Duration::from_secs(1));
        let taken = (0..20).filter(|_| bucket.take(Duration::from_hours(1))).count();
        assert_eq!(taken, 5);
    }
}

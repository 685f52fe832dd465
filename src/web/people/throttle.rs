//! How often one may try to sign in: so many times at once, then one more every so often.
//!
//! Counted by the name that is tried, whether it exists or not, and kept in memory: each node counts for itself. Who is
//! signed in already is not kept out by somebody else's trying.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest as _, Sha256};

/// Attempts at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// One more after this long.
const AGAIN: Duration = Duration::from_secs(30);
/// Names remembered, before those that are at rest are forgotten.
const MOST_NAMES: usize = 10_000;

/// Counts attempts by name.
#[derive(Debug)]
pub struct Throttle {
    names: DefaultKeyedRateLimiter<[u8; 32]>,
}

impl Default for Throttle {
    fn default() -> Self {
        let quota = Quota::with_period(AGAIN).expect("not zero").allow_burst(BURST);
        Self { names: RateLimiter::keyed(quota) }
    }
}

impl Throttle {
    /// Whether one more attempt at this name is allowed now; it counts.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        if self.names.len() > MOST_NAMES {
            self.names.retain_recent();
        }
        // a hash, so that names of any length take the same room
        self.names.check_key(&Sha256::digest(name).into()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_tried_ten_times_and_another_is_not_held_up() {
        let throttle = Throttle::default();
        let allowed = (0..20).filter(|_| throttle.allows("lamphun")).count();
        assert_eq!(allowed, 10);
        assert!(throttle.allows("chiangmai"));
    }
}

//! How often a key may call the API: a rate each for reading, for changing, and for asking for a status.
//!
//! Counted by the generic cell rate algorithm, in this process and for this node alone: with several nodes a key may
//! have its rate at each. A database that counted for all would cost a write for every request, and what the rates
//! guard is a node's own room; attempts to sign in, which must be counted for all nodes together, are counted there.
//!
//! Only keys that were found to work are remembered, by their hash; a key that is above its rate is then refused
//! before the database is asked. Called by [`super::access`].
//!
//! Answers say where the key stands, by `draft-ietf-httpapi-ratelimit-headers-11`: `RateLimit-Policy` has the quota
//! `q` of a window of `w` seconds; `RateLimit` has what is left of it, `r`, and in `t` the seconds until all of it is
//! there again, or until the next request is let through where none is now.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use moka::future::Cache;

use super::caller_limits::CallerLimits;
use super::problem::Problem;

/// The window of every quota, in seconds.
const WINDOW: u32 = 60;
/// How long a key is remembered that does not call: longer than the window, so that nothing is left to remember.
const IDLE: Duration = Duration::from_mins(2);
/// Keys remembered at most.
const KEPT: u64 = 10_000;
const POLICY_HEADER: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT_HEADER: HeaderName = HeaderName::from_static("ratelimit");
/// The route of a status, which is answered from memory.
const STATUS: &str = "/api/v1/bulletins/{id}/status";

/// What a request is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It reads.
    Read,
    /// It changes something.
    Write,
    /// It asks for the status of a bulletin, with nothing but a time to wait: answered from memory.
    Poll,
}

impl Kind {
    /// What a request to the route with this pattern is counted as.
    #[must_use]
    pub fn of(method: &Method, pattern: &str, query: Option<&str>) -> Self {
        let plain = query.is_none_or(|query| query.starts_with("wait=") && !query.contains('&'));
        match method.is_safe() {
            true if pattern == STATUS && plain => Self::Poll,
            true => Self::Read,
            false => Self::Write,
        }
    }

    fn policy(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
            Self::Poll => "polls",
        }
    }
}

/// The rate of one key and kind.
type Limiter<C> = RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>;

/// The rates of one key; none where a kind is not counted.
struct KeyRates<C: Clock> {
    reads: Option<Limiter<C>>,
    writes: Option<Limiter<C>>,
    polls: Option<Limiter<C>>,
}

/// The rates of the keys that called a moment ago.
#[derive(Clone)]
pub struct Rates<C: Clock = DefaultClock> {
    limits: CallerLimits,
    clock: C,
    keys: Cache<[u8; 32], Arc<KeyRates<C>>>,
}

/// Where a key stands with one of its rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateStanding {
    kind: Kind,
    quota: u32,
    left: u32,
    /// Until the whole quota is there again; where nothing is left for this request, until it would be let through.
    seconds: u64,
    /// Whether this request is above the rate.
    over: bool,
}

impl<C> Rates<C>
where
    C: Clock + Clone + Send + Sync + 'static,
    C::Instant: Send + Sync,
{
    /// Nobody has called yet.
    #[must_use]
    pub fn new(limits: CallerLimits, clock: C) -> Self {
        let keys = Cache::builder().max_capacity(KEPT).time_to_idle(IDLE).build();
        Self { limits, clock, keys }
    }

    fn quota(&self, kind: Kind) -> Option<NonZeroU32> {
        NonZeroU32::new(match kind {
            Kind::Read => self.limits.reads_per_minute,
            Kind::Write => self.limits.writes_per_minute,
            Kind::Poll => self.limits.polls_per_minute,
        })
    }

    fn limiter(&self, kind: Kind) -> Option<Limiter<C>> {
        let quota = Quota::per_minute(self.quota(kind)?);
        Some(RateLimiter::direct_with_clock(quota, self.clock.clone()).with_middleware())
    }

    /// Counts a request of a key that called a moment ago; none where it did not, or the kind is not counted.
    pub async fn count_known(&self, key_sha256: &[u8; 32], kind: Kind) -> Option<RateStanding> {
        self.quota(kind)?;
        self.check(&*self.keys.get(key_sha256).await?, kind)
    }

    /// Counts a request of a key that was found to work; none where the kind is not counted.
    pub async fn count(&self, key_sha256: &[u8; 32], kind: Kind) -> Option<RateStanding> {
        self.quota(kind)?;
        let fresh = async {
            let [reads, writes, polls] = [Kind::Read, Kind::Write, Kind::Poll].map(|kind| self.limiter(kind));
            Arc::new(KeyRates { reads, writes, polls })
        };
        let rates = self.keys.get_with_by_ref(key_sha256, fresh).await;
        self.check(&rates, kind)
    }

    fn check(&self, rates: &KeyRates<C>, kind: Kind) -> Option<RateStanding> {
        let limiter = match kind {
            Kind::Read => &rates.reads,
            Kind::Write => &rates.writes,
            Kind::Poll => &rates.polls,
        };
        let quota = self.quota(kind)?.get();
        Some(match limiter.as_ref()?.check() {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let used = u64::from(quota.saturating_sub(left));
                let seconds = (used * u64::from(WINDOW)).div_ceil(u64::from(quota));
                RateStanding { kind, quota, left, seconds, over: false }
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                RateStanding { kind, quota, left: 0, seconds: wait.as_secs() + 1, over: true }
            }
        })
    }
}

impl<C: Clock> fmt::Debug for Rates<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl RateStanding {
    /// The refusal of a request that is above the rate.
    #[must_use]
    pub fn refusal(&self) -> Option<Problem> {
        let (quota, policy) = (self.quota, self.kind.policy());
        let detail = format!("This key may make {quota} requests a minute of the policy `{policy}` at this node.");
        self.over.then(|| Problem::too_often(detail, self.seconds))
    }

    /// Writes it into the headers of an answer.
    pub fn write_headers(&self, headers: &mut HeaderMap) {
        let Self { kind, quota, left, seconds, .. } = self;
        let policy = kind.policy();
        let values = [
            (POLICY_HEADER, format!("\"{policy}\";q={quota};w={WINDOW}")),
            (LIMIT_HEADER, format!("\"{policy}\";r={left};t={seconds}")),
        ];
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    const KEY: [u8; 32] = [7; 32];

    fn rates(reads_per_minute: u32) -> (Rates<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Rates::new(CallerLimits { reads_per_minute, ..CallerLimits::default() }, clock.clone()), clock)
    }

    #[tokio::test]
    async fn a_key_gets_its_quota_at_once_and_then_at_its_rate() {
        let (rates, clock) = rates(3);
        for left in [2, 1, 0] {
            let standing = rates.count(&KEY, Kind::Read).await.expect("counted");
            assert_eq!((standing.left, standing.over), (left, false));
            assert_eq!(standing.seconds, u64::from(3 - left) * 20);
        }
        let over = rates.count(&KEY, Kind::Read).await.expect("counted");
        assert!(over.over && over.seconds >= 20 && over.seconds <= 21, "{over:?}");
        assert!(rates.count(&[8; 32], Kind::Read).await.expect("counted").refusal().is_none(), "another key");
        clock.advance(Duration::from_secs(over.seconds));
        assert!(rates.count(&KEY, Kind::Read).await.expect("counted").refusal().is_none());
        assert!(rates.count(&KEY, Kind::Read).await.expect("counted").refusal().is_some());
    }

    #[tokio::test]
    async fn what_is_not_limited_is_not_counted_and_a_stranger_is_not_remembered() {
        let (rates, _) = rates(0);
        assert_eq!(rates.count(&KEY, Kind::Read).await, None);
        assert_eq!(rates.count_known(&KEY, Kind::Write).await, None);
        assert!(rates.count(&KEY, Kind::Write).await.is_some());
        assert!(rates.count_known(&KEY, Kind::Write).await.is_some());
    }

    #[test]
    fn a_request_is_counted_as_what_it_costs() {
        let kind = |method: Method, pattern: &str, query| Kind::of(&method, pattern, query);
        assert_eq!(kind(Method::GET, STATUS, None), Kind::Poll);
        assert_eq!(kind(Method::GET, STATUS, Some("wait=60")), Kind::Poll);
        assert_eq!(kind(Method::GET, STATUS, Some("under=lpn")), Kind::Read, "the group is looked up");
        assert_eq!(kind(Method::GET, STATUS, Some("wait=60&%75nder=lpn")), Kind::Read);
        assert_eq!(kind(Method::GET, "/api/v1/groups", None), Kind::Read);
        assert_eq!(kind(Method::POST, "/api/v1/bulletins", None), Kind::Write);
    }

    #[tokio::test]
    async fn the_headers_are_lists_of_structured_fields() {
        let (rates, _) = rates(3);
        let mut headers = HeaderMap::new();
        rates.count(&KEY, Kind::Read).await.expect("counted").write_headers(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"reads\";q=3;w=60");
        assert_eq!(headers["ratelimit"], "\"reads\";r=2;t=20");
    }
}

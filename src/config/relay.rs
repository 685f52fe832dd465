//! The constants of the relay engine, each with its bounds.
//!
//! What LINE or the stored data fix is not here, because changing it would be a mistake: the five
//! message objects of a push, the buckets of the histogram of times.

use std::time::Duration;

use jiff::civil::Time;
use serde::Deserialize;

use super::check::Check;
use super::duration::{self, show};
use super::money::BudgetRules;
use super::reminders::Reminders;
use super::sections::Line;
use crate::domain::bulletin::Urgency;
use crate::domain::way::{Way, WayRules};

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// LINE keeps a retry key for 24 hours; the last attempt must lie well inside.
const LONGEST_SCHEDULE: Duration = Duration::from_hours(22);

/// The most hours at which digests go out in a day: more often, a bulletin might as well go out alone.
const MOST_DIGESTS: usize = 12;

/// When routine bulletins that can wait go out together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// Times of day in Bangkok.
    pub times: Vec<Time>,
}

/// Every constant of the relay engine.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Calls per second on one channel.
    pub rate_per_second: u32,
    /// Calls that may go out together after a pause.
    pub burst: u32,
    /// Calls under way at the same time on one channel.
    pub in_flight: u32,
    /// The same on all channels of a node together.
    pub in_flight_per_node: u32,
    /// Deliveries claimed at a time.
    pub claim_batch: u32,
    /// The time between two looks for work without a notification.
    #[serde(deserialize_with = "duration::one")]
    pub poll_interval: Duration,
    /// The part of `poll_interval` by which a look may come earlier or later, 0 to 0.9.
    pub poll_jitter: f64,
    /// The waits before the attempts after the first.
    #[serde(deserialize_with = "duration::list")]
    pub retry_schedule: Vec<Duration>,
    /// The part by which each wait may be shorter or longer, 0 to 0.9.
    pub retry_jitter: f64,
    /// How long a retry key may be used.
    #[serde(deserialize_with = "duration::one")]
    pub retry_key_lifetime: Duration,
    /// A channel's first pause when LINE is busy or cannot be reached; doubles each time.
    #[serde(deserialize_with = "duration::one")]
    pub snooze_start: Duration,
    /// A channel's longest such pause.
    #[serde(deserialize_with = "duration::one")]
    pub snooze_max: Duration,
    /// Outcomes written together at most.
    pub record_batch: u32,
    /// How long an outcome waits for others to be written with.
    #[serde(deserialize_with = "duration::one")]
    pub record_delay: Duration,
    /// After how long a bulletin expires that does not say so itself.
    #[serde(deserialize_with = "duration::one")]
    pub default_expiry: Duration,
    /// The time between two signs of life on the connection that holds the locks.
    #[serde(deserialize_with = "duration::one")]
    pub heartbeat: Duration,
    /// The silence on that connection after which no new call starts.
    #[serde(deserialize_with = "duration::one")]
    pub lease: Duration,
    /// The silence after which the database takes the node for dead.
    #[serde(deserialize_with = "duration::one")]
    pub keepalive: Duration,
    /// The jump of the machine's clock that stops new calls.
    #[serde(deserialize_with = "duration::one")]
    pub clock_jump: Duration,
    /// How long clocks that have jumped apart must stay so before the database's is followed.
    #[serde(deserialize_with = "duration::one")]
    pub clock_settle: Duration,
    /// How long the pool may be without an answer while the session has some, before the process ends.
    #[serde(deserialize_with = "duration::one")]
    pub watchdog: Duration,
    /// How long calls under way may take on a stop.
    #[serde(deserialize_with = "duration::one")]
    pub shutdown_grace: Duration,
    /// The time between two rounds of releases, bypasses and expiries.
    #[serde(deserialize_with = "duration::one")]
    pub upkeep_interval: Duration,
    /// The time between two recounts of the deliveries.
    #[serde(deserialize_with = "duration::one")]
    pub recount_interval: Duration,
    /// The time between two questions for a channel's quota.
    #[serde(deserialize_with = "duration::one")]
    pub quota_refresh: Duration,
    /// The time between two sealings of the audit chain.
    #[serde(deserialize_with = "duration::one")]
    pub audit_seal: Duration,
    /// How old a status answered from memory may be.
    #[serde(deserialize_with = "duration::one")]
    pub status_cache: Duration,
    /// The time between two cards for newcomers of one group.
    #[serde(deserialize_with = "duration::one")]
    pub newcomers_every: Duration,
    /// When a group that has not got its copy is passed by.
    pub bypass_after: BypassAfter,
    /// How groups get their copies that do not say so themselves.
    pub way: Ways,
    /// How much of a month may be pushed on one channel.
    pub budget: BudgetRules,
    /// What counts as an acknowledgement besides the button.
    pub acknowledge: Acknowledge,
    /// How long a join code may be used that is made for one group.
    #[serde(deserialize_with = "duration::one")]
    pub join_code_lifetime: Duration,
    /// The same of those made in bulk, on slips.
    #[serde(deserialize_with = "duration::one")]
    pub join_slip_lifetime: Duration,
    /// When linked groups are looked at.
    pub branch_health: BranchHealth,
    /// Reminders to whoever is bound in LINE and has to forward.
    pub reminders: Reminders,
    /// Routine bulletins that go out together.
    pub digest: Digest,
}

impl Relay {
    pub(super) fn check(&self, line: &Line, check: &mut Check) {
        self.check_sending(check);
        self.check_retries(check);
        self.check_recording(check);
        self.check_nodes(line, check);
        self.check_upkeep(check);
        self.bypass_after.check(check);
        self.way.check(check);
        self.budget.check(&line.price.list(), check);
        self.acknowledge.check(check);
        self.branch_health.check(check);
        self.reminders.check(check);
        let digests = self.digest.times.len();
        check.require("relay.digest.times", digests <= MOST_DIGESTS, format!("has more than {MOST_DIGESTS} hours"));
    }

    fn check_sending(&self, check: &mut Check) {
        check.require_count("relay.rate_per_second", self.rate_per_second, 1..=2_000);
        check.require_count("relay.burst", self.burst, 1..=20);
        check.require_count("relay.claim_batch", self.claim_batch, 1..=10_000);
        check.require_duration("relay.poll_interval", self.poll_interval, 100 * MILLISECOND..=MINUTE);
        check.require_share("relay.poll_jitter", self.poll_jitter, 0.9);
        check.require_count("relay.in_flight", self.in_flight, 1..=10_000);
        check.require_count("relay.in_flight_per_node", self.in_flight_per_node, 1..=100_000);
        let holds_one = self.in_flight_per_node >= self.in_flight;
        check.require("relay.in_flight_per_node", holds_one, "must not be below relay.in_flight");
        let keeps_pace = self.in_flight >= self.rate_per_second.div_ceil(2);
        check.require("relay.in_flight", keeps_pace, "must be at least half of relay.rate_per_second");
    }

    fn check_retries(&self, check: &mut Check) {
        let known = (1..=50).contains(&self.retry_schedule.len());
        check.require("relay.retry_schedule", known, "must hold 1 to 50 waits");
        let positive = self.retry_schedule.iter().all(|wait| *wait >= MILLISECOND);
        check.require("relay.retry_schedule", positive, "must not hold a wait of nothing");
        check.require_share("relay.retry_jitter", self.retry_jitter, 0.9);
        let fits = self.longest_schedule() < LONGEST_SCHEDULE.as_secs_f64();
        let fault = format!("must stay below {} in all, with relay.retry_jitter on top", show(LONGEST_SCHEDULE));
        check.require("relay.retry_schedule", fits, fault);
        check.require_duration("relay.retry_key_lifetime", self.retry_key_lifetime, MINUTE..=23 * HOUR);
        check.require_duration("relay.snooze_start", self.snooze_start, MILLISECOND..=MINUTE);
        check.require_duration("relay.snooze_max", self.snooze_max, self.snooze_start.min(HOUR)..=HOUR);
    }

    /// The sum of all waits at their longest, in seconds.
    fn longest_schedule(&self) -> f64 {
        let waits: f64 = self.retry_schedule.iter().map(Duration::as_secs_f64).sum();
        waits * (1.0 + self.retry_jitter)
    }

    fn check_recording(&self, check: &mut Check) {
        check.require_count("relay.record_batch", self.record_batch, 1..=10_000);
        check.require_duration("relay.record_delay", self.record_delay, MILLISECOND..=SECOND);
    }

    fn check_nodes(&self, line: &Line, check: &mut Check) {
        check.require_duration("relay.heartbeat", self.heartbeat, 50 * MILLISECOND..=30 * SECOND);
        check.require("relay.lease", self.lease >= 2 * self.heartbeat, "must be at least twice relay.heartbeat");
        check.require("relay.keepalive", self.keepalive > self.lease, "must be longer than relay.lease");
        check.require_duration("relay.keepalive", self.keepalive, SECOND..=10 * MINUTE);
        check.require_duration("relay.clock_jump", self.clock_jump, 100 * MILLISECOND..=HOUR);
        check.require_duration("relay.clock_settle", self.clock_settle, Duration::ZERO..=HOUR);
        let patient = self.watchdog >= 3 * self.lease && self.watchdog <= HOUR;
        check.require("relay.watchdog", patient, "must be between three times relay.lease and one hour");
        let enough = self.shutdown_grace > line.request_timeout;
        check.require("relay.shutdown_grace", enough, "must be longer than line.request_timeout");
        check.require_duration("relay.shutdown_grace", self.shutdown_grace, SECOND..=HOUR);
    }

    fn check_upkeep(&self, check: &mut Check) {
        check.require_duration("relay.default_expiry", self.default_expiry, MINUTE..=366 * DAY);
        check.require_duration("relay.upkeep_interval", self.upkeep_interval, 10 * MILLISECOND..=MINUTE);
        check.require_duration("relay.recount_interval", self.recount_interval, SECOND..=DAY);
        check.require_duration("relay.quota_refresh", self.quota_refresh, SECOND..=DAY);
        check.require_duration("relay.audit_seal", self.audit_seal, 100 * MILLISECOND..=HOUR);
        check.require_duration("relay.newcomers_every", self.newcomers_every, MINUTE..=DAY);
        check.require_duration("relay.join_code_lifetime", self.join_code_lifetime, MINUTE..=90 * DAY);
        check.require_duration("relay.join_slip_lifetime", self.join_slip_lifetime, HOUR..=90 * DAY);
        check.require_duration("relay.status_cache", self.status_cache, MILLISECOND..=5 * SECOND);
    }
}

/// The time after a group's turn came when the groups below it go on without it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BypassAfter {
    /// ปกติ.
    #[serde(deserialize_with = "duration::one")]
    pub routine: Duration,
    /// ด่วน.
    #[serde(deserialize_with = "duration::one")]
    pub urgent: Duration,
    /// ด่วนมาก.
    #[serde(deserialize_with = "duration::one")]
    pub very_urgent: Duration,
    /// ด่วนที่สุด.
    #[serde(deserialize_with = "duration::one")]
    pub most_urgent: Duration,
}

impl BypassAfter {
    /// The time for bulletins of this urgency.
    #[must_use]
    pub fn of(&self, urgency: Urgency) -> Duration {
        match urgency {
            Urgency::Routine => self.routine,
            Urgency::Urgent => self.urgent,
            Urgency::VeryUrgent => self.very_urgent,
            Urgency::MostUrgent => self.most_urgent,
        }
    }

    fn check(&self, check: &mut Check) {
        check.require_duration("relay.bypass_after.routine", self.routine, SECOND..=30 * DAY);
        check.require_duration("relay.bypass_after.urgent", self.urgent, SECOND..=30 * DAY);
        check.require_duration("relay.bypass_after.very_urgent", self.very_urgent, SECOND..=30 * DAY);
        check.require_duration("relay.bypass_after.most_urgent", self.most_urgent, SECOND..=30 * DAY);
        let pairs = [
            ("relay.bypass_after.urgent", self.urgent, self.routine),
            ("relay.bypass_after.very_urgent", self.very_urgent, self.urgent),
            ("relay.bypass_after.most_urgent", self.most_urgent, self.very_urgent),
        ];
        for (key, more_urgent, less_urgent) in pairs {
            check.require(key, more_urgent <= less_urgent, "must not be longer than for what is less urgent");
        }
    }
}

/// When linked groups are looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchHealth {
    /// The time between two questions to LINE about a group.
    #[serde(deserialize_with = "duration::one")]
    pub every: Duration,
    /// Fewer members than this part of the most that it had are told of, 0 to 1.
    pub shrunk_below: f64,
}

impl BranchHealth {
    fn check(&self, check: &mut Check) {
        check.require_duration("relay.branch_health.every", self.every, HOUR..=90 * DAY);
        check.require_share("relay.branch_health.shrunk_below", self.shrunk_below, 1.0);
    }
}

/// What counts as an acknowledgement besides the button.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// The words with which somebody quotes a bulletin.
    pub words: Vec<String>,
}

impl Acknowledge {
    fn check(&self, check: &mut Check) {
        check.require("relay.acknowledge.words", self.words.len() <= 100, "must not hold more than 100 words");
        let short = self.words.iter().all(|word| (1..=50).contains(&word.trim().chars().count()));
        check.require("relay.acknowledge.words", short, "must hold words of 1 to 50 characters");
    }
}

/// How groups get their copies that do not say so themselves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ways {
    /// GCC1.
    pub tier_1: Way,
    /// GCC2.
    pub tier_2: Way,
    /// GCC3.
    pub tier_3: Way,
    /// Whether a bulletin of the highest urgency is pushed after a while also to groups that only listen.
    pub most_urgent_pushes: bool,
    /// When what nobody forwarded is pushed to groups that listen and are pushed to after a while.
    pub push_after: PushAfter,
}

/// A time after a group's turn came, by urgency.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushAfter {
    /// ปกติ.
    #[serde(deserialize_with = "duration::one")]
    pub routine: Duration,
    /// ด่วน.
    #[serde(deserialize_with = "duration::one")]
    pub urgent: Duration,
    /// ด่วนมาก.
    #[serde(deserialize_with = "duration::one")]
    pub very_urgent: Duration,
    /// ด่วนที่สุด.
    #[serde(deserialize_with = "duration::one")]
    pub most_urgent: Duration,
}

impl PushAfter {
    /// Routine first.
    #[must_use]
    pub fn by_urgency(&self) -> [Duration; 4] {
        [self.routine, self.urgent, self.very_urgent, self.most_urgent]
    }
}

impl Ways {
    /// As the engine has them.
    #[must_use]
    pub fn rules(&self) -> WayRules {
        let after = &self.push_after;
        let minutes = |span: Duration| i32::try_from(span.as_secs() / 60).unwrap_or(i32::MAX);
        WayRules {
            tiers: [self.tier_1, self.tier_2, self.tier_3],
            push_after: after.by_urgency().map(minutes),
            most_urgent_pushes: self.most_urgent_pushes,
        }
    }

    fn check(&self, check: &mut Check) {
        let after = &self.push_after;
        for (key, span) in [
            ("relay.way.push_after.routine", after.routine),
            ("relay.way.push_after.urgent", after.urgent),
            ("relay.way.push_after.very_urgent", after.very_urgent),
            ("relay.way.push_after.most_urgent", after.most_urgent),
        ] {
            check.require_duration(key, span, MINUTE..=30 * DAY);
        }
    }
}

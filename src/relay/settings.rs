//! The constants of the engine, as the configuration gives them; `config/default.toml` says what each is for.

use std::time::Duration;

use crate::domain::acknowledging::AcknowledgeWords;
use crate::domain::budget::Budget;
use crate::domain::bulletin::{Approval, Urgency};
use crate::domain::digest::DigestTimes;
use crate::domain::establishment::ReportAddresses;
use crate::domain::national::NameTemplate;
use crate::domain::office_hours::OfficeHours;
use crate::domain::price::PriceList;
use crate::domain::time::Timestamp;
use crate::domain::way::WayRules;
use crate::store::transitions::Patience;

/// How long things are kept, by whole months.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Taps of the acknowledge button.
    pub taps: Duration,
    /// Calls to LINE that did not simply succeed.
    pub attempts: Duration,
    /// Deliveries; the sums of a bulletin stay.
    pub receipts: Duration,
    /// Entries of the audit.
    pub audit: Duration,
    /// How to reach a coordinator, after the post has ended; to the day.
    pub coordinator_contacts: Duration,
    /// When a month's deliveries are rewritten without room for changes.
    pub dense: Duration,
}

/// The constants of the engine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What links in messages start with.
    pub public_url: String,
    /// How long one call to LINE may take.
    pub request_timeout: Duration,
    /// Calls that may go out together after a pause.
    pub burst: u32,
    /// Calls under way at the same time on one channel, at least.
    pub in_flight: usize,
    /// Deliveries claimed at a time.
    pub claim_batch: usize,
    /// How often to look for work without a notice.
    pub poll_interval: Duration,
    /// The part by which a look may come earlier or later.
    pub poll_jitter: f64,
    /// The waits before the attempts after the first.
    pub retry_schedule: Vec<Duration>,
    /// The part by which each wait may be shorter or longer.
    pub retry_jitter: f64,
    /// How long a retry key may be used.
    pub retry_key_lifetime: Duration,
    /// A channel's first pause when LINE is busy or away.
    pub snooze_start: Duration,
    /// A channel's longest such pause.
    pub snooze_max: Duration,
    /// Outcomes written together at most.
    pub record_batch: usize,
    /// How long an outcome waits for others.
    pub record_delay: Duration,
    /// After how long a bulletin expires that does not say so itself.
    pub default_expiry: Duration,
    /// The time between two signs of life.
    pub heartbeat: Duration,
    /// The silence after which no new call starts.
    pub lease: Duration,
    /// The silence after which the database takes the node for dead.
    pub keepalive: Duration,
    /// The jump of the machine's clock that stops new calls.
    pub clock_jump: Duration,
    /// How long clocks that have jumped apart must stay so before the database's is followed.
    pub clock_settle: Duration,
    /// How long the pool may be without an answer while the session has some, before the process ends.
    pub watchdog: Duration,
    /// How long calls under way may take on a stop.
    pub shutdown_grace: Duration,
    /// The time between two rounds of upkeep.
    pub upkeep_interval: Duration,
    /// The time between two recounts.
    pub recount_interval: Duration,
    /// The time between two questions for quota.
    pub quota_refresh: Duration,
    /// The time between two sealings of the audit.
    pub audit_seal: Duration,
    /// How long things are kept.
    pub retention: Retention,
    /// When a group is passed by; routine first; none = never.
    pub bypass_after: [Option<Duration>; 4],
    /// How groups get their copies that do not say so themselves.
    pub ways: WayRules,
    /// What LINE's plans cost.
    pub prices: PriceList,
    /// How much of a month may be pushed on a channel that has no budget of its own.
    pub budget: Budget,
    /// When what the budget did not allow is looked at again.
    pub budget_wait: Duration,
    /// What counts as a tap where somebody quotes a bulletin with it.
    pub acknowledge_words: AcknowledgeWords,
    /// The time between two cards for newcomers of one group.
    pub newcomers_every: Duration,
    /// How long a join code may be used that is made for one group.
    pub join_code_lifetime: Duration,
    /// The same of those made in bulk, on slips.
    pub join_slip_lifetime: Duration,
    /// When linked groups are looked at, and what is told of them.
    pub branch_health: BranchHealth,
    /// When whoever is bound and has to forward is reminded.
    pub reminders: ReminderRules,
    /// At which hours routine bulletins go out together.
    pub digests: DigestTimes,
    /// What bulletins must meet before they go out.
    pub bulletins: BulletinRules,
    /// How groups are to be called, and where reports of their setting up go.
    pub establishment: EstablishmentRules,
}

/// How groups are to be called, and where reports of their setting up go.
#[derive(Clone, Debug)]
pub struct EstablishmentRules {
    /// The names by tier.
    pub names: NameTemplate,
    /// Where reports go by mail; none = they do not.
    pub mail: Option<ReportAddresses>,
}

/// When linked groups are looked at.
#[derive(Clone, Copy, Debug)]
pub struct BranchHealth {
    /// The time between two questions about a group.
    pub every: Duration,
    /// Fewer members than this part of the most that it had are told of.
    pub shrunk_below: f64,
}

/// When stewards are reminded in LINE.
#[derive(Clone, Debug)]
pub struct ReminderRules {
    /// Whether at all.
    pub enabled: bool,
    /// When people may be written to about what is not most urgent.
    pub hours: OfficeHours,
    /// For each urgency, routine first: the time that a steward has where nothing goes on by itself.
    pub deadlines: [Duration; 4],
}

/// What bulletins must meet before they go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulletinRules {
    /// Whether a second person approves them first.
    pub approval: Approval,
    /// The largest picture that is read, in bytes.
    pub image_limit: usize,
}

impl Settings {
    /// For each urgency, the turns that began before this are passed by.
    #[must_use]
    pub fn patience(&self, now: Timestamp) -> Patience {
        Urgency::ALL.map(|urgency| self.bypass_after[urgency as usize].map(|span| now - span))
    }

    /// The wait before the attempt after `used` attempts, with its jitter; none = the schedule is at its end.
    #[must_use]
    pub fn retry_wait(&self, used: usize) -> Option<Duration> {
        let planned = *self.retry_schedule.get(used)?;
        Some(jittered(planned, self.retry_jitter))
    }

    /// The time to the next look for work.
    #[must_use]
    pub fn poll_wait(&self) -> Duration {
        jittered(self.poll_interval, self.poll_jitter)
    }
}

/// `span`, longer or shorter by up to `part` of it.
fn jittered(span: Duration, part: f64) -> Duration {
    span.mul_f64((1.0 + part * (rand::random::<f64>() * 2.0 - 1.0)).max(0.0))
}

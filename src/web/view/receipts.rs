//! The receipts of a bulletin by tier: counters made into what people read. Pure.
//!
//! Ready deliveries are shown as *sending* while their batch is claimed and as *parked* while their channel or
//! bulletin stands still, whichever is worse: parked wins. The twelve counts of a tier always add up to its groups.

use serde::Serialize;

use crate::domain::bulletin::State;
use crate::domain::group::Tier;
use crate::domain::histogram;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::bulletins::Bulletin;
use crate::store::progress::Counters;

/// The receipts of a bulletin, or of the part of it that a key sees.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Status {
    /// Which bulletin.
    pub bulletin_id: BulletinId,
    /// Its state, for the whole tree.
    pub state: State,
    /// Whether every delivery counted here is at its end.
    pub settled: bool,
    /// When it was published.
    pub published_at: Timestamp,
    /// The time of the last change that is counted here.
    pub as_of: Timestamp,
    /// Deliveries counted here; for the whole tree as they were fixed at publish.
    pub deliveries: i64,
    /// Deliveries made at publish that no count knows of: anything but 0 is a defect.
    pub unaccounted: i64,
    /// All tiers together.
    pub counts: Counts,
    /// Who acknowledged, in all tiers together.
    pub acknowledged: Acknowledged,
    /// By tier, from the top; only tiers that the bulletin goes to.
    pub tiers: Vec<TierStatus>,
}

/// Deliveries by the state in which they are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// The group above has not got it yet.
    pub waiting: i64,
    /// Its steward's turn.
    pub held: i64,
    /// To be sent as soon as the channel allows.
    pub ready: i64,
    /// Taken by a sender.
    pub sending: i64,
    /// Ready, but its channel or the bulletin stands still.
    pub parked: i64,
    /// LINE accepted it.
    pub accepted: i64,
    /// A member forwarded it by hand, and the account heard it in the group.
    pub seen: i64,
    /// Given up.
    pub failed: i64,
    /// No LINE group is linked, or the account is not in it.
    pub unreachable: i64,
    /// Its steward said that it does not concern the group.
    pub declined: i64,
    /// The bulletin was withdrawn before it was sent.
    pub withdrawn: i64,
    /// The bulletin expired before it was sent.
    pub expired: i64,
}

/// The receipts of one tier.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TierStatus {
    /// 1, 2 or 3.
    pub tier: i16,
    /// GCC1, GCC2 or GCC3.
    #[schema(example = "GCC1")]
    pub label: &'static str,
    /// Groups that it goes to.
    pub groups: i64,
    /// Seats in the LINE groups when it was published.
    pub people: i64,
    /// By state.
    pub counts: Counts,
    /// When LINE accepted the first.
    pub first_accepted_at: Option<Timestamp>,
    /// When LINE accepted the last so far.
    pub last_accepted_at: Option<Timestamp>,
    /// From publish to acceptance; null while none is accepted.
    pub seconds: Option<Seconds>,
    /// Who acknowledged.
    pub acknowledged: Acknowledged,
}

/// Times from publish to acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Seconds {
    /// Half were accepted within; to 5 %.
    pub p50: f64,
    /// 95 % were accepted within; to 5 %.
    pub p95: f64,
    /// The last one; exact.
    pub max: f64,
}

/// Who acknowledged: by a tap on รับทราบ, or by quoting the bulletin in the group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Acknowledged {
    /// Groups in which somebody acknowledged.
    pub groups: i64,
    /// Persons who acknowledged, each once per group.
    pub persons: i64,
    /// Taps for which LINE names nobody: they may be one person's, or those of persons counted above. Never more than the
    /// groups have members besides those persons.
    pub unnamed: i64,
    /// Groups whose own steward acknowledged.
    pub by_steward: i64,
    /// Groups for which somebody above reported that the office has seen or acknowledged it. They are counted nowhere else.
    pub reported: i64,
    /// Persons and unnamed taps.
    pub taps: i64,
}

/// How many deliveries are claimed, by tier and channel.
pub type Sending = [(i16, i32, i64)];

impl Status {
    /// The receipts out of `counters`; none while the bulletin is not published. `whole`: all deliveries are in them.
    #[must_use]
    pub fn of(bulletin: &Bulletin, counters: &[Counters], sending: &Sending, whole: bool) -> Option<Self> {
        let published_at = bulletin.published_at?;
        let tiers: Vec<TierStatus> =
            Tier::ALL.into_iter().filter_map(|tier| TierStatus::of(tier, published_at, counters, sending)).collect();
        let (mut counts, mut acknowledged) = (Counts::default(), Acknowledged::default());
        for tier in &tiers {
            counts.add(&tier.counts);
            acknowledged.add(&tier.acknowledged);
        }
        let fixed = bulletin.deliveries.map(i64::from).filter(|_| whole);
        let open = if whole { counts.open() } else { bulletin.open };
        Some(Self {
            bulletin_id: bulletin.id,
            state: State::of(bulletin.stage, open),
            settled: counts.open() == 0,
            published_at,
            as_of: counters.iter().map(|part| part.changed_at).max().unwrap_or(published_at),
            deliveries: fixed.unwrap_or(counts.total()),
            unaccounted: fixed.map_or(0, |fixed| fixed - counts.total()),
            counts,
            acknowledged,
            tiers,
        })
    }
}

impl Status {
    /// How the part that is counted here stands: at its end, although elsewhere the bulletin may still be under way.
    #[must_use]
    pub fn state_of_part(&self) -> State {
        part_state(self.state, self.counts.open())
    }
}

/// How a part of the tree with `open` deliveries stands of a bulletin in `whole`.
#[must_use]
pub fn part_state(whole: State, open: i64) -> State {
    if whole == State::Relaying && open == 0 { State::Settled } else { whole }
}

impl TierStatus {
    fn of(tier: Tier, published_at: Timestamp, counters: &[Counters], sending: &Sending) -> Option<Self> {
        let parts: Vec<&Counters> = counters.iter().filter(|part| part.tier == tier.number()).collect();
        if parts.iter().all(|part| part.groups == 0) {
            return None;
        }
        let (mut counts, mut acknowledged) = (Counts::default(), Acknowledged::default());
        let mut buckets = Vec::new();
        for part in &parts {
            let claimed = sending.iter().find(|(tier, channel, _)| (*tier, *channel) == (part.tier, part.channel_id.0));
            counts.add(&Counts::of(part, claimed.map_or(0, |(_, _, claimed)| *claimed)));
            acknowledged.add(&Acknowledged::of(part));
            histogram::add(&mut buckets, &part.buckets, &part.acceptances);
        }
        let last_accepted_at = parts.iter().filter_map(|part| part.last_accepted_at).max();
        Some(Self {
            tier: tier.number(),
            label: tier.label(),
            groups: parts.iter().map(|part| part.groups).sum(),
            people: parts.iter().map(|part| part.seats).sum(),
            counts,
            first_accepted_at: parts.iter().filter_map(|part| part.first_accepted_at).min(),
            last_accepted_at,
            seconds: last_accepted_at.and_then(|last| Seconds::of(&buckets, last.since(published_at).as_secs_f64())),
            acknowledged,
        })
    }
}

impl Acknowledged {
    fn of(part: &Counters) -> Self {
        Self {
            groups: part.acknowledged_groups,
            persons: part.taps - part.unnamed,
            unnamed: part.unnamed,
            by_steward: part.by_steward,
            reported: part.reported,
            taps: part.taps,
        }
    }

    fn add(&mut self, more: &Self) {
        self.groups += more.groups;
        self.persons += more.persons;
        self.unnamed += more.unnamed;
        self.by_steward += more.by_steward;
        self.reported += more.reported;
        self.taps += more.taps;
    }
}

impl Seconds {
    fn of(buckets: &[i64], max: f64) -> Option<Self> {
        let max = round(max.max(0.0));
        let percentile = |part| histogram::percentile(buckets, part).map(|read| round(read).min(max));
        Some(Self { p50: percentile(0.5)?, p95: percentile(0.95)?, max })
    }
}

/// To the millisecond.
fn round(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

impl Counts {
    /// Groups in which it is: LINE accepted it, or it was seen there as somebody's forward.
    #[must_use]
    pub fn in_group(&self) -> i64 {
        self.accepted + self.seen
    }

    fn of(part: &Counters, claimed: i64) -> Self {
        // the claims are read a moment after the counters, and may have run ahead of them
        let sending = if part.parked { 0 } else { claimed.clamp(0, part.ready.max(0)) };
        let parked = if part.parked { part.ready } else { 0 };
        Self {
            waiting: part.waiting,
            held: part.held,
            ready: part.ready - sending - parked,
            sending,
            parked,
            accepted: part.accepted,
            seen: part.seen,
            failed: part.failed,
            unreachable: part.unreachable,
            declined: part.declined,
            withdrawn: part.withdrawn,
            expired: part.expired,
        }
    }

    fn add(&mut self, more: &Self) {
        self.waiting += more.waiting;
        self.held += more.held;
        self.ready += more.ready;
        self.sending += more.sending;
        self.parked += more.parked;
        self.accepted += more.accepted;
        self.seen += more.seen;
        self.failed += more.failed;
        self.unreachable += more.unreachable;
        self.declined += more.declined;
        self.withdrawn += more.withdrawn;
        self.expired += more.expired;
    }

    /// Deliveries that are not at their end.
    fn open(&self) -> i64 {
        self.waiting + self.held + self.ready + self.sending + self.parked
    }

    fn total(&self) -> i64 {
        self.open()
            + self.accepted
            + self.seen
            + self.failed
            + self.unreachable
            + self.declined
            + self.withdrawn
            + self.expired
    }
}

#[cfg(test)]
mod tests;

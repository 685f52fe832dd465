//! Simulates three weeks of deliveries, one by one; the same seed gives the same result. Pure.
//!
//! A steward is quick or slow by habit and more or less so by the day; outside working hours what is not urgent
//! waits for the morning. What nobody lets in goes by its time, and the groups below one that takes too long go on
//! without it, as in the engine.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::civil::{Weekday, time};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::domain::actor::Actor;
use crate::domain::bulletin::Urgency;
use crate::domain::delivery::{Reason, State};
use crate::domain::thai::{from_bangkok, to_bangkok};
use crate::domain::time::Timestamp;
use crate::store::demo_seed::{SeedDelivery, SimulatedOutcome};

/// Minutes that half of the stewards take at most: of tier 2, then of tier 3; routine first.
const MEDIAN_MINUTES: [[f64; 4]; 2] = [[95.0, 38.0, 14.0, 6.0], [34.0, 18.0, 9.0, 5.0]];
/// One copy in so many needs a second call.
const SECOND_CALL_SHARE: f64 = 0.004;

/// One bulletin's way.
pub(super) struct Scenario<'a> {
    /// When it expires.
    pub(super) expires_at: Timestamp,
    /// Until when its way is told.
    pub(super) until: Timestamp,
    pub(super) urgency: Urgency,
    /// How long groups wait for the one above them.
    pub(super) patience: Duration,
    /// The part of the groups for which LINE did not answer, as on a day when it was down.
    pub(super) failing: f64,
    /// When the calls to LINE that fail are made, counted from the first.
    pub(super) calls: &'a [Duration],
    /// Whether it asks to be acknowledged.
    pub(super) has_button: bool,
    /// Groups into which nobody forwards.
    pub(super) absent: &'a HashSet<&'static str>,
    pub(super) seed: u64,
}

/// When the groups below a copy go on, and whether without it.
#[derive(Clone, Copy)]
struct ParentEnd {
    at: Timestamp,
    bypassed: bool,
}

/// What becomes of the copies that are not at their end; `copies` has parents before children. What is not in the
/// answer stays as it is.
pub(super) fn simulate(copies: &[SeedDelivery], scenario: &Scenario<'_>) -> Vec<SimulatedOutcome> {
    let mut parent_ends: HashMap<i32, ParentEnd> = HashMap::new();
    let mut outcomes = Vec::new();
    for copy in copies {
        let above = copy.parent_group.and_then(|parent| parent_ends.get(&parent).copied());
        let (outcome, parent_end) = scenario.simulate_one(copy, above);
        parent_ends.extend(parent_end.map(|parent_end| (copy.group_id.0, parent_end)));
        outcomes.extend(outcome);
    }
    outcomes
}

impl Scenario<'_> {
    fn simulate_one(
        &self,
        copy: &SeedDelivery,
        above: Option<ParentEnd>,
    ) -> (Option<SimulatedOutcome>, Option<ParentEnd>) {
        if let Some(ended_at) = copy.ended_at {
            return (None, Some(ParentEnd { at: ended_at, bypassed: !has_it(copy.state) }));
        }
        let waiting = copy.state == State::Waiting;
        let turn = if waiting { above.map(|parent_end| parent_end.at) } else { copy.eligible_at };
        let bypassed = waiting && above.is_some_and(|parent_end| parent_end.bypassed);
        let blank = SimulatedOutcome {
            id: copy.id,
            state: State::Held,
            reason: None,
            eligible_at: turn,
            release_at: None,
            called_at: None,
            ended_at: None,
            bypassed,
            forwarded_by: None,
            attempts: 0,
            taps: Vec::new(),
        };
        let expired = SimulatedOutcome {
            state: State::Expired,
            reason: Some(Reason::BulletinExpired),
            ended_at: Some(self.expires_at),
            ..blank.clone()
        };
        let is_over = self.expires_at <= self.until;
        let horizon = self.until.min(self.expires_at);
        let Some(turn) = turn.filter(|turn| *turn <= horizon) else {
            return (is_over.then_some(SimulatedOutcome { eligible_at: None, ..expired }), None);
        };
        let mut rng = StdRng::seed_from_u64(self.seed ^ seed_for(&copy.code));
        let pass_by = ParentEnd { at: turn + self.patience, bypassed: true };
        match self.forwarding_of(copy, turn, &mut rng).filter(|(at, _)| *at <= horizon) {
            Some((at, by)) => {
                let outcome = if copy.listens && copy.linked {
                    // by hand, in LINE: nobody's name is known
                    let taps = self.taps(copy, at, &mut rng);
                    SimulatedOutcome { state: State::Seen, eligible_at: Some(turn), ended_at: Some(at), taps, ..blank }
                } else {
                    let forwarded = SimulatedOutcome { eligible_at: Some(at), forwarded_by: by, ..blank };
                    self.call(copy, forwarded, at, &mut rng)
                };
                let parent_end = outcome.ended_at.map(|at| ParentEnd { at, bypassed: !has_it(outcome.state) });
                let parent_end =
                    parent_end.map(|parent_end| if parent_end.at > pass_by.at { pass_by } else { parent_end });
                (Some(outcome), parent_end)
            }
            None if is_over => (Some(expired), Some(pass_by)),
            None => {
                let release_at = copy.forward_within.map(|minutes| turn + of_minutes(f64::from(minutes)));
                (Some(SimulatedOutcome { release_at, ..blank }), Some(pass_by))
            }
        }
    }

    /// When it goes into the group and who lets it in; nobody where it does so by itself.
    fn forwarding_of(
        &self,
        copy: &SeedDelivery,
        turn: Timestamp,
        rng: &mut StdRng,
    ) -> Option<(Timestamp, Option<Actor>)> {
        let (habit, day) = (normal_sample(&mut StdRng::seed_from_u64(seed_for(&copy.code))), normal_sample(rng));
        if copy.automatic || copy.state == State::Ready {
            return Some((turn, None));
        }
        let [governors, heads] = MEDIAN_MINUTES;
        let usual = if copy.tier == 2 { governors } else { heads }[self.urgency as usize];
        let takes = of_minutes((usual * (0.5 * habit + 0.8 * day).exp()).max(0.2));
        let person = (!self.absent.contains(copy.code.as_str())).then(|| self.at_work(turn + takes, rng));
        let release = copy.forward_within.map(|minutes| turn + of_minutes(f64::from(minutes)));
        match (person, release) {
            (Some(at), Some(release)) if at > release => Some((release, Some(Actor::TIME))),
            (Some(at), _) => Some((at, Some(steward_of(&copy.code)))),
            (None, release) => release.map(|at| (at, Some(Actor::TIME))),
        }
    }

    /// The moment, or the next at which somebody is at work for a bulletin of this urgency.
    fn at_work(&self, at: Timestamp, rng: &mut StdRng) -> Timestamp {
        let (from, to) = match self.urgency {
            Urgency::MostUrgent => return at,
            Urgency::VeryUrgent | Urgency::Urgent => (time(6, 30, 0, 0), time(21, 0, 0, 0)),
            Urgency::Routine => (time(8, 30, 0, 0), time(16, 45, 0, 0)),
        };
        let local = to_bangkok(at);
        let mut day = local.date();
        if local.time() > to {
            day = day.tomorrow().unwrap_or(day);
        }
        let rests = |weekday| matches!(weekday, Weekday::Saturday | Weekday::Sunday);
        while self.urgency == Urgency::Routine && rests(day.weekday()) {
            day = day.tomorrow().unwrap_or(day);
        }
        if day == local.date() && local.time() >= from {
            return at;
        }
        from_bangkok(day.to_datetime(from)).map_or(at, |morning| morning + of_minutes(40.0 * rng.random::<f64>()))
    }

    /// What LINE made of it.
    fn call(
        &self,
        copy: &SeedDelivery,
        outcome: SimulatedOutcome,
        at: Timestamp,
        rng: &mut StdRng,
    ) -> SimulatedOutcome {
        let seconds = |seconds: f64| Duration::from_secs_f64(seconds);
        if !copy.linked {
            let end = |reason| SimulatedOutcome {
                state: State::Unreachable,
                reason: Some(reason),
                ended_at: Some(at),
                ..outcome
            };
            return end(Reason::NotLinked);
        }
        let called_at = at + seconds(0.02 + 0.4 * rng.random::<f64>());
        if rng.random_bool(self.failing)
            && copy.tier == 3
            && let Some(after) = self.calls.last()
            && called_at + *after <= self.until.min(self.expires_at)
        {
            let attempts = i16::try_from(self.calls.len()).unwrap_or(i16::MAX);
            let (called_at, ended_at) = (Some(called_at), Some(called_at + *after));
            let reason = Some(Reason::RetriesExhausted);
            return SimulatedOutcome { state: State::Failed, reason, called_at, ended_at, attempts, ..outcome };
        }
        let again = rng.random_bool(SECOND_CALL_SHARE);
        let line = 0.08 + 0.6 * rng.random::<f64>().powi(3) + if again { 5.2 } else { 0.0 };
        let ended_at = (called_at + seconds(line)).min(self.until);
        let called_at = called_at.min(ended_at);
        let attempts = if again { 2 } else { 1 };
        let taps = self.taps(copy, ended_at, rng);
        SimulatedOutcome {
            state: State::Accepted,
            called_at: Some(called_at),
            ended_at: Some(ended_at),
            attempts,
            taps,
            ..outcome
        }
    }

    /// When members tapped รับทราบ: many among heads of agency, few in a large office.
    fn taps(&self, copy: &SeedDelivery, from: Timestamp, rng: &mut StdRng) -> Vec<Timestamp> {
        if !self.has_button {
            return Vec::new();
        }
        let members = f64::from(copy.members);
        let several = match copy.tier {
            1 => members * (0.25 + 0.2 * rng.random::<f64>()),
            2 => members * (0.2 + 0.4 * rng.random::<f64>()),
            _ => -(1.0 - rng.random::<f64>()).ln() * 1.9,
        };
        let mut moments = Vec::new();
        for _ in 0..whole(several.min(members)) {
            let at = from + of_minutes(18.0 * (1.2 * normal_sample(rng)).exp());
            if at <= self.until {
                moments.push(at);
            }
        }
        moments
    }
}

/// Whether the group has its copy, so that those below need not go on without it.
fn has_it(state: State) -> bool {
    matches!(state, State::Accepted | State::Seen)
}

/// Who forwards into a group, as the audit and the receipts name them.
pub(in crate::app::demo) fn steward_of(code: &str) -> Actor {
    match code {
        "gcc2-lamphun" => Actor::user("governor"),
        "gcc3-lamphun-commerce" => Actor::user("commerce"),
        _ => Actor::user(code),
    }
}

fn of_minutes(minutes: f64) -> Duration {
    Duration::from_secs_f64(minutes.clamp(0.0, 1e6) * 60.0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of people, cut off at both ends")]
fn whole(number: f64) -> u32 {
    number.clamp(0.0, 1e4) as u32
}

/// A number of the normal distribution (Box and Muller).
fn normal_sample(rng: &mut StdRng) -> f64 {
    let (radius, angle): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A number for a code, the same on every machine (FNV-1a).
pub(in crate::app::demo) fn seed_for(code: &str) -> u64 {
    code.bytes().fold(0xcbf2_9ce4_8422_2325, |lot, byte| (lot ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BulletinNo, DeliveryId, GroupId};

    fn published() -> Timestamp {
        Timestamp::from_second(1_763_429_400)
    }

    fn copy(code: &str, tier: i16, above: Option<&SeedDelivery>) -> SeedDelivery {
        let group_id = GroupId(i32::try_from(seed_for(code) % 1_000_000).expect("small"));
        SeedDelivery {
            id: DeliveryId::of(published(), BulletinNo(7_000_001), group_id),
            parent_group: above.map(|copy| copy.group_id.0),
            group_id,
            code: code.to_owned(),
            tier,
            state: if above.is_none() { State::Ready } else { State::Waiting },
            automatic: tier == 1,
            forward_within: (tier == 3).then_some(120),
            members: 60,
            linked: true,
            listens: false,
            eligible_at: above.is_none().then_some(published()),
            ended_at: None,
        }
    }

    fn cascade() -> Vec<SeedDelivery> {
        let root = copy("gcc1", 1, None);
        let province = copy("gcc2-here", 2, Some(&root));
        let absent = copy("gcc2-absent", 2, Some(&root));
        let below = copy("gcc3-here", 3, Some(&province));
        let waits = copy("gcc3-absent", 3, Some(&absent));
        vec![root, province, absent, below, waits]
    }

    fn scenario<'a>(after: Duration, absent: &'a HashSet<&'static str>) -> Scenario<'a> {
        Scenario {
            expires_at: published() + Duration::from_hours(168),
            until: published() + after,
            urgency: Urgency::Urgent,
            patience: Duration::from_hours(4),
            failing: 0.0,
            calls: &[],
            has_button: true,
            absent,
            seed: 7,
        }
    }

    fn outcomes(after: Duration) -> Vec<SimulatedOutcome> {
        let absent = HashSet::from(["gcc2-absent"]);
        simulate(&cascade(), &scenario(after, &absent))
    }

    #[test]
    fn after_a_day_only_the_absent_governor_is_waited_for_and_the_groups_below_go_on() {
        let outcomes = outcomes(Duration::from_hours(30));
        let states: Vec<State> = outcomes.iter().map(|outcome| outcome.state).collect();
        assert_eq!(states, [State::Accepted, State::Accepted, State::Held, State::Accepted, State::Accepted]);
        assert!(outcomes[4].bypassed && !outcomes[3].bypassed);
        assert!(
            outcomes
                .iter()
                .filter_map(|outcome| outcome.ended_at)
                .all(|at| at <= published() + Duration::from_hours(31))
        );
    }

    #[test]
    fn what_is_forwarded_by_hand_is_seen_and_those_below_go_on() {
        let mut copies = cascade();
        copies[1].listens = true;
        copies[3].listens = true;
        let absent = HashSet::from(["gcc2-absent"]);
        let outcomes = simulate(&copies, &scenario(Duration::from_hours(30), &absent));
        let states: Vec<State> = outcomes.iter().map(|outcome| outcome.state).collect();
        assert_eq!(states, [State::Accepted, State::Seen, State::Held, State::Seen, State::Accepted]);
        assert!(!outcomes[3].bypassed && outcomes[1].forwarded_by.is_none());
    }

    #[test]
    fn a_week_ends_what_nobody_let_in() {
        let outcomes = outcomes(Duration::from_hours(200));
        assert_eq!((outcomes[2].state, outcomes[2].reason), (State::Expired, Some(Reason::BulletinExpired)));
    }

    #[test]
    fn the_same_seed_tells_the_same_and_a_child_goes_after_its_parent() {
        let (one, other) = (outcomes(Duration::from_hours(30)), outcomes(Duration::from_hours(30)));
        let times = |outcomes: &[SimulatedOutcome]| outcomes.iter().map(|outcome| outcome.ended_at).collect::<Vec<_>>();
        assert_eq!(times(&one), times(&other));
        assert!(one[0].ended_at < one[1].eligible_at && one[1].ended_at < one[3].ended_at);
    }
}

//! Faults on demand: the ways in which LINE, or the way to it, can fail.
//!
//! A list of rules, looked at in order for each call; the first that matches and whose lot is drawn
//! decides. Drawing is seeded by rule, so that the same calls in the same order meet the same faults.
//! Rules are journalled, with what is left of `times`, and so outlive a restart.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// 429 for going too fast.
    #[serde(rename = "rate_429")]
    Rate429,
    /// 429 with the text of a used-up quota, as it also comes while LINE reserves messages.
    #[serde(rename = "quota_429")]
    Quota429,
    /// Any status, with LINE's error shape; nothing is accepted.
    Status {
        /// The status to answer with.
        status: u16,
    },
    /// 502 with an HTML page, as from a proxy at the edge; nothing is accepted.
    #[serde(rename = "html_502")]
    Html502,
    /// Never an answer; nothing is accepted.
    Timeout,
    /// The connection is reset; nothing is accepted.
    Reset,
    /// The right answer, late.
    Slow {
        /// At least this many milliseconds.
        min_ms: u64,
        /// At most this many.
        max_ms: u64,
    },
    /// Accepted, but never an answer.
    AcceptThenTimeout,
    /// Accepted, but the connection is reset before the answer.
    AcceptThenReset,
    /// Accepted, but the answer is a 500.
    #[serde(rename = "accept_then_500")]
    AcceptThen500,
}

/// When a fault happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultRule {
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: Fault,
    /// The share of matching calls that it hits, 0 to 1.
    #[serde(default = "all")]
    pub share: f64,
    /// Only calls about this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only calls to this endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// Only this many times, then never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

fn all() -> f64 {
    1.0
}

impl FaultRule {
    /// The fault on every call.
    #[must_use]
    pub fn always(fault: Fault) -> Self {
        Self { fault, share: 1.0, group: None, endpoint: None, times: None }
    }

    /// Only on a share of the calls, 0 to 1.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Only on calls about one group.
    #[must_use]
    pub fn group(self, group: &str) -> Self {
        Self { group: Some(group.to_owned()), ..self }
    }

    /// Only on calls to one endpoint.
    #[must_use]
    pub fn endpoint(self, endpoint: Endpoint) -> Self {
        Self { endpoint: Some(endpoint), ..self }
    }

    /// Only the next `times` times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    fn matches(&self, endpoint: Endpoint, group: Option<&str>) -> bool {
        self.times != Some(0)
            && self.endpoint.is_none_or(|only| only == endpoint)
            && self.group.as_deref().is_none_or(|only| Some(only) == group)
    }
}

/// The rules in force, each with its own source of lots.
pub(super) struct Faults {
    seed: u64,
    rules: Vec<(FaultRule, StdRng)>,
}

/// What [`Faults::draw`] came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawn {
    /// What goes wrong.
    pub(super) fault: Fault,
    /// For a slow answer, a number from 0 to 1 that picks the delay.
    pub(super) lot: f64,
    /// Whether the rule counts its times, so that the list has to be journalled again.
    pub(super) counted: bool,
}

impl Faults {
    /// No rules.
    pub(super) fn none(seed: u64) -> Self {
        Self { seed, rules: Vec::new() }
    }

    /// Puts other rules in force.
    pub(super) fn set(&mut self, rules: Vec<FaultRule>) {
        let seeded = |(n, rule)| (rule, StdRng::seed_from_u64(self.seed.wrapping_add(n)));
        self.rules = (0..).zip(rules).map(seeded).collect();
    }

    /// The rules in force, with what is left of their times.
    pub(super) fn rules(&self) -> Vec<FaultRule> {
        self.rules.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// Draws the lots for one call.
    pub(super) fn draw(&mut self, endpoint: Endpoint, group: Option<&str>) -> Option<Drawn> {
        self.rules.iter_mut().filter(|(rule, _)| rule.matches(endpoint, group)).find_map(|(rule, lots)| {
            if lots.random::<f64>() >= rule.share {
                return None;
            }
            if let Some(left) = &mut rule.times {
                *left -= 1;
            }
            Some(Drawn { fault: rule.fault.clone(), lot: lots.random(), counted: rule.times.is_some() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(rules: Vec<FaultRule>, group: &str) -> usize {
        let mut faults = Faults::none(1);
        faults.set(rules);
        (0..1_000).filter(|_| faults.draw(Endpoint::Push, Some(group)).is_some()).count()
    }

    #[test]
    fn a_share_is_kept_and_the_same_each_time() {
        let rule = FaultRule::always(Fault::Timeout).share(0.2);
        let first = hits(vec![rule.clone()], "C1");
        assert!((150..250).contains(&first), "{first}");
        assert_eq!(hits(vec![rule], "C1"), first);
    }

    #[test]
    fn a_rule_holds_for_its_group_endpoint_and_times() {
        let rule = FaultRule::always(Fault::Reset).group("C1").endpoint(Endpoint::Push).times(3);
        assert_eq!(hits(vec![rule.clone()], "C1"), 3);
        assert_eq!(hits(vec![rule.clone()], "C2"), 0);
        assert_eq!(hits(vec![rule.endpoint(Endpoint::Reply)], "C1"), 0);
    }

    #[test]
    fn rules_are_written_as_the_control_api_documents() {
        let rule: FaultRule =
            serde_json::from_str(r#"{"kind":"slow","min_ms":5,"max_ms":9,"endpoint":"push","times":2}"#).unwrap();
        assert_eq!(rule, FaultRule::always(Fault::Slow { min_ms: 5, max_ms: 9 }).endpoint(Endpoint::Push).times(2));
        let rule: FaultRule = serde_json::from_str(r#"{"kind":"accept_then_500","share":0.5}"#).unwrap();
        assert_eq!(rule, FaultRule::always(Fault::AcceptThen500).share(0.5));
    }
}

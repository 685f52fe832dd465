//! What pushing costs, and how much of it a month may cost.

use std::time::Duration;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::check::Check;
use super::duration;
use crate::domain::budget::Budget;
use crate::domain::price::{Plan, PriceList};

const CHEAPEST: &str = "cheapest";
const MOST: i64 = 1_000_000_000;

/// What LINE's plans cost.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The name of the plan that the channels have, or `cheapest`.
    pub plan: String,
    /// The part that is added as tax.
    pub vat: Decimal,
    /// When the prices were read.
    pub read_on: Date,
    /// The plans; none = what something costs is not known.
    pub plans: Vec<Plan>,
}

impl Price {
    /// As the program has them.
    #[must_use]
    pub fn list(&self) -> PriceList {
        let plan = (self.plan != CHEAPEST).then(|| self.plan.clone());
        PriceList { plans: self.plans.clone(), plan, vat: self.vat, read_on: self.read_on }
    }

    pub(super) fn check(&self, check: &mut Check) {
        let known = self.plan == CHEAPEST || self.plans.iter().any(|plan| plan.name == self.plan);
        check.require("line.price.plan", known, "must be `cheapest` or the name of one of line.price.plans");
        check.require("line.price.vat", is_part(self.vat), "must lie between 0 and 1");
        let most = Decimal::from(MOST);
        let fine = |plan: &Plan| {
            (1..=40).contains(&plan.name.chars().count())
                && (Decimal::ZERO..=most).contains(&plan.monthly)
                && (0..=MOST).contains(&plan.included)
                && plan.beyond.is_none_or(|each| (Decimal::ZERO..=most).contains(&each))
        };
        let bounds = "must each have a name of 1 to 40 signs, and numbers between 0 and 1,000,000,000";
        check.require("line.price.plans", self.plans.iter().all(fine), bounds);
        check.require("line.price.plans", self.plans.len() <= 20, "must be 20 at most");
    }
}

/// How much of a month may be pushed on one channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetRules {
    /// Messages a month; left out = no limit.
    pub messages: Option<u32>,
    /// Baht a month with tax; left out = no limit.
    pub baht: Option<u32>,
    /// The part that is kept back until an operator opens it.
    pub reserve: Decimal,
    /// When what the budget did not allow is looked at again.
    #[serde(deserialize_with = "duration::one")]
    pub look_again: Duration,
    /// Up to which part of it each urgency may push.
    pub parts: Parts,
}

/// Parts of a budget, by urgency.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// ปกติ.
    pub routine: Decimal,
    /// ด่วน.
    pub urgent: Decimal,
    /// ด่วนมาก.
    pub very_urgent: Decimal,
    /// ด่วนที่สุด.
    pub most_urgent: Decimal,
}

impl BudgetRules {
    /// The budget in messages, by what they cost.
    #[must_use]
    pub fn budget(&self, prices: &PriceList) -> Budget {
        let Parts { routine, urgent, very_urgent, most_urgent } = self.parts;
        Budget { messages: None, parts: [routine, urgent, very_urgent, most_urgent], reserve: self.reserve }.within(
            prices,
            self.messages.map(i64::from),
            self.baht.map(i64::from),
        )
    }

    pub(super) fn check(&self, prices: &PriceList, check: &mut Check) {
        let Parts { routine, urgent, very_urgent, most_urgent } = self.parts;
        check.require("relay.budget.reserve", is_part(self.reserve), "must lie between 0 and 1");
        check.require_duration(
            "relay.budget.look_again",
            self.look_again,
            Duration::from_secs(1)..=Duration::from_hours(24),
        );
        for (key, part, less_urgent) in [
            ("relay.budget.parts.routine", routine, Decimal::ZERO),
            ("relay.budget.parts.urgent", urgent, routine),
            ("relay.budget.parts.very_urgent", very_urgent, urgent),
            ("relay.budget.parts.most_urgent", most_urgent, very_urgent),
        ] {
            check.require(key, is_part(part), "must lie between 0 and 1");
            check.require(key, part >= less_urgent, "must not be below that of what is less urgent");
        }
        let has_prices = self.baht.is_none() || !prices.plans.is_empty();
        check.require("relay.budget.baht", has_prices, "needs prices in line.price.plans");
    }
}

fn is_part(part: Decimal) -> bool {
    (Decimal::ZERO..=Decimal::ONE).contains(&part)
}

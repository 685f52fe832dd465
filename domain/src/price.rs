//! Prices: what LINE's plans cost, and what a month of messages comes to.
//!
//! LINE counts a push once for every person in the group who can receive it. A plan costs a fee for the month, which holds some messages;
//! the free one refuses more, the others charge for each. Prices change, so they stand in the settings with the day they were read.

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize, Serializer};

/// An amount of money, to the satang.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Baht(Decimal);

impl Baht {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// This amount, rounded to the satang, half of one away from zero.
    #[must_use]
    pub fn new(amount: Decimal) -> Self {
        Self(amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }

    /// The amount.
    #[must_use]
    pub fn amount(self) -> Decimal {
        self.0
    }

    /// This less `other`; nothing where the other is more.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self((self.0 - other.0).max(Decimal::ZERO))
    }

    /// The part of it that falls to `messages` of `all`.
    #[must_use]
    pub fn share(self, messages: i64, all: i64) -> Self {
        if all <= 0 { Self::ZERO } else { Self::new(self.0 * Decimal::from(messages) / Decimal::from(all)) }
    }
}

impl std::iter::Sum for Baht {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|one| one.0).sum())
    }
}

/// A number with two decimals at most.
impl Serialize for Baht {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.0.to_f64().unwrap_or_default())
    }
}

/// What an account may be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// LINE's name for it.
    pub name: String,
    /// Baht a month, before tax.
    pub monthly: Decimal,
    /// Messages that the fee holds.
    pub included: i64,
    /// Baht for each message more, before tax; none = the plan takes no more.
    pub beyond: Option<Decimal>,
}

impl Plan {
    /// Baht before tax; none where the plan does not take so many.
    fn price(&self, messages: i64) -> Option<Decimal> {
        let more = (messages - self.included).max(0);
        if more == 0 {
            return Some(self.monthly);
        }
        Some(self.monthly + self.beyond? * Decimal::from(more))
    }
}

/// What LINE's plans cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// The plans.
    pub plans: Vec<Plan>,
    /// The plan that every channel has; none = whichever is the cheapest for what the month needs.
    pub plan: Option<String>,
    /// The part of the price that is added as tax: 0.07.
    pub vat: Decimal,
    /// When the prices were read.
    pub read_on: Date,
}

/// What a month costs, and by which plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthPrice<'a> {
    /// The plan's name.
    pub plan: &'a str,
    /// With tax.
    pub baht: Baht,
}

impl PriceList {
    /// No prices: what something costs is not known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { plans: Vec::new(), plan: None, vat: Decimal::ZERO, read_on: Date::ZERO }
    }

    fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.plans.iter().filter(|plan| self.plan.as_ref().is_none_or(|chosen| *chosen == plan.name))
    }

    /// What a month of so many messages costs on one channel; none where no plan takes so many.
    #[must_use]
    pub fn month(&self, messages: i64) -> Option<MonthPrice<'_>> {
        let priced = self.plans().filter_map(|plan| Some((plan, plan.price(messages)?)));
        let (plan, price) = priced.min_by_key(|(_, price)| *price)?;
        Some(MonthPrice { plan: &plan.name, baht: Baht::new(price * (Decimal::ONE + self.vat)) })
    }

    /// What so many messages more cost on a channel that had `used` of this month; none where no plan takes so many.
    #[must_use]
    pub fn more(&self, used: i64, messages: i64) -> Option<Baht> {
        Some(self.month(used + messages)?.baht.less(self.month(used)?.baht))
    }

    /// How many messages a month holds on one channel for `baht` with tax; none where there is no plan at all.
    #[must_use]
    pub fn messages_for(&self, baht: Decimal) -> Option<i64> {
        let most = |plan: &Plan| {
            let left = baht / (Decimal::ONE + self.vat) - plan.monthly;
            if left < Decimal::ZERO {
                return 0;
            }
            let more = match plan.beyond {
                Some(each) if each > Decimal::ZERO => (left / each).floor().to_i64().unwrap_or(i64::MAX / 2),
                _ => 0,
            };
            plan.included.saturating_add(more)
        };
        self.plans().map(most).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn decimal(number: &str) -> Decimal {
        number.parse().expect("test data")
    }

    fn prices() -> PriceList {
        let plan = |name: &str, monthly: i64, included, beyond: Option<&str>| Plan {
            name: name.to_owned(),
            monthly: Decimal::from(monthly),
            included,
            beyond: beyond.map(decimal),
        };
        PriceList {
            plans: vec![
                plan("Free", 0, 300, None),
                plan("Basic", 1_280, 15_000, Some("0.10")),
                plan("Pro", 1_780, 35_000, Some("0.06")),
            ],
            plan: None,
            vat: decimal("0.07"),
            read_on: jiff::civil::date(2026, 9, 29),
        }
    }

    #[rstest]
    #[case::nothing(0, "0", "Free")]
    #[case::the_free_plan_is_enough(300, "0", "Free")]
    #[case::one_more(301, "1369.60", "Basic")]
    #[case::gcc1_for_a_month(22 * 350, "1369.60", "Basic")]
    #[case::gcc1_and_gcc2_for_a_month(22 * 7_442, "10168.68", "Pro")]
    #[case::everybody_for_a_month(22 * 1_708_572, "2412844.69", "Pro")]
    fn a_month_costs_what_its_cheapest_plan_does(#[case] messages: i64, #[case] baht: &str, #[case] plan: &str) {
        let prices = prices();
        let price = prices.month(messages).expect("some plan takes them");
        assert_eq!((price.plan, price.baht), (plan, Baht::new(decimal(baht))));
    }

    #[test]
    fn a_chosen_plan_that_takes_no_more_has_no_price_for_more() {
        let free = PriceList { plan: Some("Free".to_owned()), ..prices() };
        assert_eq!(free.month(301), None);
        assert_eq!(free.more(300, 1), None);
        assert_eq!(free.messages_for(Decimal::from(1_000)), Some(300));
        assert_eq!(PriceList::unknown().month(1), None);
    }

    #[test]
    fn one_push_to_all_costs_what_comes_on_top() {
        let baht = prices().more(163_724, 1_701_130).expect("Pro takes them");
        assert_eq!(serde_json::to_string(&baht).expect("a number"), "109212.55");
    }

    proptest! {
        #[test]
        fn no_more_can_be_bought_than_is_paid_for(baht in 0_i64..5_000_000) {
            let prices = prices();
            let messages = prices.messages_for(Decimal::from(baht)).expect("there are plans");
            let paid = prices.month(messages).expect("some plan takes them").baht;
            prop_assert!(paid.amount() <= Decimal::from(baht) + decimal("0.005"));
            let next = prices.month(messages + 1).expect("some plan takes them").baht;
            prop_assert!(next.amount() + decimal("0.005") >= Decimal::from(baht));
        }

        #[test]
        fn shares_are_never_more_than_the_whole(part in 0_i64..1_000, rest in 0_i64..1_000) {
            let whole = Baht::new(decimal("1369.60"));
            prop_assert!(whole.share(part, part + rest) <= whole);
        }
    }
}

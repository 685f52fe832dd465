//! Ways: how a group gets its copy of a bulletin, which decides what it costs.
//!
//! A push costs one message for each member of the group. What members forward by hand costs nothing; the account in the group
//! hears it. A group that listens is held until somebody forwards: by hand, on the page, or by a tap.

use serde::{Deserialize, Serialize};

use super::bulletin::Urgency;
use super::group::Tier;

/// How a group gets its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "group_way", rename_all = "snake_case")]
pub enum Way {
    /// The account pushes it.
    Push,
    /// A member forwards it and the account hears it, or somebody forwards it on the page.
    Listen,
    /// The same, and what nobody has forwarded after a while is pushed.
    ListenThenPush,
}

impl Way {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::Push, Self::Listen, Self::ListenThenPush];

    /// Its word in files and settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Listen => "listen",
            Self::ListenThenPush => "listen_then_push",
        }
    }
}

/// How a bulletin comes into a group, as the group's own settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoesIn {
    /// By itself, at once.
    AtOnce,
    /// By itself, some minutes after its turn came.
    AfterAWhile,
    /// When its steward lets it in.
    ByHand,
}

/// The ways of groups that have none of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WayRules {
    /// By tier, from the top.
    pub tiers: [Way; 3],
    /// For each urgency, routine first: minutes until what nobody forwarded is pushed.
    pub push_after: [i32; 4],
    /// Whether groups that only listen are pushed to after that time too, for bulletins of the highest urgency.
    pub most_urgent_pushes: bool,
}

impl WayRules {
    /// Everything is pushed.
    pub const PUSH: Self = Self { tiers: [Way::Push; 3], push_after: [1_440, 240, 60, 10], most_urgent_pushes: true };

    /// The way of a group of `tier` with the way `own`, for a bulletin of this urgency.
    ///
    /// A tier that listens changes nothing for a group without a way of its own into which bulletins go by themselves: at once it is
    /// pushed to, after a while it listens until then.
    #[must_use]
    pub fn of(&self, urgency: Urgency, tier: Tier, own: Option<Way>, goes_in: GoesIn) -> Way {
        let way = match (own, self.tiers[tier as usize - 1], goes_in) {
            (Some(own), ..) => own,
            (None, Way::Listen, GoesIn::AtOnce) => Way::Push,
            (None, Way::Listen, GoesIn::AfterAWhile) => Way::ListenThenPush,
            (None, of_tier, _) => of_tier,
        };
        if way == Way::Listen && urgency == Urgency::MostUrgent && self.most_urgent_pushes {
            return Way::ListenThenPush;
        }
        way
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_urgency_is_pushed_to_those_who_only_listen() {
        let rules = WayRules { tiers: [Way::Push, Way::Push, Way::Listen], ..WayRules::PUSH };
        assert_eq!(rules.of(Urgency::Routine, Tier::Gcc3, None, GoesIn::ByHand), Way::Listen);
        assert_eq!(rules.of(Urgency::MostUrgent, Tier::Gcc3, None, GoesIn::ByHand), Way::ListenThenPush);
        assert_eq!(rules.of(Urgency::MostUrgent, Tier::Gcc3, Some(Way::Push), GoesIn::ByHand), Way::Push);
        let strict = WayRules { most_urgent_pushes: false, ..rules };
        assert_eq!(strict.of(Urgency::MostUrgent, Tier::Gcc3, None, GoesIn::ByHand), Way::Listen);
    }

    #[test]
    fn a_tier_that_listens_leaves_alone_what_goes_in_by_itself() {
        let rules = WayRules { tiers: [Way::Push, Way::Push, Way::Listen], ..WayRules::PUSH };
        let of = |own, goes_in| rules.of(Urgency::Routine, Tier::Gcc3, own, goes_in);
        assert_eq!(of(None, GoesIn::AtOnce), Way::Push);
        assert_eq!(of(None, GoesIn::AfterAWhile), Way::ListenThenPush);
        assert_eq!(of(Some(Way::Listen), GoesIn::AtOnce), Way::Listen, "its own way is its own");
    }
}

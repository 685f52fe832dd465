//! Groups: the nodes of the GCC tree, and what holds between them.
//!
//! The founding letter (23 March 2561, clause 1) has three tiers of LINE groups. Tier is a label on
//! the tree, not its shape: a group lies one tier below its parent, except that a tier-3 group may
//! hang under a tier-3 group, as local authorities do under their district. There is one root, and
//! it alone is of tier 1. The tree file is checked against these rules row by row, and the database
//! holds to them whatever writes to it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most members that a LINE group can have. Source: <https://help.line.me/line/desktop/categoryId/50000295/3/pc?lang=en>.
pub const MOST_MEMBERS: i64 = 500;

/// The longest name of a group, in characters.
pub const LONGEST_NAME: usize = 200;

/// One of the three tiers; its number in JSON, files and the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(try_from = "i16", into = "i16")]
#[repr(i16)]
pub enum Tier {
    /// Heads of ministries and departments, and governors.
    Gcc1 = 1,
    /// Heads of agency in a province; directors in a ministry.
    Gcc2 = 2,
    /// All who work in an office.
    Gcc3 = 3,
}

/// A number that is no tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1, 2 or 3")]
pub struct BadTier;

impl Tier {
    /// All three, from the top.
    pub const ALL: [Self; 3] = [Self::Gcc1, Self::Gcc2, Self::Gcc3];

    /// 1, 2 or 3.
    #[must_use]
    pub fn number(self) -> i16 {
        self as i16
    }

    /// What people call the tier.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Gcc1 => "GCC1",
            Self::Gcc2 => "GCC2",
            Self::Gcc3 => "GCC3",
        }
    }

    /// Whether a group of this tier may hang under one of `parent`'s, or, with none, be the root.
    #[must_use]
    pub fn may_have_parent(self, parent: Option<Self>) -> bool {
        self == Self::below(parent)
    }

    /// The tier that a group has under `parent`, or, with none, as the root.
    #[must_use]
    pub fn below(parent: Option<Self>) -> Self {
        match parent {
            None => Self::Gcc1,
            Some(Self::Gcc1) => Self::Gcc2,
            // tier 3 goes on below itself: local authorities under their district (letter of March 2561, clause 4)
            Some(Self::Gcc2 | Self::Gcc3) => Self::Gcc3,
        }
    }
}

impl From<Tier> for i16 {
    fn from(tier: Tier) -> Self {
        tier.number()
    }
}

impl TryFrom<i16> for Tier {
    type Error = BadTier;

    fn try_from(number: i16) -> Result<Self, BadTier> {
        Self::ALL.into_iter().find(|tier| tier.number() == number).ok_or(BadTier)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl utoipa::PartialSchema for Tier {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .description(Some("1 (GCC1), 2 (GCC2) or 3 (GCC3)"))
            .enum_values(Some(Self::ALL.map(Self::number)))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Tier {}

/// LINE's id of a group chat: `C` and 1 to 64 letters, digits, `-` or `_`.
///
/// LINE documents `C` and 32 hex digits but asks that ids be treated as opaque, so more is taken.
/// It is not shown in logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, sqlx::Type, utoipa::ToSchema)]
#[sqlx(transparent)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct LineGroupId(String);

/// A text that is no LINE group's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a LINE group id: 'C' and 1 to 64 letters, digits, '-' or '_'")]
pub struct BadLineGroupId;

impl LineGroupId {
    /// The id as LINE gives it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An id of the documented shape out of a hash, for the simulator's groups.
    #[must_use]
    pub(super) fn from_hash(hash: [u8; 32]) -> Self {
        let hex = hex::encode(hash);
        Self(format!("C{}", hex.get(..32).unwrap_or_default()))
    }
}

impl FromStr for LineGroupId {
    type Err = BadLineGroupId;

    fn from_str(text: &str) -> Result<Self, BadLineGroupId> {
        let rest = text.strip_prefix('C').ok_or(BadLineGroupId)?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let fits = (1..=64).contains(&rest.len()) && rest.bytes().all(plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(BadLineGroupId) }
    }
}

impl fmt::Debug for LineGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineGroupId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_follows_its_parents_and_tier_3_goes_on_below_itself() {
        use Tier::{Gcc1, Gcc2, Gcc3};
        let allowed: Vec<_> = [None, Some(Gcc1), Some(Gcc2), Some(Gcc3)]
            .into_iter()
            .flat_map(|parent| Tier::ALL.map(|tier| (parent, tier)))
            .filter(|(parent, tier)| tier.may_have_parent(*parent))
            .collect();
        assert_eq!(allowed, [(None, Gcc1), (Some(Gcc1), Gcc2), (Some(Gcc2), Gcc3), (Some(Gcc3), Gcc3)]);
    }

    #[test]
    fn a_tier_is_its_number_in_json() {
        assert_eq!(serde_json::to_value(Tier::Gcc2).ok(), Some(serde_json::json!(2)));
        assert_eq!(serde_json::from_str::<Tier>("3").ok(), Some(Tier::Gcc3));
        assert!(serde_json::from_str::<Tier>("4").is_err());
        assert_eq!(Tier::Gcc1.to_string(), "GCC1");
    }

    #[test]
    fn a_line_group_id_is_opaque_after_its_c() {
        let real = format!("C{}", "4af4980629".repeat(3));
        let longest = format!("C{}", "a".repeat(64));
        for good in [real.as_str(), "C1", "Csim_group-7", longest.as_str()] {
            assert_eq!(good.parse(), Ok(LineGroupId(good.to_owned())));
        }
        for bad in ["", "C", "U4af4980629", "c1", "C a", &format!("{longest}a"), "Cก"] {
            assert_eq!(bad.parse::<LineGroupId>(), Err(BadLineGroupId), "{bad}");
        }
    }

    #[test]
    fn a_line_group_id_does_not_show_itself_in_logs() {
        assert_eq!(format!("{:?}", LineGroupId("C123".to_owned())), "LineGroupId(..)");
    }
}

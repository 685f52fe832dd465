//! Typed identities, so that a bulletin's id can never be passed for a delivery's.
//!
//! What the API shows is a `UUIDv7` (time-ordered, so that new rows land at the end of every index);
//! what only the database joins on is a small integer, which keeps the rows of the queue lean.
//! API users name groups, offices and channels by their codes ([`Code`]), never by number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::thai::normal_form;
use super::time::Timestamp;

/// Builds a `UUIDv7` whose time part is `now`, so that a manual clock also orders ids.
fn uuid_v7(now: Timestamp) -> Uuid {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &rand::random()).into_uuid()
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id, ordered by `now`.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

uuid_ids! {
    /// One bulletin.
    BulletinId,
    /// One account of a person.
    AccountId,
    /// One API key.
    ApiKeyId,
    /// One passkey of an account.
    PasskeyId,
    /// One entry of a receive register.
    RegisterEntryId,
    /// One appointment of a coordinator.
    CoordinatorId,
    /// One record of how a bulletin was spread further.
    DisseminationId,
    /// One tree file that was uploaded.
    TreeUploadId,
    /// What one office sends upward.
    SubmissionId,
    /// One report that an office's groups are set up.
    EstablishmentReportId,
}

macro_rules! number_ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

number_ids! {
    /// One office, inside the database.
    OfficeId(i32),
    /// One LINE group, inside the database.
    GroupId(i32),
    /// One LINE channel, inside the database.
    ChannelId(i32),
    /// One published bulletin, inside the database: a million for each month, and a number within it, so it grows with time.
    BulletinNo(i32),
    /// One batch of deliveries that are ready together.
    BatchId(i64),
}

/// One rendered message array of a bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The bulletin.
    pub bulletin: BulletinId,
    /// Which of its variants.
    pub variant: i16,
}

/// One copy of a bulletin for one group, as people and scripts know it.
///
/// A `UUIDv7` that no table keeps: it is made of the millisecond of publishing, the bulletin's number (31 bits) and the group
/// (31 bits), and can be taken apart (`delivery_id` in `migrations/functions` makes the same one). So ids sort by time, and a
/// restored copy of the database makes the same ones again.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct DeliveryId(pub Uuid);

/// The lower bits of a bulletin's number, which stand behind the UUID's variant; the others stand before it.
const LOW_BITS: u32 = 19;

impl DeliveryId {
    /// The id of a bulletin's copy for a group.
    #[must_use]
    pub fn of(published_at: Timestamp, bulletin: BulletinNo, group: GroupId) -> Self {
        let milliseconds = u128::try_from(published_at.as_millisecond()).unwrap_or(0);
        let (bulletin, group) = (u128::from(bulletin.0.unsigned_abs()), u128::from(group.0.unsigned_abs()));
        let low = bulletin & ((1 << LOW_BITS) - 1);
        let bits = milliseconds << 80 | 0x7 << 76 | (bulletin >> LOW_BITS) << 64 | 0b10 << 62 | low << 43 | group << 12;
        Self(Uuid::from_u128(bits))
    }

    /// The number of its bulletin, if it is an id of a delivery at all.
    #[must_use]
    pub fn bulletin_no(self) -> BulletinNo {
        let bits = self.0.as_u128();
        let (high, low) = ((bits >> 64) & 0xfff, (bits >> 43) & ((1 << LOW_BITS) - 1));
        BulletinNo(i32::try_from(high << LOW_BITS | low).unwrap_or(i32::MAX))
    }

    /// Its group, if it is an id of a delivery at all.
    #[must_use]
    pub fn group(self) -> GroupId {
        GroupId(i32::try_from((self.0.as_u128() >> 12) & 0x7fff_ffff).unwrap_or(i32::MAX))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DeliveryId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The name by which people and scripts know a group, an office or a channel: a slug.
///
/// 1 to 64 characters of `a–z 0–9 - _ .` or Thai letters and digits, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 64, example = "gcc2-lamphun",
    pattern = r"^[A-Za-z0-9\u0E01-\u0E5B][A-Za-z0-9\u0E01-\u0E5B._-]*$")]
pub struct Code(String);

/// Why a text is no [`Code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Nothing there.
    #[error("must not be empty")]
    Empty,
    /// More than 64 characters.
    #[error("must be at most 64 characters long")]
    TooLong,
    /// A character that is not allowed, or not at the start.
    #[error("may hold letters a-z, digits, '-', '_', '.' or Thai letters, and begins with a letter or digit")]
    Character,
}

impl Code {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A code is kept in the normal form of [`thai`](super::thai), so that two that look the same are the same.
impl FromStr for Code {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let text = normal_form(text);
        let thai = |c: char| ('\u{0e01}'..='\u{0e5b}').contains(&c);
        let plain = |c: char| c.is_ascii_alphanumeric() || thai(c);
        if text.is_empty() {
            Err(BadCode::Empty)
        } else if text.chars().count() > 64 {
            Err(BadCode::TooLong)
        } else if !text.chars().all(|c| plain(c) || "-_.".contains(c)) || !text.starts_with(plain) {
            Err(BadCode::Character)
        } else {
            Ok(Self(text))
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_made_later_sorts_later() {
        let early = Timestamp::from_second(1_521_763_200);
        let late = Timestamp::from_second(1_521_763_201);
        assert!(BulletinId::new(early) < BulletinId::new(late));
        assert_eq!(BulletinId::new(early).0.get_version_num(), 7);
    }

    #[test]
    fn the_id_of_a_delivery_can_be_taken_apart() {
        let at = Timestamp::from_second(1_521_763_200);
        for (bulletin, group) in [(0, 0), (682_000_001, 123_456), (i32::MAX, i32::MAX), (1, i32::MAX)] {
            let id = DeliveryId::of(at, BulletinNo(bulletin), GroupId(group));
            assert_eq!((id.bulletin_no(), id.group()), (BulletinNo(bulletin), GroupId(group)));
            assert_eq!((id.0.get_version_num(), id.0.get_variant()), (7, uuid::Variant::RFC4122));
        }
        let one = DeliveryId::of(at, BulletinNo(682_000_001), GroupId(123_456));
        assert_eq!(one.to_string(), "01625027-ac00-7514-b3f4-08001e240000");
        assert!(one < DeliveryId::of(at + std::time::Duration::from_secs(1), BulletinNo(1), GroupId(1)));
    }

    #[test]
    fn a_code_is_a_slug_and_nothing_else() {
        for good in ["gcc1", "gcc2-lamphun", "GCC3.51_07", "ลพ-พาณิชย์"] {
            assert_eq!(good.parse::<Code>().map(|c| c.to_string()), Ok(good.to_owned()));
        }
        assert_eq!("".parse::<Code>(), Err(BadCode::Empty));
        assert_eq!("x".repeat(65).parse::<Code>(), Err(BadCode::TooLong));
        for (odd, plain) in [("ลพ\u{2013}พาณ\u{f701}ชย์\u{200b}", "ลพ-พาณิชย์"), ("ลํ\u{e32}พูน-๕๑", "ลำพูน-51")]
        {
            assert_eq!(odd.parse::<Code>().map(|c| c.to_string()), Ok(plain.to_owned()));
        }
        for bad in ["-a", "a b", "a/b", "a\n", "=cmd"] {
            assert_eq!(bad.parse::<Code>(), Err(BadCode::Character), "{bad}");
        }
    }
}

//! An office's receive register, สมุดทะเบียนรับ: numbers that run through the calendar year, and a chain of endorsements under each
//! entry (the stamps of the letters of 15 December 2560 and 22 October 2563).
//!
//! The register keeps what people write as they write it. What contradicts itself is named as a [`RegisterDoubt`] and never put
//! right: that is for whoever has the paper.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use super::search::text_form;
use super::thai::{buddhist_year, normal_form, to_bangkok};
use super::time::Timestamp;

/// The years of the Buddhist era of which a register may tell.
const YEARS: std::ops::RangeInclusive<i16> = 2500..=2800;
const MINUTE: i64 = 60;

/// A calendar year of the Buddhist era, in Bangkok.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, sqlx::Type, utoipa::ToSchema)]
#[serde(transparent)]
#[sqlx(transparent)]
#[schema(value_type = i16, minimum = 2500, maximum = 2800, example = 2561)]
pub struct RegisterYear(i16);

/// Why a text or a time names no year of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a year of the Buddhist era from {} to {}", YEARS.start(), YEARS.end())]
pub struct BadYear;

impl RegisterYear {
    /// The year, if a register may tell of it.
    ///
    /// # Errors
    /// [`BadYear`].
    pub fn new(year: i16) -> Result<Self, BadYear> {
        if YEARS.contains(&year) { Ok(Self(year)) } else { Err(BadYear) }
    }

    /// The year in which `at` lies in Bangkok.
    ///
    /// # Errors
    /// [`BadYear`].
    pub fn of(at: Timestamp) -> Result<Self, BadYear> {
        Self::new(buddhist_year(to_bangkok(at).date()))
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> i16 {
        self.0
    }

    /// Whether it has ended at `now`.
    #[must_use]
    pub fn has_ended(self, now: Timestamp) -> bool {
        self.0 < buddhist_year(to_bangkok(now).date())
    }
}

impl fmt::Display for RegisterYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RegisterYear {
    type Err = BadYear;

    fn from_str(text: &str) -> Result<Self, BadYear> {
        let text = normal_form(text);
        let text = text.trim();
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let year = text.parse().ok().filter(|_| digits).ok_or(BadYear)?;
        Self::new(year)
    }
}

impl<'de> Deserialize<'de> for RegisterYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i16::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The place of an entry in a register: where a page of it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterPlace {
    /// The year.
    pub year: RegisterYear,
    /// The number in it.
    pub number: i32,
}

/// A text is no place in a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a place in a register such as 2561.17")]
pub struct BadPlace;

impl fmt::Display for RegisterPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.year, self.number)
    }
}

impl FromStr for RegisterPlace {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let (year, number) = text.split_once('.').ok_or(BadPlace)?;
        let (year, number) = (year.parse().map_err(|_| BadPlace)?, number.parse().map_err(|_| BadPlace)?);
        Ok(Self { year, number })
    }
}

/// Whether bulletins enter an office's register by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "register_rule", rename_all = "snake_case")]
pub enum RegisterRule {
    /// Somebody enters each.
    Never,
    /// When a group of the office was seen to have it, forwarded by hand.
    Seen,
    /// As soon as a group of the office has it: LINE accepted it, or it was seen.
    Accepted,
}

impl RegisterRule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Never, Self::Seen, Self::Accepted];
}

/// How an entry came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "receipt_way", rename_all = "snake_case")]
pub enum ReceiptWay {
    /// Somebody entered it on a page.
    Page,
    /// A system of the office entered it.
    Api,
    /// By itself, as the office's group was seen to have it.
    Seen,
    /// By itself, as LINE accepted it for the office's group.
    Accepted,
}

/// What an endorsement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "endorsement_kind", rename_all = "snake_case")]
pub enum EndorsementKind {
    /// ทราบ: it was taken note of.
    Noted,
    /// เห็นควรมอบ: somebody should act on it; who may be left open.
    Propose,
    /// มอบ … ดำเนินการ: somebody is to act on it.
    Assign,
    /// ดำเนินการแล้ว: it was acted on, and how.
    Done,
}

impl EndorsementKind {
    /// All of them, in the order of a chain.
    pub const ALL: [Self; 4] = [Self::Noted, Self::Propose, Self::Assign, Self::Done];
}

/// The moment without its seconds, as a stamp has it.
#[must_use]
pub fn to_minute(at: Timestamp) -> Timestamp {
    let seconds = at.jiff().as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(MINUTE))
}

/// The form in which an entry, or an endorsement below it, is looked for: its texts, one after the other.
#[must_use]
pub fn form_of(texts: &[Option<&str>]) -> String {
    text_form(&texts.iter().copied().flatten().collect::<Vec<_>>())
}

/// Something that contradicts itself, for a person to settle with the paper in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegisterDoubt {
    /// Received on a day before the letter's own date.
    ReceivedBeforeDated,
    /// Received before the bulletin was published.
    ReceivedBeforePublished,
    /// The letter's date lay in the future when it was entered.
    DatedInFuture,
    /// Endorsed before it was received.
    EndorsedBeforeReceived,
    /// Endorsed before the endorsement above it.
    EndorsedBeforeLast,
}

impl RegisterDoubt {
    /// For people who read English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::ReceivedBeforeDated => "Received before the date of the letter.",
            Self::ReceivedBeforePublished => "Received before the bulletin was published.",
            Self::DatedInFuture => "The letter's date lay in the future when it was entered.",
            Self::EndorsedBeforeReceived => "Endorsed before the letter was received.",
            Self::EndorsedBeforeLast => "Endorsed before the endorsement above it.",
        }
    }

    /// For people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::ReceivedBeforeDated => "ลงรับก่อนวันที่ในหนังสือ",
            Self::ReceivedBeforePublished => "ลงรับก่อนเวลาที่เผยแพร่ประกาศ",
            Self::DatedInFuture => "หนังสือลงวันที่ล่วงหน้า",
            Self::EndorsedBeforeReceived => "ลงวันที่สั่งการก่อนวันที่รับหนังสือ",
            Self::EndorsedBeforeLast => "ลงวันที่สั่งการก่อนการสั่งการลำดับก่อนหน้า",
        }
    }
}

/// The times of an entry.
#[derive(Clone, Copy, Debug)]
pub struct EntryTimes {
    /// When it was received.
    pub received_at: Timestamp,
    /// When that was entered.
    pub recorded_at: Timestamp,
    /// The date of the letter.
    pub dated: Option<Date>,
    /// When the bulletin was published, where it is one.
    pub published_at: Option<Timestamp>,
}

impl EntryTimes {
    /// What contradicts itself.
    #[must_use]
    pub fn doubts(&self) -> Vec<RegisterDoubt> {
        let day = |at| to_bangkok(at).date();
        let mut doubts = Vec::new();
        if self.dated.is_some_and(|dated| day(self.received_at) < dated) {
            doubts.push(RegisterDoubt::ReceivedBeforeDated);
        }
        if self.published_at.is_some_and(|published| self.received_at < to_minute(published)) {
            doubts.push(RegisterDoubt::ReceivedBeforePublished);
        }
        if self.dated.is_some_and(|dated| day(self.recorded_at) < dated) {
            doubts.push(RegisterDoubt::DatedInFuture);
        }
        doubts
    }
}

/// What contradicts itself about an endorsement made `at`, of what was received at `received_at`, under one made at `last`.
#[must_use]
pub fn endorsement_doubts(at: Timestamp, received_at: Timestamp, last: Option<Timestamp>) -> Vec<RegisterDoubt> {
    let mut doubts = Vec::new();
    if at < received_at {
        doubts.push(RegisterDoubt::EndorsedBeforeReceived);
    }
    if last.is_some_and(|last| at < last) {
        doubts.push(RegisterDoubt::EndorsedBeforeLast);
    }
    doubts
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::thai::from_bangkok;

    fn bangkok(day: Date, hour: i8, minute: i8) -> Timestamp {
        from_bangkok(day.at(hour, minute, 0, 0)).expect("a moment")
    }

    #[test]
    fn a_year_begins_at_midnight_in_bangkok() {
        let last = bangkok(date(2018, 12, 31), 23, 59);
        let (old, new) = (RegisterYear::of(last), RegisterYear::of(bangkok(date(2019, 1, 1), 0, 0)));
        assert_eq!((old.map(RegisterYear::number), new.map(RegisterYear::number)), (Ok(2561), Ok(2562)));
        let old = old.expect("a year");
        assert!(!old.has_ended(last) && old.has_ended(bangkok(date(2019, 1, 1), 0, 0)));
    }

    #[test]
    fn a_year_is_read_in_both_kinds_of_digits_and_in_its_own_era_only() {
        assert_eq!("๒๕๖๑".parse(), RegisterYear::new(2561));
        assert_eq!(" 2561 ".parse(), RegisterYear::new(2561));
        for bad in ["2018", "61", "", "๒๕๖", "25611", "+256", "ปี 2561"] {
            assert_eq!(bad.parse::<RegisterYear>(), Err(BadYear), "{bad}");
        }
        assert!(serde_json::from_str::<RegisterYear>("2018").is_err());
    }

    #[test]
    fn a_stamp_has_no_seconds() {
        let at = Timestamp::from_second(1_521_770_799);
        assert_eq!(to_minute(at).to_string(), "2018-03-23T02:06:00Z");
        assert_eq!(to_minute(to_minute(at)), to_minute(at));
        assert_eq!(to_minute(Timestamp::from_second(-1)), Timestamp::from_second(-60));
    }

    #[test]
    fn the_stamp_of_the_seed_letter_is_named_as_a_contradiction() {
        // dated 15 December 2560, stamped 15 August 2560
        let times = EntryTimes {
            received_at: bangkok(date(2017, 8, 15), 14, 20),
            recorded_at: bangkok(date(2017, 12, 18), 9, 0),
            dated: Some(date(2017, 12, 15)),
            published_at: None,
        };
        assert_eq!(times.doubts(), [RegisterDoubt::ReceivedBeforeDated]);
    }

    #[test]
    fn what_was_received_in_the_minute_of_its_publishing_is_no_contradiction() {
        let published = Timestamp::from_second(1_521_770_799);
        let times = |received_at| EntryTimes {
            received_at,
            recorded_at: published,
            dated: Some(date(2018, 3, 23)),
            published_at: Some(published),
        };
        assert_eq!(times(to_minute(published)).doubts(), []);
        let early = Timestamp::from_second(1_521_770_700);
        assert_eq!(times(early).doubts(), [RegisterDoubt::ReceivedBeforePublished]);
    }

    #[test]
    fn a_letter_of_tomorrow_is_doubted() {
        let at = bangkok(date(2018, 3, 23), 9, 6);
        let times = EntryTimes { received_at: at, recorded_at: at, dated: Some(date(2018, 3, 24)), published_at: None };
        assert_eq!(times.doubts(), [RegisterDoubt::ReceivedBeforeDated, RegisterDoubt::DatedInFuture]);
    }

    #[test]
    fn endorsements_follow_the_receipt_and_one_another() {
        let hour = |hour| bangkok(date(2020, 10, 26), hour, 0);
        assert_eq!(endorsement_doubts(hour(10), hour(9), None), []);
        assert_eq!(endorsement_doubts(hour(9), hour(9), Some(hour(9))), []);
        let both = [RegisterDoubt::EndorsedBeforeReceived, RegisterDoubt::EndorsedBeforeLast];
        assert_eq!(endorsement_doubts(hour(8), hour(9), Some(hour(10))), both);
    }

    #[test]
    fn a_place_comes_back_from_its_text_and_nothing_else_is_one() {
        let place = RegisterPlace { year: RegisterYear(2561), number: 17 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for bad in ["2561", "2561.", "2018.1", ".1", "2561.99999999999"] {
            assert_eq!(bad.parse::<RegisterPlace>(), Err(BadPlace), "{bad}");
        }
    }
}

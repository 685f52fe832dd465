//! Which times are accepted: one set of rules for forms, for the API and for the time at which they apply.
//!
//! A time that comes in is a [`TimeInput`]. It gives its instant only against a [`Bound`], so that nobody can use one
//! without saying what it is for. The same bounds are asked again when a bulletin is submitted, approved, scheduled
//! and published: a time that was good when it was typed may have passed by then.
//!
//! Telephones and browsers that are set to Thai write years of the Buddhist era into ISO dates. Such a year is never
//! guessed at: the refusal says which time was probably meant.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};

use super::thai::{self, BadDate, Digits, format_long_date, from_bangkok, to_bangkok};
use super::time::Timestamp;

/// What lies between a Buddhist-era year and the common one.
const ERA_OFFSET: i32 = 543;
/// From this year on a year was meant as one of the Buddhist era: 1857 of the common one.
const FIRST_BUDDHIST_YEAR: i32 = 2400;
/// Years of the common era that anything here can be about.
const COMMON_YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;
/// How far ahead most things are planned.
const YEAR: Duration = Duration::from_hours(24 * 366);

/// Why a time cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// Not of the shape.
    #[error("is not a time such as 2026-08-01T09:00:00+07:00")]
    Shape,
    /// Not a day of the shape.
    #[error("is not a day such as 2026-08-01")]
    DayShape,
    /// A year of the Buddhist era where one of the common era is asked for.
    #[error("{year} is a year of the Buddhist era: {meant}?")]
    BuddhistYear {
        /// As it was written.
        year: i32,
        /// The same in the common era.
        meant: String,
    },
    /// In no year that anything here can be about.
    #[error("must lie in a year from {} to {}", COMMON_YEARS.start(), COMMON_YEARS.end())]
    Year,
    /// It has passed, or is the very moment.
    #[error("must lie in the future")]
    Past,
    /// It lies before, or at, the time at which the bulletin goes out.
    #[error("must lie after the time at which the bulletin goes out")]
    BeforeItGoesOut,
    /// Further ahead than this is planned.
    #[error("must not lie after {}", day(*.0))]
    TooFar(Timestamp),
    /// Longer ago than this is asked for.
    #[error("must not lie before {}", day(*.0))]
    TooLongAgo(Timestamp),
}

fn day(at: Timestamp) -> Date {
    to_bangkok(at).date()
}

impl BadTime {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(&self) -> String {
        let told = |at: Timestamp| format_long_date(day(at), Digits::Arabic);
        match self {
            Self::Shape => "รูปแบบเวลาไม่ถูกต้อง".to_owned(),
            Self::DayShape => "รูปแบบวันที่ไม่ถูกต้อง".to_owned(),
            Self::BuddhistYear { year, meant } => {
                format!("ปี {year} เป็นปีพุทธศักราช ช่องนี้ใช้ปีคริสต์ศักราช หมายถึง {meant} ใช่หรือไม่")
            }
            Self::Year => "ปีไม่อยู่ในช่วงที่ใช้ได้".to_owned(),
            Self::Past => "ต้องเป็นเวลาในอนาคต".to_owned(),
            Self::BeforeItGoesOut => "ต้องเป็นเวลาหลังจากที่ส่งประกาศ".to_owned(),
            Self::TooFar(latest) => format!("ต้องไม่เกินวันที่ {}", told(*latest)),
            Self::TooLongAgo(earliest) => format!("ต้องไม่ก่อนวันที่ {}", told(*earliest)),
        }
    }
}

/// What a time is for, and so within what it must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// When a bulletin is to be published: ahead, within a year.
    PublishAt,
    /// When a bulletin stops being sent: ahead, within two years.
    ExpiresAt,
    /// By when groups should have acknowledged: ahead, within two years.
    DueAt,
    /// The first moment of a duty or of an account: within ten years, past or to come.
    Begin,
    /// The end of a duty or of an account: within fifty years to come, ten years past.
    End,
    /// What a list is narrowed by: anything of which there can be something on record.
    Search,
    /// The date of a letter: of any age that the calendar can tell, at most a year ahead.
    Letter,
}

impl Bound {
    /// The earliest and the latest time that make sense at `now`; the earliest is not one of them where it is `now`.
    fn range(self, now: Timestamp) -> (Timestamp, Timestamp) {
        match self {
            Self::PublishAt => (now, now + YEAR),
            Self::ExpiresAt | Self::DueAt => (now, now + YEAR * 2),
            Self::Begin => (now - YEAR * 10, now + YEAR * 10),
            Self::End => (now - YEAR * 10, now + YEAR * 50),
            Self::Search => (Timestamp::from_second(0), now + YEAR * 10),
            Self::Letter => (Timestamp::from_second(-2_208_988_800), now + YEAR),
        }
    }

    /// Whether `at` makes sense for this at `now`.
    ///
    /// # Errors
    /// [`BadTime`] says in which direction it lies outside.
    pub fn check(self, at: Timestamp, now: Timestamp) -> Result<(), BadTime> {
        let (earliest, latest) = self.range(now);
        let ahead = matches!(self, Self::PublishAt | Self::ExpiresAt | Self::DueAt);
        if ahead && at <= now {
            Err(BadTime::Past)
        } else if at < earliest {
            Err(BadTime::TooLongAgo(earliest))
        } else if at > latest {
            Err(BadTime::TooFar(latest))
        } else {
            Ok(())
        }
    }
}

/// A time as somebody sent it: RFC 3339, in a year of the common era. Its instant is to be had for a [`Bound`] only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TimeInput(Timestamp);

impl TimeInput {
    /// The instant, if it makes sense for this at `now`.
    ///
    /// # Errors
    /// As [`Bound::check`].
    pub fn within(self, bound: Bound, now: Timestamp) -> Result<Timestamp, BadTime> {
        bound.check(self.0, now).map(|()| self.0)
    }
}

impl fmt::Debug for TimeInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for TimeInput {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let is_time = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
        check_era(text, is_time)?;
        let at: jiff::Timestamp = text.parse().map_err(|_| BadTime::Shape)?;
        Ok(Self(at.into()))
    }
}

impl<'de> Deserialize<'de> for TimeInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = TimeInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as 2026-08-01T09:00:00+07:00")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<TimeInput, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Why a text is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDay {
    /// Written as a calendar writes it, or outside of its bounds.
    #[error(transparent)]
    Iso(#[from] BadTime),
    /// Written as a letter writes it.
    #[error(transparent)]
    Words(#[from] BadDate),
}

impl BadDay {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(&self) -> String {
        match self {
            Self::Iso(bad) => bad.thai(),
            Self::Words(bad) => bad.thai().to_owned(),
        }
    }
}

/// A day as a calendar writes it, `2026-08-01`, or as a letter does, `๑ สิงหาคม ๒๕๖๙`, that makes sense for `bound`.
///
/// # Errors
/// [`BadDay`].
pub fn parse_day(text: &str, bound: Bound, now: Timestamp) -> Result<Date, BadDay> {
    let arabic = thai::to_arabic_digits(text);
    let digits = arabic.trim().find(|c: char| !c.is_ascii_digit());
    let like_a_calendar = digits.is_some_and(|end| end == 4 && arabic.trim()[end..].starts_with('-'));
    let day = if like_a_calendar { parse_iso_day(&arabic)? } else { thai::parse_date(text)? };
    let begin = from_bangkok(day.at(0, 0, 0, 0)).map_err(|_| BadTime::Year)?;
    // a day that is still on has begun before now and has not passed
    match bound.check(begin, now) {
        Err(BadTime::Past) if to_bangkok(now).date() == day => Ok(day),
        found => Ok(found.map(|()| day)?),
    }
}

/// A day in ISO form, `2026-08-01`, in a year of the common era.
///
/// # Errors
/// [`BadTime::BuddhistYear`] with the day that was probably meant, [`BadTime::Year`], [`BadTime::DayShape`].
pub fn parse_iso_day(text: &str) -> Result<Date, BadTime> {
    let text = text.trim();
    // a parser of dates also takes a time behind the day and leaves it out
    let is_day = |text: &str| text.len() == 10 && text.parse::<Date>().is_ok();
    check_era(text, is_day)?;
    if !is_day(text) {
        return Err(BadTime::DayShape);
    }
    text.parse().map_err(|_| BadTime::DayShape)
}

/// Looks at the year that a text begins with, before anything is read: the leap days of the two eras differ.
fn check_era(text: &str, can_be: impl Fn(&str) -> bool) -> Result<(), BadTime> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (year, rest) = text.split_at(digits);
    let shaped = digits == 4 && rest.starts_with('-');
    let Some(year) = year.parse::<i32>().ok().filter(|_| shaped) else {
        // jiff reads years with a sign and six digits too
        return if can_be(text) { Err(BadTime::Year) } else { Ok(()) };
    };
    if year >= FIRST_BUDDHIST_YEAR {
        let meant = format!("{}{rest}", year - ERA_OFFSET);
        if can_be(&meant) {
            return Err(BadTime::BuddhistYear { year, meant });
        }
    }
    if COMMON_YEARS.contains(&year) || !can_be(text) { Ok(()) } else { Err(BadTime::Year) }
}

/// A time of a bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulletinTime {
    /// When it is to be published.
    PublishAt,
    /// When it stops being sent.
    ExpiresAt,
    /// By when groups should have acknowledged.
    DueAt,
}

impl BulletinTime {
    /// Where it stands in a request, as a JSON pointer.
    #[must_use]
    pub fn pointer(self) -> &'static str {
        match self {
            Self::PublishAt => "/at",
            Self::ExpiresAt => "/expires_at",
            Self::DueAt => "/acknowledgement/due_at",
        }
    }
}

/// A time of a bulletin that does not make sense, or does not any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFault {
    /// Which.
    pub time: BulletinTime,
    /// Why.
    pub why: BadTime,
}

/// What is wrong at `now` with the times of a bulletin that goes out at `at`, or at once.
#[must_use]
pub fn check_bulletin_times(
    at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<TimeFault> {
    let mut faults = Vec::new();
    let mut add = |time, found: Result<(), BadTime>| faults.extend(found.err().map(|why| TimeFault { time, why }));
    if let Some(at) = at {
        add(BulletinTime::PublishAt, Bound::PublishAt.check(at, now));
    }
    let goes_out = at.unwrap_or(now).max(now);
    let after_it_goes_out = |bound: Bound, time: Timestamp| match bound.check(time, goes_out) {
        Err(BadTime::Past) if time > now => Err(BadTime::BeforeItGoesOut),
        found => found,
    };
    if let Some(expires_at) = expires_at {
        add(BulletinTime::ExpiresAt, after_it_goes_out(Bound::ExpiresAt, expires_at));
    }
    if let Some(due_at) = due_at {
        add(BulletinTime::DueAt, after_it_goes_out(Bound::DueAt, due_at));
    }
    faults
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn now() -> Timestamp {
        "2026-07-01T00:00:00Z".parse::<jiff::Timestamp>().expect("a time").into()
    }

    fn after(days: u64) -> Timestamp {
        now() + Duration::from_hours(24 * days)
    }

    #[rstest]
    #[case("2569-08-01T09:00:00+07:00", "2569 is a year of the Buddhist era: 2026-08-01T09:00:00+07:00?")]
    // a leap day of the year that was meant, which the common year of that number does not have
    #[case("2571-02-29T09:00:00Z", "2571 is a year of the Buddhist era: 2028-02-29T09:00:00Z?")]
    #[case("2569-08-01", "is not a time such as 2026-08-01T09:00:00+07:00")]
    #[case("1026-08-01T09:00:00Z", "must lie in a year from 1900 to 2199")]
    #[case("+002026-08-01T09:00:00Z", "must lie in a year from 1900 to 2199")]
    #[case("tomorrow", "is not a time such as 2026-08-01T09:00:00+07:00")]
    fn a_time_that_cannot_be_meant_says_why(#[case] text: &str, #[case] why: &str) {
        assert_eq!(text.parse::<TimeInput>().expect_err("no time").to_string(), why);
    }

    #[test]
    fn a_time_is_had_for_what_it_is_for_only() {
        let time: TimeInput = "2026-08-01T09:00:00+07:00".parse().expect("a time");
        assert!(time.within(Bound::PublishAt, now()).is_ok());
        assert_eq!(time.within(Bound::PublishAt, after(32)).map(drop), Err(BadTime::Past), "it was good once");
        let far: TimeInput = "2036-08-01T09:00:00+07:00".parse().expect("a time");
        assert_eq!(far.within(Bound::PublishAt, now()).map(drop), Err(BadTime::TooFar(after(366))));
        assert!(far.within(Bound::End, now()).is_ok());
    }

    #[test]
    fn a_day_of_the_other_era_is_told_as_what_was_meant() {
        assert_eq!(parse_iso_day(" 2026-08-01 "), Ok(jiff::civil::date(2026, 8, 1)));
        let meant = "2028-02-29".to_owned();
        assert_eq!(parse_iso_day("2571-02-29"), Err(BadTime::BuddhistYear { year: 2571, meant }));
        assert_eq!(parse_iso_day("2026-02-29"), Err(BadTime::DayShape));
        assert_eq!(parse_iso_day("2026-08-01T10:00"), Err(BadTime::DayShape));
        assert_eq!(parse_iso_day("0026-08-01"), Err(BadTime::Year));
    }

    #[test]
    fn what_follows_a_bulletin_must_lie_after_it_goes_out() {
        assert_eq!(check_bulletin_times(Some(after(2)), Some(after(3)), Some(after(3)), now()), []);
        let faults = check_bulletin_times(Some(after(2)), Some(after(1)), Some(now()), now());
        let told: Vec<_> = faults.iter().map(|fault| (fault.time.pointer(), fault.why.clone())).collect();
        let right = [("/expires_at", BadTime::BeforeItGoesOut), ("/acknowledgement/due_at", BadTime::Past)];
        assert_eq!(told, right);
        let passed = check_bulletin_times(None, Some(now()), None, now());
        assert_eq!(passed, [TimeFault { time: BulletinTime::ExpiresAt, why: BadTime::Past }]);
    }
}

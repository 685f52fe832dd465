//! LINE's months and days: those by which it counts messages, which begin at midnight in Japan (UTC+9).
//!
//! LINE says so of the days of its statistics; of the month of the quota it does not, and the same is taken for it.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::time::Timestamp;

/// A calendar month, as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineMonth(Date);

/// Why a text is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a year and a month, such as 2026-11")]
pub struct NoMonth;

/// LINE's day at this time.
#[must_use]
pub fn line_day(at: Timestamp) -> Date {
    at.jiff().to_zoned(TimeZone::fixed(Offset::constant(9))).date()
}

impl LineMonth {
    /// The month at this time.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self(line_day(at).first_of_month())
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> Date {
        self.0
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> Date {
        self.0.last_of_month()
    }

    /// The month before it.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1.month()))
    }

    /// The month after it.
    #[must_use]
    pub fn after(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }
}

impl fmt::Display for LineMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for LineMonth {
    type Err = NoMonth;

    /// A month between 2000 and 2199.
    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let digits = |part: &str, len| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
        let (year, month) =
            text.split_once('-').filter(|(year, month)| digits(year, 4) && digits(month, 2)).ok_or(NoMonth)?;
        let (year, month): (i16, i8) = (year.parse().map_err(|_| NoMonth)?, month.parse().map_err(|_| NoMonth)?);
        let first = Date::new(year, month, 1).map_err(|_| NoMonth)?;
        if (2000..2200).contains(&year) { Ok(Self(first)) } else { Err(NoMonth) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11", true)]
    #[case("2026-13", false)]
    #[case("2026-1", false)]
    #[case("1999-12", false)]
    #[case("9999-12", false)]
    #[case("2026-11-01", false)]
    #[case("+026-11", false)]
    #[case("๒๐๒๖-๑๑", false)]
    #[case("", false)]
    fn only_a_year_and_a_month_are_taken(#[case] text: &str, #[case] good: bool) {
        let month = text.parse::<LineMonth>();
        assert_eq!(month.is_ok(), good);
        if let Ok(month) = month {
            assert_eq!(month.to_string(), text);
        }
    }

    #[test]
    fn a_month_begins_at_midnight_in_japan() {
        let eve = Timestamp::from_second(1_519_829_999); // 2018-02-28T14:59:59Z
        let february = LineMonth::at(eve);
        assert_eq!(february.to_string(), "2018-02");
        assert_eq!(february.last().to_string(), "2018-02-28");
        let march = LineMonth::at(eve + std::time::Duration::from_secs(1));
        assert_eq!((march, march.before()), (february.after(), february));
    }
}

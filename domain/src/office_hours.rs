//! Office hours: when people of a Thai government office may be written to about work.
//!
//! Weekdays between two times of day in Bangkok, but for the days on a list of holidays. Pure; the list is a file of lines
//! `date,name` (`config/holidays.csv`), as the cabinet names days anew each year.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};

use super::thai::to_bangkok;
use super::time::Timestamp;

/// When offices are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    /// From this time of day on.
    pub opens: Time,
    /// Until this time of day.
    pub closes: Time,
    /// Days on which they are closed besides Saturdays and Sundays.
    pub holidays: BTreeSet<Date>,
}

/// A line of a list of holidays that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} does not begin with a date such as 2026-12-31")]
pub struct BadHoliday {
    /// Which, from 1.
    pub line: usize,
}

impl OfficeHours {
    /// Whether offices are open at this moment.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = to_bangkok(at);
        self.is_working_day(local.date()) && (self.opens..self.closes).contains(&local.time())
    }

    /// Whether offices work on this day in Bangkok.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }
}

/// The days of a list of holidays: lines that begin with a date; what begins with `#` or with `date,` says what it is.
///
/// # Errors
/// [`BadHoliday`] with the first line that is none.
pub fn parse_holidays(text: &str) -> Result<BTreeSet<Date>, BadHoliday> {
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let days =
        lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("date,"));
    days.map(|(at, line)| {
        let date = line.split(',').next().unwrap_or_default();
        date.trim().parse().map_err(|_| BadHoliday { line: at + 1 })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thai::from_bangkok;
    use jiff::civil::{date, time};
    use rstest::rstest;

    fn hours() -> OfficeHours {
        let holidays = parse_holidays("# a list\ndate,name\n2026-12-31,วันสิ้นปี\n").expect("a list");
        OfficeHours { opens: time(8, 30, 0, 0), closes: time(16, 30, 0, 0), holidays }
    }

    #[rstest]
    #[case::before_it_opens(date(2026, 12, 30), time(8, 29, 59, 0), false)]
    #[case::when_it_opens(date(2026, 12, 30), time(8, 30, 0, 0), true)]
    #[case::before_it_closes(date(2026, 12, 30), time(16, 29, 59, 0), true)]
    #[case::when_it_closes(date(2026, 12, 30), time(16, 30, 0, 0), false)]
    #[case::on_a_holiday(date(2026, 12, 31), time(10, 0, 0, 0), false)]
    #[case::on_a_saturday(date(2026, 12, 26), time(10, 0, 0, 0), false)]
    #[case::on_a_sunday(date(2026, 12, 27), time(10, 0, 0, 0), false)]
    fn offices_are_open_on_weekdays_by_day(#[case] day: Date, #[case] time: Time, #[case] open: bool) {
        let at = from_bangkok(day.to_datetime(time)).expect("a moment");
        assert_eq!(hours().is_open(at), open);
    }

    #[test]
    fn a_line_that_is_no_day_is_named() {
        assert_eq!(parse_holidays("date,name\n31/12/2569,วันสิ้นปี"), Err(BadHoliday { line: 2 }));
    }
}

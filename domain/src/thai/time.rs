//! Bangkok's time of day: `9.06 น.`, and the way from an instant to it and back.
//!
//! Thailand has kept UTC+7 without summer time since 1920, so a fixed offset is right for every date
//! this house handles and no time-zone database is needed. Called at the edges: pages, reports,
//! messages, and forms in which a person types a time.

use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;

use super::date::{format_long_date, format_short_date};
use super::digits::Digits;
use super::form::normal_form;
use crate::time::Timestamp;

const BANGKOK: Offset = Offset::constant(7);

/// A text is no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a time of day such as \"9.06 น.\"")]
pub struct BadTime;

/// Date and time of day in Bangkok at `at`.
#[must_use]
pub fn to_bangkok(at: Timestamp) -> DateTime {
    BANGKOK.to_datetime(at.jiff())
}

/// The instant at which clocks in Bangkok show `local`.
///
/// # Errors
/// Only within hours of the years -9999 and 9999, where no instant can be named.
pub fn from_bangkok(local: DateTime) -> Result<Timestamp, jiff::Error> {
    BANGKOK.to_timestamp(local).map(Timestamp::from)
}

/// The time of day to the minute, as stamps write it: `9.06 น.`
#[must_use]
pub fn format_time(time: Time, digits: Digits) -> String {
    digits.write(&format!("{}.{:02} น.", time.hour(), time.minute()))
}

/// Date and time in Bangkok: `23 มี.ค. 2561 เวลา 9.06 น.` on a page, and in Thai digits, as letters and sheets have it, with the month in full:
/// `๒๓ มีนาคม ๒๕๖๑ เวลา ๙.๐๖ น.`
#[must_use]
pub fn format_moment(at: Timestamp, digits: Digits) -> String {
    let local = to_bangkok(at);
    let day = match digits {
        Digits::Thai => format_long_date(local.date(), digits),
        Digits::Arabic => format_short_date(local.date(), digits),
    };
    format!("{day} เวลา {}", format_time(local.time(), digits))
}

/// Reads a time of day: `9.06 น.`, `๑๔.๒๐`, `เวลา 16:30 น.`
///
/// # Errors
/// [`BadTime`] if it is none, or none that a clock shows.
pub fn parse_time(text: &str) -> Result<Time, BadTime> {
    let text = normal_form(text);
    let text = text.trim();
    let text = text.strip_prefix("เวลา").unwrap_or(text).trim_start();
    let text = text.trim_end_matches('.').trim_end();
    let text = text.strip_suffix('น').unwrap_or(text).trim_end();
    let (hour, minute) = text.split_once(['.', ':']).ok_or(BadTime)?;
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 {
        return Err(BadTime);
    }
    Time::new(read_number(hour)?, read_number(minute)?, 0, 0).map_err(|_| BadTime)
}

fn read_number(text: &str) -> Result<i8, BadTime> {
    // `parse` alone would take a sign
    if text.chars().all(|c| c.is_ascii_digit()) { text.parse().map_err(|_| BadTime) } else { Err(BadTime) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("9.06 น.", time(9, 6, 0, 0))]
    #[case("14.20", time(14, 20, 0, 0))]
    #[case("เวลา ๑๖:๓๐ น", time(16, 30, 0, 0))]
    #[case("00.00น.", time(0, 0, 0, 0))]
    #[case("๙\u{200b}.๐๖\u{a0}น.", time(9, 6, 0, 0))]
    #[case("９：０６", time(9, 6, 0, 0))]
    fn the_times_on_stamps_are_read(#[case] text: &str, #[case] expected: Time) {
        assert_eq!(parse_time(text), Ok(expected));
    }

    #[rstest]
    fn what_no_clock_shows_is_refused(
        #[values("", "9", "24.00 น.", "9.60", "9.6", "+9.06", "9.+6", "009.06", "น.")] text: &str,
    ) {
        assert_eq!(parse_time(text), Err(BadTime));
    }

    #[test]
    fn bangkok_is_seven_hours_ahead_and_may_have_the_next_day() {
        let at = Timestamp::from_second(1_521_828_360);
        assert_eq!(to_bangkok(at), date(2018, 3, 24).at(1, 6, 0, 0));
        assert_eq!(format_moment(at, Digits::Arabic), "24 มี.ค. 2561 เวลา 1.06 น.");
        assert_eq!(format_moment(at, Digits::Thai), "๒๔ มีนาคม ๒๕๖๑ เวลา ๑.๐๖ น.");
    }

    proptest! {
        #[test]
        fn an_instant_goes_to_bangkok_and_back(second in -900_000_000_i64..32_000_000_000) {
            let at = Timestamp::from_second(second);
            prop_assert_eq!(from_bangkok(to_bangkok(at)).ok(), Some(at));
        }

        #[test]
        fn a_time_written_is_read_back(hour in 0_i8..24, minute in 0_i8..60) {
            let time = time(hour, minute, 0, 0);
            prop_assert_eq!(parse_time(&format_time(time, Digits::Thai)), Ok(time));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>(), thai in "[เวลาน0-9๐-๙.: ]{0,12}") {
            let _ = (parse_time(&text), parse_time(&thai));
        }
    }
}

//! Digests: at which hours routine bulletins that can wait go out together as one message, and what that message is called.
//!
//! One push counts once for each member, however much it carries, and people read one card instead of ten. A bulletin waits for the
//! next of the hours on a day on which offices work; only what starts at the same group and goes to the same ones is sent together
//! (`relay::digests`). Pure.

use jiff::civil::{Date, Time};

use super::headline::{bare_subject, number_line};
use super::office_hours::OfficeHours;
use super::thai::{Digits, format_long_date, format_time, from_bangkok, to_bangkok};
use super::time::Timestamp;

/// The most bulletins in one digest: LINE shows at most twelve bubbles side by side, one of which is for those who forward.
pub const MOST_ITEMS: usize = 10;
/// The days looked through for one on which offices work; no list of holidays is so long.
const DAYS: usize = 60;

/// The hours at which digests go out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DigestTimes {
    times: Vec<Time>,
}

impl DigestTimes {
    /// Of times of day in Bangkok, in any order; without one there are no digests.
    #[must_use]
    pub fn new(mut times: Vec<Time>) -> Self {
        times.sort_unstable();
        times.dedup();
        Self { times }
    }

    /// The first of the hours after `now`, on a day on which offices work; none where there are no digests.
    #[must_use]
    pub fn next(&self, hours: &OfficeHours, now: Timestamp) -> Option<Timestamp> {
        let today = to_bangkok(now).date();
        let days = std::iter::successors(Some(today), |day: &Date| day.tomorrow().ok());
        let working = days.take(DAYS).filter(|day| hours.is_working_day(*day));
        let moments = working.flat_map(|day| self.times.iter().map(move |time| day.to_datetime(*time)));
        moments.filter_map(|moment| from_bangkok(moment).ok()).find(|at| *at > now)
    }
}

/// The subject of a digest of so many bulletins that goes out at `at`.
#[must_use]
pub fn digest_subject(items: usize, at: Timestamp) -> String {
    let local = to_bangkok(at);
    let date = format_long_date(local.date(), Digits::Thai);
    let time = format_time(local.time(), Digits::Thai);
    format!("รวมข่าวราชการ {} เรื่อง วันที่ {date} รอบ {time}", Digits::Thai.write(&items.to_string()))
}

/// A bulletin in the list of a digest.
#[derive(Clone, Copy, Debug)]
pub struct DigestLine<'a> {
    /// The letter's number, with or without its ที่.
    pub document_number: Option<&'a str>,
    /// What it is about, with or without its เรื่อง.
    pub subject: &'a str,
}

/// The text of a digest: the numbered list of what is in it.
#[must_use]
pub fn digest_body(items: &[DigestLine<'_>]) -> String {
    let lines = items.iter().enumerate().map(|(n, item)| {
        let place = Digits::Thai.write(&(n + 1).to_string());
        let number = item.document_number.map(|number| format!(" ({})", number_line(number))).unwrap_or_default();
        format!("{place}. {}{number}", bare_subject(item.subject))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use rstest::rstest;

    use super::*;
    use crate::office_hours::parse_holidays;

    fn at(day: Date, time: Time) -> Timestamp {
        from_bangkok(day.to_datetime(time)).expect("a moment")
    }

    #[rstest]
    #[case::before_the_first(date(2026, 12, 1), time(8, 59, 59, 0), date(2026, 12, 1), time(9, 0, 0, 0))]
    #[case::at_the_first_it_is_too_late_for_it(
        date(2026, 12, 1),
        time(9, 0, 0, 0),
        date(2026, 12, 1),
        time(15, 30, 0, 0)
    )]
    #[case::after_the_last(date(2026, 12, 1), time(15, 30, 0, 0), date(2026, 12, 2), time(9, 0, 0, 0))]
    #[case::over_the_weekend(date(2026, 12, 4), time(16, 0, 0, 0), date(2026, 12, 8), time(9, 0, 0, 0))]
    fn a_digest_goes_out_at_the_next_hour_of_a_working_day(
        #[case] day: Date,
        #[case] of: Time,
        #[case] next_day: Date,
        #[case] next: Time,
    ) {
        // Monday the 7th is kept as a holiday
        let holidays = parse_holidays("2026-12-07,วันหยุดชดเชย").expect("a list");
        let hours = OfficeHours { opens: time(8, 30, 0, 0), closes: time(16, 30, 0, 0), holidays };
        let times = DigestTimes::new(vec![time(15, 30, 0, 0), time(9, 0, 0, 0)]);
        assert_eq!(times.next(&hours, at(day, of)), Some(at(next_day, next)));
        assert_eq!(DigestTimes::default().next(&hours, at(day, of)), None);
    }

    #[test]
    fn it_says_how_much_is_in_it_and_lists_that() {
        let moment = at(date(2026, 12, 1), time(9, 0, 0, 0));
        assert_eq!(digest_subject(3, moment), "รวมข่าวราชการ ๓ เรื่อง วันที่ ๑ ธันวาคม ๒๕๖๙ รอบ ๙.๐๐ น.");
        let lines = [
            DigestLine {
                document_number: Some("มท 0206.2/ว 1620"), subject: "การจัดตั้งกลุ่มไลน์"
            },
            DigestLine { document_number: None, subject: "ซ้อมหนีไฟ" },
        ];
        let body = digest_body(&lines);
        assert!(body.starts_with("๑. การจัดตั้งกลุ่มไลน์ (ที่ "), "{body}");
        assert!(body.ends_with("\n๒. ซ้อมหนีไฟ"), "{body}");
    }
}

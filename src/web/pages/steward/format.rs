//! How the steward's pages say urgency, times and numbers. Pure.

use jiff::civil::Date;

use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::thai::{Digits, format_long_date, format_time, to_bangkok};
use crate::domain::time::Timestamp;
use crate::web::ui::format::moment;
use crate::web::ui::label::{Badge, Label as _};
use crate::web::words::{Language, Words};

/// What a bulletin is, and how urgent.
pub fn badges(t: Words, kind: Kind, urgency: Urgency) -> Vec<Badge> {
    kind.mark(t).into_iter().chain([urgency.badge(t)]).collect()
}

/// As [`moment`] within a sentence: today, or on a day.
pub fn soon(t: Words, at: Timestamp, now: Timestamp) -> String {
    let (local, today) = (to_bangkok(at), to_bangkok(now).date());
    if local.date() != today {
        return match t.language {
            Language::Thai => format!("วันที่ {}", moment(t, at)),
            Language::English => format!("on {}", moment(t, at)),
        };
    }
    match t.language {
        Language::Thai => format!("วันนี้ เวลา {}", format_time(local.time(), Digits::Arabic)),
        Language::English => local.strftime("today at %H:%M").to_string(),
    }
}

/// A letter's date, `YYYY-MM-DD`, as letters write it.
pub fn letter_date(t: Words, date: &str) -> Option<String> {
    let date: Date = date.parse().ok()?;
    Some(match t.language {
        Language::Thai => format_long_date(date, Digits::Thai),
        Language::English => date.strftime("%-d %B %Y").to_string(),
    })
}

/// When something goes on by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// When.
    pub at: String,
    /// For machines.
    pub iso: String,
    /// How long it is until then.
    pub left: String,
    /// The same in seconds.
    pub seconds: i64,
}

impl Countdown {
    /// To `at`, as seen from `now`.
    pub fn to(t: Words, at: Timestamp, now: Timestamp) -> Self {
        let seconds = (at.as_microsecond() - now.as_microsecond()).max(0) / 1_000_000;
        Self { at: soon(t, at, now), iso: at.to_string(), left: span(t, seconds), seconds }
    }
}

/// A span in words, to the minute, rounded up: what is left is never said to be less than it is by a whole minute.
pub fn span(t: Words, seconds: i64) -> String {
    let minutes = (seconds + 59) / 60;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let mut parts = Vec::new();
    for (n, part) in [(days, "days"), (hours, "hours"), (minutes, "minutes")] {
        if n > 0 && parts.len() < 2 {
            parts.push(match part {
                "days" => t.count("forward-days", n),
                "hours" => t.count("forward-hours", n),
                _ => t.count("forward-minutes", n),
            });
        }
    }
    if parts.is_empty() { t.say("forward-now") } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Words = Words { language: Language::Thai };

    #[test]
    fn what_is_left_is_said_in_two_parts_at_most() {
        for (seconds, said) in
            [(0, "ครบเวลาแล้ว"), (1, "1 นาที"), (3_600, "1 ชั่วโมง"), (5_401, "1 ชั่วโมง 31 นาที"), (90_060, "1 วัน 1 ชั่วโมง")]
        {
            assert_eq!(span(T, seconds), said);
        }
    }

    #[test]
    fn a_time_of_today_is_said_without_its_date() {
        let now = Timestamp::from_second(1_521_763_200);
        assert_eq!(soon(T, now + std::time::Duration::from_mins(66), now), "วันนี้ เวลา 8.06 น.");
        assert_eq!(soon(T, now + std::time::Duration::from_hours(24), now), "วันที่ 24 มี.ค. 2561 เวลา 7.00 น.");
    }
}

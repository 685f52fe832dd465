//! Formats shares, spans, times, states, reasons and names of provinces for the board. Pure.

use crate::domain::bulletin::Urgency;
use crate::domain::delivery::Reason;
use crate::domain::national::find_province;
use crate::domain::outcome::ParkReason;
use crate::domain::thai::{Digits, format_moment, to_bangkok};
use crate::domain::time::Timestamp;
use crate::web::api::delivery::DeliveryState;
use crate::web::words::{Language, Words, group_digits};

/// A part of a whole, as it is written and coloured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: i64,
    /// The whole.
    pub whole: i64,
    /// Per cent, rounded down: 100 says that nothing is missing.
    pub percent: i64,
    /// The same as text; a dash where there is nothing to share.
    pub text: String,
    /// The class that colours it: `none`, `low`, `middle`, `high` or `full`.
    pub band: &'static str,
}

impl Share {
    /// `part` of `whole`.
    #[must_use]
    pub fn of(part: i64, whole: i64) -> Self {
        let percent = if whole > 0 { part.clamp(0, whole) * 100 / whole } else { 0 };
        let band = match percent {
            _ if whole <= 0 => "none",
            100 => "full",
            80.. => "high",
            50.. => "middle",
            _ => "low",
        };
        let text = if whole > 0 { format!("{percent}%") } else { "–".to_owned() };
        Self { part, whole, percent, text, band }
    }
}

/// A whole number as it is read.
#[must_use]
pub fn number(n: impl Into<i64>) -> String {
    group_digits(n.into())
}

/// A moment in the reader's language: `23 มี.ค. 2561 เวลา 9.06 น.`
#[must_use]
pub fn moment(t: Words, at: Timestamp) -> String {
    match t.language {
        Language::Thai => format_moment(at, Digits::Arabic),
        Language::English => {
            let local = to_bangkok(at);
            let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let month = month.get(usize::from(local.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or("");
            format!("{} {month} {}, {:02}:{:02}", local.day(), local.year(), local.hour(), local.minute())
        }
    }
}

/// An optional moment; a dash where there is none.
#[must_use]
pub fn moment_or_dash(t: Words, at: Option<Timestamp>) -> String {
    at.map_or_else(|| "–".to_owned(), |at| moment(t, at))
}

/// A moment as machines read it, for `<time datetime>` and CSV: by Bangkok's clock, so that a spreadsheet shows the day
/// that the page shows.
#[must_use]
pub fn stamp(at: Option<Timestamp>) -> String {
    at.map(|at| to_bangkok(at).strftime("%Y-%m-%dT%H:%M:%S+07:00").to_string()).unwrap_or_default()
}

/// A span of time in its two greatest units: `2 ชม. 10 นาที`; a dash for none at all.
#[must_use]
pub fn span(t: Words, seconds: f64) -> String {
    if seconds < 0.05 {
        return "–".to_owned();
    }
    if seconds < 0.95 {
        return t.say("board-span-instant");
    }
    #[expect(clippy::cast_possible_truncation, reason = "seconds of at most some months")]
    let all = seconds.round() as i64;
    let (days, hours, minutes, rest) = (all / 86_400, all / 3_600 % 24, all / 60 % 60, all % 60);
    let of = |n: i64, key: &'static str| (n > 0).then(|| t.say_with(key, &[("value", &n.to_string())]));
    let parts = match (days, hours, minutes) {
        (1.., _, _) => [of(days, "board-span-days"), of(hours, "board-span-hours")],
        (0, 1.., _) => [of(hours, "board-span-hours"), of(minutes, "board-span-minutes")],
        (0, 0, 1..) => [of(minutes, "board-span-minutes"), of(rest, "board-span-seconds")],
        _ => [of(rest, "board-span-seconds"), None],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Where a delivery stands.
#[must_use]
pub fn state(t: Words, state: DeliveryState) -> String {
    match state {
        DeliveryState::Waiting => t.say("board-state-waiting"),
        DeliveryState::Held => t.say("board-state-held"),
        DeliveryState::Ready => t.say("board-state-ready"),
        DeliveryState::Sending => t.say("board-state-sending"),
        DeliveryState::Parked => t.say("board-state-parked"),
        DeliveryState::Accepted => t.say("board-state-accepted"),
        DeliveryState::Failed => t.say("board-state-failed"),
        DeliveryState::Unreachable => t.say("board-state-unreachable"),
        DeliveryState::Declined => t.say("board-state-declined"),
        DeliveryState::Withdrawn => t.say("board-state-withdrawn"),
        DeliveryState::Expired => t.say("board-state-expired"),
    }
}

/// The class of a state's badge.
#[must_use]
pub fn mark(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Accepted => "good",
        DeliveryState::Held | DeliveryState::Parked | DeliveryState::Declined => "warn",
        DeliveryState::Failed | DeliveryState::Unreachable => "bad",
        _ => "",
    }
}

/// A reason as a sentence.
#[must_use]
pub fn reason(t: Words, reason: Reason) -> &'static str {
    match t.language {
        Language::Thai => reason.thai(),
        Language::English => reason.english(),
    }
}

/// Why a channel stands still, as a sentence.
#[must_use]
pub fn parked(t: Words, reason: ParkReason) -> &'static str {
    match t.language {
        Language::Thai => reason.thai(),
        Language::English => reason.english(),
    }
}

/// How urgent, in a word.
#[must_use]
pub fn urgency(t: Words, number: i16) -> String {
    match Urgency::from_number(number) {
        Urgency::Routine => t.say("board-urgency-routine"),
        Urgency::Urgent => t.say("board-urgency-urgent"),
        Urgency::VeryUrgent => t.say("board-urgency-very-urgent"),
        Urgency::MostUrgent => t.say("board-urgency-most-urgent"),
    }
}

/// The class of an urgency's badge; none for what is routine.
#[must_use]
pub fn urgency_mark(number: i16) -> Option<&'static str> {
    match Urgency::from_number(number) {
        Urgency::Routine => None,
        Urgency::Urgent => Some("urgent"),
        Urgency::VeryUrgent => Some("very-urgent"),
        Urgency::MostUrgent => Some("most-urgent"),
    }
}

/// The name of a province by its code; offices of no province belong to the centre.
#[must_use]
pub fn province(t: Words, code: Option<&str>) -> String {
    let Some(code) = code else { return t.say("board-no-province") };
    match (find_province(code), t.language) {
        (Some(province), Language::Thai) => province.name_th.clone(),
        (Some(province), Language::English) => province.name_en.clone(),
        (None, _) => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_per_cent_says_that_nothing_is_missing() {
        assert_eq!((Share::of(999, 1_000).text.as_str(), Share::of(999, 1_000).band), ("99%", "high"));
        assert_eq!((Share::of(5, 5).text.as_str(), Share::of(5, 5).band), ("100%", "full"));
        assert_eq!((Share::of(0, 0).text.as_str(), Share::of(0, 0).band), ("–", "none"));
        assert_eq!(Share::of(1, 3).band, "low");
    }

    #[test]
    fn a_span_is_told_in_its_two_greatest_units() {
        let t = Words::in_language(Language::Thai);
        let told = [0.0, 0.2, 42.0, 65.0, 3_600.0, 7_800.0, 90_000.0].map(|seconds| span(t, seconds));
        assert_eq!(told, ["–", "ไม่ถึง 1 วินาที", "42 วินาที", "1 นาที 5 วินาที", "1 ชม.", "2 ชม. 10 นาที", "1 วัน 1 ชม."]);
    }

    #[test]
    fn a_moment_is_told_in_bangkok_and_in_the_readers_era() {
        let at = Timestamp::from_second(1_521_770_760);
        assert_eq!(moment(Words::in_language(Language::Thai), at), "23 มี.ค. 2561 เวลา 9.06 น.");
        assert_eq!(moment(Words::in_language(Language::English), at), "23 Mar 2018, 09:06");
    }
}

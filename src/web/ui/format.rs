//! Times, numbers, shares, spans and places as pages write them: by the clock of Bangkok, with the Buddhist year where the
//! page is Thai. Pure.

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive as _;

use crate::domain::group::Tier;
use crate::domain::national::find_province;
use crate::domain::price::Baht;
use crate::domain::thai::{Digits, format_long_date, format_moment, format_month, format_short_date, to_bangkok};
use crate::domain::time::Timestamp;
use crate::web::words::{Language, Words, group_digits};

/// What stands where there is nothing to say.
pub const DASH: &str = "–";

/// Date and time of day, such as `23 มี.ค. 2561 เวลา 9.06 น.`
#[must_use]
pub fn moment(t: Words, at: Timestamp) -> String {
    match t.language {
        Language::Thai => format_moment(at, Digits::Arabic),
        Language::English => to_bangkok(at).strftime("%-d %b %Y, %H:%M").to_string(),
    }
}

/// An optional moment; a dash where there is none.
#[must_use]
pub fn moment_or_dash(t: Words, at: Option<Timestamp>) -> String {
    at.map_or_else(|| DASH.to_owned(), |at| moment(t, at))
}

/// A moment as machines read it, for `<time datetime>` and files: by Bangkok's clock, so that a spreadsheet shows the day
/// that the page shows.
#[must_use]
pub fn stamp(at: Option<Timestamp>) -> String {
    at.map(|at| to_bangkok(at).strftime("%Y-%m-%dT%H:%M:%S+07:00").to_string()).unwrap_or_default()
}

/// A whole number with commas.
#[must_use]
pub fn number(n: impl Into<i64>) -> String {
    group_digits(n.into())
}

/// A whole number where it is known, and else a dash.
#[must_use]
pub fn number_or_dash(n: Option<i64>) -> String {
    n.map_or_else(|| DASH.to_owned(), group_digits)
}

/// An amount of money where it is known, with commas and two decimals where it is no whole number; and else a dash.
#[must_use]
pub fn baht_or_dash(amount: Option<Baht>) -> String {
    let Some(amount) = amount.map(Baht::amount) else { return DASH.to_owned() };
    let whole = group_digits(amount.trunc().to_i64().unwrap_or(i64::MAX));
    let text = format!("{:.2}", amount.fract());
    if amount.fract().is_zero() { whole } else { format!("{whole}{}", &text[1..]) }
}

/// A day, such as `29 ก.ย. 2569`.
#[must_use]
pub fn day(t: Words, date: Date) -> String {
    match t.language {
        Language::Thai => format_short_date(date, Digits::Arabic),
        Language::English => date.strftime("%-d %b %Y").to_string(),
    }
}

/// A day as a letter or sheet writes it, such as `๒๙ กันยายน ๒๕๖๙`.
#[must_use]
pub fn formal_day(t: Words, date: Date) -> String {
    match t.language {
        Language::Thai => format_long_date(date, Digits::Thai),
        Language::English => day(t, date),
    }
}

/// A moment as a letter or sheet writes it, such as `๒๓ มีนาคม ๒๕๖๑ เวลา ๙.๐๖ น.`
#[must_use]
pub fn formal_moment(t: Words, at: Timestamp) -> String {
    match t.language {
        Language::Thai => format_moment(at, Digits::Thai),
        Language::English => moment(t, at),
    }
}

/// A text with its digits as a letter or sheet writes them.
#[must_use]
pub fn formal_digits(t: Words, text: &str) -> String {
    match t.language {
        Language::Thai => Digits::Thai.write(text),
        Language::English => text.to_owned(),
    }
}

/// A month, such as `พฤศจิกายน 2569`.
#[must_use]
pub fn month(t: Words, date: Date) -> String {
    match t.language {
        Language::Thai => format_month(date, Digits::Arabic),
        Language::English => date.strftime("%B %Y").to_string(),
    }
}

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
        let text = if whole > 0 { format!("{percent}%") } else { DASH.to_owned() };
        Self { part, whole, percent, text, band }
    }
}

/// A span of time in its two greatest units: `2 ชม. 10 นาที`; a dash for none at all.
#[must_use]
pub fn span(t: Words, seconds: f64) -> String {
    if seconds < 0.05 {
        return DASH.to_owned();
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

/// The office, and the province where its name does not hold it already.
#[must_use]
pub fn place(t: Words, office: &str, province_code: Option<&str>) -> String {
    match province_code.map(|code| province(t, Some(code))) {
        Some(province) if !office.contains(&province) => format!("{office} · {province}"),
        _ => office.to_owned(),
    }
}

/// GCC1, GCC2 or GCC3.
#[must_use]
pub fn tier_label(tier: i16) -> &'static str {
    Tier::try_from(tier).map_or(DASH, Tier::label)
}

/// Persons who acknowledged, who can be told apart, and beside them taps for which LINE names nobody, which are never
/// counted as persons: `12`, or `12 + 3 without a name`.
#[must_use]
fn persons(t: Words, taps: i64, unnamed: i64) -> String {
    let persons = group_digits(taps - unnamed);
    if unnamed == 0 {
        return persons;
    }
    t.say_with("acknowledged-unnamed", &[("persons", persons.as_str()), ("unnamed", group_digits(unnamed).as_str())])
}

/// The same for one group, and whether its own steward is among those who acknowledged.
#[must_use]
pub fn persons_of_group(t: Words, taps: i64, unnamed: i64, by_steward: bool) -> String {
    let persons = persons(t, taps, unnamed);
    if by_steward { t.say_with("acknowledged-by-steward", &[("persons", persons.as_str())]) } else { persons }
}

/// The same over several groups, and in how many of them their own steward is among those who acknowledged.
#[must_use]
pub fn persons_of_groups(t: Words, taps: i64, unnamed: i64, by_steward: i64) -> String {
    let persons = persons(t, taps, unnamed);
    if by_steward == 0 {
        return persons;
    }
    let groups = group_digits(by_steward);
    t.say_with("acknowledged-by-stewards", &[("persons", persons.as_str()), ("groups", groups.as_str())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_bangkok_and_in_the_readers_era() {
        let at = Timestamp::from_second(1_521_770_760);
        assert_eq!(moment(Words::in_language(Language::Thai), at), "23 มี.ค. 2561 เวลา 9.06 น.");
        assert_eq!(moment(Words::in_language(Language::English), at), "23 Mar 2018, 09:06");
        assert_eq!(formal_moment(Words::in_language(Language::Thai), at), "๒๓ มีนาคม ๒๕๖๑ เวลา ๙.๐๖ น.");
        assert_eq!(stamp(Some(at)), "2018-03-23T09:06:00+07:00");
        assert_eq!((stamp(None).as_str(), moment_or_dash(Words::default(), None).as_str()), ("", DASH));
    }

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
}

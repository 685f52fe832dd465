//! Durations as people write them: `250ms`, `10s`, `1h 30m`, `7 days`.

use std::time::Duration;

use jiff::fmt::friendly::SpanPrinter;
use jiff::{Span, SpanRelativeTo};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads one duration; for `#[serde(deserialize_with)]`.
pub(super) fn one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Reads a list of durations; for `#[serde(deserialize_with)]`.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
    Vec::<String>::deserialize(deserializer)?.iter().map(|text| parse(text).map_err(D::Error::custom)).collect()
}

/// A duration in the words in which it could have been written.
pub(super) fn show(duration: Duration) -> String {
    SpanPrinter::new().unsigned_duration_to_string(&duration)
}

/// Reads a duration that was typed.
///
/// # Errors
/// The sentence that says what is wrong with it.
pub fn parse(text: &str) -> Result<Duration, String> {
    let refused = || format!("is `{text}`, which is not a duration such as \"250ms\", \"10s\" or \"7 days\"");
    let span: Span = text.parse().map_err(|_| refused())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| refused())?;
    Duration::try_from(duration).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("250ms", Duration::from_millis(250))]
    #[case("1h 30m", Duration::from_mins(90))]
    #[case("7 days", Duration::from_hours(168))]
    #[case("7days", Duration::from_hours(168))]
    fn a_duration_is_read_as_people_write_it(#[case] text: &str, #[case] duration: Duration) {
        assert_eq!(parse(text), Ok(duration));
    }

    #[rstest]
    #[case("10")]
    #[case("soon")]
    #[case("-5s")]
    #[case("1 month")]
    #[case("")]
    fn what_is_not_a_length_of_time_is_refused(#[case] text: &str) {
        assert!(parse(text).is_err());
    }
}

//! What the text of one cell means, by kind of column.
//!
//! All take the cell trimmed and not empty; what empty and `-` mean is decided in `read`. Names, titles and telephone
//! numbers are kept as they are written; everything else is read in any spelling.

use super::error::Reason;
use crate::bulletin::Forwarding;
use crate::group::{LONGEST_NAME, Tier};
use crate::national::ProvinceCode;
use crate::office::OfficeKind;
use crate::phone::{BadWrittenPhone, LONGEST_WRITTEN, check_written};
use crate::spreadsheet::Damage;
use crate::thai::normal_form;
use crate::way::Way;

/// Seats and head counts: no office has more.
const MOST_PEOPLE: i32 = 1_000_000;
/// A year of minutes.
const MOST_MINUTES: i32 = 525_600;

pub(super) fn parse<T>(text: &str) -> Result<T, Reason>
where
    T: std::str::FromStr,
    Reason: From<T::Err>,
{
    Ok(normal_form(text).parse()?)
}

/// A name or title.
pub(super) fn name(text: &str) -> Result<String, Reason> {
    bounded(text, LONGEST_NAME)
}

pub(super) fn phone(text: &str) -> Result<String, Reason> {
    match check_written(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(BadWrittenPhone::TooLong) => Err(Reason::TooLong(LONGEST_WRITTEN)),
        Err(BadWrittenPhone::NoDigit) => Err(Reason::NoPhone),
        Err(BadWrittenPhone::Unfit) => Err(Reason::ControlCharacter),
        Err(BadWrittenPhone::ZeroDropped) => Err(Damage::ZeroDropped.into()),
    }
}

/// One of the 77 under any of its names becomes its code. Anything else would be a division of its own, whose offices are
/// left out of every bulletin to the province that was meant.
pub(super) fn province(text: &str) -> Result<String, Reason> {
    Ok(text.parse::<ProvinceCode>()?.into())
}

pub(super) fn people(text: &str) -> Result<i32, Reason> {
    number(text, MOST_PEOPLE)
}

pub(super) fn minutes(text: &str) -> Result<i32, Reason> {
    number(text, MOST_MINUTES)
}

pub(super) fn tier(text: &str) -> Result<Tier, Reason> {
    // a text that is no number at all is no tier either; 0 is none of the three
    let number: i16 = normal_form(text).parse().unwrap_or(0);
    Ok(number.try_into()?)
}

pub(super) fn office_kind(text: &str) -> Result<OfficeKind, Reason> {
    one_of(text, &OfficeKind::ALL, OfficeKind::as_str)
}

pub(super) fn forwarding(text: &str) -> Result<Forwarding, Reason> {
    one_of(text, &[Forwarding::Automatic, Forwarding::Stewarded], Forwarding::as_str)
}

pub(super) fn way(text: &str) -> Result<Way, Reason> {
    one_of(text, &Way::ALL, Way::as_str)
}

pub(super) fn flag(text: &str) -> Result<bool, Reason> {
    // what spreadsheets make of a tick, and what people type
    match normal_form(text).to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(Reason::Word("true, false".to_owned())),
    }
}

fn bounded(text: &str, most: usize) -> Result<String, Reason> {
    // no text has more characters than bytes
    if text.len() > most && text.chars().count() > most {
        Err(Reason::TooLong(most))
    } else if text.chars().any(char::is_control) {
        Err(Reason::ControlCharacter)
    } else {
        Ok(text.to_owned())
    }
}

fn number(text: &str, most: i32) -> Result<i32, Reason> {
    let text = normal_form(text);
    let digits_only = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits_only && *number <= most);
    number.ok_or(Reason::Number(most))
}

fn one_of<T: Copy>(text: &str, all: &[T], word: fn(T) -> &'static str) -> Result<T, Reason> {
    let text = normal_form(text);
    let found = all.iter().copied().find(|&value| word(value).eq_ignore_ascii_case(&text));
    found.ok_or_else(|| Reason::Word(all.iter().map(|&value| word(value)).collect::<Vec<_>>().join(", ")))
}

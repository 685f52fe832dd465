//! Parses a letter's number from left to right.
//!
//! Knows the shape only; whether a consonant code exists and whether a date is known is the caller's
//! matter. Each part comes out as read, as missing, or as holding a letter where digits belong;
//! anything else makes the whole number unreadable, since a guess at one part would colour the rest.

use super::{Doubt, NumberParts};
use crate::thai::normal_form;

/// The text does not have the shape of a number.
struct Unreadable;

/// The parts of `raw` (without a year) and what is doubtful about them.
pub(super) fn scan(raw: &str) -> (Option<NumberParts>, Vec<Doubt>) {
    let mut doubts = Vec::new();
    match scan_parts(&normal_form(raw), &mut doubts) {
        Ok(parts) => (Some(parts), doubts),
        Err(Unreadable) => (None, vec![Doubt::Unreadable]),
    }
}

fn scan_parts(text: &str, doubts: &mut Vec<Doubt>) -> Result<NumberParts, Unreadable> {
    let text = text.strip_prefix("ที่").unwrap_or(text).trim_start();
    let (owner, register) = text.split_once('/').ok_or(Unreadable)?;
    let (prefix, office) = split_prefix(owner).ok_or(Unreadable)?;
    let register = register.trim();
    let circular = register.strip_prefix('ว');
    Ok(NumberParts {
        prefix: prefix.to_owned(),
        office_code: read_digits(office.trim(), is_office_code, doubts)?.map(str::to_owned),
        circular: circular.is_some(),
        running_number: read_running_number(circular.unwrap_or(register).trim(), doubts)?,
        year: None,
    })
}

/// Splits off the two or three consonants that name a ministry or province.
fn split_prefix(owner: &str) -> Option<(&str, &str)> {
    let end = owner.find(|c| !is_consonant(c))?;
    let (prefix, rest) = owner.split_at(end);
    (2..=3).contains(&prefix.chars().count()).then_some((prefix, rest))
}

fn read_running_number(text: &str, doubts: &mut Vec<Doubt>) -> Result<Option<u32>, Unreadable> {
    if text.is_empty() {
        doubts.push(Doubt::NumberMissing);
        return Ok(None);
    }
    let digits = read_digits(text, |text| (1..=9).contains(&text.len()) && is_number(text), doubts)?;
    Ok(digits.and_then(|digits| digits.parse().ok()))
}

/// `text` if it has the shape; none, with a doubt, if it would have it but for letters among the digits.
fn read_digits<'a>(
    text: &'a str,
    has_shape: fn(&str) -> bool,
    doubts: &mut Vec<Doubt>,
) -> Result<Option<&'a str>, Unreadable> {
    if has_shape(text) {
        return Ok(Some(text));
    }
    let is_mixed = text.chars().any(is_consonant) && text.contains(|c: char| c.is_ascii_digit());
    let as_if_digits: String = text.chars().map(|c| if is_consonant(c) { '0' } else { c }).collect();
    if is_mixed && has_shape(&as_if_digits) {
        doubts.push(Doubt::LetterInDigits);
        return Ok(None);
    }
    Err(Unreadable)
}

/// Four or five digits (five are local authorities), then any subdivisions after dots.
fn is_office_code(text: &str) -> bool {
    let mut segments = text.split('.');
    let unit = segments.next().unwrap_or_default();
    (4..=5).contains(&unit.len()) && is_number(unit) && segments.all(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_consonant(c: char) -> bool {
    ('ก'..='ฮ').contains(&c)
}

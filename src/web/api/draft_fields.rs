//! Reads a draft's fields. Each takes one field and adds what cannot be read to `errors`; what holds of a draft that was
//! read is in `relay::draft_rules`. Pure.

use super::draft_input::LinkInput;
use crate::domain::bulletin::{Audience, Link};
use crate::domain::document::DocumentNumber;
use crate::domain::national::province_code;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput, parse_day};
use crate::relay::draft_rules::read_address;
use crate::web::field::Field;
use crate::web::problem::FieldError;

/// A text; what was taken away is empty.
pub(super) fn take_text<T: Into<String>>(field: Field<T>, kept: String) -> String {
    match field {
        Field::Absent => kept,
        Field::Null => String::new(),
        Field::Set(text) => text.into(),
    }
}

/// A letter's date, in any of its forms, as `YYYY-MM-DD`.
pub(super) fn read_date(text: &str, now: Timestamp, errors: &mut Vec<FieldError>) -> Option<String> {
    let read = parse_day(text, Bound::Letter, now);
    read.map_err(|error| errors.push(FieldError::new("/document_date", error))).ok().map(|date| date.to_string())
}

/// A time that must make sense for what it is for.
pub(super) fn take_time(
    at: TimeInput,
    bound: Bound,
    pointer: &str,
    now: Timestamp,
    errors: &mut Vec<FieldError>,
) -> Option<Timestamp> {
    at.within(bound, now).map_err(|bad| errors.push(FieldError::new(pointer, bad))).ok()
}

/// A letter's number, kept as it was given.
pub(super) fn read_number(text: &str, errors: &mut Vec<FieldError>) -> Option<String> {
    match DocumentNumber::parse(text, None) {
        Ok(number) => Some(number.raw().to_owned()),
        Err(error) => {
            errors.push(FieldError::new("/document_number", error));
            None
        }
    }
}

/// The links that are good.
pub(super) fn read_links(links: Vec<LinkInput>, errors: &mut Vec<FieldError>) -> Vec<Link> {
    let mut read = Vec::new();
    for (index, link) in links.into_iter().enumerate() {
        let (label, address, at) = match link {
            LinkInput::Address(address) => (None, address, format!("/links/{index}")),
            LinkInput::Labelled(link) => (Some(link.label), link.url, format!("/links/{index}/url")),
        };
        match read_address(&address) {
            Ok((host, url)) => read.push(Link { label: label.unwrap_or(host), url }),
            Err(error) => errors.push(FieldError::new(at, error)),
        }
    }
    read
}

/// Every province that is one by any of its names, by its code; what is none stays as it is.
pub(super) fn read_provinces(audience: &mut Audience) {
    for province in audience.provinces.iter_mut().flatten() {
        *province = province_code(province).to_owned();
    }
}

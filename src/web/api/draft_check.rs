//! The rules of a draft's fields. Each takes one field and adds what is wrong with it to `errors`. Pure.

use super::draft_input::LinkInput;
use crate::domain::bulletin::{Attachment, Audience, Kind, Link};
use crate::domain::document::DocumentNumber;
use crate::domain::ids::BulletinId;
use crate::domain::national::ProvinceCode;
use crate::domain::secrecy::secrecy_class;
use crate::domain::text::grapheme_len;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput, parse_day};
use crate::line::limits::{LABEL, URI};
use crate::web::field::Field;
use crate::web::problem::FieldError;
use crate::web::refused::classified;

const MOST_LINKS: usize = 20;

/// A text that must be there and bears no secrecy class.
pub(super) fn take_text<T: Into<String>>(
    field: Field<T>,
    kept: String,
    at: &str,
    errors: &mut Vec<FieldError>,
) -> String {
    let text = match field {
        Field::Absent => kept,
        Field::Null => String::new(),
        Field::Set(text) => text.into(),
    };
    if text.is_empty() {
        errors.push(FieldError::new(at, "is required"));
    } else if let Some(class) = secrecy_class(&text) {
        errors.push(FieldError::new(at, classified(class)));
    }
    text
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
    if links.len() > MOST_LINKS {
        errors.push(FieldError::new("/links", format!("must be at most {MOST_LINKS}")));
    }
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
    for (index, link) in read.iter().enumerate() {
        if !(1..=LABEL).contains(&grapheme_len(link.label.trim())) {
            let fault = format!("must have 1 to {LABEL} characters");
            errors.push(FieldError::new(format!("/links/{index}/label"), fault));
        }
    }
    read
}

/// The one picture; whether it is there is looked up by [`super::drafts`].
pub(super) fn read_attachments(files: Vec<Attachment>, errors: &mut Vec<FieldError>) -> Option<Attachment> {
    if files.len() > 1 {
        errors.push(FieldError::new("/attachments", "must be at most 1"));
    }
    let first = files.into_iter().next()?;
    if let Some(class) = secrecy_class(first.alt.as_str()) {
        errors.push(FieldError::new("/attachments/0/alt", classified(class)));
    }
    Some(first)
}

/// The host of a web address, as a label, and the address as LINE can take it.
pub(in crate::web) fn read_address(text: &str) -> Result<(String, String), String> {
    let url = url::Url::parse(text.trim()).map_err(|_| "is not a web address such as https://www.moi.go.th/")?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"));
    let host = host.ok_or("must begin with https:// or http://")?;
    // what is plain already stays as it was typed
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let address = if plain { text.to_owned() } else { url.as_str().to_owned() };
    if address.len() > URI {
        return Err(format!("must be at most {URI} characters long; it has {}", address.len()));
    }
    Ok((host.chars().take(LABEL).collect(), address))
}

/// Lists that select nobody, tiers and provinces that are none; a province by any of its names becomes its code.
pub(super) fn check_audience(audience: &mut Audience, errors: &mut Vec<FieldError>) {
    let empty = [
        ("tiers", audience.tiers.as_ref().map(Vec::is_empty)),
        ("provinces", audience.provinces.as_ref().map(Vec::is_empty)),
        ("office_kinds", audience.office_kinds.as_ref().map(Vec::is_empty)),
        ("groups", audience.groups.as_ref().map(Vec::is_empty)),
    ];
    for (name, _) in empty.iter().filter(|(_, empty)| *empty == Some(true)) {
        let fault = "selects nobody; leave it out to select all";
        errors.push(FieldError::new(format!("/audience/{name}"), fault));
    }
    for (index, tier) in audience.tiers.iter().flatten().enumerate() {
        if !(1..=3).contains(tier) {
            errors.push(FieldError::new(format!("/audience/tiers/{index}"), "must be 1, 2 or 3"));
        }
    }
    for (index, province) in audience.provinces.iter_mut().flatten().enumerate() {
        match province.parse::<ProvinceCode>() {
            Ok(code) => *province = code.into(),
            Err(error) => errors.push(FieldError::new(format!("/audience/provinces/{index}"), error)),
        }
    }
}

/// Which kinds are about another bulletin.
pub(super) fn check_kind(kind: Kind, about: Option<BulletinId>, errors: &mut Vec<FieldError>) {
    match (kind, about) {
        (Kind::Withdrawal, _) => {
            errors.push(FieldError::new("/kind", "is made by POST /bulletins/{id}/withdraw of the bulletin itself"));
        }
        (Kind::Correction, None) => {
            errors.push(FieldError::new("/about", "is required: a correction names the bulletin that it puts right"));
        }
        (Kind::News | Kind::Test | Kind::Drill, Some(_)) => {
            errors.push(FieldError::new("/about", "belongs to a correction only"));
        }
        _ => {}
    }
}

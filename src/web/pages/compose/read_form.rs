//! Reads the form of a draft: every field by itself, with a message for each that cannot be read.
//!
//! What holds of a draft that was read is in `relay::draft_rules`, as for the API; the words are the visitor's. What is at
//! fault stays in the draft as far as it can be shown, so that a preview follows the writer before everything is right.

use std::str::FromStr;

use jiff::civil::{Time, time};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::draft_form::{DraftForm, OWN_WAYS};
use super::format::{bad_day, bad_text, bad_time, draft_fault};
use super::requests::{self, RequestForm};
use crate::domain::bulletin::{Acknowledgement, Attachment, Audience, Link, MediaFile};
use crate::domain::document::DocumentNumber;
use crate::domain::ids::Code;
use crate::domain::national::province_code;
use crate::domain::request::DraftedRequest;
use crate::domain::text::{AltText, BadText, Body, Subject};
use crate::domain::thai::{from_bangkok, parse_time};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, BulletinTime, parse_day};
use crate::domain::way::Way;
use crate::relay::draft_rules::{DraftFault, DraftText, read_address};
use crate::store::bulletins::Draft;
use crate::web::pages::form_state::FormErrors;
use crate::web::words::Words;

/// The end of an office's day, where a deadline says no time.
const OFFICE_CLOSES: Time = time(16, 30, 0, 0);
/// The end of a day.
const MIDNIGHT: Time = time(23, 59, 0, 0);

/// Adds what the rules of a draft say, and `unread`: codes of groups that cannot even be codes.
pub fn add_draft_faults(errors: &mut FormErrors, t: Words, faults: &[DraftFault], unread: &[&str]) {
    let mut codes = unread.to_vec();
    for fault in faults {
        match fault {
            DraftFault::GroupAbsent { code, .. } => codes.push(code),
            other => errors.add(field_of(other), draft_fault(t, other)),
        }
    }
    if !codes.is_empty() {
        errors.add("audience", t.say_with("compose-refused-unknown-groups", &[("codes", &codes.join(", "))]));
    }
    errors.order_by(FIELDS);
}

/// The fields in the order of the form.
const FIELDS: &[&str] = &[
    "kind",
    "document_number",
    "document_date",
    "subject",
    "body",
    "links",
    "image",
    "image_alt",
    "audience",
    "forwarding",
    "way",
    "acknowledge",
    "expires",
    "requests",
    "request_kind",
    "text",
    "due_on",
    "working_days",
];

/// Beside which field of the form a fault of a draft is told.
fn field_of(fault: &DraftFault) -> &'static str {
    match fault {
        DraftFault::Text(text, _) | DraftFault::Classified(text, _) => match text {
            DraftText::Subject => "subject",
            DraftText::Body => "body",
            DraftText::ImageAlt => "image_alt",
            DraftText::MediaAlt(_) => "image",
        },
        DraftFault::TooManyLinks | DraftFault::LinkLabel { .. } => "links",
        DraftFault::WithdrawalByHand
        | DraftFault::DigestByHand
        | DraftFault::AboutMissing
        | DraftFault::AboutNotWanted
        | DraftFault::AboutWithdrawn
        | DraftFault::AboutAbsent
        | DraftFault::KindNeedsPublisher => "kind",
        DraftFault::SelectsNobody(_)
        | DraftFault::Tier(_)
        | DraftFault::Province { .. }
        | DraftFault::GroupAbsent { .. } => "audience",
        DraftFault::Time(fault) => match fault.time {
            BulletinTime::DueAt => "acknowledge",
            BulletinTime::ExpiresAt | BulletinTime::PublishAt => "expires",
        },
        DraftFault::ForwardingNeedsPublisher => "forwarding",
        DraftFault::WayNeedsPublisher => "way",
        // the first has its fields in the form, the others are on the page of the draft
        DraftFault::RequestClassified(0, _)
        | DraftFault::RequestWeekday(0, _)
        | DraftFault::RequestDueTwice(0)
        | DraftFault::RequestDays(0)
        | DraftFault::RequestOver(0) => requests::field_of(fault),
        DraftFault::TooManyRequests
        | DraftFault::RequestClassified(..)
        | DraftFault::RequestWeekday(..)
        | DraftFault::RequestDueTwice(_)
        | DraftFault::RequestDays(_)
        | DraftFault::RequestOver(_) => "requests",
        DraftFault::ImageAbsent | DraftFault::TooManyFiles | DraftFault::FileAbsent(_) => "image",
    }
}

/// Reads what was typed over `base`, which says where the bulletin starts.
pub fn read(typed: &DraftForm, base: &Draft, t: Words, now: Timestamp) -> (Draft, FormErrors) {
    let mut reader = Reader { t, now, errors: FormErrors::default() };
    let draft = Draft {
        kind: word(&typed.kind).unwrap_or_default(),
        about: typed.about.parse().ok(),
        urgency: word(&typed.urgency).unwrap_or_default(),
        document_number: reader.number(&typed.document_number),
        document_date: reader.date(&typed.document_date),
        subject: text::<Subject>(&typed.subject),
        body: text::<Body>(&typed.body),
        links: reader.links(&typed.links),
        attachment: reader.picture(&typed.image, &typed.image_alt),
        media: kept_media(&base.media, &typed.removed_files),
        audience: audience(typed),
        forwarding: word(&typed.forwarding).unwrap_or_default(),
        way: reader.way(&typed.way),
        acknowledgement: Acknowledgement {
            requested: typed.acknowledge,
            due_at: if typed.acknowledge { reader.deadline(typed) } else { None },
        },
        expires_at: reader.moment("expires", &typed.expires_date, &typed.expires_time, MIDNIGHT, Bound::ExpiresAt),
        origin: base.origin,
        requests: reader.requests(typed.request.as_ref(), &base.requests),
    };
    (draft, reader.errors)
}

/// The files that stay in front of the card.
fn kept_media(media: &[MediaFile], removed: &[String]) -> Vec<MediaFile> {
    let stays = |media: &&MediaFile| !removed.iter().any(|id| *id == media.file.to_string());
    media.iter().filter(stays).cloned().collect()
}

/// A moment that was typed as day and time; none where no day is given.
///
/// # Errors
/// A sentence in the visitor's language.
pub fn read_moment(
    t: Words,
    date: &str,
    time: &str,
    else_at: Time,
    bound: Bound,
    now: Timestamp,
) -> Result<Option<Timestamp>, String> {
    if date.trim().is_empty() {
        return if time.trim().is_empty() { Ok(None) } else { Err(t.say("compose-fault-day")) };
    }
    let day = parse_day(date, bound, now).map_err(|bad| bad_day(t, &bad))?;
    let time = match time.trim() {
        "" => else_at,
        typed => parse_time(typed).map_err(|_| t.say("compose-fault-time"))?,
    };
    let at = from_bangkok(day.to_datetime(time)).map_err(|_| t.say("compose-fault-time"))?;
    bound.check(at, now).map(|()| Some(at)).map_err(|bad| bad_time(t, &bad))
}

/// A value by the word that the API has for it.
fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

/// A text as it is stored; one that cannot be taken as it was typed, for the rules to refuse.
fn text<T: FromStr<Err = BadText> + Into<String>>(typed: &str) -> String {
    typed.parse::<T>().map_or_else(|_| typed.trim().to_owned(), Into::into)
}

struct Reader {
    t: Words,
    now: Timestamp,
    errors: FormErrors,
}

impl Reader {
    fn number(&mut self, typed: &str) -> Option<String> {
        if typed.trim().is_empty() {
            return None;
        }
        let number = DocumentNumber::parse(typed, None).ok().map(|number| number.raw().to_owned());
        if number.is_none() {
            self.errors.add("document_number", self.t.say("compose-fault-number"));
        }
        number
    }

    fn date(&mut self, typed: &str) -> Option<String> {
        if typed.trim().is_empty() {
            return None;
        }
        let read = parse_day(typed, Bound::Letter, self.now);
        read.map_err(|bad| self.errors.add("document_date", bad_day(self.t, &bad))).ok().map(|date| date.to_string())
    }

    fn links(&mut self, typed: &[(String, String)]) -> Vec<Link> {
        let mut links = Vec::new();
        for (label, url) in typed {
            let (label, url) = (label.trim(), url.trim());
            if url.is_empty() {
                if !label.is_empty() {
                    self.errors.add("links", self.t.say_with("compose-fault-link-empty", &[("label", label)]));
                }
                continue;
            }
            let Ok((host, url)) = read_address(url) else {
                self.errors.add("links", self.t.say_with("compose-fault-link", &[("url", url)]));
                continue;
            };
            let label = if label.is_empty() { host } else { label.to_owned() };
            links.push(Link { label, url });
        }
        links
    }

    fn picture(&mut self, image: &str, alt: &str) -> Option<Attachment> {
        let image = image.parse().ok()?;
        match alt.parse::<AltText>() {
            Ok(alt) => Some(Attachment { image, alt }),
            Err(bad) => {
                let sentence =
                    if bad == BadText::Empty { self.t.say("compose-fault-alt") } else { bad_text(self.t, bad) };
                self.errors.add("image_alt", sentence);
                // shown all the same while it is being written
                "…".parse().ok().map(|alt| Attachment { image, alt })
            }
        }
    }

    /// The way of all groups; a form without the field leaves it to the groups.
    fn way(&mut self, typed: &str) -> Option<Way> {
        if matches!(typed, "" | OWN_WAYS) {
            return None;
        }
        let way = word(typed);
        if way.is_none() {
            self.errors.add("way", self.t.say("compose-fault-way"));
        }
        way
    }

    /// The first request as it is typed, and the others as they are; a form without the fields leaves all of them.
    fn requests(&mut self, typed: Option<&RequestForm>, before: &[DraftedRequest]) -> Vec<DraftedRequest> {
        let Some(typed) = typed else { return before.to_vec() };
        let first = if typed.is_blank() { None } else { typed.read(self.t, &mut self.errors, self.now) };
        first.into_iter().chain(before.iter().skip(1).cloned()).collect()
    }

    fn deadline(&mut self, typed: &DraftForm) -> Option<Timestamp> {
        let (date, time) = (&typed.acknowledge_date, &typed.acknowledge_time);
        self.moment("acknowledge", date, time, OFFICE_CLOSES, Bound::DueAt)
    }

    fn moment(
        &mut self,
        field: &'static str,
        date: &str,
        time: &str,
        else_at: Time,
        bound: Bound,
    ) -> Option<Timestamp> {
        read_moment(self.t, date, time, else_at, bound, self.now).unwrap_or_else(|sentence| {
            self.errors.add(field, sentence);
            None
        })
    }
}

/// To whom it goes; what is no tier, kind or code cannot come from the form and narrows nothing.
fn audience(typed: &DraftForm) -> Audience {
    let tiers: Vec<i16> = typed.tiers.iter().filter_map(|tier| tier.parse().ok()).collect();
    let kinds: Vec<_> = typed.office_kinds.iter().filter_map(|kind| word(kind)).collect();
    Audience {
        tiers: some(tiers.into_iter().filter(|tier| (1..=3).contains(tier)).collect()),
        provinces: some(typed.provinces.iter().map(|province| province_code(province).to_owned()).collect()),
        office_kinds: some(kinds),
        groups: some(codes(&typed.groups)),
        exclude_groups: some(codes(&typed.exclude_groups)),
    }
}

/// A list that narrows; none where it is empty.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    if list.is_empty() { None } else { Some(list) }
}

fn codes(typed: &[String]) -> Vec<Code> {
    typed.iter().filter_map(|code| code.parse().ok()).collect()
}

//! What a draft is made of or changed by: the fields of a request, checked all together.
//!
//! One type serves both: making a draft applies it to a blank one and asks for subject and text, changing a draft
//! applies it to what is there. A field left out stays, `null` puts the default back. Nothing here asks the
//! database; what names groups or other bulletins is looked up by [`super::drafts`].

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Kind, Link, Urgency};
use crate::domain::document::DocumentNumber;
use crate::domain::ids::{BulletinId, Code};
use crate::domain::secrecy::secrecy_class;
use crate::domain::text::{Body, Subject, grapheme_len};
use crate::domain::thai::parse_date;
use crate::domain::time::Timestamp;
use crate::line::limits::{LABEL, URI};
use crate::store::bulletins::Draft;
use crate::web::problem::{FieldError, classified};

const MOST_LINKS: usize = 20;
/// A year beyond this was meant as one of the Buddhist era.
const LAST_COMMON_YEAR: i16 = 2200;

/// A field of a request: left out, null, or set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Left out.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Set))
    }
}

impl<T: Default> Field<T> {
    /// The value, the default for `null`, or what was there.
    pub fn or(self, kept: T) -> T {
        match self {
            Self::Absent => kept,
            Self::Null => T::default(),
            Self::Set(value) => value,
        }
    }
}

impl<T> Field<T> {
    /// The value, none for `null`, or what was there.
    pub fn or_none(self, kept: Option<T>) -> Option<T> {
        match self {
            Self::Absent => kept,
            Self::Null => None,
            Self::Set(value) => Some(value),
        }
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Set(value) => Field::Set(change(value)),
        }
    }
}

/// The fields of a draft; one left out stays as it is, `null` puts the default back.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulletinChange)]
pub struct DraftInput {
    /// The subject line: at most 300 UTF-16 units.
    #[schema(value_type = Option<Subject>)]
    #[serde(default)]
    pub subject: Field<Subject>,
    /// The whole text: at most 20,000 UTF-16 units.
    #[schema(value_type = Option<Body>)]
    #[serde(default)]
    pub body: Field<Body>,
    /// What it is; default `news`. Withdrawals are made by withdrawing.
    #[schema(value_type = Option<Kind>)]
    #[serde(default)]
    pub kind: Field<Kind>,
    /// The published bulletin that a correction puts right.
    #[schema(value_type = Option<BulletinId>)]
    #[serde(default)]
    pub about: Field<BulletinId>,
    /// How urgent; default `routine`.
    #[schema(value_type = Option<Urgency>)]
    #[serde(default)]
    pub urgency: Field<Urgency>,
    /// The letter's number, kept exactly as given.
    #[schema(value_type = Option<String>, example = "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐")]
    #[serde(default)]
    pub document_number: Field<String>,
    /// The letter's date: `YYYY-MM-DD`, or as the letter writes it.
    #[schema(value_type = Option<String>, example = "๒๓ มีนาคม ๒๕๖๑")]
    #[serde(default)]
    pub document_date: Field<String>,
    /// The group where it starts; default the root, or the top group of the key's office.
    #[schema(value_type = Option<Code>)]
    #[serde(default)]
    pub origin: Field<Code>,
    /// To whom, among the origin and all below it; default all.
    #[schema(value_type = Option<Audience>)]
    #[serde(default)]
    pub audience: Field<Audience>,
    /// Links below the text, at most 20: objects, or plain addresses.
    #[schema(value_type = Option<Vec<LinkInput>>)]
    #[serde(default)]
    pub links: Field<Vec<LinkInput>>,
    /// Files; not supported yet, so only an empty list is taken.
    #[schema(value_type = Option<Vec<Object>>, max_items = 0)]
    #[serde(default)]
    pub attachments: Field<Vec<serde_json::Value>>,
    /// How it treats the groups' own settings; default `as_configured`.
    #[schema(value_type = Option<ForwardingMode>)]
    #[serde(default)]
    pub forwarding: Field<ForwardingMode>,
    /// The รับทราบ button: true, false, or with a time by which it should be tapped; default true.
    #[schema(value_type = Option<AcknowledgementInput>)]
    #[serde(default)]
    pub acknowledgement: Field<AcknowledgementInput>,
    /// When it stops being sent; default some days after publish.
    #[schema(value_type = Option<Timestamp>)]
    #[serde(default)]
    pub expires_at: Field<Timestamp>,
}

/// A new draft: subject and text are required.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewBulletin(pub DraftInput);

impl utoipa::PartialSchema for NewBulletin {
    fn schema() -> RefOr<Schema> {
        let mut schema = DraftInput::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.description = Some("A new draft; what is left out has its default.".to_owned());
            object.required.extend(["subject".to_owned(), "body".to_owned()]);
        }
        schema
    }
}

impl utoipa::ToSchema for NewBulletin {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        DraftInput::schemas(schemas);
    }
}

/// A link with its label, or an address alone.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(untagged, expecting = "must be an address, or an object of `label` and `url`")]
pub enum LinkInput {
    /// The button then says whose page it is.
    Address(String),
    /// With a label.
    Labelled(Link),
}

/// Whether the button is shown, or all about it.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(untagged, expecting = "must be true, false, or an object of `requested` and `due_at`")]
pub enum AcknowledgementInput {
    /// Whether it is shown.
    Shown(bool),
    /// All about it.
    Full(Acknowledgement),
}

impl Default for AcknowledgementInput {
    fn default() -> Self {
        Self::Full(Acknowledgement::default())
    }
}

impl From<AcknowledgementInput> for Acknowledgement {
    fn from(input: AcknowledgementInput) -> Self {
        match input {
            AcknowledgementInput::Shown(requested) => Self { requested, due_at: None },
            AcknowledgementInput::Full(full) => full,
        }
    }
}

impl DraftInput {
    /// `base` with these fields in it; what is wrong with them is added to `errors`.
    pub fn apply(self, base: Draft, now: Timestamp, errors: &mut Vec<FieldError>) -> Draft {
        let subject = take_text(self.subject, base.subject, "/subject", errors);
        let body = take_text(self.body, base.body, "/body", errors);
        let document_date = match self.document_date {
            Field::Set(text) => read_date(&text, errors),
            other => other.or_none(base.document_date),
        };
        let document_number = match self.document_number {
            Field::Set(text) => read_number(&text, errors),
            other => other.or_none(base.document_number),
        };
        let links = match self.links {
            Field::Set(links) => read_links(links, errors),
            other => other.map(|_| Vec::new()).or(base.links),
        };
        if matches!(&self.attachments, Field::Set(files) if !files.is_empty()) {
            errors.push(FieldError::new("/attachments", "attachments are not supported yet"));
        }
        if matches!(self.expires_at, Field::Set(at) if at <= now) {
            errors.push(FieldError::new("/expires_at", "must lie in the future"));
        }
        let audience = self.audience.or(base.audience);
        check_audience(&audience, errors);
        let (kind, about) = (self.kind.or(base.kind), self.about.or_none(base.about));
        check_kind(kind, about, errors);
        Draft {
            kind,
            about,
            subject,
            body,
            urgency: self.urgency.or(base.urgency),
            document_number,
            document_date,
            origin: base.origin,
            audience,
            links,
            forwarding: self.forwarding.or(base.forwarding),
            acknowledgement: self.acknowledgement.map(Acknowledgement::from).or(base.acknowledgement),
            expires_at: self.expires_at.or_none(base.expires_at),
        }
    }
}

/// A text that must be there and bears no secrecy class.
fn take_text<T: Into<String>>(field: Field<T>, kept: String, at: &str, errors: &mut Vec<FieldError>) -> String {
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

fn read_date(text: &str, errors: &mut Vec<FieldError>) -> Option<String> {
    let iso = text.trim().parse::<Date>().ok().filter(|_| text.trim().len() == 10);
    let read = match iso {
        Some(date) if date.year() > LAST_COMMON_YEAR => {
            Err("is a date of the common era; write a Buddhist one in words, such as \"23 มีนาคม 2561\"".to_owned())
        }
        Some(date) => Ok(date),
        None => parse_date(text).map_err(|error| error.to_string()),
    };
    let read = read.and_then(|date| match date.year() {
        ..=0 => Err("lies before the common era".to_owned()),
        _ => Ok(date),
    });
    read.map_err(|error| errors.push(FieldError::new("/document_date", error))).ok().map(|date| date.to_string())
}

fn read_number(text: &str, errors: &mut Vec<FieldError>) -> Option<String> {
    match DocumentNumber::parse(text, None) {
        Ok(number) => Some(number.raw().to_owned()),
        Err(error) => {
            errors.push(FieldError::new("/document_number", error));
            None
        }
    }
}

fn read_links(links: Vec<LinkInput>, errors: &mut Vec<FieldError>) -> Vec<Link> {
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

/// The host of a web address, as a label, and the address as LINE can take it.
fn read_address(text: &str) -> Result<(String, String), String> {
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

fn check_audience(audience: &Audience, errors: &mut Vec<FieldError>) {
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
}

fn check_kind(kind: Kind, about: Option<BulletinId>, errors: &mut Vec<FieldError>) {
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

#[cfg(test)]
mod tests;

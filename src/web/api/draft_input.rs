//! What a draft is made of or changed by: the fields of a request, checked all together.
//!
//! One type serves both: making a draft applies it to a blank one and asks for subject and text, changing a draft
//! applies it to what is there. A field left out stays, `null` puts the default back. Nothing here asks the
//! database: the whole draft is checked by `relay::drafts`.

use serde::{Deserialize, Deserializer, de};

use super::attachment_fields::AttachmentInput;
use super::draft_fields::{read_date, read_links, read_number, read_provinces, take_text, take_time};
use super::request_fields::{RequestInput, read_requests};
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Kind, Link, Urgency};
use crate::domain::ids::{BulletinId, Code};
use crate::domain::text::{Body, Subject};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::domain::way::Way;
use crate::store::bulletins::Draft;
use crate::web::field::Field;
use crate::web::problem::FieldError;

/// The fields of a draft; one left out stays as it is, `null` puts the default back.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulletinChange)]
pub struct DraftInput {
    /// The subject line: at most 300 UTF-16 units.
    #[schema(value_type = Subject, required = false)]
    #[serde(default)]
    pub subject: Field<Subject>,
    /// The whole text: at most 20,000 UTF-16 units.
    #[schema(value_type = Body, required = false)]
    #[serde(default)]
    pub body: Field<Body>,
    /// What it is; default `news`. Withdrawals are made by withdrawing.
    #[schema(value_type = Option<DraftKind>)]
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
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐",
        pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$")]
    #[serde(default)]
    pub document_number: Field<String>,
    /// The letter's date: `YYYY-MM-DD`, or as the letter writes it.
    #[schema(value_type = Option<String>, example = "๒๓ มีนาคม ๒๕๖๑",
        pattern = r"^(?:(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[^-]*[0-9๐-๙]{1,2}[^-]+[0-9๐-๙]{2,4}|[0-9๐-๙]{1,2}-[0-9๐-๙]{1,2}-[0-9๐-๙]{4})$")]
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
    #[schema(value_type = Option<Vec<LinkInput>>, max_items = 20)]
    #[serde(default)]
    pub links: Field<Vec<LinkInput>>,
    /// What it bears besides its text, each with what it shows: an image in its card, and up to three pictures or one video in front
    /// of it.
    #[schema(value_type = Option<Vec<AttachmentInput>>, max_items = 4)]
    #[serde(default)]
    pub attachments: Field<Vec<AttachmentInput>>,
    /// How it treats the groups' own settings; default `as_configured`.
    #[schema(value_type = Option<ForwardingMode>)]
    #[serde(default)]
    pub forwarding: Field<ForwardingMode>,
    /// How all groups get their copies: pushed by the account, or forwarded by hand and heard; null = each group's own way.
    #[schema(value_type = Option<Way>)]
    #[serde(default)]
    pub way: Field<Way>,
    /// The รับทราบ button: true, false, or with a time by which it should be tapped; default true.
    #[schema(value_type = Option<AcknowledgementInput>)]
    #[serde(default)]
    pub acknowledgement: Field<AcknowledgementInput>,
    /// When it stops being sent, within two years; default some days after publish.
    #[schema(value_type = Option<Timestamp>)]
    #[serde(default)]
    pub expires_at: Field<TimeInput>,
    /// What it asks of the offices that get it, at most 10; default nothing.
    #[schema(value_type = Option<Vec<RequestInput>>, max_items = 10)]
    #[serde(default)]
    pub requests: Field<Vec<RequestInput>>,
}

/// What a draft may be: a withdrawal is made by withdrawing.
#[derive(Debug, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only says in the document what may come")]
pub enum DraftKind {
    /// News or an instruction.
    News,
    /// Puts an earlier one right.
    Correction,
    /// Tries the way to the groups out.
    Test,
    /// An exercise.
    Drill,
}

/// A new draft: subject and text are required.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewBulletin(pub DraftInput);

/// An `https://` or `http://` address.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = "uri", max_length = 1_000, pattern = "^https?://")]
#[expect(dead_code, reason = "only says in the document what may come")]
pub struct WebAddress(String);

/// A link with its label, or an address alone.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(untagged, expecting = "must be an address, or an object of `label` and `url`")]
pub enum LinkInput {
    /// The button then says whose page it is.
    #[schema(value_type = WebAddress)]
    Address(String),
    /// With a label.
    Labelled(Link),
}

/// Whether the button is shown, or all about it.
#[derive(Clone, Debug, utoipa::ToSchema)]
#[serde(untagged)]
pub enum AcknowledgementInput {
    /// Whether it is shown.
    Shown(bool),
    /// All about it.
    #[schema(value_type = Acknowledgement)]
    Full(FullAcknowledgement),
}

/// All about the button, as it is sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullAcknowledgement {
    #[serde(default = "yes")]
    requested: bool,
    #[serde(default)]
    due_at: Option<TimeInput>,
}

fn yes() -> bool {
    true
}

/// By hand, so that a field at fault inside is told by its own name and not as "none of the variants".
impl<'de> Deserialize<'de> for AcknowledgementInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = AcknowledgementInput;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("true, false, or an object of `requested` and `due_at`")
            }

            fn visit_bool<E: de::Error>(self, shown: bool) -> Result<Self::Value, E> {
                Ok(AcknowledgementInput::Shown(shown))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                FullAcknowledgement::deserialize(de::value::MapAccessDeserializer::new(map)).map(Self::Value::Full)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl AcknowledgementInput {
    /// What it means, and what is wrong with its time.
    fn read(self, now: Timestamp, errors: &mut Vec<FieldError>) -> Acknowledgement {
        let Self::Full(full) = self else {
            return Acknowledgement { requested: matches!(self, Self::Shown(true)), due_at: None };
        };
        let due_at = full.due_at.and_then(|at| take_time(at, Bound::DueAt, "/acknowledgement/due_at", now, errors));
        Acknowledgement { requested: full.requested, due_at }
    }
}

impl DraftInput {
    /// `base` with these fields in it; what cannot be read is added to `errors`.
    pub fn apply(self, base: Draft, now: Timestamp, errors: &mut Vec<FieldError>) -> Draft {
        let subject = take_text(self.subject, base.subject);
        let body = take_text(self.body, base.body);
        let document_date = match self.document_date {
            Field::Set(text) => read_date(&text, now, errors),
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
        let expires_at = match self.expires_at {
            Field::Set(at) => take_time(at, Bound::ExpiresAt, "/expires_at", now, errors),
            Field::Null => None,
            Field::Absent => base.expires_at,
        };
        let acknowledgement = match self.acknowledgement {
            Field::Set(input) => input.read(now, errors),
            Field::Null => Acknowledgement::default(),
            Field::Absent => base.acknowledgement,
        };
        let requests = match self.requests {
            Field::Set(requests) => read_requests(requests, now, errors),
            Field::Null => Vec::new(),
            Field::Absent => base.requests,
        };
        let mut audience = self.audience.or(base.audience);
        read_provinces(&mut audience);
        Draft {
            kind: self.kind.or(base.kind),
            about: self.about.or_none(base.about),
            subject,
            body,
            urgency: self.urgency.or(base.urgency),
            document_number,
            document_date,
            origin: base.origin,
            audience,
            links,
            attachment: base.attachment,
            media: base.media,
            forwarding: self.forwarding.or(base.forwarding),
            way: self.way.or_none(base.way),
            acknowledgement,
            expires_at,
            requests,
        }
    }
}

#[cfg(test)]
mod tests;

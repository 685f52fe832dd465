//! What a draft is made of or changed by: the fields of a request, checked all together.
//!
//! One type serves both: making a draft applies it to a blank one and asks for subject and text, changing a draft
//! applies it to what is there. A field left out stays, `null` puts the default back. Nothing here asks the
//! database; what names groups or other bulletins is looked up by [`super::drafts`].

use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::draft_check::{check_audience, check_kind, read_attachments, read_date, read_links, read_number, take_text};
use super::field::Field;
use crate::domain::bulletin::{Acknowledgement, Attachment, Audience, ForwardingMode, Kind, Link, Urgency};
use crate::domain::ids::{BulletinId, Code};
use crate::domain::text::{Body, Subject};
use crate::domain::time::Timestamp;
use crate::store::bulletins::Draft;
use crate::web::problem::FieldError;

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
    /// The picture above the text: an image that was uploaded before, with what it shows; one at most.
    #[schema(value_type = Option<Vec<Attachment>>, max_items = 1)]
    #[serde(default)]
    pub attachments: Field<Vec<Attachment>>,
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
        let attachment = match self.attachments {
            Field::Set(files) => read_attachments(files, errors),
            Field::Null => None,
            Field::Absent => base.attachment,
        };
        if matches!(self.expires_at, Field::Set(at) if at <= now) {
            errors.push(FieldError::new("/expires_at", "must lie in the future"));
        }
        let mut audience = self.audience.or(base.audience);
        check_audience(&mut audience, errors);
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
            attachment,
            forwarding: self.forwarding.or(base.forwarding),
            acknowledgement: self.acknowledgement.map(Acknowledgement::from).or(base.acknowledgement),
            expires_at: self.expires_at.or_none(base.expires_at),
        }
    }
}

#[cfg(test)]
mod tests;

//! Drafts: what people compose, and change until it is published.

use sqlx::types::Json;

use super::Bulletin;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Acknowledgement, Attachment, Audience, ForwardingMode, Kind, Link, MediaFile, Urgency};
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::picture::ImageId;
use crate::domain::request::DraftedRequest;
use crate::domain::search::text_form;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;
use crate::store::{Connection, Result, StoreError};

/// What a draft says.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it is.
    pub kind: Kind,
    /// The bulletin that it is about.
    pub about: Option<BulletinId>,
    /// The subject line.
    pub subject: String,
    /// The whole text.
    pub body: String,
    /// How urgent.
    pub urgency: Urgency,
    /// The letter's number as given.
    pub document_number: Option<String>,
    /// The letter's date, `YYYY-MM-DD`.
    pub document_date: Option<String>,
    /// Where it starts.
    pub origin: GroupId,
    /// To whom.
    pub audience: Audience,
    /// Links below the text.
    pub links: Vec<Link>,
    /// The picture above it.
    pub attachment: Option<Attachment>,
    /// What goes out in front of the card.
    pub media: Vec<MediaFile>,
    /// How it treats the groups' settings.
    pub forwarding: ForwardingMode,
    /// How all groups get their copies; none = each group's own way.
    pub way: Option<Way>,
    /// The acknowledge button.
    pub acknowledgement: Acknowledgement,
    /// When it stops being sent.
    pub expires_at: Option<Timestamp>,
    /// What it asks of the offices that get it.
    pub requests: Vec<DraftedRequest>,
}

impl Draft {
    /// What a stored bulletin says.
    #[must_use]
    pub fn of(row: &Bulletin) -> Self {
        Self {
            kind: row.kind,
            about: row.about.map(BulletinId),
            subject: row.subject.clone(),
            body: row.body.clone(),
            urgency: row.urgency(),
            document_number: row.document_number.clone(),
            document_date: row.document_date.clone(),
            origin: row.origin_id,
            audience: row.audience.0.clone(),
            links: row.links.0.clone(),
            attachment: row.attachment(),
            media: row.media.0.clone(),
            forwarding: row.forwarding,
            way: row.way,
            acknowledgement: row.acknowledgement.0.clone(),
            expires_at: row.expires_at,
            requests: row.requests.0.clone(),
        }
    }

    /// What a search looks into.
    fn search_form(&self) -> String {
        text_form(&[&self.subject, self.document_number.as_deref().unwrap_or_default(), &self.body])
    }
}

/// Stores a new draft.
pub async fn insert_draft(
    db: &mut Connection,
    id: BulletinId,
    draft: &Draft,
    public_token: &str,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into bulletins (id, kind, about, subject, body, urgency, document_number, document_date, origin_id,
            audience, links, forwarding, acknowledgement, expires_at, public_token, created_at, created_by, updated_at,
            image_id, image_alt, search_form, way, requests, media)
        values ($1, $2, $3, $4, $5, $6, $7, $8::text::date, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, $18, $19,
            $20, $21, $22, $23)",
        id.0,
        draft.kind as Kind,
        draft.about.map(|about| about.0),
        draft.subject,
        draft.body,
        draft.urgency as i16,
        draft.document_number,
        draft.document_date,
        draft.origin.0,
        Json(&draft.audience) as _,
        Json(&draft.links) as _,
        draft.forwarding as ForwardingMode,
        Json(&draft.acknowledgement) as _,
        draft.expires_at as Option<Timestamp>,
        public_token,
        now as Timestamp,
        by as &Actor,
        draft.attachment.as_ref().map(|attachment| attachment.image) as Option<ImageId>,
        draft.attachment.as_ref().map(|attachment| attachment.alt.as_str()),
        draft.search_form(),
        draft.way as Option<Way>,
        Json(&draft.requests) as _,
        Json(&draft.media) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts `draft` in place of what the draft `id` said.
///
/// # Errors
/// [`StoreError::Absent`] where it is no draft any more; when the database fails.
pub async fn update_draft(db: &mut Connection, id: BulletinId, draft: &Draft, now: Timestamp) -> Result<()> {
    let changed = sqlx::query!(
        "update bulletins set kind = $2, about = $3, subject = $4, body = $5, urgency = $6, document_number = $7,
            document_date = $8::text::date, origin_id = $9, audience = $10, links = $11, forwarding = $12,
            acknowledgement = $13, expires_at = $14, updated_at = $15, image_id = $16, image_alt = $17,
            search_form = $18, way = $19, requests = $20, media = $21
        where id = $1 and stage = 'draft'",
        id.0,
        draft.kind as Kind,
        draft.about.map(|about| about.0),
        draft.subject,
        draft.body,
        draft.urgency as i16,
        draft.document_number,
        draft.document_date,
        draft.origin.0,
        Json(&draft.audience) as _,
        Json(&draft.links) as _,
        draft.forwarding as ForwardingMode,
        Json(&draft.acknowledgement) as _,
        draft.expires_at as Option<Timestamp>,
        now as Timestamp,
        draft.attachment.as_ref().map(|attachment| attachment.image) as Option<ImageId>,
        draft.attachment.as_ref().map(|attachment| attachment.alt.as_str()),
        draft.search_form(),
        draft.way as Option<Way>,
        Json(&draft.requests) as _,
        Json(&draft.media) as _,
    )
    .execute(db)
    .await?;
    if changed.rows_affected() == 0 { Err(StoreError::Absent("draft")) } else { Ok(()) }
}

/// Deletes a draft.
///
/// # Errors
/// [`StoreError::Absent`] where it is no draft; when the database fails.
pub async fn delete_draft(db: &mut Connection, id: BulletinId) -> Result<()> {
    let gone = sqlx::query!("delete from bulletins where id = $1 and stage = 'draft'", id.0).execute(db).await?;
    if gone.rows_affected() == 0 { Err(StoreError::Absent("draft")) } else { Ok(()) }
}

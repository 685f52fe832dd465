//! Bulletins: drafts that change, and published ones that never do (the database sees to it).

use sqlx::types::Json;
use uuid::Uuid;

use super::{Connection, Result, StoreError};
use crate::domain::bulletin::{Acknowledgement, Attachment, Audience, ForwardingMode, Kind, Link, Stage, Urgency};
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::picture::ImageId;
use crate::domain::search::Words;
use crate::domain::time::Timestamp;

/// A bulletin as it is stored.
#[derive(Clone, Debug)]
pub struct Bulletin {
    /// Its id.
    pub id: BulletinId,
    /// What it is.
    pub kind: Kind,
    /// The bulletin that it is about.
    pub about: Option<Uuid>,
    /// The subject line.
    pub subject: String,
    /// The whole text.
    pub body: String,
    /// How urgent, as a number; see [`Bulletin::urgency`].
    pub urgency_number: i16,
    /// The letter's number as it was given.
    pub document_number: Option<String>,
    /// The letter's date, `YYYY-MM-DD`.
    pub document_date: Option<String>,
    /// Where it starts.
    pub origin_id: GroupId,
    /// The code of that group.
    pub origin: String,
    /// The name of that group's office: who speaks.
    pub origin_office: String,
    /// To whom.
    pub audience: Json<Audience>,
    /// Links below the text.
    pub links: Json<Vec<Link>>,
    /// The picture above the text.
    pub image_id: Option<ImageId>,
    /// What it shows.
    pub image_alt: Option<String>,
    /// Its width in pixels.
    pub image_width: Option<i16>,
    /// Its height in pixels.
    pub image_height: Option<i16>,
    /// How it treats the groups' settings.
    pub forwarding: ForwardingMode,
    /// The acknowledge button.
    pub acknowledgement: Json<Acknowledgement>,
    /// When it stops being sent.
    pub expires_at: Option<Timestamp>,
    /// The end of its public address.
    pub public_token: String,
    /// Where it stands.
    pub stage: Stage,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was handed to a second person.
    pub submitted_at: Option<Timestamp>,
    /// By whom.
    pub submitted_by: Option<String>,
    /// When a second person approved it as it stands.
    pub approved_at: Option<Timestamp>,
    /// Who.
    pub approved_by: Option<String>,
    /// When a second person last gave it back.
    pub returned_at: Option<Timestamp>,
    /// Who.
    pub returned_by: Option<String>,
    /// Why.
    pub returned_reason: Option<String>,
    /// When it is to be published.
    pub scheduled_for: Option<Timestamp>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// Why.
    pub withdrawn_reason: Option<String>,
    /// Since when the engine does not send it.
    pub paused_at: Option<Timestamp>,
    /// How many deliveries it has.
    pub deliveries: Option<i32>,
    /// How many of them are not at their end.
    pub open: i64,
}

impl Bulletin {
    /// How urgent it is.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency::from_number(self.urgency_number)
    }

    /// Its state as people see it.
    #[must_use]
    pub fn state(&self) -> crate::domain::bulletin::State {
        crate::domain::bulletin::State::of(self.stage, self.open)
    }

    /// The picture with what it shows.
    #[must_use]
    pub fn attachment(&self) -> Option<Attachment> {
        let alt = self.image_alt.as_deref()?.parse().ok()?;
        self.image_id.map(|image| Attachment { image, alt })
    }
}

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
    /// How it treats the groups' settings.
    pub forwarding: ForwardingMode,
    /// The acknowledge button.
    pub acknowledgement: Acknowledgement,
    /// When it stops being sent.
    pub expires_at: Option<Timestamp>,
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
            forwarding: row.forwarding,
            acknowledgement: row.acknowledgement.0.clone(),
            expires_at: row.expires_at,
        }
    }
}

/// Stores a new draft.
///
/// # Errors
/// When the database fails.
pub async fn insert_draft(
    db: &mut Connection,
    id: BulletinId,
    draft: &Draft,
    public_token: &str,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into bulletins (id, kind, about, subject, body, urgency, document_number, document_date, origin_id,
            audience, links, forwarding, acknowledgement, expires_at, public_token, created_at, created_by, updated_at,
            image_id, image_alt)
        values ($1, $2, $3, $4, $5, $6, $7, $8::text::date, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, $18, $19)",
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
        by,
        draft.attachment.as_ref().map(|attachment| attachment.image) as Option<ImageId>,
        draft.attachment.as_ref().map(|attachment| attachment.alt.as_str()),
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
            acknowledgement = $13, expires_at = $14, updated_at = $15, image_id = $16, image_alt = $17
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

/// What a list of bulletins is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Its id.
    pub id: Option<BulletinId>,
    /// The end of its public address.
    pub public_token: Option<String>,
    /// Of this state, as people see it.
    pub state: Option<crate::domain::bulletin::State>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Older than this one.
    pub before: Option<BulletinId>,
    /// Only those that go to a group at or below one of these, or start there.
    pub scope: Option<Vec<i32>>,
    /// With `scope`: whether drafts that start in it are shown.
    pub drafts: bool,
    /// Only those in whose subject, number or text all of these stand.
    pub words: Option<Words>,
    /// With `scope`: whether drafts that start at one of these very groups are shown.
    pub own_drafts: bool,
}

/// Bulletins, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list_bulletins(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Bulletin>> {
    use crate::domain::bulletin::State;
    let (stage, settled) = match filter.state {
        None => (None, None),
        Some(State::Draft) => (Some(Stage::Draft), None),
        Some(State::Submitted) => (Some(Stage::Submitted), None),
        Some(State::Scheduled) => (Some(Stage::Scheduled), None),
        Some(State::Relaying) => (Some(Stage::Published), Some(false)),
        Some(State::Settled) => (Some(Stage::Published), Some(true)),
        Some(State::Withdrawn) => (Some(Stage::Withdrawn), None),
    };
    Ok(sqlx::query_as!(
        Bulletin,
        r#"select b.id as "id: BulletinId", b.kind, about, subject, body, urgency as urgency_number, document_number,
            to_char(document_date, 'YYYY-MM-DD') as document_date, origin_id as "origin_id: GroupId", g.code as origin,
            o.name as origin_office, audience as "audience: Json<Audience>", links as "links: Json<Vec<Link>>",
            b.forwarding, acknowledgement as "acknowledgement: Json<Acknowledgement>", expires_at, public_token, stage,
            image_id as "image_id: ImageId", image_alt, i.width as "image_width?", i.height as "image_height?",
            b.created_at, b.created_by, b.updated_at, submitted_at, submitted_by, approved_at, approved_by, returned_at,
            returned_by, returned_reason, scheduled_for, published_at, withdrawn_at, withdrawn_reason,
            paused_at, deliveries, coalesce(p.open, 0) as "open!"
        from bulletins b join groups g on g.id = b.origin_id join offices o on o.id = g.office_id
            left join images i on i.id = b.image_id
            left join lateral (select sum(waiting + held + ready) as open from progress where bulletin_id = b.id) p on true
        where ($1::uuid is null or b.id = $1)
            and ($2::text is null or b.public_token = $2)
            and ($3::bulletin_stage is null or b.stage = $3)
            and ($4::bool is null or (coalesce(p.open, 0) = 0) = $4)
            and ($5::bulletin_kind is null or b.kind = $5)
            and ($6::uuid is null or b.id < $6)
            and ($7::int[] is null or (g.path && $7 and (b.published_at is not null or $8 or $12 and g.id = any ($7))) or exists (
                select from groups mine join deliveries d on d.bulletin_id = b.id and d.group_id = mine.id
                where mine.path && $7))
            and ($10::text is null or b.id in (
                select found.id from bulletins found
                where search_form(found.subject || '|' || coalesce(found.document_number, '') || '|' || found.body)
                        like search_form($10)
                    and search_form(found.subject || '|' || coalesce(found.document_number, '') || '|' || found.body)
                        like all (select search_form(pattern) from unnest($11::text[]) pattern)))
        order by b.id desc limit $9"#,
        filter.id.map(|id| id.0),
        filter.public_token,
        stage as Option<Stage>,
        settled,
        filter.kind as Option<Kind>,
        filter.before.map(|id| id.0),
        filter.scope.as_deref(),
        filter.drafts,
        limit,
        filter.words.as_ref().map(Words::longest),
        filter.words.as_ref().map(Words::patterns),
        filter.own_drafts,
    )
    .fetch_all(db)
    .await?)
}

/// The bulletin `id`, whoever asks.
///
/// # Errors
/// [`StoreError::Absent`] where there is none; when the database fails.
pub async fn get_bulletin(db: &mut Connection, id: BulletinId) -> Result<Bulletin> {
    let filter = Filter { id: Some(id), ..Filter::default() };
    list_bulletins(db, &filter, 1).await?.pop().ok_or(StoreError::Absent("bulletin"))
}

/// The public token of the newest published correction of a bulletin.
///
/// # Errors
/// When the database fails.
pub async fn find_correction(db: &mut Connection, about: BulletinId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "select public_token from bulletins where about = $1 and kind = 'correction' and stage = 'published'
        order by id desc limit 1",
        about.0,
    )
    .fetch_optional(db)
    .await?)
}

/// The stage of a bulletin, its row locked until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn find_stage_for_update(db: &mut Connection, id: BulletinId) -> Result<Option<Stage>> {
    Ok(sqlx::query_scalar!("select stage from bulletins where id = $1 for update", id.0).fetch_optional(db).await?)
}

/// Marks a draft or scheduled bulletin as published, with the time at which it expires.
///
/// # Errors
/// When the database fails.
pub async fn mark_published(
    db: &mut Connection,
    id: BulletinId,
    deliveries: i32,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'published', published_at = $2, updated_at = $2, deliveries = $3, expires_at = $4
        where id = $1",
        id.0,
        now as Timestamp,
        deliveries,
        expires_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets a draft down for publication at `at`.
///
/// # Errors
/// When the database fails.
pub async fn mark_scheduled(db: &mut Connection, id: BulletinId, at: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'scheduled', scheduled_for = $2, updated_at = $3 where id = $1",
        id.0,
        at as Timestamp,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks a published bulletin as withdrawn.
///
/// # Errors
/// When the database fails.
pub async fn mark_withdrawn(db: &mut Connection, id: BulletinId, reason: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'withdrawn', withdrawn_at = $2, withdrawn_reason = $3, updated_at = $2
        where id = $1",
        id.0,
        now as Timestamp,
        reason,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts a scheduled bulletin back among the drafts.
///
/// # Errors
/// When the database fails.
pub async fn mark_draft(db: &mut Connection, id: BulletinId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'draft', scheduled_for = null, updated_at = $2 where id = $1 and stage = 'scheduled'",
        id.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Stops or lets go the sending of a bulletin; gives whether that changed anything.
///
/// # Errors
/// When the database fails.
pub async fn update_paused(db: &mut Connection, id: BulletinId, paused: bool, now: Timestamp) -> Result<bool> {
    let changed = sqlx::query!(
        "update bulletins set paused_at = case when $2 then $3::timestamptz end, updated_at = $3
        where id = $1 and (paused_at is not null) <> $2",
        id.0,
        paused,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Scheduled bulletins whose time has come, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_due(db: &mut Connection, now: Timestamp) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: BulletinId" from bulletins where stage = 'scheduled' and scheduled_for <= $1
        order by scheduled_for limit 100"#,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Published bulletins whose time has run out while deliveries are open.
///
/// # Errors
/// When the database fails.
pub async fn list_expired(db: &mut Connection, now: Timestamp) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct b.id as "id!: BulletinId"
        from progress p join bulletins b on b.id = p.bulletin_id
        where p.waiting + p.held + p.ready > 0 and b.expires_at <= $1 limit 100"#,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Published bulletins with open deliveries.
///
/// # Errors
/// When the database fails.
pub async fn list_open(db: &mut Connection) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct bulletin_id as "id!: BulletinId" from progress where waiting + held + ready > 0"#
    )
    .fetch_all(db)
    .await?)
}

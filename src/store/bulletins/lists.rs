//! Bulletins as people look for them: by state, kind, words, and what they may see.

use sqlx::types::Json;

use super::Bulletin;
use crate::domain::bulletin::{Acknowledgement, Audience, Kind, Link, MediaFile, Stage, State, UnscheduledReason};
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::picture::ImageId;
use crate::domain::request::DraftedRequest;
use crate::domain::search::Words;
use crate::domain::share_code::ShareCode;
use crate::domain::way::Way;
use crate::store::{Connection, Result, StoreError};

/// What a list of bulletins is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Its id.
    pub id: Option<BulletinId>,
    /// The end of its public address.
    pub public_token: Option<String>,
    /// The code of its share text.
    pub share_code: Option<ShareCode>,
    /// Of this state, as people see it.
    pub state: Option<State>,
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
pub async fn list_bulletins(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Bulletin>> {
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
            b.forwarding, b.way as "way: Way", acknowledgement as "acknowledgement: Json<Acknowledgement>", expires_at, requests as "requests: Json<Vec<DraftedRequest>>", public_token, share_code as "share_code: ShareCode", stage,
            media as "media: Json<Vec<MediaFile>>", image_id as "image_id: ImageId", image_alt, i.width as "image_width?", i.height as "image_height?",
            b.created_at, b.created_by, b.updated_at, submitted_at, submitted_by, approved_at, approved_by, returned_at,
            returned_by, returned_reason, scheduled_for, with_digest, digest_id as "digest_id: BulletinId", unscheduled_at,
            unscheduled_reason as "unscheduled_reason: UnscheduledReason", published_at, withdrawn_at, withdrawn_reason,
            paused_at, deliveries, coalesce(p.open, 0) as "open!"
        from bulletins b join groups g on g.id = b.origin_id join offices o on o.id = g.office_id
            left join images i on i.id = b.image_id
            left join lateral (select sum(waiting + held + ready) as open from progress where bulletin_no = b.no) p on true
        where ($1::uuid is null or b.id = $1)
            and ($2::text is null or b.public_token = $2)
            and ($3::bulletin_stage is null or b.stage = $3)
            and ($4::bool is null or (coalesce(p.open, 0) = 0) = $4)
            and ($5::bulletin_kind is null or b.kind = $5)
            and ($6::uuid is null or b.id < $6)
            and ($7::int[] is null or (g.path && $7 and (b.published_at is not null or $8 or $12 and g.id = any ($7))) or exists (
                select from groups mine join deliveries d on d.bulletin_no = b.no and d.group_id = mine.id
                where mine.path && $7))
            and ($13::text is null or b.share_code = $13)
            and ($10::text is null or b.id in (
                select found.id from bulletins found
                where found.search_form like $10 and found.search_form like all ($11)))
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
        filter.share_code.as_ref().map(ShareCode::as_str),
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

/// The published bulletin with this share code.
pub async fn find_by_share_code(db: &mut Connection, code: &ShareCode) -> Result<Option<Bulletin>> {
    let filter = Filter { share_code: Some(code.clone()), ..Filter::default() };
    Ok(list_bulletins(db, &filter, 1).await?.pop())
}

/// The public token of the newest published correction of a bulletin.
pub async fn find_correction(db: &mut Connection, about: BulletinId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "select public_token from bulletins where about = $1 and kind = 'correction' and stage = 'published'
        order by id desc limit 1",
        about.0,
    )
    .fetch_optional(db)
    .await?)
}

/// The published corrections of a bulletin, and corrections of those, oldest first.
pub async fn list_corrections(db: &mut Connection, about: BulletinId) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"with recursive chain as (
            select $1::uuid as id
            union
            select b.id from chain join bulletins b on b.about = chain.id and b.kind = 'correction'
        )
        select b.id as "id: BulletinId" from chain join bulletins b on b.id = chain.id
        where b.id <> $1 and b.stage = 'published' order by b.id"#,
        about.0,
    )
    .fetch_all(db)
    .await?)
}

//! The stages of a bulletin, from draft to published and on, and what is due.

use crate::domain::bulletin::{Stage, UnscheduledReason};
use crate::domain::ids::BulletinId;
use crate::domain::share_code::ShareCode;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// The stage of a bulletin, its row locked until the transaction ends.
pub async fn find_stage_for_update(db: &mut Connection, id: BulletinId) -> Result<Option<Stage>> {
    Ok(sqlx::query_scalar!("select stage from bulletins where id = $1 for update", id.0).fetch_optional(db).await?)
}

/// The stage of a bulletin, which nobody changes until the transaction ends.
pub async fn find_stage_for_share(db: &mut Connection, id: BulletinId) -> Result<Option<Stage>> {
    Ok(sqlx::query_scalar!("select stage from bulletins where id = $1 for share", id.0).fetch_optional(db).await?)
}

/// Marks a draft or scheduled bulletin as published, with its share code and the time at which it expires, and gives it its number: its
/// deliveries can be made.
pub async fn mark_published(
    db: &mut Connection,
    id: BulletinId,
    share_code: &ShareCode,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'published', no = next_bulletin_no($2), published_at = $2, updated_at = $2,
            deliveries = 0, expires_at = $3, share_code = $4, unscheduled_at = null, unscheduled_reason = null
        where id = $1",
        id.0,
        now as Timestamp,
        expires_at as Timestamp,
        share_code.as_str(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets a draft down for publication at `at`, alone or with a digest.
pub async fn mark_scheduled(
    db: &mut Connection,
    id: BulletinId,
    at: Timestamp,
    with_digest: bool,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'scheduled', scheduled_for = $2, with_digest = $4, updated_at = $3, unscheduled_at = null,
            unscheduled_reason = null
        where id = $1",
        id.0,
        at as Timestamp,
        now as Timestamp,
        with_digest,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks a published bulletin as withdrawn.
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

/// Puts a scheduled bulletin back among the drafts, with the reason why it was not published when its hour came, or
/// none where a person took it back.
pub async fn mark_draft(
    db: &mut Connection,
    id: BulletinId,
    reason: Option<UnscheduledReason>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'draft', scheduled_for = null, with_digest = false, updated_at = $2,
            unscheduled_at = case when $3::unscheduled_reason is not null then $2::timestamptz end,
            unscheduled_reason = $3
        where id = $1 and stage = 'scheduled'",
        id.0,
        now as Timestamp,
        reason as Option<UnscheduledReason>,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Stops or lets go the sending of a bulletin; gives whether that changed anything.
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

/// Scheduled bulletins whose time has come and that go out alone, oldest first.
pub async fn list_due(db: &mut Connection, now: Timestamp) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: BulletinId" from bulletins where stage = 'scheduled' and not with_digest and scheduled_for <= $1
        order by scheduled_for limit 100"#,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Published bulletins whose time has run out while deliveries are open.
pub async fn list_expired(db: &mut Connection, now: Timestamp) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct b.id as "id!: BulletinId"
        from progress p join bulletins b on b.no = p.bulletin_no
        where p.waiting + p.held + p.ready > 0 and b.expires_at <= $1 limit 100"#,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Published bulletins with open deliveries.
pub async fn list_open(db: &mut Connection) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct b.id as "id!: BulletinId"
        from progress p join bulletins b on b.no = p.bulletin_no where p.waiting + p.held + p.ready > 0"#
    )
    .fetch_all(db)
    .await?)
}

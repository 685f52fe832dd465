//! Links: which LINE group belongs to a group.
//!
//! A delivery that was never sent follows its group to the new place; one that may have been sent stays with the old
//! one, whose LINE knows its key. Bulk links are `tree::links`'.

use super::channels::lock_claims;
use super::record::lock_bulletins_shared;
use super::{Connection, Result, StoreError};
use crate::domain::ids::{BulletinId, ChannelId, GroupId};
use crate::domain::time::Timestamp;

/// Binds a LINE group to a group, as of `linked_at`, and moves its unused deliveries there.
///
/// # Errors
/// [`StoreError::Refused`] where the LINE group is bound to another group; when the database fails.
pub async fn link_group(
    db: &mut Connection,
    group: GroupId,
    channel: ChannelId,
    line_group_id: &str,
    linked_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    lock_open_bulletins(db, group).await?;
    let changed = sqlx::query!(
        "update groups set channel_id = $2, line_group_id = $3, linked_at = $4, lost_at = null, updated_at = $5
        where id = $1",
        group.0,
        channel.0,
        line_group_id,
        linked_at as Timestamp,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(StoreError::Absent("group"));
    }
    lock_claims(db).await?;
    // what was never sent goes to the new place; what may have been sent stays with the old one
    sqlx::query!(
        "update deliveries set channel_id = $2, recipient = $3, changed = change_mark()
        where bulletin_id in (select bulletin_id from progress where waiting + held + ready > 0)
            and group_id = $1 and state in ('waiting', 'held', 'ready') and key_used_at is null
            and not exists (select from claims where deliveries.id = any (delivery_ids))",
        group.0,
        channel.0,
        line_group_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The group that a LINE group is bound to, and since when.
///
/// # Errors
/// When the database fails.
pub async fn find_by_line_group(
    db: &mut Connection,
    channel: ChannelId,
    line_group_id: &str,
) -> Result<Option<(GroupId, Option<Timestamp>)>> {
    let row = sqlx::query!(
        r#"select id as "id: GroupId", linked_at as "linked_at: Timestamp" from groups
        where channel_id = $1 and line_group_id = $2"#,
        channel.0,
        line_group_id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.linked_at)))
}

/// Unbinds the LINE group, because the account left it at `left_at`; a link made after that stays. Gives whether it
/// was unbound.
///
/// # Errors
/// When the database fails.
pub async fn unlink_group(db: &mut Connection, group: GroupId, left_at: Timestamp, now: Timestamp) -> Result<bool> {
    lock_open_bulletins(db, group).await?;
    let unbound = sqlx::query!(
        "update groups set line_group_id = null, linked_at = null, lost_at = $2, updated_at = $3
        where id = $1 and line_group_id is not null and (linked_at is null or linked_at <= $2)",
        group.0,
        left_at as Timestamp,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    if unbound.rows_affected() == 0 {
        return Ok(false);
    }
    lock_claims(db).await?;
    sqlx::query!(
        "update deliveries set recipient = null, changed = change_mark()
        where bulletin_id in (select bulletin_id from progress where waiting + held + ready > 0)
            and group_id = $1 and state in ('waiting', 'held', 'ready') and key_used_at is null
            and not exists (select from claims where deliveries.id = any (delivery_ids))",
        group.0,
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Takes the shared locks of the bulletins that are open at a group, before anything of them is moved.
async fn lock_open_bulletins(db: &mut Connection, group: GroupId) -> Result<()> {
    let open = sqlx::query_scalar!(
        r#"select d.bulletin_id as "id: BulletinId" from deliveries d
        where d.bulletin_id in (select bulletin_id from progress where waiting + held + ready > 0)
            and d.group_id = $1 and d.state in ('waiting', 'held', 'ready')"#,
        group.0,
    )
    .fetch_all(&mut *db)
    .await?;
    lock_bulletins_shared(db, &open).await
}

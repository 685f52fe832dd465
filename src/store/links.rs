//! Links: which LINE group belongs to a group.
//!
//! A delivery that LINE has not accepted for certain follows its group to the new place, under a new key if the old one
//! was used; one that LINE may have accepted stays with the old place, where LINE knows its key. So does a withdrawal
//! notice, which goes where the bulletin went. Bulk links are `tree::links`'.

use super::locks::{BulletinsLocked, lock_bulletins_shared, lock_claims, lock_links};
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
    lock_links(db).await?;
    let _lock = lock_open_bulletins(db, group).await?;
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
    lock_claims(db, &[group.0], &[channel.0]).await?;
    sqlx::query!(
        "update deliveries set channel_id = $2, recipient = (select line_group_no from groups where id = $1),
            changed = (select change_mark()),
            retry_key = unused_key(retry_key, key_used_at), key_used_at = null
        where bulletin_no in (select p.bulletin_no from progress p join bulletins b on b.no = p.bulletin_no
                where p.waiting + p.held + p.ready > 0 and b.kind <> 'withdrawal')
            and group_id = $1 and state in ('waiting', 'held', 'ready') and not outcome_open
            and not exists (select from batches c where c.bulletin_no = deliveries.bulletin_no and c.epoch is not null
                and deliveries.group_id = any (c.groups))",
        group.0,
        channel.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The group that a LINE group is bound to, and since when.
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
pub async fn unlink_group(db: &mut Connection, group: GroupId, left_at: Timestamp, now: Timestamp) -> Result<bool> {
    lock_links(db).await?;
    let _lock = lock_open_bulletins(db, group).await?;
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
    lock_claims(db, &[group.0], &[]).await?;
    sqlx::query!(
        "update deliveries set recipient = null, changed = (select change_mark()),
            retry_key = unused_key(retry_key, key_used_at), key_used_at = null
        where bulletin_no in (select p.bulletin_no from progress p join bulletins b on b.no = p.bulletin_no
                where p.waiting + p.held + p.ready > 0 and b.kind <> 'withdrawal')
            and group_id = $1 and state in ('waiting', 'held', 'ready') and not outcome_open
            and not exists (select from batches c where c.bulletin_no = deliveries.bulletin_no and c.epoch is not null
                and deliveries.group_id = any (c.groups))",
        group.0,
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Takes the shared locks of the bulletins that are open at a group, before anything of them is moved.
async fn lock_open_bulletins(db: &mut Connection, group: GroupId) -> Result<BulletinsLocked> {
    let open = sqlx::query_scalar!(
        r#"select b.id as "id: BulletinId" from deliveries d join bulletins b on b.no = d.bulletin_no
        where d.bulletin_no in (select bulletin_no from progress where waiting + held + ready > 0)
            and d.group_id = $1 and d.state in ('waiting', 'held', 'ready')"#,
        group.0,
    )
    .fetch_all(&mut *db)
    .await?;
    lock_bulletins_shared(db, &open).await
}

//! LINE groups that change hands, and the deliveries that follow them.

use super::super::bulletins::list_open;
use super::super::locks::{lock_bulletins_shared, lock_claims, lock_links};
use super::super::notices::{Notice, notify};
use super::super::{Connection, Result};
use super::plan::PlannedGroup;
use super::write::{Numbers, collect};
use crate::domain::time::Timestamp;

/// Lets the old LINE groups go, so that two groups can exchange theirs.
pub(super) async fn release(db: &mut Connection, relinked: &[&PlannedGroup], numbers: &Numbers<'_>) -> Result<()> {
    if relinked.is_empty() {
        return Ok(());
    }
    lock_links(db).await?;
    let ids = relinked.iter().map(|planned| numbers.group(&planned.code)).collect::<Result<Vec<_>>>()?;
    sqlx::query!("update groups set line_group_id = null where id = any ($1) and line_group_id is not null", &ids)
        .execute(db)
        .await?;
    Ok(())
}

/// Binds groups to their new LINE groups; deliveries follow by the rule of `links::link_group`.
pub(super) async fn take(
    db: &mut Connection,
    relinked: &[&PlannedGroup],
    numbers: &Numbers<'_>,
    now: Timestamp,
) -> Result<()> {
    if relinked.is_empty() {
        return Ok(());
    }
    let ids = collect(relinked, |planned| numbers.group(&planned.code))?;
    let channels = collect(relinked, |planned| numbers.channel(planned))?;
    let links: Vec<Option<&str>> = relinked.iter().map(|planned| planned.link()).collect();
    sqlx::query!(
        "update groups g set channel_id = u.channel_id, line_group_id = u.line_group_id,
            linked_at = case when u.line_group_id is not null then $4::timestamptz end,
            lost_at = case when u.line_group_id is null then g.lost_at end, updated_at = $4
        from unnest($1::int[], $2::int[], $3::text[]) as u(id, channel_id, line_group_id) where g.id = u.id",
        &ids,
        &channels as &[Option<i32>],
        &links as &[Option<&str>],
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    // in everybody's order: bulletins, then channels, then deliveries
    let open = list_open(db).await?;
    let _lock = lock_bulletins_shared(db, &open).await?;
    let new_channels: Vec<i32> = channels.iter().flatten().copied().collect();
    lock_claims(db, &ids, &new_channels).await?;
    let moved = sqlx::query!(
        "update deliveries d set channel_id = coalesce(u.channel_id, d.channel_id), recipient = g.line_group_no,
            changed = (select change_mark()),
            retry_key = unused_key(d.retry_key, d.key_used_at), key_used_at = null
        from unnest($1::int[], $2::int[]) as u(group_id, channel_id) join groups g on g.id = u.group_id
        where d.bulletin_no in (select p.bulletin_no from progress p join bulletins b on b.no = p.bulletin_no
                where p.waiting + p.held + p.ready > 0 and b.kind <> 'withdrawal')
            and d.group_id = u.group_id and d.state in ('waiting', 'held', 'ready') and not d.outcome_open
            and not exists (select from batches c where c.bulletin_no = d.bulletin_no and c.epoch is not null
                and d.group_id = any (c.groups))",
        &ids,
        &channels as &[Option<i32>],
    )
    .execute(&mut *db)
    .await?;
    if moved.rows_affected() > 0 {
        notify(db, Notice::WakeAll).await?;
    }
    Ok(())
}

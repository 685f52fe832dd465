//! The queue: what is ready on a channel, in rows that name hundreds of deliveries each.
//!
//! The database writes a row with whatever makes deliveries ready (`migrations/0011_queue.sql`). A row is a hint: what
//! it names may have been sent, withdrawn or moved since, and may stand in another row too. So a sender asks for the
//! hints, which are cheap, leaves out what it holds already, and then looks at the rest. A row goes with the last of the
//! claims that were taken from it, when another holder takes over what the last one had claimed, or when a sender
//! finds nothing ready in it.

use uuid::Uuid;

use super::claims::Ready;
use super::{Connection, Result};
use crate::domain::ids::{BulletinId, ChannelId, DeliveryId, GroupId, MessageId};
use crate::domain::time::Timestamp;

/// Where a look at the queue stopped: priority and number of the last hint that was looked through.
pub type Cursor = (i16, i64);

/// Deliveries that became ready together.
#[derive(Clone, Debug)]
pub struct Hint {
    /// Its number: later ones are greater.
    pub id: i64,
    /// 0 goes first; the same for all of them.
    pub priority: i16,
    /// Which, oldest first.
    pub delivery_ids: Vec<DeliveryId>,
}

/// Up to `limit` hints of `channel`, most urgent first, groups with children first, oldest first; none of a paused
/// bulletin.
///
/// # Errors
/// When the database fails.
pub async fn list_hints(
    db: &mut Connection,
    channel: ChannelId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Hint>> {
    let (priority, id) = after.unwrap_or((-1, 0));
    Ok(sqlx::query_as!(
        Hint,
        r#"select id, priority, delivery_ids as "delivery_ids: Vec<DeliveryId>" from queue
        where channel_id = $1 and (priority, id) > ($2, $3)
            and bulletin_id <> all (array(select id from bulletins where paused_at is not null and stage = 'published'))
        order by priority, id
        limit $4"#,
        channel.0,
        priority,
        id,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Those of `ids` that are ready on `channel` and not put off, most urgent first, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_fresh(db: &mut Connection, channel: ChannelId, ids: &[DeliveryId]) -> Result<Vec<Ready>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_as!(
        Ready,
        r#"select d.id as "id: DeliveryId", d.bulletin_id as "bulletin_id: BulletinId", d.group_id as "group_id: GroupId",
            d.message_id as "message_id: MessageId", d.recipient, d.retry_key, d.key_used_at, d.outcome_open, d.attempts,
            d.priority, d.has_children, d.members, b.expires_at
        from deliveries d join bulletins b on b.id = d.bulletin_id
        where d.id = any ($2) and d.channel_id = $1 and d.state = 'ready' and d.due_at is null
        order by d.priority, d.id"#,
        channel.0,
        &ids,
    )
    .fetch_all(db)
    .await?)
}

/// Removes the hints of `channel` in which nothing is ready any more.
///
/// # Errors
/// When the database fails.
pub async fn delete_empty_hints(db: &mut Connection, channel: ChannelId) -> Result<()> {
    sqlx::query!(
        "delete from queue q where channel_id = $1 and not exists (
            select from deliveries d where d.id = any (q.delivery_ids) and d.channel_id = q.channel_id
                and d.state = 'ready' and d.due_at is null)",
        channel.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes those of `hints` in which nothing is ready any more; what somebody else is removing is left to them.
///
/// # Errors
/// When the database fails.
pub async fn delete_if_empty(db: &mut Connection, hints: &[i64]) -> Result<()> {
    if hints.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "delete from queue where id in (
            select q.id from queue q where q.id = any ($1) and not exists (
                select from deliveries d where d.id = any (q.delivery_ids) and d.channel_id = q.channel_id
                    and d.state = 'ready' and d.due_at is null)
            order by q.id for update skip locked)",
        hints,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The members of the group that is next to be sent to on a channel, paused bulletins left out: what its quota must have
/// room for.
///
/// # Errors
/// When the database fails.
pub async fn find_next_seats(db: &mut Connection, channel: ChannelId) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!(
        "select first.members
        from queue q cross join lateral (
            select members from deliveries d
            where d.id = any (q.delivery_ids) and d.channel_id = $1 and d.state = 'ready' and d.due_at is null
            order by d.id limit 1) first
        where q.channel_id = $1
            and q.bulletin_id <> all (array(select id from bulletins where paused_at is not null and stage = 'published'))
        order by q.priority, q.id limit 1",
        channel.0,
    )
    .fetch_optional(db)
    .await?)
}

/// What waits on a channel.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Deliveries that are ready.
    pub ready: i64,
    /// When the turn of the oldest fresh one came, or of those that it became ready with.
    pub oldest: Option<Timestamp>,
    /// When the first retry is due, or was.
    pub due: Option<Timestamp>,
}

/// What waits on a channel, at the same cost however much it is.
///
/// # Errors
/// When the database fails.
pub async fn find_waiting(db: &mut Connection, channel: ChannelId) -> Result<Waiting> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"select
            (select coalesce(sum(ready), 0) from progress where channel_id = $1 and waiting + held + ready > 0) as "ready!",
            (select min(first.turn_at) from generate_series(0, 7) as priorities(n), lateral (
                select q.turn_at from queue q
                where q.channel_id = $1 and q.priority = priorities.n::smallint and exists (
                    select from deliveries d where d.id = any (q.delivery_ids) and d.channel_id = $1
                        and d.state = 'ready' and d.due_at is null)
                order by q.id limit 1) first) as oldest,
            (select min(due_at) from deliveries where channel_id = $1 and due_at is not null and state = 'ready') as due"#,
        channel.0,
    )
    .fetch_one(db)
    .await?)
}

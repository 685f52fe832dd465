//! Claims: batches of ready deliveries taken by the one sender of their channel.
//!
//! Claiming writes one row, never the deliveries. While a delivery stands in that row and is not accepted, it may be on
//! its way to LINE: what is recorded otherwise or given back is taken out in the same transaction
//! ([`shrink_claims`]), and the row goes with its last delivery. A new holder of the channel turns what an older one
//! left into open outcomes ([`take_channel`]): same key, same bytes, later.

use std::time::Duration;

use uuid::Uuid;

use super::queue::delete_if_empty;
use super::record::lock_bulletins_shared;
use super::{Connection, Result};
use crate::domain::ids::{BulletinId, ChannelId, ClaimId, DeliveryId, GroupId, MessageId};
use crate::domain::outcome::ParkReason;
use crate::domain::time::Timestamp;

/// A ready delivery, with all that is needed to send it.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Which.
    pub id: DeliveryId,
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// For which group.
    pub group_id: GroupId,
    /// The bytes to send.
    pub message_id: MessageId,
    /// LINE's id of the group, frozen; none = not linked.
    pub recipient: Option<String>,
    /// The key under which LINE takes it once.
    pub retry_key: Uuid,
    /// When the key was first used.
    pub key_used_at: Option<Timestamp>,
    /// Whether LINE may have accepted an earlier attempt.
    pub outcome_open: bool,
    /// Attempts used so far.
    pub attempts: i16,
    /// 0 goes first.
    pub priority: i16,
    /// Whether groups below wait for it.
    pub has_children: bool,
    /// Members of its LINE group at publish, for each of whom LINE counts a message; 0 = not known.
    pub members: i32,
    /// From when on it is not sent any more.
    pub expires_at: Option<Timestamp>,
}

/// Up to `limit` deliveries of `channel` whose retry is due at `now`, of no bulletin that has expired by `later`, which the
/// clock that is ahead says: upkeep ends those, and until then they must not be taken again and again.
///
/// # Errors
/// When the database fails.
pub async fn list_due(
    db: &mut Connection,
    channel: ChannelId,
    now: Timestamp,
    later: Timestamp,
    limit: i64,
) -> Result<Vec<Ready>> {
    Ok(sqlx::query_as!(
        Ready,
        r#"select d.id as "id: DeliveryId", d.bulletin_id as "bulletin_id: BulletinId", d.group_id as "group_id: GroupId",
            d.message_id as "message_id: MessageId", d.recipient, d.retry_key, d.key_used_at, d.outcome_open, d.attempts,
            d.priority, d.has_children, d.members, b.expires_at
        from deliveries d join bulletins b on b.id = d.bulletin_id
        where d.channel_id = $1 and d.due_at <= $2 and d.state = 'ready'
            and d.bulletin_id <> all (array(select id from bulletins where paused_at is not null and stage = 'published'))
            and (b.expires_at is null or b.expires_at > $4)
        order by d.due_at
        limit $3"#,
        channel.0,
        now as Timestamp,
        limit,
        later as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Begins to claim: whether `epoch` is still the channel's and it is not parked. Until the transaction ends, nothing
/// that a claim looks at is moved to another channel or LINE group.
///
/// # Errors
/// When the database fails.
pub async fn begin_claim(db: &mut Connection, channel: ChannelId, epoch: i64) -> Result<bool> {
    let mine = sqlx::query_scalar!(
        r#"select true as "mine!" from channels where id = $1 and epoch = $2 and parked_reason is null for share"#,
        channel.0,
        epoch,
    )
    .fetch_optional(db)
    .await?;
    Ok(mine.is_some())
}

/// Which of these deliveries may still be sent on `channel`: ready, and of no paused bulletin.
///
/// # Errors
/// When the database fails.
pub async fn list_still_ready(db: &mut Connection, channel: ChannelId, ids: &[DeliveryId]) -> Result<Vec<DeliveryId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_scalar!(
        r#"select d.id as "id: DeliveryId" from deliveries d
        where d.id = any ($1) and d.state = 'ready' and d.channel_id = $2
            and d.bulletin_id <> all (array(select id from bulletins where paused_at is not null and stage = 'published'))"#,
        &ids,
        channel.0,
    )
    .fetch_all(db)
    .await?)
}

/// Writes the claim on `deliveries`, which were found in `hints` of the queue, if `epoch` is still the channel's and it is not parked.
///
/// # Errors
/// When the database fails.
pub async fn insert_claim(
    db: &mut Connection,
    channel: ChannelId,
    epoch: i64,
    now: Timestamp,
    deliveries: &[DeliveryId],
    hints: &[i64],
) -> Result<Option<ClaimId>> {
    let ids: Vec<Uuid> = deliveries.iter().map(|id| id.0).collect();
    let claim = sqlx::query_scalar!(
        "insert into claims (channel_id, epoch, claimed_at, delivery_ids, queue_ids)
        select id, epoch, $3, $4, $5 from channels where id = $1 and epoch = $2 and parked_reason is null for share
        returning id",
        channel.0,
        epoch,
        now as Timestamp,
        &ids,
        hints,
    )
    .fetch_optional(db)
    .await?;
    Ok(claim.map(ClaimId))
}

/// Removes claims all of whose deliveries are recorded or given back, and the hints of the queue that they have emptied.
///
/// # Errors
/// When the database fails.
pub async fn delete_claims(db: &mut Connection, claims: &[ClaimId]) -> Result<()> {
    if claims.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = claims.iter().map(|id| id.0).collect();
    sqlx::query!(
        "with gone as (delete from claims where id = any ($1) returning queue_ids)
        delete from queue q where q.id = any (array(select unnest(queue_ids) from gone)) and not exists (
            select from deliveries d where d.id = any (q.delivery_ids) and d.channel_id = q.channel_id
                and d.state = 'ready' and d.due_at is null)",
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes deliveries out of claims that go on: what was recorded and not accepted, or given back unsent, is not on its way
/// to LINE, and no later holder may take it for open.
///
/// # Errors
/// When the database fails.
pub async fn shrink_claims(db: &mut Connection, settled: &[(DeliveryId, ClaimId)]) -> Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = settled.iter().map(|(id, _)| id.0).collect();
    let mut claims: Vec<i64> = settled.iter().map(|(_, claim)| claim.0).collect();
    claims.sort_unstable();
    claims.dedup();
    sqlx::query!(
        "update claims set delivery_ids = array(select unnest(delivery_ids) except select unnest($2::uuid[]))
        where id = any ($1)",
        &claims,
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes the claims of `epoch` that its holder does not know: written by a transaction whose answer was lost. Nothing of
/// them was sent, as the holder sends only what it knows to be claimed.
///
/// # Errors
/// When the database fails.
pub async fn delete_lost_claims(db: &mut Connection, channel: ChannelId, epoch: i64, known: &[ClaimId]) -> Result<u64> {
    let known: Vec<i64> = known.iter().map(|id| id.0).collect();
    let gone = sqlx::query!(
        "delete from claims where channel_id = $1 and epoch = $2 and id <> all ($3)",
        channel.0,
        epoch,
        &known,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

/// What a sender that has just taken a channel needs to know of it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The epoch that its writes are checked against.
    pub epoch: i64,
    /// Deliveries that the last holder may have sent.
    pub left_open: u64,
}

/// Raises the channel's epoch and turns what older claims left behind into open outcomes, due after
/// `request_timeout`: by then the last holder's calls have come to an end. What was withdrawn or expired while a call may
/// have been under way keeps its state.
///
/// # Errors
/// When the database fails.
pub async fn take_channel(
    db: &mut Connection,
    channel: ChannelId,
    now: Timestamp,
    request_timeout: Duration,
) -> Result<Taken> {
    // in the recorder's order: bulletins, then the channel, then deliveries
    let bulletins = sqlx::query_scalar!(
        r#"select distinct d.bulletin_id as "id: BulletinId"
        from claims c cross join unnest(c.delivery_ids) as claimed(id) join deliveries d on d.id = claimed.id
        where c.channel_id = $1"#,
        channel.0,
    )
    .fetch_all(&mut *db)
    .await?;
    lock_bulletins_shared(db, &bulletins).await?;
    let epoch = sqlx::query_scalar!("update channels set epoch = epoch + 1 where id = $1 returning epoch", channel.0)
        .fetch_one(&mut *db)
        .await?;
    let hints = sqlx::query_scalar!(
        r#"select distinct unnest(queue_ids) as "id!" from claims where channel_id = $1"#,
        channel.0,
    )
    .fetch_all(&mut *db)
    .await?;
    let left_open = sqlx::query!(
        "with gone as (
            delete from claims where channel_id = $1 returning claimed_at, delivery_ids
        ), maybe_sent as (
            select id, min(claimed_at) as claimed_at from gone, unnest(delivery_ids) as id group by id
        )
        update deliveries d set outcome_open = true, key_used_at = coalesce(d.key_used_at, m.claimed_at),
            due_at = case when d.state = 'ready' then $2::timestamptz end,
            reason = case when d.state = 'ready' then 'no_answer' else d.reason end, changed = (select change_mark())
        from maybe_sent m where d.id = m.id and d.state <> 'accepted'",
        channel.0,
        (now + request_timeout) as Timestamp,
    )
    .execute(&mut *db)
    .await?
    .rows_affected();
    delete_if_empty(db, &hints).await?;
    Ok(Taken { epoch, left_open })
}

/// How many deliveries of a bulletin are in an open claim, by tier: what is shown as *sending*.
///
/// # Errors
/// When the database fails.
pub async fn count_sending(db: &mut Connection, bulletin: BulletinId) -> Result<Vec<(i16, i32, i64)>> {
    let rows = sqlx::query!(
        r#"select d.tier, d.channel_id, count(*) as "n!"
        from claims c cross join unnest(c.delivery_ids) as claimed(id) join deliveries d on d.id = claimed.id
        where d.bulletin_id = $1 and d.state = 'ready'
        group by d.tier, d.channel_id"#,
        bulletin.0,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tier, row.channel_id, row.n)).collect())
}

/// Ready deliveries that stand still.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Why their channel is parked; none = their bulletin is paused.
    pub reason: Option<ParkReason>,
    /// How many.
    pub ready: i64,
}

/// How many ready deliveries stand still, by why.
///
/// # Errors
/// When the database fails.
pub async fn list_standing(db: &mut Connection) -> Result<Vec<Standing>> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select c.parked_reason as "reason: ParkReason", sum(p.ready) as "ready!"
        from progress p join channels c on c.id = p.channel_id join bulletins b on b.id = p.bulletin_id
        where p.waiting + p.held + p.ready > 0 and (c.parked_reason is not null or b.paused_at is not null)
        group by c.parked_reason"#,
    )
    .fetch_all(db)
    .await?)
}

//! Batches: the queue, and what dispatchers have claimed of it.
//!
//! Every delivery that is ready and not put off stands in one batch. The database opens a batch with whatever makes
//! deliveries ready (`deliveries_updated`), and takes out what is withdrawn, expires or changes its channel. A dispatcher claims
//! a batch by writing its epoch into it, before the first of its deliveries is sent. From then on what it names may be on
//! its way to LINE, until it is recorded: what is recorded otherwise than accepted or given back leaves the batch in the same
//! transaction ([`shrink`]), and the batch goes with its last delivery. A new holder of the channel turns what an older one
//! left into open outcomes ([`take_channel`]): same key, same bytes, later.

use std::collections::HashSet;
use std::time::Duration;

use super::locks::{BulletinsLocked, lock_bulletins_shared};
use super::{Connection, Result};
use crate::domain::ids::{BatchId, BulletinId, BulletinNo, ChannelId, DeliveryId, GroupId, MessageId};
use crate::domain::retry_key::RetryKey;
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
    pub key: RetryKey,
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

/// What is asked for on one channel.
#[derive(Clone, Debug)]
pub struct Claim {
    /// On which channel.
    pub channel: ChannelId,
    /// As which of its holders.
    pub epoch: i64,
    /// About how many deliveries.
    pub room: usize,
    /// Only what is more urgent than this.
    pub below: Option<i16>,
    /// All batches that the holder knows to be its own, where the answer to an earlier claim may have been lost: others of its
    /// epoch, of which nothing was sent then, are given again.
    pub known: Option<Vec<BatchId>>,
}

/// What became of a claim.
#[derive(Clone, Debug)]
pub enum ClaimOutcome {
    /// These are claimed, in the order in which they are to be sent; none where there was nothing.
    Claimed(Vec<(BatchId, Ready)>),
    /// There is something to claim, and the channel is parked or has another holder.
    Refused,
    /// There is something to claim, and somebody has it or the channel's row locked: to be asked again in a moment.
    Locked,
}

/// Makes several claims, most urgent first, then oldest first, and says for each what came of it, in the order of `claims`. What was put off until now is in the queue again. Nothing of a paused or expired bulletin.
///
/// `now` is by the clock that is behind, as keys count as used from then on; what has expired by `later`, the clock that is ahead,
/// is left.
pub async fn claim(
    db: &mut Connection,
    claims: &[Claim],
    now: Timestamp,
    later: Timestamp,
) -> Result<Vec<ClaimOutcome>> {
    let channels: Vec<i32> = claims.iter().map(|claim| claim.channel.0).collect();
    let holders: Vec<i64> = claims.iter().map(|claim| claim.epoch).collect();
    let rooms: Vec<i32> = claims.iter().map(|claim| i32::try_from(claim.room).unwrap_or(i32::MAX)).collect();
    let belows: Vec<Option<i16>> = claims.iter().map(|claim| claim.below).collect();
    let adopts: Vec<bool> = claims.iter().map(|claim| claim.known.is_some()).collect();
    let known: Vec<i64> = claims.iter().flat_map(|claim| claim.known.iter().flatten()).map(|batch| batch.0).collect();
    let rows = sqlx::query!(
        r#"select asker as "asker!", refused as "refused!", batch, bulletin_id as "bulletin_id: BulletinId",
            bulletin_no, published_at as "published_at: Timestamp", group_id, variant, recipient, retry_key,
            key_used_at as "key_used_at: Timestamp", outcome_open, attempts, priority, has_children, members,
            expires_at as "expires_at: Timestamp"
        from claim_batches($1, $2, $3, $4, $5, $6, $7, $8)"#,
        &channels,
        &holders,
        &rooms,
        &belows as &[Option<i16>],
        &adopts,
        &known,
        now as Timestamp,
        later as Timestamp,
    )
    .fetch_all(db)
    .await?;
    let mut outcomes: Vec<ClaimOutcome> = claims.iter().map(|_| ClaimOutcome::Claimed(Vec::new())).collect();
    for row in rows {
        let Some(outcome) = usize::try_from(row.asker - 1).ok().and_then(|place| outcomes.get_mut(place)) else {
            continue;
        };
        let ready = || {
            let (bulletin_id, group_id) = (row.bulletin_id?, GroupId(row.group_id?));
            let id = DeliveryId::of(row.published_at?, BulletinNo(row.bulletin_no?), group_id);
            let ready = Ready {
                id,
                bulletin_id,
                group_id,
                message_id: MessageId { bulletin: bulletin_id, variant: row.variant? },
                recipient: row.recipient,
                key: RetryKey::kept(row.retry_key.unwrap_or(id.0), row.key_used_at, row.outcome_open?),
                attempts: row.attempts?,
                priority: row.priority?,
                has_children: row.has_children?,
                members: row.members?,
                expires_at: row.expires_at,
            };
            Some((BatchId(row.batch?), ready))
        };
        match (ready(), outcome) {
            (Some(ready), ClaimOutcome::Claimed(claimed)) => claimed.push(ready),
            (Some(ready), outcome) => *outcome = ClaimOutcome::Claimed(vec![ready]),
            // what was claimed is sent first; the rest is asked for again then
            (None, ClaimOutcome::Claimed(claimed)) if !claimed.is_empty() => {}
            (None, outcome) if row.refused => *outcome = ClaimOutcome::Refused,
            (None, outcome) => *outcome = ClaimOutcome::Locked,
        }
    }
    Ok(outcomes)
}

/// The two numbers by which each of these is found.
pub(super) fn keys(ids: impl IntoIterator<Item = DeliveryId>) -> (Vec<i32>, Vec<i32>) {
    ids.into_iter().map(|id| (id.bulletin_no().0, id.group().0)).unzip()
}

/// Which of these deliveries may still be sent on `channel`: ready, and of no bulletin that is paused or has expired.
pub async fn list_still_ready(
    db: &mut Connection,
    channel: ChannelId,
    ids: &[DeliveryId],
    now: Timestamp,
) -> Result<Vec<DeliveryId>> {
    let (bulletins, groups) = keys(ids.iter().copied());
    let rows = sqlx::query!(
        r#"select b.published_at as "published_at!", d.bulletin_no, d.group_id
        from unnest($1::int[], $2::int[]) as n(bulletin_no, group_id)
            join deliveries d on d.bulletin_no = n.bulletin_no and d.group_id = n.group_id
            join bulletins b on b.no = d.bulletin_no
        where d.state = 'ready' and d.channel_id = $3 and b.paused_at is null
            and (b.expires_at is null or b.expires_at > $4)"#,
        &bulletins,
        &groups,
        channel.0,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?;
    let id = |at, bulletin, group| DeliveryId::of(at, BulletinNo(bulletin), GroupId(group));
    Ok(rows.into_iter().map(|row| id(row.published_at, row.bulletin_no, row.group_id)).collect())
}

/// Removes batches all of whose deliveries are recorded or given back.
pub async fn delete_batches(db: &mut Connection, batches: &[BatchId]) -> Result<()> {
    if batches.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = batches.iter().map(|id| id.0).collect();
    sqlx::query!("delete from batches where id = any ($1)", &ids).execute(db).await?;
    Ok(())
}

/// Which of these deliveries the batches still name in which they were claimed. What is recorded otherwise than accepted, or
/// given back, is named no more.
pub async fn list_named(
    db: &mut Connection,
    settled: &[(DeliveryId, BatchId)],
) -> Result<HashSet<(DeliveryId, BatchId)>> {
    let groups: Vec<i32> = settled.iter().map(|(id, _)| id.group().0).collect();
    let batches: Vec<i64> = settled.iter().map(|(_, batch)| batch.0).collect();
    let places = sqlx::query_scalar!(
        r#"select s.place as "place!" from unnest($1::int[], $2::bigint[]) with ordinality as s(group_id, batch, place)
            join batches b on b.id = s.batch and s.group_id = any (b.groups)"#,
        &groups,
        &batches,
    )
    .fetch_all(db)
    .await?;
    let at = |place: i64| usize::try_from(place - 1).ok().and_then(|place| settled.get(place)).copied();
    Ok(places.into_iter().filter_map(at).collect())
}

/// Takes deliveries out of claimed batches that go on: what was recorded and not accepted, or given back unsent, is not on its
/// way to LINE, and no later holder may take it for open.
pub async fn shrink(db: &mut Connection, settled: &[(DeliveryId, BatchId)]) -> Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let groups: Vec<i32> = settled.iter().map(|(id, _)| id.group().0).collect();
    let batches: Vec<i64> = settled.iter().map(|(_, batch)| batch.0).collect();
    sqlx::query!(
        "update batches b set groups = array(
            select named.id from unnest(b.groups) with ordinality as named(id, n)
            where named.id not in (select s.group_id from unnest($1::int[], $2::bigint[]) as s(group_id, batch) where s.batch = b.id)
            order by named.n)
        where id = any ($2)",
        &groups,
        &batches,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts deliveries that were claimed and not sent back into the queue: those that are still to be sent on `channel`, if
/// `epoch` is its holder. The caller has taken them out of their batches, and shares the locks of their bulletins.
pub async fn reopen(
    db: &mut Connection,
    _: &BulletinsLocked,
    channel: ChannelId,
    epoch: i64,
    ids: &[DeliveryId],
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let (bulletins, groups) = keys(ids.iter().copied());
    sqlx::query!(
        "insert into batches (channel_id, priority, bulletin_no, opened_at, groups)
        select d.channel_id, d.priority, d.bulletin_no, min(d.turn_at), array_agg(d.group_id order by d.parent_group, d.group_id)
        from unnest($1::int[], $2::int[]) as n(bulletin_no, group_id)
            join deliveries d on d.bulletin_no = n.bulletin_no and d.group_id = n.group_id
        where d.channel_id = $3 and d.state = 'ready' and d.due_at is null
            and exists (select from channels where id = $3 and epoch = $4)
        group by d.channel_id, d.priority, d.bulletin_no",
        &bulletins,
        &groups,
        channel.0,
        epoch,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a dispatcher that has just taken a channel needs to know of it.
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
pub async fn take_channel(
    db: &mut Connection,
    channel: ChannelId,
    now: Timestamp,
    request_timeout: Duration,
) -> Result<Taken> {
    // in the recorder's order: bulletins, then the channel, then deliveries
    let bulletins = sqlx::query_scalar!(
        r#"select distinct b.id as "id: BulletinId" from batches c join bulletins b on b.no = c.bulletin_no
        where c.channel_id = $1 and c.epoch is not null"#,
        channel.0,
    )
    .fetch_all(&mut *db)
    .await?;
    let _lock = lock_bulletins_shared(db, &bulletins).await?;
    let epoch = sqlx::query_scalar!("update channels set epoch = epoch + 1 where id = $1 returning epoch", channel.0)
        .fetch_one(&mut *db)
        .await?;
    let left_open = sqlx::query!(
        "with gone as (
            delete from batches where channel_id = $1 and epoch is not null returning bulletin_no, claimed_at, groups
        ), maybe_sent as (
            select bulletin_no, group_id, min(claimed_at) as claimed_at
            from gone, unnest(groups) as group_id group by bulletin_no, group_id
        )
        update deliveries d set outcome_open = true, key_used_at = coalesce(d.key_used_at, m.claimed_at),
            due_at = case when d.state = 'ready' then $2::timestamptz end,
            reason = case when d.state = 'ready' then 'no_answer' else d.reason end, changed = (select change_mark())
        from maybe_sent m where d.bulletin_no = m.bulletin_no and d.group_id = m.group_id and d.state <> 'accepted'",
        channel.0,
        (now + request_timeout) as Timestamp,
    )
    .execute(&mut *db)
    .await?
    .rows_affected();
    Ok(Taken { epoch, left_open })
}

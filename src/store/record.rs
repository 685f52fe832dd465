//! Recording what calls to LINE came to, in batches.
//!
//! Acceptances, which nearly all outcomes are, have a statement of their own ([`record_accepted`]). Else one statement moves the
//! deliveries and wakes the children of those that ended; the counters follow in the same statement (a trigger). What ended meanwhile, by a withdrawal for example, keeps its end, but an outcome
//! that is not known is noted on it. An acceptance is a fact and is taken whatever the state was; everything
//! else only from *ready*, and only while the writer's epoch is the channel's.

use uuid::Uuid;

use super::batches::keys;
use super::{Connection, Result};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{BatchId, BulletinId, ChannelId, DeliveryId};
use crate::domain::time::Timestamp;

/// What became of one delivery.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Which.
    pub id: DeliveryId,
    /// Of which bulletin (its lock is taken).
    pub bulletin_id: BulletinId,
    /// `Ready` for another attempt, or the end it came to.
    pub state: State,
    /// Why, unless accepted.
    pub reason: Option<Reason>,
    /// When the answer came.
    pub at: Timestamp,
    /// When the next attempt is due, for `Ready`.
    pub due_at: Option<Timestamp>,
    /// When the call began: what the key's age counts from. None where no call was made.
    pub called_at: Option<Timestamp>,
    /// Whether LINE may have accepted it for all we know.
    pub open: bool,
    /// A new key for the next attempt, where the old one may not be used again.
    pub new_key: Option<Uuid>,
    /// LINE's id of the request.
    pub line_request_id: Option<String>,
    /// LINE's ids of the messages.
    pub line_message_ids: Vec<String>,
}

/// How many deliveries became ready on a channel because a parent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Woken {
    /// The channel whose sender should look.
    pub channel: ChannelId,
    /// How many are ready.
    pub ready: i64,
}

/// Takes the shared locks of the bulletins, in id order: bulk commands hold the exclusive one.
///
/// # Errors
/// When the database fails.
pub async fn lock_bulletins_shared(db: &mut Connection, bulletins: &[BulletinId]) -> Result<()> {
    let mut ids: Vec<Uuid> = bulletins.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    sqlx::query!(
        "select pg_advisory_xact_lock_shared(hashtextextended(id::text, 1))
        from (select id from unnest($1::uuid[]) with ordinality as x(id, n) order by n) as ordered",
        &ids,
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Takes the exclusive lock of one bulletin: nothing else moves its deliveries until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_bulletin(db: &mut Connection, bulletin: BulletinId) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 1))", bulletin.0).fetch_all(db).await?;
    Ok(())
}

/// Whether it is an acceptance that was called for just now, as nearly all outcomes are.
#[must_use]
pub fn is_plain(row: &Recorded) -> bool {
    row.state == State::Accepted && row.called_at.is_some() && row.new_key.is_none()
}

/// Records acceptances ([`is_plain`]) of whatever channels, wakes what waits for them, and ends the batches `finished`: all in
/// one statement, which may be repeated.
///
/// # Errors
/// When the database fails; nothing is recorded then, unless only the answer was lost.
pub async fn record_accepted(
    db: &mut Connection,
    now: Timestamp,
    accepted: &[&Recorded],
    finished: &[BatchId],
) -> Result<Vec<Woken>> {
    let mut ids: Vec<Uuid> = accepted.iter().map(|row| row.bulletin_id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let (bulletins, groups) = keys(accepted.iter().map(|row| row.id));
    let ats: Vec<Timestamp> = accepted.iter().map(|row| row.at).collect();
    let calls: Vec<Option<Timestamp>> = accepted.iter().map(|row| row.called_at).collect();
    let requests: Vec<Option<String>> = accepted.iter().map(|row| row.line_request_id.clone()).collect();
    let finished: Vec<i64> = finished.iter().map(|batch| batch.0).collect();
    let woken = sqlx::query!(
        r#"select channel as "channel!: ChannelId", ready as "ready!" from record_accepted($1, $2, $3, $4, $5, $6, $7, $8, $9)"#,
        &ids,
        now as Timestamp,
        &bulletins,
        &groups,
        &ats as &[Timestamp],
        &calls as &[Option<Timestamp>],
        &requests as &[Option<String>],
        &join_ids(accepted.iter().copied()) as &[Option<String>],
        &finished,
    )
    .fetch_all(db)
    .await?;
    Ok(woken.into_iter().map(|row| Woken { channel: row.channel, ready: row.ready }).collect())
}

/// LINE's ids of the messages as they are kept.
fn join_ids<'a>(rows: impl IntoIterator<Item = &'a Recorded>) -> Vec<Option<String>> {
    rows.into_iter().map(|row| (!row.line_message_ids.is_empty()).then(|| row.line_message_ids.join(" "))).collect()
}

/// Records `batch`, all of one channel, and wakes the children of those that ended.
///
/// # Errors
/// When the database fails; nothing is recorded then, and the same batch can be given again.
pub async fn record_batch(
    db: &mut Connection,
    channel: ChannelId,
    epoch: i64,
    now: Timestamp,
    batch: &[Recorded],
) -> Result<Vec<Woken>> {
    // held to the end, so that no other holder takes the channel in between
    let mine = sqlx::query_scalar!(
        r#"select true as "mine!" from channels where id = $1 and epoch = $2 for share"#,
        channel.0,
        epoch,
    )
    .fetch_optional(&mut *db)
    .await?
    .is_some();
    let (bulletins, groups) = keys(batch.iter().map(|row| row.id));
    let states: Vec<State> = batch.iter().map(|row| row.state).collect();
    let reasons: Vec<Option<Reason>> = batch.iter().map(|row| row.reason).collect();
    let ats: Vec<Timestamp> = batch.iter().map(|row| row.at).collect();
    let dues: Vec<Option<Timestamp>> = batch.iter().map(|row| row.due_at).collect();
    let calls: Vec<Option<Timestamp>> = batch.iter().map(|row| row.called_at).collect();
    let opens: Vec<bool> = batch.iter().map(|row| row.open).collect();
    let keys: Vec<Option<Uuid>> = batch.iter().map(|row| row.new_key).collect();
    let requests: Vec<Option<String>> = batch.iter().map(|row| row.line_request_id.clone()).collect();
    let messages = join_ids(batch);
    let woken = sqlx::query!(
        r#"with news as (
            select * from unnest($1::int[], $2::int[], $3::delivery_state[], $4::delivery_reason[], $5::timestamptz[],
                $6::timestamptz[], $7::timestamptz[], $8::bool[], $9::uuid[], $10::text[], $11::text[])
                as news(bulletin_no, group_id, state, reason, at, due_at, called_at, open, new_key, request_id, message_ids)
        ), ended as (
            update deliveries d set
                state = n.state,
                reason = n.reason,
                ended_at = case when n.state = 'ready' then null else n.at end,
                due_at = n.due_at,
                key_used_at = case when n.new_key is null then coalesce(d.key_used_at, n.called_at) end,
                outcome_open = n.state <> 'accepted' and n.new_key is null and (d.outcome_open or n.open),
                retry_key = coalesce(n.new_key, d.retry_key),
                attempts = d.attempts + (n.called_at is not null)::int::smallint,
                line_request_id = coalesce(n.request_id, d.line_request_id),
                line_message_ids = coalesce(n.message_ids, d.line_message_ids),
                changed = (select change_mark())
            from news n
            where d.bulletin_no = n.bulletin_no and d.group_id = n.group_id
                and d.state <> 'accepted' and (n.state = 'accepted' or (d.state = 'ready' and $12))
            returning d.bulletin_no, d.group_id, d.state, d.has_children
        ), left_open as (
            update deliveries d set outcome_open = true, key_used_at = coalesce(d.key_used_at, n.called_at),
                changed = (select change_mark())
            from news n
            where d.bulletin_no = n.bulletin_no and d.group_id = n.group_id and n.open and n.state <> 'accepted'
                and d.state in ('failed', 'unreachable', 'declined', 'withdrawn', 'expired')
        ), parents as (
            select bulletin_no, array_agg(group_id) as groups,
                array_agg(group_id) filter (where state <> 'accepted') as passed_by
            from ended where has_children and state <> 'ready' group by bulletin_no
        ), woken as (
            update deliveries d set
                state = state_at_turn(d.automatic),
                turn_at = $13,
                release_at = release_at_turn(d.automatic, d.forward_within, $13),
                bypassed_parent = coalesce(d.parent_group = any (p.passed_by), false),
                changed = (select change_mark())
            from parents p
            where d.bulletin_no = p.bulletin_no and d.parent_group = any (p.groups) and d.state = 'waiting'
            returning d.channel_id, d.state
        )
        select channel_id as "channel_id: ChannelId", count(*) filter (where state = 'ready') as "ready!"
        from woken group by channel_id"#,
        &bulletins,
        &groups,
        &states as &[State],
        &reasons as &[Option<Reason>],
        &ats as &[Timestamp],
        &dues as &[Option<Timestamp>],
        &calls as &[Option<Timestamp>],
        &opens,
        &keys as &[Option<Uuid>],
        &requests as &[Option<String>],
        &messages as &[Option<String>],
        mine,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?;
    Ok(woken.into_iter().map(|row| Woken { channel: row.channel_id, ready: row.ready }).collect())
}

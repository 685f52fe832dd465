//! Recording what calls to LINE came to, in batches.
//!
//! Acceptances, which nearly all outcomes are, have a statement of their own ([`record_accepted`]). Else one statement moves the
//! deliveries and wakes the children of those that ended; the counters follow in the same statement (a trigger). What ended meanwhile, by a withdrawal for example, keeps its end, but an outcome
//! that is not known is noted on it. An acceptance is a fact and is taken whatever the state was; everything
//! else only from *ready*, and only while the writer's epoch is the channel's.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use super::batches::keys;
use super::locks::BulletinsLocked;
use super::{Connection, Result};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{BatchId, BulletinId, BulletinNo, ChannelId, DeliveryId};
use crate::domain::outcome::Receipt;
use crate::domain::time::Timestamp;

/// What became of one delivery.
#[derive(Clone, Debug)]
pub struct DeliveryOutcome {
    /// Which.
    pub id: DeliveryId,
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// When it was known.
    pub at: Timestamp,
    /// What.
    pub kind: OutcomeKind,
}

/// What there is to record of a delivery.
#[derive(Clone, Debug)]
pub enum OutcomeKind {
    /// LINE accepted it.
    Accepted {
        /// When the call began.
        called_at: Timestamp,
        /// LINE's proof.
        receipt: Receipt,
    },
    /// It is tried again.
    Again {
        /// When.
        due_at: Timestamp,
        /// What is shown meanwhile.
        reason: Reason,
        /// The call that was made, if one was.
        call: Option<Call>,
    },
    /// It is tried again at once, under a key that LINE does not know.
    NewKey(Uuid),
    /// It is over: not sent again by itself.
    Failed {
        /// Why.
        reason: Reason,
        /// The call that was made, if one was.
        call: Option<Call>,
    },
    /// It is over: the group cannot be reached.
    Unreachable {
        /// Why.
        reason: Reason,
        /// The call that was made, if one was.
        call: Option<Call>,
    },
}

/// A call of which no acceptance is known.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// When it began: the key counts as used from then on.
    pub began_at: Timestamp,
    /// Whether LINE may have accepted it for all we know.
    pub open: bool,
}

impl OutcomeKind {
    /// The state that the delivery is in afterwards.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Accepted { .. } => State::Accepted,
            Self::Again { .. } | Self::NewKey(_) => State::Ready,
            Self::Failed { .. } => State::Failed,
            Self::Unreachable { .. } => State::Unreachable,
        }
    }

    fn reason(&self) -> Option<Reason> {
        match self {
            Self::Accepted { .. } | Self::NewKey(_) => None,
            Self::Again { reason, .. } | Self::Failed { reason, .. } | Self::Unreachable { reason, .. } => {
                Some(*reason)
            }
        }
    }

    fn call(&self) -> Option<Call> {
        match self {
            Self::Accepted { called_at, .. } => Some(Call { began_at: *called_at, open: false }),
            Self::NewKey(_) => None,
            Self::Again { call, .. } | Self::Failed { call, .. } | Self::Unreachable { call, .. } => *call,
        }
    }

    fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Accepted { receipt, .. } => Some(receipt),
            _ => None,
        }
    }
}

impl DeliveryOutcome {
    /// Whether LINE accepted it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self.kind, OutcomeKind::Accepted { .. })
    }

    fn due_at(&self) -> Option<Timestamp> {
        match self.kind {
            OutcomeKind::Again { due_at, .. } => Some(due_at),
            OutcomeKind::NewKey(_) => Some(self.at),
            _ => None,
        }
    }

    fn new_key(&self) -> Option<Uuid> {
        match self.kind {
            OutcomeKind::NewKey(key) => Some(key),
            _ => None,
        }
    }

    fn request_id(&self) -> Option<Uuid> {
        self.kind.receipt().and_then(|receipt| receipt.request_id)
    }

    /// LINE's ids of the messages as they are kept.
    fn message_ids(&self) -> Option<String> {
        let ids = &self.kind.receipt()?.message_ids;
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// How many deliveries became ready on a channel because a parent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelReady {
    /// The channel whose dispatcher should look.
    pub channel: ChannelId,
    /// How many are ready.
    pub ready: i64,
}

/// What came of recording acceptances.
#[derive(Clone, Debug, Default)]
pub struct AcceptedWritten {
    /// What that woke.
    pub woken: Vec<ChannelReady>,
    /// Bulletins that somebody else has locked: nothing of them was recorded.
    pub busy: HashSet<BulletinNo>,
}

/// Records acceptances, and nothing else, of whatever channels, wakes what waits for them, and ends the batches `finished`: all in
/// one statement, which may be repeated. Waits for nobody who has a bulletin locked.
///
/// # Errors
/// When the database fails; nothing is recorded then, unless only the answer was lost.
pub async fn record_accepted(
    db: &mut Connection,
    now: Timestamp,
    accepted: &[&DeliveryOutcome],
    finished: &[BatchId],
) -> Result<AcceptedWritten> {
    // in everybody's order
    let locks: BTreeMap<Uuid, i32> = accepted.iter().map(|row| (row.bulletin_id.0, row.id.bulletin_no().0)).collect();
    let (lock_ids, lock_nos): (Vec<Uuid>, Vec<i32>) = locks.into_iter().unzip();
    let (bulletins, groups) = keys(accepted.iter().map(|row| row.id));
    let ats: Vec<Timestamp> = accepted.iter().map(|row| row.at).collect();
    let calls: Vec<Option<Timestamp>> = accepted.iter().map(|row| row.kind.call().map(|call| call.began_at)).collect();
    let requests: Vec<Option<Uuid>> = accepted.iter().map(|row| row.request_id()).collect();
    let messages: Vec<Option<String>> = accepted.iter().map(|row| row.message_ids()).collect();
    let finished: Vec<i64> = finished.iter().map(|batch| batch.0).collect();
    let rows = sqlx::query!(
        r#"select channel as "channel: ChannelId", ready, busy
        from record_accepted($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
        &lock_ids,
        &lock_nos,
        now as Timestamp,
        &bulletins,
        &groups,
        &ats as &[Timestamp],
        &calls as &[Option<Timestamp>],
        &requests as &[Option<Uuid>],
        &messages as &[Option<String>],
        &finished,
    )
    .fetch_all(db)
    .await?;
    let woken = rows.iter().filter_map(|row| Some(ChannelReady { channel: row.channel?, ready: row.ready? })).collect();
    let busy = rows.iter().filter_map(|row| row.busy.map(BulletinNo)).collect();
    Ok(AcceptedWritten { woken, busy })
}

/// Records `batch`, all of one channel, and wakes the children of those that ended.
///
/// # Errors
/// When the database fails; nothing is recorded then, and the same batch can be given again.
pub async fn record_batch(
    db: &mut Connection,
    _: &BulletinsLocked,
    channel: ChannelId,
    epoch: i64,
    now: Timestamp,
    batch: &[DeliveryOutcome],
) -> Result<Vec<ChannelReady>> {
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
    let states: Vec<State> = batch.iter().map(|row| row.kind.state()).collect();
    let reasons: Vec<Option<Reason>> = batch.iter().map(|row| row.kind.reason()).collect();
    let ats: Vec<Timestamp> = batch.iter().map(|row| row.at).collect();
    let dues: Vec<Option<Timestamp>> = batch.iter().map(DeliveryOutcome::due_at).collect();
    let called: Vec<Option<Call>> = batch.iter().map(|row| row.kind.call()).collect();
    let calls: Vec<Option<Timestamp>> = called.iter().map(|call| call.map(|call| call.began_at)).collect();
    let opens: Vec<bool> = called.iter().map(|call| call.is_some_and(|call| call.open)).collect();
    let keys: Vec<Option<Uuid>> = batch.iter().map(DeliveryOutcome::new_key).collect();
    let requests: Vec<Option<Uuid>> = batch.iter().map(DeliveryOutcome::request_id).collect();
    let messages: Vec<Option<String>> = batch.iter().map(DeliveryOutcome::message_ids).collect();
    let woken = sqlx::query!(
        r#"with news as (
            select * from unnest($1::int[], $2::int[], $3::delivery_state[], $4::delivery_reason[], $5::timestamptz[],
                $6::timestamptz[], $7::timestamptz[], $8::bool[], $9::uuid[], $10::uuid[], $11::text[])
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
                and d.state in ('seen', 'failed', 'unreachable', 'declined', 'withdrawn', 'expired')
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
        &requests as &[Option<Uuid>],
        &messages as &[Option<String>],
        mine,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?;
    Ok(woken.into_iter().map(|row| ChannelReady { channel: row.channel_id, ready: row.ready }).collect())
}

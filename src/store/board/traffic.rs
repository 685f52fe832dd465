//! What is on its way now: open and recent bulletins, and what each channel has to do for them.

use super::super::{Connection, Result};
use crate::domain::bulletin::{Kind, Stage, State};
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::time::Timestamp;

/// A published bulletin with its counts over all tiers.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Which.
    pub id: BulletinId,
    /// What it is.
    pub kind: Kind,
    /// Its subject.
    pub subject: String,
    /// Its urgency as a number.
    pub urgency: i16,
    /// The letter's number.
    pub document_number: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the engine does not send it.
    pub paused: bool,
    /// When it was published.
    pub published_at: Timestamp,
    /// Deliveries.
    pub groups: i64,
    /// Of these, accepted by LINE.
    pub accepted: i64,
    /// Of these, heard as somebody's forward.
    pub seen: i64,
    /// Of these, at their steward's.
    pub held: i64,
    /// Of these, not at their end.
    pub open: i64,
    /// Of these, failed or unreachable.
    pub failed: i64,
    /// Of these, declined.
    pub declined: i64,
    /// Groups in which somebody acknowledged.
    pub acknowledged: i64,
    /// When LINE accepted the last so far.
    pub last_accepted_at: Option<Timestamp>,
}

impl Traffic {
    /// Its state as people see it.
    #[must_use]
    pub fn state(&self) -> State {
        State::of(self.stage, self.open)
    }

    /// Groups in which it is: LINE accepted it, or it was seen there as somebody's forward.
    #[must_use]
    pub fn in_group(&self) -> i64 {
        self.accepted + self.seen
    }
}

/// The bulletins that are open, and the newest of the others up to `limit` in all, newest first.
pub async fn list_traffic(db: &mut Connection, limit: i64) -> Result<Vec<Traffic>> {
    Ok(sqlx::query_as!(
        Traffic,
        r#"select b.id as "id: BulletinId", b.kind, b.subject, b.urgency, b.document_number, b.stage,
            (b.paused_at is not null) as "paused!", b.published_at as "published_at!: Timestamp",
            coalesce(p.groups, 0) as "groups!", coalesce(p.accepted, 0) as "accepted!", coalesce(p.seen, 0) as "seen!", coalesce(p.held, 0) as "held!",
            coalesce(p.open, 0) as "open!", coalesce(p.failed, 0) as "failed!", coalesce(p.declined, 0) as "declined!",
            coalesce(p.acknowledged, 0) as "acknowledged!", p.last_accepted_at as "last_accepted_at: Timestamp"
        from bulletins b cross join lateral (
            select sum(groups) as groups, sum(accepted) as accepted, sum(seen) as seen, sum(held) as held,
                sum(waiting + held + ready) as open, sum(failed + unreachable) as failed, sum(declined) as declined,
                sum(acknowledged_groups) as acknowledged, max(last_accepted_at) as last_accepted_at
            from progress where bulletin_no = b.no) p
        where b.no in (
            select bulletin_no from progress where waiting + held + ready > 0
            union
            (select no from bulletins where published_at is not null order by published_at desc limit $1))
        order by b.published_at desc limit greatest($1, 200)"#,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The same for a part of the tree: counted from the deliveries at or below `scope`, of the newest bulletins only.
pub async fn list_traffic_under(db: &mut Connection, scope: &[i32], limit: i64) -> Result<Vec<Traffic>> {
    Ok(sqlx::query_as!(
        Traffic,
        r#"select b.id as "id: BulletinId", b.kind, b.subject, b.urgency, b.document_number, b.stage,
            (b.paused_at is not null) as "paused!", b.published_at as "published_at!: Timestamp",
            count(*) as "groups!", count(*) filter (where d.state = 'accepted') as "accepted!",
            count(*) filter (where d.state = 'seen') as "seen!",
            count(*) filter (where d.state = 'held') as "held!",
            count(*) filter (where d.state in ('waiting', 'held', 'ready')) as "open!",
            count(*) filter (where d.state in ('failed', 'unreachable')) as "failed!",
            count(*) filter (where d.state = 'declined') as "declined!",
            count(*) filter (where d.acknowledged > 0) as "acknowledged!",
            max(d.ended_at) filter (where d.state = 'accepted') as "last_accepted_at: Timestamp"
        from (select * from bulletins where published_at is not null order by published_at desc limit $2) b
            cross join groups g join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
        where g.path && $1
        group by b.id, b.kind, b.subject, b.urgency, b.document_number, b.stage, b.paused_at, b.published_at
        order by b.published_at desc"#,
        scope,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What a channel has to do for the open bulletins.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The channel.
    pub channel_id: ChannelId,
    /// Deliveries that could be sent now.
    pub ready: i64,
    /// Deliveries of its groups that wait for a group above or a steward.
    pub later: i64,
    /// Deliveries of the open bulletins that LINE accepted on it.
    pub accepted: i64,
    /// All deliveries of the open bulletins on it.
    pub all: i64,
}

/// What each channel has to do for the open bulletins; channels with nothing to do are left out.
pub async fn list_loads(db: &mut Connection) -> Result<Vec<Load>> {
    Ok(sqlx::query_as!(
        Load,
        r#"select channel_id as "channel_id: ChannelId", sum(ready) as "ready!", sum(waiting + held) as "later!",
            sum(accepted) as "accepted!", sum(groups) as "all!"
        from progress
        where bulletin_no in (select bulletin_no from progress where waiting + held + ready > 0)
        group by channel_id"#
    )
    .fetch_all(db)
    .await?)
}

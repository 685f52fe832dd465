//! Progress: what the status of a bulletin is read from, at the same cost for any tree.
//!
//! The database keeps the counters with every move of a delivery (`deliveries_updated`). Only the
//! view of one subtree is counted from its deliveries, at a cost that grows with the subtree.

use super::{Connection, Result};
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::time::Timestamp;

/// The counters of one tier on one channel.
#[derive(Clone, Debug)]
pub struct Counters {
    /// 1, 2 or 3.
    pub tier: i16,
    /// The channel; none in a subtree's count.
    pub channel_id: ChannelId,
    /// Whether what is ready stands still: the channel is parked, or the bulletin paused.
    pub parked: bool,
    /// Deliveries.
    pub groups: i64,
    /// Members of the LINE groups.
    pub seats: i64,
    /// By stored state.
    pub waiting: i64,
    /// By stored state.
    pub held: i64,
    /// By stored state.
    pub ready: i64,
    /// By stored state.
    pub accepted: i64,
    /// By stored state.
    pub failed: i64,
    /// By stored state.
    pub unreachable: i64,
    /// By stored state.
    pub declined: i64,
    /// By stored state.
    pub withdrawn: i64,
    /// By stored state.
    pub expired: i64,
    /// Groups in which somebody acknowledged.
    pub acknowledged_groups: i64,
    /// Acknowledgements: of persons, each once per group, and unnamed ones.
    pub taps: i64,
    /// Of these, without the name of a person.
    pub unnamed: i64,
    /// The first acceptance.
    pub first_accepted_at: Option<Timestamp>,
    /// The last acceptance.
    pub last_accepted_at: Option<Timestamp>,
    /// Acceptances by the time from publish, see `domain::histogram`.
    pub histogram: Vec<i32>,
    /// Raised by every change.
    pub version: i64,
    /// When the last change was.
    pub changed_at: Timestamp,
}

/// The counters of a bulletin, by tier and channel.
///
/// # Errors
/// When the database fails.
pub async fn list_counters(db: &mut Connection, bulletin: BulletinId) -> Result<Vec<Counters>> {
    Ok(sqlx::query_as!(
        Counters,
        r#"select p.tier, p.channel_id as "channel_id: ChannelId",
            (c.parked_reason is not null or b.paused_at is not null) as "parked!",
            p.groups::bigint as "groups!", p.seats, p.waiting::bigint as "waiting!", p.held::bigint as "held!",
            p.ready::bigint as "ready!", p.accepted::bigint as "accepted!", p.failed::bigint as "failed!",
            p.unreachable::bigint as "unreachable!", p.declined::bigint as "declined!",
            p.withdrawn::bigint as "withdrawn!", p.expired::bigint as "expired!",
            p.acknowledged_groups::bigint as "acknowledged_groups!", p.taps::bigint as "taps!",
            p.unnamed::bigint as "unnamed!",
            p.first_accepted_at, p.last_accepted_at, p.histogram, p.version, p.changed_at
        from progress p join channels c on c.id = p.channel_id join bulletins b on b.no = p.bulletin_no
        where b.id = $1 order by p.tier, p.channel_id"#,
        bulletin.0,
    )
    .fetch_all(db)
    .await?)
}

/// The counters of the part of a bulletin at or below the groups `scope`, counted from its deliveries.
///
/// # Errors
/// When the database fails.
pub async fn count_under(db: &mut Connection, bulletin: BulletinId, scope: &[i32]) -> Result<Vec<Counters>> {
    Ok(sqlx::query_as!(
        Counters,
        r#"select d.tier, d.channel_id as "channel_id: ChannelId",
            bool_or(c.parked_reason is not null or b.paused_at is not null) as "parked!",
            count(*) as "groups!", coalesce(sum(d.members), 0) as "seats!",
            count(*) filter (where d.state = 'waiting') as "waiting!",
            count(*) filter (where d.state = 'held') as "held!",
            count(*) filter (where d.state = 'ready') as "ready!",
            count(*) filter (where d.state = 'accepted') as "accepted!",
            count(*) filter (where d.state = 'failed') as "failed!",
            count(*) filter (where d.state = 'unreachable') as "unreachable!",
            count(*) filter (where d.state = 'declined') as "declined!",
            count(*) filter (where d.state = 'withdrawn') as "withdrawn!",
            count(*) filter (where d.state = 'expired') as "expired!",
            count(*) filter (where d.acknowledged > 0) as "acknowledged_groups!",
            coalesce(sum(d.acknowledged), 0) as "taps!", coalesce(sum(d.unnamed), 0) as "unnamed!",
            min(d.ended_at) filter (where d.state = 'accepted') as first_accepted_at,
            max(d.ended_at) filter (where d.state = 'accepted') as last_accepted_at,
            (select array_agg(coalesce(times.n, 0)::int order by bucket.i)
             from generate_series(1, 240) as bucket(i) left join (
                select histogram_bucket(extract(epoch from t.ended_at - b2.published_at)::double precision) as i,
                    count(*) as n
                from deliveries t join groups tg on tg.id = t.group_id join bulletins b2 on b2.no = t.bulletin_no
                where b2.id = $1 and t.tier = d.tier and t.channel_id = d.channel_id
                    and t.state = 'accepted' and tg.path && $2 group by 1
             ) times on times.i = bucket.i) as "histogram!",
            max(p.version) as "version!", max(p.changed_at) as "changed_at!"
        from groups g join bulletins b on b.id = $1 join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
            join channels c on c.id = d.channel_id
            join progress p on p.bulletin_no = d.bulletin_no and p.tier = d.tier and p.channel_id = d.channel_id
        where g.path && $2
        group by d.tier, d.channel_id order by d.tier, d.channel_id"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// A counter that does not say what the rows say.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// How many deliveries are counted wrongly.
    pub rows: i64,
}

/// Counts the rows of a bulletin again and compares; `None` where the counters are right.
///
/// # Errors
/// When the database fails.
pub async fn find_difference(db: &mut Connection, bulletin: BulletinId) -> Result<Option<Difference>> {
    Ok(sqlx::query_as!(
        Difference,
        r#"select $1::uuid as "bulletin_id!: BulletinId", coalesce(sum(abs(coalesce(counted.n, 0) - coalesce(kept.n, 0))), 0)::bigint as "rows!"
        from (select tier, channel_id, state::text, count(*) as n from deliveries
            where bulletin_no = (select no from bulletins where id = $1) group by 1, 2, 3) counted
        full join (
            select tier, channel_id, state, n from progress, lateral (values ('waiting', waiting), ('held', held),
                ('ready', ready), ('accepted', accepted), ('failed', failed), ('unreachable', unreachable),
                ('declined', declined), ('withdrawn', withdrawn), ('expired', expired)) as v(state, n)
            where bulletin_no = (select no from bulletins where id = $1) and n <> 0
        ) kept using (tier, channel_id, state)
        having coalesce(sum(abs(coalesce(counted.n, 0) - coalesce(kept.n, 0))), 0) > 0"#,
        bulletin.0,
    )
    .fetch_optional(db)
    .await?)
}

/// The sum of all versions: another one whenever anything has moved.
///
/// # Errors
/// When the database fails.
pub async fn sum_versions(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select coalesce(sum(version), 0)::bigint as "sum!" from progress"#).fetch_one(db).await?)
}

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
    pub seen: i64,
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
    /// Groups whose own steward acknowledged.
    pub by_steward: i64,
    /// Groups for which somebody above reported.
    pub reported: i64,
    /// The first acceptance.
    pub first_accepted_at: Option<Timestamp>,
    /// The last acceptance.
    pub last_accepted_at: Option<Timestamp>,
    /// The buckets of the times from publish that hold acceptances, see `domain::histogram`.
    pub buckets: Vec<i32>,
    /// How many acceptances each of them holds.
    pub acceptances: Vec<i32>,
    /// Raised by every change.
    pub version: i64,
    /// When the last change was.
    pub changed_at: Timestamp,
}

/// The counters of a bulletin, by tier and channel.
pub async fn list_counters(db: &mut Connection, bulletin: BulletinId) -> Result<Vec<Counters>> {
    Ok(sqlx::query_as!(
        Counters,
        r#"select p.tier, p.channel_id as "channel_id: ChannelId",
            (c.parked_reason is not null or b.paused_at is not null) as "parked!",
            p.groups::bigint as "groups!", p.seats, p.waiting::bigint as "waiting!", p.held::bigint as "held!",
            p.ready::bigint as "ready!", p.accepted::bigint as "accepted!", p.seen::bigint as "seen!", p.failed::bigint as "failed!",
            p.unreachable::bigint as "unreachable!", p.declined::bigint as "declined!",
            p.withdrawn::bigint as "withdrawn!", p.expired::bigint as "expired!",
            p.acknowledged_groups::bigint as "acknowledged_groups!", p.taps::bigint as "taps!",
            p.unnamed::bigint as "unnamed!", p.by_steward::bigint as "by_steward!", p.reported::bigint as "reported!",
            p.first_accepted_at, p.last_accepted_at, coalesce(times.buckets, '{}') as "buckets!",
            coalesce(times.acceptances, '{}') as "acceptances!", p.version, p.changed_at
        from progress p join channels c on c.id = p.channel_id join bulletins b on b.no = p.bulletin_no
            left join (
                select tier, channel_id, array_agg(bucket::int order by bucket) as buckets,
                    array_agg(groups order by bucket) as acceptances
                from acceptance_times where bulletin_no = (select no from bulletins where id = $1) group by 1, 2
            ) as times on times.tier = p.tier and times.channel_id = p.channel_id
        where b.id = $1 order by p.tier, p.channel_id"#,
        bulletin.0,
    )
    .fetch_all(db)
    .await?)
}

/// The counters of the part of a bulletin at or below the groups `scope`, counted from its deliveries.
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
            count(*) filter (where d.state = 'seen') as "seen!",
            count(*) filter (where d.state = 'failed') as "failed!",
            count(*) filter (where d.state = 'unreachable') as "unreachable!",
            count(*) filter (where d.state = 'declined') as "declined!",
            count(*) filter (where d.state = 'withdrawn') as "withdrawn!",
            count(*) filter (where d.state = 'expired') as "expired!",
            count(*) filter (where d.acknowledged > 0) as "acknowledged_groups!",
            coalesce(sum(d.acknowledged), 0) as "taps!", coalesce(sum(d.unnamed), 0) as "unnamed!",
            count(d.steward_at) as "by_steward!", count(d.reported) as "reported!",
            min(d.ended_at) filter (where d.state = 'accepted') as first_accepted_at,
            max(d.ended_at) filter (where d.state = 'accepted') as last_accepted_at,
            coalesce(max(times.buckets), '{}') as "buckets!", coalesce(max(times.acceptances), '{}') as "acceptances!",
            max(p.version) as "version!", max(p.changed_at) as "changed_at!"
        from groups g join bulletins b on b.id = $1 join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
            join channels c on c.id = d.channel_id
            join progress p on p.bulletin_no = d.bulletin_no and p.tier = d.tier and p.channel_id = d.channel_id
            left join (
                select tier, channel_id, array_agg(bucket order by bucket) as buckets,
                    array_agg(n order by bucket) as acceptances
                from (
                    select t.tier, t.channel_id, count(*)::int as n,
                        histogram_bucket(date_part('epoch', t.ended_at - tb.published_at)) as bucket
                    from groups tg join bulletins tb on tb.id = $1
                        join deliveries t on t.bulletin_no = tb.no and t.group_id = tg.id
                    where tg.path && $2 and t.state = 'accepted' group by t.tier, t.channel_id, bucket
                ) as counted group by tier, channel_id
            ) as times on times.tier = d.tier and times.channel_id = d.channel_id
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
    /// How many deliveries are counted wrongly; one that is counted wrongly in two ways counts twice.
    pub rows: i64,
}

/// Counts the rows of a bulletin again and compares; `None` where the counters are right.
pub async fn find_drift(db: &mut Connection, bulletin: BulletinId) -> Result<Option<Difference>> {
    Ok(sqlx::query_as!(
        Difference,
        r#"select $1::uuid as "bulletin_id!: BulletinId", coalesce(sum(abs(coalesce(counted.n, 0) - coalesce(kept.n, 0))), 0)::bigint as "rows!"
        from (
            select tier, channel_id, state::text as what, count(*) as n from deliveries
            where bulletin_no = (select no from bulletins where id = $1) group by 1, 2, 3
            union all
            select d.tier, d.channel_id, 'accepted, bucket ' || histogram_bucket(date_part('epoch', d.ended_at - b.published_at)),
                count(*)
            from bulletins b join deliveries d on d.bulletin_no = b.no
            where b.id = $1 and d.state = 'accepted' group by 1, 2, 3
            union all
            select d.tier, d.channel_id, d.state || ' on ' || (d.ended_at at time zone 'Asia/Tokyo')::date || v.what, sum(v.n)::bigint
            from bulletins b join deliveries d on d.bulletin_no = b.no,
                lateral (values ('', 1), (', members', d.members)) as v(what, n)
            where b.id = $1 and b.digest_id is null and d.state in ('accepted', 'seen') and v.n <> 0 group by 1, 2, 3
            union all
            select tier, channel_id, what, count(*) from deliveries,
                lateral (values ('by_steward', steward_at is not null), ('reported', reported is not null)) as v(what, yes)
            where bulletin_no = (select no from bulletins where id = $1) and yes group by 1, 2, 3
        ) counted
        full join (
            select tier, channel_id, what, n from progress, lateral (values ('waiting', waiting), ('held', held),
                ('ready', ready), ('accepted', accepted), ('seen', seen), ('failed', failed), ('unreachable', unreachable),
                ('declined', declined), ('withdrawn', withdrawn), ('expired', expired), ('by_steward', by_steward),
                ('reported', reported)) as v(what, n)
            where bulletin_no = (select no from bulletins where id = $1) and n <> 0
            union all
            select tier, channel_id, 'accepted, bucket ' || bucket, groups from acceptance_times
            where bulletin_no = (select no from bulletins where id = $1) and groups <> 0
            union all
            select tier, channel_id, v.what, v.n from day_costs, lateral (values
                ('accepted on ' || day, pushed_groups::bigint), ('accepted on ' || day || ', members', pushed_messages),
                ('seen on ' || day, seen_groups::bigint), ('seen on ' || day || ', members', seen_members)) as v(what, n)
            where bulletin_no = (select no from bulletins where id = $1) and v.n <> 0
        ) kept using (tier, channel_id, what)
        having coalesce(sum(abs(coalesce(counted.n, 0) - coalesce(kept.n, 0))), 0) > 0"#,
        bulletin.0,
    )
    .fetch_optional(db)
    .await?)
}

/// The sum of all versions: another one whenever anything has moved.
pub async fn sum_versions(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select coalesce(sum(version), 0)::bigint as "sum!" from progress"#).fetch_one(db).await?)
}

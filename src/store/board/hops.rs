//! Where the minutes went: how long each hop took, and on what.
//!
//! A hop is the way from the group above into a group. Its parts come from times that the engine keeps anyway and
//! from the log of standstills; `delivery_hops` in the migrations says how. What is not known is left out and counted.

use super::super::{Connection, Result};
use crate::domain::ids::{BulletinId, DeliveryId};
use crate::domain::time::Timestamp;

/// The hops into one tier, in seconds.
#[derive(Clone, Debug)]
pub struct TierHops {
    /// 1, 2 or 3.
    pub tier: i16,
    /// Hops of which all is known.
    pub hops: i64,
    /// Hops left out, as it is not known when their turn came.
    pub unknown: i64,
    /// The mean time that a person took to forward.
    pub person: f64,
    /// The mean time for which the channel or the bulletin stood still.
    pub parked: f64,
    /// The mean time in our queue.
    pub queue: f64,
    /// The mean time from the first call until LINE accepted it.
    pub line: f64,
    /// Half of the hops took no longer than this.
    pub median: f64,
    /// The longest.
    pub longest: f64,
}

/// The hops of a bulletin that came to their end, by tier.
pub async fn list_tier_hops(db: &mut Connection, bulletin: BulletinId, scope: Option<&[i32]>) -> Result<Vec<TierHops>> {
    Ok(sqlx::query_as!(
        TierHops,
        r#"select h.tier as "tier!", count(h.person) as "hops!", count(*) - count(h.person) as "unknown!",
            coalesce(avg(h.person), 0) as "person!",
            coalesce(avg(h.parked) filter (where h.person is not null), 0) as "parked!",
            coalesce(avg(h.queue) filter (where h.person is not null), 0) as "queue!",
            coalesce(avg(h.line) filter (where h.person is not null), 0) as "line!",
            coalesce(percentile_cont(0.5) within group (order by h.person + h.parked + h.queue + h.line), 0) as "median!",
            coalesce(max(h.person + h.parked + h.queue + h.line), 0) as "longest!"
        from delivery_hops((select no from bulletins where id = $1)) h
        where $2::int[] is null or h.group_id in (select id from groups where path && $2)
        group by h.tier order by h.tier"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// One hop, in seconds.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The delivery.
    pub id: DeliveryId,
    /// The group's code.
    pub group: String,
    /// The group's name.
    pub group_name: String,
    /// 1, 2 or 3.
    pub tier: i16,
    /// The office's name.
    pub office_name: String,
    /// The province's code.
    pub province: Option<String>,
    /// When LINE accepted it.
    pub accepted_at: Timestamp,
    /// From publish to acceptance.
    pub since_publish: f64,
    /// Until somebody, or the time set, let it in; none where it is not known when its turn came.
    pub person: Option<f64>,
    /// The channel or the bulletin stood still.
    pub parked: f64,
    /// In our queue.
    pub queue: f64,
    /// From the first call until LINE accepted it.
    pub line: f64,
    /// Members of the group.
    pub seats: i32,
}

/// The slowest hops of a bulletin that came to their end.
pub async fn list_slowest(
    db: &mut Connection,
    bulletin: BulletinId,
    scope: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<Hop>> {
    Ok(sqlx::query_as!(
        Hop,
        r#"select h.id as "id!: DeliveryId", g.code as "group", g.name as group_name, h.tier as "tier!",
            o.name as office_name, o.province, h.accepted_at as "accepted_at!: Timestamp",
            extract(epoch from h.accepted_at - h.published_at)::double precision as "since_publish!",
            h.person, h.parked as "parked!", h.queue as "queue!", h.line as "line!", h.members as "seats!"
        from (
            select * from delivery_hops((select no from bulletins where id = $1)) all_hops
            where $2::int[] is null or all_hops.group_id in (select id from groups where path && $2)
            order by coalesce(person, 0) + parked + queue + line desc, id limit $3
        ) h join groups g on g.id = h.group_id join offices o on o.id = g.office_id
        order by coalesce(h.person, 0) + h.parked + h.queue + h.line desc, h.id"#,
        bulletin.0,
        scope,
        limit,
    )
    .fetch_all(db)
    .await?)
}

//! What changed since a moment ago, for whoever watches: the counters, what stands still, the channels.
//!
//! Reads an index by its end and a handful of small rows, so it costs the same for any tree and any history. Called a
//! few times a second by each node on which somebody watches.

use super::super::{Connection, Result};
use crate::domain::ids::BulletinId;

/// The counters of one bulletin, by their version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which bulletin.
    pub bulletin_id: BulletinId,
    /// The sum of its counters' versions.
    pub version: i64,
}

/// What a look at the changes shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Bulletins whose counters moved under the mark looked from or a later one.
    pub moved: Vec<Moved>,
    /// The mark to look from next: below it every transaction that took one has ended.
    pub mark: i64,
    /// The bulletins that are paused.
    pub paused: Vec<BulletinId>,
    /// Another one whenever a channel is parked, resumed, or its quota is read.
    pub channels: String,
}

/// What changed under the mark `since` or a later one.
pub async fn get_changes(db: &mut Connection, since: i64) -> Result<Changes> {
    let around = sqlx::query!(
        r#"select change_horizon() + 1 as "mark!",
            array(select id from bulletins where paused_at is not null order by id) as "paused!",
            (select md5(string_agg(concat_ws(' ', id, parked_reason, parked_at, quota_limit, quota_used, last_webhook_at,
                rate_per_second), ';' order by id)) from channels) as channels"#
    )
    .fetch_one(&mut *db)
    .await?;
    let moved = sqlx::query_as!(
        Moved,
        r#"select b.id as "bulletin_id: BulletinId", sum(p.version)::bigint as "version!"
        from progress p join bulletins b on b.no = p.bulletin_no
        where p.bulletin_no = any (array(select distinct bulletin_no from progress where changed >= $1))
        group by b.id order by b.id"#,
        since,
    )
    .fetch_all(db)
    .await?;
    let paused = around.paused.into_iter().map(BulletinId).collect();
    Ok(Changes { moved, mark: around.mark, paused, channels: around.channels.unwrap_or_default() })
}

/// The version of one bulletin's counters; none while it has no deliveries.
pub async fn find_version(db: &mut Connection, bulletin: BulletinId) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!(
        "select sum(version)::bigint from progress where bulletin_no = (select no from bulletins where id = $1)",
        bulletin.0,
    )
    .fetch_one(db)
    .await?)
}

//! What stands in the queue, counted: for status, quotas and gauges.

use super::{Connection, Result};
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::outcome::ParkReason;
use crate::domain::time::Timestamp;

/// How many deliveries of a bulletin are claimed, by tier and channel: what is shown as *sending*.
pub async fn count_sending(
    db: &mut Connection,
    bulletin: BulletinId,
    scope: Option<&[i32]>,
) -> Result<Vec<(i16, i32, i64)>> {
    let rows = sqlx::query!(
        r#"select d.tier, d.channel_id, count(*) as "n!"
        from batches c cross join unnest(c.groups) as claimed(id)
            join deliveries d on d.bulletin_no = c.bulletin_no and d.group_id = claimed.id
        where c.bulletin_no = (select no from bulletins where id = $1) and c.epoch is not null and d.state = 'ready'
            and ($2::int[] is null or exists (select from groups g where g.id = d.group_id and g.path && $2))
        group by d.tier, d.channel_id"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tier, row.channel_id, row.n)).collect())
}

/// What waits on a channel.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// The channel.
    pub channel: ChannelId,
    /// Deliveries that are ready.
    pub ready: i64,
    /// When the turn of the oldest came that nobody has claimed, or of those that it became ready with.
    pub oldest: Option<Timestamp>,
    /// When the first retry is due, or was.
    pub due: Option<Timestamp>,
}

/// What waits on every channel.
pub async fn list_waiting(db: &mut Connection) -> Result<Vec<Waiting>> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"select c.id as "channel: ChannelId", coalesce(p.ready, 0) as "ready!", b.oldest as "oldest: Timestamp",
            d.due as "due: Timestamp"
        from channels c
            left join (select channel_id, sum(ready) as ready from progress where waiting + held + ready > 0 group by 1) p
                on p.channel_id = c.id
            left join (select channel_id, min(opened_at) as oldest from batches where epoch is null group by 1) b
                on b.channel_id = c.id
            left join (select channel_id, min(due_at) as due from deliveries where due_at is not null and state = 'ready'
                group by 1) d on d.channel_id = c.id"#,
    )
    .fetch_all(db)
    .await?)
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
pub async fn list_standing(db: &mut Connection) -> Result<Vec<Standing>> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select c.parked_reason as "reason: ParkReason", sum(p.ready) as "ready!"
        from progress p join channels c on c.id = p.channel_id join bulletins b on b.no = p.bulletin_no
        where p.waiting + p.held + p.ready > 0 and (c.parked_reason is not null or b.paused_at is not null)
        group by c.parked_reason"#,
    )
    .fetch_all(db)
    .await?)
}

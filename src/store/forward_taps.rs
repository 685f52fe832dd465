//! Taps on ส่งต่อ: into how many groups one went, and when those who tapped for nothing were last told so.

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, BulletinNo, ChannelId};
use crate::domain::time::Timestamp;

/// Into what a tap let a bulletin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TapReach {
    /// Groups that are linked to a LINE group.
    pub groups: i64,
    /// How many people are in those.
    pub people: i64,
    /// Groups that are not linked, so that it cannot be sent there.
    pub unlinked: i64,
}

/// Into what somebody let a bulletin at `now`, of these groups.
pub async fn count_forwarded(
    db: &mut Connection,
    bulletin: BulletinId,
    groups: &[i32],
    by: &Actor,
    now: Timestamp,
) -> Result<TapReach> {
    Ok(sqlx::query_as!(
        TapReach,
        r#"select count(recipient) as "groups!", coalesce(sum(members) filter (where recipient is not null), 0) as "people!: i64",
            count(*) - count(recipient) as "unlinked!"
        from deliveries
        where bulletin_no = (select no from bulletins where id = $1) and group_id = any ($2) and state = 'ready'
            and forwarded_by = $3 and turn_at = $4"#,
        bulletin.0,
        groups,
        by as &Actor,
        now as Timestamp,
    )
    .fetch_one(db)
    .await?)
}

/// Notes that a hint is given at a place now; false where one was within the last minute.
pub async fn take_hint(
    db: &mut Connection,
    bulletin: BulletinNo,
    channel: ChannelId,
    place: &str,
    now: Timestamp,
) -> Result<bool> {
    let taken = sqlx::query!(
        "insert into forward_hints as h (bulletin_no, channel_id, place, told_at) values ($1, $2, $3, $4)
        on conflict (bulletin_no, channel_id, place) do update set told_at = excluded.told_at
            where h.told_at <= excluded.told_at - interval '1 minute'",
        bulletin.0,
        channel.0,
        place,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Forgets hints given before `oldest`.
pub async fn delete_old_hints(db: &mut Connection, oldest: Timestamp) -> Result<u64> {
    let gone = sqlx::query!("delete from forward_hints where told_at < $1", oldest as Timestamp).execute(db).await?;
    Ok(gone.rows_affected())
}

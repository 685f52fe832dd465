//! How many members LINE groups have: LINE is asked behind the link, after people came or went, and until it says.
//!
//! A group whose count is to be asked for says from when on (`groups.count_due_at`). After each answer that is a while ahead, longer for
//! some and shorter for others, so that the questions about all groups spread over the time.

use std::time::Duration;

use super::{Connection, Result};
use crate::domain::ids::{ChannelId, GroupId};
use crate::domain::time::Timestamp;

/// A group whose members are to be counted.
#[derive(Clone, Debug)]
pub struct Due {
    /// The group.
    pub group: GroupId,
    /// The channel whose account is in it.
    pub channel: ChannelId,
    /// LINE's id of it.
    pub line_group_id: String,
}

/// Has the members of a LINE group counted, a minute after they were counted last at the soonest: many may come or go
/// within a minute, each with an event.
pub async fn ask_for_count(db: &mut Connection, channel: ChannelId, line_group_id: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update groups set count_due_at = least(count_due_at, greatest($3::timestamptz, counted_at + interval '1 minute'))
        where channel_id = $1 and line_group_id = $2",
        channel.0,
        line_group_id,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has every linked group that is not to be counted yet, such as those that a tree file linked with their members, counted at some time
/// within `every`.
pub async fn plan_counts(db: &mut Connection, every: Duration, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update groups set count_due_at = $1::timestamptz + make_interval(secs => $2 * random())
        where id in (
            select id from groups where line_group_id is not null and count_due_at is null and not retired for update skip locked)",
        now as Timestamp,
        every.as_secs_f64(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The groups whose members are to be counted now, at most `limit`, those first that have waited longest.
pub async fn list_due(db: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<Due>> {
    Ok(sqlx::query_as!(
        Due,
        r#"select id as "group: GroupId", channel_id as "channel!: ChannelId", line_group_id as "line_group_id!"
        from groups where count_due_at <= $1 and line_group_id is not null order by count_due_at, id limit $2"#,
        now as Timestamp,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Keeps what LINE said at `asked_at` of a LINE group, if it is still the group's: how many members it has and, where LINE
/// told, what they call it. About `every` later it is asked about again; what came in meanwhile stays due.
pub async fn update_line_facts(
    db: &mut Connection,
    due: &Due,
    members: i32,
    line_name: Option<&str>,
    asked_at: Timestamp,
    every: Duration,
) -> Result<()> {
    sqlx::query!(
        "update groups set members = $4, usual_members = greatest(usual_members, $4), line_name = coalesce($5, line_name),
            linked_name = coalesce(linked_name, $5), counted_at = $6, updated_at = $6,
            count_due_at = case when count_due_at > $6 then count_due_at
                else $6::timestamptz + make_interval(secs => $7 * (0.75 + random() / 2)) end
        where id = $1 and channel_id = $2 and line_group_id = $3",
        due.group.0,
        due.channel.0,
        due.line_group_id,
        members,
        line_name,
        asked_at as Timestamp,
        every.as_secs_f64(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Asks again at `at`, because LINE did not say.
pub async fn put_off_count(db: &mut Connection, due: &Due, at: Timestamp) -> Result<()> {
    sqlx::query!(
        "update groups set count_due_at = $4 where id = $1 and channel_id = $2 and line_group_id = $3",
        due.group.0,
        due.channel.0,
        due.line_group_id,
        at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

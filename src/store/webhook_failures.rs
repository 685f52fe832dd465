//! Webhook events that could not be worked on: tried again after a while, and set aside when that does not help.

use super::{Connection, Result};
use crate::domain::time::Timestamp;
use crate::store::webhook_events::Event;

/// After so many tries an event is set aside.
const MOST_TRIES: i32 = 3;

/// An event that was set aside.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its number.
    pub id: i64,
    /// The code of the channel whose webhook brought it.
    pub channel: String,
    /// What happened, as in [`Event::kind`].
    pub kind: String,
    /// The group to which the LINE group is linked now.
    pub group: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was set aside.
    pub failed_at: Timestamp,
    /// Why.
    pub because: String,
}

/// Leaves an event for later: a second after the first try, ten seconds after the next. With a reason the try counts, and
/// after the third the event is set aside; without one, something that passes stood in the way. Gives the number of an
/// event that was set aside now.
pub async fn put_off(db: &mut Connection, event: &Event, because: Option<&str>, now: Timestamp) -> Result<Option<i64>> {
    let failed = sqlx::query_scalar!(
        r#"update webhook_events set tries = tries + case when $3::text is null then 0 else 1 end,
            try_at = $4::timestamptz + case when tries = 0 then interval '1 second' else interval '10 seconds' end,
            failed_at = case when $3 is not null and tries + 1 >= $5 then $4 end,
            failed_because = case when $3 is not null and tries + 1 >= $5 then $3 end
        where channel_id = $1 and event_id = $2 and processed_at is null and failed_at is null
        returning case when failed_at is not null then id end as id"#,
        event.channel_id.0,
        event.event_id,
        because,
        now as Timestamp,
        MOST_TRIES,
    )
    .fetch_optional(db)
    .await?;
    Ok(failed.flatten())
}

/// The events that are set aside, newest first, older than `before`.
pub async fn list_failures(db: &mut Connection, before: Option<i64>, limit: i64) -> Result<Vec<Failure>> {
    Ok(sqlx::query_as!(
        Failure,
        r#"select e.id, c.code as channel, e.kind, g.code as "group?", e.occurred_at, e.failed_at as "failed_at!",
            e.failed_because as "because!"
        from webhook_events e join channels c on c.id = e.channel_id
            left join groups g on g.channel_id = e.channel_id and g.line_group_id = e.line_group_id
        where e.failed_at is not null and ($1::bigint is null or e.id < $1) order by e.id desc limit $2"#,
        before,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many events are set aside.
pub async fn count_failures(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from webhook_events where failed_at is not null"#)
        .fetch_one(db)
        .await?)
}

/// Has an event that was set aside worked on again, as if it had just come; gives whether there was one.
pub async fn retry_failure(db: &mut Connection, id: i64) -> Result<bool> {
    let again = sqlx::query!(
        "update webhook_events set failed_at = null, failed_because = null, tries = 0, try_at = null
        where id = $1 and failed_at is not null",
        id,
    )
    .execute(db)
    .await?;
    Ok(again.rows_affected() > 0)
}

//! Attempts: one row per LINE call that did not simply succeed; append-only.

use super::batches::keys;
use super::{Connection, Result};
use crate::domain::delivery::Reason;
use crate::domain::ids::DeliveryId;
use crate::domain::time::Timestamp;

/// One call to LINE that did not simply succeed.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Whose.
    pub delivery_id: DeliveryId,
    /// When the answer came, or the wait for it ended.
    pub at: Timestamp,
    /// The HTTP status, where there was one.
    pub status: Option<i16>,
    /// What it came to.
    pub reason: Option<Reason>,
    /// LINE's id of the request.
    pub line_request_id: Option<String>,
    /// How long the call took.
    pub milliseconds: i32,
    /// LINE's own words, shortened; never a token or a message.
    pub detail: Option<String>,
}

/// Appends attempts. `repeated`: an earlier try may have been committed, so those that are there already are left out.
pub async fn insert_attempts(db: &mut Connection, attempts: &[Attempt], repeated: bool) -> Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let (bulletins, groups) = keys(attempts.iter().map(|a| a.delivery_id));
    let ats: Vec<Timestamp> = attempts.iter().map(|a| a.at).collect();
    let statuses: Vec<Option<i16>> = attempts.iter().map(|a| a.status).collect();
    let reasons: Vec<Option<Reason>> = attempts.iter().map(|a| a.reason).collect();
    let requests: Vec<Option<String>> = attempts.iter().map(|a| a.line_request_id.clone()).collect();
    let times: Vec<i32> = attempts.iter().map(|a| a.milliseconds).collect();
    let details: Vec<Option<String>> = attempts.iter().map(|a| a.detail.clone()).collect();
    sqlx::query!(
        "insert into attempts (bulletin_no, group_id, at, status, reason, line_request_id, milliseconds, detail)
        select * from unnest($1::int[], $2::int[], $3::timestamptz[], $4::smallint[], $5::delivery_reason[], $6::text[],
            $7::integer[], $8::text[]) as a(bulletin_no, group_id, at)
        -- not of a month whose attempts are not kept any more
        where to_regclass('attempts_' || a.bulletin_no / 1000000) is not null and not ($9 and exists (
            select from attempts known
            where known.bulletin_no = a.bulletin_no and known.group_id = a.group_id and known.at = a.at))",
        &bulletins,
        &groups,
        &ats as &[Timestamp],
        &statuses as &[Option<i16>],
        &reasons as &[Option<Reason>],
        &requests as &[Option<String>],
        &times,
        &details as &[Option<String>],
        repeated,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The attempts of one delivery, oldest first.
pub async fn list_attempts(db: &mut Connection, delivery: DeliveryId) -> Result<Vec<Attempt>> {
    Ok(sqlx::query_as!(
        Attempt,
        r#"select $3::uuid as "delivery_id!: DeliveryId", at, status, reason, line_request_id, milliseconds, detail
        from attempts where bulletin_no = $1 and group_id = $2 order by id limit 200"#,
        delivery.bulletin_no().0,
        delivery.group().0,
        delivery.0,
    )
    .fetch_all(db)
    .await?)
}

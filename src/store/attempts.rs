//! Attempts: one row per LINE call that did not simply succeed; append-only.

use uuid::Uuid;

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

/// Appends attempts.
///
/// # Errors
/// When the database fails.
pub async fn insert_attempts(db: &mut Connection, attempts: &[Attempt]) -> Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = attempts.iter().map(|a| a.delivery_id.0).collect();
    let ats: Vec<Timestamp> = attempts.iter().map(|a| a.at).collect();
    let statuses: Vec<Option<i16>> = attempts.iter().map(|a| a.status).collect();
    let reasons: Vec<Option<Reason>> = attempts.iter().map(|a| a.reason).collect();
    let requests: Vec<Option<String>> = attempts.iter().map(|a| a.line_request_id.clone()).collect();
    let times: Vec<i32> = attempts.iter().map(|a| a.milliseconds).collect();
    let details: Vec<Option<String>> = attempts.iter().map(|a| a.detail.clone()).collect();
    sqlx::query!(
        "insert into attempts (delivery_id, at, status, reason, line_request_id, milliseconds, detail)
        select * from unnest($1::uuid[], $2::timestamptz[], $3::smallint[], $4::delivery_reason[], $5::text[],
            $6::integer[], $7::text[])",
        &ids,
        &ats as &[Timestamp],
        &statuses as &[Option<i16>],
        &reasons as &[Option<Reason>],
        &requests as &[Option<String>],
        &times,
        &details as &[Option<String>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The attempts of one delivery, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_attempts(db: &mut Connection, delivery: DeliveryId) -> Result<Vec<Attempt>> {
    Ok(sqlx::query_as!(
        Attempt,
        r#"select delivery_id as "delivery_id: DeliveryId", at, status, reason, line_request_id, milliseconds, detail
        from attempts where delivery_id = $1 order by id limit 200"#,
        delivery.0,
    )
    .fetch_all(db)
    .await?)
}

//! The audit: who did what, written in the transaction that does it, and chained by hash afterwards. Reading it is
//! [`super::audit_reading`], dropping what is old [`super::audit_dropping`].

use serde_json::Value;

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;

/// Writes down an act.
///
/// `act` is a verb, `subject` what it was done to.
pub async fn insert_entry(
    db: &mut Connection,
    now: Timestamp,
    actor: &Actor,
    act: &str,
    subject: &str,
    detail: &Value,
) -> Result<()> {
    sqlx::query!(
        "insert into audit (at, actor, act, subject, detail) values ($1, $2, $3, $4, $5)",
        now as Timestamp,
        actor as &Actor,
        act,
        subject,
        detail,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An act as it is told.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub act: String,
    /// More of it.
    pub detail: Value,
}

/// What was done to `subject`, in order; the newest `limit` acts.
pub async fn list_entries_of(db: &mut Connection, subject: &str, limit: i64) -> Result<Vec<Entry>> {
    let mut entries = sqlx::query_as!(
        Entry,
        "select at, actor, act, detail from audit where subject = $1 order by id desc limit $2",
        subject,
        limit,
    )
    .fetch_all(db)
    .await?;
    entries.reverse();
    Ok(entries)
}

/// Chains up to `limit` entries that are not sealed (`seal_entries`); gives how many were.
pub async fn seal_entries(db: &mut Connection, limit: i64) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select seal_entries($1) as "sealed!""#, limit).fetch_one(db).await?)
}

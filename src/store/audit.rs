//! The audit: who did what, written in the transaction that does it, and chained by hash afterwards. Reading it is
//! [`super::audit_reading`].

use serde_json::Value;

use super::{Connection, Result};
use crate::domain::time::Timestamp;

/// Writes down an act.
///
/// `actor` names a person or key (`key:NAME`, `cli`, `upkeep`), `act` a verb, `subject` what it was done to.
///
/// # Errors
/// When the database fails.
pub async fn insert_entry(
    db: &mut Connection,
    now: Timestamp,
    actor: &str,
    act: &str,
    subject: &str,
    detail: &Value,
) -> Result<()> {
    sqlx::query!(
        "insert into audit (at, actor, act, subject, detail) values ($1, $2, $3, $4, $5)",
        now as Timestamp,
        actor,
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
    pub actor: String,
    /// What.
    pub act: String,
    /// More of it.
    pub detail: Value,
}

/// What was done to `subject`, in order; the newest `limit` acts.
///
/// # Errors
/// When the database fails.
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

/// Chains up to `limit` entries that are not sealed: each seal is the SHA-256 of the seal before and the entry. The
/// order of sealing is kept, as entries may become visible out of the order of their ids.
///
/// One at a time seals, so that there is one chain; gives how many were sealed.
///
/// # Errors
/// When the database fails.
pub async fn seal_entries(db: &mut Connection, limit: i64) -> Result<u64> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('gcc_relay audit seal', 3))")
        .fetch_all(&mut *db)
        .await?;
    let sealed = sqlx::query!(
        r#"with recursive fresh as (
            select id, row_number() over (order by id) as n, audit_entry_bytes(unsealed) as entry
            from audit unsealed where seal is null order by id limit $1
        ), chain as (
            select 0::bigint as n, null::bigint as id, coalesce(max(sealed_no), 0) as sealed_no,
                coalesce((select seal from audit where seal is not null order by sealed_no desc limit 1), '') as seal
            from audit where seal is not null
            union all
            select fresh.n, fresh.id, chain.sealed_no + 1, sha256(chain.seal || fresh.entry)
            from chain join fresh on fresh.n = chain.n + 1
        )
        update audit set seal = chain.seal, sealed_no = chain.sealed_no from chain where audit.id = chain.id"#,
        limit,
    )
    .execute(db)
    .await?;
    Ok(sealed.rows_affected())
}

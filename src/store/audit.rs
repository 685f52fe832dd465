//! The audit: who did what, written in the transaction that does it, and chained by hash afterwards.

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

/// Chains up to `limit` entries that are not sealed: each seal is the SHA-256 of the seal before and the entry.
///
/// Only the leader calls it, so that there is one chain; gives how many were sealed.
///
/// # Errors
/// When the database fails.
pub async fn seal_entries(db: &mut Connection, limit: i64) -> Result<u64> {
    let sealed = sqlx::query!(
        r#"with recursive fresh as (
            select id, row_number() over (order by id) as n,
                convert_to(concat_ws('|', id, extract(epoch from at), actor, act, subject, detail), 'UTF8') as entry
            from (select * from audit where seal is null order by id limit $1) unsealed
        ), chain as (
            select 0::bigint as n, null::bigint as id,
                coalesce((select seal from audit where seal is not null order by id desc limit 1), '') as seal
            union all
            select fresh.n, fresh.id, sha256(chain.seal || fresh.entry)
            from chain join fresh on fresh.n = chain.n + 1
        )
        update audit set seal = chain.seal from chain where audit.id = chain.id"#,
        limit,
    )
    .execute(db)
    .await?;
    Ok(sealed.rows_affected())
}

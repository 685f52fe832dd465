//! Dropping entries of the audit that were kept long enough.
//!
//! Only the beginning of the chain of seals is ever dropped. That it was is itself an entry, `audit_drop`, written in the same
//! transaction and sealed in it: it keeps the place and the seal of the last entry that went, from which the rest of the chain is proved
//! ([`check_seals`](super::audit_reading::check_seals)). The database deletes nothing that no such entry names
//! (`audit_append_only`).

use serde_json::json;

use super::audit::{insert_entry, seal_entries};
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;

/// Entries sealed in the transaction of a dropping: many more than ever wait.
const SEALS: i64 = 10_000;

/// Drops up to `limit` entries from the beginning of the chain, as far as all of them are older than `before`; gives how many.
///
/// The last entry of the chain always stays, as the next seal is made from it. What is not sealed stays.
pub async fn drop_entries(
    db: &mut Connection,
    by: &Actor,
    before: Timestamp,
    limit: i64,
    now: Timestamp,
) -> Result<i64> {
    // nobody seals or drops meanwhile
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('gcc_relay audit seal', 3))")
        .fetch_all(&mut *db)
        .await?;
    let old = sqlx::query!(
        r#"with oldest as (
            select sealed_no, at, seal from audit where sealed_no is not null order by sealed_no limit $2::bigint + 1
        ), old as (
            select sealed_no, seal from oldest
            where sealed_no < (select max(sealed_no) from oldest)
                and sealed_no < all (select sealed_no from oldest where at >= $1)
        )
        select sealed_no as "last!", encode(seal, 'hex') as "seal!", (select min(sealed_no) from old) as "first!",
            (select count(*) from old) as "entries!"
        from old order by sealed_no desc limit 1"#,
        before as Timestamp,
        limit,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(old) = old else { return Ok(0) };
    let detail = json!({
        "first": old.first, "last": old.last, "entries": old.entries, "before": before, "seal": old.seal,
    });
    insert_entry(db, now, by, "audit_drop", "audit", &detail).await?;
    sqlx::query!("delete from audit where sealed_no <= $1", old.last).execute(&mut *db).await?;
    // from now on a change of that entry shows
    seal_entries(db, SEALS).await?;
    Ok(old.entries)
}

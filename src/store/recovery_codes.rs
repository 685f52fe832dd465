//! Recovery codes of accounts: kept as hashes, each used once.

use super::{Connection, Result};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// Puts new codes in place of all that are left. Of a used one that its owner has not seen yet it stays known.
pub async fn replace_recovery_codes(
    db: &mut Connection,
    account: AccountId,
    hashes: &[Vec<u8>],
    now: Timestamp,
) -> Result<()> {
    delete_recovery_codes(db, account).await?;
    sqlx::query!(
        "insert into recovery_codes (account_id, code_sha256, made_at) select $1, hash, $3 from unnest($2::bytea[]) hash",
        account.0,
        hashes,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the codes away that are left.
pub async fn delete_recovery_codes(db: &mut Connection, account: AccountId) -> Result<()> {
    sqlx::query!(
        "delete from recovery_codes where account_id = $1 and (used_at is null or seen_at is not null)",
        account.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses a code; false where there is none, or it was used, also by another node a moment ago.
pub async fn use_recovery_code(db: &mut Connection, account: AccountId, sha256: &[u8], now: Timestamp) -> Result<bool> {
    let used = sqlx::query!(
        "update recovery_codes set used_at = $3 where account_id = $1 and code_sha256 = $2 and used_at is null",
        account.0,
        sha256,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// How many codes are left.
pub async fn count_recovery_codes(db: &mut Connection, account: AccountId) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes where account_id = $1 and used_at is null"#,
        account.0,
    )
    .fetch_one(db)
    .await?)
}

/// When a code was last used of which the owner has not yet said to have seen it.
pub async fn find_unseen_use(db: &mut Connection, account: AccountId) -> Result<Option<Timestamp>> {
    Ok(sqlx::query_scalar!(
        r#"select max(used_at) as "at: Timestamp" from recovery_codes where account_id = $1 and seen_at is null"#,
        account.0,
    )
    .fetch_one(db)
    .await?)
}

/// The owner has seen that codes were used; gives how many.
pub async fn mark_used_codes_seen(db: &mut Connection, account: AccountId, now: Timestamp) -> Result<u64> {
    let seen = sqlx::query!(
        "update recovery_codes set seen_at = $2 where account_id = $1 and used_at is not null and seen_at is null",
        account.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(seen.rows_affected())
}

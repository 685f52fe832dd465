//! Devices on which somebody has signed in before, by the hash of their cookie.

use std::time::Duration;

use super::{Connection, Result};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// How long a device stays known on which nobody signs in.
pub const LASTS: Duration = Duration::from_hours(180 * 24);
/// Devices that are known of one account at most; the one not used for longest makes room.
const MOST: i64 = 20;

/// Whether somebody has signed in to the account on the device since `after`.
pub async fn is_known(db: &mut Connection, token_sha256: &[u8], account: AccountId, after: Timestamp) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from known_devices where token_sha256 = $1 and account_id = $2 and seen_at > $3)
            as "known!""#,
        token_sha256,
        account.0,
        after as Timestamp,
    )
    .fetch_one(db)
    .await?)
}

/// Whether the cookie is one that a node gave out, for whichever account.
pub async fn is_issued(db: &mut Connection, token_sha256: &[u8]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from known_devices where token_sha256 = $1) as "issued!""#,
        token_sha256,
    )
    .fetch_one(db)
    .await?)
}

/// Notes that somebody signed in to the account on the device.
pub async fn remember(db: &mut Connection, token_sha256: &[u8], account: AccountId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into known_devices (token_sha256, account_id, seen_at) values ($1, $2, $3)
        on conflict (token_sha256, account_id) do update set seen_at = excluded.seen_at",
        token_sha256,
        account.0,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from known_devices where account_id = $1 and token_sha256 in
            (select token_sha256 from known_devices where account_id = $1 order by seen_at desc offset $2)",
        account.0,
        MOST,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the devices of an account, all but `kept`.
pub async fn forget_others(db: &mut Connection, account: AccountId, kept: Option<&[u8]>) -> Result<()> {
    sqlx::query!(
        "delete from known_devices where account_id = $1 and ($2::bytea is null or token_sha256 <> $2)",
        account.0,
        kept,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets devices on which nobody has signed in since `before`, at most `limit` rows; gives how many.
pub async fn delete_old(db: &mut Connection, before: Timestamp, limit: i64) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from known_devices where (token_sha256, account_id) in
            (select token_sha256, account_id from known_devices where seen_at <= $1 order by seen_at limit $2)",
        before as Timestamp,
        limit,
    );
    Ok(gone.execute(db).await?.rows_affected())
}

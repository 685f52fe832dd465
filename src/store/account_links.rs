//! One-time links: the hash of a token that sets one account's password, once, until it expires.

use super::{Connection, Result};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// Keeps a new link; the older ones of the account stop working.
pub async fn insert_link(
    db: &mut Connection,
    account: AccountId,
    token_sha256: &[u8],
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    expire_links(&mut *db, account, now).await?;
    sqlx::query!(
        "insert into account_links (token_sha256, account_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_sha256,
        account.0,
        now as Timestamp,
        expires_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets no link of an account work any more.
pub async fn expire_links(db: &mut Connection, account: AccountId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update account_links set expires_at = $2 where account_id = $1 and used_at is null and expires_at > $2",
        account.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The account that a link works for at `now`.
pub async fn find_link(db: &mut Connection, token_sha256: &[u8], now: Timestamp) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar!(
        r#"select account_id as "id: AccountId" from account_links
        where token_sha256 = $1 and used_at is null and expires_at > $2"#,
        token_sha256,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// Uses a link; false where it does not work, or somebody used it a moment ago.
pub async fn use_link(db: &mut Connection, token_sha256: &[u8], now: Timestamp) -> Result<bool> {
    let used = sqlx::query!(
        "update account_links set used_at = $2 where token_sha256 = $1 and used_at is null and expires_at > $2",
        token_sha256,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Removes links that have not worked since `oldest`, at most `limit` rows; gives how many.
pub async fn delete_expired(db: &mut Connection, oldest: Timestamp, limit: i64) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from account_links where token_sha256 in
            (select token_sha256 from account_links where expires_at <= $1 order by expires_at limit $2)",
        oldest as Timestamp,
        limit,
    );
    Ok(gone.execute(db).await?.rows_affected())
}

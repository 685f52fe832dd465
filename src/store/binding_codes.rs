//! Binding codes: the word that proves, typed in the chat of two, whose account the person is. One use, and only the code's hash
//! is kept.

use super::{Connection, Result};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// Keeps a new code for an account; older ones of it stop working.
pub async fn insert_binding_code(
    db: &mut Connection,
    sha256: &[u8],
    account: AccountId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update binding_codes set expires_at = $2 where account_id = $1 and used_at is null and expires_at > $2",
        account.0,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into binding_codes (code_sha256, account_id, created_at, expires_at) values ($1, $2, $3, $4)",
        sha256,
        account.0,
        now as Timestamp,
        expires_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The account whose code this is.
#[derive(Clone, Debug)]
pub struct AccountOfCode {
    /// The account.
    pub account: AccountId,
    /// The name with which it signs in.
    pub username: String,
    /// What pages call it.
    pub title: String,
    /// Whether it forwards by a tap: a steward's.
    pub forwards: bool,
}

/// Uses up a code that is good now, of a steward's or coordinator's account that works; gives that account.
pub async fn use_binding_code(db: &mut Connection, sha256: &[u8], now: Timestamp) -> Result<Option<AccountOfCode>> {
    Ok(sqlx::query_as!(
        AccountOfCode,
        r#"update binding_codes c set used_at = $2 from accounts a
        where c.code_sha256 = $1 and c.used_at is null and c.expires_at > $2 and a.id = c.account_id and a.role in ('steward', 'coordinator')
            and a.disabled_at is null and (a.valid_from is null or a.valid_from <= $2)
            and (a.valid_until is null or a.valid_until > $2)
        returning a.id as "account: AccountId", a.username, a.display_name as title,
            a.role = 'steward' as "forwards!""#,
        sha256,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// The account for which a code was made once, whether or not it is good any more.
pub async fn find_account_of_code(db: &mut Connection, sha256: &[u8]) -> Result<Option<AccountOfCode>> {
    Ok(sqlx::query_as!(
        AccountOfCode,
        r#"select a.id as "account: AccountId", a.username, a.display_name as title,
            a.role = 'steward' as "forwards!"
        from binding_codes c join accounts a on a.id = c.account_id where c.code_sha256 = $1"#,
        sha256,
    )
    .fetch_optional(db)
    .await?)
}

/// Lets a code work no more that was typed where others read it; false where there was none that worked.
pub async fn spoil_binding_code(db: &mut Connection, sha256: &[u8], now: Timestamp) -> Result<bool> {
    let spoilt = sqlx::query!(
        "update binding_codes set expires_at = $2 where code_sha256 = $1 and used_at is null and expires_at > $2",
        sha256,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(spoilt.rows_affected() == 1)
}

/// Forgets codes that ended before `oldest`.
pub async fn delete_old_codes(db: &mut Connection, oldest: Timestamp) -> Result<u64> {
    let gone = sqlx::query!("delete from binding_codes where expires_at < $1", oldest as Timestamp).execute(db).await?;
    Ok(gone.rows_affected())
}

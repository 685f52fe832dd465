//! Sessions: one row per device that is signed in, found by the hash of its cookie.

use serde_json::Value;
use uuid::Uuid;

use super::{Connection, Result};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// How long a session may last.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Without being used, in seconds; of one that is not remembered.
    pub idle_seconds: f64,
}

/// What is kept of a session.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Whose it is; none before the last step of signing in.
    pub account: Option<AccountId>,
    /// What it holds.
    pub data: Value,
    /// Whether it stays however long it is idle.
    pub remembered: bool,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A device in its owner's list.
#[derive(Clone, Debug)]
pub struct Device {
    /// How the list names it.
    pub handle: Uuid,
    /// What the browser calls itself, shortened.
    pub device: String,
    /// Whether it stays signed in however long it is idle.
    pub remembered: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub this_one: bool,
}

/// Writes a session, new or changed.
pub async fn save_session(
    db: &mut Connection,
    id_sha256: &[u8],
    session: &StoredSession,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into sessions (id_sha256, account_id, data, remembered, created_at, last_seen_at, expires_at)
        values ($1, $2, $3, $4, $5, $5, $6)
        on conflict (id_sha256) do update set account_id = excluded.account_id, data = excluded.data,
            remembered = excluded.remembered, last_seen_at = excluded.last_seen_at,
            expires_at = excluded.expires_at",
        id_sha256,
        session.account.map(|id| id.0),
        session.data,
        session.remembered,
        now as Timestamp,
        session.expires_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A session that has not ended, with the time it was last noted as used.
pub async fn find_session(
    db: &mut Connection,
    id_sha256: &[u8],
    limits: Limits,
    now: Timestamp,
) -> Result<Option<(StoredSession, Timestamp)>> {
    let row = sqlx::query!(
        r#"select account_id as "account: AccountId", data, remembered, expires_at as "expires_at: Timestamp",
            last_seen_at as "last_seen_at: Timestamp"
        from sessions where id_sha256 = $1 and expires_at > $2
            and (remembered or last_seen_at > $2::timestamptz - make_interval(secs => $3))"#,
        id_sha256,
        now as Timestamp,
        limits.idle_seconds,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let kept = StoredSession {
            account: row.account,
            data: row.data,
            remembered: row.remembered,
            expires_at: row.expires_at,
        };
        (kept, row.last_seen_at)
    }))
}

/// Notes that a session was used, and by what.
pub async fn touch_session(db: &mut Connection, id_sha256: &[u8], now: Timestamp) -> Result<()> {
    sqlx::query!("update sessions set last_seen_at = $2 where id_sha256 = $1", id_sha256, now as Timestamp)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes what the browser of a session calls itself.
pub async fn update_device(db: &mut Connection, id_sha256: &[u8], device: &str) -> Result<()> {
    sqlx::query!("update sessions set device = $2 where id_sha256 = $1", id_sha256, device).execute(db).await?;
    Ok(())
}

/// Ends a session.
pub async fn delete_session(db: &mut Connection, id_sha256: &[u8]) -> Result<()> {
    sqlx::query!("delete from sessions where id_sha256 = $1", id_sha256).execute(db).await?;
    Ok(())
}

/// The devices on which an account is signed in, the one used last first; `this` is the one that asks.
pub async fn list_devices(
    db: &mut Connection,
    account: AccountId,
    this: &[u8],
    limits: Limits,
    now: Timestamp,
) -> Result<Vec<Device>> {
    Ok(sqlx::query_as!(
        Device,
        r#"select handle, device, remembered, created_at, last_seen_at, id_sha256 = $2 as "this_one!"
        from sessions where account_id = $1 and expires_at > $3
            and (remembered or last_seen_at > $3::timestamptz - make_interval(secs => $4))
        order by last_seen_at desc limit 100"#,
        account.0,
        this,
        now as Timestamp,
        limits.idle_seconds,
    )
    .fetch_all(db)
    .await?)
}

/// Signs one of an account's devices out; gives how many (0 or 1).
pub async fn delete_device(db: &mut Connection, account: AccountId, handle: Uuid) -> Result<u64> {
    let gone = sqlx::query!("delete from sessions where account_id = $1 and handle = $2", account.0, handle);
    Ok(gone.execute(db).await?.rows_affected())
}

/// Signs an account out everywhere but in the session `kept`, if any; gives how many devices.
pub async fn delete_others(db: &mut Connection, account: AccountId, kept: Option<&[u8]>) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from sessions where account_id = $1 and ($2::bytea is null or id_sha256 <> $2)",
        account.0,
        kept,
    );
    Ok(gone.execute(db).await?.rows_affected())
}

/// Removes what has ended, at most `limit` rows; gives how many.
pub async fn delete_ended(db: &mut Connection, now: Timestamp, limit: i64) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from sessions where id_sha256 in
            (select id_sha256 from sessions where expires_at <= $1 order by expires_at limit $2)",
        now as Timestamp,
        limit,
    );
    Ok(gone.execute(db).await?.rows_affected())
}

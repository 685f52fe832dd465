//! Questions about the database itself: can it be reached, what is it, and is a session of it really ours.
//!
//! Asked by `app` when it opens a database, and by `doctor`.

use sqlx::Connection as _;

use super::{Connection, Hosts, Result};

/// A number for the advisory lock that is tried out; nobody else uses it.
const TRIAL: i64 = 0x0067_6363_7472_7931;

/// Tries one connection to `url`, because a pool only says that its time was over and not why.
///
/// # Errors
/// Why the database cannot be reached.
pub async fn try_reach(url: &str) -> Result<()> {
    Ok(Hosts::parse(url)?.connect("gcc-relay", &Vec::new()).await?.close().await?)
}

/// The database's version, such as `15.18`, and whether it can be written to.
///
/// # Errors
/// When the database fails.
pub async fn get_version(db: &mut Connection) -> Result<(String, bool)> {
    let row = sqlx::query!(
        r#"select split_part(current_setting('server_version'), ' ', 1) as "version!",
            not pg_is_in_recovery() as "writable!""#
    )
    .fetch_one(db)
    .await?;
    Ok((row.version, row.writable))
}

/// Whether a lock that `session` takes in one statement is still its own in the next ones, and another's is refused.
///
/// Behind a pooler that hands sessions out by the transaction it is not, and a node's locks would mean nothing.
///
/// # Errors
/// When the database fails.
pub async fn keeps_session_locks(session: &mut Connection, other: &mut Connection) -> Result<bool> {
    let backend = sqlx::query_scalar!(r#"select pg_backend_pid() as "pid!" from pg_advisory_lock($1)"#, TRIAL)
        .fetch_one(&mut *session)
        .await?;
    let refused = !sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "got!""#, TRIAL).fetch_one(other).await?;
    let kept =
        sqlx::query_scalar!(r#"select pg_backend_pid() = $2 and pg_advisory_unlock($1) as "kept!""#, TRIAL, backend)
            .fetch_one(session)
            .await?;
    Ok(refused && kept)
}

//! Questions about the database itself: can it be reached, what is it, and is a session of it really ours.
//!
//! Asked by `app` when it opens a database, and by `doctor`.

use std::time::Duration;

use sqlx::{Connection as _, Row as _};

use super::locks::count_nodes;
use super::node_connection::settings;
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
/// Behind a pooler that hands sessions out by the transaction it is not, and a node's locks would mean nothing. Asked
/// without prepared statements, which such a pooler mixes up.
pub async fn keeps_session_locks(session: &mut Connection, other: &mut Connection) -> Result<bool> {
    let lock = format!("select pg_backend_pid() from pg_advisory_lock({TRIAL})");
    let backend: i32 = ask(session, lock).await?;
    let refused = !ask::<bool>(other, format!("select pg_try_advisory_lock({TRIAL})")).await?;
    let unlock = format!("select pg_backend_pid() = {backend} and pg_advisory_unlock({TRIAL})");
    let kept: bool = ask(session, unlock).await?;
    for connection in [session, other] {
        ask::<i32>(connection, "select 1 from pg_advisory_unlock_all()".to_owned()).await?;
    }
    Ok(refused && kept)
}

/// Asks for one value, in words only.
async fn ask<T>(db: &mut Connection, sql: String) -> Result<T>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    Ok(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_one(db).await?.try_get(0)?)
}

/// A setting that was made for a session and does not hold in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {found} and not {wanted}")]
pub struct LostSetting {
    name: &'static str,
    wanted: String,
    found: String,
}

/// What was set when `session` was opened, so that the database notices a frozen or dead node, and does not hold: a
/// pooler on the way has swallowed it.
pub async fn list_lost_settings(session: &mut Connection, keepalive: Duration) -> Result<Vec<LostSetting>> {
    // without a network there is nothing to keep alive
    let network: bool = ask(session, "select inet_server_addr() is not null".to_owned()).await?;
    let mut lost = Vec::new();
    for (name, wanted) in settings(keepalive) {
        if !name.ends_with("timeout") || (!network && name.starts_with("tcp_")) {
            continue;
        }
        let found: String = ask(session, format!("select setting from pg_settings where name = '{name}'")).await?;
        if found != wanted {
            lost.push(LostSetting { name, wanted, found });
        }
    }
    Ok(lost)
}

/// How many connections the database has room for, and who uses them.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Connections that it lets in from those who are no superusers.
    pub connections: i64,
    /// Nodes that are alive on it.
    pub nodes: i64,
}

/// Looks how much room there is.
pub async fn get_room(db: &mut Connection) -> Result<Room> {
    let connections = sqlx::query_scalar!(
        r#"select current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
            - coalesce(current_setting('reserved_connections', true)::bigint, 0) as "room!""#
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(Room { connections, nodes: count_nodes(db).await? })
}

/// Whether the database takes Thai letters for letters. Where its locale is `C` it does not, and no index narrows a search for Thai words.
pub async fn knows_thai_letters(db: &mut Connection) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select cardinality(show_trgm('น้ำท่วม')) > 3 as "known!""#).fetch_one(db).await?)
}

/// Whether a commit survives the loss of the primary.
#[derive(Clone, Debug)]
pub struct Durability {
    /// `synchronous_commit`.
    pub commit: String,
    /// `synchronous_standby_names`; empty where no standby is waited for.
    pub names: String,
    /// Standbys that are connected.
    pub standbys: i64,
}

/// Looks whether a commit waits for a standby.
pub async fn get_durability(db: &mut Connection) -> Result<Durability> {
    Ok(sqlx::query_as!(
        Durability,
        r#"select current_setting('synchronous_commit') as "commit!",
            current_setting('synchronous_standby_names') as "names!",
            (select count(*) from pg_stat_replication) as "standbys!""#
    )
    .fetch_one(db)
    .await?)
}

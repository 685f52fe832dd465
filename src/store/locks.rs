//! Advisory locks of the cluster: which node holds which channel, which leads, which are alive.
//!
//! They belong to a session: all of one node's are held by one direct connection, and go when it does.

use super::{Connection, Result};
use crate::domain::ids::ChannelId;

const CHANNEL: i32 = 0x6763_6301;
const NODE: i32 = 0x6763_6302;
const LEADER: i32 = 0x6763_6303;

/// Tries to become the one sender's node of `channel`.
///
/// # Errors
/// When the database fails.
pub async fn try_hold_channel(db: &mut Connection, channel: ChannelId) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select pg_try_advisory_lock($1, $2) as "held!""#, CHANNEL, channel.0)
        .fetch_one(db)
        .await?)
}

/// Lets `channel` go.
///
/// # Errors
/// When the database fails.
pub async fn release_channel(db: &mut Connection, channel: ChannelId) -> Result<()> {
    sqlx::query!("select pg_advisory_unlock($1, $2)", CHANNEL, channel.0).fetch_all(db).await?;
    Ok(())
}

/// Tries to become, or stays, the node that does the upkeep.
///
/// # Errors
/// When the database fails.
pub async fn try_lead(db: &mut Connection) -> Result<bool> {
    let held = sqlx::query_scalar!(
        r#"select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            and classid::bigint = $1 and granted) as "held!""#,
        i64::from(LEADER),
    )
    .fetch_one(&mut *db)
    .await?;
    if held {
        return Ok(true);
    }
    Ok(sqlx::query_scalar!(r#"select pg_try_advisory_lock($1, 0) as "held!""#, LEADER).fetch_one(db).await?)
}

/// Shows this session as a living node.
///
/// # Errors
/// When the database fails.
pub async fn join_nodes(db: &mut Connection) -> Result<()> {
    sqlx::query!("select pg_advisory_lock($1, pg_backend_pid())", NODE).fetch_all(db).await?;
    Ok(())
}

/// How many nodes are alive on this database.
///
/// # Errors
/// When the database fails.
pub async fn count_nodes(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from pg_locks where locktype = 'advisory' and classid::bigint = $1 and granted
            and database = (select oid from pg_database where datname = current_database())"#,
        i64::from(NODE),
    )
    .fetch_one(db)
    .await?)
}

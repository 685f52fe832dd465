//! Advisory locks, all of them but those of one noun alone (an idempotency key, the seal of the audit).
//!
//! Which node holds which channel, which leads, which are alive: these belong to a session. All of one node's are held
//! by one direct connection, and go when it does.
//!
//! The lock of the links belongs to a transaction. What copies links into deliveries (publish, retry, test send) shares
//! it; what changes links holds it alone. Without it, a link that commits during a publish is lost: the link cannot see
//! the new deliveries, and the publish has read the old link. The order of locks everywhere: the tree's tables, links,
//! what is heard in a LINE group, bulletins, channels, deliveries, progress.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Connection, Result};
use crate::domain::ids::{BulletinId, ChannelId};

const CHANNEL: i32 = 0x6763_6301;
const NODE: i32 = 0x6763_6302;
const LEADER: i32 = 0x6763_6303;
const LINKS: i32 = 0x6763_6304;

/// Tries to become the one node that sends on these channels, on `most` of them; gives those that nobody else has.
pub async fn try_hold_channels(db: &mut Connection, wanted: &[ChannelId], most: usize) -> Result<Vec<ChannelId>> {
    let ids: Vec<i32> = wanted.iter().map(|channel| channel.0).collect();
    // row by row, so that no lock is taken beyond the last that is given
    Ok(sqlx::query_scalar!(
        r#"select id as "id!: ChannelId" from unnest($2::int[]) as wanted(id) where pg_try_advisory_lock($1, id) limit $3"#,
        CHANNEL,
        &ids,
        i64::try_from(most).unwrap_or(i64::MAX),
    )
    .fetch_all(db)
    .await?)
}

/// The database's number of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPid(i32);

/// The number of this session.
pub async fn get_pid(db: &mut Connection) -> Result<SessionPid> {
    Ok(SessionPid(sqlx::query_scalar!(r#"select pg_backend_pid() as "pid!""#).fetch_one(db).await?))
}

/// Whether the session `pid` holds `channel` now.
pub async fn session_holds_channel(db: &mut Connection, pid: SessionPid, channel: ChannelId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from pg_locks where locktype = 'advisory' and pid = $1 and granted
            and database = (select oid from pg_database where datname = current_database())
            and classid::bigint = $2 and objid::bigint = $3 and objsubid = 2) as "held!""#,
        pid.0,
        i64::from(CHANNEL),
        i64::from(channel.0),
    )
    .fetch_one(db)
    .await?)
}

/// Lets `channel` go.
pub async fn release_channel(db: &mut Connection, channel: ChannelId) -> Result<()> {
    sqlx::query!("select pg_advisory_unlock($1, $2)", CHANNEL, channel.0).fetch_all(db).await?;
    Ok(())
}

/// Tries to become, or stays, the node that does the upkeep.
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

/// Leaves the upkeep to another node, where this one does it.
pub async fn stop_leading(db: &mut Connection) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_unlock($1, 0) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            and classid::bigint = $2 and granted",
        LEADER,
        i64::from(LEADER),
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Shows this session as a living node.
pub async fn join_nodes(db: &mut Connection) -> Result<()> {
    sqlx::query!("select pg_advisory_lock($1, pg_backend_pid())", NODE).fetch_all(db).await?;
    Ok(())
}

/// How many nodes are alive on this database.
pub async fn count_nodes(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from pg_locks where locktype = 'advisory' and classid::bigint = $1 and granted
            and database = (select oid from pg_database where datname = current_database())"#,
        i64::from(NODE),
    )
    .fetch_one(db)
    .await?)
}

/// Keeps links as they are until the transaction ends: for whoever copies them into deliveries. Taken before any other
/// lock of the engine.
pub async fn share_links(db: &mut Connection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared($1, 0)", LINKS).fetch_all(db).await?;
    Ok(())
}

/// Keeps everybody else from copying or changing links until the transaction ends: for whoever changes them.
pub async fn lock_links(db: &mut Connection) -> Result<()> {
    // an import holds this table when it asks for the links
    sqlx::query!("lock table groups in row exclusive mode").execute(&mut *db).await?;
    sqlx::query!("select pg_advisory_xact_lock($1, 0)", LINKS).fetch_all(db).await?;
    Ok(())
}

/// Keeps other messages of one LINE group from being booked until the transaction ends: LINE tells of a message and of its taking
/// back apart, and two nodes may work on them at once.
pub async fn lock_heard(db: &mut Connection, channel: ChannelId, line_group_id: &str) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($2, $1::bigint << 8 | 2))",
        i64::from(channel.0),
        line_group_id
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// The locks of bulletins: held, shared or alone, until the transaction ends in which they were taken. Whoever moves deliveries
/// shows it; [`record_accepted`](super::record::record_accepted) takes them itself.
#[derive(Debug)]
#[must_use]
pub struct BulletinsLocked(());

/// Takes the shared locks of the bulletins, in id order: bulk commands hold the exclusive one.
pub async fn lock_bulletins_shared(db: &mut Connection, bulletins: &[BulletinId]) -> Result<BulletinsLocked> {
    let ids = in_order(bulletins);
    sqlx::query!(
        "select pg_advisory_xact_lock_shared(hashtextextended(id::text, 1))
        from (select id from unnest($1::uuid[]) with ordinality as x(id, n) order by n) as ordered",
        &ids,
    )
    .fetch_all(db)
    .await?;
    Ok(BulletinsLocked(()))
}

/// Takes the shared locks of those of the bulletins that nobody holds alone, without waiting; gives the others.
pub async fn try_lock_bulletins_shared(
    db: &mut Connection,
    bulletins: &[BulletinId],
) -> Result<(BulletinsLocked, HashSet<BulletinId>)> {
    let ids = in_order(bulletins);
    let busy = sqlx::query_scalar!(
        r#"select id as "id!: BulletinId" from (
            select id, pg_try_advisory_xact_lock_shared(hashtextextended(id::text, 1)) as free
            from unnest($1::uuid[]) as named(id)
        ) as tried where not free"#,
        &ids,
    )
    .fetch_all(db)
    .await?;
    Ok((BulletinsLocked(()), busy.into_iter().collect()))
}

/// Takes the exclusive lock of one bulletin: nothing else moves its deliveries until the transaction ends.
pub async fn lock_bulletin(db: &mut Connection, bulletin: BulletinId) -> Result<BulletinsLocked> {
    lock_bulletins(db, &[bulletin]).await
}

/// Takes the exclusive locks of several bulletins, in id order. Where a digest carries one, what becomes of the digest moves its
/// deliveries as well, so that one's lock is taken too.
pub async fn lock_bulletins(db: &mut Connection, bulletins: &[BulletinId]) -> Result<BulletinsLocked> {
    let ids = in_order(bulletins);
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended(id::text, 1))
        from (select id from unnest($1::uuid[]) as named(id)
            union select digest_id from bulletins where id = any ($1) and digest_id is not null order by id) as ordered",
        &ids,
    )
    .fetch_all(db)
    .await?;
    Ok(BulletinsLocked(()))
}

/// The order in which everybody takes the bulletins' locks.
fn in_order(bulletins: &[BulletinId]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = bulletins.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Keeps the dispatchers concerned from claiming anything until the transaction ends: what moves deliveries of `groups` to
/// `new_channels` takes this just before it looks which of them are claimed. Concerned are these channels, and those on
/// which open deliveries of the groups are now.
pub async fn lock_claims(db: &mut Connection, groups: &[i32], new_channels: &[i32]) -> Result<()> {
    sqlx::query!(
        "select id from channels
        where id = any ($2) or id in (
            select d.channel_id from deliveries d
            where d.bulletin_no in (select bulletin_no from progress where waiting + held + ready > 0)
                and d.group_id = any ($1) and d.state in ('waiting', 'held', 'ready'))
        order by id for no key update",
        groups,
        new_channels,
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

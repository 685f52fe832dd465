//! What `doctor` asks of the database beside its schema: room, durability, and the machine's own limit on sockets.

use anyhow::bail;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::config::Config;
use crate::store::checkup::{get_durability, get_room, knows_thai_letters};
use crate::store::{Connection, Hosts};

/// Connections of a node beside its pools: the one that holds its locks and the one that hears notices.
const BESIDE_THE_POOLS: u32 = 2;
/// Sockets for people and webhooks.
const VISITORS: u64 = 1_000;

/// Whether the database lets in all connections of all nodes.
pub(super) async fn check_room(config: &Config, db: &mut Connection) -> anyhow::Result<String> {
    let room = get_room(db).await?;
    let each = config.database.max_connections + config.database.web_connections + BESIDE_THE_POOLS;
    // this one, if it is not running yet
    let nodes = room.nodes.max(1);
    let wanted = nodes * i64::from(each);
    if wanted > room.connections {
        bail!(
            "{nodes} nodes may open {each} connections each, but Postgres lets in {}: raise its max_connections, or \
             lower database.max_connections and database.web_connections",
            room.connections
        );
    }
    Ok(format!("{nodes} nodes may open {wanted} of {} connections", room.connections))
}

/// Whether what was sent is still known after a fail-over.
pub(super) async fn check_durability(hosts: &Hosts, db: &mut Connection) -> anyhow::Result<String> {
    let found = get_durability(db).await?;
    let (commit, names) = (found.commit.as_str(), found.names.as_str());
    if commit == "off" {
        bail!("synchronous_commit is off: what Postgres has confirmed is lost when it crashes");
    }
    if names.is_empty() && hosts.count() == 1 {
        return Ok("no standby is waited for".to_owned());
    }
    if names.is_empty() || commit == "local" {
        bail!(
            "no commit waits for a standby (synchronous_standby_names = '{names}', synchronous_commit = {commit}): one \
             that is promoted may not know what was sent last"
        );
    }
    if found.standbys == 0 {
        bail!("every commit waits for a standby ('{names}'), and none is connected");
    }
    Ok(format!("each commit waits for '{names}'"))
}

/// Whether what people look for in Thai is found by an index; asked once the schema is there.
pub(super) async fn check_search(db: &mut Connection) -> anyhow::Result<String> {
    if !knows_thai_letters(db).await? {
        bail!(
            "the database takes no Thai letter for a letter (its LC_CTYPE is C), so every search for Thai words reads all rows: \
             make it with the locale C.UTF-8 or th_TH.UTF-8"
        );
    }
    Ok("Thai words are found by an index".to_owned())
}

/// Whether this machine lets a node open a socket for each call that may be under way.
pub(super) fn check_sockets(config: &Config, channels: usize) -> anyhow::Result<String> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let channels = u64::try_from(channels).unwrap_or(u64::MAX);
    let calls = channels.saturating_mul(u64::from(config.relay.in_flight)).min(config.relay.in_flight_per_node.into());
    let wanted = calls.saturating_add(VISITORS);
    if wanted > most {
        bail!(
            "{calls} calls under way and the visitors want {wanted} open files, but this machine allows {most}: raise \
             LimitNOFILE, or lower relay.in_flight_per_node"
        );
    }
    Ok(format!("{wanted} of {most} may be wanted"))
}

/// Lets this process open as many files as the machine allows it; what it starts with is often a thousand.
pub(super) fn raise_open_file_limit() {
    let raised =
        getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most));
    if let Err(error) = raised {
        tracing::warn!(error = &error as &dyn std::error::Error, "the limit on open files stays as it is");
    }
}

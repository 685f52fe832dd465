//! Running nodes report which keys they hold, so that nothing is sealed with a key that one of them cannot open.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::AppContext;
use crate::domain::sealed::{KeyId, SealingKeys};
use crate::domain::time::Clock;
use crate::store::secret_keys::{delete_node_keys, list_node_keys, record_node_keys};
use crate::store::{Db, StoreError};

/// How often a node looks at its key file and says what it holds.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// A node that has said nothing for so long is not running.
const LIVE_WITHIN: Duration = Duration::from_secs(30);
/// So long it is remembered what a node said.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(1);
/// So long a command waits for nodes to look at their key files.
const PATIENCE: Duration = Duration::from_secs(12);
const POLL_EVERY: Duration = Duration::from_millis(500);

/// A running node and its keys.
#[derive(Clone, Debug)]
pub struct NodeKeys {
    /// Its machine and process.
    pub name: String,
    /// Its keys; it seals with the first.
    pub ids: Vec<KeyId>,
}

/// Looks at the key file every few seconds and tells the database what it holds, until the node stops.
pub(in crate::app) async fn report_keys(db: Db, clock: Clock, keys: Arc<SealingKeys>, stop: CancellationToken) {
    let node = Uuid::now_v7();
    let machine = nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = format!("{machine}, process {}", std::process::id());
    loop {
        keys.look_again();
        if let Err(error) = record_keys(&db, &clock, node, &name, &keys).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "it could not be told which keys are here");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(REPORT_EVERY) => {}
        }
    }
    if let Ok(mut db) = db.acquire().await {
        // who cannot say that it has ended is known to have, a little later
        let _ = delete_node_keys(&mut db, node).await;
    }
}

async fn record_keys(db: &Db, clock: &Clock, node: Uuid, name: &str, keys: &SealingKeys) -> Result<(), StoreError> {
    let ids: Vec<_> = keys.ids().iter().map(|id| id.as_bytes().to_vec()).collect();
    let now = clock.now();
    record_node_keys(&mut *db.acquire().await?, node, name, &ids, now, now - FORGOTTEN_AFTER).await
}

/// The nodes that run now.
pub(in crate::app) async fn running_nodes(context: &AppContext) -> anyhow::Result<Vec<NodeKeys>> {
    let told = list_node_keys(&mut *context.db.acquire().await?, context.clock.now() - LIVE_WITHIN).await?;
    let ids = |ids: &[Vec<u8>]| ids.iter().filter_map(|id| KeyId::from_bytes(id)).collect();
    Ok(told.into_iter().map(|node| NodeKeys { ids: ids(&node.key_ids), name: node.name }).collect())
}

/// Waits a little until every running node is `ready`; gives the names of those that are not.
pub(super) async fn wait_for(context: &AppContext, ready: impl Fn(&NodeKeys) -> bool) -> anyhow::Result<Vec<String>> {
    let began = tokio::time::Instant::now();
    loop {
        let nodes = running_nodes(context).await?;
        let late: Vec<String> = nodes.into_iter().filter(|node| !ready(node)).map(|node| node.name).collect();
        if late.is_empty() || began.elapsed() > PATIENCE {
            return Ok(late);
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

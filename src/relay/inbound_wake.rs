//! Wakes the work on webhook events: in this process at once, on the other nodes by a few notices a second.
//!
//! A webhook's transaction sends no notice itself. Postgres lets one notifying transaction of the whole cluster commit
//! at a time, disk and synchronous standby included, so a notice in each would make all webhooks wait for one another.
//! Called by `web::webhook` after its commit; `relay::inbound` waits for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::store::notices::{Notice, notify};
use crate::store::{Db, Result};

/// The least time between two notices of one node.
pub const BETWEEN_NOTICES: Duration = Duration::from_millis(250);

/// The wake-up call of one process; cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct InboundWake {
    here: Arc<Notify>,
    elsewhere: Arc<Notify>,
}

impl InboundWake {
    /// Says that events were stored.
    pub fn wake(&self) {
        self.here.notify_one();
        self.elsewhere.notify_one();
    }

    /// Waits until events were stored by this process.
    pub async fn woken(&self) {
        self.here.notified().await;
    }

    /// Tells the other nodes, at most once in [`BETWEEN_NOTICES`], until `stop`. A notice that is lost costs them only
    /// the wait until their next look.
    pub async fn notify_other_nodes(self, db: Db, stop: CancellationToken) {
        let stopped = stop.cancelled_owned();
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                () = &mut stopped => return,
                () = self.elsewhere.notified() => {}
            }
            if let Err(error) = send_notice(&db).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "other nodes could not be told of webhook events; they find them by themselves");
            }
            tokio::select! {
                () = &mut stopped => return,
                () = tokio::time::sleep(BETWEEN_NOTICES) => {}
            }
        }
    }
}

async fn send_notice(db: &Db) -> Result<()> {
    notify(&mut *db.acquire().await?, Notice::Inbound).await
}

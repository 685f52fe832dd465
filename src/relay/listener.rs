//! The listener: passes the database's notices on to the node and to inbound.
//!
//! A notice may be missed, while the connection is down for example; everything that waits for one also looks by
//! itself, and after each reconnect all are woken.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::store::notices::{Notice, TOPIC};
use crate::store::{Db, Listener};

/// The wait before another try to connect.
const PATIENCE: Duration = Duration::from_secs(1);

/// Passes notices on until `stop`.
pub async fn listen(db: Db, notices: broadcast::Sender<Notice>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => return,
            ended = pass_on(&db, &notices) => {
                if let Err(error) = ended {
                    tracing::warn!(error = &error as &dyn std::error::Error, "notices from the database are interrupted");
                }
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }
}

async fn pass_on(db: &Db, notices: &broadcast::Sender<Notice>) -> crate::store::Result<()> {
    let mut listener = Listener::connect_with(db).await?;
    listener.listen(TOPIC).await?;
    // whatever was sent while nobody listened
    let _ = notices.send(Notice::WakeAll);
    let _ = notices.send(Notice::Inbound);
    loop {
        let Some(notification) = listener.try_recv().await? else { return Ok(()) };
        if let Some(notice) = Notice::parse(notification.payload()) {
            let _ = notices.send(notice);
        }
    }
}

//! The listener: passes the database's notices on to the node and to inbound.
//!
//! A notice may be missed, while the connection is down for example; everything that waits for one also looks by
//! itself, and after each reconnect all are woken. A connection that only listens cannot tell silence from its own
//! death, so the node's session says something regularly, and a listener that does not hear it opens another.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::store::listener::Listener;
use crate::store::notices::{Notice, ReceivedNotice};
use crate::store::{Db, Result, StoreError, node_connection};
use crate::telemetry::metric;

/// The wait before another try to connect.
const PATIENCE: Duration = Duration::from_secs(1);
/// The least silence after which a listener is taken for deaf.
const SILENCE: Duration = Duration::from_secs(3);
/// The same, in beats of the node.
const MISSED: u32 = 3;

/// What a node and its listener share: the number by which it knows its own beat, and when it heard that last.
#[derive(Clone, Debug)]
pub struct ListenerHealth {
    /// The node's number, made by chance.
    pub node: u64,
    heard: Arc<Mutex<Instant>>,
}

impl Default for ListenerHealth {
    fn default() -> Self {
        Self { node: rand::random(), heard: Arc::new(Mutex::new(Instant::now())) }
    }
}

impl ListenerHealth {
    /// How long the node has not heard itself.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    fn note(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Passes notices on until `stop`, whatever happens to the one connection or the other.
pub async fn listen(
    db: Db,
    listener_health: ListenerHealth,
    heartbeat: Duration,
    notices: broadcast::Sender<Notice>,
    stop: CancellationToken,
) {
    let silence = SILENCE.max(heartbeat * MISSED);
    while !stop.is_cancelled() {
        // in a task of its own: a fault in it must not end the one who starts the next
        let mut ear = tokio::spawn(pass_on(db.clone(), listener_health.clone(), silence, notices.clone()));
        tokio::select! {
            () = stop.cancelled() => ear.abort(),
            ended = &mut ear => {
                metrics::gauge!(metric::NOTICES_SILENT).set(listener_health.silence().as_secs_f64());
                match ended {
                    Ok(Err(error)) => tracing::warn!(error = &error as &dyn std::error::Error,
                        "notices from the database are interrupted; another connection is opened for them"),
                    Ok(Ok(())) => {}
                    Err(error) => tracing::error!(error = &error as &dyn std::error::Error,
                        "the listener ended unexpectedly and is started again"),
                }
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }
}

async fn pass_on(
    db: Db,
    listener_health: ListenerHealth,
    silence: Duration,
    notices: broadcast::Sender<Notice>,
) -> Result<()> {
    let mut listener = Listener::open(&db).await?;
    // whatever was sent while nobody listened
    let _ = notices.send(Notice::WakeAll);
    let _ = notices.send(Notice::Inbound);
    let mut heard = Instant::now();
    loop {
        let next = tokio::time::timeout_at(heard + silence, listener.next()).await;
        match next.map_err(|_| StoreError::Unavailable(node_connection::silent()))?? {
            ReceivedNotice::Notice(notice) => {
                let _ = notices.send(notice);
            }
            ReceivedNotice::Beat(node) if node == listener_health.node => {
                heard = Instant::now();
                listener_health.note();
            }
            ReceivedNotice::Beat(_) => {}
        }
    }
}

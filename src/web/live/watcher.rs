//! The watcher: one task per node that looks at what changed while somebody watches.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::{Live, SeenVersions};
use crate::store::Result;
use crate::store::board::changes::get_changes;

/// How often it looks: four times a second at most, so that a change shows well within a second.
const LOOK: Duration = Duration::from_millis(250);

impl Live {
    /// Begins to watch: what the watcher sees from now on. It is started if it rests.
    pub(super) fn watch(&self) -> watch::Receiver<Arc<SeenVersions>> {
        let seen = self.inner.seen.subscribe();
        if !self.inner.watching.swap(true, Ordering::AcqRel) {
            tokio::spawn(self.clone().run());
        }
        seen
    }

    /// Looks until nobody watches any more or the node stops.
    async fn run(self) {
        self.inner.seen.send_modify(|seen| *seen = Arc::new(seen.reset()));
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if self.inner.seen.receiver_count() == 0 && self.is_idle() {
                return;
            }
            if let Err(error) = self.look().await {
                // the next look goes from the same mark, so nothing is missed
                tracing::warn!(error = &error as &dyn std::error::Error, "the changes could not be looked at");
            }
        }
    }

    /// Whether the task may end: somebody may have come in the very moment, and relied on it.
    fn is_idle(&self) -> bool {
        self.inner.watching.store(false, Ordering::Release);
        self.inner.seen.receiver_count() == 0 || self.inner.watching.swap(true, Ordering::AcqRel)
    }

    async fn look(&self) -> Result<()> {
        self.inner.looks.fetch_add(1, Ordering::Relaxed);
        let since = self.inner.seen.borrow().mark().unwrap_or(i64::MAX);
        let mut db = self.inner.db.acquire().await?;
        let changes = get_changes(&mut db, since).await?;
        self.inner.seen.send_if_modified(|seen| {
            let mut next = SeenVersions::clone(seen);
            let new = next.take_in(changes);
            *seen = Arc::new(next);
            new
        });
        Ok(())
    }
}

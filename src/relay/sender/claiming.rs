//! How a sender claims: batches of what is ready, most urgent first.

use super::{Look, Sender};
use crate::relay::recorder::Entry;
use crate::store::batches::{Claim, claim};
use crate::store::{Result, StoreError};
use crate::telemetry::metric;

impl Sender {
    /// Claims what is ready, as far as there is room; a more urgent delivery always has room.
    pub(super) async fn top_up(&mut self) {
        if self.parked || self.access.is_none() {
            self.look = Look { wanted: false, more: false, adopt: self.look.adopt };
            return;
        }
        if !self.lease.is_good() {
            return;
        }
        match self.claim().await {
            Ok(more) => self.look = Look { wanted: false, more, adopt: false },
            Err(error) => {
                tracing::warn!(channel.id = %self.channel, error = &error as &dyn std::error::Error,
                    "no work could be claimed; it is tried again");
                // it may have been committed all the same
                self.look = Look { wanted: true, adopt: true, ..self.look };
            }
        }
    }

    /// Claims about one batch; gives whether there may be more.
    async fn claim(&mut self) -> Result<bool> {
        let room = self.engine.settings.claim_batch;
        let full = self.backlog.len() >= room;
        let below = self.backlog.best_priority().filter(|_| full);
        let known = self.look.adopt.then(|| self.backlog.batches());
        let wanted = Claim {
            channel: self.channel,
            epoch: self.epoch,
            now: self.engine.clock.earlier(),
            later: self.engine.clock.later(),
            room,
            below,
            known: known.as_deref(),
        };
        let claimed = {
            let mut db = self.engine.db.acquire().await?;
            claim(&mut db, wanted).await
        };
        let claimed = match claimed {
            Err(StoreError::NotHolder) => {
                self.find_out_why().await?;
                return Ok(false);
            }
            claimed => claimed?,
        };
        let more = full || !claimed.is_empty();
        for batch in claimed.chunk_by(|(one, _), (other, _)| one == other) {
            // the recorder must know the batch before any of its outcomes
            self.tell(Entry::Opened(batch[0].0, batch.len())).await;
        }
        self.backlog.extend(claimed);
        Ok(more)
    }

    /// A claim was refused: the channel is parked, or somebody else has it.
    async fn find_out_why(&mut self) -> Result<()> {
        self.refresh().await?;
        if !self.parked {
            metrics::counter!(metric::CLAIMS_LOST).increment(1);
            self.replaced = true;
        }
        Ok(())
    }
}

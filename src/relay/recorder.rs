//! The recorder: writes what calls came to, in batches, and never loses an outcome.
//!
//! One per sender. A batch is written at once when groups below wait for one of its rows or nothing more is under way,
//! else when it is full or its oldest row has waited long enough. While the database is away the batch waits and is
//! written again; the statements are safe to repeat. A claim's row goes in the transaction that records the last of its
//! deliveries; until then it names only what is accepted or may be on its way.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::engine::Engine;
use crate::domain::delivery::State;
use crate::domain::ids::{ChannelId, ClaimId, DeliveryId};
use crate::store::attempts::{Attempt, insert_attempts};
use crate::store::claims::{delete_claims, shrink_claims};
use crate::store::notices::{Notice, notify};
use crate::store::record::{Recorded, Woken, lock_bulletins_shared, record_batch};
use crate::store::{Result, StoreError};
use crate::telemetry::metric;

/// The wait before a write is tried again that failed.
const PATIENCE: Duration = Duration::from_millis(200);

/// What the sender tells its recorder.
#[derive(Debug)]
pub enum Entry {
    /// A claim was written for so many deliveries.
    Opened(ClaimId, usize),
    /// A delivery came to something.
    Outcome {
        /// What to write.
        row: Box<Recorded>,
        /// What to append to the attempts.
        attempt: Option<Attempt>,
        /// The claim it belongs to.
        claim: ClaimId,
        /// Whether groups below wait for it, or nothing comes after it for now.
        urgent: bool,
    },
    /// A claimed delivery was not sent and is free again.
    GivenBack(DeliveryId, ClaimId),
    /// A call was refused and is made again later; the delivery stays claimed.
    Refused(Attempt),
}

/// What the recorder tells its sender: these are durable now.
#[derive(Debug)]
pub struct Written {
    /// The deliveries.
    pub ids: Vec<DeliveryId>,
    /// Whether others on the same channel became ready, or one of these is to be sent again at once.
    pub woke_own: bool,
}

#[derive(Default)]
struct Batch {
    rows: Vec<Recorded>,
    attempts: Vec<Attempt>,
    settled: Vec<(DeliveryId, ClaimId)>,
    urgent: bool,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.attempts.is_empty()
    }

    /// What is settled otherwise than accepted and stands in a claim that is not `finished`.
    fn leaving(&self, finished: &[ClaimId]) -> Vec<(DeliveryId, ClaimId)> {
        let accepted: HashSet<DeliveryId> =
            self.rows.iter().filter(|row| row.state == State::Accepted).map(|row| row.id).collect();
        let leaves = |(id, claim): &&(DeliveryId, ClaimId)| !accepted.contains(id) && !finished.contains(claim);
        self.settled.iter().filter(leaves).copied().collect()
    }
}

/// What was written, and what that woke.
#[derive(Default)]
struct Persisted {
    woken: Vec<Woken>,
    /// An earlier try may have been committed all the same, and have woken others.
    may_have_woken: bool,
}

impl Persisted {
    fn add(&mut self, more: Self) {
        self.woken.extend(more.woken);
        self.may_have_woken |= more.may_have_woken;
    }
}

impl Part<'_> {
    const NOTHING: Part<'static> = Part { rows: &[], attempts: &[], finished: &[], leaving: &[] };
}

/// What one transaction writes.
#[derive(Clone, Copy)]
struct Part<'a> {
    rows: &'a [Recorded],
    attempts: &'a [Attempt],
    /// Claims whose last delivery this settles.
    finished: &'a [ClaimId],
    /// Deliveries that leave claims which go on.
    leaving: &'a [(DeliveryId, ClaimId)],
}

/// Writes outcomes until its sender is gone.
pub struct Recorder {
    engine: Engine,
    channel: ChannelId,
    epoch: i64,
    entries: mpsc::Receiver<Entry>,
    written: mpsc::UnboundedSender<Written>,
    /// Deliveries of each claim that are not recorded.
    open: HashMap<ClaimId, usize>,
}

impl Recorder {
    /// A recorder for the holder `epoch` of `channel`.
    #[must_use]
    pub fn new(
        engine: Engine,
        channel: ChannelId,
        epoch: i64,
        entries: mpsc::Receiver<Entry>,
        written: mpsc::UnboundedSender<Written>,
    ) -> Self {
        Self { engine, channel, epoch, entries, written, open: HashMap::new() }
    }

    /// Works until the sender drops its end and everything is written.
    pub async fn run(mut self) {
        while let Some(first) = self.entries.recv().await {
            let mut batch = Batch::default();
            self.take(first, &mut batch);
            self.fill(&mut batch).await;
            if !batch.is_empty() {
                self.write(batch).await;
            }
        }
    }

    /// Takes what is there, and waits for more while nothing in the batch is urgent.
    async fn fill(&mut self, batch: &mut Batch) {
        let deadline = Instant::now() + self.engine.settings.record_delay;
        while batch.settled.len() < self.engine.settings.record_batch {
            match self.entries.try_recv() {
                Ok(entry) => self.take(entry, batch),
                Err(_) if batch.urgent || batch.is_empty() => break,
                Err(_) => match tokio::time::timeout_at(deadline, self.entries.recv()).await {
                    Ok(Some(entry)) => self.take(entry, batch),
                    Ok(None) | Err(_) => break,
                },
            }
        }
    }

    fn take(&mut self, entry: Entry, batch: &mut Batch) {
        match entry {
            Entry::Opened(claim, deliveries) => {
                self.open.insert(claim, deliveries);
            }
            Entry::GivenBack(id, claim) => batch.settled.push((id, claim)),
            Entry::Refused(attempt) => batch.attempts.push(attempt),
            Entry::Outcome { row, attempt, claim, urgent } => {
                batch.settled.push((row.id, claim));
                batch.rows.push(*row);
                batch.attempts.extend(attempt);
                batch.urgent |= urgent;
            }
        }
    }

    /// Writes the batch, however long it takes; a row that the database refuses for good is left in its claim,
    /// whose next holder asks LINE again under the same key.
    async fn write(&mut self, batch: Batch) {
        let finished = self.finished_claims(&batch);
        let leaving = batch.leaving(&finished);
        let part = Part { rows: &batch.rows, attempts: &batch.attempts, finished: &finished, leaving: &leaving };
        let (written, refused) = match self.persist(part).await {
            Ok(written) => (written, HashSet::new()),
            Err(error) => {
                tracing::error!(channel.id = %self.channel, error = &error as &dyn std::error::Error,
                    "a batch of outcomes was refused; its rows are written one by one");
                self.write_one_by_one(&batch, &finished).await
            }
        };
        let size = u32::try_from(batch.settled.len()).unwrap_or(u32::MAX);
        metrics::histogram!(metric::RECORDER_BATCH).record(f64::from(size));
        if let Some(answered) = batch.rows.iter().map(|row| row.at).min() {
            let delay = self.engine.clock.now().since(answered).as_secs_f64();
            metrics::histogram!(metric::RECORDER_DELAY).record(delay.max(0.0));
        }
        let woke_own = written.may_have_woken
            || written.woken.iter().any(|woken| woken.channel == self.channel && woken.ready > 0)
            || batch.rows.iter().any(|row| row.new_key.is_some());
        let ids = batch.settled.iter().map(|(id, _)| *id).filter(|id| !refused.contains(id)).collect();
        // a sender that is gone needs no answer
        let _ = self.written.send(Written { ids, woke_own });
    }

    /// Gives what was woken, and the rows that were refused.
    async fn write_one_by_one(&self, batch: &Batch, finished: &[ClaimId]) -> (Persisted, HashSet<DeliveryId>) {
        let (mut all, mut refused) = (Persisted::default(), HashSet::new());
        for row in &batch.rows {
            let attempts: Vec<Attempt> =
                batch.attempts.iter().filter(|attempt| attempt.delivery_id == row.id).cloned().collect();
            let rows = std::slice::from_ref(row);
            match self.persist(Part { rows, attempts: &attempts, ..Part::NOTHING }).await {
                Ok(written) => all.add(written),
                Err(error) => {
                    tracing::error!(delivery.id = %row.id, error = &error as &dyn std::error::Error,
                        "an outcome could not be written; its claim stays open");
                    refused.insert(row.id);
                }
            }
        }
        let open: HashSet<ClaimId> =
            batch.settled.iter().filter(|(id, _)| refused.contains(id)).map(|(_, claim)| *claim).collect();
        let whole: Vec<ClaimId> = finished.iter().filter(|claim| !open.contains(claim)).copied().collect();
        let mut leaving = batch.leaving(&whole);
        leaving.retain(|(id, _)| !refused.contains(id));
        if let Err(error) = self.persist(Part { finished: &whole, leaving: &leaving, ..Part::NOTHING }).await {
            tracing::error!(error = &error as &dyn std::error::Error, "finished claims could not be removed");
        }
        (all, refused)
    }

    /// Writes, and waits while the database is away or two transactions stand in each other's way.
    async fn persist(&self, part: Part<'_>) -> Result<Persisted> {
        let mut may_have_woken = false;
        loop {
            match self.try_write(part).await {
                Err(StoreError::Again(_)) => {}
                Err(StoreError::Unavailable(error)) => {
                    tracing::warn!(channel.id = %self.channel, error = %error, "outcomes wait for the database");
                    // it may have committed before the answer was lost: what it woke is not woken again
                    may_have_woken = true;
                    tokio::time::sleep(PATIENCE).await;
                }
                written => return written.map(|woken| Persisted { woken, may_have_woken }),
            }
        }
    }

    async fn try_write(&self, part: Part<'_>) -> Result<Vec<Woken>> {
        let mut tx = self.engine.db.begin().await?;
        let bulletins: Vec<_> = part.rows.iter().map(|row| row.bulletin_id).collect();
        lock_bulletins_shared(&mut tx, &bulletins).await?;
        let woken = record_batch(&mut tx, self.channel, self.epoch, self.engine.clock.now(), part.rows).await?;
        insert_attempts(&mut tx, part.attempts).await?;
        shrink_claims(&mut tx, part.leaving).await?;
        delete_claims(&mut tx, part.finished).await?;
        for other in woken.iter().filter(|woken| woken.channel != self.channel && woken.ready > 0) {
            notify(&mut tx, Notice::Wake(other.channel)).await?;
        }
        tx.commit().await?;
        Ok(woken)
    }

    /// The claims whose last delivery is in this batch.
    fn finished_claims(&mut self, batch: &Batch) -> Vec<ClaimId> {
        let mut finished = Vec::new();
        for (_, claim) in &batch.settled {
            if let Some(left) = self.open.get_mut(claim) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.open.remove(claim);
                    finished.push(*claim);
                }
            }
        }
        finished
    }
}

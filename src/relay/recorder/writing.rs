//! How the recorder writes: acceptances of all dispatchers in one statement, what else a dispatcher told in a transaction of its own.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::gathering::{Gathered, Share};
use super::{Holder, Recorder, Written};
use crate::domain::ids::{BatchId, ChannelId, DeliveryId};
use crate::domain::time::Timestamp;
use crate::store::attempts::insert_attempts;
use crate::store::batches::{delete_batches, list_named, reopen, shrink};
use crate::store::locks::try_lock_bulletins_shared;
use crate::store::notices::{Notice, notify};
use crate::store::record::{
    AcceptedWritten, ChannelReady, DeliveryOutcome, OutcomeKind, record_accepted, record_batch,
};
use crate::store::{Connection, Result, StoreError};
use crate::telemetry::metric;

/// The wait before a write is tried again that failed.
const PATIENCE: Duration = Duration::from_millis(200);

/// What was written, and what that woke.
#[derive(Default)]
struct Persisted {
    woken: Vec<ChannelReady>,
    /// An earlier try may have been committed all the same, and have woken others.
    may_have_woken: bool,
    /// Rows that the database refuses for good: each stays claimed, and the channel's next holder asks LINE again under the
    /// same key.
    refused: HashSet<DeliveryId>,
    /// Of bulletins that somebody has locked: not written.
    busy: HashSet<DeliveryId>,
}

impl Persisted {
    fn add(&mut self, more: Self) {
        self.woken.extend(more.woken);
        self.may_have_woken |= more.may_have_woken;
        self.refused.extend(more.refused);
        self.busy.extend(more.busy);
    }
}

/// One write to the database, and the batches whose last deliveries it settles.
#[derive(Clone, Copy)]
enum Write<'a> {
    /// Acceptances of several dispatchers.
    Accepted(&'a [&'a DeliveryOutcome], &'a [BatchId]),
    /// What one dispatcher told.
    Share(Holder, &'a Share, &'a [BatchId]),
}

/// Tells of each delivery what was recorded of it, to whoever follows one; costs nothing where nobody listens.
fn trace_recorded(channel: ChannelId, rows: &[DeliveryOutcome]) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    for row in rows {
        tracing::debug_span!("record", bulletin.id = %row.bulletin_id, delivery.id = %row.id, channel.id = %channel)
            .in_scope(|| tracing::debug!(state = ?row.kind.state(), "recorded"));
    }
}

impl Recorder {
    /// Writes what is gathered, however long it takes, and tells the dispatchers. What somebody has locked is held back.
    pub(super) async fn write(&mut self, gathered: Gathered) {
        let mut finished = HashMap::new();
        for (holder, share) in &gathered.shares {
            let of_share = self.holders.get(holder).map(|known| known.finished_by(share));
            finished.insert(*holder, of_share.unwrap_or_default());
        }
        let written = self.write_shares(&gathered.shares, &finished).await;
        self.measure(&gathered);
        for (holder, mut share) in gathered.shares {
            let held = share.split_off(&written.busy);
            if !held.is_empty() {
                self.hold_back(holder, held);
            }
            if let Some(known) = self.holders.get_mut(&holder) {
                known.settle(&share.settled);
            }
            let woke_own = written.may_have_woken
                || !share.given_back.is_empty()
                || share.rows.iter().any(|row| matches!(row.kind, OutcomeKind::NewKey(_)));
            share.rows.retain(|row| !written.refused.contains(&row.id));
            trace_recorded(holder.channel, &share.rows);
            share.settled.retain(|(id, _)| !written.refused.contains(id));
            self.report_written(holder, Written { settled: share.settled, woke_own });
        }
        for woken in written.woken.iter().filter(|woken| woken.ready > 0) {
            for holder in self.holders.keys().filter(|holder| holder.channel == woken.channel) {
                self.report_written(*holder, Written { settled: Vec::new(), woke_own: true });
            }
        }
    }

    fn report_written(&self, holder: Holder, written: Written) {
        if let Some(known) = self.holders.get(&holder) {
            // one that is gone needs no answer
            let _ = known.written.send(written);
        }
    }

    fn measure(&self, gathered: &Gathered) {
        let size = u32::try_from(gathered.size()).unwrap_or(u32::MAX);
        metrics::histogram!(metric::RECORDER_BATCH).record(f64::from(size));
        let answered: Option<Timestamp> =
            gathered.shares.values().flat_map(|share| &share.rows).map(|row| row.at).min();
        if let Some(answered) = answered {
            let delay = self.engine.clock.now().since(answered).as_secs_f64();
            metrics::histogram!(metric::RECORDER_DELAY).record(delay.max(0.0));
        }
    }

    async fn write_shares(
        &self,
        shares: &HashMap<Holder, Share>,
        finished: &HashMap<Holder, Vec<BatchId>>,
    ) -> Persisted {
        let ended = |holder: &Holder| finished.get(holder).map_or(&[][..], Vec::as_slice);
        let (plain, others): (Vec<_>, Vec<_>) = shares.iter().partition(|(_, share)| share.is_plain());
        let mut all = Persisted::default();
        if !plain.is_empty() {
            let rows: Vec<&DeliveryOutcome> = plain.iter().flat_map(|(_, share)| &share.rows).collect();
            let batches: Vec<BatchId> = plain.iter().flat_map(|(holder, _)| ended(holder)).copied().collect();
            match self.until_written(Write::Accepted(&rows, &batches)).await {
                Ok(written) => all.add(written),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "acceptances were refused together; they are written one by one"
                    );
                    for (holder, share) in plain {
                        all.add(self.write_one_by_one(*holder, share, ended(holder)).await);
                    }
                }
            }
        }
        for (holder, share) in others {
            all.add(self.write_share(*holder, share, ended(holder)).await);
        }
        all
    }

    /// Writes what one dispatcher told, in one transaction.
    async fn write_share(&self, holder: Holder, share: &Share, finished: &[BatchId]) -> Persisted {
        match self.until_written(Write::Share(holder, share, finished)).await {
            Ok(written) => written,
            Err(error) => {
                tracing::error!(channel.id = %holder.channel, error = &error as &dyn std::error::Error,
                    "a batch of outcomes was refused; its rows are written one by one");
                self.write_one_by_one(holder, share, finished).await
            }
        }
    }

    /// Writes every row in a transaction of its own, and then all the rest.
    async fn write_one_by_one(&self, holder: Holder, share: &Share, finished: &[BatchId]) -> Persisted {
        let mut all = Persisted::default();
        let mut rest = share.clone();
        for row in &share.rows {
            let one = rest.split_off(&HashSet::from([row.id]));
            match self.until_written(Write::Share(holder, &one, &[])).await {
                Ok(written) => all.add(written),
                Err(error) => {
                    tracing::error!(delivery.id = %row.id, error = &error as &dyn std::error::Error,
                        "an outcome could not be written; it stays claimed");
                    all.refused.insert(row.id);
                }
            }
        }
        let stays = |id: &DeliveryId| all.refused.contains(id) || all.busy.contains(id);
        let open: HashSet<BatchId> =
            share.settled.iter().filter(|(id, _)| stays(id)).map(|(_, stood_in)| *stood_in).collect();
        let whole: Vec<BatchId> = finished.iter().filter(|one| !open.contains(one)).copied().collect();
        match self.until_written(Write::Share(holder, &rest, &whole)).await {
            Ok(written) => all.add(written),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "finished batches could not be removed");
            }
        }
        all
    }

    /// Writes, and waits while the database is away or two transactions stand in each other's way.
    async fn until_written(&self, write: Write<'_>) -> Result<Persisted> {
        let mut repeated = false;
        loop {
            let tried = match write {
                Write::Accepted(rows, finished) => self.try_accepted(rows, finished).await,
                Write::Share(holder, share, finished) => self.try_share(holder, share, finished, repeated).await,
            };
            match tried {
                Err(StoreError::Again(_)) => {}
                Err(StoreError::Unavailable(error)) => {
                    tracing::warn!(error = %error, "outcomes wait for the database");
                    // it may have committed before the answer was lost: what it woke is not woken again
                    repeated = true;
                    tokio::time::sleep(PATIENCE).await;
                }
                written => return written.map(|written| Persisted { may_have_woken: repeated, ..written }),
            }
        }
    }

    /// Writes acceptances of several dispatchers.
    async fn try_accepted(&self, rows: &[&DeliveryOutcome], finished: &[BatchId]) -> Result<Persisted> {
        let mut db = self.engine.db.acquire().await?;
        let AcceptedWritten { woken, busy } = record_accepted(&mut db, self.engine.clock.now(), rows, finished).await?;
        self.notify_others(&mut db, &woken).await?;
        let busy = rows.iter().map(|row| row.id).filter(|id| busy.contains(&id.bulletin_no())).collect();
        Ok(Persisted { woken, busy, ..Persisted::default() })
    }

    /// Writes what one dispatcher told, in one transaction. `repeated`: an earlier try may have been committed.
    async fn try_share(
        &self,
        holder: Holder,
        share: &Share,
        finished: &[BatchId],
        repeated: bool,
    ) -> Result<Persisted> {
        let mut tx = self.engine.db.begin().await?;
        let given_back = share.given_back.iter().map(|(_, bulletin)| *bulletin);
        let bulletins: Vec<_> = share.rows.iter().map(|row| row.bulletin_id).chain(given_back).collect();
        let (lock, locked) = try_lock_bulletins_shared(&mut tx, &bulletins).await?;
        let busy = share.list_of(&locked);
        let mut share = Cow::Borrowed(share);
        let mut finished = Cow::Borrowed(finished);
        if !busy.is_empty() {
            let held = share.to_mut().split_off(&busy);
            finished.to_mut().retain(|batch| held.settled.iter().all(|(_, stood_in)| stood_in != batch));
        }
        if repeated {
            let named = list_named(&mut tx, &share.settled).await?;
            share.to_mut().drop_written(&named);
        }
        let Holder { channel, epoch } = holder;
        let woken = record_batch(&mut tx, &lock, channel, epoch, self.engine.clock.now(), &share.rows).await?;
        insert_attempts(&mut tx, &share.attempts, repeated).await?;
        shrink(&mut tx, &share.leaving(&finished)).await?;
        delete_batches(&mut tx, &finished).await?;
        let free: Vec<DeliveryId> = share.given_back.iter().map(|(id, _)| *id).collect();
        reopen(&mut tx, &lock, channel, epoch, &free).await?;
        self.notify_others(&mut tx, &woken).await?;
        tx.commit().await?;
        Ok(Persisted { woken, busy, ..Persisted::default() })
    }

    /// Wakes the dispatchers of channels that other nodes hold.
    async fn notify_others(&self, db: &mut Connection, woken: &[ChannelReady]) -> Result<()> {
        let there = self.holders.iter().filter(|(_, known)| !known.written.is_closed());
        let held: HashSet<ChannelId> = there.map(|(holder, _)| holder.channel).collect();
        let others = woken.iter().filter(|woken| woken.ready > 0 && !held.contains(&woken.channel));
        let others: Vec<ChannelId> = others.map(|woken| woken.channel).collect();
        match Notice::waking(&others) {
            Some(notice) => notify(db, notice).await,
            None => Ok(()),
        }
    }
}

//! How a sender claims: what is ready, most urgent first, with a share kept for retries.

use std::collections::HashSet;

use super::{Look, Sender};
use crate::domain::ids::DeliveryId;
use crate::relay::recorder::Entry;
use crate::store::claims::{Ready, begin_claim, delete_lost_claims, insert_claim, list_due};
use crate::store::queue::{Cursor, Hint, delete_empty_hints, delete_if_empty, list_fresh, list_hints};
use crate::store::{Connection, Result};
use crate::telemetry::metric;

/// Hints read at a time; each names up to 500 deliveries.
const HINTS: usize = 8;

/// The deliveries that some hints name.
#[derive(Default)]
struct Named {
    /// The deliveries to look at.
    ids: Vec<DeliveryId>,
    /// The hints that name them.
    hints: Vec<i64>,
    /// The last hint that was looked through to its end.
    through: Option<Cursor>,
    /// Whether some that are named were left for later.
    more: bool,
}

/// What a look at the queue came to.
struct Found {
    /// What is ready.
    fresh: Vec<Ready>,
    /// The hints that it was found in.
    hints: Vec<i64>,
    /// Where the next look goes on; none = no hint was looked through to its end.
    through: Option<Cursor>,
    /// Whether something was left for later.
    more: bool,
}

impl Sender {
    /// Claims what is ready, as far as there is room; a more urgent delivery always has room.
    pub(super) async fn top_up(&mut self) {
        if self.parked || self.access.is_none() {
            self.look = Look { wanted: false, more: false };
            return;
        }
        if !self.lease.is_good() {
            return;
        }
        match self.claim().await {
            Ok(more) => self.look = Look { wanted: false, more },
            Err(error) => {
                tracing::warn!(channel.id = %self.channel, error = &error as &dyn std::error::Error,
                    "no work could be claimed; it is tried again");
                self.look.wanted = true;
                // it may have been committed all the same
                self.backlog.lost_claim = true;
            }
        }
    }

    /// Claims one batch; gives whether ready deliveries were left for later.
    pub(super) async fn claim(&mut self) -> Result<bool> {
        let now = self.engine.clock.now();
        let batch = self.engine.settings.claim_batch;
        let full = self.backlog.len() >= batch;
        let better_than = self.backlog.best_priority().filter(|_| full);
        let mut tx = self.engine.db.begin().await?;
        if !begin_claim(&mut tx, self.channel, self.epoch).await? {
            drop(tx);
            self.find_out_why().await?;
            return Ok(false);
        }
        if self.backlog.lost_claim {
            delete_lost_claims(&mut tx, self.channel, self.epoch, &self.backlog.claims()).await?;
        }
        let due_limit = batch + self.backlog.open();
        let due = list_due(&mut tx, self.channel, now, self.engine.clock.later(), as_limit(due_limit)).await?;
        let page_full = due.len() == due_limit;
        let Found { fresh, hints, through, more } = self.find_fresh(&mut tx).await?;
        let nothing = due.is_empty() && through.is_none();
        let (chosen, left_over) = self.choose(due, fresh, better_than);
        if chosen.is_empty() {
            if !page_full && !more && self.backlog.open() == 0 && !nothing {
                delete_empty_hints(&mut tx, self.channel).await?;
            }
            tx.commit().await?;
        } else {
            let ids: Vec<_> = chosen.iter().map(|ready| ready.id).collect();
            if let Some(claim) = insert_claim(&mut tx, self.channel, self.epoch, now, &ids, &hints).await? {
                tx.commit().await?;
                // the recorder must know the claim before any of its outcomes
                self.tell(Entry::Opened(claim, ids.len())).await;
                self.backlog.extend(claim, chosen);
            }
        }
        self.backlog.lost_claim = false;
        if let (Some(last), false) = (through, left_over) {
            self.backlog.advance(last);
        }
        Ok(page_full || left_over || more)
    }

    /// Looks through the queue until something is ready, or to its end: hints in which nothing is ready any more, however
    /// many withdrawals, expiries and dead senders left behind, must not hide what lies behind them. They go on the way.
    async fn find_fresh(&self, tx: &mut Connection) -> Result<Found> {
        let mut cursor = self.backlog.cursor();
        let mut over = HashSet::new();
        loop {
            let hints = list_hints(tx, self.channel, cursor, as_limit(HINTS)).await?;
            let Named { ids, hints: named, through, more } = self.look_through(&hints, &over);
            let more = more || hints.len() == HINTS;
            let fresh = list_fresh(tx, self.channel, &ids).await?;
            cursor = through.or(cursor);
            if !fresh.is_empty() || !more {
                return Ok(Found { fresh, hints: named, through: cursor, more });
            }
            delete_if_empty(tx, &named).await?;
            over.extend(ids);
        }
    }

    /// Picks the next deliveries to look at: what the hints name, each once, without those that are claimed already and
    /// those that are known to be `over`.
    fn look_through(&self, hints: &[Hint], over: &HashSet<DeliveryId>) -> Named {
        let room = self.engine.settings.claim_batch;
        let mut found = Named::default();
        let mut seen = HashSet::new();
        for hint in hints {
            let before = found.ids.len();
            let named = hint.delivery_ids.iter().copied();
            let mut named = named.filter(|id| !self.backlog.holds(*id) && !over.contains(id) && seen.insert(*id));
            found.ids.extend(named.by_ref().take(room - before));
            if found.ids.len() > before {
                found.hints.push(hint.id);
            }
            if named.next().is_some() {
                found.more = true;
                break;
            }
            found.through = Some((hint.priority, hint.id));
        }
        found
    }

    /// Picks one batch: retries up to their share, then fresh deliveries, then more retries if there is room; the most
    /// urgent of these. Gives whether something was left for later.
    pub(super) fn choose(
        &self,
        mut due: Vec<Ready>,
        fresh: Vec<Ready>,
        better_than: Option<i16>,
    ) -> (Vec<Ready>, bool) {
        let batch = self.engine.settings.claim_batch;
        due.retain(|ready| !self.backlog.holds(ready.id));
        let found = due.len() + fresh.len();
        let more_due = due.split_off(due.len().min(self.retry_room()));
        let mut chosen: Vec<Ready> = due.into_iter().chain(fresh).chain(more_due).collect();
        chosen.retain(|ready| better_than.is_none_or(|best| ready.priority < best));
        chosen.truncate(batch);
        let left_over = chosen.len() < found;
        (chosen, left_over)
    }

    /// How many retries a batch may hold before fresh deliveries.
    pub(super) fn retry_room(&self) -> usize {
        let part = self.engine.settings.retry_share.clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of a small positive number"
        )]
        let room = (self.engine.settings.claim_batch as f64 * part) as usize;
        room.max(1)
    }

    /// A claim was refused: the channel is parked, or somebody else has it.
    pub(super) async fn find_out_why(&mut self) -> Result<()> {
        self.refresh().await?;
        if !self.parked {
            metrics::counter!(metric::CLAIMS_LOST).increment(1);
            self.replaced = true;
        }
        Ok(())
    }
}

fn as_limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

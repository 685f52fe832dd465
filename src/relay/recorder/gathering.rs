//! What the recorder has gathered and not yet written: a share for each dispatcher.

use std::collections::{HashMap, HashSet};

use super::{Entry, Haste, Holder, Known};
use crate::domain::ids::{BatchId, BulletinId, DeliveryId};
use crate::store::attempts::Attempt;
use crate::store::record::DeliveryOutcome;

/// Rows for which others wait in one write: the first of those below go out while the rest is written.
const MOST_AWAITED: usize = 8;

/// What goes in one write.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) shares: HashMap<Holder, Share>,
    /// Senders that have said their last.
    pub(super) left: Vec<Holder>,
    settled: usize,
    awaited: usize,
    last: bool,
}

/// What one dispatcher has told.
#[derive(Default)]
pub(super) struct Share {
    pub(super) rows: Vec<DeliveryOutcome>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) settled: Vec<(DeliveryId, BatchId)>,
    pub(super) given_back: Vec<(DeliveryId, BulletinId)>,
}

impl Gathered {
    pub(super) fn add(&mut self, holder: Holder, entry: Entry) {
        let share = self.shares.entry(holder).or_default();
        match entry {
            Entry::GivenBack { id, bulletin, batch } => {
                share.settled.push((id, batch));
                share.given_back.push((id, bulletin));
                self.settled += 1;
            }
            Entry::Refused(attempt) => share.attempts.push(attempt),
            Entry::Outcome { row, attempt, batch, haste } => {
                share.settled.push((row.id, batch));
                share.rows.push(*row);
                share.attempts.extend(attempt);
                self.settled += 1;
                self.awaited += usize::from(haste == Haste::Awaited);
                self.last |= haste == Haste::Last;
            }
            Entry::Joined(_) | Entry::Opened(..) | Entry::Left => {}
        }
    }

    /// Whether it is written without taking what else is there.
    pub(super) fn is_full(&self, size: usize) -> bool {
        self.settled >= size || self.awaited >= MOST_AWAITED
    }

    /// Whether it is written without waiting for more.
    pub(super) fn is_in_haste(&self) -> bool {
        self.awaited > 0 || self.last || !self.left.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shares.is_empty()
    }

    /// How many deliveries it settles.
    pub(super) fn size(&self) -> usize {
        self.settled
    }
}

impl Share {
    /// Whether it is nothing but acceptances, and can go with those of others.
    pub(super) fn is_plain(&self) -> bool {
        !self.rows.is_empty()
            && self.attempts.is_empty()
            && self.given_back.is_empty()
            && self.rows.iter().all(DeliveryOutcome::is_accepted)
    }

    /// What is settled otherwise than accepted and stands in a batch that is not `finished`.
    pub(super) fn leaving(&self, finished: &[BatchId]) -> Vec<(DeliveryId, BatchId)> {
        let accepted: HashSet<DeliveryId> =
            self.rows.iter().filter(|row| row.is_accepted()).map(|row| row.id).collect();
        let leaves = |(id, batch): &&(DeliveryId, BatchId)| !accepted.contains(id) && !finished.contains(batch);
        self.settled.iter().filter(leaves).copied().collect()
    }
}

impl Known {
    /// The claimed batches whose last delivery is in this share.
    pub(super) fn finish(&mut self, share: &Share) -> Vec<BatchId> {
        let mut finished = Vec::new();
        for (_, stood_in) in &share.settled {
            if let Some(left) = self.open.get_mut(stood_in) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.open.remove(stood_in);
                    finished.push(*stood_in);
                }
            }
        }
        finished
    }
}

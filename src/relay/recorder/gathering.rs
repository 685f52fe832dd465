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
#[derive(Clone, Default)]
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

    /// Adds what was held back: it has waited long enough.
    pub(super) fn add_held(&mut self, holder: Holder, held: Share) {
        self.settled += held.settled.len();
        self.last = true;
        self.shares.entry(holder).or_default().merge(held);
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

    /// Which deliveries are of these bulletins.
    pub(super) fn list_of(&self, bulletins: &HashSet<BulletinId>) -> HashSet<DeliveryId> {
        let rows = self.rows.iter().map(|row| (row.id, row.bulletin_id));
        let of = |(_, bulletin): &(DeliveryId, BulletinId)| bulletins.contains(bulletin);
        rows.chain(self.given_back.iter().copied()).filter(of).map(|(id, _)| id).collect()
    }

    /// Takes out all that is told of these deliveries.
    pub(super) fn split_off(&mut self, ids: &HashSet<DeliveryId>) -> Self {
        Self {
            rows: self.rows.extract_if(.., |row| ids.contains(&row.id)).collect(),
            attempts: self.attempts.extract_if(.., |attempt| ids.contains(&attempt.delivery_id)).collect(),
            settled: self.settled.extract_if(.., |(id, _)| ids.contains(id)).collect(),
            given_back: self.given_back.extract_if(.., |(id, _)| ids.contains(id)).collect(),
        }
    }

    /// Takes out what an earlier write must have brought in: what its batch does not name any more. An acceptance may be
    /// written twice.
    pub(super) fn drop_written(&mut self, named: &HashSet<(DeliveryId, BatchId)>) {
        let accepted: HashSet<DeliveryId> =
            self.rows.iter().filter(|row| row.is_accepted()).map(|row| row.id).collect();
        let written = |pair: &&(DeliveryId, BatchId)| !accepted.contains(&pair.0) && !named.contains(*pair);
        let written = self.settled.iter().filter(written).map(|(id, _)| *id).collect();
        self.split_off(&written);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.attempts.extend(other.attempts);
        self.settled.extend(other.settled);
        self.given_back.extend(other.given_back);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.attempts.is_empty()
    }
}

impl Known {
    /// The claimed batches whose last deliveries are in this share.
    pub(super) fn finished_by(&self, share: &Share) -> Vec<BatchId> {
        let mut settled: HashMap<BatchId, usize> = HashMap::new();
        for (_, stood_in) in &share.settled {
            *settled.entry(*stood_in).or_default() += 1;
        }
        settled.retain(|batch, settled| self.open.get(batch).is_some_and(|open| open <= settled));
        settled.into_keys().collect()
    }

    /// These are written.
    pub(super) fn settle(&mut self, settled: &[(DeliveryId, BatchId)]) {
        for (_, stood_in) in settled {
            if let Some(left) = self.open.get_mut(stood_in) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.open.remove(stood_in);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::domain::delivery::Reason;
    use crate::domain::ids::{BulletinNo, GroupId};
    use crate::domain::outcome::Receipt;
    use crate::domain::time::Timestamp;
    use crate::store::record::OutcomeKind;

    const BATCH: BatchId = BatchId(1);

    fn delivery(bulletin: i32, group: i32) -> DeliveryId {
        DeliveryId::of(Timestamp::from_second(1), BulletinNo(bulletin), GroupId(group))
    }

    fn bulletin(number: i32) -> BulletinId {
        BulletinId(uuid::Uuid::from_u128(number.try_into().expect("a positive number")))
    }

    fn row(id: DeliveryId, is_accepted: bool) -> DeliveryOutcome {
        let at = Timestamp::from_second(2);
        let kind = if is_accepted {
            OutcomeKind::Accepted { called_at: at, receipt: Receipt { request_id: None, message_ids: Vec::new() } }
        } else {
            OutcomeKind::Again { due_at: at, reason: Reason::NoAnswer, call: None }
        };
        DeliveryOutcome { id, bulletin_id: bulletin(id.bulletin_no().0), at, kind }
    }

    /// Two bulletins: of the first one is accepted and one put off, of the second one is given back.
    fn share() -> Share {
        let ids = [delivery(1, 1), delivery(1, 2), delivery(2, 1)];
        Share {
            rows: vec![row(ids[0], true), row(ids[1], false)],
            attempts: Vec::new(),
            settled: ids.map(|id| (id, BATCH)).to_vec(),
            given_back: vec![(ids[2], bulletin(2))],
        }
    }

    #[test]
    fn what_is_of_a_bulletin_is_split_off_whole() {
        let mut share = share();
        let of_first = share.list_of(&HashSet::from([bulletin(1)]));
        let held = share.split_off(&of_first);
        assert_eq!((held.rows.len(), held.settled.len(), held.given_back.len()), (2, 2, 0));
        assert_eq!((share.rows.len(), share.settled.len(), share.given_back.len()), (0, 1, 1));
    }

    #[test]
    fn a_repeated_write_leaves_out_what_the_batch_does_not_name_any_more_but_for_acceptances() {
        let mut share = share();
        share.drop_written(&HashSet::new());
        assert_eq!(share.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [delivery(1, 1)]);
        assert!(share.given_back.is_empty());
    }

    #[test]
    fn a_batch_is_finished_by_the_share_that_holds_all_that_is_left_of_it() {
        let mut known = Known { written: mpsc::unbounded_channel().0, open: HashMap::from([(BATCH, 4)]) };
        assert_eq!(known.finished_by(&share()), []);
        known.settle(&[(delivery(1, 3), BATCH)]);
        assert_eq!(known.finished_by(&share()), [BATCH]);
        known.settle(&share().settled);
        assert!(known.open.is_empty());
    }
}

//! The backlog: what one dispatcher has claimed and not yet sent, most urgent first.
//!
//! It also remembers of every delivery that is claimed and not yet recorded in which batch it stands: what it does not know of
//! was claimed without its hearing of it.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::domain::ids::{BatchId, BulletinId, DeliveryId};
use crate::store::batches::Ready;

/// A claimed delivery.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The delivery.
    pub ready: Ready,
    /// The batch it stands in.
    pub batch: BatchId,
    /// How often LINE has answered that it is too much, since it was claimed.
    pub throttled: Throttled,
}

/// How often LINE has answered a delivery's calls with 429, and how far the channel had got at the first of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttled {
    /// How often.
    pub times: u32,
    /// What the dispatcher had had accepted by then.
    pub accepted_before: u64,
}

/// After so many refusals a delivery lets the others go first: if LINE takes them, the limit is that of its group.
pub const OTHERS_FIRST: u32 = 2;

impl Claimed {
    fn rank(&self) -> (bool, i16, DeliveryId) {
        (self.throttled.times >= OTHERS_FIRST, self.ready.priority, self.ready.id)
    }
}

impl PartialEq for Claimed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Claimed {}

impl PartialOrd for Claimed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Claimed {
    /// The greatest goes first: not refused again and again, then lowest priority number, then oldest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank().cmp(&self.rank())
    }
}

/// What one dispatcher has claimed.
#[derive(Debug, Default)]
pub struct Backlog {
    heap: BinaryHeap<Claimed>,
    open: HashMap<DeliveryId, BatchId>,
}

impl Backlog {
    /// Claimed and not sent.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Claimed and not recorded.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Takes what was claimed in.
    pub fn extend(&mut self, claimed: Vec<(BatchId, Ready)>) {
        for (batch, ready) in claimed {
            self.open.insert(ready.id, batch);
            self.heap.push(Claimed { ready, batch, throttled: Throttled::default() });
        }
    }

    /// Takes back one that is to be sent later; it is still claimed.
    pub fn put_back(&mut self, claimed: Claimed) {
        self.heap.push(claimed);
    }

    /// The next to send.
    pub fn pop(&mut self) -> Option<Claimed> {
        self.heap.pop()
    }

    /// The priority of the next to send.
    #[must_use]
    pub fn best_priority(&self) -> Option<i16> {
        self.heap.peek().map(|claimed| claimed.ready.priority)
    }

    /// The batches of which something is not recorded.
    #[must_use]
    pub fn batches(&self) -> Vec<BatchId> {
        let batches: HashSet<BatchId> = self.open.values().copied().collect();
        batches.into_iter().collect()
    }

    /// These are recorded, or given back. One that was claimed again meanwhile, in another batch, stays.
    pub fn settle(&mut self, settled: &[(DeliveryId, BatchId)]) {
        for (id, batch) in settled {
            if self.open.get(id) == Some(batch) {
                self.open.remove(id);
            }
        }
    }

    /// Takes everything out that is not sent.
    pub fn drain(&mut self) -> Vec<Claimed> {
        std::mem::take(&mut self.heap).into_vec()
    }

    /// Claimed and not sent: their ids.
    #[must_use]
    pub fn unsent(&self) -> Vec<DeliveryId> {
        self.heap.iter().map(|claimed| claimed.ready.id).collect()
    }

    /// Takes out all but these.
    pub fn drain_except(&mut self, stay: &HashSet<DeliveryId>) -> Vec<Claimed> {
        let (stay, out) = self.drain().into_iter().partition(|claimed| stay.contains(&claimed.ready.id));
        self.heap = BinaryHeap::from(stay);
        out
    }

    /// Takes one bulletin's deliveries out.
    pub fn drain_bulletin(&mut self, bulletin: BulletinId) -> Vec<Claimed> {
        let (out, stay) = self.drain().into_iter().partition(|claimed| claimed.ready.bulletin_id == bulletin);
        self.heap = BinaryHeap::from(stay);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BulletinNo, GroupId, MessageId};
    use crate::domain::retry_key::RetryKey;
    use crate::domain::time::Timestamp;

    fn ready(second: i64, priority: i16) -> Ready {
        let at = Timestamp::from_second(second);
        let (bulletin_id, group_id) = (BulletinId::new(Timestamp::from_second(priority.into())), GroupId(1));
        let id = DeliveryId::of(at, BulletinNo(1), group_id);
        Ready {
            id,
            bulletin_id,
            group_id,
            message_id: MessageId { bulletin: bulletin_id, variant: 1 },
            recipient: None,
            key: RetryKey::Unused(id.0),
            attempts: 0,
            priority,
            has_children: false,
            members: 0,
            expires_at: None,
        }
    }

    fn backlog(batches: &[(i64, Vec<Ready>)]) -> Backlog {
        let mut backlog = Backlog::default();
        let claimed = batches.iter().flat_map(|(batch, all)| all.iter().map(|ready| (BatchId(*batch), ready.clone())));
        backlog.extend(claimed.collect());
        backlog
    }

    #[test]
    fn a_more_urgent_delivery_overtakes_all_that_were_claimed_before() {
        let mut backlog = backlog(&[(1, vec![ready(1, 7), ready(2, 6)]), (2, vec![ready(3, 0), ready(4, 7)])]);
        let order: Vec<i16> = std::iter::from_fn(|| backlog.pop()).map(|claimed| claimed.ready.priority).collect();
        assert_eq!(order, [0, 6, 7, 7]);
        assert_eq!(backlog.open(), 4);
    }

    #[test]
    fn what_is_refused_again_and_again_goes_behind_all_others() {
        let mut backlog = backlog(&[(1, vec![ready(1, 0), ready(2, 7)])]);
        let mut refused = backlog.pop().expect("the urgent one");
        refused.throttled.times = 1;
        backlog.put_back(refused);
        let mut refused = backlog.pop().expect("the urgent one again");
        assert_eq!(refused.ready.priority, 0);
        refused.throttled.times = OTHERS_FIRST;
        backlog.put_back(refused);
        assert_eq!(backlog.pop().map(|claimed| claimed.ready.priority), Some(7));
    }

    #[test]
    fn what_was_claimed_again_is_not_settled_by_what_came_of_its_first_claim() {
        let one = ready(1, 7);
        let mut backlog = backlog(&[(1, vec![one.clone()])]);
        backlog.extend(vec![(BatchId(2), one.clone())]);
        backlog.settle(&[(one.id, BatchId(1))]);
        assert_eq!(backlog.open(), 1);
        backlog.settle(&[(one.id, BatchId(2))]);
        assert_eq!(backlog.open(), 0);
    }
}

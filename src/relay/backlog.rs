//! The backlog: what one sender has claimed and not yet sent, most urgent first.
//!
//! It also remembers every delivery that is claimed and not yet recorded, so that a second look at the database
//! does not claim it twice, and where the last look stopped, so that a look costs only what is new.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::domain::ids::{BulletinId, ClaimId, DeliveryId};
use crate::store::claims::Ready;
use crate::store::queue::Cursor;

/// A claimed delivery.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The delivery.
    pub ready: Ready,
    /// The claim it belongs to.
    pub claim: ClaimId,
    /// How often LINE has answered that it is too much, since it was claimed.
    pub throttled: Throttled,
}

/// How often LINE has answered a delivery's calls with 429, and how far the channel had got at the first of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttled {
    /// How often.
    pub times: u32,
    /// What the sender had had accepted by then.
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

/// What one sender has claimed.
#[derive(Debug, Default)]
pub struct Backlog {
    heap: BinaryHeap<Claimed>,
    open: HashMap<DeliveryId, ClaimId>,
    cursor: Option<Cursor>,
    /// Whether a claim may have been written of which no answer came.
    pub lost_claim: bool,
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

    /// The hint of the queue after which the next look goes on.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        self.cursor
    }

    /// The next look goes on after this hint.
    pub fn advance(&mut self, last: Cursor) {
        self.cursor = Some(last);
    }

    /// The next look starts at the most urgent again: something became ready that may lie before the cursor.
    pub fn rewind(&mut self) {
        self.cursor = None;
    }

    /// Whether a delivery is claimed by this sender already.
    #[must_use]
    pub fn holds(&self, id: DeliveryId) -> bool {
        self.open.contains_key(&id)
    }

    /// Takes new claims in.
    pub fn extend(&mut self, claim: ClaimId, batch: Vec<Ready>) {
        for ready in batch {
            self.open.insert(ready.id, claim);
            self.heap.push(Claimed { ready, claim, throttled: Throttled::default() });
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

    /// The claims of which something is not recorded.
    #[must_use]
    pub fn claims(&self) -> Vec<ClaimId> {
        let claims: HashSet<ClaimId> = self.open.values().copied().collect();
        claims.into_iter().collect()
    }

    /// These are recorded, or given back.
    pub fn settle(&mut self, ids: &[DeliveryId]) {
        for id in ids {
            self.open.remove(id);
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
    use crate::domain::ids::{GroupId, MessageId};
    use crate::domain::time::Timestamp;

    fn ready(second: i64, priority: i16) -> Ready {
        let id = DeliveryId::new(Timestamp::from_second(second));
        Ready {
            id,
            bulletin_id: BulletinId::new(Timestamp::from_second(priority.into())),
            group_id: GroupId(1),
            message_id: MessageId(id.0),
            recipient: None,
            retry_key: id.0,
            key_used_at: None,
            outcome_open: false,
            attempts: 0,
            priority,
            has_children: false,
            members: 0,
            expires_at: None,
        }
    }

    #[test]
    fn a_more_urgent_delivery_overtakes_all_that_were_claimed_before() {
        let mut backlog = Backlog::default();
        backlog.extend(ClaimId(1), vec![ready(1, 7), ready(2, 6)]);
        backlog.extend(ClaimId(2), vec![ready(3, 0), ready(4, 7)]);
        let order: Vec<i16> = std::iter::from_fn(|| backlog.pop()).map(|claimed| claimed.ready.priority).collect();
        assert_eq!(order, [0, 6, 7, 7]);
        assert_eq!(backlog.open(), 4);
    }

    #[test]
    fn what_is_refused_again_and_again_goes_behind_all_others() {
        let mut backlog = Backlog::default();
        backlog.extend(ClaimId(1), vec![ready(1, 0), ready(2, 7)]);
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
    fn what_is_recorded_can_be_claimed_again() {
        let mut backlog = Backlog::default();
        let one = ready(1, 7);
        backlog.extend(ClaimId(1), vec![one.clone()]);
        assert!(backlog.holds(one.id));
        backlog.settle(&[one.id]);
        assert!(!backlog.holds(one.id));
    }
}

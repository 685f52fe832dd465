//! What the watcher has seen so far, and what of it is new to whom. Pure.

use std::collections::{BTreeSet, HashMap};

use crate::domain::ids::BulletinId;
use crate::store::board::changes::Changes;

/// Names one moment of one subject: another one whenever what is shown may be another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Which run of the watcher.
    run: u64,
    /// The look, counted from 1 in this run, at which the subject was seen to have changed; 0 = not in this run.
    look: u64,
}

/// What has been seen since the watcher began to look.
#[derive(Clone, Debug, Default)]
pub struct SeenVersions {
    run: u64,
    /// The last look that showed anything new.
    look: u64,
    /// The mark to look from next; none before the first look.
    mark: Option<i64>,
    bulletins: HashMap<BulletinId, (i64, u64)>,
    paused: BTreeSet<BulletinId>,
    channels: String,
}

impl SeenVersions {
    /// Nothing yet, in the run after this one.
    #[must_use]
    pub fn reset(&self) -> Self {
        Self { run: self.run + 1, ..Self::default() }
    }

    /// Whether the watcher has looked: from then on no change is missed.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.mark.is_some()
    }

    /// The mark to look from.
    #[must_use]
    pub fn mark(&self) -> Option<i64> {
        self.mark
    }

    /// The moment of one bulletin.
    #[must_use]
    pub fn stamp_of(&self, bulletin: BulletinId) -> Stamp {
        Stamp { run: self.run, look: self.bulletins.get(&bulletin).map_or(0, |(_, look)| *look) }
    }

    /// The moment of everything together.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp { run: self.run, look: self.look }
    }

    /// The bulletins that changed after the moment `since` of everything together; all that are known to have
    /// changed where `since` is of another run.
    #[must_use]
    pub fn changed_after(&self, since: Stamp) -> Vec<BulletinId> {
        let after = if since.run == self.run { since.look } else { 0 };
        let changed = self.bulletins.iter().filter(|(_, (_, look))| *look > after);
        let mut ids: Vec<BulletinId> = changed.map(|(id, _)| *id).collect();
        ids.sort_unstable_by_key(|id| id.0);
        ids
    }

    /// Takes in what a look showed; gives whether anything was new.
    pub fn take_in(&mut self, changes: Changes) -> bool {
        let first = self.mark.is_none();
        let next = self.look + 1;
        let mut new = false;
        for moved in changes.moved {
            let known = self.bulletins.get(&moved.bulletin_id);
            if known.is_none_or(|(version, _)| *version != moved.version) {
                self.bulletins.insert(moved.bulletin_id, (moved.version, next));
                new = true;
            }
        }
        let paused: BTreeSet<BulletinId> = changes.paused.into_iter().collect();
        if paused != self.paused {
            // what was true at the first look is no change
            for bulletin in self.paused.symmetric_difference(&paused).filter(|_| !first) {
                self.bulletins.entry(*bulletin).or_insert((0, next)).1 = next;
                new = true;
            }
            self.paused = paused;
        }
        if changes.channels != self.channels {
            new |= !first;
            self.channels = changes.channels;
        }
        if new {
            self.look = next;
        }
        self.mark = Some(changes.mark);
        new || first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::store::board::changes::Moved;

    fn ids() -> [BulletinId; 2] {
        [1, 2].map(|second| BulletinId::new(Timestamp::from_second(second)))
    }

    fn moved(bulletin_id: BulletinId, version: i64) -> Changes {
        Changes { moved: vec![Moved { bulletin_id, version }], mark: 7, ..Changes::default() }
    }

    #[test]
    fn a_bulletin_that_moved_has_another_stamp_and_its_neighbour_has_not() {
        let [one, other] = ids();
        let mut seen = SeenVersions::default();
        assert!(seen.take_in(Changes { mark: 5, ..Changes::default() }), "the first look lets everybody begin");
        let (before, beside) = (seen.stamp_of(one), seen.stamp_of(other));
        let all = seen.stamp();
        assert!(seen.take_in(moved(one, 4)));
        assert_ne!(seen.stamp_of(one), before);
        assert_eq!(seen.stamp_of(other), beside);
        assert_eq!(seen.changed_after(all), [one]);
    }

    #[test]
    fn the_same_version_seen_twice_is_no_change() {
        let [one, _] = ids();
        let mut seen = SeenVersions::default();
        seen.take_in(moved(one, 4));
        let stamp = seen.stamp_of(one);
        assert!(!seen.take_in(moved(one, 4)));
        assert_eq!(seen.stamp_of(one), stamp);
        assert!(seen.changed_after(seen.stamp()).is_empty());
    }

    #[test]
    fn a_pause_changes_its_bulletin_and_a_parked_channel_changes_the_whole() {
        let [one, other] = ids();
        let mut seen = SeenVersions::default();
        seen.take_in(Changes { paused: vec![other], channels: "a".to_owned(), ..Changes::default() });
        let (before, all) = (seen.stamp_of(one), seen.stamp());
        assert!(seen.take_in(Changes { paused: vec![one, other], channels: "a".to_owned(), ..Changes::default() }));
        assert_ne!(seen.stamp_of(one), before);
        assert_eq!(seen.changed_after(all), [one]);
        let all = seen.stamp();
        assert!(seen.take_in(Changes { paused: vec![one, other], channels: "b".to_owned(), ..Changes::default() }));
        assert_ne!(seen.stamp(), all);
    }

    #[test]
    fn a_new_run_of_the_watcher_trusts_no_old_stamp() {
        let [one, _] = ids();
        let mut seen = SeenVersions::default();
        seen.take_in(moved(one, 4));
        let again = seen.reset();
        assert!(!again.has_begun());
        assert_ne!(again.stamp_of(ids()[1]), seen.stamp_of(ids()[1]));
    }
}

//! Retry keys: how LINE accepts a push at most once in 24 hours.
//!
//! A key is remembered from its first use, accepted or not, so that a changed body under an old key
//! is noticed even where the first try was refused or lost. After 24 hours it is forgotten, and the
//! same key is a new request, as LINE documents. One [`RetryKeys`] per channel; pure, the caller says
//! what time it is. Unaccepted uses are not journalled: nothing was promised about them.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::content::Content;
use crate::domain::time::Timestamp;

/// How long a key is remembered.
const LIFE: Duration = Duration::from_hours(24);

/// The keys of one channel.
#[derive(Default)]
pub(super) struct RetryKeys {
    uses: HashMap<Uuid, KeyUse>,
    by_age: VecDeque<(Timestamp, Uuid)>,
}

struct KeyUse {
    first_used_at: Timestamp,
    fingerprint: u64,
    accepted: Option<AcceptedUse>,
}

/// What a key's acceptance came to: the answer to every later use.
#[derive(Clone)]
pub(super) struct AcceptedUse {
    /// The request that was accepted.
    pub(super) request: Uuid,
    /// The id of its first message in the chat.
    pub(super) first_id: u64,
    /// What was sent.
    pub(super) content: Arc<Content>,
}

/// How a use of a key compares with earlier ones.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The first use within 24 hours.
    First,
    /// The same request once more.
    Again,
    /// Another recipient or other messages than at first.
    Changed,
}

/// A number that differs between requests that LINE would not hold for the same.
pub(super) fn fingerprint(to: &str, messages: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (to, messages).hash(&mut hasher);
    hasher.finish()
}

impl RetryKeys {
    /// Takes note of a use at `now`.
    pub(super) fn note(&mut self, key: Uuid, fingerprint: u64, now: Timestamp) -> Seen {
        self.forget_old(now);
        match self.uses.get(&key) {
            Some(earlier) if earlier.fingerprint == fingerprint => Seen::Again,
            Some(_) => Seen::Changed,
            None => {
                self.remember(key, KeyUse { first_used_at: now, fingerprint, accepted: None });
                Seen::First
            }
        }
    }

    /// When the key was first used, as far as it is remembered.
    pub(super) fn first_used_at(&self, key: Uuid) -> Option<Timestamp> {
        self.uses.get(&key).map(|earlier| earlier.first_used_at)
    }

    /// The acceptance under this key, as far as it is remembered.
    pub(super) fn accepted(&self, key: Uuid) -> Option<&AcceptedUse> {
        self.uses.get(&key)?.accepted.as_ref()
    }

    /// Records the acceptance of a key first used at `first_used_at`.
    pub(super) fn accept(&mut self, key: Uuid, first_used_at: Timestamp, fingerprint: u64, accepted: AcceptedUse) {
        match self.uses.get_mut(&key) {
            Some(known) if known.first_used_at == first_used_at => known.accepted = Some(accepted),
            _ => self.remember(key, KeyUse { first_used_at, fingerprint, accepted: Some(accepted) }),
        }
    }

    fn remember(&mut self, key: Uuid, used: KeyUse) {
        self.by_age.push_back((used.first_used_at, key));
        self.uses.insert(key, used);
    }

    fn forget_old(&mut self, now: Timestamp) {
        while let Some(&(at, key)) = self.by_age.front() {
            if now < at + LIFE {
                break;
            }
            self.by_age.pop_front();
            if self.first_used_at(key) == Some(at) {
                self.uses.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_old_for_24_hours_and_then_new_again() {
        let mut keys = RetryKeys::default();
        let key = Uuid::from_u128(1);
        let start = Timestamp::from_second(0);
        assert_eq!(keys.note(key, 7, start), Seen::First);
        assert_eq!(keys.note(key, 7, start + Duration::from_secs(86_399)), Seen::Again);
        assert_eq!(keys.note(key, 8, start + Duration::from_secs(86_399)), Seen::Changed);
        assert_eq!(keys.note(key, 8, start + LIFE), Seen::First);
    }
}

//! Slots: counts what each holder has at once; connections by address, streams and long polls by caller.
//!
//! The counts are of this node alone. Used by [`super::listen`] and [`super::caller_limits`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Places by holder; clones count together.
#[derive(Debug)]
pub struct Slots<K>(Arc<Mutex<HashMap<K, usize>>>);

impl<K> Clone for Slots<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Slots<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Copy + Eq + Hash> Slots<K> {
    /// A place for one more of `holder`, unless it has `most`.
    #[must_use]
    pub fn take(&self, holder: K, most: usize) -> Option<Slot<K>> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = counts.get(&holder).copied().unwrap_or_default();
        if held >= most {
            return None;
        }
        counts.insert(holder, held + 1);
        Some(Slot { slots: self.clone(), holder })
    }
}

/// One place; given back when dropped.
#[derive(Debug)]
pub struct Slot<K: Copy + Eq + Hash> {
    slots: Slots<K>,
    holder: K,
}

impl<K: Copy + Eq + Hash> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut counts = self.slots.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_holder_has_places_of_its_own_and_a_place_given_back_is_free() {
        let slots = Slots::default();
        let held = [slots.take('a', 2), slots.take('a', 2)];
        assert!(held.iter().all(Option::is_some));
        assert!(slots.take('a', 2).is_none());
        assert!(slots.take('b', 2).is_some());
        drop(held);
        assert!(slots.take('a', 1).is_some());
        assert!(slots.0.lock().expect("not poisoned").is_empty(), "nobody is remembered who holds nothing");
    }
}

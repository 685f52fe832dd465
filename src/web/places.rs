//! Counting what each holder has at once: connections by address, streams and long polls by caller.
//!
//! The counts are of this node alone. Used by [`super::listen`] and [`super::caller_limits`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Places by holder; clones count together.
#[derive(Debug)]
pub struct Places<K>(Arc<Mutex<HashMap<K, usize>>>);

impl<K> Clone for Places<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Places<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Copy + Eq + Hash> Places<K> {
    /// A place for one more of `holder`, unless it has `most`.
    #[must_use]
    pub fn take(&self, holder: K, most: usize) -> Option<Place<K>> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = counts.get(&holder).copied().unwrap_or_default();
        if held >= most {
            return None;
        }
        counts.insert(holder, held + 1);
        Some(Place { places: self.clone(), holder })
    }
}

/// One place; given back when dropped.
#[derive(Debug)]
pub struct Place<K: Copy + Eq + Hash> {
    places: Places<K>,
    holder: K,
}

impl<K: Copy + Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut counts = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let places = Places::default();
        let held = [places.take('a', 2), places.take('a', 2)];
        assert!(held.iter().all(Option::is_some));
        assert!(places.take('a', 2).is_none());
        assert!(places.take('b', 2).is_some());
        drop(held);
        assert!(places.take('a', 1).is_some());
        assert!(places.0.lock().expect("not poisoned").is_empty(), "nobody is remembered who holds nothing");
    }
}

//! Message arrays, each kept once however many groups it goes to.
//!
//! A bulletin is the same bytes for thousands of groups: the array is checked against LINE's limits
//! and stored when it first comes, found by its text afterwards, and shared by every chat it is in.
//! Only arrays that passed the checks get in.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::limits::{self, Detail};

/// One checked message array.
#[derive(Debug)]
pub struct Content {
    /// The first 32 hex digits of the SHA-256 of its bytes.
    pub hash: String,
    /// The `messages` array as it was sent, byte for byte.
    pub messages: Box<RawValue>,
    /// For each message, whether others can quote it (LINE gives those a quote token).
    pub(super) quotable: Vec<bool>,
}

impl Content {
    /// Checks an array against LINE's limits.
    ///
    /// # Errors
    /// What LINE would list under `details`.
    pub(super) fn check(messages: &RawValue) -> Result<Self, Vec<Detail>> {
        let quotable = limits::check_messages(messages.get())?;
        let mut hash = hex::encode(Sha256::digest(messages.get()));
        hash.truncate(32);
        Ok(Self { hash, messages: messages.to_owned(), quotable })
    }

    /// How many messages it holds.
    pub(super) fn len(&self) -> u64 {
        self.quotable.len() as u64
    }
}

/// All arrays ever accepted.
#[derive(Default)]
pub(super) struct Contents {
    by_text: HashMap<Box<str>, Arc<Content>>,
    by_hash: HashMap<String, Arc<Content>>,
}

impl Contents {
    /// The content with exactly this text.
    pub(super) fn find(&self, messages: &RawValue) -> Option<&Arc<Content>> {
        self.by_text.get(messages.get())
    }

    /// The content with this hash.
    pub(super) fn get(&self, hash: &str) -> Option<&Arc<Content>> {
        self.by_hash.get(hash)
    }

    /// Keeps a content.
    pub(super) fn insert(&mut self, content: Content) -> Arc<Content> {
        let content = Arc::new(content);
        self.by_text.insert(content.messages.get().into(), Arc::clone(&content));
        self.by_hash.insert(content.hash.clone(), Arc::clone(&content));
        content
    }
}

//! What the simulator counts for the tests: calls by endpoint and outcome, refusals for pace and
//! quota, webhooks, and retry keys that came back with another request.
//!
//! Accepted pushes are not counted here: they are counted from the chats, which outlive a restart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::endpoint::Endpoint;
use crate::domain::time::Timestamp;

/// A retry key that came back with another recipient or other messages: a fault of the sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyChange {
    /// When.
    pub at: Timestamp,
    /// The channel.
    pub channel: String,
    /// The key.
    pub retry_key: Uuid,
    /// The recipient of the changed request.
    pub to: String,
}

/// Webhooks sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WebhookCounts {
    /// Requests sent, redeliveries included.
    pub sent: u64,
    /// Answered with 2xx in time.
    pub answered: u64,
}

/// Counts of one process.
#[derive(Default)]
pub(super) struct Tally {
    /// Calls by endpoint and outcome: a status, `timeout` or `reset`.
    pub(super) calls: BTreeMap<Endpoint, BTreeMap<String, u64>>,
    /// 429s because of the rate.
    pub(super) rate_429: u64,
    /// 429s because of the quota.
    pub(super) quota_429: u64,
    /// Webhooks.
    pub(super) webhooks: WebhookCounts,
    /// Changed requests under old keys.
    pub(super) body_changes: Vec<BodyChange>,
}

impl Tally {
    /// Counts one call.
    pub(super) fn call(&mut self, endpoint: Endpoint, outcome: String) {
        *self.calls.entry(endpoint).or_default().entry(outcome).or_default() += 1;
    }
}

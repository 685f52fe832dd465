//! Counting what was accepted, from the chats themselves, for the tests and the demo's report.
//!
//! As the chats are journalled, these numbers outlive a restart; calls and webhooks are those of the
//! process. Walks all groups, so it is for looking at now and then, not for every call.

use std::collections::BTreeMap;

use serde::Serialize;

use super::chat::AcceptedPush;
use super::content::Content;
use super::endpoint::Endpoint;
use super::groups::Group;
use super::state::State;
use super::tally::{BodyChange, WebhookCounts};

/// What the simulator has counted.
#[derive(Clone, Debug, Serialize)]
pub struct Counts {
    /// Accepted pushes in groups.
    pub accepted: u64,
    /// Groups that got at least one.
    pub groups: u64,
    /// Accepted pushes in chats of two, which are not among those of groups.
    pub direct: u64,
    /// Groups that got the same messages more than once.
    pub duplicates: Vec<Duplicate>,
    /// Retry keys that came back with another request.
    pub body_changes: Vec<BodyChange>,
    /// 429s because of the rate.
    pub rate_429: u64,
    /// 429s because of the quota.
    pub quota_429: u64,
    /// Calls by endpoint and outcome: a status, `timeout` or `reset`. Of this process only.
    pub calls: BTreeMap<Endpoint, BTreeMap<String, u64>>,
    /// Webhooks. Of this process only.
    pub webhooks: WebhookCounts,
}

/// The same messages more than once in one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// The group.
    pub group: String,
    /// The hash of the messages.
    pub messages_hash: String,
    /// How often they were accepted.
    pub times: u64,
}

/// Counts everything.
pub(super) fn count(state: &State) -> Counts {
    let pushes = state.groups.iter().map(|group| group.chat.pushes().count() as u64);
    let (accepted, groups) = pushes.filter(|&n| n > 0).fold((0, 0), |(accepted, groups), n| (accepted + n, groups + 1));
    let tally = &state.tally;
    Counts {
        accepted,
        groups,
        direct: state.friends.iter().map(|chat| chat.chat.pushes().count() as u64).sum(),
        duplicates: state.groups.iter().chain(state.friends.iter()).flat_map(duplicates).collect(),
        body_changes: tally.body_changes.clone(),
        rate_429: tally.rate_429,
        quota_429: tally.quota_429,
        calls: tally.calls.clone(),
        webhooks: tally.webhooks,
    }
}

fn duplicates(group: &Group) -> Vec<Duplicate> {
    let of = |(content, times): (&Content, u64)| Duplicate {
        group: group.config.id.clone(),
        messages_hash: content.hash.clone(),
        times,
    };
    group.chat.duplicates().into_iter().map(of).collect()
}

/// The accepted pushes of one group, oldest first.
pub(super) fn accepted_pushes(group: &Group) -> impl Iterator<Item = AcceptedPush> {
    group.chat.pushes().map(|(at, sent)| AcceptedPush {
        group: group.config.id.clone(),
        at,
        messages_hash: sent.content.hash.clone(),
        message_ids: sent.message_ids(),
        retry_key: sent.retry_key,
        request_id: sent.request,
    })
}

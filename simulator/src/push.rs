//! Accepting a push, by LINE's documented rules, in the order in which they can be told apart from
//! outside: the retry key, the recipient, the messages, the month's quota.
//!
//! Runs under the state's lock and does no more than look things up, as all pushes of all channels
//! pass here: an array is checked once, when it first comes. Acceptance is journalled before it is
//! answered. Source: Messaging API reference, "Send push message" and "Retry failed API requests".

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::Answer;
use super::call::Push;
use super::content::Content;
use super::journal::JournalError;
use super::keys::{Seen, fingerprint};
use super::record::{Accepted, Record, Via};
use super::state::State;
use super::tally::BodyChange;
use crate::domain::time::Timestamp;

/// Takes note of a key's use before it is known what becomes of the request.
pub(super) fn note_key(state: &mut State, channel: &str, push: &Push, key: Uuid, now: Timestamp) {
    let Some(known) = state.channels.get_mut(channel) else { return };
    if known.keys.note(key, fingerprint(&push.to, push.messages.get()), now) == Seen::Changed {
        let change = BodyChange { at: now, channel: channel.to_owned(), retry_key: key, to: push.to.clone() };
        if let Err(error) = state.commit(Record::BodyChanged(change)) {
            tracing::error!(error = &error as &dyn std::error::Error, "a changed retry could not be journalled");
        }
    }
}

/// Answers a push.
///
/// # Errors
/// Its acceptance could not be journalled, so that it was not accepted.
pub(super) fn push(
    state: &mut State,
    channel: &str,
    request: &Push,
    key: Option<Uuid>,
    request_id: Uuid,
    now: Timestamp,
) -> Result<Answer, JournalError> {
    if let Some(answer) = key.and_then(|key| earlier_acceptance(state, channel, key)) {
        return Ok(answer);
    }
    if !are_units(&request.custom_aggregation_units) {
        let message = "The property, customAggregationUnits, in the request body is invalid";
        return Ok(Answer::error(StatusCode::BAD_REQUEST, message));
    }
    let Some(cost) = state.cost_of_push(&request.to, channel) else {
        return Ok(Answer::error(StatusCode::BAD_REQUEST, "Failed to send messages"));
    };
    let content = match find_or_keep(state, &request.messages)? {
        Ok(content) => content,
        Err(answer) => return Ok(answer),
    };
    if !state.channels.get(channel).is_some_and(|known| known.affords(cost, now)) {
        state.tally.quota_429 += 1;
        return Ok(Answer::quota_used_up());
    }
    let first_used_at = |key| state.channels.get(channel)?.keys.first_used_at(key);
    let key = key.map(|key| (key, first_used_at(key).unwrap_or(now)));
    let first_id = state.take_message_ids(content.len());
    state.commit(Record::Accepted(Accepted {
        at: now,
        channel: channel.to_owned(),
        group: request.to.clone(),
        content: content.hash.clone(),
        first_id,
        request: request_id,
        via: Via::Push { key, cost },
    }))?;
    Ok(Answer::ok(&json!({ "sentMessages": sent_messages(&content, first_id) })))
}

fn earlier_acceptance(state: &State, channel: &str, key: Uuid) -> Option<Answer> {
    let accepted = state.channels.get(channel)?.keys.accepted(key)?;
    Some(Answer::already_accepted(accepted.request, &sent_messages(&accepted.content, accepted.first_id)))
}

/// The stored content of an array, checked and stored if it is new; the inner error is LINE's refusal.
///
/// # Errors
/// A new array could not be journalled.
pub(super) fn find_or_keep(
    state: &mut State,
    messages: &RawValue,
) -> Result<Result<Arc<Content>, Answer>, JournalError> {
    if let Some(content) = state.contents.find(messages) {
        return Ok(Ok(Arc::clone(content)));
    }
    if let Err(details) = Content::check(messages) {
        return Ok(Err(Answer::invalid(&details)));
    }
    state.commit(Record::Content { messages: messages.get().to_owned() })?;
    Ok(state.contents.find(messages).cloned().ok_or_else(Answer::broken))
}

/// The `sentMessages` of an acceptance; what can be quoted has a token that follows from its id.
pub(super) fn sent_messages(content: &Content, first_id: u64) -> Vec<Value> {
    let message = |(id, &quotable): (u64, &bool)| {
        let mut sent = json!({ "id": id.to_string() });
        if quotable {
            sent["quoteToken"] = quote_token(id).into();
        }
        sent
    };
    (first_id..).zip(&content.quotable).map(message).collect()
}

/// The token by which the message with this id is quoted.
pub(super) fn quote_token(id: u64) -> String {
    format!("q3Plxr4AgKd{:016x}", id.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn are_units(units: &[String]) -> bool {
    let is_unit = |unit: &String| {
        (1..=30).contains(&unit.len()) && unit.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    units.len() <= 1 && units.iter().all(is_unit)
}

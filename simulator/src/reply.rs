//! Reply tokens, and answering with one.
//!
//! A token comes with a webhook, can be used once, and only for a minute; a redelivered webhook gives
//! it another minute, up to 20 minutes after the event. Replies cost no quota and take no retry key.
//! Source: Messaging API reference, "Send reply message".

use std::collections::HashMap;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use super::answer::Answer;
use super::call::Reply;
use super::journal::JournalError;
use super::push::{find_or_keep, sent_messages};
use super::record::{Accepted, Record, Via};
use super::state::State;
use crate::domain::time::Timestamp;

/// How long a token can be used after it went out.
const LIFE: Duration = Duration::from_mins(1);
/// How long after the event a redelivery still brings a token that can be used.
const LONGEST: Duration = Duration::from_mins(20);

/// The tokens that went out and were not used.
#[derive(Default)]
pub(super) struct ReplyTokens {
    open: HashMap<String, Token>,
    sweep_at: usize,
}

struct Token {
    channel: String,
    group: String,
    first_sent_at: Timestamp,
    sent_at: Timestamp,
}

impl ReplyTokens {
    /// Notes that a token goes out at `at`, for the first time or again. A used one stays used: its
    /// redelivery is not noted (see [`ReplyTokens::is_open`]).
    pub(super) fn issue(&mut self, token: String, channel: String, group: String, at: Timestamp) {
        self.sweep(at);
        let fresh = Token { channel, group, first_sent_at: at, sent_at: at };
        self.open.entry(token).or_insert(fresh).sent_at = at;
    }

    /// Forgets what is too old, each time that the number of tokens has doubled.
    fn sweep(&mut self, now: Timestamp) {
        if self.open.len() >= self.sweep_at {
            self.open.retain(|_, known| now <= known.first_sent_at + LONGEST);
            self.sweep_at = (self.open.len() * 2).max(1_024);
        }
    }

    /// Whether the token went out and was not used.
    pub(super) fn is_open(&self, token: &str) -> bool {
        self.open.contains_key(token)
    }

    /// Takes the token away.
    pub(super) fn use_up(&mut self, token: &str) {
        self.open.remove(token);
    }

    /// The group in which `channel` may answer with the token now.
    fn group(&self, token: &str, channel: &str, now: Timestamp) -> Option<&str> {
        let known = self.open.get(token).filter(|known| known.channel == channel)?;
        let usable = now <= known.sent_at + LIFE && now <= known.first_sent_at + LONGEST;
        usable.then_some(known.group.as_str())
    }
}

/// Answers a reply.
///
/// # Errors
/// It could not be journalled, so that it was not accepted.
pub(super) fn reply(
    state: &mut State,
    channel: &str,
    request: &Reply,
    request_id: Uuid,
    now: Timestamp,
) -> Result<Answer, JournalError> {
    let group = state.replies.group(&request.reply_token, channel, now);
    let Some(group) = group.filter(|id| state.cost_of_push(id, channel).is_some()).map(str::to_owned) else {
        return Ok(Answer::error(StatusCode::BAD_REQUEST, "Invalid reply token"));
    };
    let content = match find_or_keep(state, &request.messages)? {
        Ok(content) => content,
        Err(answer) => return Ok(answer),
    };
    let first_id = state.take_message_ids(content.len());
    state.commit(Record::Accepted(Accepted {
        at: now,
        channel: channel.to_owned(),
        group,
        content: content.hash.clone(),
        first_id,
        request: request_id,
        via: Via::Reply { token: request.reply_token.clone() },
    }))?;
    Ok(Answer::ok(&json!({ "sentMessages": sent_messages(&content, first_id) })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_a_minute_from_each_sending_but_20_minutes_at_most() {
        let start = Timestamp::from_second(0);
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut tokens = ReplyTokens::default();
        let issue = |tokens: &mut ReplyTokens, at| tokens.issue("t".into(), "a".into(), "C1".into(), at);
        issue(&mut tokens, start);
        assert_eq!(tokens.group("t", "a", at(60)), Some("C1"));
        assert_eq!(tokens.group("t", "b", at(60)), None);
        assert_eq!(tokens.group("t", "a", at(61)), None);
        issue(&mut tokens, at(1_180));
        assert_eq!(tokens.group("t", "a", at(1_200)), Some("C1"));
        assert_eq!(tokens.group("t", "a", at(1_201)), None);
        tokens.use_up("t");
        assert_eq!(tokens.group("t", "a", at(1_190)), None);
    }
}

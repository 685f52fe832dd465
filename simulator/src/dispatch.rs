//! Hands a call that got past token, faults and rate limit to its endpoint.
//!
//! Runs under the state's lock. What has to go out to the channel's webhook because of the call is
//! handed back beside the answer, since sending takes time.

use uuid::Uuid;

use super::answer::Answer;
use super::call::Request;
use super::channel::Channel;
use super::endpoint::Endpoint;
use super::group_event::{GroupEvent, GroupEventError, happen};
use super::journal::JournalError;
use super::state::State;
use super::webhook::Event;
use super::{push, queries, reply};
use crate::domain::time::Timestamp;

/// Whose call it is, and when.
pub(super) struct Caller<'a> {
    /// The channel's code.
    pub(super) channel: &'a str,
    /// The retry key.
    pub(super) key: Option<Uuid>,
    /// The call's `x-line-request-id`.
    pub(super) request_id: Uuid,
    /// The time.
    pub(super) now: Timestamp,
}

/// What has to go out to the webhook.
pub(super) enum Consequence {
    /// An event.
    Event(Event),
    /// An empty request to try `url` out, or the address that is set; its outcome is the answer.
    Test {
        /// The channel's code.
        channel: String,
        /// The address.
        url: Option<String>,
    },
}

/// An answer, and what goes out beside it.
pub(super) type Answered = (Answer, Option<Consequence>);

/// Answers a request.
///
/// # Errors
/// A change could not be journalled, and was not made.
pub(super) fn dispatch(
    state: &mut State,
    caller: &Caller<'_>,
    endpoint: Endpoint,
    request: Request,
) -> Result<Answered, JournalError> {
    let Caller { channel, key, request_id, now } = *caller;
    let answer = match request {
        Request::Push(push) => push::push(state, channel, &push, key, request_id, now)?,
        Request::Reply(reply) => reply::reply(state, channel, &reply, request_id, now)?,
        Request::Validate(messages) => queries::validate(&messages),
        Request::Group { id, .. } if endpoint == Endpoint::LeaveGroup => return leave(state, caller, &id),
        Request::Group { id, user } => match queries::known_group(state, channel, &id) {
            Err(answer) => answer,
            Ok(group) => match endpoint {
                Endpoint::MembersCount => queries::members_count(group),
                Endpoint::MemberProfile => {
                    queries::member_profile(&state.groups, group, user.as_deref().unwrap_or_default())
                }
                _ => queries::summary(group),
            },
        },
        Request::Webhook { endpoint: url } if endpoint == Endpoint::TestWebhook => {
            return Ok((Answer::empty(), Some(Consequence::Test { channel: channel.to_owned(), url })));
        }
        Request::Webhook { endpoint: url } => queries::set_webhook(state, channel, url.as_deref())?,
        Request::Sent(id) => state.media.answer(endpoint, channel, &id, now),
        Request::Day(day) => match state.channels.get(channel) {
            Some(known) => queries::pushed_on(known, &day, now),
            None => Answer::unauthorized(),
        },
        Request::Plain => match state.channels.get(channel) {
            Some(known) => about_channel(known, endpoint, now),
            None => Answer::unauthorized(),
        },
    };
    Ok((answer, None))
}

/// `POST /v2/bot/group/{groupId}/leave`: the account's own leaving also comes as a webhook.
fn leave(state: &mut State, caller: &Caller<'_>, group: &str) -> Result<Answered, JournalError> {
    if let Err(answer) = queries::known_group(state, caller.channel, group) {
        return Ok((answer, None));
    }
    match happen(state, group, &GroupEvent::Leave, caller.now) {
        Ok(event) => Ok((Answer::empty(), Some(Consequence::Event(event)))),
        Err(GroupEventError::Journal(error)) => Err(error),
        Err(_) => Ok((Answer::not_found(), None)),
    }
}

fn about_channel(channel: &Channel, endpoint: Endpoint, now: Timestamp) -> Answer {
    match endpoint {
        Endpoint::Quota => queries::quota(channel),
        Endpoint::QuotaConsumption => queries::consumption(channel, now),
        Endpoint::GetWebhook => queries::webhook(channel),
        _ => queries::bot_info(channel),
    }
}

//! From a call to what becomes of it: token, note of the retry key, faults, rate limit, endpoint.
//!
//! [`decide`] does all of it at once under the state's lock and waits for nothing; what then takes
//! time (a slow answer, a connection that never gets one) is for `api` to act out.

use std::time::Duration;

use axum::http::StatusCode;
use uuid::Uuid;

use super::answer::Answer;
use super::call::{Call, Request};
use super::channel::Channel;
use super::endpoint::Endpoint;
use super::faults::{Drawn, Fault};
use super::happening::{Happening, HappeningError, happen};
use super::journal::JournalError;
use super::platform::Platform;
use super::record::Record;
use super::state::{State, new_request_id};
use super::webhook::Event;
use super::{push, queries, reply};
use crate::domain::time::Timestamp;

/// What becomes of a call.
pub(super) struct Decision {
    /// Its `x-line-request-id`.
    pub(super) request_id: Uuid,
    /// How the answer goes out.
    pub(super) way: Way,
    /// What it made happen in a group.
    pub(super) event: Option<Event>,
    /// The webhook to try out before answering, with what comes of it.
    pub(super) test: Option<WebhookTest>,
}

/// A call to the endpoint that tries the webhook out.
pub(super) struct WebhookTest {
    /// The channel.
    pub(super) channel: String,
    /// The address; without it, the one that is set.
    pub(super) url: Option<String>,
}

/// How an answer goes out.
pub(super) enum Way {
    /// At once, or after a while.
    Answer(Answer, Duration),
    /// Never; the connection stays open.
    Silence,
    /// Never; the connection is reset.
    Reset,
}

/// Decides one call and counts it.
pub(super) fn decide(platform: &Platform, call: Call) -> Decision {
    let request_id = new_request_id();
    let now = platform.clock.now();
    let endpoint = call.endpoint;
    let mut state = platform.state();
    let mut context = Context { platform, now, request_id, event: None, test: None };
    let way = context.decide(&mut state, call);
    state.tally.call(endpoint, outcome(&way));
    Decision { request_id, way, event: context.event, test: context.test }
}

fn outcome(way: &Way) -> String {
    match way {
        Way::Answer(answer, _) => answer.status.as_u16().to_string(),
        Way::Silence => "timeout".to_owned(),
        Way::Reset => "reset".to_owned(),
    }
}

struct Context<'a> {
    platform: &'a Platform,
    now: Timestamp,
    request_id: Uuid,
    event: Option<Event>,
    test: Option<WebhookTest>,
}

impl Context<'_> {
    fn decide(&mut self, state: &mut State, call: Call) -> Way {
        let channel = call.token.as_deref().and_then(|token| state.channel_of_token(token)).map(str::to_owned);
        let Some(channel) = channel else { return at_once(Answer::unauthorized()) };
        if let (Ok(Request::Push(push)), Some(Ok(key))) = (&call.request, &call.retry_key) {
            push::note_key(state, &channel, push, *key, self.now);
        }
        let drawn = draw(state, &call);
        match drawn {
            Some(Drawn { fault, lot, .. }) => self.meet(state, &channel, call, &fault, lot),
            None => at_once(self.answer(state, &channel, call)),
        }
    }

    /// Acts a fault out.
    fn meet(&mut self, state: &mut State, channel: &str, call: Call, fault: &Fault, lot: f64) -> Way {
        match *fault {
            Fault::Rate429 => at_once(count_rate(state)),
            Fault::Quota429 => at_once(count_quota(state)),
            Fault::Status { status } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                at_once(Answer::error(status, status.canonical_reason().unwrap_or("Error")))
            }
            Fault::Html502 => at_once(Answer::bad_gateway_page()),
            Fault::Timeout => Way::Silence,
            Fault::Reset => Way::Reset,
            Fault::Slow { min_ms, max_ms } => {
                let (min, max) = (Duration::from_millis(min_ms), Duration::from_millis(max_ms.max(min_ms)));
                Way::Answer(self.answer(state, channel, call), min + (max - min).mul_f64(lot))
            }
            Fault::AcceptThenTimeout => self.lose(state, channel, call, Way::Silence),
            Fault::AcceptThenReset => self.lose(state, channel, call, Way::Reset),
            Fault::AcceptThen500 => self.lose(state, channel, call, at_once(Answer::broken())),
        }
    }

    /// Answers, but puts `instead` in the place of an acceptance.
    fn lose(&mut self, state: &mut State, channel: &str, call: Call, instead: Way) -> Way {
        let answer = self.answer(state, channel, call);
        if answer.status == StatusCode::OK { instead } else { at_once(answer) }
    }

    fn answer(&mut self, state: &mut State, channel: &str, call: Call) -> Answer {
        let since_start = self.platform.since_start();
        if !state.channels.get_mut(channel).is_some_and(|known| known.admits(call.endpoint, since_start)) {
            return count_rate(state);
        }
        let key = match call.retry_key {
            Some(_) if !call.endpoint.takes_retry_key() => return bad_key("X-Line-Retry-Key is not supported here"),
            Some(Err(_)) => return bad_key("The value for the 'X-Line-Retry-Key' header is invalid"),
            Some(Ok(key)) => Some(key),
            None => None,
        };
        let answered = match call.request {
            Err(answer) => Ok(answer),
            Ok(request) => self.endpoint(state, channel, call.endpoint, request, key),
        };
        answered.unwrap_or_else(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a call was refused as it could not be journalled"
            );
            Answer::broken()
        })
    }

    fn endpoint(
        &mut self,
        state: &mut State,
        channel: &str,
        endpoint: Endpoint,
        request: Request,
        key: Option<Uuid>,
    ) -> Result<Answer, JournalError> {
        match request {
            Request::Push(push) => push::push(state, channel, &push, key, self.request_id, self.now),
            Request::Reply(reply) => reply::reply(state, channel, &reply, self.request_id, self.now),
            Request::Validate(messages) => Ok(queries::validate(&messages)),
            Request::Group { id, user } => self.group(state, channel, endpoint, &id, user.as_deref()),
            Request::Webhook { endpoint: url } if endpoint == Endpoint::TestWebhook => {
                self.test = Some(WebhookTest { channel: channel.to_owned(), url });
                Ok(Answer::empty())
            }
            Request::Webhook { endpoint: url } => queries::set_webhook(state, channel, url.as_deref()),
            Request::Plain => Ok(state
                .channels
                .get(channel)
                .map_or_else(Answer::unauthorized, |known| about_channel(known, endpoint, self.now))),
        }
    }

    fn group(
        &mut self,
        state: &mut State,
        channel: &str,
        endpoint: Endpoint,
        id: &str,
        user: Option<&str>,
    ) -> Result<Answer, JournalError> {
        let group = match queries::known_group(state, channel, id) {
            Ok(group) => group,
            Err(answer) => return Ok(answer),
        };
        Ok(match endpoint {
            Endpoint::MembersCount => queries::members_count(group),
            Endpoint::MemberProfile => queries::member_profile(group, user.unwrap_or_default()),
            Endpoint::LeaveGroup => {
                let left = happen(state, id, &Happening::Leave, self.now);
                if let Err(HappeningError::Journal(error)) = left {
                    return Err(error);
                }
                self.event = left.ok();
                Answer::empty()
            }
            _ => queries::summary(group),
        })
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

fn draw(state: &mut State, call: &Call) -> Option<Drawn> {
    let drawn = state.faults.draw(call.endpoint, call.group());
    if drawn.as_ref().is_some_and(|drawn| drawn.counted) {
        let left = state.faults.rules();
        // written without being applied: the rules in force go on with their lots
        if let Err(error) = state.write(&Record::Faults(left)) {
            tracing::error!(error = &error as &dyn std::error::Error, "a fault's times could not be journalled");
        }
    }
    drawn
}

fn at_once(answer: Answer) -> Way {
    Way::Answer(answer, Duration::ZERO)
}

fn bad_key(message: &str) -> Answer {
    Answer::error(StatusCode::BAD_REQUEST, message)
}

fn count_rate(state: &mut State) -> Answer {
    state.tally.rate_429 += 1;
    Answer::too_fast()
}

fn count_quota(state: &mut State) -> Answer {
    state.tally.quota_429 += 1;
    Answer::quota_used_up()
}

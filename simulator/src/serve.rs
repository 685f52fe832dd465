//! From a call to what becomes of it: token, note of the retry key, faults, rate limit, endpoint.
//!
//! [`decide`] does all of it at once under the state's lock and waits for nothing; what then takes
//! time (a slow answer, a connection that never gets one) is for `api` to act out.

use std::time::Duration;

use axum::http::StatusCode;
use uuid::Uuid;

use super::answer::Answer;
use super::call::{Call, Request};
use super::dispatch::{Caller, Consequence, dispatch};
use super::faults::{Drawn, Fault};
use super::platform::Platform;
use super::push;
use super::record::Record;
use super::state::{State, new_request_id};
use crate::domain::time::Timestamp;

/// What becomes of a call.
pub(super) struct Decision {
    /// Its `x-line-request-id`.
    pub(super) request_id: Uuid,
    /// How the answer goes out.
    pub(super) way: Way,
    /// What goes out to the webhook because of it.
    pub(super) consequence: Option<Consequence>,
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
    let mut state = platform.state();
    let endpoint = call.endpoint;
    let mut deciding = Deciding {
        now: platform.clock.now(),
        since_start: platform.since_start(),
        request_id: new_request_id(),
        consequence: None,
    };
    let way = deciding.decide(&mut state, call);
    state.tally.call(endpoint, outcome(&way));
    Decision { request_id: deciding.request_id, way, consequence: deciding.consequence }
}

fn outcome(way: &Way) -> String {
    match way {
        Way::Answer(answer, _) => answer.status.as_u16().to_string(),
        Way::Silence => "timeout".to_owned(),
        Way::Reset => "reset".to_owned(),
    }
}

struct Deciding {
    now: Timestamp,
    since_start: Duration,
    request_id: Uuid,
    consequence: Option<Consequence>,
}

impl Deciding {
    fn decide(&mut self, state: &mut State, call: Call) -> Way {
        let channel = call.token.as_deref().and_then(|token| state.channel_of_token(token)).map(str::to_owned);
        let Some(channel) = channel else { return at_once(Answer::unauthorized()) };
        if let (Ok(Request::Push(push)), Some(Ok(key))) = (&call.request, &call.retry_key) {
            push::note_key(state, &channel, push, *key, self.now);
        }
        match draw(state, &call) {
            Some(drawn) => self.apply_fault(state, &channel, call, &drawn),
            None => at_once(self.answer(state, &channel, call)),
        }
    }

    /// Acts a fault out.
    fn apply_fault(&mut self, state: &mut State, channel: &str, call: Call, drawn: &Drawn) -> Way {
        match drawn.fault {
            Fault::Rate429 => at_once(refuse_pace(state)),
            Fault::Quota429 => at_once(refuse_quota(state)),
            Fault::Status { status } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                at_once(Answer::error(status, status.canonical_reason().unwrap_or("Error")))
            }
            Fault::Html502 => at_once(Answer::bad_gateway_page()),
            Fault::Timeout => Way::Silence,
            Fault::Reset => Way::Reset,
            Fault::Slow { min_ms, max_ms } => {
                let (min, max) = (Duration::from_millis(min_ms), Duration::from_millis(max_ms));
                let after = min + max.saturating_sub(min).mul_f64(drawn.lot);
                Way::Answer(self.answer(state, channel, call), after)
            }
            Fault::AcceptThenTimeout => self.lose_answer(state, channel, call, Way::Silence),
            Fault::AcceptThenReset => self.lose_answer(state, channel, call, Way::Reset),
            Fault::AcceptThen500 => self.lose_answer(state, channel, call, at_once(Answer::broken())),
        }
    }

    /// Answers, but puts `instead` in the place of an acceptance.
    fn lose_answer(&mut self, state: &mut State, channel: &str, call: Call, instead: Way) -> Way {
        let answer = self.answer(state, channel, call);
        if answer.status == StatusCode::OK { instead } else { at_once(answer) }
    }

    fn answer(&mut self, state: &mut State, channel: &str, call: Call) -> Answer {
        let endpoint = call.endpoint;
        if !state.channels.get_mut(channel).is_some_and(|known| known.admits(endpoint, self.since_start)) {
            return refuse_pace(state);
        }
        let key = match call.retry_key {
            Some(_) if !endpoint.takes_retry_key() => return bad_key("is not supported by this endpoint"),
            Some(Err(_)) => return bad_key("is not a UUID"),
            Some(Ok(key)) => Some(key),
            None => None,
        };
        let request = match call.request {
            Ok(request) => request,
            Err(answer) => return answer,
        };
        let caller = Caller { channel, key, request_id: self.request_id, now: self.now };
        match dispatch(state, &caller, endpoint, request) {
            Ok((answer, consequence)) => {
                self.consequence = consequence;
                answer
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a call could not be journalled");
                Answer::broken()
            }
        }
    }
}

fn draw(state: &mut State, call: &Call) -> Option<Drawn> {
    let drawn = state.faults.draw(call.endpoint, call.group())?;
    if drawn.counted {
        // written without being applied: the rules in force go on with their lots
        let left = Record::Faults(state.faults.rules());
        if let Err(error) = state.write(&left) {
            tracing::error!(error = &error as &dyn std::error::Error, "a fault's times could not be journalled");
        }
    }
    Some(drawn)
}

fn at_once(answer: Answer) -> Way {
    Way::Answer(answer, Duration::ZERO)
}

fn bad_key(why: &str) -> Answer {
    Answer::error(StatusCode::BAD_REQUEST, &format!("The value for the 'X-Line-Retry-Key' header {why}"))
}

fn refuse_pace(state: &mut State) -> Answer {
    state.tally.rate_429 += 1;
    Answer::too_fast()
}

fn refuse_quota(state: &mut State) -> Answer {
    state.tally.quota_429 += 1;
    Answer::quota_used_up()
}

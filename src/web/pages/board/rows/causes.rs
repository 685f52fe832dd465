//! What failed, by its cause.

use super::super::format::{self, moment_or_dash, number};
use crate::domain::delivery::State;
use crate::store::board::failures::Cause;
use crate::web::api::delivery::DeliveryState;
use crate::web::words::Words;

/// A cause of failures.
#[derive(Clone, Debug)]
pub struct CauseRow {
    /// Where such deliveries stand.
    pub state: String,
    /// The class of the badge.
    pub mark: &'static str,
    /// Why.
    pub why: String,
    /// What helps.
    pub next: String,
    /// Deliveries.
    pub deliveries: String,
    /// Groups.
    pub groups: String,
    /// Bulletins.
    pub bulletins: String,
    /// Seats.
    pub seats: String,
    /// When it last happened.
    pub last: String,
    /// The filter that finds them, as a query.
    pub query: String,
    /// Whether they can be tried again.
    pub retry: bool,
}

impl CauseRow {
    /// The row in the reader's words.
    #[must_use]
    pub fn of(t: Words, row: &Cause) -> Self {
        let state = match row.state {
            State::Failed => DeliveryState::Failed,
            State::Unreachable => DeliveryState::Unreachable,
            _ => DeliveryState::Declined,
        };
        let word = |text: serde_json::Value| text.as_str().map(str::to_owned).unwrap_or_default();
        let mut query = vec![("state", word(serde_json::to_value(row.state).unwrap_or_default()))];
        query.extend(row.reason.map(|reason| ("reason", word(serde_json::to_value(reason).unwrap_or_default()))));
        Self {
            state: format::state(t, state),
            mark: format::mark(state),
            why: row.reason.map_or_else(|| "–".to_owned(), |reason| format::reason(t, reason).to_owned()),
            next: next_step(t, row),
            deliveries: number(row.deliveries),
            groups: number(row.groups),
            bulletins: number(row.bulletins),
            seats: number(row.seats),
            last: moment_or_dash(t, row.last_at),
            query: serde_urlencoded::to_string(query).unwrap_or_default(),
            retry: state != DeliveryState::Declined,
        }
    }
}

/// What helps against a cause.
fn next_step(t: Words, row: &Cause) -> String {
    use crate::domain::delivery::Reason;
    match (row.state, row.reason) {
        (State::Declined, _) => t.say("board-next-undecline"),
        (_, Some(Reason::NotLinked)) => t.say("board-next-link"),
        (_, Some(Reason::AccountRemoved)) => t.say("board-next-invite"),
        (_, Some(Reason::MessageRefused)) => t.say("board-next-message"),
        (_, Some(Reason::OutcomeUnknown)) => t.say("board-next-unknown"),
        _ => t.say("board-next-retry"),
    }
}

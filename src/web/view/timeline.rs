//! The timeline of a delivery: everything that is known to have happened to it, in order. Pure.

use serde::Serialize;

use super::reported::Reported;
use super::whose_turn::word;
use crate::domain::actor::Actor;
use crate::domain::delivery::State;
use crate::domain::reminder::ReminderOutcome;
use crate::domain::time::Timestamp;
use crate::store::attempts::Attempt;
use crate::store::deliveries as rows;
use crate::store::reminders::ReminderRow;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The bulletin was published.
    Published,
    /// The group's turn came.
    TurnCame,
    /// Somebody, or its time, let it into the group.
    Forwarded,
    /// A call to LINE did not simply succeed.
    Attempted,
    /// LINE accepted it.
    Accepted,
    /// A member's message with its code was heard in the group.
    Seen,
    /// It came to another end.
    Ended,
    /// A person tapped รับทราบ.
    Acknowledged,
    /// Whoever has to forward it was to be reminded in LINE.
    Reminded,
    /// The group's own steward acknowledged.
    AcknowledgedBySteward,
    /// Somebody above reported for the office, beside LINE.
    Reported,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// More about it: who, which status, which reason.
    pub detail: Option<String>,
}

/// The timeline out of the row, the attempts, the times of taps and the reminders.
#[must_use]
pub fn timeline(
    row: &rows::Delivery,
    attempts: &[Attempt],
    taps: &[Timestamp],
    reminders: &[ReminderRow],
) -> Vec<Moment> {
    let moment = |what, at: Option<Timestamp>, detail| at.map(|at| Moment { at, what, detail });
    let declined = row.state == State::Declined;
    let by = row.forwarded_by.clone();
    let turn = match &by {
        Some(_) if !declined => moment(What::Forwarded, row.eligible_at, by.as_ref().map(Actor::to_string)),
        _ => moment(What::TurnCame, row.eligible_at, row.bypassed_parent.then(|| "without the group above".to_owned())),
    };
    let end = match row.state {
        State::Accepted => moment(What::Accepted, row.ended_at, row.line_request_id.map(|id| id.to_string())),
        State::Seen => moment(What::Seen, row.ended_at, None),
        state => moment(What::Ended, row.ended_at, Some(how_it_ended(state, row, by.filter(|_| declined)))),
    };
    let calls = attempts.iter().map(|attempt| Moment { at: attempt.at, what: What::Attempted, detail: call(attempt) });
    let taps = taps.iter().map(|at| Moment { at: *at, what: What::Acknowledged, detail: None });
    let report = Reported::of(row).map(|told| Moment { at: told.at, what: What::Reported, detail: Some(report(told)) });
    let mut all: Vec<Moment> = moment(What::Published, row.published_at, None)
        .into_iter()
        .chain(turn)
        .chain(calls)
        .chain(end)
        .chain(taps)
        .chain(moment(What::AcknowledgedBySteward, row.steward_at, None))
        .chain(report)
        .chain(reminders.iter().map(remind))
        .collect();
    all.sort_by_key(|moment| moment.at);
    all
}

fn how_it_ended(state: State, row: &rows::Delivery, by: Option<Actor>) -> String {
    let parts = [Some(word(&state)), row.reason.map(|reason| word(&reason)), by.map(String::from)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Which reminder, and what became of it.
fn remind(reminder: &ReminderRow) -> Moment {
    let outcome = reminder.outcome.map(ReminderOutcome::as_str);
    let parts = [Some(reminder.step.as_str()), outcome];
    let detail = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Moment { at: reminder.ended_at.unwrap_or(reminder.planned_at), what: What::Reminded, detail: Some(detail) }
}

fn report(told: Reported) -> String {
    let parts = [Some(word(&told.what)), Some(told.by.into()), told.comment];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn call(attempt: &Attempt) -> Option<String> {
    let status = attempt.status.map(|status| format!("HTTP {status}"));
    let reason = attempt.reason.map(|reason| word(&reason));
    let parts: Vec<String> = [status, reason, attempt.detail.clone()].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::delivery::tests::row;
    use super::*;
    use crate::domain::delivery::Reason;

    #[test]
    fn a_retried_delivery_tells_its_story_in_order() {
        let second = |second: i64| Timestamp::from_second(1_521_770_400 + second);
        let accepted = rows::Delivery {
            forwarded_by: Some(Actor::key("lamphun")),
            eligible_at: Some(second(60)),
            ended_at: Some(second(70)),
            line_request_id: Some(uuid::Uuid::nil()),
            ..row(State::Accepted)
        };
        let attempt = Attempt {
            delivery_id: accepted.id,
            at: second(62),
            status: Some(500),
            reason: Some(Reason::LineBusy),
            line_request_id: None,
            milliseconds: 12,
            detail: None,
        };
        let told = timeline(&accepted, &[attempt], &[second(90)], &[]);
        let whats: Vec<What> = told.iter().map(|moment| moment.what).collect();
        assert_eq!(whats, [What::Published, What::Forwarded, What::Attempted, What::Accepted, What::Acknowledged]);
        assert_eq!(told[2].detail.as_deref(), Some("HTTP 500, line_busy"));
    }

    #[test]
    fn a_declined_delivery_names_who_declined_it() {
        let at = Some(Timestamp::from_second(1_521_771_000));
        let declined = rows::Delivery {
            forwarded_by: Some(Actor::key("lamphun")),
            ended_at: at,
            reason: Some(Reason::NotForUs),
            ..row(State::Declined)
        };
        let told = timeline(&declined, &[], &[], &[]);
        assert_eq!(told[1].what, What::TurnCame);
        assert_eq!(told[2].detail.as_deref(), Some("declined, not_for_us, key:lamphun"));
    }
}

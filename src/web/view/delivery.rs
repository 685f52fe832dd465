//! A delivery as people see it: where it stands, and when what happened. Pure.
//!
//! The words are a closed list. It never says that anything was read or reached: what is known is that LINE accepted
//! a copy, and who tapped รับทราบ.

use serde::{Deserialize, Serialize};

use super::reported::Reported;
use super::whose_turn::{next_step, why};
use crate::domain::actor::Actor;
use crate::domain::delivery::State;
use crate::domain::heard::HeardVerdict;
use crate::domain::ids::{BulletinId, DeliveryId};
use crate::domain::time::Timestamp;
use crate::store::deliveries as rows;

/// Where a delivery stands, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// The group above has not got it yet.
    Waiting,
    /// Its steward's turn.
    Held,
    /// To be sent as soon as the channel allows.
    Ready,
    /// Taken by a sender.
    Sending,
    /// Ready, but its channel or the bulletin stands still.
    Parked,
    /// LINE accepted it.
    Accepted,
    /// A member forwarded it by hand, and the account heard it in the group.
    Seen,
    /// Given up.
    Failed,
    /// No LINE group is linked, or the account is not in it.
    Unreachable,
    /// Its steward said that it does not concern the group.
    Declined,
    /// The bulletin was withdrawn before it was sent.
    Withdrawn,
    /// The bulletin expired before it was sent.
    Expired,
}

impl From<State> for DeliveryState {
    /// What is stored, as it is shown where neither claim nor channel is looked at.
    fn from(state: State) -> Self {
        match state {
            State::Waiting => Self::Waiting,
            State::Held => Self::Held,
            State::Ready => Self::Ready,
            State::Accepted => Self::Accepted,
            State::Seen => Self::Seen,
            State::Failed => Self::Failed,
            State::Unreachable => Self::Unreachable,
            State::Declined => Self::Declined,
            State::Withdrawn => Self::Withdrawn,
            State::Expired => Self::Expired,
        }
    }
}

impl DeliveryState {
    fn of(row: &rows::Delivery) -> Self {
        match row.state {
            State::Ready if row.channel_parked.is_some() || row.paused => Self::Parked,
            State::Ready if row.claimed => Self::Sending,
            state => state.into(),
        }
    }

    /// What the rows of this state have in common.
    pub fn narrow(self, filter: &mut rows::Filter) {
        let (state, claimed, parked) = match self {
            Self::Waiting => (State::Waiting, None, None),
            Self::Held => (State::Held, None, None),
            Self::Ready => (State::Ready, Some(false), Some(false)),
            Self::Sending => (State::Ready, Some(true), Some(false)),
            Self::Parked => (State::Ready, None, Some(true)),
            Self::Accepted => (State::Accepted, None, None),
            Self::Seen => (State::Seen, None, None),
            Self::Failed => (State::Failed, None, None),
            Self::Unreachable => (State::Unreachable, None, None),
            Self::Declined => (State::Declined, None, None),
            Self::Withdrawn => (State::Withdrawn, None, None),
            Self::Expired => (State::Expired, None, None),
        };
        (filter.state, filter.claimed, filter.parked) = (Some(state), claimed, parked);
    }
}

/// A delivery: one bulletin's copy for one group.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// For which group.
    pub group: GroupRef,
    /// Of which office.
    pub office: OfficeRef,
    /// The code of the channel that sends it.
    pub channel: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why.
    pub reason: Option<Why>,
    /// Whose turn it is.
    pub next: Option<NextStep>,
    /// Whether it went on without the group above.
    pub bypassed: bool,
    /// Whether LINE may have accepted it for all that is known.
    pub outcome_unknown: bool,
    /// Calls to LINE used.
    pub attempts: i16,
    /// When what happened.
    pub times: Times,
    /// Who forwarded or declined it; `time` where its time came.
    #[schema(value_type = Option<String>)]
    pub forwarded_by: Option<Actor>,
    /// What members forwarded by hand in the group; null where nothing was heard.
    pub heard: Option<Heard>,
    /// LINE's own names for it.
    pub line: LineRef,
    /// Taps on รับทราบ: of persons, each once, and unnamed ones.
    pub acknowledged: i32,
    /// Of these, persons.
    pub persons: i32,
    /// Of these, taps for which LINE names nobody: they may be one person's.
    pub unnamed: i32,
    /// When the group's own steward acknowledged.
    pub by_steward_at: Option<Timestamp>,
    /// What somebody above reported for the office; null where nobody did. No state and no count of taps follows it.
    pub reported: Option<Reported>,
    /// Seats in the LINE group when it was published, or the persons who acknowledged, where those are more; 0 = not known.
    pub seats: i32,
}

/// A group, briefly.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct GroupRef {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// 1, 2 or 3.
    pub tier: i16,
}

/// An office, briefly.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OfficeRef {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its province.
    pub province: Option<String>,
}

/// Why a delivery is where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Why {
    /// From a closed list.
    #[schema(example = "not_linked")]
    pub code: String,
    /// The same as a sentence.
    pub text: Words,
    /// In the steward's own words, where it was declined.
    #[schema(example = "เรื่องนี้ไม่เกี่ยวข้องกับจังหวัด")]
    pub said: Option<String>,
}

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Words {
    /// In English.
    pub en: &'static str,
    /// In Thai.
    pub th: &'static str,
}

/// Whose turn it is, to do what, by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NextStep {
    /// A steward's title, a group's code, `relay`, `operator` or `line`.
    #[schema(example = "ผู้ว่าราชการจังหวัดลำพูน")]
    pub who: String,
    /// What pages call a group that `who` names by its code.
    #[serde(skip)]
    pub group_name: Option<String>,
    /// What.
    pub action: Action,
    /// When it happens by itself; null where nothing is set.
    pub at: Option<Timestamp>,
}

impl NextStep {
    /// Whose turn it is, as pages call them.
    #[must_use]
    pub fn called(&self) -> &str {
        self.group_name.as_deref().unwrap_or(&self.who)
    }
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Wait until the group above has got it.
    WaitForParent,
    /// It goes with the digest that carries its bulletin.
    GoWithDigest,
    /// Let it into the group.
    Forward,
    /// Send it.
    Send,
    /// Let the channel go on.
    ResumeChannel,
    /// Give the channel messages again: the month's are used up.
    FreeQuota,
    /// Try again.
    Retry,
    /// Link the LINE group.
    LinkGroup,
    /// Reverse the declining, if it was a mistake.
    Undecline,
}

/// When what happened.
#[expect(clippy::struct_field_names, reason = "times end in _at everywhere")]
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct Times {
    /// The bulletin was published.
    pub published_at: Option<Timestamp>,
    /// Its turn came.
    pub turn_at: Option<Timestamp>,
    /// It goes on by itself.
    pub release_at: Option<Timestamp>,
    /// It is tried again.
    pub due_at: Option<Timestamp>,
    /// It came to its end.
    pub ended_at: Option<Timestamp>,
    /// LINE accepted it.
    pub accepted_at: Option<Timestamp>,
}

/// What was heard in the group: members' messages that bore the bulletin's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Heard {
    /// When the first of them was written; of the last where all were taken back.
    pub at: Timestamp,
    /// The worst that is to be said of one that stands, beside what was published.
    pub verdict: HeardVerdict,
    /// How many stand.
    pub messages: i64,
    /// Whether one of the group's stewards forwarded it; null where that is not known.
    pub by_steward: Option<bool>,
    /// When LINE took the official card that answered; null where there was none, or nobody knows.
    pub answered_at: Option<Timestamp>,
    /// LINE's ids of that card's messages.
    pub line_message_ids: Vec<String>,
}

impl Heard {
    fn of(row: &rows::Delivery) -> Option<Self> {
        Some(Self {
            at: row.heard_at?,
            verdict: row.heard_verdict?,
            messages: row.heard_messages,
            by_steward: row.heard_by_steward,
            answered_at: row.card_taken_at,
            line_message_ids: row.card_message_ids.clone().unwrap_or_default(),
        })
    }
}

/// LINE's own names for a delivery, to ask LINE about it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LineRef {
    /// Of the request that was accepted.
    pub request_id: Option<String>,
    /// Of the messages in the chat.
    pub message_ids: Vec<String>,
}

impl Delivery {
    /// What people see of the row.
    #[must_use]
    pub fn of(row: rows::Delivery) -> Self {
        let state = DeliveryState::of(&row);
        let times = Times {
            published_at: row.published_at,
            turn_at: row.eligible_at,
            release_at: row.release_at,
            due_at: row.due_at,
            ended_at: row.ended_at,
            accepted_at: row.ended_at.filter(|_| row.state == State::Accepted),
        };
        Self {
            heard: Heard::of(&row),
            reported: Reported::of(&row),
            reason: why(&row, state),
            next: next_step(&row, state),
            id: row.id,
            bulletin_id: row.bulletin_id,
            group: GroupRef { code: row.group, name: row.group_name, tier: row.tier },
            office: OfficeRef { code: row.office, name: row.office_name, province: row.province },
            channel: row.channel,
            state,
            bypassed: row.bypassed_parent,
            outcome_unknown: row.outcome_open,
            attempts: row.attempts,
            times,
            forwarded_by: row.forwarded_by,
            line: LineRef {
                request_id: row.line_request_id.map(|id| id.to_string()),
                message_ids: row.line_message_ids.unwrap_or_default(),
            },
            acknowledged: row.acknowledged,
            persons: row.acknowledged - row.unnamed,
            unnamed: row.unnamed,
            by_steward_at: row.steward_at,
            seats: row.members,
        }
    }
}

#[cfg(test)]
pub(super) mod tests;

//! The states of a delivery, and the one table of how they change.
//!
//! A delivery is one bulletin's copy for one group. [`step`] is the table; the SQL in `store` moves
//! rows in sets and is held to it by a trigger (`migrations`) and by a test that compares the two.
//! *Sending* and *parked* are never stored: they are what a ready delivery looks like while its
//! batch is claimed, or while its channel or bulletin stands still.

use serde::{Deserialize, Serialize};

/// The stored state of a delivery.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "delivery_state", rename_all = "snake_case")]
pub enum State {
    /// The group above has not got it yet.
    Waiting,
    /// Its steward's turn: it goes on when somebody forwards it, or at `release_at`.
    Held,
    /// To be sent as soon as the channel allows.
    Ready,
    /// LINE accepted it. Nothing more is known: not that it was shown, not that anyone looked.
    Accepted,
    /// A member forwarded it by hand, and the account heard its code in the group. Nothing more is known: not that LINE accepted
    /// anything from us, not that anyone looked.
    Seen,
    /// Given up, with a reason.
    Failed,
    /// The group has no LINE group linked, or the account is no longer in it.
    Unreachable,
    /// Its steward said that it does not concern the group.
    Declined,
    /// The bulletin was withdrawn before it was sent.
    Withdrawn,
    /// The bulletin expired before it was sent.
    Expired,
}

impl State {
    /// All states, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Waiting,
        Self::Held,
        Self::Ready,
        Self::Accepted,
        Self::Seen,
        Self::Failed,
        Self::Unreachable,
        Self::Declined,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Waiting | Self::Held | Self::Ready)
    }
}

/// What can happen to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its turn comes: the parent was accepted, ended otherwise, or took longer than `bypass_after`.
    TurnComes {
        /// Whether bulletins go into the group by themselves.
        automatic: bool,
    },
    /// Steward, deputy, operator or admin forwards it, or `release_at` comes.
    Released,
    /// The steward declines it.
    Declined,
    /// Operations reverse the declining.
    DeclineReversed,
    /// LINE's acceptance becomes known, by the answer or by a 409.
    Accepted,
    /// Its bulletin's code is heard in a member's message in the group.
    Heard,
    /// What was heard is taken back by who wrote it.
    TakenBack,
    /// The engine gives up.
    GivenUp,
    /// The group has no link, or the account is not in it any more.
    Gone,
    /// The bulletin is withdrawn.
    Withdrawn,
    /// The bulletin expires.
    Expired,
    /// A person asks to try it again.
    Retried {
        /// Whether the delivery above it is still waiting for its own turn.
        parent_waiting: bool,
    },
}

/// The table: the state after `event`, or `None` where the event cannot happen.
///
/// An acceptance is a fact and is never refused, whatever the state was.
#[must_use]
pub fn step(from: State, event: Event) -> Option<State> {
    use State::{Accepted, Declined, Expired, Failed, Held, Ready, Seen, Unreachable, Waiting, Withdrawn};
    match (from, event) {
        (_, Event::Accepted) => Some(Accepted),
        (Waiting, Event::TurnComes { automatic }) => Some(if automatic { Ready } else { Held }),
        (Held, Event::Released) => Some(Ready),
        (Held, Event::Declined) => Some(Declined),
        (Declined, Event::DeclineReversed) | (Seen, Event::TakenBack) => Some(Held),
        (Waiting | Held | Ready | Failed | Unreachable | Declined, Event::Heard) => Some(Seen),
        (Ready, Event::GivenUp) => Some(Failed),
        (Ready, Event::Gone) => Some(Unreachable),
        (Waiting | Held | Ready, Event::Withdrawn) => Some(Withdrawn),
        (Waiting | Held | Ready, Event::Expired) => Some(Expired),
        (Failed | Unreachable, Event::Retried { parent_waiting }) => Some(if parent_waiting { Waiting } else { Ready }),
        _ => None,
    }
}

/// Whether any event at all leads from `from` to `to`: what the database's trigger allows.
#[must_use]
pub fn may_become(from: State, to: State) -> bool {
    const EVENTS: [Event; 14] = [
        Event::TurnComes { automatic: true },
        Event::TurnComes { automatic: false },
        Event::Released,
        Event::Declined,
        Event::DeclineReversed,
        Event::Accepted,
        Event::Heard,
        Event::TakenBack,
        Event::GivenUp,
        Event::Gone,
        Event::Withdrawn,
        Event::Expired,
        Event::Retried { parent_waiting: true },
        Event::Retried { parent_waiting: false },
    ];
    EVENTS.into_iter().any(|event| step(from, event) == Some(to))
}

/// Why a delivery is where it is: a closed list, in English and Thai.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "delivery_reason", rename_all = "snake_case")]
pub enum Reason {
    /// No LINE group is linked.
    NotLinked,
    /// The account is not in the LINE group any more.
    AccountRemoved,
    /// LINE refused the message itself.
    MessageRefused,
    /// The schedule of retries came to its end.
    RetriesExhausted,
    /// It may or may not have been sent, over 23 hours ago.
    OutcomeUnknown,
    /// The steward said that it does not concern the group.
    NotForUs,
    /// The bulletin was withdrawn.
    BulletinWithdrawn,
    /// The bulletin's time ran out.
    BulletinExpired,
    /// LINE answered that it is too busy, or with a fault, and a retry is due.
    LineBusy,
    /// No answer came; whether LINE accepted it is not known yet.
    NoAnswer,
    /// The month's budget has no room for it yet.
    OverBudget,
    /// What LINE has left of the month's messages is not enough for this group.
    OverQuota,
}

impl Reason {
    /// The reason as a sentence for people who read English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::NotLinked => "No LINE group is linked to this group yet.",
            Self::AccountRemoved => "The official account is no longer in the LINE group.",
            Self::MessageRefused => "LINE refused the message.",
            Self::RetriesExhausted => "LINE did not accept it in all the attempts of the schedule.",
            Self::OutcomeUnknown => "It is not known whether LINE accepted it, and asking again could send it twice.",
            Self::NotForUs => "The steward said that it does not concern this group.",
            Self::BulletinWithdrawn => "The bulletin was withdrawn before it was sent here.",
            Self::BulletinExpired => "The bulletin expired before it was sent here.",
            Self::LineBusy => "LINE could not take it; it is tried again.",
            Self::NoAnswer => {
                "LINE did not answer; it is tried again with the same key, so that it cannot arrive twice."
            }
            Self::OverBudget => "The month's budget has no room for it; it goes on when there is.",
            Self::OverQuota => {
                "The messages that LINE has left this month are too few for this group; it goes on when there are enough."
            }
        }
    }

    /// The reason as a sentence for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::NotLinked => "ยังไม่ได้เชื่อมกลุ่ม LINE",
            Self::AccountRemoved => "บัญชีทางการไม่อยู่ในกลุ่ม LINE แล้ว",
            Self::MessageRefused => "LINE ปฏิเสธข้อความนี้",
            Self::RetriesExhausted => "ส่งครบจำนวนครั้งที่กำหนดแล้ว LINE ยังไม่รับข้อความ",
            Self::OutcomeUnknown => "ไม่ทราบว่า LINE รับข้อความแล้วหรือไม่ หากส่งอีกครั้ง ในกลุ่มอาจมีข้อความซ้ำ",
            Self::NotForUs => "ผู้ส่งต่อแจ้งว่าประกาศไม่เกี่ยวข้องกับกลุ่มนี้",
            Self::BulletinWithdrawn => "ประกาศถูกยกเลิกก่อนส่งเข้ากลุ่มนี้",
            Self::BulletinExpired => "ประกาศพ้นกำหนดส่งก่อนส่งเข้ากลุ่มนี้",
            Self::LineBusy => "LINE ยังไม่รับข้อความ ระบบจะส่งอีกครั้ง",
            Self::NoAnswer => "LINE ไม่ตอบ ระบบจะส่งอีกครั้งด้วยรหัสคำขอเดิมเพื่อไม่ให้ข้อความซ้ำ",
            Self::OverBudget => "งบประมาณส่งข้อความของเดือนนี้ไม่พอสำหรับกลุ่มนี้ ระบบจะส่งให้เองเมื่อมีงบประมาณ",
            Self::OverQuota => "โควตาข้อความ LINE ที่เหลือของเดือนนี้ไม่พอสำหรับกลุ่มนี้ ระบบจะส่งให้เองเมื่อมีโควตา",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_acceptance_is_never_refused() {
        for from in State::ALL {
            assert_eq!(step(from, Event::Accepted), Some(State::Accepted));
        }
    }

    #[test]
    fn an_accepted_delivery_stays_accepted() {
        for to in State::ALL {
            assert_eq!(may_become(State::Accepted, to), to == State::Accepted);
        }
    }

    #[test]
    fn a_stewarded_group_holds_and_an_automatic_one_does_not() {
        assert_eq!(step(State::Waiting, Event::TurnComes { automatic: false }), Some(State::Held));
        assert_eq!(step(State::Waiting, Event::TurnComes { automatic: true }), Some(State::Ready));
        assert_eq!(step(State::Held, Event::Released), Some(State::Ready));
    }

    #[test]
    fn nothing_unsent_is_sent_after_a_withdrawal() {
        for to in State::ALL {
            assert_eq!(may_become(State::Withdrawn, to), to == State::Accepted);
            assert_eq!(may_become(State::Expired, to), to == State::Accepted);
        }
    }

    proptest! {
        #[test]
        fn only_a_person_or_a_fact_leaves_a_terminal_state(from in 0..10_usize, automatic: bool) {
            let from = State::ALL[from];
            for event in [Event::TurnComes { automatic }, Event::Released, Event::Declined, Event::GivenUp,
                          Event::Gone, Event::Withdrawn, Event::Expired] {
                if from.is_terminal() {
                    prop_assert_eq!(step(from, event), None);
                }
            }
        }
    }
}

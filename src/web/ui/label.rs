//! The words and badges of states, kinds, urgencies, roles and reasons; those of office work are in [`offices`].

mod offices;

use serde::Serialize;

use crate::domain::account::Role;
use crate::domain::bulletin::{self, Kind, Urgency};
use crate::domain::delivery::{self, Reason};
use crate::domain::group_alert::GroupAlertKind;
use crate::domain::outcome::ParkReason;
use crate::domain::reported::ReportKind;
use crate::domain::way::Way;
use crate::web::view::delivery::{DeliveryState, Why};
use crate::web::words::{Language, Words};

/// A word in a coloured frame; the word says what the colour says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The class that colours it; empty for none.
    pub class: &'static str,
    /// The word.
    pub word: String,
}

/// A value with a word in every language.
pub trait Label {
    /// Its word.
    fn word(&self, t: Words) -> String;

    /// The class of its badge; empty for one without a colour.
    fn class(&self) -> &'static str {
        ""
    }

    /// Whether a badge would say nothing new, as that a bulletin is news or is not urgent.
    fn is_usual(&self) -> bool {
        false
    }

    /// Its badge.
    fn badge(&self, t: Words) -> Badge {
        Badge { class: self.class(), word: self.word(t) }
    }

    /// Its badge, if it says anything new.
    fn mark(&self, t: Words) -> Option<Badge> {
        (!self.is_usual()).then(|| self.badge(t))
    }
}

/// A value's code, as addresses, files and the API spell it.
#[must_use]
pub fn code_of<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}

impl<T: Label + ?Sized> Label for &T {
    fn word(&self, t: Words) -> String {
        T::word(self, t)
    }

    fn class(&self) -> &'static str {
        T::class(self)
    }

    fn is_usual(&self) -> bool {
        T::is_usual(self)
    }
}

impl Label for DeliveryState {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Waiting => "delivery-state-waiting",
            Self::Held => "delivery-state-held",
            Self::Ready => "delivery-state-ready",
            Self::Sending => "delivery-state-sending",
            Self::Parked => "delivery-state-parked",
            Self::Accepted => "delivery-state-accepted",
            Self::Seen => "delivery-state-seen",
            Self::Failed => "delivery-state-failed",
            Self::Unreachable => "delivery-state-unreachable",
            Self::Declined => "delivery-state-declined",
            Self::Withdrawn => "delivery-state-withdrawn",
            Self::Expired => "delivery-state-expired",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Accepted | Self::Seen => "good",
            Self::Held | Self::Parked | Self::Declined => "warn",
            Self::Failed | Self::Unreachable => "bad",
            Self::Waiting | Self::Ready | Self::Sending | Self::Withdrawn | Self::Expired => "",
        }
    }
}

impl Label for delivery::State {
    fn word(&self, t: Words) -> String {
        DeliveryState::from(*self).word(t)
    }

    fn class(&self) -> &'static str {
        DeliveryState::from(*self).class()
    }
}

impl Label for ReportKind {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Seen => "reported-seen",
            Self::Acknowledged => "reported-acknowledged",
        })
    }

    /// A colour that no state has: nothing of it is from LINE.
    fn class(&self) -> &'static str {
        "reported"
    }
}

impl Label for bulletin::State {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Draft => "bulletin-state-draft",
            Self::Submitted => "bulletin-state-submitted",
            Self::Scheduled => "bulletin-state-scheduled",
            Self::Relaying => "bulletin-state-relaying",
            Self::Settled => "bulletin-state-settled",
            Self::Withdrawn => "bulletin-state-withdrawn",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Draft | Self::Scheduled => "",
            Self::Submitted => "warn",
            Self::Relaying | Self::Settled => "good",
            Self::Withdrawn => "bad",
        }
    }
}

impl Label for GroupAlertKind {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Renamed => "group-alert-renamed",
            Self::Shrunk => "group-alert-shrunk",
            Self::Lost => "group-alert-lost",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Renamed | Self::Shrunk => "warn",
            Self::Lost => "bad",
        }
    }
}

impl Label for Way {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Push => "way-word-push",
            Self::Listen => "way-word-listen",
            Self::ListenThenPush => "way-word-listen-then-push",
        })
    }

    fn class(&self) -> &'static str {
        ""
    }
}

impl Label for Kind {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::News => "kind-news",
            Self::Correction => "kind-correction",
            Self::Withdrawal => "kind-withdrawal",
            Self::Test => "kind-test",
            Self::Drill => "kind-drill",
            Self::Digest => "kind-digest",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::News | Self::Digest => "",
            Self::Correction => "warn",
            Self::Withdrawal => "bad",
            Self::Test | Self::Drill => "drill",
        }
    }

    fn is_usual(&self) -> bool {
        *self == Self::News
    }
}

impl Label for Urgency {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Routine => "urgency-routine",
            Self::Urgent => "urgency-urgent",
            Self::VeryUrgent => "urgency-very-urgent",
            Self::MostUrgent => "urgency-most-urgent",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Routine => "",
            Self::Urgent => "urgent",
            Self::VeryUrgent => "very-urgent",
            Self::MostUrgent => "most-urgent",
        }
    }

    fn is_usual(&self) -> bool {
        *self == Self::Routine
    }
}

impl Label for Role {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Admin => "role-admin",
            Self::Publisher => "role-publisher",
            Self::Approver => "role-approver",
            Self::Steward => "role-steward",
            Self::Operator => "role-operator",
            Self::Agency => "role-agency",
            Self::Coordinator => "role-coordinator",
        })
    }
}

impl Label for Reason {
    fn word(&self, t: Words) -> String {
        either(t, self.thai(), self.english())
    }
}

impl Label for ParkReason {
    fn word(&self, t: Words) -> String {
        either(t, self.thai(), self.english())
    }
}

impl Label for Why {
    fn word(&self, t: Words) -> String {
        either(t, self.text.th, self.text.en)
    }
}

/// The first in Thai, the second in English.
pub fn either(t: Words, thai: impl Into<String>, english: impl Into<String>) -> String {
    match t.language {
        Language::Thai => thai.into(),
        Language::English => english.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_has_a_word_and_no_mark() {
        let t = Words::in_language(Language::English);
        assert_eq!((Urgency::Routine.word(t).as_str(), Urgency::Routine.mark(t)), ("Routine", None));
        let urgent = Urgency::MostUrgent.mark(t);
        assert_eq!(urgent, Some(Badge { class: "most-urgent", word: "Most urgent".to_owned() }));
        assert_eq!(Kind::News.mark(t), None);
    }

    #[test]
    fn a_state_is_called_the_same_as_it_is_stored_and_as_it_is_shown() {
        let t = Words::default();
        assert_eq!(delivery::State::Held.badge(t), DeliveryState::Held.badge(t));
        assert_eq!(code_of(&DeliveryState::Unreachable), "unreachable");
    }
}

//! How a delivery stands, in the page's language.

use crate::web::ui::format::moment;
use crate::web::view::delivery::{Action, DeliveryState, NextStep};
use crate::web::words::Words;

/// The states, in the order in which a delivery goes through them.
pub(super) const STATES: [DeliveryState; 12] = [
    DeliveryState::Waiting,
    DeliveryState::Held,
    DeliveryState::Ready,
    DeliveryState::Sending,
    DeliveryState::Parked,
    DeliveryState::Accepted,
    DeliveryState::Seen,
    DeliveryState::Failed,
    DeliveryState::Unreachable,
    DeliveryState::Declined,
    DeliveryState::Withdrawn,
    DeliveryState::Expired,
];

/// Whose turn it is, to do what, and when it happens by itself.
pub(super) fn say_next_step(t: Words, next: &NextStep) -> String {
    let who = [("who", next.called())];
    let step = match next.action {
        Action::GoWithDigest => t.say("board-do-digest"),
        Action::WaitForParent => t.say("status-next-wait"),
        Action::Forward => t.say_with("status-next-forward", &who),
        Action::Send => t.say("status-next-send"),
        Action::ResumeChannel => t.say("status-next-resume"),
        Action::FreeQuota => t.say("status-next-quota"),
        Action::Retry => t.say("status-next-retry"),
        Action::LinkGroup => t.say("status-next-link"),
        Action::Undecline => t.say("status-next-undecline"),
    };
    match next.at {
        Some(at) => format!("{step} {}", t.say_with("status-next-at", &[("at", &moment(t, at))])),
        None => step,
    }
}

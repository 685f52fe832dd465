//! Why a delivery is where it is, and who does what next: the sentence that a receipt is for. Pure.

use serde::Serialize;

use super::delivery::{Action, DeliveryState, NextStep, Why, Words};
use crate::domain::outcome::ParkReason;
use crate::store::deliveries as rows;

/// Why a delivery is where it is.
pub(super) fn why(row: &rows::Delivery, state: DeliveryState) -> Option<Why> {
    if state == DeliveryState::Parked {
        let Some(parked) = row.channel_parked else {
            let text = Words {
                en: "LINE refused the message itself, so the bulletin is not sent on until somebody has looked.",
                th: "LINE ปฏิเสธข้อความนี้ ระบบหยุดส่งประกาศไว้ชั่วคราวจนกว่าศูนย์ปฏิบัติการจะตรวจสอบ",
            };
            return Some(Why { code: "bulletin_paused".to_owned(), text, said: None });
        };
        return Some(Why { code: word(&parked), text: Words { en: parked.english(), th: parked.thai() }, said: None });
    }
    let reason = row.reason?;
    Some(Why {
        code: word(&reason),
        text: Words { en: reason.english(), th: reason.thai() },
        said: row.declined_because.clone().filter(|_| state == DeliveryState::Declined),
    })
}

/// The word for a value of a closed list in the API.
pub(in crate::web) fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Whose turn it is; none where nothing is left to do.
pub(super) fn next_step(row: &rows::Delivery, state: DeliveryState) -> Option<NextStep> {
    let operator = || "operator".to_owned();
    let (who, action, at) = match state {
        DeliveryState::Waiting => match row.parent_group.clone() {
            Some(parent) => (parent, Action::WaitForParent, None),
            // where a bulletin starts nothing waits, but for what a digest carries
            None => ("relay".to_owned(), Action::GoWithDigest, None),
        },
        DeliveryState::Held => {
            let steward = row.steward_title.clone().unwrap_or_else(|| row.group.clone());
            (steward, Action::Forward, row.release_at)
        }
        DeliveryState::Ready | DeliveryState::Sending => ("relay".to_owned(), Action::Send, row.due_at),
        DeliveryState::Parked => match row.channel_parked {
            Some(ParkReason::QuotaUsedUp) => ("line".to_owned(), Action::FreeQuota, None),
            Some(ParkReason::Operator | ParkReason::TokenRefused | ParkReason::Restored) => {
                (operator(), Action::ResumeChannel, None)
            }
            None => (operator(), Action::Retry, None),
        },
        DeliveryState::Failed => (operator(), Action::Retry, None),
        DeliveryState::Unreachable => (operator(), Action::LinkGroup, None),
        DeliveryState::Declined => (operator(), Action::Undecline, None),
        DeliveryState::Accepted | DeliveryState::Seen | DeliveryState::Withdrawn | DeliveryState::Expired => {
            return None;
        }
    };
    let group_name = match state {
        DeliveryState::Waiting => row.parent_name.clone(),
        DeliveryState::Held if row.steward_title.is_none() => Some(row.group_name.clone()),
        _ => None,
    };
    Some(NextStep { who, group_name, action, at })
}

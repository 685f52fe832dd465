//! Reminders of a bulletin that waits for somebody to forward it: to whom, in which order, and what became of one.

use serde::{Deserialize, Serialize};

/// One of the reminders of a held delivery. Each goes out once.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "reminder_step", rename_all = "snake_case")]
pub enum ReminderStep {
    /// To the steward, at half of the time.
    Half,
    /// To the steward, when the time is over.
    Deadline,
    /// To the deputy, after that.
    Deputy,
    /// To the steward of the group above, about all groups below that are missing.
    Above,
}

impl ReminderStep {
    /// Its word in the API and in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Half => "half",
            Self::Deadline => "deadline",
            Self::Deputy => "deputy",
            Self::Above => "above",
        }
    }
}

/// What became of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "reminder_outcome", rename_all = "snake_case")]
pub enum ReminderOutcome {
    /// LINE accepted it: it counts as one message.
    Accepted,
    /// LINE refused it.
    Refused,
    /// Nobody had to be reminded any more before it was sent.
    NotNeeded,
    /// LINE may have accepted it, and nobody knows.
    Unknown,
}

impl ReminderOutcome {
    /// All outcomes.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Refused, Self::NotNeeded, Self::Unknown];

    /// Its word in the API and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::NotNeeded => "not_needed",
            Self::Unknown => "unknown",
        }
    }
}

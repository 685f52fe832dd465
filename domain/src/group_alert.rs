//! What may have happened to a LINE group that is or was linked.

use serde::{Deserialize, Serialize};

/// What people are to look at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "group_alert_kind", rename_all = "snake_case")]
pub enum GroupAlertKind {
    /// It is called otherwise than when it was linked.
    Renamed,
    /// It has far fewer members than it had.
    Shrunk,
    /// The account is not in it any more.
    Lost,
}

impl GroupAlertKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Renamed, Self::Shrunk, Self::Lost];

    /// The word by which the database and metrics know it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Renamed => "renamed",
            Self::Shrunk => "shrunk",
            Self::Lost => "lost",
        }
    }
}

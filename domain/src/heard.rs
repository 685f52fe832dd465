//! What is kept of a member's message that has to do with a bulletin's share code: which bulletin, and a verdict on the text.
//!
//! The text itself is judged where it arrives and goes no further; a [`HeardNote`] is all that is kept of it.

use serde::{Deserialize, Serialize};

use super::heard_text::TextVerdict;
use super::ids::BulletinId;

/// What a text that bears a bulletin's code says beside what was published; the later in this list, the worse.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "heard_verdict", rename_all = "snake_case")]
pub enum HeardVerdict {
    /// The same as was published.
    Same,
    /// Parts of it are left out, and nothing is changed.
    Cut,
    /// Something is changed or added.
    Altered,
    /// Whoever wrote it took it back.
    TakenBack,
}

impl From<TextVerdict> for HeardVerdict {
    fn from(verdict: TextVerdict) -> Self {
        match verdict {
            TextVerdict::Same => Self::Same,
            TextVerdict::Cut => Self::Cut,
            TextVerdict::Altered => Self::Altered,
        }
    }
}

/// What was found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundText {
    /// The code of this bulletin.
    Copy(BulletinId, HeardVerdict),
    /// What is certainly meant as a code, and has a wrong sign.
    UnknownCode,
    /// Codes of several bulletins.
    SeveralCodes,
    /// No code; kept only of a message that was changed, as it may have borne one before.
    NoCode,
}

impl FoundText {
    /// The word for it: the note of a webhook event, and the label of the number.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Copy(_, HeardVerdict::Same) => "same",
            Self::Copy(_, HeardVerdict::Cut) => "cut",
            Self::Copy(_, HeardVerdict::Altered) => "altered",
            Self::Copy(_, HeardVerdict::TakenBack) => "taken_back",
            Self::UnknownCode => "unknown_code",
            Self::SeveralCodes => "several_codes",
            Self::NoCode => "no_code",
        }
    }
}

/// A member's message, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardNote {
    /// LINE's id of the message.
    pub message_id: String,
    /// Whether the message was there before and was changed.
    pub edited: bool,
    /// What was found in it.
    pub found: FoundText,
}

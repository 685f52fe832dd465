//! The types of a bulletin: kind, urgency, forwarding, stage.
//!
//! A bulletin is one message from the government. It is a draft until published and immutable
//! afterwards; a correction or a withdrawal is another bulletin about it.

use serde::{Deserialize, Serialize};

use super::content_id::FileId;
use super::file_kind::FileKind;
use super::ids::Code;
use super::office::OfficeKind;
use super::picture::ImageId;
use super::text::AltText;
use super::time::Timestamp;

/// What a bulletin is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "bulletin_kind", rename_all = "snake_case")]
pub enum Kind {
    /// News or an instruction.
    #[default]
    News,
    /// Puts an earlier one right.
    Correction,
    /// Takes an earlier one back.
    Withdrawal,
    /// Tries the way to the groups out.
    Test,
    /// An exercise.
    Drill,
    /// Several routine bulletins in one message.
    Digest,
}

impl Kind {
    /// The word that a message bears in front; none for the common kind.
    #[must_use]
    pub fn thai(self) -> Option<&'static str> {
        match self {
            Self::News | Self::Digest => None,
            Self::Correction => Some("แก้ไข"),
            Self::Withdrawal => Some("ยกเลิก"),
            Self::Test => Some("ทดสอบ"),
            Self::Drill => Some("ฝึกซ้อม"),
        }
    }
}

/// ชั้นความเร็ว: how soon those who receive it must act (Rule on Correspondence 2526, clause 28).
///
/// Ordered: the more urgent is the greater.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sqlx::Type,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum Urgency {
    /// ปกติ: no word on the letter.
    #[default]
    Routine = 0,
    /// ด่วน: faster than usual.
    Urgent = 1,
    /// ด่วนมาก: soon.
    VeryUrgent = 2,
    /// ด่วนที่สุด: at once on receipt.
    MostUrgent = 3,
}

impl Urgency {
    /// The urgency stored as `number`; what is out of range counts as routine.
    #[must_use]
    pub fn from_number(number: i16) -> Self {
        Self::ALL.into_iter().find(|urgency| *urgency as i16 == number).unwrap_or_default()
    }

    /// All, least urgent first.
    pub const ALL: [Self; 4] = [Self::Routine, Self::Urgent, Self::VeryUrgent, Self::MostUrgent];

    /// The word that a Thai letter bears.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Routine => "ปกติ",
            Self::Urgent => "ด่วน",
            Self::VeryUrgent => "ด่วนมาก",
            Self::MostUrgent => "ด่วนที่สุด",
        }
    }
}

/// How a bulletin comes into a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "forwarding", rename_all = "snake_case")]
pub enum Forwarding {
    /// By itself, as soon as the group above has it.
    Automatic,
    /// When its steward lets it in (letter of 23 March 2561, clause 2).
    Stewarded,
}

impl Forwarding {
    /// The word used in files and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Stewarded => "stewarded",
        }
    }
}

/// How one bulletin treats the groups' own settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "forwarding_mode", rename_all = "snake_case")]
pub enum ForwardingMode {
    /// Each group's own setting holds.
    #[default]
    AsConfigured,
    /// It goes through every group by itself.
    Automatic,
}

/// The stored part of a bulletin's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "bulletin_stage", rename_all = "snake_case")]
pub enum Stage {
    /// Being written.
    Draft,
    /// Waiting for a second person.
    Submitted,
    /// Waiting for its time.
    Scheduled,
    /// On its way, or there.
    Published,
    /// Taken back.
    Withdrawn,
}

/// A bulletin's state as people see it: [`Stage`], with `published` split by its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BulletinState)]
pub enum State {
    /// Being written.
    Draft,
    /// Waiting for a second person.
    Submitted,
    /// Waiting for its time.
    Scheduled,
    /// Some delivery is not at its end.
    Relaying,
    /// Every delivery is at its end.
    Settled,
    /// Taken back.
    Withdrawn,
}

impl State {
    /// What people see of `stage` when `open` deliveries are not at their end.
    #[must_use]
    pub fn of(stage: Stage, open: i64) -> Self {
        match stage {
            Stage::Draft => Self::Draft,
            Stage::Submitted => Self::Submitted,
            Stage::Scheduled => Self::Scheduled,
            Stage::Published if open > 0 => Self::Relaying,
            Stage::Published => Self::Settled,
            Stage::Withdrawn => Self::Withdrawn,
        }
    }
}

/// Why a scheduled bulletin was not published when its hour came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "unscheduled_reason", rename_all = "snake_case")]
pub enum UnscheduledReason {
    /// It had expired by then.
    ExpiresAt,
    /// The time by which it should be acknowledged had passed.
    DueAt,
    /// The bulletin that it corrects had been withdrawn.
    AboutWithdrawn,
    /// A second person's approval was missing.
    NotApproved,
    /// It went to no group, or to one that is not there any more.
    Audience,
    /// There was no LINE channel.
    NoChannel,
    /// Its text bears a secrecy class.
    Classified,
    /// LINE would not take the message.
    Message,
    /// Anything else; the log says what.
    Other,
}

/// A link below the text of a bulletin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What the button says; LINE shows at most 40 characters.
    #[schema(
        min_length = 1,
        max_length = 40,
        pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"
    )]
    pub label: String,
    /// An `https://` or `http://` address.
    #[schema(format = "uri", max_length = 1_000, pattern = "^https?://", example = "https://www.moi.go.th/")]
    pub url: String,
}

/// What a bulletin bears besides its text: one picture, shown above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// An image that was uploaded with `POST /images`.
    pub image: ImageId,
    /// What it shows, for those who do not see it.
    pub alt: AltText,
}

/// Pictures that a bulletin carries in front of its card at most: with the card and a steward's note they are the five messages of
/// one push.
pub const MOST_MEDIA: usize = 3;

/// A picture or a video that a bulletin carries in front of its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaFile {
    /// The file.
    pub file: FileId,
    /// What it is.
    pub kind: FileKind,
    /// The small picture of it that LINE shows first.
    pub preview: ImageId,
    /// What it shows, for those who do not see it.
    pub alt: AltText,
}

/// Whether a second person looks at a bulletin before it goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Whoever writes it may publish it.
    #[default]
    None,
    /// Another person approves it first; nobody approves their own.
    SecondPerson,
}

/// A tier's number: 1, 2 or 3.
#[derive(Clone, Copy, Debug, utoipa::ToSchema)]
#[schema(value_type = i16, minimum = 1, maximum = 3)]
pub struct TierNumber(pub i16);

/// To whom a bulletin goes, among its origin and all below it; a field left out does not narrow.
///
/// The groups between the origin and what is selected are always included, as a cascade passes
/// through them. What is excluded takes everything below it along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Only groups of these tiers: 1, 2, 3.
    #[schema(value_type = Option<Vec<TierNumber>>, min_items = 1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<i16>>,
    /// Only groups of offices in these provinces, as the tree file names them.
    #[schema(min_items = 1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provinces: Option<Vec<String>>,
    /// Only groups of offices of these kinds.
    #[schema(min_items = 1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office_kinds: Option<Vec<OfficeKind>>,
    /// Only these groups, by code.
    #[schema(min_items = 1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Code>>,
    /// Not these groups, nor anything below them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_groups: Option<Vec<Code>>,
}

/// Whether the รับทราบ button is shown, and by when it should be tapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Whether the bulletin bears the button.
    #[serde(default = "yes")]
    pub requested: bool,
    /// By when the groups should have acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

fn yes() -> bool {
    true
}

impl Default for Acknowledgement {
    fn default() -> Self {
        Self { requested: true, due_at: None }
    }
}

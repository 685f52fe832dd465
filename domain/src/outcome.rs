//! What one call to LINE came to.
//!
//! The adapter (`line`) turns an answer into a [`Verdict`] and, with what it found out by asking
//! further ([`Evidence`]), into an [`Outcome`]; the engine (`relay`) acts on the outcome alone and
//! never looks at a status code.

use uuid::Uuid;

use super::delivery::Reason;

/// The first reading of an answer: by status and body alone, before anything else is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 200, or 409 for a retry key that was accepted before.
    Accepted(Receipt),
    /// 429: too fast, or the month's messages are used up; the quota endpoints tell which.
    TooMany,
    /// 400: the message or the group is at fault; the group summary tells which.
    BadRequest,
    /// 401 or 403: the channel's token or plan is at fault.
    NotAllowed,
    /// Another definite refusal (413, 415, an unknown 4xx): the message is at fault.
    Refused,
    /// 408, 5xx, an unreadable 200: LINE may or may not have accepted it.
    Unclear,
    /// Time-out or broken connection after the request went out: the same.
    NoAnswer,
    /// No connection could be made: LINE cannot have accepted it.
    NotConnected,
}

/// What LINE gave as proof of acceptance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// `x-line-accepted-request-id` on a 409, else `x-line-request-id`; none where that is no UUID.
    pub request_id: Option<Uuid>,
    /// The ids of the messages in the chat, in the order sent.
    pub message_ids: Vec<String>,
}

/// What a further question to LINE showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Nothing was asked, or the question itself failed.
    None,
    /// The month's quota is limited and used up.
    QuotaUsedUp,
    /// There is quota left, but less than this group needs.
    QuotaTooSmall,
    /// There is quota left, or it is not limited.
    QuotaLeft,
    /// The group exists and the account is in it.
    GroupThere,
    /// LINE does not know the group, or the account is not in it.
    GroupGone,
}

/// What the engine does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Record the receipt.
    Accepted(Receipt),
    /// Try again by the schedule. `open`: LINE may have accepted it, so only with the same key.
    Retry {
        /// Whether LINE may have accepted it.
        open: bool,
        /// What is shown meanwhile.
        reason: Reason,
    },
    /// Put this delivery off until the quota is asked for again; costs it no attempt, and the others go on.
    PutOff(Reason),
    /// Hold the whole channel for a moment; costs this delivery no attempt.
    Snooze,
    /// Park the whole channel until its cause is gone.
    Park(ParkReason),
    /// Never again by itself.
    GiveUp(Reason),
    /// The group cannot be reached.
    Gone(Reason),
}

impl Outcome {
    /// Whether LINE has certainly not accepted the call.
    #[must_use]
    pub fn is_certain_refusal(&self) -> bool {
        !matches!(self, Self::Accepted(_) | Self::Retry { open: true, .. })
    }
}

/// Why a channel is parked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "park_reason", rename_all = "snake_case")]
pub enum ParkReason {
    /// An operator parked it.
    Operator,
    /// The month's messages are used up; it goes on by itself when there is room.
    QuotaUsedUp,
    /// LINE refused the access token; it goes on when a good one is stored.
    TokenRefused,
    /// The database is a restored copy; it goes on when an operator has looked.
    Restored,
}

impl ParkReason {
    /// The reason as a sentence for people who read English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::Operator => "An operator parked the channel.",
            Self::QuotaUsedUp => "The month's LINE messages are used up; it goes on by itself when there is room.",
            Self::TokenRefused => "LINE refused the channel's access token; it goes on when a good one is stored.",
            Self::Restored => "The database was restored from a backup; it goes on when an operator has looked.",
        }
    }

    /// The reason as a sentence for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Operator => "ศูนย์ปฏิบัติการพักช่องทางนี้ไว้",
            Self::QuotaUsedUp => "โควตาข้อความ LINE ของเดือนนี้หมดแล้ว ระบบจะส่งให้เองเมื่อมีโควตา",
            Self::TokenRefused => "LINE ปฏิเสธโทเค็นของช่องทางนี้ ระบบจะส่งให้เองเมื่อเปลี่ยนโทเค็นแล้ว",
            Self::Restored => "ฐานข้อมูลกู้คืนจากสำเนาสำรอง ช่องทางนี้พักไว้จนกว่าศูนย์ปฏิบัติการจะตรวจสอบ",
        }
    }
}

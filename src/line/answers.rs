//! What LINE answers, as far as anybody here needs it.
//!
//! [`Answer`] is any answer at all, kept raw: a push is judged by its status and headers, not by texts,
//! which LINE may change. The typed bodies hold only the fields in use and tolerate new ones, as LINE's
//! rules for developers demand. [`Unanswered`] and [`CallError`] tell what can go wrong.

use std::time::Duration;

use serde::Deserialize;

/// One answer, whatever its status.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `x-line-request-id`: a fresh one for every call, what LINE's support asks for.
    pub request_id: Option<String>,
    /// `x-line-accepted-request-id`: on a 409 only, the call that was accepted with the same retry key.
    pub accepted_request_id: Option<String>,
    /// The body, at most 64 KB of it; shorter where the connection broke inside it.
    pub body: Vec<u8>,
    /// From before the connection was looked for until the end of the body.
    pub elapsed: Duration,
}

/// No answer came: the connection failed or broke, or the time was over.
#[derive(Debug, thiserror::Error)]
#[error("{silence}")]
pub struct Unanswered {
    /// Whether LINE can have got the request.
    pub silence: Silence,
    /// How long the call took to fail.
    pub elapsed: Duration,
    /// What the HTTP client said; holds no URL, since a URL may hold a group's id.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Whether LINE can have got a request that it did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// Certainly not: no connection was made.
    #[error("no connection to LINE could be made")]
    NotConnected,
    /// Certainly not: its dispatcher might not send any more when the first byte was about to go.
    #[error("the call was held back")]
    HeldBack,
    /// It may have: everything that is not certain is this.
    #[error("LINE did not answer")]
    NoAnswer,
}

/// Why a question to LINE brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No answer came.
    #[error("the question to LINE went unanswered")]
    Unanswered(#[from] Unanswered),
    /// LINE answered with another status than it should.
    #[error("LINE answered with status {status} (request {})", request_id.as_deref().unwrap_or("unknown"))]
    Status {
        /// The HTTP status.
        status: u16,
        /// `x-line-request-id`.
        request_id: Option<String>,
    },
    /// The answer is not what the documentation says.
    #[error("LINE's answer could not be read")]
    Unreadable(#[source] serde_json::Error),
}

impl Answer {
    /// The body as `T`, if the status is 200.
    pub(super) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, CallError> {
        if self.status != 200 {
            return Err(self.unexpected());
        }
        serde_json::from_slice(&self.body).map_err(CallError::Unreadable)
    }

    /// The id of the request that LINE accepted, if this says that it accepted one.
    #[must_use]
    pub fn accepted_request(&self) -> Option<&str> {
        match self.status {
            409 => self.accepted_request_id.as_deref(),
            _ => self.request_id.as_deref(),
        }
    }

    /// The status as an error.
    pub(super) fn unexpected(&self) -> CallError {
        CallError::Status { status: self.status, request_id: self.request_id.clone() }
    }
}

/// Who the channel is: `GET /v2/bot/info`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BotInfo {
    /// The account's user id: what webhooks name as their destination.
    pub user_id: String,
    /// The account's @-name.
    pub basic_id: String,
    /// The account's name.
    pub display_name: String,
    /// `chat` or `bot`; new words may come.
    #[serde(default)]
    pub chat_mode: Option<String>,
}

/// What LINE knows about a group: `GET /v2/bot/group/{groupId}/summary`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupSummary {
    /// The group's name as its members see it.
    pub group_name: String,
}

/// The month's messages: `GET /v2/bot/message/quota`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Quota {
    /// `limited` or `none`; new words may come.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many messages the month has, where there is a limit.
    #[serde(default)]
    pub value: Option<u64>,
}

impl Quota {
    /// How many messages the month has; `None` where there is no limit.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        if self.kind == "limited" { self.value } else { None }
    }
}

/// How many messages were sent on a day. Source: <https://developers.line.biz/en/reference/messaging-api/#get-number-of-push-messages>.
#[derive(Clone, Debug, Deserialize)]
pub struct DeliveryCount {
    /// `ready`, `unready` or `out_of_service`.
    pub status: String,
    /// The messages, where it is ready.
    pub success: Option<u64>,
}

/// The month's messages that are used: `GET /v2/bot/message/quota/consumption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consumption {
    /// Messages counted so far; approximate.
    pub total_usage: u64,
}

/// Where the channel's webhooks go: `GET /v2/bot/channel/webhook/endpoint`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookEndpoint {
    /// The address.
    pub endpoint: String,
    /// Whether webhooks are switched on.
    pub active: bool,
}

/// What came of a webhook that was sent to try it: `POST /v2/bot/channel/webhook/test`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookTest {
    /// Whether it arrived and was answered as it should be.
    pub success: bool,
    /// The status that it was answered with.
    #[serde(default)]
    pub status_code: Option<u16>,
    /// `OK`, `COULD_NOT_CONNECT`, `REQUEST_TIMEOUT`, `ERROR_STATUS_CODE` or `UNCLASSIFIED`; new words may come.
    #[serde(default)]
    pub reason: String,
}

/// How many people are in a group, without the account: `GET /v2/bot/group/{groupId}/members/count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct MembersCount {
    /// Members, those who blocked the account included.
    pub count: u32,
}

/// One thing that LINE finds wrong with messages: an entry of an error's `details`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Complaint {
    /// What is wrong, in English; the wording may change.
    #[serde(default)]
    pub message: Option<String>,
    /// Where, such as `messages[0].text`.
    #[serde(default)]
    pub property: Option<String>,
}

/// The body of an error; anything may be missing (an edge proxy even answers in HTML).
#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(default)]
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) details: Vec<Complaint>,
}

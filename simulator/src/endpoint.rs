//! The endpoints of the Messaging API that the simulator has, and what LINE documents about each:
//! its rate limit and whether it takes a retry key.
//!
//! The names (snake case) are those used in fault rules and counts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bucket::TokenBucket;

/// One endpoint: LINE limits each on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `POST /v2/bot/message/push`
    Push,
    /// `POST /v2/bot/message/reply`
    Reply,
    /// `POST /v2/bot/message/validate/push`
    ValidatePush,
    /// `GET /v2/bot/message/quota`
    Quota,
    /// `GET /v2/bot/message/quota/consumption`
    QuotaConsumption,
    /// `GET /v2/bot/message/delivery/push?date=`
    PushedOn,
    /// `GET /v2/bot/info`
    BotInfo,
    /// `GET /v2/bot/group/{groupId}/summary`
    GroupSummary,
    /// `GET /v2/bot/group/{groupId}/members/count`
    MembersCount,
    /// `GET /v2/bot/group/{groupId}/member/{userId}`
    MemberProfile,
    /// `POST /v2/bot/group/{groupId}/leave`
    LeaveGroup,
    /// `GET /v2/bot/message/{messageId}/content`, on the data host
    Content,
    /// `GET /v2/bot/message/{messageId}/content/preview`
    Preview,
    /// `GET /v2/bot/message/{messageId}/content/transcoding`
    Transcoding,
    /// `GET /v2/bot/channel/webhook/endpoint`
    GetWebhook,
    /// `PUT /v2/bot/channel/webhook/endpoint`
    SetWebhook,
    /// `POST /v2/bot/channel/webhook/test`
    TestWebhook,
}

impl Endpoint {
    /// Whether `X-Line-Retry-Key` may be sent. Anywhere else the header alone makes a request bad.
    pub(super) fn takes_retry_key(self) -> bool {
        self == Self::Push
    }

    /// Whether a JSON body is required.
    pub(super) fn takes_json(self) -> bool {
        matches!(self, Self::Push | Self::Reply | Self::ValidatePush | Self::SetWebhook)
    }

    /// A fresh bucket with the endpoint's limit; `rate` is the channel's usual one, per second.
    pub(super) fn bucket(self, rate: u32) -> TokenBucket {
        match self {
            Self::GetWebhook | Self::SetWebhook => TokenBucket::full(1_000, Duration::from_mins(1)),
            Self::TestWebhook => TokenBucket::full(60, Duration::from_hours(1)),
            _ => TokenBucket::full(rate, Duration::from_secs(1)),
        }
    }
}

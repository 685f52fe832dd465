//! One call as it came in, read before anything is decided about it.
//!
//! The body is parsed once, as far as its endpoint needs it; what cannot be read is kept as the answer
//! it will get, because a wrong token or a fault comes first.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::answer::Answer;
use super::endpoint::Endpoint;

/// One call.
pub(super) struct Call {
    /// Where to.
    pub(super) endpoint: Endpoint,
    /// The bearer token.
    pub(super) token: Option<String>,
    /// The retry key, if one was sent.
    pub(super) retry_key: Option<Result<Uuid, BadKey>>,
    /// What is asked, or the answer to what cannot be read.
    pub(super) request: Result<Request, Answer>,
}

/// A retry key that is no UUID.
#[derive(Clone, Copy, Debug)]
pub(super) struct BadKey;

/// What is asked, by endpoint.
pub(super) enum Request {
    /// Send to a group.
    Push(Push),
    /// Answer a webhook.
    Reply(Reply),
    /// Check messages.
    Validate(Box<RawValue>),
    /// About one group, and perhaps one user in it.
    Group { id: String, user: Option<String> },
    /// Set the webhook's address, or test the given or the set one.
    Webhook { endpoint: Option<String> },
    /// What somebody sent, by the id of the message.
    Sent(String),
    /// How many messages were pushed on a day, `yyyyMMdd`.
    Day(String),
    /// Nothing more than the endpoint.
    Plain,
}

/// The body of a push.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Push {
    /// The group.
    pub(super) to: String,
    /// One to five message objects.
    pub(super) messages: Box<RawValue>,
    /// At most one name of 30 characters.
    #[serde(default)]
    pub(super) custom_aggregation_units: Vec<String>,
}

/// The body of a reply.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply {
    /// The token from the webhook.
    pub(super) reply_token: String,
    /// One to five message objects.
    pub(super) messages: Box<RawValue>,
}

#[derive(Deserialize)]
struct Validate {
    messages: Box<RawValue>,
}

#[derive(Deserialize, Default)]
struct Webhook {
    endpoint: Option<String>,
}

impl Call {
    /// Reads a call; `path` holds the group and user of the endpoints that name them there.
    pub(super) fn read(
        endpoint: Endpoint,
        path: &[String],
        query: Option<&str>,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let token = text("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
        let retry_key = headers.get("x-line-retry-key").map(|value| {
            let text = value.to_str().map_err(|_| BadKey)?;
            text.parse().map_err(|_| BadKey)
        });
        let content_type = text(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let request = match endpoint {
            Endpoint::PushedOn => read_day(query),
            _ => read_request(endpoint, path, content_type, body),
        };
        Self { endpoint, token, retry_key, request }
    }

    /// The group that the call names itself.
    pub(super) fn group(&self) -> Option<&str> {
        match &self.request {
            Ok(Request::Push(push)) => Some(&push.to),
            Ok(Request::Group { id, .. }) => Some(id),
            _ => None,
        }
    }
}

fn read_request(endpoint: Endpoint, path: &[String], content_type: &str, body: &Bytes) -> Result<Request, Answer> {
    if endpoint.takes_json() && !content_type.to_ascii_lowercase().starts_with("application/json") {
        let message = format!("The content type, {content_type}, is not supported");
        return Err(Answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, &message));
    }
    match endpoint {
        Endpoint::Push => parse(body).map(Request::Push),
        Endpoint::Reply => parse(body).map(Request::Reply),
        Endpoint::ValidatePush => parse(body).map(|Validate { messages }| Request::Validate(messages)),
        Endpoint::SetWebhook => parse(body).map(|Webhook { endpoint }| Request::Webhook { endpoint }),
        Endpoint::TestWebhook if body.is_empty() => Ok(Request::Webhook { endpoint: None }),
        Endpoint::TestWebhook => parse(body).map(|Webhook { endpoint }| Request::Webhook { endpoint }),
        Endpoint::GroupSummary | Endpoint::MembersCount | Endpoint::LeaveGroup | Endpoint::MemberProfile => {
            let id = path.first().cloned().unwrap_or_default();
            Ok(Request::Group { id, user: path.get(1).cloned() })
        }
        Endpoint::Content | Endpoint::Preview | Endpoint::Transcoding => {
            Ok(Request::Sent(path.first().cloned().unwrap_or_default()))
        }
        Endpoint::Quota
        | Endpoint::QuotaConsumption
        | Endpoint::PushedOn
        | Endpoint::BotInfo
        | Endpoint::GetWebhook => Ok(Request::Plain),
    }
}

fn read_day(query: Option<&str>) -> Result<Request, Answer> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let day = pairs.into_iter().find(|(key, _)| key == "date").map(|(_, day)| day.into_owned());
    let day = day.filter(|day| day.len() == 8 && day.bytes().all(|digit| digit.is_ascii_digit()));
    let wrong = || Answer::error(StatusCode::BAD_REQUEST, "The value for the 'date' parameter is invalid");
    day.map(Request::Day).ok_or_else(wrong)
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line: {}, column: {}", error.line(), error.column());
        let message = match error.classify() {
            serde_json::error::Category::Data => format!("The request body has 1 error(s): {error}"),
            _ => format!("The request body could not be parsed as JSON ({place})"),
        };
        Answer::error(StatusCode::BAD_REQUEST, &message)
    })
}

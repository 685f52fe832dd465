//! Sends webhooks: one POST per event, signed with the channel's secret of the moment.
//!
//! The first sending is awaited by whoever caused the event, so that a test or the page knows what
//! came of it. Where redelivery is on and no 2xx came in time, the event is sent again in the
//! background, marked as such, with the same id and reply token, as LINE documents.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::platform::Platform;
use super::record::Record;
use super::webhook::{Event, envelope, signature};

/// The client for all webhooks.
pub(super) type WebhookClient = Client<HttpConnector, Full<Bytes>>;

/// A client with its own pool of connections.
pub(super) fn new_client() -> WebhookClient {
    Client::builder(TokioExecutor::new()).build_http()
}

/// What came of one webhook request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posted {
    /// An answer with this status.
    Status(StatusCode),
    /// No answer in time.
    TimedOut,
    /// No connection, or one that broke.
    NotConnected,
    /// The channel has no webhook.
    NoWebhook,
}

impl Posted {
    /// The status, if there was an answer.
    pub(super) fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status.as_u16()),
            _ => None,
        }
    }

    fn is_success(self) -> bool {
        matches!(self, Self::Status(status) if status.is_success())
    }
}

/// Sends an event for the first time, and sees to its redelivery.
pub(super) async fn deliver(platform: &Arc<Platform>, event: Event) -> Posted {
    let posted = post(platform, &event.channel, std::slice::from_ref(&event.object), None).await;
    let redelivers = platform.state().channels.get(&event.channel).is_some_and(|known| known.config.redelivery);
    if redelivers && posted != Posted::NoWebhook && !posted.is_success() {
        let again = Arc::clone(platform);
        platform.spawn(async move { redeliver_until_answered(&again, &event).await });
    }
    posted
}

async fn redeliver_until_answered(platform: &Platform, event: &Event) {
    for &delay in &platform.options.redelivery_delays {
        tokio::time::sleep(delay).await;
        if redeliver(platform, event).await.is_success() {
            return;
        }
    }
    tracing::warn!(channel.code = event.channel, "a webhook was given up after its redeliveries");
}

/// Sends an event once more; an unused reply token is valid again.
pub(super) async fn redeliver(platform: &Platform, event: &Event) -> Posted {
    renew_token(platform, event);
    post(platform, &event.channel, &[event.redelivered()], None).await
}

fn renew_token(platform: &Platform, event: &Event) {
    let mut state = platform.state();
    let Some(token) = event.reply_token.clone().filter(|token| state.replies.is_open(token)) else { return };
    let (channel, group) = (event.channel.clone(), event.group.clone());
    let record = Record::ReplyToken { at: platform.clock.now(), token, channel, group };
    if let Err(error) = state.commit(record) {
        tracing::error!(error = &error as &dyn std::error::Error, "a reply token could not be journalled");
    }
}

/// Posts events to a channel's webhook, or to `url` instead.
pub(super) async fn post(platform: &Platform, channel: &str, events: &[Value], url: Option<&str>) -> Posted {
    let Some(request) = signed_request(platform, channel, events, url) else { return Posted::NoWebhook };
    platform.state().tally.webhooks.sent += 1;
    let answer = tokio::time::timeout(platform.options.webhook_timeout, platform.client.request(request)).await;
    let posted = match answer {
        Ok(Ok(response)) => Posted::Status(response.status()),
        Ok(Err(_)) => Posted::NotConnected,
        Err(_) => Posted::TimedOut,
    };
    if posted.is_success() {
        platform.state().tally.webhooks.answered += 1;
    }
    posted
}

fn signed_request(
    platform: &Platform,
    channel: &str,
    events: &[Value],
    url: Option<&str>,
) -> Option<Request<Full<Bytes>>> {
    let config = platform.state().channels.get(channel)?.config.clone();
    let body = envelope(&config.bot_user_id, events);
    Request::builder()
        .method(Method::POST)
        .uri(url.or(config.webhook.as_deref())?)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::USER_AGENT, "LineBotWebhook/2.0")
        .header("x-line-signature", signature(&config.secret, &body)?)
        .body(Full::new(Bytes::from(body)))
        .ok()
}

/// What the endpoint that tries a webhook out reports.
pub(super) fn test_report(posted: Posted, now: impl std::fmt::Display) -> Value {
    let (reason, detail) = match posted {
        Posted::Status(status) if status.is_success() => ("OK", status.as_u16().to_string()),
        Posted::Status(status) => ("ERROR_STATUS_CODE", status.as_u16().to_string()),
        Posted::TimedOut => ("REQUEST_TIMEOUT", "Request timeout".to_owned()),
        Posted::NotConnected => ("COULD_NOT_CONNECT", "Could not connect".to_owned()),
        Posted::NoWebhook => ("UNCLASSIFIED", "No webhook endpoint".to_owned()),
    };
    serde_json::json!({
        "success": posted.is_success(),
        "timestamp": now.to_string(),
        "statusCode": posted.status().unwrap_or(0),
        "reason": reason,
        "detail": detail,
    })
}

/// How long webhooks may take, and when they are sent again.
pub(super) struct DeliveryOptions {
    /// The longest time for an answer.
    pub(super) webhook_timeout: Duration,
    /// The pauses before each redelivery.
    pub(super) redelivery_delays: Vec<Duration>,
}

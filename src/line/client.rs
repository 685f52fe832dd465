//! Calls to the Messaging API.
//!
//! One [`LineClient`] serves all channels of the process; each call brings its own [`Access`]. HTTP/1.1
//! only, so that one slow answer never holds up others on the same connection. Redirects are not followed
//! and nothing that was sent is sent again here (hyper only repeats what a closed connection never took):
//! retrying is the engine's, which knows the retry key and its age.
//! A failure counts as "not connected" only where the connection itself failed; everything else may have
//! reached LINE. `X-Line-Retry-Key` goes with a push and nothing else, since other endpoints answer it
//! with 400. Source: <https://developers.line.biz/en/reference/messaging-api/>.
//!
//! Called by `relay` (push, evidence, quota, replies), `intake` (what people send) and `cli` (channel check).

use std::time::Duration;

use reqwest::{Body, Client, RequestBuilder, Response, redirect};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use url::{Host, Url};
use uuid::Uuid;

use super::answers::{
    Answer, BotInfo, CallError, Complaint, Consumption, DeliveryCount, ErrorBody, GroupSummary, MembersCount, Quota,
    Silence, Unanswered, WebhookEndpoint, WebhookTest,
};
use super::guarded_body::{GuardedBody, HeldBack, MaySend, always};
use super::token::Access;
use super::verdict::sent_messages;

/// No answer in use comes near it; a larger one is not from LINE.
const MAX_BODY: usize = 64 * 1024;

/// Longer than LINE's ids, which are UUIDs so far.
const MAX_REQUEST_ID: usize = 128;

/// Shorter than the idle time-out of the load balancers in between, which would close it under a push.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// How LINE is reached: section `line` of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// LINE's `https://api.line.me`, or a stub's address.
    pub api_base: Url,
    /// LINE's `https://api-data.line.me`, where what people send is fetched, or a stub's address.
    pub data_base: Url,
    /// For the connection with its TLS handshake; less than `request_timeout`.
    pub connect_timeout: Duration,
    /// For the whole call, body included.
    pub request_timeout: Duration,
    /// For fetching what people send, body included.
    pub content_timeout: Duration,
    /// Calls at the same time, over all channels: as many connections are kept open.
    pub in_flight: usize,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The base address is not one to which a path can be added.
    #[error("line.api_base and line.data_base must be http or https addresses")]
    Base,
    /// `main` has not chosen the cryptography for TLS.
    #[error("no TLS crypto provider is installed in this process")]
    NoCrypto,
    /// The HTTP client could not be built.
    #[error("the HTTP client for LINE could not be built")]
    Build(#[source] reqwest::Error),
}

/// The way to LINE; cloning shares its connections.
#[derive(Clone, Debug)]
pub struct LineClient {
    http: Client,
    base: Url,
    push: Url,
    /// To the data host, with more time.
    pub(super) data: Client,
    pub(super) data_base: Url,
}

impl LineClient {
    /// Builds the client: once per process.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn new(settings: &Settings) -> Result<Self, ClientError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(ClientError::NoCrypto);
        }
        let (base, data_base) = (settings.api_base.clone(), settings.data_base.clone());
        if [&base, &data_base].iter().any(|base| !matches!(base.scheme(), "http" | "https")) {
            return Err(ClientError::Base);
        }
        let http = build_http(settings, &base, settings.request_timeout).map_err(ClientError::Build)?;
        let data = build_http(settings, &data_base, settings.content_timeout).map_err(ClientError::Build)?;
        let push = under(&base, &["v2", "bot", "message", "push"]);
        Ok(Self { http, base, push, data, data_base })
    }

    /// Sends `messages`, the stored JSON array, to the group `to`. The bytes go out as they are, because
    /// a retry must repeat the first attempt exactly.
    ///
    /// # Errors
    /// [`Unanswered`]; an answer of any status is `Ok`.
    pub async fn push(
        &self,
        access: &Access,
        retry_key: Uuid,
        to: &str,
        messages: &[u8],
    ) -> Result<Answer, Unanswered> {
        self.push_while(always(), access, retry_key, to, messages).await
    }

    /// The same, if `may_send` says so when the first byte is about to go; else [`Silence::HeldBack`].
    ///
    /// # Errors
    /// [`Unanswered`]; an answer of any status is `Ok`.
    pub async fn push_while(
        &self,
        may_send: MaySend,
        access: &Access,
        retry_key: Uuid,
        to: &str,
        messages: &[u8],
    ) -> Result<Answer, Unanswered> {
        let body = GuardedBody::new(addressed("to", to, messages), may_send);
        let request = self
            .post(self.push.clone(), Body::wrap(body))
            .header("X-Line-Retry-Key", retry_key.hyphenated().to_string());
        call(request, access).await
    }

    /// Answers an event: free of quota, once, within about a minute of the event.
    ///
    /// # Errors
    /// [`CallError`]; an event's reply token that is used up or too old is a status of 400.
    pub async fn reply(&self, access: &Access, reply_token: &str, messages: &[u8]) -> Result<Vec<String>, CallError> {
        let url = under(&self.base, &["v2", "bot", "message", "reply"]);
        let request = self.post(url, addressed("replyToken", reply_token, messages));
        let answer = call(request, access).await?;
        if answer.status == 200 {
            Ok(sent_messages(&answer.body).unwrap_or_default())
        } else {
            Err(answer.unexpected())
        }
    }

    /// Asks LINE what is wrong with `messages`; nothing if the list is empty. Spends no quota.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn validate_push(&self, access: &Access, messages: &[u8]) -> Result<Vec<Complaint>, CallError> {
        let url = under(&self.base, &["v2", "bot", "message", "validate", "push"]);
        let body = [br#"{"messages":"#, messages, b"}"].concat();
        let answer = call(self.post(url, body), access).await?;
        match answer.status {
            200 => Ok(Vec::new()),
            400 => Ok(complaints(&answer)),
            _ => Err(answer.unexpected()),
        }
    }

    /// Who the channel is.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn bot_info(&self, access: &Access) -> Result<BotInfo, CallError> {
        self.get(access, &["v2", "bot", "info"]).await?.read()
    }

    /// What LINE knows about `group`; `None` if it does not know it or the account is not in it (LINE
    /// answers 400 or 404).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn group_summary(&self, access: &Access, group: &str) -> Result<Option<GroupSummary>, CallError> {
        let answer = self.get(access, &["v2", "bot", "group", group, "summary"]).await?;
        if matches!(answer.status, 400 | 404) { Ok(None) } else { answer.read().map(Some) }
    }

    /// How many people are in `group`, the account not counted.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn members_count(&self, access: &Access, group: &str) -> Result<u32, CallError> {
        let answer = self.get(access, &["v2", "bot", "group", group, "members", "count"]).await?;
        answer.read::<MembersCount>().map(|members| members.count)
    }

    /// How many messages the month has.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn quota(&self, access: &Access) -> Result<Quota, CallError> {
        self.get(access, &["v2", "bot", "message", "quota"]).await?.read()
    }

    /// How many of the month's messages are used.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn quota_consumption(&self, access: &Access) -> Result<Consumption, CallError> {
        self.get(access, &["v2", "bot", "message", "quota", "consumption"]).await?.read()
    }

    /// How many messages were pushed on `day` (`yyyyMMdd`, by Japan's clock); `None` while LINE has not counted it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn pushed_on(&self, access: &Access, day: &str) -> Result<Option<u64>, CallError> {
        let mut url = under(&self.base, &["v2", "bot", "message", "delivery", "push"]);
        url.query_pairs_mut().append_pair("date", day);
        let counted: DeliveryCount = call(self.http.get(url), access).await?.read()?;
        Ok(counted.success.filter(|_| counted.status == "ready"))
    }

    /// Where the channel's webhooks go; `None` where no address was set (LINE answers 404).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn webhook_endpoint(&self, access: &Access) -> Result<Option<WebhookEndpoint>, CallError> {
        let answer = self.get(access, &["v2", "bot", "channel", "webhook", "endpoint"]).await?;
        if answer.status == 404 { Ok(None) } else { answer.read().map(Some) }
    }

    /// Has LINE send a webhook without events to the address that is set.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn test_webhook(&self, access: &Access) -> Result<WebhookTest, CallError> {
        let url = under(&self.base, &["v2", "bot", "channel", "webhook", "test"]);
        call(self.post(url, "{}"), access).await?.read()
    }

    async fn get(&self, access: &Access, path: &[&str]) -> Result<Answer, Unanswered> {
        call(self.http.get(under(&self.base, path)), access).await
    }

    /// Makes a call that reads a short answer.
    pub(super) async fn ask(&self, request: RequestBuilder, access: &Access) -> Result<Answer, Unanswered> {
        call(request, access).await
    }

    fn post(&self, url: Url, body: impl Into<Body>) -> RequestBuilder {
        self.http.post(url).header("content-type", "application/json").body(body)
    }
}

fn build_http(settings: &Settings, base: &Url, timeout: Duration) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .user_agent(concat!("gcc-relay/", env!("CARGO_PKG_VERSION")))
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(settings.connect_timeout)
        .timeout(timeout)
        .pool_max_idle_per_host(settings.in_flight)
        .pool_idle_timeout(POOL_IDLE);
    // a proxy set for the way out must not catch calls to a simulator on this machine
    if is_this_machine(base) { builder.no_proxy().build() } else { builder.build() }
}

fn is_this_machine(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `base` with the percent-encoded `path` behind it.
pub(super) fn under(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

/// `{"<key>":"<id>","messages":<messages>}`, the stored bytes untouched.
fn addressed(key: &str, id: &str, messages: &[u8]) -> Vec<u8> {
    let id = serde_json::Value::from(id).to_string();
    [b"{\"", key.as_bytes(), b"\":", id.as_bytes(), b",\"messages\":", messages, b"}"].concat()
}

/// Makes the call and reads the answer.
async fn call(request: RequestBuilder, access: &Access) -> Result<Answer, Unanswered> {
    let start = Instant::now();
    match request.bearer_auth(access.token().expose_secret()).send().await {
        Ok(response) => Ok(read_answer(response, start).await),
        Err(error) => Err(unanswered(error, start.elapsed())),
    }
}

/// Nothing was sent where the connection, or the request itself, could not be made, or the body was held back; else it is
/// not sure.
pub(super) fn unanswered(error: reqwest::Error, elapsed: Duration) -> Unanswered {
    let silence = if HeldBack::caused(&error) {
        Silence::HeldBack
    } else if error.is_connect() || error.is_builder() {
        Silence::NotConnected
    } else {
        Silence::NoAnswer
    };
    Unanswered { silence, elapsed, source: error.without_url().into() }
}

/// A status is an answer even where the body breaks off: what needs the body sees that it is not whole.
async fn read_answer(mut response: Response, start: Instant) -> Answer {
    let mut answer = Answer {
        status: response.status().as_u16(),
        request_id: header(&response, "x-line-request-id"),
        accepted_request_id: header(&response, "x-line-accepted-request-id"),
        ..Answer::default()
    };
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_BODY - answer.body.len();
        answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            break;
        }
    }
    answer.elapsed = start.elapsed();
    answer
}

fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    (!value.is_empty() && value.len() <= MAX_REQUEST_ID).then(|| value.to_owned())
}

/// What a 400 complains of; never empty, since LINE may leave the details out.
fn complaints(answer: &Answer) -> Vec<Complaint> {
    let body: ErrorBody = serde_json::from_slice(&answer.body).unwrap_or_default();
    if body.details.is_empty() { vec![Complaint { message: body.message, property: None }] } else { body.details }
}

#[cfg(test)]
mod tests;

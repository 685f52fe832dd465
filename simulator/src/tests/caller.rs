//! A plain HTTP client for the tests: one call, and all of its answer.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Error;
use serde_json::Value;
use uuid::Uuid;

use crate::deliver::{WebhookClient, new_client};

/// Calls one simulator with one token.
pub(super) struct Caller {
    pub(super) url: String,
    pub(super) token: String,
    client: WebhookClient,
}

/// All of one answer.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answered {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Caller {
    pub(super) fn new(url: String) -> Self {
        Self { url, token: "token".to_owned(), client: new_client() }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: String,
    ) -> Result<Answered, Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("x-line-retry-key", key);
        }
        let response = self.client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Ok(Answered { status: parts.status, headers: parts.headers, body })
    }

    pub(super) async fn get(&self, path: &str) -> Answered {
        self.send("GET", path, None, String::new()).await.unwrap()
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answered {
        self.send("POST", path, None, body.to_string()).await.unwrap()
    }

    pub(super) async fn try_push(&self, body: &Value, key: u128) -> Result<Answered, Error> {
        let key = Uuid::from_u128(key).to_string();
        self.send("POST", "/v2/bot/message/push", Some(&key), body.to_string()).await
    }

    pub(super) async fn push(&self, body: &Value, key: u128) -> Answered {
        self.try_push(body, key).await.unwrap()
    }

    /// The first event of a stream, as text.
    pub(super) async fn first_event(&self, path: &str) -> String {
        let request = Request::get(format!("{}{path}", self.url)).body(Full::default()).unwrap();
        let mut body = Body::new(self.client.request(request).await.unwrap().into_body());
        let mut event = String::new();
        while !event.ends_with("\n\n") {
            let frame = body.frame().await.unwrap().unwrap();
            event.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
        event
    }
}

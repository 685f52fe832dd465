//! What LINE answers: a status, a JSON body in LINE's error shape, and the two headers it documents.
//!
//! Built by the endpoints, turned into an HTTP response in one place, so that no answer can lack its
//! `x-line-request-id`. The texts are those of the reference's table of error messages; LINE does not
//! guarantee them, and the other side must not rely on them.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::limits::Detail;

/// The answer to one call.
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: StatusCode,
    body: Bytes,
    media_type: String,
    accepted_request: Option<Uuid>,
}

impl Answer {
    /// 200 with a body.
    pub(super) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 200 with `{}`.
    pub(super) fn empty() -> Self {
        Self::ok(&json!({}))
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_else(|_| b"{}".to_vec());
        Self { status, body: body.into(), media_type: "application/json".to_owned(), accepted_request: None }
    }

    /// 200 with what people sent.
    pub(super) fn bytes(media_type: &str, bytes: Vec<u8>) -> Self {
        Self { body: bytes.into(), media_type: media_type.to_owned(), ..Self::empty() }
    }

    /// 202: it is being prepared.
    pub(super) fn accepted() -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::empty() }
    }

    /// A refusal with LINE's `{"message": …}`.
    pub(super) fn error(status: StatusCode, message: &str) -> Self {
        Self::json(status, &json!({ "message": message }))
    }

    /// 400 that lists what is wrong.
    pub(super) fn invalid(details: &[Detail]) -> Self {
        let message = format!("The request body has {} error(s)", details.len());
        Self::json(StatusCode::BAD_REQUEST, &json!({ "message": message, "details": details }))
    }

    /// 409: the retry key was accepted before, by `request`.
    pub(super) fn already_accepted(request: Uuid, sent: &[Value]) -> Self {
        let body = json!({ "message": "The retry key is already accepted", "sentMessages": sent });
        Self { accepted_request: Some(request), ..Self::json(StatusCode::CONFLICT, &body) }
    }

    /// 401.
    pub(super) fn unauthorized() -> Self {
        Self::error(
            StatusCode::UNAUTHORIZED,
            "Authentication failed due to the following reason: invalid token. Confirm that the access token in the \
             authorization header is valid.",
        )
    }

    /// 429 for going too fast.
    pub(super) fn too_fast() -> Self {
        Self::error(StatusCode::TOO_MANY_REQUESTS, "The API rate limit has been exceeded. Try again later.")
    }

    /// 429 for a month's quota that is used up.
    pub(super) fn quota_used_up() -> Self {
        Self::error(StatusCode::TOO_MANY_REQUESTS, "You have reached your monthly limit.")
    }

    /// 404.
    pub(super) fn not_found() -> Self {
        Self::error(StatusCode::NOT_FOUND, "Not found")
    }

    /// 500: this side could not do its work.
    pub(super) fn broken() -> Self {
        Self::error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
    }

    /// 502 as a proxy at the edge writes it, which is no JSON.
    pub(super) fn bad_gateway_page() -> Self {
        let body = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>".into();
        Self { status: StatusCode::BAD_GATEWAY, body, media_type: "text/html".to_owned(), accepted_request: None }
    }

    /// The HTTP response, as the answer to the request `request`.
    pub(super) fn into_response(self, request: Uuid) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let kind = HeaderValue::from_str(&self.media_type);
        headers.insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
        let ids = [("x-line-request-id", Some(request)), ("x-line-accepted-request-id", self.accepted_request)];
        for (name, id) in ids {
            if let Some(value) = id.and_then(|id| HeaderValue::from_str(&id.to_string()).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

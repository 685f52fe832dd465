//! What a client is told when something is not done: problem details by RFC 9457.
//!
//! A [`Problem`] is made where the cause is known and travels as an error; the outermost layer
//! ([`super::layers::write_problems`]) writes it out with the path it happened at, so that every refusal, also one
//! of the router or a time-out, looks the same. Internal texts go to the log and never into a problem.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The content type of problems.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
/// How long to wait before asking again while the database is away or there is no room, in seconds.
const RETRY_AFTER: u64 = 5;
const TYPE: &str = "urn:gcc-relay:problem:";

/// One field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer into the body (RFC 6901), empty for the body as a whole; `?name` for a query parameter.
    #[schema(example = "/subject")]
    pub pointer: String,
    /// What is wrong with it.
    #[schema(example = "must not be empty")]
    pub detail: String,
}

impl FieldError {
    /// The field at `pointer` and what is wrong with it.
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over literals, texts and errors alike")]
    pub fn new(pointer: impl Into<String>, detail: impl ToString) -> Self {
        Self { pointer: pointer.into(), detail: detail.to_string() }
    }
}

/// Problem details as they are written out.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails {
    /// Which problem it is: a name that programs can rely on.
    #[serde(rename = "type")]
    #[schema(example = "urn:gcc-relay:problem:not-held")]
    kind: String,
    /// The same in words, equal for all cases of the type.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is the matter in this case.
    detail: String,
    /// The path at which it happened.
    #[serde(skip_serializing_if = "String::is_empty")]
    instance: String,
    /// The fields at fault, all that were found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// Why a request is not done; cheap to pass along.
#[derive(Clone, Debug)]
pub struct Problem(Box<Cause>);

#[derive(Clone, Debug)]
struct Cause {
    status: StatusCode,
    name: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    /// In seconds, where it is worth asking again.
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem of the type `name`.
    pub fn new(status: StatusCode, name: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let again = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        let retry_after = again.then_some(RETRY_AFTER);
        Self(Box::new(Cause { status, name, title, detail: detail.into(), errors: Vec::new(), retry_after }))
    }

    /// There is no such thing, or it lies outside of what the key may see.
    #[must_use]
    pub fn absent(what: &str) -> Self {
        let detail = format!("There is no such {what}, or it lies outside of what this key may see.");
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// No key, or none that works.
    #[must_use]
    pub fn unauthorized() -> Self {
        let detail = "Send a working API key as `Authorization: Bearer KEY`.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "A working API key is needed", detail)
    }

    /// The role may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "The key's role may not do this", detail)
    }

    /// The request cannot be read at all.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail)
    }

    /// The thing is not in a state in which this can be done.
    pub fn conflict(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, name, "Not possible in the present state", detail)
    }

    /// The thing is not what the caller has seen of it any more.
    pub fn changed_since(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "changed-since", "Changed since it was read", detail)
    }

    /// Fields are at fault; all that were found.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|error| format!("{}: {}", error.pointer, error.detail).trim_start_matches(": ").to_owned())
            .collect::<Vec<_>>()
            .join("; ");
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-input", "The input is not accepted", detail);
        problem.0.errors = errors;
        problem
    }

    /// One field is at fault.
    pub fn invalid_field(pointer: impl Into<String>, detail: impl ToString) -> Self {
        Self::invalid(vec![FieldError::new(pointer, detail)])
    }

    /// The service cannot answer now and may soon.
    #[must_use]
    pub fn unavailable() -> Self {
        let detail = "The service cannot answer at the moment. Try again in a few seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available at the moment", detail)
    }

    /// One client wants more at once than it may have.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many at once", detail)
    }

    /// One client asks more often than it may; `seconds` until it is let through again.
    pub fn too_often(detail: impl Into<String>, seconds: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "Too many requests", detail);
        problem.0.retry_after = Some(seconds);
        problem
    }

    /// A defect; what it is stands in the log.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "Something went wrong on our side. It is on record.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail)
    }

    /// What an answer without words of its own means.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new(status, "no-route", "Not found", "There is nothing at this address."),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                "method-not-allowed",
                "Method not allowed",
                "This address does not answer to this method; the Allow header says to which it does.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(),
            _ if status.is_client_error() => {
                Self::new(status, "bad-request", "The request is not accepted", "The request is not accepted.")
            }
            _ => Self::internal(),
        }
    }

    /// The body is over the limit.
    #[must_use]
    pub fn too_large() -> Self {
        let detail = "The request's body is larger than this service reads.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    /// The body is of a type that is not read here.
    #[must_use]
    pub fn not_json() -> Self {
        let detail = "Send the body as `Content-Type: application/json`.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body is not JSON", detail)
    }

    /// The body is not declared as a picture.
    #[must_use]
    pub fn not_an_image() -> Self {
        let detail = "Send the body as `Content-Type: image/jpeg` or `image/png`.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body is not a picture", detail)
    }

    /// The body is no CSV file.
    #[must_use]
    pub fn not_csv() -> Self {
        let detail = "Send the body as `Content-Type: text/csv`.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body is not a CSV file", detail)
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What is the matter in this case.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The fields at fault.
    #[cfg(test)]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// The headers that go with it.
    #[must_use]
    pub fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        if let Some(seconds) = self.0.retry_after {
            return Some((header::RETRY_AFTER, seconds.into()));
        }
        let challenge = HeaderValue::from_static("Bearer realm=\"gcc-relay\"");
        (self.0.status == StatusCode::UNAUTHORIZED).then_some((header::WWW_AUTHENTICATE, challenge))
    }

    /// The details, for a request to the path `instance`.
    #[must_use]
    pub fn details(&self, instance: &str) -> ProblemDetails {
        ProblemDetails {
            kind: format!("{TYPE}{}", self.0.name),
            title: self.0.title,
            status: self.0.status.as_u16(),
            detail: self.0.detail.clone(),
            instance: instance.to_owned(),
            errors: self.0.errors.clone(),
        }
    }
}

impl IntoResponse for Problem {
    /// Only the status and the problem itself; the outermost layer writes it out.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_fields_at_fault_are_told_together() {
        let problem =
            Problem::invalid(vec![FieldError::new("/subject", "must not be empty"), FieldError::new("/x", "unknown")]);
        let details = serde_json::to_value(problem.details("/")).expect("plain");
        assert_eq!(details["status"], 422);
        assert_eq!(details["errors"][1]["pointer"], "/x");
    }
}

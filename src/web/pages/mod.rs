//! Pages for people: rendered on the server, in Thai, and whole without any script.
//!
//! [`public`] is where the button *read in full* of a bulletin leads, in LINE's own browser on a small phone. Every
//! page has the same strict policy: only our own style sheet, nothing inline, no frames, not to be indexed.

pub mod account;
pub mod accounts;
pub mod assets;
pub mod audit;
pub mod board;
pub mod compose;
pub mod docs;
pub mod form_fields;
pub mod form_state;
pub mod image;
pub mod keys;
pub mod landing;
pub mod people;
pub mod public;
pub mod refused;
pub mod status;
pub mod steward;

use askama::{Template, Values};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::problem::Problem;

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
);

/// The page, with the headers that all pages have. `around`: the [`Shell`](super::shell::Shell) of a page that stands in
/// `shell.html`, the words of a part of a page, and nothing of a page that needs neither. `cache`: a `Cache-Control`.
pub(super) fn show<T: Template>(around: impl Values, status: StatusCode, page: &T, cache: &'static str) -> Response {
    let html = match page.render_with_values(&around) {
        // what was typed is shown again as it is, but for what no page may hold
        Ok(mut html) => {
            html.retain(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
            html
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be rendered");
            return Problem::internal().into_response();
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (status, headers, html).into_response()
}

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
pub mod coordinators;
pub mod cost;
pub mod dissemination;
pub mod docs;
pub mod establishment;
mod fault_summary;
pub mod file;
pub mod form_fields;
mod form_files;
pub mod form_state;
pub mod form_with_file;
pub mod heard;
pub mod image;
pub mod join_slips;
pub mod keys;
pub mod landing;
pub mod local_authorities;
pub mod people;
pub mod posters;
pub mod processing;
pub mod profiles;
pub mod public;
pub mod refused;
pub mod register;
pub mod report_form;
pub mod requests;
pub mod status;
pub mod steward;
pub mod submissions;
pub mod tree;

use askama::{Template, Values};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use fault_summary::tell_faults;

use super::people::Visitor;
use super::problem::Problem;
use super::shell::Shell;
use super::words::Words;

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
);

/// A page as it is answered: what is around it, its status, and who may keep it, which is nobody if nothing else is said.
#[must_use]
pub(super) struct HtmlPage<A, T> {
    around: A,
    page: T,
    status: StatusCode,
    cache: &'static str,
}

impl<A: Values, T: Template> HtmlPage<A, T> {
    /// `page` within `around`: the [`Shell`] of one that stands in `shell.html`, the words of a part of a page, and nothing
    /// of a page that needs neither.
    pub fn within(around: A, page: T) -> Self {
        Self { around, page, status: StatusCode::OK, cache: "no-store" }
    }

    /// With another status.
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// With another `Cache-Control`.
    pub fn cache(self, cache: &'static str) -> Self {
        Self { cache, ..self }
    }
}

impl<T: Template> HtmlPage<Shell, T> {
    /// `page` of somebody who is signed in.
    pub fn of(visitor: &Visitor, page: T) -> Self {
        Self::within(Shell::of(visitor), page)
    }
}

impl<A: Values, T: Template> IntoResponse for HtmlPage<A, T> {
    fn into_response(self) -> Response {
        let html = match self.page.render_with_values(&self.around) {
            // what was typed is shown again as it is, but for what no page may hold
            Ok(mut html) => {
                html.retain(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
                let t = askama::get_value::<Words>(&self.around, "words").copied().unwrap_or_default();
                tell_faults(t, html)
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
            (header::CACHE_CONTROL, HeaderValue::from_static(self.cache)),
        ];
        (self.status, headers, html).into_response()
    }
}

//! Pages that say why something is not shown or not done.
//!
//! Handlers of pages fail with a [`Problem`], as those of the API do; `people::require_session` turns it into a page in the
//! visitor's language, with the same status. The problem's own words are English and exact; they are shown below ours
//! where they help.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    title: String,
    text: String,
    detail: Option<String>,
}

/// The role may not see the page.
pub fn forbidden(visitor: &Visitor) -> Response {
    explain(Shell::of(visitor), &Problem::forbidden(""))
}

/// Something went wrong before anybody was known.
pub fn away(t: Words, problem: &Problem) -> Response {
    explain(Shell::outside(t, "/"), problem)
}

/// A problem as a page of a visitor.
pub fn problem(visitor: &Visitor, problem: &Problem) -> Response {
    explain(Shell::of(visitor), problem)
}

/// A sentence of its own, for somebody who is not signed in.
pub fn explain_page(t: Words, status: StatusCode, title: String, text: String) -> Response {
    HtmlPage::within(Shell::outside(t, "/"), Refused { title, text, detail: None }).status(status).into_response()
}

fn explain(shell: Shell, problem: &Problem) -> Response {
    let t = shell.t;
    let (title, text) = match problem.status() {
        StatusCode::FORBIDDEN => ("refused-forbidden-title", "refused-forbidden-text"),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ("refused-absent-title", "refused-absent-text"),
        StatusCode::CONFLICT => ("refused-conflict-title", "refused-conflict-text"),
        StatusCode::SERVICE_UNAVAILABLE => ("refused-away-title", "refused-away-text"),
        StatusCode::TOO_MANY_REQUESTS => ("refused-often-title", "refused-often-text"),
        status if status.is_client_error() => ("refused-input-title", "refused-input-text"),
        _ => ("refused-defect-title", "refused-defect-text"),
    };
    let tells_more =
        matches!(problem.status(), StatusCode::CONFLICT | StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
    let detail = tells_more.then(|| problem.detail().to_owned()).filter(|detail| !detail.is_empty());
    let page = Refused { title: t.say(title), text: t.say(text), detail };
    let mut response = HtmlPage::within(shell, page).status(problem.status()).into_response();
    response.headers_mut().extend(problem.header());
    response
}

//! The first page: what this is, for somebody who came here by chance, and the way in for those who have a duty.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use super::show as show_page;
use crate::web::people::language_of;
use crate::web::shell::Shell;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing;

/// The first page, in the language chosen on this device.
pub async fn show(cookies: CookieJar) -> Response {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    show_page(Shell::outside(t, "/"), StatusCode::OK, &Landing, "private, no-cache")
}

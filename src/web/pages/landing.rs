//! The first page: what this is, for somebody who came here by chance, and the way in for those who have a duty.

use askama::Template;
use axum::response::IntoResponse;
use axum_extra::extract::CookieJar;

use super::HtmlPage;
use crate::web::people::language_of;
use crate::web::shell::Shell;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing;

/// The first page, in the language chosen on this device.
pub async fn show(cookies: CookieJar) -> impl IntoResponse {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    HtmlPage::within(Shell::outside(t, "/"), Landing).cache("private, no-cache")
}

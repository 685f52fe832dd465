//! The first page: what this is, for somebody who came here by chance.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{assets, show as show_page};

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    style: String,
}

/// The first page.
pub async fn show() -> Response {
    show_page(StatusCode::OK, &Landing { style: assets::style_path() }, "public, max-age=300")
}

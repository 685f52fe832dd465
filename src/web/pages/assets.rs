//! Files that pages need, built into the program and named by their content, so that they can be kept for ever.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::web::input::Id;

const STYLE: &str = include_str!("../assets/style.css");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

static STYLE_NAME: LazyLock<String> =
    LazyLock::new(|| format!("style-{}.css", &hex::encode(Sha256::digest(STYLE))[..12]));

/// The address of the style sheet.
#[must_use]
pub fn style_path() -> String {
    format!("/assets/{}", *STYLE_NAME)
}

/// A file by its name.
pub async fn serve(Id(file): Id<String>) -> Response {
    if file != *STYLE_NAME {
        return StatusCode::NOT_FOUND.into_response();
    }
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], STYLE).into_response()
}

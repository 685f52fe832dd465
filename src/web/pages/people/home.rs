//! Where people begin: the ways to their areas.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::shell::Shell;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "people/home.html")]
struct Home {
    shell: Shell,
    t: Words,
    office: Option<String>,
}

/// The page with all ways.
pub async fn show_home(visitor: Visitor) -> Response {
    let page = Home { shell: Shell::of(&visitor), t: visitor.words, office: visitor.office_name };
    show(StatusCode::OK, &page, "no-store")
}

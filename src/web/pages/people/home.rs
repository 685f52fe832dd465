//! Where people begin: the ways to their areas.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "people/home.html")]
struct Home {
    office: Option<String>,
}

/// The page with all ways.
pub async fn show_home(visitor: Visitor) -> Response {
    let page = Home { office: visitor.office_name.clone() };
    show(Shell::of(&visitor), StatusCode::OK, &page, "no-store")
}

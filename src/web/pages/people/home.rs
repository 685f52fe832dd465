//! Where people begin: the ways to their areas.

use askama::Template;
use axum::response::IntoResponse;

use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;

#[derive(Template)]
#[template(path = "people/home.html")]
struct Home {
    office: Option<String>,
}

/// The page with all ways.
pub async fn show_home(visitor: Visitor) -> impl IntoResponse {
    let page = Home { office: visitor.office_name.clone() };
    HtmlPage::of(&visitor, page)
}

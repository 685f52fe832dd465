//! What offices that publish are called in public, and where else they can be found: `/issuers` and the profile of one office.

mod edit;

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::domain::issuer::Service;
use crate::store::profiles::{Issuer, list_issuers};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::words::Words;

/// The list.
const HERE: &str = "/issuers";
/// Offices that are listed at most; a profile of any other is at its address.
const SHOWN: i64 = 500;

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(show_issuers))
        .route("/offices/{code}/profile", get(edit::show_profile).post(edit::put_profile))
}

/// What a service is called.
fn service(t: Words, service: Service) -> String {
    service.brand().map_or_else(|| t.say("profile-website"), str::to_owned)
}

#[derive(Template)]
#[template(path = "profiles/list.html")]
struct IssuersPage {
    issuers: Vec<Issuer>,
}

/// The offices for which the visitor may publish and that have done so, or have a profile.
async fn show_issuers(visitor: Visitor, Conn(mut db): Conn) -> Result<Response, Problem> {
    let issuers = list_issuers(&mut db, visitor.caller.office, SHOWN).await?;
    Ok(HtmlPage::of(&visitor, IssuersPage { issuers }).into_response())
}

//! The keys of the API: an agency sees those of its part of the tree, makes its own and revokes them; an administrator
//! does so for everybody.
//!
//! A key is shown once, in the answer to the form that made it; what is kept is its hash and its public beginning.

mod create;
mod examples;
mod list;

use axum::Router;
use axum::routing::{get, post};

use crate::domain::account::Role;
use crate::web::app::App;
use crate::web::people::Visitor;

/// The list.
const HERE: &str = "/keys";
/// Working keys that an agency may have for its office at the same time.
const MOST_KEYS: i64 = 50;

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_keys).post(create::make))
        .route("/keys/{id}/revoke", post(create::revoke))
        .route("/docs/examples", get(examples::show_examples))
}

/// Whether the visitor makes keys of any role, and not only those of an agency for its own office.
fn rules_all(visitor: &Visitor) -> bool {
    visitor.role() == Role::Admin
}

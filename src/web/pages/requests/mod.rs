//! `/requests`: what letters ask of offices. An office sees what it has to do, soonest first, and answers; those above see how the
//! offices below stand with a bulletin.

mod answering;
mod bulletin;
mod list;

pub(super) use list::standing;

use axum::Router;
use axum::routing::{get, post};

use crate::domain::thai::to_bangkok;
use crate::domain::time::Timestamp;
use crate::web::app::App;
use crate::web::ui::format::{DASH, day};
use crate::web::words::Words;

/// The to-do page.
const HERE: &str = "/requests";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_requests))
        .route("/requests/{id}/answer", post(answering::answer_request))
        .route("/requests/bulletins/{id}", get(bulletin::show_bulletin))
        .route("/requests/bulletins/{id}/csv", get(bulletin::download))
}

/// The last day of something whose time is over at `due_at`; a dash where it has none.
pub(super) fn last_day(t: Words, due_at: Option<Timestamp>) -> String {
    due_at.map_or_else(
        || DASH.to_owned(),
        |at| day(t, to_bangkok(Timestamp::from_microsecond(at.as_microsecond() - 1)).date()),
    )
}

//! The steward's pages: what waits for the office, forwarding it, and how it goes on below.
//!
//! Made for a telephone, one hand and one minute: the button in a GCC1 message leads to one bulletin (through sign-in
//! where the device is not remembered), and one more tap lets it in. What will be sent is drawn from the stored JSON
//! itself. Everything is a plain form; scripts only keep numbers fresh. What a steward answers for is found by
//! `access::duty`, so that pages and API let in and keep out the same people.

mod all;
mod bulletin;
mod by_hand;
mod decide;
mod delivery_text;
mod deputies;
mod fields;
mod format;
mod list;
mod receipt;
mod report;
mod settings;
mod tasks;
pub(super) mod terms;

use axum::Router;
use axum::routing::{get, post};

use crate::web::app::App;
use crate::web::people::Visitor;
use crate::web::shell::Shell;

/// What is around these pages: with the script that keeps their numbers fresh.
fn around(visitor: &Visitor) -> Shell {
    Shell::of(visitor).with_script("steward")
}

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/waiting", get(list::show_list))
        .route("/waiting/all", get(all::show_form).post(all::forward_all))
        .route("/waiting/{id}", get(bulletin::show_one))
        .route("/waiting/{id}/forward", post(decide::forward_one))
        .route("/waiting/{id}/decline", post(decide::decline_one))
        .route("/waiting/{id}/report", post(report::report_one))
        .route("/waiting/{id}/receipt", get(receipt::show_receipt))
        .route("/groups/{code}/settings", get(settings::show_settings).post(settings::change_settings))
        .route("/groups/{code}/join-code", post(settings::make_code))
        .route("/groups/{code}/stewards", get(terms::show_terms).post(terms::name_steward))
        .route("/groups/{code}/stewards/end", post(terms::end_steward))
        .route("/groups/{code}/stewards/{id}/cancel", post(terms::cancel_steward))
        .route("/groups/{code}/deputies", post(deputies::name_deputy))
        .route("/groups/{code}/deputies/{id}/end", post(deputies::end_deputy))
}

//! `/coordinators`: whom offices named, who named nobody, and an office's own page with the form of the letter.
//!
//! The list shows names and positions. How to reach somebody is on the page of the office, on the filled-in form and in the file, and
//! each of these is an entry of the audit.

mod fields;
mod file;
mod import;
mod list;
mod name;
mod office;
mod print;

use axum::Router;
use axum::routing::{get, post};

use crate::web::app::App;

/// The list.
const HERE: &str = "/coordinators";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_coordinators))
        .route("/coordinators/csv", get(file::download))
        .route("/coordinators/form", get(print::show_blank))
        .route("/coordinators/import", post(import::import))
        .route("/coordinators/offices/{code}", get(office::show_office).post(name::name_coordinator))
        .route("/coordinators/offices/{code}/form", get(print::show_filled))
        .route("/coordinators/{id}/end", post(name::end_coordinator))
        .route("/coordinators/{id}/data", get(file::take_out))
}

/// Where an office's page is.
fn address(code: &str) -> String {
    format!("{HERE}/offices/{code}")
}

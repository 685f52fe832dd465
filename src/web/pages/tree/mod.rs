//! `/tree`: the chart of offices and groups, looked through and searched; and its file, taken out, sent in, looked at, applied and undone.

mod file;
mod list;
mod review;

use axum::Router;
use axum::routing::{get, post};

use crate::web::app::App;

const HERE: &str = "/tree";
const UPLOAD: &str = "/tree/upload";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_chart))
        .route("/tree/file", get(file::download))
        .route(UPLOAD, get(file::show_form).post(file::upload))
        .route("/tree/uploads/{id}", get(review::show))
        .route("/tree/uploads/{id}/apply", post(review::apply))
        .route("/tree/uploads/{id}/undo", post(review::undo))
}

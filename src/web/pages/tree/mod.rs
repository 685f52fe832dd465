//! `/tree`: the chart of offices and groups, looked through and searched; its groups, added, changed and retired one by one; and its file,
//! taken out, sent in, looked at, applied and undone. Who has an office does all of it in the own part of the tree.

mod edit;
mod faults;
mod file;
mod list;
mod parent;
mod retire;
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
        .route("/tree/add", get(edit::show_new).post(edit::add))
        .route("/groups/{code}/edit", get(edit::show_edit).post(edit::change))
        .route("/groups/{code}/retire", get(retire::ask).post(retire::retire))
        .route("/groups/{code}/reinstate", post(retire::reinstate))
        .route("/tree/file", get(file::download))
        .route(UPLOAD, get(file::show_form).post(file::upload))
        .route("/tree/uploads/{id}", get(review::show))
        .route("/tree/uploads/{id}/apply", post(review::apply))
        .route("/tree/uploads/{id}/undo", post(review::undo))
}

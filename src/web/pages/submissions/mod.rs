//! `/submissions`: what offices send upward. An office chooses files and says what came of them; those above check, propose or return;
//! whoever publishes makes a draft of what was proposed.

mod accept;
mod file;
mod form;
mod list;
mod send;
mod show;
mod step;
mod topics;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::domain::content_id::FileId;
use crate::store::submissions::Submission;
use crate::web::app::App;
use crate::web::ui::label::either;
use crate::web::words::Words;

/// The list.
const HERE: &str = "/submissions";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_list))
        // files are counted as they come
        .route("/submissions/files", post(upload::take_files).layer(DefaultBodyLimit::disable()))
        .route("/submissions/files/{file}/preview", get(file::show_preview))
        .route("/submissions/new", get(send::show_form).post(send::send))
        .route("/submissions/topics", get(topics::show_topics).post(topics::change_topic))
        .route("/submissions/{id}", get(show::show_one))
        .route("/submissions/{id}/files/{file}", get(file::show_file))
        .route("/submissions/{id}/posters", post(crate::web::pages::posters::mark_poster))
        .route("/submissions/{id}/again", get(send::show_again).post(send::send_again))
        .route("/submissions/{id}/step", post(step::take_step))
        .route("/submissions/{id}/accept", post(accept::accept_one))
}

/// Where the small picture of a file is.
fn preview_path(file: FileId) -> String {
    format!("{HERE}/files/{file}/preview")
}

/// What a submission's topic is called.
fn topic_name(t: Words, row: &Submission) -> String {
    either(t, row.topic_thai.clone(), row.topic_english.clone())
}

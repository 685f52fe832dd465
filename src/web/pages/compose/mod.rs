//! The publisher's pages: the list of bulletins, one bulletin, the form in which it is written, and its way out.
//!
//! Everything is a plain form and works without a script: a preview is a button then, and a search for groups too.
//! With one, the preview follows what is typed. A form that cannot be taken comes back with all that was typed and a
//! sentence beside the field. The message that the preview draws is the very JSON that would be sent.

mod actions;
mod draft_form;
mod form;
pub(in crate::web::pages) mod format;
mod image;
mod list;
mod live_parts;
mod picker;
mod preview;
mod read_form;
mod requests;
mod save;
mod show;
mod summary;

use axum::Router;
use axum::routing::{get, post};

pub(in crate::web::pages) use requests::{Asked, list_asked};

use crate::web::app::App;

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/bulletins", get(list::show_list))
        .route("/bulletins/new", get(form::show_blank).post(save::save_new))
        .route("/bulletins/preview", post(live_parts::preview))
        .route("/bulletins/groups", post(live_parts::find_groups))
        .route("/bulletins/image", post(image::take_image))
        .route("/bulletins/{id}", get(show::show_bulletin))
        .route("/bulletins/{id}/edit", get(form::show_draft).post(save::save_draft))
        .route("/bulletins/{id}/publish", get(summary::show_summary).post(summary::publish))
        .route("/bulletins/{id}/requests", post(requests::add_request))
        .route("/bulletins/{id}/requests/{no}/remove", post(requests::remove_request))
        .route("/bulletins/{id}/submit", post(actions::submit))
        .route("/bulletins/{id}/recall", post(actions::recall))
        .route("/bulletins/{id}/unschedule", post(actions::unschedule))
        .route("/bulletins/{id}/delete", post(actions::delete))
        .route("/bulletins/{id}/test", post(actions::send_test))
        .route("/bulletins/{id}/approve", post(actions::approve))
        .route("/bulletins/{id}/return", post(actions::give_back))
        .route("/bulletins/{id}/withdraw", post(actions::withdraw))
}

//! The pages on which people sign in and out, and where they begin.

mod code;
mod home;
mod passkey;
mod provider;
pub mod sign_in;
mod sign_out;
pub mod welcome;

use axum::Router;
use axum::routing::{get, post};

use crate::web::app::App;
use crate::web::people::choose_language;

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in::show_form).post(sign_in::sign_in))
        .route("/sign-in/code", post(code::check))
        .route("/sign-in/passkey", post(passkey::begin))
        .route("/sign-in/passkey/confirm", post(passkey::confirm))
        .route("/sign-in/provider", post(provider::begin))
        .route("/sign-in/provider/return", get(provider::handle_callback))
        .route("/sign-out", post(sign_out::sign_out))
        .route("/welcome/{token}", get(welcome::show_form).post(welcome::set_password))
        .route("/welcome/{token}/provider", post(welcome::accept_at_provider))
        .route("/language", post(choose_language))
        .route("/home", get(home::show_home))
}

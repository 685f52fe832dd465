//! Which language a page is shown in: what the visitor chose last on this device, or else what the account says, or
//! else Thai.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use tower_sessions::Session;

use super::SignedIn;
use super::pending_form::local_path;
use crate::store::StoreError;
use crate::store::accounts::update_language;
use crate::web::app::App;
use crate::web::words::Language;

const COOKIE: &str = "gcc_language";

/// The language chosen on this device, if any.
#[must_use]
pub fn language_of(cookies: &CookieJar) -> Option<Language> {
    cookies.get(COOKIE).and_then(|cookie| Language::from_code(cookie.value()))
}

/// The form of the switch.
#[derive(Debug, Deserialize)]
pub struct Choice {
    language: String,
    #[serde(default)]
    next: String,
}

/// Switches the language, for this device and for the account, and leads back to where the visitor was.
pub async fn choose(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    Form(choice): Form<Choice>,
) -> Response {
    let language = Language::from_code(&choice.language).unwrap_or_default();
    if let Ok(Some(signed_in)) = SignedIn::of(&session).await
        && let Err(error) = note(&app, signed_in, language).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "the language of an account could not be noted");
    }
    let cookie = Cookie::build((COOKIE, language.code()))
        .path("/")
        .same_site(SameSite::Lax)
        .secure(app.people.is_secure())
        .http_only(true)
        .max_age(time::Duration::days(365));
    (cookies.add(cookie), Redirect::to(local_path(&choice.next).unwrap_or("/"))).into_response()
}

async fn note(app: &App, signed_in: SignedIn, language: Language) -> Result<(), StoreError> {
    let mut db = app.db.acquire().await?;
    update_language(&mut db, signed_in.account(), language.code()).await
}

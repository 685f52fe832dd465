//! Changing one's own password.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::overview::render;
use super::{HERE, doubt, own};
use crate::store::account_links::expire_links;
use crate::store::accounts::update_password;
use crate::store::audit::insert_entry;
use crate::store::login_sessions::delete_others;
use crate::web::app::App;
use crate::web::pages::form_state::FormErrors;
use crate::web::pages::people::welcome::checked;
use crate::web::people::{Visitor, known_device};
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// What is typed into the form.
#[derive(Deserialize)]
pub struct PasswordForm {
    old: SecretString,
    password: SecretString,
    again: SecretString,
}

/// Sets another password; every other device is signed out, and links that were given out stop working.
pub async fn change(
    State(app): State<App>,
    visitor: Visitor,
    cookies: CookieJar,
    Form(typed): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let account = own(&mut db, &visitor).await?;
    // nothing is held while a password is hashed
    drop(db);
    let password = match doubt(&app, &visitor, &account, typed.old).await? {
        Some(fault) => Err(fault),
        None => checked(visitor.words, &account, typed.password, &typed.again),
    };
    let password = match password {
        Ok(password) => password,
        Err(fault) => {
            let errors = FormErrors::of("password", fault);
            return render(&app, visitor, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
        }
    };
    let hash = app.people.hash(password).await?;
    let (now, by) = (app.now(), visitor.caller.actor());
    let mut tx = app.begin().await?;
    update_password(&mut tx, account.id, hash.as_str()).await?;
    let devices = delete_others(&mut tx, account.id, Some(&visitor.session_sha256)).await?;
    known_device::forget_all_but(&mut tx, app.people.cookies, &cookies, account.id).await?;
    expire_links(&mut tx, account.id, now).await?;
    insert_entry(&mut tx, now, &by, "password_set", &by.to_string(), &json!({ "by": "self", "signed_out": devices }))
        .await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-password-changed")).into_response())
}

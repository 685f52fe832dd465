//! One's own account: what it may do, its password, its TOTP codes, its devices.
//!
//! What lets somebody else in (another password, other codes) is changed only by whoever types the present password:
//! a device that was left open is not enough. All of it is on one page; each form comes back to it.

mod devices;
mod failures;
mod line;
mod overview;
mod passkeys;
mod password;
mod provider;
mod totp;

use axum::Router;
use axum::routing::{get, post};
use secrecy::SecretString;
use serde::Deserialize;

use crate::store::accounts::{Account, find_account_by_id};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::people::Visitor;
use crate::web::people::attempts::{Attempt, Origin, Secret};
use crate::web::problem::Problem;

/// The page itself.
const HERE: &str = "/account";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(overview::show_account))
        .route("/account/password", post(password::change))
        .route("/account/codes", post(totp::begin))
        .route("/account/codes/confirm", post(totp::confirm))
        .route("/account/codes/remove", post(totp::remove))
        .route("/account/passkeys", post(passkeys::begin))
        .route("/account/passkeys/confirm", post(passkeys::confirm))
        .route("/account/passkeys/{id}/remove", post(passkeys::remove))
        .route("/account/line", post(line::begin))
        .route("/account/line/remove", post(line::remove))
        .route("/account/provider", post(provider::bind))
        .route("/account/provider/remove", post(provider::unbind))
        .route("/account/recovery", post(totp::renew_recovery))
        .route("/account/failures/seen", post(failures::mark_seen))
        .route("/account/devices/{handle}/sign-out", post(devices::sign_out))
        .route("/account/devices/sign-out-others", post(devices::sign_out_others))
}

/// The visitor's account as it is now.
async fn own(db: &mut Connection, visitor: &Visitor) -> Result<Account, Problem> {
    let found = find_account_by_id(db, visitor.account()).await?;
    found.ok_or_else(|| StoreError::Absent("account").into())
}

/// The present password, which proves that it is not somebody who found the device open.
#[derive(Deserialize)]
pub struct PasswordProof {
    old: SecretString,
}

/// What is wrong with the present password as it was typed, in words; none where it is right. Tries are counted.
async fn doubt(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    typed: SecretString,
) -> Result<Option<String>, Problem> {
    let here = Origin::Device(visitor.session_sha256);
    let Some(attempt) = Attempt::begin(app, Secret::Password, &account.id.to_string(), here).await? else {
        return Ok(Some(visitor.words.say("sign-in-too-often")));
    };
    if !app.people.is_password(account.password_hash.clone(), typed).await? {
        return Ok(Some(visitor.words.say("account-password-wrong")));
    }
    attempt.succeed(app).await?;
    Ok(None)
}

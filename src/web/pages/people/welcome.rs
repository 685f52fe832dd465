//! The one-time link: its holder sets the password of an account, once, and is signed in.
//!
//! Opening the link changes nothing, as messengers open links to show a preview. The other devices of the account are
//! signed out when a password is set, and passkeys and whoever was bound to it at the provider are no more: it may have
//! another holder.
//! The link may be accepted at the provider in place of a password ([`super::provider`]).

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use tower_sessions::Session;

use super::code::PendingSignIn;
use super::sign_in::continue_sign_in;
use crate::accounts::line_binding::unbind_for_new_holder;
use crate::domain::actor::Actor;
use crate::domain::credentials::{BadPassword, LinkToken, Password, Username};
use crate::store::account_identities::unbind_identities;
use crate::store::account_links::{find_link, use_link};
use crate::store::accounts::{Account, find_account_by_id, update_password};
use crate::store::audit::insert_entry;
use crate::store::known_devices::forget_others;
use crate::store::login_sessions::delete_others;
use crate::store::{Connection, StoreError};
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::pages::{HtmlPage, refused};
use crate::web::people::language_of;
use crate::web::people::passkeys::remove_all;
use crate::web::people::provider_sign_in::{Purpose, Refusal, note_unbound, redirect_to_provider};
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::{Language, Words};

#[derive(Template)]
#[template(path = "people/welcome.html")]
struct Welcome {
    name: String,
    username: String,
    token: String,
    provider: Option<String>,
    fault: Option<String>,
}

/// The form, while the link works.
pub async fn show_form(
    State(app): State<App>,
    cookies: CookieJar,
    Path(token): Path<String>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    Ok(match find_working(&mut db, &app, &token).await? {
        Some((_, account)) => form(&app, words(&cookies, Some(&account)), StatusCode::OK, &account, &token, None),
        None => used_up(words(&cookies, None)),
    })
}

/// What is typed into the form.
#[derive(Deserialize)]
pub struct PasswordForm {
    password: SecretString,
    again: SecretString,
    #[serde(default)]
    remember: Option<String>,
}

/// Sets the password and goes on as after signing in.
pub async fn set_password(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(typed): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let Some((sha256, account)) = find_working(&mut tx, &app, &token).await? else {
        return Ok(used_up(words(&cookies, None)));
    };
    let t = words(&cookies, Some(&account));
    let password = match checked(t, &account, typed.password, &typed.again) {
        Ok(password) => password,
        Err(fault) => return Ok(form(&app, t, StatusCode::UNPROCESSABLE_ENTITY, &account, &token, Some(fault))),
    };
    let hash = app.people.hash(password).await?;
    if !use_link(&mut tx, &sha256, app.now()).await? {
        return Ok(used_up(t));
    }
    update_password(&mut tx, account.id, hash.as_str()).await?;
    let unbound = unbind_identities(&mut tx, account.id).await?;
    delete_others(&mut tx, account.id, None).await?;
    forget_others(&mut tx, account.id, None).await?;
    let by = Actor::user(&account.username);
    unbind_for_new_holder(&mut tx, &by, account.id, app.now()).await?;
    insert_entry(&mut tx, app.now(), &by, "password_set", &by.to_string(), &json!({ "by": "link" })).await?;
    note_unbound(&mut tx, app.now(), &by, &by.to_string(), unbound).await?;
    remove_all(&mut tx, app.now(), &by, account.id, &by.to_string()).await?;
    tx.commit().await?;
    let asked = PendingSignIn { remembered: typed.remember.is_some(), ..PendingSignIn::default() };
    continue_sign_in(&app, &session, t, &headers, account, asked).await
}

/// The sign-in at the provider that begins, in place of a password, on the page of a link.
#[derive(Deserialize)]
pub struct Elsewhere {
    #[serde(default)]
    remember: Option<String>,
}

/// Leads to the provider; whoever comes back from there is bound to the account.
pub async fn accept_at_provider(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    from: ClientAddress,
    Path(token): Path<String>,
    Form(typed): Form<Elsewhere>,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let found = find_working(&mut db, &app, &token).await?;
    drop(db);
    let Some((sha256, account)) = found else { return Ok(used_up(words(&cookies, None))) };
    let t = words(&cookies, Some(&account));
    let purpose = Purpose::Accept { link: hex::encode(sha256), remembered: typed.remember.is_some() };
    Ok(match redirect_to_provider(&app, &session, t, from, purpose).await? {
        Ok(leaving) => leaving,
        Err(Refusal { status, fault }) => form(&app, t, status, &account, &token, Some(fault)),
    })
}

async fn find_working(db: &mut Connection, app: &App, token: &str) -> Result<Option<([u8; 32], Account)>, StoreError> {
    let Some(sha256) = LinkToken::hash(token) else { return Ok(None) };
    let Some(id) = find_link(db, &sha256, app.now()).await? else { return Ok(None) };
    let account = find_account_by_id(db, id).await?.filter(|account| account.disabled_at.is_none());
    Ok(account.map(|account| (sha256, account)))
}

/// The password, or what is wrong with it in words.
pub(crate) fn checked(
    t: Words,
    account: &Account,
    typed: SecretString,
    again: &SecretString,
) -> Result<Password, String> {
    if typed.expose_secret() != again.expose_secret() {
        return Err(t.say("password-differs"));
    }
    let username: Username = account.username.parse().map_err(|_| t.say("password-pattern"))?;
    Password::new(typed, &username).map_err(|fault| match fault {
        BadPassword::TooShort => t.say("password-too-short"),
        BadPassword::TooLong => t.say("password-too-long"),
        BadPassword::HoldsUsername => t.say("password-holds-username"),
        BadPassword::Pattern => t.say("password-pattern"),
    })
}

fn words(cookies: &CookieJar, account: Option<&Account>) -> Words {
    let of_account = || account.and_then(|account| Language::from_code(&account.language));
    Words::in_language(language_of(cookies).or_else(of_account).unwrap_or_default())
}

fn form(app: &App, t: Words, status: StatusCode, account: &Account, token: &str, fault: Option<String>) -> Response {
    let page = Welcome {
        name: account.display_name.clone(),
        username: account.username.clone(),
        token: token.to_owned(),
        provider: app.people.provider.as_ref().map(|provider| provider.label(t).to_owned()),
        fault,
    };
    HtmlPage::within(Shell::outside(t, &format!("/welcome/{token}")), page).status(status).into_response()
}

pub(super) fn used_up(t: Words) -> Response {
    refused::explain_page(t, StatusCode::GONE, t.say("welcome-used-title"), t.say("welcome-used-text"))
}

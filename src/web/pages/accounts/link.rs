//! A link to set a password: made for one account, shown once as an address and as a QR code.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{failed, get_account, path_of, subject_of};
use crate::domain::credentials::LinkToken;
use crate::domain::ids::AccountId;
use crate::store::account_links::insert_link;
use crate::store::accounts::Account;
use crate::store::audit::insert_entry;
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::moment::say_moment;
use crate::web::pages::show;
use crate::web::people::{Visitor, qr};
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "accounts/link.html")]
struct LinkPage {
    shell: Shell,
    t: Words,
    path: String,
    name: String,
    username: String,
    link: String,
    picture: Option<String>,
    until: String,
}

/// Makes a new link; the older ones of the account stop working.
pub async fn make(State(app): State<App>, visitor: Visitor, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let account = get_account(&mut tx, &visitor, id).await?;
    let token = insert(&mut tx, &app, &visitor, &account).await?;
    tx.commit().await.map_err(failed)?;
    Ok(reveal(&app, visitor, &account, &token))
}

/// Keeps a new link's hash and notes who made it; gives the token.
pub(super) async fn insert(
    db: &mut Connection,
    app: &App,
    visitor: &Visitor,
    account: &Account,
) -> Result<SecretString, StoreError> {
    let (token, sha256) = LinkToken::generate();
    let now = app.now();
    insert_link(db, account.id, &sha256, now + app.people.rules.link_lifetime, now).await?;
    insert_entry(db, now, &visitor.caller.actor(), "account_link", &subject_of(account), &json!({})).await?;
    Ok(token)
}

/// The page that shows the link, this once.
pub(super) fn reveal(app: &App, mut visitor: Visitor, account: &Account, token: &SecretString) -> Response {
    // the form's own address shows nothing
    visitor.here = path_of(account.id);
    let t = visitor.words;
    let link = address(app, token);
    let page = LinkPage {
        shell: Shell::of(&visitor),
        t,
        path: path_of(account.id),
        name: account.display_name.clone(),
        username: account.username.clone(),
        picture: qr::draw(&link),
        link,
        until: say_moment(t, app.now() + app.people.rules.link_lifetime),
    };
    show(StatusCode::OK, &page, "no-store")
}

/// The address that a token is the end of.
pub(super) fn address(app: &App, token: &SecretString) -> String {
    format!("{}/welcome/{}", app.settings.public_url, token.expose_secret())
}

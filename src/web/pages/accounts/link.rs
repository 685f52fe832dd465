//! A link to set a password: made for one account, shown once as an address and as a QR code.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{get_account, path_of};
use crate::accounts::{AccountRefusal, people};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::store::Connection;
use crate::store::accounts::Account;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::people::{Visitor, qr};
use crate::web::problem::Problem;
use crate::web::ui::format::moment;

#[derive(Template)]
#[template(path = "accounts/link.html")]
struct LinkPage {
    path: String,
    name: String,
    username: String,
    link: String,
    picture: Option<String>,
    until: String,
}

/// Makes a new link; the older ones of the account stop working.
pub async fn make(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(made) => return Ok(reveal(visitor, made)),
    };
    let account = get_account(&mut tx, &visitor, id).await?;
    let made = insert(&mut tx, &app, &visitor, &account).await?;
    form_key.finish(tx, &app, &made).await?;
    Ok(reveal(visitor, made))
}

/// A link that was made: kept sealed until a second click would have come.
#[derive(Serialize, Deserialize)]
pub(super) struct MadeLink {
    account: uuid::Uuid,
    name: String,
    username: String,
    link: String,
    until: Timestamp,
}

/// Keeps a new link's hash and notes who made it; gives the link.
pub(super) async fn insert(
    db: &mut Connection,
    app: &App,
    visitor: &Visitor,
    account: &Account,
) -> Result<MadeLink, AccountRefusal> {
    let now = app.now();
    let until = now + app.people.rules.link_lifetime;
    let token = people::make_link(db, &visitor.caller.right(), account, until, now).await?;
    Ok(MadeLink {
        account: account.id.0,
        name: account.display_name.clone(),
        username: account.username.clone(),
        link: address(app, &token),
        until,
    })
}

/// The page that shows the link, this once.
pub(super) fn reveal(mut visitor: Visitor, made: MadeLink) -> Response {
    let path = path_of(AccountId(made.account));
    // the form's own address shows nothing
    visitor.here.clone_from(&path);
    let t = visitor.words;
    let page = LinkPage {
        path,
        name: made.name,
        username: made.username,
        picture: qr::draw(&made.link),
        link: made.link,
        until: moment(t, made.until),
    };
    HtmlPage::of(&visitor, page).into_response()
}

/// The address that a token is the end of.
pub(super) fn address(app: &App, token: &SecretString) -> String {
    format!("{}/welcome/{}", app.settings.public_url, token.expose_secret())
}

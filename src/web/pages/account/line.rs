//! One's own account in LINE: who forwards by a tap or does an office's work, and is reminded there.
//!
//! Whoever is bound may forward in the account's name, so a code is made only for whoever types the present password. The QR code
//! opens the chat with the official account with the code ready to be sent (`line.me/R/oaMessage`).
//! Source: <https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/>.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use url::form_urlencoded::byte_serialize;

use super::overview::render;
use super::{HERE, PasswordProof, doubt, own};
use crate::accounts::line_binding::{make_code, may_bind, unbind};
use crate::domain::account::Role;
use crate::store::accounts::Account;
use crate::store::bindings::{find_binding, list_channels_of_office};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormErrors;
use crate::web::people::{Visitor, qr};
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// What the page says of the binding.
pub(super) struct LineCard {
    /// Through which channel, and since when; none = nobody is bound.
    pub(super) bound: Option<String>,
    /// What comes of it.
    pub(super) about: String,
}

#[derive(Template)]
#[template(path = "account/line_code.html")]
struct LineCodePage {
    code: String,
    /// The chat in which it is typed; none where LINE has not said what the account is called.
    chat: Option<Chat>,
    /// That it is nobody else's business.
    secret: String,
}

/// A chat with an official account.
struct Chat {
    channel: String,
    /// The account's @-name.
    basic_id: String,
    link: String,
    /// The link as a QR code.
    picture: String,
}

impl Chat {
    fn of(channel: String, basic_id: String, code: &str) -> Self {
        let link = chat_link(&basic_id, code);
        // two names of a few letters are never too long for a QR code
        Self { picture: qr::draw(&link).unwrap_or_default(), channel, basic_id, link }
    }
}

/// What to say; nothing to those who are not bound.
pub(super) async fn find_card(
    db: &mut Connection,
    t: Words,
    role: Role,
    account: &Account,
) -> Result<Option<LineCard>, StoreError> {
    if !may_bind(role) {
        return Ok(None);
    }
    let bound = find_binding(db, account.id).await?.map(|binding| {
        let at = moment(t, binding.bound_at);
        t.say_with("account-line-since", &[("channel", &binding.channel), ("at", &at)])
    });
    let key = if role == Role::Steward { "account-line-about" } else { "account-line-about-coordinator" };
    Ok(Some(LineCard { bound, about: t.say(key) }))
}

/// Makes a code and shows it, this once.
pub async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(proof) }: IdempotentForm<Form<PasswordProof>>,
) -> Result<Response, Problem> {
    must_be_bindable(&visitor)?;
    let account = own(&mut *app.db.acquire().await?, &visitor).await?;
    if let Some(fault) = doubt(&app, &visitor, &account, proof.old).await? {
        return render(&app, visitor, StatusCode::UNPROCESSABLE_ENTITY, FormErrors::of("line", fault)).await;
    }
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(code) => return reveal(&app, visitor, &account, code).await,
    };
    let code = make_code(&mut tx, &visitor.caller.right(), account.id, app.now()).await?.to_string();
    form_key.finish(tx, &app, &code).await?;
    reveal(&app, visitor, &account, code).await
}

/// Ends the binding.
pub async fn remove(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    must_be_bindable(&visitor)?;
    let mut tx = app.begin().await?;
    unbind(&mut tx, &visitor.caller.right(), visitor.account(), app.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-line-unbound")).into_response())
}

fn must_be_bindable(visitor: &Visitor) -> Result<(), Problem> {
    if may_bind(visitor.role()) {
        return Ok(());
    }
    Err(Problem::forbidden("Only stewards and coordinators are written to in LINE."))
}

async fn reveal(app: &App, mut visitor: Visitor, account: &Account, code: String) -> Result<Response, Problem> {
    HERE.clone_into(&mut visitor.here);
    let mut db = app.db.acquire().await?;
    let channels = match account.office_id {
        Some(office) => list_channels_of_office(&mut db, office).await?,
        None => Vec::new(),
    };
    drop(db);
    let first = channels.into_iter().find_map(|(channel, basic_id)| Some((channel, basic_id?)));
    let chat = first.map(|(channel, basic_id)| Chat::of(channel, basic_id, &code));
    let steward = visitor.role() == Role::Steward;
    let key = if steward { "account-line-code-secret" } else { "account-line-code-secret-coordinator" };
    let secret = visitor.words.say(key);
    Ok(HtmlPage::of(&visitor, LineCodePage { code, chat, secret }).into_response())
}

/// The address that opens the chat with an account, with a text ready to be sent.
fn chat_link(basic_id: &str, text: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("https://line.me/R/oaMessage/{}/?{}", encoded(basic_id), encoded(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chat_is_opened_with_the_code_ready_to_be_sent() {
        assert_eq!(chat_link("@gcc", "ID-AB2L-EFGH"), "https://line.me/R/oaMessage/%40gcc/?ID-AB2L-EFGH");
    }
}

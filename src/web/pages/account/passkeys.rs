//! One's own passkeys: making one, with the password, and taking one away.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use tower_sessions::Session;

use super::overview::render;
use super::{HERE, PasswordProof, doubt, own};
use crate::domain::ids::{AccountId, PasskeyId};
use crate::domain::thai::normal_form;
use crate::store::audit::insert_entry;
use crate::store::passkeys::{delete_passkey, list_passkeys};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::form_state::FormErrors;
use crate::web::people::Visitor;
use crate::web::people::passkeys::{ask_to_make, get_passkeys, keep_made};
use crate::web::problem::Problem;
use crate::web::shell::{Shell, with_flash};
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// What the page says of passkeys.
pub(super) struct PasskeyCard {
    pub(super) lines: Vec<PasskeyRow>,
    /// Whether one can be made here.
    pub(super) offered: bool,
}

/// A passkey.
pub(super) struct PasskeyRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) used: String,
}

/// What to say; nothing where browsers offer none and none is left from when they did.
pub(super) async fn find_card(
    db: &mut Connection,
    app: &App,
    t: Words,
    account: AccountId,
) -> Result<Option<PasskeyCard>, StoreError> {
    let line = |passkey: crate::store::passkeys::Passkey| PasskeyRow {
        id: passkey.id.to_string(),
        name: passkey.name,
        used: match passkey.used_at {
            Some(at) => t.say_with("account-passkey-used", &[("at", &moment(t, at))]),
            None => t.say_with("account-passkey-made", &[("at", &moment(t, passkey.made_at))]),
        },
    };
    let lines: Vec<PasskeyRow> = list_passkeys(db, account).await?.into_iter().map(line).collect();
    let offered = app.people.passkeys.is_some();
    Ok((offered || !lines.is_empty()).then_some(PasskeyCard { lines, offered }))
}

/// What is typed to make one.
#[derive(Deserialize)]
pub struct PasskeyForm {
    old: SecretString,
    #[serde(default)]
    name: String,
}

/// Asks the device to make one.
pub async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    session: Session,
    Form(typed): Form<PasskeyForm>,
) -> Result<Response, Problem> {
    get_passkeys(&app)?;
    let account = own(&mut *app.db.acquire().await?, &visitor).await?;
    let name = normal_form(typed.name.trim());
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let fault = visitor.words.say("account-passkey-name-fault");
        return refuse(&app, visitor, fault).await;
    }
    if let Some(fault) = doubt(&app, &visitor, &account, typed.old).await? {
        return refuse(&app, visitor, fault).await;
    }
    let mut visitor = visitor;
    HERE.clone_into(&mut visitor.here);
    ask_to_make(&app, &session, Shell::of(&visitor), &account, name).await
}

/// What the device made.
#[derive(Deserialize)]
pub struct Made {
    credential: String,
}

/// Keeps what the device has made.
pub async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(Made { credential }) }: IdempotentForm<Form<Made>>,
) -> Result<Response, Problem> {
    let done = || Redirect::to(&with_flash(HERE, "said-passkey-made")).into_response();
    let mut tx = match form_key.begin::<()>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(()) => return Ok(done()),
    };
    let name = match keep_made(&app, &mut tx, visitor.session_sha256, visitor.account(), &credential).await? {
        Ok(name) => name,
        Err(refusal) => {
            drop(tx);
            let fault = visitor.words.say(refusal.key());
            return refuse(&app, visitor, fault).await;
        }
    };
    let by = visitor.caller.actor();
    insert_entry(&mut tx, app.now(), &by, "passkey_add", &by.to_string(), &json!({ "name": name })).await?;
    form_key.finish(tx, &app, &()).await?;
    Ok(done())
}

/// Takes one away.
pub async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PasskeyId>,
    Form(proof): Form<PasswordProof>,
) -> Result<Response, Problem> {
    let account = own(&mut *app.db.acquire().await?, &visitor).await?;
    if let Some(fault) = doubt(&app, &visitor, &account, proof.old).await? {
        return refuse(&app, visitor, fault).await;
    }
    let mut tx = app.begin().await?;
    let Some(name) = delete_passkey(&mut tx, account.id, id).await? else { return Err(Problem::absent("passkey")) };
    let by = visitor.caller.actor();
    insert_entry(&mut tx, app.now(), &by, "passkey_remove", &by.to_string(), &json!({ "name": name })).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-passkey-removed")).into_response())
}

async fn refuse(app: &App, visitor: Visitor, fault: String) -> Result<Response, Problem> {
    let errors = FormErrors::of("passkeys", fault);
    render(app, visitor, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}

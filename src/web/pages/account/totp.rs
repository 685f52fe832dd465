//! Setting up, renewing and taking away one's own TOTP codes.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use tower_sessions::Session;

use super::overview::render;
use super::{HERE, PasswordProof, doubt, own};
use crate::domain::credentials::CodeSecret;
use crate::store::accounts::{Account, replace_codes, update_codes};
use crate::store::audit::insert_entry;
use crate::store::recovery_codes::delete_recovery_codes;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormErrors;
use crate::web::people::attempts::{Attempt, Origin, Secret};
use crate::web::people::totp::{TotpQrCode, TotpSetup, draw, open, seal};
use crate::web::people::{Visitor, recovery};
use crate::web::problem::Problem;
use crate::web::shell::{Shell, with_flash};

#[derive(Template)]
#[template(path = "account/codes.html")]
struct CodesPage {
    drawn: Option<TotpQrCode>,
    fault: Option<String>,
}

/// A code of the new secret.
#[derive(Deserialize)]
pub struct TotpForm {
    code: String,
}

/// Makes a new secret and shows it once; it counts when a code of it was typed.
pub async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    session: Session,
    Form(proof): Form<PasswordProof>,
) -> Result<Response, Problem> {
    let account = find(&app, &visitor).await?;
    if let Some(fault) = doubt(&app, &visitor, &account, proof.old).await? {
        return refuse(&app, visitor, fault).await;
    }
    let secret = CodeSecret::generate();
    let sealed = seal(&app, &account, &secret)?;
    TotpSetup::begin(&session, &sealed, app.now()).await.map_err(|_| Problem::unavailable())?;
    Ok(ask(visitor, StatusCode::OK, draw(&account, &secret), None))
}

/// Keeps the new secret once a code of it was typed.
pub async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    session: Session,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<TotpForm>>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    // nothing is held while the code is looked at
    if let Begun::Again(codes) = form_key.begin::<Vec<String>>(&app).await? {
        return Ok(reveal_codes(visitor, &codes));
    }
    let account = find(&app, &visitor).await?;
    let waiting = TotpSetup::of(&session, app.now()).await.map_err(|_| Problem::unavailable())?;
    let Some(sealed) = waiting else { return refuse(&app, visitor, t.say("account-codes-late")).await };
    let secret = open(&app, &account, &sealed)?;
    let here = Origin::Device(visitor.session_sha256);
    let refuse = |fault: &str| {
        ask(visitor.clone(), StatusCode::UNPROCESSABLE_ENTITY, draw(&account, &secret), Some(t.say(fault)))
    };
    let Some(attempt) = Attempt::begin(&app, Secret::Code, &account.id.to_string(), here).await? else {
        return Ok(refuse("sign-in-too-often"));
    };
    // a new secret's codes were never taken before
    let Some(period) = secret.check(&typed.code, app.now(), 0) else { return Ok(refuse("code-wrong")) };
    attempt.succeed(&app).await?;
    let mut tx = match form_key.begin::<Vec<String>>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(codes) => return Ok(reveal_codes(visitor, &codes)),
    };
    replace_codes(&mut tx, account.id, &sealed, period).await?;
    let by = visitor.caller.actor();
    insert_entry(&mut tx, app.now(), &by, "codes_set_up", &by.to_string(), &json!({})).await?;
    let codes = recovery::make(&mut tx, &account, app.now()).await?;
    form_key.finish(tx, &app, &codes).await?;
    TotpSetup::end(&session).await.map_err(|_| Problem::unavailable())?;
    Ok(reveal_codes(visitor, &codes))
}

/// Makes recovery codes anew and shows them, this once; those that were left stop working.
pub async fn renew_recovery(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(proof) }: IdempotentForm<Form<PasswordProof>>,
) -> Result<Response, Problem> {
    let account = find(&app, &visitor).await?;
    if account.totp_sealed.is_none() {
        let fault = visitor.words.say("recovery-no-codes");
        return refuse(&app, visitor, fault).await;
    }
    if let Some(fault) = doubt(&app, &visitor, &account, proof.old).await? {
        return refuse(&app, visitor, fault).await;
    }
    let mut tx = match form_key.begin::<Vec<String>>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(codes) => return Ok(reveal_codes(visitor, &codes)),
    };
    let codes = recovery::make(&mut tx, &account, app.now()).await?;
    form_key.finish(tx, &app, &codes).await?;
    Ok(reveal_codes(visitor, &codes))
}

fn reveal_codes(mut visitor: Visitor, codes: &[String]) -> Response {
    HERE.clone_into(&mut visitor.here);
    recovery::reveal(Shell::of(&visitor), codes, with_flash(HERE, "said-codes-set-up"), None)
}

/// Takes the codes away, where the role does not need them.
pub async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Form(proof): Form<PasswordProof>,
) -> Result<Response, Problem> {
    if app.people.demands_code(visitor.role()) {
        return Err(Problem::forbidden("This role needs TOTP codes."));
    }
    let account = find(&app, &visitor).await?;
    if let Some(fault) = doubt(&app, &visitor, &account, proof.old).await? {
        return refuse(&app, visitor, fault).await;
    }
    let mut tx = app.begin().await?;
    update_codes(&mut tx, account.id, None).await?;
    delete_recovery_codes(&mut tx, account.id).await?;
    let by = visitor.caller.actor();
    insert_entry(&mut tx, app.now(), &by, "codes_taken_away", &by.to_string(), &json!({})).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-codes-taken-away")).into_response())
}

async fn find(app: &App, visitor: &Visitor) -> Result<Account, Problem> {
    own(&mut *app.db.acquire().await?, visitor).await
}

async fn refuse(app: &App, visitor: Visitor, fault: String) -> Result<Response, Problem> {
    let errors = FormErrors::of("codes", fault);
    render(app, visitor, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}

fn ask(mut visitor: Visitor, status: StatusCode, drawn: Option<TotpQrCode>, fault: Option<String>) -> Response {
    HERE.clone_into(&mut visitor.here);
    let page = CodesPage { drawn, fault };
    HtmlPage::of(&visitor, page).status(status).into_response()
}

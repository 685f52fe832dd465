//! The second step of signing in: a TOTP code, or first its setting up.
//!
//! A code works once. Where the role demands codes and the account has none yet, a secret is made and shown as a QR
//! code; it is kept only once the telephone has shown a right code, and sealed from the first moment on.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use tower_sessions::Session;

use super::sign_in::{find_origin, finish, note_failure, sign_in_again};
use crate::domain::actor::Actor;
use crate::domain::credentials::CodeSecret;
use crate::store::accounts::{Account, find_account_by_id, take_code, update_codes};
use crate::store::audit::insert_entry;
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::people::attempts::{Attempt, Secret};
use crate::web::people::pending_form::PendingForm;
use crate::web::people::sign_in_request::SignInRequest;
use crate::web::people::totp::{TotpQrCode, draw, open, seal};
use crate::web::people::{AwaitingSecondFactor, SignInMethod, language_of, recovery};
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// What the visitor asked for when signing in began.
#[derive(Clone, Debug, Default)]
pub struct PendingSignIn {
    /// What the first step is, or was.
    pub way: SignInMethod,
    /// Whether the device is to be remembered.
    pub remembered: bool,
    /// Where to go on to.
    pub next: String,
    /// The form that waits to be sent again, as a field.
    pub pending_form: Option<String>,
}

impl PendingSignIn {
    /// Begun by `way`, without a name.
    pub(super) fn by(way: SignInMethod, SignInRequest { remembered, next, pending_form }: SignInRequest) -> Self {
        Self { way, remembered, next, pending_form }
    }
}

#[derive(Template)]
#[template(path = "people/code.html")]
struct CodePage {
    setup: Option<TotpQrCode>,
    next: String,
    pending_form: Option<String>,
    passkeys: bool,
    fault: Option<Fault>,
}

/// What is wrong with what was typed.
struct Fault {
    text: String,
    /// Of the recovery code, not of the TOTP code.
    of_recovery: bool,
}

/// Asks for a code after the right password.
///
/// # Errors
/// While the database is away.
pub(super) async fn ask(
    app: &App,
    session: &Session,
    t: Words,
    account: &Account,
    asked: PendingSignIn,
) -> Result<Response, Problem> {
    let secret = if account.totp_sealed.is_none() { Some(CodeSecret::generate()) } else { None };
    let sealed = match &secret {
        Some(secret) => Some(hex::encode(seal(app, account, secret)?)),
        None => None,
    };
    let begun = AwaitingSecondFactor::begin(session, app.now(), account.id, asked.remembered, sealed, asked.way).await;
    begun.map_err(|_| Problem::unavailable())?;
    let setup = secret.and_then(|secret| draw(account, &secret));
    Ok(ask_for(app, t, StatusCode::OK, setup, asked.next, asked.pending_form, None))
}

fn ask_for(
    app: &App,
    t: Words,
    status: StatusCode,
    setup: Option<TotpQrCode>,
    next: String,
    pending_form: Option<String>,
    fault: Option<Fault>,
) -> Response {
    let page = CodePage { setup, next, pending_form, passkeys: app.people.passkeys.is_some(), fault };
    HtmlPage::within(Shell::outside(t, "/sign-in").with_script("passkeys"), page).status(status).into_response()
}

/// What is typed into the form.
#[derive(Debug, Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
    /// A recovery code, in place of one of the moment.
    #[serde(default)]
    recovery: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    pending_form: Option<String>,
}

/// Checks the code and signs in.
pub async fn check(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    headers: HeaderMap,
    from: ClientAddress,
    Form(typed): Form<CodeForm>,
) -> Result<Response, Problem> {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let now = app.now();
    let late = || {
        let pending_form = typed.pending_form.as_deref().and_then(PendingForm::from_field);
        sign_in_again(&app, t, pending_form.as_ref(), Some(t.say("code-late")))
    };
    let Some(half_way) = AwaitingSecondFactor::of(&session, now).await.map_err(|_| Problem::unavailable())? else {
        return Ok(late());
    };
    let found = {
        let mut db = app.db.acquire().await?;
        find_account_by_id(&mut db, half_way.account()).await?
    };
    let Some(account) = found.filter(|account| account.is_active(now)) else { return Ok(late()) };
    let sealed = match &half_way.setting_up {
        Some(sealed) => hex::decode(sealed).ok(),
        None => account.totp_sealed.clone(),
    };
    let Some(sealed) = sealed else { return Ok(late()) };
    let secret = open(&app, &account, &sealed)?;
    let by_recovery = !typed.recovery.is_empty() && half_way.setting_up.is_none();
    // codes are short: trying them is counted like trying passwords
    let origin = find_origin(&app, &cookies, from, Some(&account)).await?;
    let setup = || half_way.setting_up.as_ref().and_then(|_| draw(&account, &secret));
    let Some(attempt) = Attempt::begin(&app, Secret::Code, &account.id.to_string(), origin).await? else {
        let fault = Some(Fault { text: t.say("sign-in-too-often"), of_recovery: by_recovery });
        return Ok(ask_for(&app, t, StatusCode::TOO_MANY_REQUESTS, setup(), typed.next, typed.pending_form, fault));
    };
    let mut tx = app.begin().await?;
    let taken = match secret.check(&typed.code, now, account.totp_used) {
        Some(period) => take_code(&mut tx, account.id, period).await?,
        None if by_recovery => recovery::take(&mut tx, &account, &typed.recovery, now).await?,
        None => false,
    };
    if !taken {
        drop(tx);
        note_failure(&app, origin, Some(&account)).await?;
        let text = t.say(if by_recovery { "recovery-wrong" } else { "code-wrong" });
        let fault = Some(Fault { text, of_recovery: by_recovery });
        return Ok(ask_for(&app, t, StatusCode::UNPROCESSABLE_ENTITY, setup(), typed.next, typed.pending_form, fault));
    }
    let mut made = Vec::new();
    if half_way.setting_up.is_some() {
        update_codes(&mut tx, account.id, Some(&sealed)).await?;
        let by = Actor::user(&account.username);
        insert_entry(&mut tx, now, &by, "codes_set_up", &by.to_string(), &serde_json::json!({})).await?;
        made = recovery::make(&mut tx, &account, now).await?;
    }
    tx.commit().await?;
    attempt.succeed(&app).await?;
    let (way, remembered) = (half_way.way, half_way.remembered);
    if made.is_empty() {
        let asked = PendingSignIn { way, remembered, next: typed.next, pending_form: typed.pending_form };
        return finish(&app, &session, t, &headers, &account, asked).await;
    }
    // signed in, but first the recovery codes are shown, this once
    let form = typed.pending_form.as_deref().and_then(PendingForm::from_field);
    let asked = PendingSignIn { way, remembered, next: typed.next, pending_form: None };
    let (led_on, _) = finish(&app, &session, t, &headers, &account, asked).await?.into_parts();
    let next = led_on.headers.get(header::LOCATION).and_then(|next| next.to_str().ok()).unwrap_or("/home").to_owned();
    let mut page = recovery::reveal(Shell::outside(t, "/home"), &made, next, form);
    for cookie in led_on.headers.get_all(header::SET_COOKIE) {
        page.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    Ok(page)
}

//! Signing in with name and password; where the role demands it, a TOTP code follows ([`super::code`]).
//!
//! A wrong name and a wrong password get the same answer in the same time. An account that was ended, or whose time
//! has not come, answers like one that does not exist.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use secrecy::SecretString;
use serde::Deserialize;
use tower_sessions::Session;

use super::code::{self, PendingSignIn};
use crate::domain::actor::{Actor, Part};
use crate::domain::credentials::Username;
use crate::store::accounts::{Account, find_account, update_signed_in};
use crate::store::audit::insert_entry;
use crate::store::failed_sign_ins::add_failure;
use crate::store::login_sessions::update_device;
use crate::store::{Connection, StoreError};
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::people::attempts::{Attempt, Origin, Secret};
use crate::web::people::pending_form::{PendingForm, local_path};
use crate::web::people::{SignInMethod, SignedIn, known_device, language_of, session_sha256};
use crate::web::problem::Problem;
use crate::web::shell::{Shell, first_page};
use crate::web::words::Words;

/// Characters of what a browser calls itself that are kept, so that its owner knows it again.
const DEVICE: usize = 160;

#[derive(Template)]
#[template(path = "people/sign_in.html")]
struct SignInPage {
    username: String,
    remember: bool,
    next: String,
    pending_form: Option<String>,
    /// What the button says that leads to the provider.
    provider: Option<String>,
    passkeys: bool,
    fault: Option<String>,
}

impl SignInPage {
    fn new(app: &App, t: Words) -> Self {
        Self {
            username: String::new(),
            remember: false,
            next: String::new(),
            pending_form: None,
            provider: app.people.provider.as_ref().map(|provider| provider.label(t).to_owned()),
            passkeys: app.people.passkeys.is_some(),
            fault: None,
        }
    }

    fn show(&self, t: Words, here: &str, status: StatusCode) -> Response {
        HtmlPage::within(Shell::outside(t, here).with_script("passkeys"), self).status(status).into_response()
    }
}

#[derive(Template)]
#[template(path = "people/again.html")]
struct ResendPage {
    form: PendingForm,
}

/// Where to go on to.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
    #[serde(default)]
    said: String,
}

/// The form.
pub async fn show_form(State(app): State<App>, cookies: CookieJar, Query(query): Query<Next>) -> Response {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let here = serde_urlencoded::to_string([("next", &query.next), ("said", &query.said)]).unwrap_or_default();
    let page = SignInPage { next: query.next, ..SignInPage::new(&app, t) };
    page.show(t, &format!("/sign-in?{here}"), StatusCode::OK)
}

/// The form for somebody whose session ended while they were typing, or for whom the second step took too long.
pub fn sign_in_again(app: &App, t: Words, pending_form: Option<&PendingForm>, fault: Option<String>) -> Response {
    let pending_form = pending_form.map(PendingForm::to_field);
    let page = SignInPage { pending_form, fault, ..SignInPage::new(app, t) };
    page.show(t, "/sign-in", StatusCode::UNAUTHORIZED)
}

/// The form for somebody who was not let in another way, with the reason.
pub(super) fn refuse_other(app: &App, t: Words, status: StatusCode, asked: PendingSignIn, fault: String) -> Response {
    let PendingSignIn { remembered: remember, next, pending_form, .. } = asked;
    let page = SignInPage { remember, next, pending_form, fault: Some(fault), ..SignInPage::new(app, t) };
    page.show(t, "/sign-in", status)
}

#[derive(Template)]
#[template(path = "people/save.html")]
struct SavePrompt {
    t: Words,
}

/// In place of a part of a form, for somebody whose session ended while they were typing into it.
pub fn save_prompt(t: Words) -> Response {
    HtmlPage::within(t, SavePrompt { t }).status(StatusCode::UNAUTHORIZED).into_response()
}

/// What is typed into the form.
#[derive(Deserialize)]
pub struct SignInForm {
    username: String,
    password: SecretString,
    #[serde(default)]
    remember: Option<String>,
    #[serde(default)]
    next: String,
    #[serde(default)]
    pending_form: Option<String>,
}

/// Checks name and password. The password is not looked at where the name was tried too often from here.
pub async fn sign_in(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    headers: HeaderMap,
    from: ClientAddress,
    Form(typed): Form<SignInForm>,
) -> Result<Response, Problem> {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let name = typed.username.parse::<Username>().ok();
    let account = match &name {
        Some(name) => find_working(&app, name).await?,
        None => None,
    };
    let origin = find_origin(&app, &cookies, from, account.as_ref()).await?;
    let tried = name.as_ref().map_or("", Username::as_str);
    let Some(attempt) = Attempt::begin(&app, Secret::Password, tried, origin).await? else {
        return Ok(refuse(&app, t, typed, StatusCode::TOO_MANY_REQUESTS, t.say("sign-in-too-often")));
    };
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = app.people.is_password(hash, typed.password.clone()).await?;
    let (true, Some(account)) = (right, &account) else {
        note_failure(&app, origin, account.as_ref()).await?;
        return Ok(refuse(&app, t, typed, StatusCode::UNPROCESSABLE_ENTITY, t.say("sign-in-wrong")));
    };
    attempt.succeed(&app).await?;
    let asked = PendingSignIn {
        way: SignInMethod::Password,
        remembered: typed.remember.is_some(),
        next: typed.next,
        pending_form: typed.pending_form,
    };
    continue_sign_in(&app, &session, t, &headers, account.clone(), asked).await
}

/// From where somebody tries to sign in to `account`: a device on which its owner did before, or any other.
pub(super) async fn find_origin(
    app: &App,
    cookies: &CookieJar,
    from: ClientAddress,
    account: Option<&Account>,
) -> Result<Origin, StoreError> {
    let mut db = app.db.acquire().await?;
    let account = account.map(|account| account.id);
    let device = known_device::find(&mut db, app.people.cookies, cookies, account, app.now()).await?;
    Ok(device.map_or(Origin::Address(from), Origin::Device))
}

/// Counts an attempt that failed and keeps it for the owner of the account, unless it was on a device of theirs. The
/// audit has the tenth, the hundredth and so on, so that nobody fills it from outside.
pub(super) async fn note_failure(app: &App, origin: Origin, account: Option<&Account>) -> Result<(), Problem> {
    metrics::counter!(crate::telemetry::metric::SIGN_INS, "outcome" => "refused").increment(1);
    let (Some(account), Origin::Address(_)) = (account, origin) else { return Ok(()) };
    let now = app.now();
    let mut tx = app.begin().await?;
    let failed = add_failure(&mut tx, account.id, now).await?;
    if failed.failures >= 10 && 10_i32.pow(failed.failures.ilog10()) == failed.failures {
        let (of, detail) =
            (Actor::user(&account.username).to_string(), serde_json::json!({ "failures": failed.failures }));
        insert_entry(&mut tx, now, &Actor::Program(Part::SignIn), "sign_in_failures", &of, &detail).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn find_working(app: &App, name: &Username) -> Result<Option<Account>, StoreError> {
    let mut db = app.db.acquire().await?;
    Ok(find_account(&mut db, name.as_str()).await?.filter(|account| account.is_active(app.now())))
}

fn refuse(app: &App, t: Words, typed: SignInForm, status: StatusCode, fault: String) -> Response {
    let page = SignInPage {
        username: typed.username.chars().take(64).collect(),
        remember: typed.remember.is_some(),
        next: typed.next,
        pending_form: typed.pending_form,
        fault: Some(fault),
        ..SignInPage::new(app, t)
    };
    page.show(t, "/sign-in", status)
}

/// After the right password: the TOTP code where one is demanded or set up, else signed in.
///
/// # Errors
/// While the database is away.
pub(super) async fn continue_sign_in(
    app: &App,
    session: &Session,
    t: Words,
    headers: &HeaderMap,
    account: Account,
    asked: PendingSignIn,
) -> Result<Response, Problem> {
    if account.totp_sealed.is_some() || app.people.demands_code(account.role) {
        return code::ask(app, session, t, &account, asked).await;
    }
    finish(app, session, t, headers, &account, asked).await
}

/// Signs in and leads on to where the visitor wanted to go.
///
/// # Errors
/// While the database is away.
pub(super) async fn finish(
    app: &App,
    session: &Session,
    t: Words,
    headers: &HeaderMap,
    account: &Account,
    asked: PendingSignIn,
) -> Result<Response, Problem> {
    SignedIn::begin(session, app, account.id, asked.remembered).await.map_err(|_| Problem::unavailable())?;
    let mut tx = app.begin().await?;
    note(&mut tx, app, session, headers, account, asked.way).await?;
    let cookies = CookieJar::from_headers(headers);
    let known = known_device::know(&mut tx, app.people.cookies, &cookies, account.id, app.now()).await?;
    tx.commit().await?;
    let known = CookieJar::new().add(known);
    metrics::counter!(crate::telemetry::metric::SIGN_INS, "outcome" => "signed_in").increment(1);
    if let Some(form) = asked.pending_form.as_deref().and_then(PendingForm::from_field) {
        let again = ResendPage { form };
        return Ok((known, HtmlPage::within(Shell::outside(t, "/home"), again)).into_response());
    }
    let next = local_path(&asked.next).unwrap_or_else(|| first_page(account.role));
    Ok((known, Redirect::to(next)).into_response())
}

async fn note(
    db: &mut Connection,
    app: &App,
    session: &Session,
    headers: &HeaderMap,
    account: &Account,
    way: SignInMethod,
) -> Result<(), StoreError> {
    let now = app.now();
    update_signed_in(db, account.id, now).await?;
    if let Some(sha256) = session_sha256(session) {
        let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        update_device(db, &sha256, &agent.chars().take(DEVICE).collect::<String>()).await?;
    }
    let by = Actor::user(&account.username);
    insert_entry(db, now, &by, "sign_in", &by.to_string(), &serde_json::json!({ "by": way.as_str() })).await
}

//! `/channels/{code}`: one channel: what LINE says of it, its pace, and new secrets for it; and `/channels/new`, by which one is added.
//!
//! A secret is typed, sealed and never shown: a form that is refused comes back without it. Only administrators add channels and change their
//! secrets and pace; operations ask LINE about them.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;

use crate::domain::account::Permission;
use crate::domain::thai::normal_form;
use crate::relay::channel_check::{CheckError, MonthLeft, TestState, WebhookState, webhook_address};
use crate::relay::channels::{self as acts, LONGEST_NAME, MOST_CALLS, NewChannel};
use crate::relay::refusal::Refusal;
use crate::store::channels::{Channel, find_channel};
use crate::web::access::Scope;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::filters;
use crate::web::words::{Words, group_digits};

/// What is suggested: a little less than LINE lets through.
const USUAL_RATE: u32 = 1_950;

/// What is typed of a new channel. The secrets are read apart and never put back into a page.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChannelForm {
    /// A code of one's own.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Calls a second at most.
    pub rate: String,
    /// The channel secret.
    secret: String,
    /// The access token.
    token: String,
}

/// What is typed of new secrets.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct RotateForm {
    /// The channel secret; empty = as it is.
    secret: String,
    /// The access token; empty = as it is.
    token: String,
}

/// Calls a second, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RateForm {
    /// At most.
    pub rate: String,
}

#[derive(Template)]
#[template(path = "board/channel_new.html")]
struct NewPage {
    form: FormState<ChannelForm>,
}

/// What LINE was asked, and what came of it.
struct Found {
    what: String,
    good: bool,
    said: String,
}

#[derive(Template)]
#[template(path = "board/channel.html")]
struct ChannelPage {
    channel: Channel,
    webhook: String,
    manages: bool,
    found: Vec<Found>,
    rotate: FormState<RotateForm>,
    rate: FormState<RateForm>,
}

/// The forms of the page of a channel, and what LINE said.
#[derive(Default)]
struct Shown {
    rotate: FormState<RotateForm>,
    /// None = as it is.
    rate: Option<FormState<RateForm>>,
    found: Vec<Found>,
}

/// A channel serves the whole tree, so that only who sees all of it sees channels.
async fn find(app: &App, visitor: &Visitor, code: &str) -> Result<Channel, Problem> {
    let absent = || Problem::absent("channel");
    if visitor.caller.scope != Scope::Whole {
        return Err(absent());
    }
    find_channel(&mut *app.db.acquire().await?, code).await?.ok_or_else(absent)
}

fn must_see_all(visitor: &Visitor) -> Result<(), Problem> {
    if visitor.caller.scope == Scope::Whole { Ok(()) } else { Err(Problem::absent("page")) }
}

/// The page of a channel.
pub async fn show_channel(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    let channel = find(&app, &visitor, &code).await?;
    Ok(page(&app, &visitor, channel, Shown::default(), StatusCode::OK))
}

fn page(app: &App, visitor: &Visitor, channel: Channel, shown: Shown, status: StatusCode) -> Response {
    let mut visitor = visitor.clone();
    visitor.here = address(&channel.code);
    let rate = shown.rate.unwrap_or_else(|| FormState::new(RateForm { rate: channel.rate_per_second.to_string() }));
    let page = ChannelPage {
        webhook: webhook_address(&app.settings.public_url, &channel.code),
        manages: visitor.may(Permission::ManageChannels),
        channel,
        found: shown.found,
        rotate: shown.rotate,
        rate,
    };
    HtmlPage::of(&visitor, page).status(status).into_response()
}

/// Asks LINE about a channel.
pub async fn check(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    let (t, channel) = (visitor.words, find(&app, &visitor, &code).await?);
    let mut found = Vec::new();
    if let Some(ask) = app.line_check.as_ref().map(crate::relay::line_check::LineCheck::channels) {
        let wanted = webhook_address(&app.settings.public_url, &channel.code);
        let answers = ask.ask(&channel, &wanted, false, app.now()).await;
        let account = answers.account.map(|account| (true, format!("{} ({})", account.name, account.basic_id)));
        found.push(tell(t, "channel-account", account));
        found.extend(answers.month.map(|month| tell(t, "channels-quota", month.map(|month| say_month(t, month)))));
        let webhook = answers.webhook.map(|webhook| webhook.map(|state| say_webhook(t, &state)));
        found.extend(webhook.map(|webhook| tell(t, "channel-webhook", webhook)));
    } else {
        found.push(Found { what: t.say("channel-account"), good: false, said: t.say("channel-not-asked") });
    }
    let channel = find(&app, &visitor, &code).await?;
    Ok(page(&app, &visitor, channel, Shown { found, ..Shown::default() }, StatusCode::OK))
}

/// Has LINE try the webhook.
pub async fn test_webhook(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    let (t, channel) = (visitor.words, find(&app, &visitor, &code).await?);
    let found = match app.line_check.as_ref().map(crate::relay::line_check::LineCheck::channels) {
        Some(ask) => {
            let tested = ask.test_webhook(&channel).await.map(|TestState { arrived, reason }| {
                let key = if arrived { "channel-test-arrived" } else { "channel-test-failed" };
                (arrived, t.say_with(key, &[("reason", &reason)]))
            });
            tell(t, "channel-test", tested)
        }
        None => Found { what: t.say("channel-test"), good: false, said: t.say("channel-not-asked") },
    };
    let channel = find(&app, &visitor, &code).await?;
    Ok(page(&app, &visitor, channel, Shown { found: vec![found], ..Shown::default() }, StatusCode::OK))
}

fn say_month(t: Words, MonthLeft { limit, used }: MonthLeft) -> (bool, String) {
    let number = |n: u64| group_digits(i64::try_from(n).unwrap_or(i64::MAX));
    let said = match limit {
        Some(limit) => t.say_with("channel-month", &[("used", &number(used)), ("limit", &number(limit))]),
        None => t.say_with("channel-month-unlimited", &[("used", &number(used))]),
    };
    (limit.is_none_or(|limit| used < limit), said)
}

fn say_webhook(t: Words, state: &WebhookState) -> (bool, String) {
    match state {
        WebhookState::Here => (true, t.say("channel-webhook-here")),
        WebhookState::NotSet => (false, t.say("channel-webhook-not-set")),
        WebhookState::Off => (false, t.say("channel-webhook-off")),
        WebhookState::Elsewhere(address) => (false, t.say_with("channel-webhook-elsewhere", &[("address", address)])),
    }
}

fn tell(t: Words, what: &str, found: Result<(bool, String), CheckError>) -> Found {
    let (good, said) = found.unwrap_or_else(|error| {
        tracing::info!(error = &error as &dyn std::error::Error, "LINE could not be asked about a channel");
        let key = match &error {
            error if error.is_refused_token() => "channel-token-refused",
            CheckError::Secret(_) => "channel-secret-unopened",
            _ => "channel-unanswered",
        };
        (false, t.say(key))
    });
    Found { what: t.say(what), good, said }
}

/// The form of a new channel.
pub async fn show_new(visitor: Visitor) -> Result<Response, Problem> {
    must_see_all(&visitor)?;
    let form = FormState::new(ChannelForm { rate: USUAL_RATE.to_string(), ..ChannelForm::default() });
    Ok(new_page(&visitor, form, StatusCode::OK))
}

fn new_page(visitor: &Visitor, form: FormState<ChannelForm>, status: StatusCode) -> Response {
    HtmlPage::of(visitor, NewPage { form }).status(status).into_response()
}

/// Adds a channel.
pub async fn add(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<ChannelForm>>,
) -> Result<Response, Problem> {
    must_see_all(&visitor)?;
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let t = visitor.words;
    let mut form = FormState::new(typed);
    let code = form
        .errors
        .check("code", normal_form(&form.typed.code).trim().parse().map_err(|_| t.say("channel-code-wrong")));
    let name = form.typed.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        form.errors.add("name", t.say("channel-name-wrong"));
    }
    let rate = form.errors.check("rate", read_rate(t, &form.typed.rate));
    if let (Some(code), Some(rate), true) = (code, rate, form.errors.is_empty()) {
        let (secret, token) =
            (SecretString::from(form.typed.secret.as_str()), SecretString::from(form.typed.token.as_str()));
        let new = NewChannel { code: &code, name: form.typed.name.trim(), secret: &secret, token: &token, rate };
        match acts::add(&mut tx, &visitor.caller.right(), &app.sealing, &new, app.now()).await {
            Ok(channel) => {
                let to = with_flash(&address(&channel.code), "said-channel-added");
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(refusal) => {
                let (field, sentence) = say_refusal(t, refusal)?;
                form.errors.add(field, sentence);
            }
        }
    }
    drop(tx);
    Ok(new_page(&visitor, form, StatusCode::UNPROCESSABLE_ENTITY))
}

/// Stores a new secret, a new token, or both.
pub async fn rotate(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<RotateForm>>,
) -> Result<Response, Problem> {
    let channel = find(&app, &visitor, &code).await?;
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let t = visitor.words;
    let given = |text: &str| Some(SecretString::from(text)).filter(|_| !text.trim().is_empty());
    let (secret, token) = (given(&typed.secret), given(&typed.token));
    let mut form = FormState::new(typed);
    if secret.is_none() && token.is_none() {
        form.errors.add("token", t.say("channel-nothing-new"));
    } else {
        let (right, new) = (visitor.caller.right(), (secret.as_ref(), token.as_ref()));
        match acts::rotate(&mut tx, &right, &app.sealing, &code, new, app.now()).await {
            Ok(channel) => {
                let to = with_flash(&address(&channel.code), "said-channel-rotated");
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(refusal) => {
                let (field, sentence) = say_refusal(t, refusal)?;
                form.errors.add(field, sentence);
            }
        }
    }
    drop(tx);
    Ok(page(&app, &visitor, channel, Shown { rotate: form, ..Shown::default() }, StatusCode::UNPROCESSABLE_ENTITY))
}

/// Sets how many calls a second are made at most.
pub async fn set_rate(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<RateForm>>,
) -> Result<Response, Problem> {
    let channel = find(&app, &visitor, &code).await?;
    let mut form = FormState::new(typed);
    let Some(rate) = form.errors.check("rate", read_rate(visitor.words, &form.typed.rate)) else {
        let shown = Shown { rate: Some(form), ..Shown::default() };
        return Ok(page(&app, &visitor, channel, shown, StatusCode::UNPROCESSABLE_ENTITY));
    };
    form_key
        .lead_on(&app, async |tx| {
            let channel = acts::set_rate(tx, &visitor.caller.right(), &code, rate, app.now()).await?;
            Ok(with_flash(&address(&channel.code), "said-channel-rate"))
        })
        .await
}

fn read_rate(t: Words, typed: &str) -> Result<u32, String> {
    let rate = normal_form(typed).trim().parse().ok().filter(|rate| (1..=MOST_CALLS).contains(rate));
    rate.ok_or_else(|| t.say_with("channel-rate-wrong", &[("most", &group_digits(i64::from(MOST_CALLS)))]))
}

/// What is wrong with what was typed, with its field.
fn say_refusal(t: Words, refusal: Refusal) -> Result<(&'static str, String), Problem> {
    Ok(match refusal {
        Refusal::ChannelTaken => ("code", t.say("channel-taken")),
        Refusal::BadChannelSecret => ("secret", t.say("channel-secret-wrong")),
        Refusal::BadChannelToken(_) => ("token", t.say("channel-token-wrong")),
        other => return Err(other.into()),
    })
}

fn address(code: &str) -> String {
    format!("/channels/{code}")
}

//! Actions on a bulletin from its page: each a form with one button, whose result is shown on top.

use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::format;
use super::picker::find;
use super::show::page;
use crate::domain::ids::BulletinId;
use crate::domain::text::PlainReason;
use crate::relay::refusal::Refusal;
use crate::relay::{approval, drafts, publish, test_send, withdraw as relay};
use crate::store::Tx;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, FormKey, IdempotentForm};
use crate::web::input::Id;
use crate::web::line_check;
use crate::web::pages::form_state::{FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Commits what was done and goes on to the bulletin, or tells on its page why it was refused.
async fn finish(
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    (form_key, tx): (FormKey, Tx),
    done: Result<&'static str, Refusal>,
    (of, typed): (&'static str, &str),
) -> Result<Response, Problem> {
    match done {
        Ok(said) => {
            let to = with_flash(&format!("/bulletins/{id}"), said);
            form_key.finish(tx, app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(refusal) => {
            drop(tx);
            let Some(sentence) = format::refusal(visitor.words, &refusal) else { return Err(refusal.into()) };
            let status = Problem::from(refusal).status();
            show_refused(app, visitor, id, refused(of, typed, sentence), status).await
        }
    }
}

/// A form of the page that was refused, with what was typed into it.
fn refused(form: &'static str, typed: &str, sentence: String) -> FormState<String> {
    FormState { typed: typed.to_owned(), errors: FormErrors::of(form, sentence) }
}

async fn show_refused(
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    refused: FormState<String>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    page(&mut db, app, visitor, id, refused, status).await
}

/// Begins an act; one that was done before leads where it led.
async fn begin(app: &App, form_key: &FormKey) -> Result<Result<Tx, Response>, Problem> {
    Ok(match form_key.begin::<String>(app).await? {
        Begun::First(tx) => Ok(tx),
        Begun::Again(to) => Err(Redirect::to(&to).into_response()),
    })
}

/// Submits a draft.
pub async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let checked = line_check::must_pass(&app, &visitor.caller, id).await;
    let mut tx = match begin(&app, &form_key).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(before),
    };
    let done = match checked {
        Ok(()) => approval::submit(&mut tx, &app.settings, id, &visitor.caller.right(), app.now()).await,
        Err(refusal) => Err(refusal),
    };
    finish(&app, &visitor, id, (form_key, tx), done.map(|()| "said-submitted"), ("acts", "")).await
}

/// Takes back what was submitted.
pub async fn recall(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match begin(&app, &form_key).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(before),
    };
    let done = approval::recall(&mut tx, id, &visitor.caller.right(), app.now()).await;
    finish(&app, &visitor, id, (form_key, tx), done.map(|()| "said-recalled"), ("acts", "")).await
}

/// Approves what was submitted.
pub async fn approve(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match begin(&app, &form_key).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(before),
    };
    let done = approval::approve(&mut tx, id, &visitor.caller.right(), app.now()).await;
    finish(&app, &visitor, id, (form_key, tx), done.map(|()| "said-approved"), ("approve", "")).await
}

/// Puts a scheduled bulletin back among the drafts.
pub async fn unschedule(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match begin(&app, &form_key).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(before),
    };
    let done = publish::unschedule(&mut tx, id, &visitor.caller.right(), app.now()).await;
    finish(&app, &visitor, id, (form_key, tx), done.map(|()| "said-unscheduled"), ("acts", "")).await
}

/// Throws a draft away.
pub async fn delete(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let to = with_flash("/bulletins", "said-deleted");
    if let Begun::First(mut tx) = form_key.begin::<String>(&app).await? {
        drafts::delete(&mut tx, &visitor.caller.right(), id, app.now()).await?;
        form_key.finish(tx, &app, &to).await?;
    }
    Ok(Redirect::to(&to).into_response())
}

/// A reason that was typed.
#[derive(Debug, Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// Returns what was submitted to its author.
pub async fn give_back(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<Reason>>,
) -> Result<Response, Problem> {
    let reason = match typed.reason.parse::<PlainReason>() {
        Ok(reason) => reason,
        Err(bad) => return bad_reason(&app, &visitor, id, "return", &typed.reason, bad).await,
    };
    let mut tx = match begin(&app, &form_key).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(before),
    };
    let done = approval::give_back(&mut tx, id, &reason, &visitor.caller.right(), app.now()).await;
    finish(&app, &visitor, id, (form_key, tx), done.map(|()| "said-returned"), ("return", &typed.reason)).await
}

/// Takes a published bulletin back.
pub async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<Reason>>,
) -> Result<Response, Problem> {
    let reason = match typed.reason.parse::<PlainReason>() {
        Ok(reason) => reason,
        Err(bad) => return bad_reason(&app, &visitor, id, "withdraw", &typed.reason, bad).await,
    };
    let mut tx = match begin(&app, &form_key).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(before),
    };
    let right = visitor.caller.right();
    let done = relay::withdraw(&mut tx, &app.settings, id, &reason, &right, app.now()).await;
    finish(&app, &visitor, id, (form_key, tx), done.map(|_| "said-withdrawn"), ("withdraw", &typed.reason)).await
}

async fn bad_reason(
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    of: &'static str,
    typed: &str,
    bad: crate::domain::text::BadText,
) -> Result<Response, Problem> {
    let sentence = format::bad_text(visitor.words, bad);
    show_refused(app, visitor, id, refused(of, typed, sentence), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// A group that was typed: its code, or words that fit it alone.
#[derive(Debug, Deserialize)]
pub struct Where {
    #[serde(default)]
    group: String,
}

/// Sends a test to one group.
pub async fn send_test(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<Where>>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let checked = line_check::must_pass(&app, &visitor.caller, id).await;
    let mut tx = match begin(&app, &form_key).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(before),
    };
    let named = typed.group.trim().replace('\0', "");
    let group = match visible::find_group(&mut tx, &visitor.caller, &named).await? {
        Some(group) => Some(group),
        None => match find(&mut tx, &visitor.caller.scope, &named).await?.as_deref() {
            Some([only]) => visible::find_group(&mut tx, &visitor.caller, &only.code).await?,
            Some(several @ [_, _, ..]) => {
                let fitting = several.iter().take(5).map(|group| format!("{} ({})", group.name, group.code));
                let fitting = fitting.collect::<Vec<_>>().join(", ");
                drop(tx);
                let refused = refused("test", &named, t.say_with("compose-test-several", &[("names", &fitting)]));
                return show_refused(&app, &visitor, id, refused, StatusCode::UNPROCESSABLE_ENTITY).await;
            }
            _ => None,
        },
    };
    let Some(group) = group else {
        drop(tx);
        let refused = refused("test", &named, t.say("compose-test-none"));
        return show_refused(&app, &visitor, id, refused, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let done = match checked {
        Ok(()) => test_send::send_test(&mut tx, &app.settings, id, &group, &visitor.caller.right(), app.now()).await,
        Err(refusal) => Err(refusal),
    };
    finish(&app, &visitor, id, (form_key, tx), done.map(|_| "said-test-sent"), ("test", &named)).await
}

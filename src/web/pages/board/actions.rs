//! What operations do from the board, each a form with one button: reverse a declining, try one delivery again, park
//! and resume a channel. Each leads back to where it was pressed and says there what was done.

use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use crate::domain::ids::{BulletinId, DeliveryId};
use crate::domain::outcome::ParkReason;
use crate::relay::{forward, retry};
use crate::store::channels as rows;
use crate::store::notices::{Notice, notify};
use crate::store::{StoreError, Tx, audit, deliveries};
use crate::web::access::{Scope, visible};
use crate::web::api::webhook_failures;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

use super::InScope;

/// Which group.
#[derive(Debug, Deserialize)]
pub struct Group {
    group: String,
}

/// Reverses a declining: the bulletin is held at the group again.
pub async fn undecline(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<BulletinId>,
    IdempotentForm { form_key, form: Form(Group { group }) }: IdempotentForm<Form<Group>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    visible::bulletin(&mut tx, &visitor.caller, id).await?;
    let group = visible::group(&mut tx, &visitor.caller, &plain(group)?).await?;
    forward::undecline(&mut tx, id, &[group.id.0], &visitor.caller.actor(), app.now()).await?;
    let to = with_flash(&format!("/board/{id}"), "said-undeclined");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// How one delivery is tried again.
#[derive(Debug, Deserialize)]
pub struct RetryOne {
    include_unknown: Option<String>,
}

/// Tries one delivery again.
pub async fn retry_delivery(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<DeliveryId>,
    IdempotentForm { form_key, form: Form(RetryOne { include_unknown }) }: IdempotentForm<Form<RetryOne>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let scope = visitor.caller.scope.to_filter();
    if deliveries::find_delivery(&mut tx, id, scope.as_deref()).await?.is_none() {
        return Err(Problem::absent("delivery"));
    }
    let by = visitor.caller.actor();
    if !retry::retry_one(&mut tx, &app.settings, id, include_unknown.is_some(), &by, &app.clock).await? {
        return Err(Problem::conflict("not-to-retry", visitor.words.say("retry-nothing")));
    }
    let to = with_flash(&format!("/deliveries/{id}"), "said-retried");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Stops sending on a channel until it is resumed.
pub async fn park_channel(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let channel = find(&mut tx, &visitor, &code).await?;
    if !rows::park_channel(&mut tx, channel.id, ParkReason::Operator, app.now()).await? {
        return Err(Problem::conflict("parked", visitor.words.say("channels-parked-already")));
    }
    note(&mut tx, &app, &visitor, "park", &channel).await?;
    let to = with_flash("/channels", "said-parked");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Lets a parked channel send again.
pub async fn resume_channel(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let channel = find(&mut tx, &visitor, &code).await?;
    if !rows::resume_channel(&mut tx, channel.id, None, app.now()).await? {
        return Err(Problem::conflict("not-parked", visitor.words.say("channels-not-parked")));
    }
    note(&mut tx, &app, &visitor, "resume", &channel).await?;
    let to = with_flash("/channels", "said-resumed");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Has a webhook event that was set aside worked on again.
pub async fn retry_webhook_failure(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<i64>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    webhook_failures::retry(&mut tx, &visitor.caller, id, &visitor.caller.actor(), app.now()).await?;
    let to = with_flash("/channels", "said-webhook-retried");
    form_key.finish(tx, &app, &to).await?;
    app.inbound.wake();
    Ok(Redirect::to(&to).into_response())
}

async fn find(tx: &mut Tx, visitor: &Visitor, code: &str) -> Result<rows::Channel, Problem> {
    let found = if visitor.caller.scope == Scope::Whole { rows::find_channel(tx, code).await? } else { None };
    found.ok_or_else(|| Problem::absent("channel"))
}

async fn note(tx: &mut Tx, app: &App, visitor: &Visitor, act: &str, channel: &rows::Channel) -> Result<(), StoreError> {
    let subject = format!("channel:{}", channel.code);
    audit::insert_entry(tx, app.now(), &visitor.caller.actor(), act, &subject, &json!({})).await?;
    notify(tx, Notice::Wake(channel.id)).await
}

/// A text that Postgres can look for.
fn plain(text: String) -> Result<String, Problem> {
    if text.contains('\0') { Err(Problem::absent("group")) } else { Ok(text) }
}

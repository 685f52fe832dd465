//! What operations do from the board, each a form with one button: reverse a declining, try one delivery again, park
//! and resume a channel. Each leads back to where it was pressed and says there what was done.

use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::domain::ids::{BulletinId, DeliveryId};
use crate::relay::group_alerts::look_at;
use crate::relay::refusal::Refusal;
use crate::relay::{channels, forward, retry};
use crate::store::deliveries;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

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
    forward::undecline(&mut tx, id, &[group.id.0], &visitor.caller.right(), app.now()).await?;
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
    let right = visitor.caller.right();
    if !retry::retry_one(&mut tx, &app.settings, id, include_unknown.is_some(), &right, &app.clock).await? {
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
    let done = channels::park(&mut tx, &visitor.caller.right(), &code, app.now()).await;
    done.map_err(|refusal| say(visitor.words, refusal))?;
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
    let done = channels::resume(&mut tx, &visitor.caller.right(), &code, app.now()).await;
    done.map_err(|refusal| say(visitor.words, refusal))?;
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
    channels::retry_webhook_failure(&mut tx, &visitor.caller.right(), id, app.now()).await?;
    let to = with_flash("/channels", "said-webhook-retried");
    form_key.finish(tx, &app, &to).await?;
    app.inbound.wake();
    Ok(Redirect::to(&to).into_response())
}

/// Ends an alert about a LINE group that somebody looked at.
pub async fn see_group_alert(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<i64>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    look_at(&mut tx, &visitor.caller.right(), id, app.now()).await?;
    let to = with_flash("/failures", "said-group-alert-seen");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// A refusal about a channel, in the language of the page.
fn say(t: Words, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::ChannelParked => Problem::conflict("parked", t.say("channels-parked-already")),
        Refusal::ChannelNotParked => Problem::conflict("not-parked", t.say("channels-not-parked")),
        other => other.into(),
    }
}

/// A text that Postgres can look for.
fn plain(text: String) -> Result<String, Problem> {
    if text.contains('\0') { Err(Problem::absent("group")) } else { Ok(text) }
}

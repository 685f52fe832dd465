//! What operations do from the board, each a form with one button: reverse a declining, try one delivery again, park
//! and resume a channel. Each leads back to where it was pressed and says there what was done.

use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::{BulletinId, DeliveryId};
use crate::relay::group_alerts::look_at;
use crate::relay::refusal::Refusal;
use crate::relay::{channels, forward, retry};
use crate::store::deliveries;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::IdempotentForm;
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
    form_key
        .lead_on(&app, async |tx| {
            visible::bulletin(tx, &visitor.caller, id).await?;
            let group = visible::group(tx, &visitor.caller, &plain(group)?).await?;
            forward::undecline(tx, id, &[group.id.0], &visitor.caller.right(), app.now()).await?;
            Ok(with_flash(&format!("/board/{id}"), "said-undeclined"))
        })
        .await
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
    form_key
        .lead_on(&app, async |tx| {
            let scope = visitor.caller.scope.to_filter();
            if deliveries::find_delivery(tx, id, scope.as_deref()).await?.is_none() {
                return Err(Problem::absent("delivery"));
            }
            let right = visitor.caller.right();
            if !retry::retry_one(tx, &app.settings, id, include_unknown.is_some(), &right, &app.clock).await? {
                return Err(Problem::conflict("not-to-retry", visitor.words.say("retry-nothing")));
            }
            Ok(with_flash(&format!("/deliveries/{id}"), "said-retried"))
        })
        .await
}

/// Stops sending on a channel until it is resumed.
pub async fn park_channel(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    form_key
        .lead_on(&app, async |tx| {
            let done = channels::park(tx, &visitor.caller.right(), &code, app.now()).await;
            done.map_err(|refusal| say(visitor.words, refusal))?;
            Ok(with_flash("/channels", "said-parked"))
        })
        .await
}

/// Lets a parked channel send again.
pub async fn resume_channel(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    form_key
        .lead_on(&app, async |tx| {
            let done = channels::resume(tx, &visitor.caller.right(), &code, app.now()).await;
            done.map_err(|refusal| say(visitor.words, refusal))?;
            Ok(with_flash("/channels", "said-resumed"))
        })
        .await
}

/// Has a webhook event that was set aside worked on again.
pub async fn retry_webhook_failure(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<i64>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let answer = form_key
        .lead_on(&app, async |tx| {
            channels::retry_webhook_failure(tx, &visitor.caller.right(), id, app.now()).await?;
            Ok(with_flash("/channels", "said-webhook-retried"))
        })
        .await?;
    app.inbound.wake();
    Ok(answer)
}

/// Ends an alert about a LINE group that somebody looked at.
pub async fn see_group_alert(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<i64>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    form_key
        .lead_on(&app, async |tx| {
            look_at(tx, &visitor.caller.right(), id, app.now()).await?;
            Ok(with_flash("/failures", "said-group-alert-seen"))
        })
        .await
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

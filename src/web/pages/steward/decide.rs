//! Forwarding and declining by form. Two people who forward at once are both told that it went, and by whom.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::bulletin::{ForwardForm, render};
use super::fields::Fields;
use crate::domain::ids::{BulletinId, Code};
use crate::domain::text::{BadText, Note, PlainReason};
use crate::relay::forward::{self, ForwardTarget, forward};
use crate::relay::refusal::Refusal;
use crate::web::access::duty::answered_for;
use crate::web::access::signature::sign;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::{Language, Words};

/// Lets the bulletin into the groups that are ticked, or shows what it will look like with the note.
pub async fn forward_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: fields }: IdempotentForm<Fields>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let mut form = FormState::new(read(&fields));
    let note = match form.typed.note.parse::<Note>() {
        Ok(note) => Some(note),
        Err(BadText::Empty) => None,
        Err(bad) => {
            form.errors.add("note", sentence_for(t, bad));
            return render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    if fields.text("do") == "preview" {
        form.typed.preview = true;
        return render(&app, &visitor, id, form, StatusCode::OK).await;
    }
    let codes: Vec<Code> = fields.all("into").filter_map(|code| code.parse().ok()).collect();
    if codes.is_empty() {
        form.errors.add("into", t.say("forward-into-none"));
        return render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let now = app.now();
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let bulletin = visible::bulletin(&mut tx, &visitor.caller, id).await?;
    let into = ForwardTarget::Groups(answered_for(&mut tx, &visitor.caller, &codes).await?);
    let note = match note {
        Some(text) => Some(sign(&mut tx, &visitor.caller, text, &into, bulletin.origin_id).await?),
        None => None,
    };
    let said = match forward(&mut tx, id, &into, note.as_ref(), &visitor.caller.right(), now).await {
        Ok(done) if done.forwarded > 0 => "said-forwarded",
        Ok(_) => "said-forwarded-already",
        Err(Refusal::NotHeld(_) | Refusal::NotRelaying | Refusal::Expired(_)) => return Ok(changed(id)),
        Err(Refusal::NoteTooLong) => {
            drop(tx);
            form.errors.add("note", t.say("forward-note-too-long"));
            return render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let to = with_flash(&format!("/waiting/{id}"), said);
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Says that the bulletin does not concern the groups at which it is held.
pub async fn decline_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: fields }: IdempotentForm<Fields>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let mut form = FormState::new(read(&fields));
    let reason = match form.typed.reason.parse::<PlainReason>() {
        Ok(reason) => reason,
        Err(bad) => {
            form.errors.add("reason", sentence_for(t, bad));
            return render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let codes: Vec<Code> = fields.all("into").filter_map(|code| code.parse().ok()).collect();
    let now = app.now();
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    visible::bulletin(&mut tx, &visitor.caller, id).await?;
    let groups = answered_for(&mut tx, &visitor.caller, &codes).await?;
    match forward::decline(&mut tx, id, &groups, &reason, &visitor.caller.right(), now).await {
        Ok(_) => {}
        Err(Refusal::NotHeld(_) | Refusal::NotRelaying | Refusal::Expired(_)) => return Ok(changed(id)),
        Err(refusal) => return Err(refusal.into()),
    }
    let to = with_flash(&format!("/waiting/{id}"), "said-declined");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

fn read(fields: &Fields) -> ForwardForm {
    ForwardForm {
        into: Some(fields.all("into").map(str::to_owned).collect()),
        note: fields.text("note").to_owned(),
        reason: fields.text("reason").to_owned(),
        ..ForwardForm::default()
    }
}

/// Somebody else, or the time, was faster: the page says how it stands now.
fn changed(id: BulletinId) -> Response {
    Redirect::to(&with_flash(&format!("/waiting/{id}"), "said-changed")).into_response()
}

/// What is wrong with a text, in the language of the page.
fn sentence_for(t: Words, bad: BadText) -> String {
    match t.language {
        Language::Thai => bad.thai(),
        Language::English => bad.to_string(),
    }
}

//! Endorsing, from the page of an entry.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::entry::render;
use super::{HERE, read_moment, read_text, say_bad};
use crate::domain::ids::RegisterEntryId;
use crate::domain::register::EndorsementKind;
use crate::domain::time::Timestamp;
use crate::offices::OfficeRefusal;
use crate::offices::register::{NewEndorsement, endorse};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::label::code_of;
use crate::web::words::Words;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EndorseForm {
    pub(super) kind: String,
    pub(super) author: String,
    pub(super) unit: String,
    pub(super) assignee: String,
    pub(super) text: String,
    pub(super) date: String,
    pub(super) time: String,
}

/// What the form means; or nothing, and what is wrong with it is in the form.
fn read(t: Words, FormState { typed, errors }: &mut FormState<EndorseForm>, now: Timestamp) -> Option<NewEndorsement> {
    let kind = EndorsementKind::ALL.into_iter().find(|kind| code_of(kind) == typed.kind);
    let kind = errors.check("kind", kind.ok_or_else(|| t.say("register-kind-none")));
    let author = errors.check("author", typed.author.parse().map_err(|bad| say_bad(t, bad)));
    let unit = errors.check("unit", read_text(t, &typed.unit));
    let assignee = errors.check("assignee", read_text(t, &typed.assignee));
    let text = errors.check("text", read_text(t, &typed.text));
    let at = read_moment(t, errors, ("date", &typed.date), ("time", &typed.time), now);
    Some(NewEndorsement { kind: kind?, author: author?, unit: unit?, assignee: assignee?, text: text?, at: Some(at?) })
}

/// Adds an endorsement.
pub async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<RegisterEntryId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<EndorseForm>>,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut form = FormState::new(typed);
    let Some(new) = read(t, &mut form, now) else {
        return render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (field, sentence) = match endorse(&mut tx, &visitor.caller.right(), id, &new, now).await {
        Ok(_) => {
            let to = with_flash(&format!("{HERE}/{id}"), "said-endorsed");
            form_key.finish(tx, &app, &to).await?;
            return Ok(Redirect::to(&to).into_response());
        }
        Err(OfficeRefusal::InFuture(_)) => ("time", t.say("register-in-future")),
        Err(OfficeRefusal::AssigneeMissing) => ("assignee", t.say("register-assignee-needed")),
        Err(OfficeRefusal::MethodMissing) => ("text", t.say("register-method-needed")),
        Err(refusal) => return Err(refusal.into()),
    };
    drop(tx);
    form.errors.add(field, sentence);
    render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

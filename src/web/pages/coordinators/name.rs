//! Naming a coordinator by form, and ending an appointment.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::address;
use super::fields::{CoordinatorForm, read};
use super::office::{OfficeForms, refuse};
use crate::domain::ids::CoordinatorId;
use crate::domain::time_bound::Bound;
use crate::offices::OfficeRefusal;
use crate::offices::coordinators::{self as acts, Naming};
use crate::store::coordinators::find_coordinator;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::form_fields::{end_of, read_day};
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Names an office's coordinator or deputy.
pub async fn name_coordinator(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<CoordinatorForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    let office = visible::office(&mut tx, &visitor.caller, &code).await?;
    let mut form = FormState::new(typed);
    let Some(filled) = read(t, &mut form, now) else {
        drop(tx);
        return refuse(&app, &visitor, &code, OfficeForms { name: form, ..OfficeForms::default() }).await;
    };
    let naming = Naming {
        office: office.id,
        deputy: filled.deputy,
        person: filled.person,
        contacts: filled.contacts,
        from: filled.from,
        source: filled.source,
    };
    match acts::name(&mut tx, &visitor.caller.right(), &app.sealing, naming, now).await {
        Ok(_) => {}
        Err(OfficeRefusal::NotLater) => {
            drop(tx);
            form.errors.add("from", t.say("coordinators-not-later"));
            return refuse(&app, &visitor, &code, OfficeForms { name: form, ..OfficeForms::default() }).await;
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let to = with_flash(&address(&office.code), "said-coordinator-named");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// When an appointment is to end.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    /// The last day; empty for now.
    pub until: String,
}

/// Ends an appointment.
pub async fn end_coordinator(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<CoordinatorId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<EndForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    let found = find_coordinator(&mut tx, visitor.caller.scope.groups(), id).await?;
    let code = found.ok_or_else(|| Problem::absent("coordinator"))?.office;
    let mut form = FormState::new(typed);
    let day = form.errors.check("until", read_day(t, &form.typed.until, Bound::End, now));
    let ended = match day {
        Some(day) => {
            let at = day.and_then(end_of).unwrap_or(now);
            acts::end(&mut tx, &visitor.caller.right(), id, at, now).await
        }
        None => Err(OfficeRefusal::CannotEnd),
    };
    match ended {
        Ok(()) => {}
        Err(OfficeRefusal::CannotEnd) => {
            drop(tx);
            if form.errors.is_empty() {
                form.errors.add("until", t.say("coordinators-cannot-end"));
            }
            return refuse(&app, &visitor, &code, OfficeForms { end: form, ..OfficeForms::default() }).await;
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let to = with_flash(&address(&code), "said-coordinator-ended");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

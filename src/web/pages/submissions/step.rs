//! Checking, proposing and returning by form.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::HERE;
use super::show::{RefusedRemark, render};
use crate::domain::ids::SubmissionId;
use crate::domain::text::{BadText, RequestText};
use crate::offices::submissions::{check_off, give_back, propose};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::compose::format::bad_text;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// What is chosen and typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StepForm {
    /// `check`, `propose` or `return`.
    act: String,
    remark: String,
}

/// Takes the step.
pub(super) async fn take_step(
    State(app): State<App>,
    mut visitor: Visitor,
    Id(id): Id<SubmissionId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<StepForm>>,
) -> Result<Response, Problem> {
    visitor.here = format!("{HERE}/{id}");
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now, right) = (visitor.words, app.now(), visitor.caller.right());
    let remark = match typed.remark.parse::<RequestText>() {
        Ok(remark) => Ok(Some(remark)),
        Err(BadText::Empty) => Ok(None),
        Err(bad) => Err(bad_text(t, bad)),
    };
    let (said, why) = match (typed.act.as_str(), remark) {
        (_, Err(why)) => (None, why),
        ("return", Ok(None)) => (None, t.say("material-reason-needed")),
        ("check", Ok(remark)) => {
            check_off(&mut tx, &right, id, remark.as_ref(), now).await?;
            (Some("said-material-checked"), String::new())
        }
        ("propose", Ok(remark)) => {
            propose(&mut tx, &right, id, remark.as_ref(), now).await?;
            (Some("said-material-proposed"), String::new())
        }
        ("return", Ok(Some(reason))) => {
            give_back(&mut tx, &right, id, &reason, now).await?;
            (Some("said-material-returned"), String::new())
        }
        _ => (None, t.say("material-act-needed")),
    };
    let Some(said) = said else {
        let refused = RefusedRemark { remark: typed.remark, why: Some(why) };
        return render(&app, &mut tx, &visitor, id, refused, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let to = with_flash(&visitor.here, said);
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

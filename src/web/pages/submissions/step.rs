//! Checking, proposing and returning by form.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::HERE;
use super::show::{RefusedRemark, read_seen, render};
use crate::domain::ids::SubmissionId;
use crate::domain::text::{BadText, RequestText};
use crate::offices::OfficeRefusal;
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
    /// The number of the step that whoever acts saw last.
    seen: String,
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
    let seen = Some(read_seen(&typed.seen));
    let taken = match (typed.act.as_str(), remark) {
        (_, Err(why)) => Err(why),
        ("return", Ok(None)) => Err(t.say("material-reason-needed")),
        ("check", Ok(remark)) => {
            Ok((check_off(&mut tx, &right, id, seen, remark.as_ref(), now).await, "said-material-checked"))
        }
        ("propose", Ok(remark)) => {
            Ok((propose(&mut tx, &right, id, seen, remark.as_ref(), now).await, "said-material-proposed"))
        }
        ("return", Ok(Some(reason))) => {
            Ok((give_back(&mut tx, &right, id, seen, &reason, now).await, "said-material-returned"))
        }
        _ => Err(t.say("material-act-needed")),
    };
    let (refused, status) = match taken {
        Ok((Ok(()), said)) => {
            let to = with_flash(&visitor.here, said);
            form_key.finish(tx, &app, &to).await?;
            return Ok(Redirect::to(&to).into_response());
        }
        Ok((Err(OfficeRefusal::ChangedSince), _)) => {
            (RefusedRemark { remark: typed.remark, why: None, changed: true }, StatusCode::CONFLICT)
        }
        Ok((Err(refusal), _)) => return Err(refusal.into()),
        Err(why) => {
            let refused = RefusedRemark { remark: typed.remark, why: Some(why), changed: false };
            (refused, StatusCode::UNPROCESSABLE_ENTITY)
        }
    };
    render(&app, &mut tx, &visitor, id, refused, status).await
}

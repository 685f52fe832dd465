//! Answering a request by form: done, or not applicable with the reason.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::HERE;
use super::list::{Refused, RequestsForm, render};
use crate::domain::text::{BadText, RequestText};
use crate::offices::requests::{Answer, answer};
use crate::store::offices::find_office;
use crate::store::requests::find_request;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::compose::format::bad_text;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    /// `done` or `not_applicable`.
    pub answer: String,
    /// What the office says of it, or why it does not apply.
    pub comment: String,
}

/// Answers a request.
pub async fn answer_request(
    State(app): State<App>,
    mut visitor: Visitor,
    Id(id): Id<i64>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<AnswerForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    let found = find_request(&mut tx, visitor.caller.scope.groups(), id).await?;
    let office = found.ok_or_else(|| Problem::absent("request"))?.office;
    let here = format!("{HERE}?office={office}");
    let given = match read(t, &typed) {
        Ok(given) => given,
        Err(why) => {
            here.clone_into(&mut visitor.here);
            let form = FormState::new(RequestsForm::default());
            let office = find_office(&mut tx, &office).await?;
            let refused = Refused { id, comment: typed.comment, why };
            return render(&mut tx, &visitor, form, office, refused, now, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    answer(&mut tx, &visitor.caller.right(), id, &given, now).await?;
    let to = with_flash(&here, "said-request-answered");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// What the form means, or what is wrong with it.
fn read(t: Words, typed: &AnswerForm) -> Result<Answer, String> {
    let comment = match typed.comment.parse::<RequestText>() {
        Ok(comment) => Some(comment),
        Err(BadText::Empty) => None,
        Err(bad) => return Err(bad_text(t, bad)),
    };
    match (typed.answer.as_str(), comment) {
        ("done", comment) => Ok(Answer::Done(comment)),
        ("not_applicable", Some(reason)) => Ok(Answer::NotApplicable(reason)),
        ("not_applicable", None) => Err(t.say("requests-reason-needed")),
        _ => Err(t.say("requests-answer-needed")),
    }
}

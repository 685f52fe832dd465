//! Accepting by form: the draft is shown next.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::domain::ids::SubmissionId;
use crate::relay::accept_submission::accept;
use crate::web::access::origin::default_origin;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Nothing is typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct AcceptForm {}

/// Makes a draft of what was proposed.
pub(super) async fn accept_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<SubmissionId>,
    IdempotentForm { form_key, form: Form(AcceptForm {}) }: IdempotentForm<Form<AcceptForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let origin = default_origin(&mut tx, &visitor.caller).await?;
    let right = visitor.caller.right();
    let bulletin = accept(&mut tx, &right, id, origin, &app.settings.public_url, app.now()).await?;
    let to = with_flash(&format!("/bulletins/{bulletin}/edit"), "said-material-accepted");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

//! Accepting by form: the draft is shown next.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::HERE;
use super::show::{RefusedRemark, read_seen, render};
use crate::domain::ids::SubmissionId;
use crate::relay::accept_submission::accept;
use crate::relay::refusal::Refusal;
use crate::web::access::origin::default_origin;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Nothing is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AcceptForm {
    /// The number of the step that whoever accepts saw last.
    seen: String,
}

/// Makes a draft of what was proposed.
pub(super) async fn accept_one(
    State(app): State<App>,
    mut visitor: Visitor,
    Id(id): Id<SubmissionId>,
    IdempotentForm { form_key, form: Form(AcceptForm { seen }) }: IdempotentForm<Form<AcceptForm>>,
) -> Result<Response, Problem> {
    visitor.here = format!("{HERE}/{id}");
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let origin = default_origin(&mut tx, &visitor.caller).await?;
    let right = visitor.caller.right();
    let (seen, public_url) = (Some(read_seen(&seen)), &app.settings.public_url);
    let bulletin = match accept(&mut tx, &right, id, seen, origin, public_url, app.now()).await {
        Ok(bulletin) => bulletin,
        Err(Refusal::ChangedSince) => {
            let refused = RefusedRemark { changed: true, ..RefusedRemark::default() };
            return render(&app, &mut tx, &visitor, id, refused, StatusCode::CONFLICT).await;
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let to = with_flash(&format!("/bulletins/{bulletin}/edit"), "said-material-accepted");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

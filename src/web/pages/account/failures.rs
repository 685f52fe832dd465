//! Marks failed sign-ins and a used recovery code as seen.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::HERE;
use crate::store::audit::insert_entry;
use crate::store::failed_sign_ins::take_failures;
use crate::store::recovery_codes::mark_used_codes_seen;
use crate::web::app::App;
use crate::web::people::Visitor;
use crate::web::people::pending_form::local_path;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Where the notice was read.
#[derive(Debug, Deserialize)]
pub struct SeenForm {
    #[serde(default)]
    next: String,
}

/// Notes that the owner of the account has read the notice; it begins anew with the next failure.
pub async fn mark_seen(
    State(app): State<App>,
    visitor: Visitor,
    Form(seen): Form<SeenForm>,
) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    if let Some(failed) = take_failures(&mut tx, visitor.account()).await? {
        let (by, detail) = (visitor.caller.actor(), json!({ "failures": failed.failures, "since": failed.since }));
        insert_entry(&mut tx, app.now(), &by, "sign_in_failures_seen", &by.to_string(), &detail).await?;
    }
    let used = mark_used_codes_seen(&mut tx, visitor.account(), app.now()).await?;
    if used > 0 {
        let by = visitor.caller.actor();
        insert_entry(&mut tx, app.now(), &by, "recovery_codes_seen", &by.to_string(), &json!({ "used": used })).await?;
    }
    tx.commit().await?;
    let next = local_path(&seen.next).unwrap_or(HERE);
    Ok(Redirect::to(&with_flash(next, "said-failures-seen")).into_response())
}

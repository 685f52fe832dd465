//! Reporting on behalf of an office, from the page of its delivery.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::InScope;
use super::delivery::render;
use crate::domain::ids::{Code, DeliveryId};
use crate::relay::on_behalf;
use crate::store::deliveries::find_delivery;
use crate::web::access::duty::reported_for;
use crate::web::app::App;
use crate::web::idempotent_form::IdempotentForm;
use crate::web::pages::form_state::FormState;
use crate::web::pages::report_form::{ReportForm, read, said};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Books what the office of this delivery said.
pub async fn report_delivery(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<DeliveryId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<ReportForm>>,
) -> Result<Response, Problem> {
    let mut form = FormState::new(typed);
    let Some((what, comment)) = read(visitor.words, &mut form) else {
        return render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    form_key
        .lead_on(&app, async |tx| {
            let scope = visitor.caller.scope.to_filter();
            let absent = || Problem::absent("delivery");
            let row = find_delivery(tx, id, scope.as_deref()).await?.ok_or_else(absent)?;
            let code: Code = row.group.parse().map_err(|_| absent())?;
            let groups = reported_for(tx, &visitor.caller, &[code]).await?;
            let right = visitor.caller.right();
            let done =
                on_behalf::report(tx, row.bulletin_id, &groups, what, comment.as_ref(), &right, app.now()).await?;
            Ok(with_flash(&format!("/deliveries/{id}"), said(done)))
        })
        .await
}

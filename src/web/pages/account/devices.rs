//! Signing one's own devices out.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde_json::json;
use uuid::Uuid;

use super::HERE;
use crate::store::audit::insert_entry;
use crate::store::login_sessions::{delete_device, delete_others};
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::people::{Visitor, known_device};
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Signs one device out: of this account, or it is not there.
pub async fn sign_out(State(app): State<App>, visitor: Visitor, Id(handle): Id<Uuid>) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    if delete_device(&mut tx, visitor.account(), handle).await? == 0 {
        return Err(Problem::absent("device"));
    }
    let by = visitor.caller.actor();
    insert_entry(&mut tx, app.now(), &by, "device_sign_out", &by.to_string(), &json!({ "devices": 1 })).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-device-signed-out")).into_response())
}

/// Signs every device out but this one, and knows none of the others any more.
pub async fn sign_out_others(
    State(app): State<App>,
    visitor: Visitor,
    cookies: CookieJar,
) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let devices = delete_others(&mut tx, visitor.account(), Some(&visitor.session_sha256)).await?;
    known_device::forget_all_but(&mut tx, app.people.cookies, &cookies, visitor.account()).await?;
    let by = visitor.caller.actor();
    insert_entry(&mut tx, app.now(), &by, "device_sign_out", &by.to_string(), &json!({ "devices": devices })).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-others-signed-out")).into_response())
}

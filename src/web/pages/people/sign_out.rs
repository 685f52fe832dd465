//! Signing out.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;

use crate::store::audit::insert_entry;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Ends the session of this device.
pub async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
    session: Session,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let by = visitor.caller.actor();
    insert_entry(&mut db, app.now(), &by, "sign_out", &by.to_string(), &serde_json::json!({})).await?;
    session.flush().await.map_err(|_| Problem::unavailable())?;
    Ok(Redirect::to(&with_flash("/sign-in", "said-signed-out")).into_response())
}

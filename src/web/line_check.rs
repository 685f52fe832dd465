//! Asking LINE before a bulletin is handed in, published, scheduled or tried, from the API and from forms alike.

use super::access::{Caller, visible};
use super::app::App;
use crate::domain::ids::BulletinId;
use crate::relay::refusal::{Refusal, Result};

/// Asks LINE what it finds wrong with a bulletin that the caller may change. To be called before the transaction begins:
/// LINE may take a while. Whatever else stands in the way is told by the act itself.
///
/// # Errors
/// [`Refusal::RefusedByLine`].
pub(super) async fn must_pass(app: &App, caller: &Caller, id: BulletinId) -> Result<(), Refusal> {
    let Some(check) = &app.line_check else { return Ok(()) };
    let bulletin = {
        let Ok(mut db) = app.db.acquire().await else { return Ok(()) };
        visible::own_bulletin(&mut db, caller, id).await
    };
    match bulletin {
        Ok(bulletin) => check.ask(&app.settings, &bulletin).await,
        Err(_) => Ok(()),
    }
}

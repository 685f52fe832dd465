//! Alerts about LINE groups: somebody says that they looked at one.

use serde_json::json;

use super::own_bulletin::must_may;
use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::store::group_alerts::close_alert;
use crate::store::{Connection, audit};

/// Ends an open alert, and takes what is so now for right.
///
/// # Errors
/// [`Refusal::GroupAlertAbsent`], [`Refusal::NotAllowed`].
pub async fn look_at(db: &mut Connection, right: &Right, id: i64, now: Timestamp) -> Result<()> {
    must_may(right, Permission::Retry)?;
    let scope = right.scope.to_filter();
    let closed = close_alert(db, id, scope.as_deref(), &right.actor, now).await?;
    let Some((group, kind)) = closed else { return Err(Refusal::GroupAlertAbsent) };
    let detail = json!({ "kind": kind });
    audit::insert_entry(db, now, &right.actor, "group_alert_seen", &format!("group:{group}"), &detail).await?;
    Ok(())
}

//! The LINE user of one's own account: the code by which a steward or coordinator is bound to it, and the end of the binding.

use std::time::Duration;

use serde_json::json;

use super::{AccountRefusal, Result};
use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::binding_code::BindingCode;
use crate::domain::ids::AccountId;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::store::binding_codes::insert_binding_code;
use crate::store::bindings::delete_binding;
use crate::store::{Connection, audit};

/// How long a code is good: as long as it takes to find the account in LINE and type it.
pub const CODE_LASTS: Duration = Duration::from_mins(30);

/// Whether accounts of this role are bound: who forwards, and who does an office's work with requests.
#[must_use]
pub fn may_bind(role: Role) -> bool {
    matches!(role, Role::Steward | Role::Coordinator)
}

/// Makes a code for the caller's own account; older ones stop working. It is in the answer and nowhere else.
///
/// # Errors
/// [`AccountRefusal::NotAllowed`] where it is neither a steward's nor a coordinator's.
pub async fn make_code(db: &mut Connection, right: &Right, account: AccountId, now: Timestamp) -> Result<BindingCode> {
    if !may_bind(right.role) {
        return Err(AccountRefusal::NotAllowed);
    }
    let code = BindingCode::generate();
    insert_binding_code(db, &code.sha256(), account, now, now + CODE_LASTS).await?;
    audit::insert_entry(db, now, &right.actor, "line_code_make", &right.actor.to_string(), &json!({})).await?;
    Ok(code)
}

/// Ends the binding of the caller's own account; false where there was none.
pub async fn unbind(db: &mut Connection, right: &Right, account: AccountId, now: Timestamp) -> Result<bool> {
    end_binding(db, &right.actor, account, "asked", now).await
}

/// Ends the binding of an account that somebody else may hold from now on: a link to it was accepted.
pub async fn unbind_for_new_holder(
    db: &mut Connection,
    by: &Actor,
    account: AccountId,
    now: Timestamp,
) -> Result<bool> {
    end_binding(db, by, account, "link", now).await
}

async fn end_binding(
    db: &mut Connection,
    by: &Actor,
    account: AccountId,
    because: &str,
    now: Timestamp,
) -> Result<bool> {
    if !delete_binding(db, account).await? {
        return Ok(false);
    }
    audit::insert_entry(db, now, by, "line_unbind", &by.to_string(), &json!({ "because": because })).await?;
    Ok(true)
}

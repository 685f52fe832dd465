//! For which groups a caller answers: those into which it may let a bulletin, and those whose settings it may change.
//!
//! The first is a rule of the engine ([`duty`]); here it is asked for a caller, and what is not theirs is absent (404).

use super::{Caller, visible};
use crate::domain::account::{Permission, Role};
use crate::domain::ids::Code;
use crate::relay::duty;
use crate::store::Connection;
use crate::store::groups::Group;
use crate::web::problem::Problem;

/// What is said to somebody who is bound to no office.
const NO_OFFICE: &str = "Nothing waits for a key without an office; ask for the held deliveries of a bulletin instead.";

/// The groups called `codes`, all of which the caller must answer for.
pub async fn answered_for(db: &mut Connection, caller: &Caller, codes: &[Code]) -> Result<Vec<i32>, Problem> {
    if codes.is_empty() {
        return Err(Problem::invalid_field("/into", "must name at least one group"));
    }
    Ok(duty::answered_for(db, &caller.right(), codes).await?)
}

/// The groups called `codes`, for all of which the caller may report what their offices said.
pub async fn reported_for(db: &mut Connection, caller: &Caller, codes: &[Code]) -> Result<Vec<i32>, Problem> {
    if codes.is_empty() {
        return Err(Problem::invalid_field("/into", "must name at least one group"));
    }
    Ok(duty::reported_for(db, &caller.right(), codes).await?)
}

/// The groups that the caller's office answers for.
pub async fn own_groups(db: &mut Connection, caller: &Caller) -> Result<Vec<i32>, Problem> {
    match duty::all_answered_for(db, &caller.right()).await? {
        Some(groups) => Ok(groups),
        None => Err(Problem::conflict("no-office", NO_OFFICE)),
    }
}

/// The group called `code`, which the caller must manage.
pub async fn managed(db: &mut Connection, caller: &Caller, code: &str) -> Result<Group, Problem> {
    let group = visible::group(db, caller, code).await?;
    if manages(caller, &group) { Ok(group) } else { Err(Problem::absent("group")) }
}

/// Whether the group is the caller's to manage: a steward's are those of the own office.
pub fn manages(caller: &Caller, group: &Group) -> bool {
    match caller.role {
        Role::Steward => caller.office == Some(group.office_id),
        role => role.may(Permission::ManageGroups),
    }
}

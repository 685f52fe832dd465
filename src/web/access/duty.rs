//! For which groups a caller answers: those into which it may let a bulletin, and those whose settings it may change.
//!
//! A steward answers for the groups of its own office, and for no others: those are absent to it. Operators and admins
//! answer for every group in their part of the tree (letter of 23 March 2561, clause 2, on whose duty it is).

use super::{Caller, visible};
use crate::domain::account::{Permission, Role};
use crate::domain::ids::Code;
use crate::store::groups::{Group, Place, list_ids_under, list_places};
use crate::store::{Connection, StoreError};
use crate::web::problem::Problem;

/// What is said to somebody who is bound to no office.
const NO_OFFICE: &str = "Nothing waits for a key without an office; ask for the held deliveries of a bulletin instead.";

/// The groups called `codes`, all of which the caller must answer for.
pub async fn answered_for(db: &mut Connection, caller: &Caller, codes: &[Code]) -> Result<Vec<i32>, Problem> {
    if codes.is_empty() {
        return Err(Problem::invalid_field("/into", "must name at least one group"));
    }
    let names: Vec<String> = codes.iter().map(Code::to_string).collect();
    let places = list_places(db, &names).await?;
    let theirs = |place: &Place| match caller.role {
        Role::Steward => caller.office == Some(place.office_id),
        _ => caller.scope.covers(&place.path),
    };
    match names.iter().find(|name| !places.iter().any(|place| place.code == **name && theirs(place))) {
        Some(name) => Err(Problem::absent(&format!("group as {name}"))),
        None => Ok(places.into_iter().map(|place| place.id.0).collect()),
    }
}

/// Every group that the caller answers for; none = all.
pub async fn all_answered_for(db: &mut Connection, caller: &Caller) -> Result<Option<Vec<i32>>, StoreError> {
    match (caller.scope.groups(), caller.role) {
        (None, _) => Ok(None),
        // its scope is given as the groups of its office
        (Some(own), Role::Steward) => Ok(Some(own.to_vec())),
        (Some(scope), _) => Ok(Some(list_ids_under(db, scope).await?)),
    }
}

/// The groups that the caller's office answers for.
pub async fn own_groups(db: &mut Connection, caller: &Caller) -> Result<Vec<i32>, Problem> {
    match all_answered_for(db, caller).await? {
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

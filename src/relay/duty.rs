//! For which groups a caller answers: who may let a bulletin into them, or decline it there (letter of 23 March 2561, clause 2).
//!
//! A steward answers for the groups of the own office, and for no others; operators and admins for every group in their part
//! of the tree.

use super::refusal::{Refusal, Result};
use crate::domain::account::Role;
use crate::domain::ids::Code;
use crate::domain::right::Right;
use crate::store::groups::{Place, list_ids_under, list_places};
use crate::store::{Connection, StoreError};

/// The numbers of the groups called `codes`, for all of which the caller answers.
///
/// # Errors
/// [`Refusal::GroupAbsent`] with the first that is not there or not theirs.
pub async fn answered_for(db: &mut Connection, right: &Right, codes: &[Code]) -> Result<Vec<i32>> {
    let theirs = |place: &Place| match right.role {
        Role::Steward => right.office == Some(place.office_id),
        _ => right.scope.covers(&place.path),
    };
    all_of(db, codes, theirs).await
}

/// The numbers of the groups called `codes`, for all of which the caller may report what their offices said: a steward for those
/// below the own office, whose people acknowledge themselves, and operators and admins for every group in their part of the tree.
///
/// # Errors
/// [`Refusal::GroupAbsent`] with the first that is not there or not below them.
pub async fn reported_for(db: &mut Connection, right: &Right, codes: &[Code]) -> Result<Vec<i32>> {
    let theirs = |place: &Place| {
        right.scope.covers(&place.path) && (right.role != Role::Steward || right.office != Some(place.office_id))
    };
    all_of(db, codes, theirs).await
}

async fn all_of(db: &mut Connection, codes: &[Code], theirs: impl Fn(&Place) -> bool) -> Result<Vec<i32>> {
    let names: Vec<String> = codes.iter().map(Code::to_string).collect();
    let places = list_places(db, &names).await?;
    match names.into_iter().find(|name| !places.iter().any(|place| place.code == *name && theirs(place))) {
        Some(name) => Err(Refusal::GroupAbsent(name)),
        None => Ok(places.into_iter().map(|place| place.id.0).collect()),
    }
}

/// Every group for which the caller answers; none = all.
pub async fn all_answered_for(db: &mut Connection, right: &Right) -> Result<Option<Vec<i32>>, StoreError> {
    match (right.scope.groups(), right.role) {
        (None, _) => Ok(None),
        // its scope is given as the groups of its office
        (Some(own), Role::Steward) => Ok(Some(own.to_vec())),
        (Some(scope), _) => Ok(Some(list_ids_under(db, scope).await?)),
    }
}

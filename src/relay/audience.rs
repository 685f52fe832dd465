//! An audience with its group codes looked up: what fan-out and forecast select by.

use super::refusal::{Refusal, Result};
use crate::domain::bulletin::Audience;
use crate::domain::ids::{Code, GroupId};
use crate::store::Connection;
use crate::store::fan_out::Selection;
use crate::store::groups::list_places;

/// Looks the codes of `audience` up.
///
/// # Errors
/// [`Refusal::UnknownGroups`] with every code that names no group.
pub async fn resolve(db: &mut Connection, origin: GroupId, audience: &Audience) -> Result<Selection> {
    Ok(Selection {
        origin: origin.0,
        tiers: audience.tiers.clone(),
        provinces: audience.provinces.clone(),
        office_kinds: audience.office_kinds.clone(),
        groups: match &audience.groups {
            Some(codes) => Some(look_up(db, codes).await?),
            None => None,
        },
        excluded: look_up(db, audience.exclude_groups.as_deref().unwrap_or_default()).await?,
    })
}

/// The numbers of the groups called `codes`.
///
/// # Errors
/// [`Refusal::UnknownGroups`] with every code that names no group.
pub async fn look_up(db: &mut Connection, codes: &[Code]) -> Result<Vec<i32>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = codes.iter().map(Code::to_string).collect();
    let places = list_places(db, &names).await?;
    let unknown: Vec<String> =
        names.into_iter().filter(|name| !places.iter().any(|place| place.code == *name)).collect();
    if unknown.is_empty() {
        Ok(places.iter().map(|place| place.id.0).collect())
    } else {
        Err(Refusal::UnknownGroups(unknown))
    }
}

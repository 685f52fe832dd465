//! What an office that publishes is called in public: changed by whoever publishes for it.

use serde_json::json;

use super::{OfficeRefusal, Result};
use crate::domain::account::Permission;
use crate::domain::ids::OfficeId;
use crate::domain::issuer::{Profile, Service};
use crate::domain::right::{Right, Scope};
use crate::domain::time::Timestamp;
use crate::store::offices::is_under;
use crate::store::profiles::{find_profile, put_profile};
use crate::store::{Connection, audit};

/// Whether the caller publishes for `office`.
///
/// # Errors
/// [`OfficeRefusal::NotAllowed`], [`OfficeRefusal::OfficeAbsent`].
pub async fn must_publish_for(db: &mut Connection, right: &Right, office: OfficeId) -> Result<()> {
    if !right.may(Permission::Originate) {
        return Err(OfficeRefusal::NotAllowed);
    }
    if let Scope::Under(scope) = &right.scope
        && !is_under(db, office, scope).await?
    {
        return Err(OfficeRefusal::OfficeAbsent);
    }
    // a steward publishes for the own office, and for none below it
    if right.originates_at(office) { Ok(()) } else { Err(OfficeRefusal::NotAllowed) }
}

/// Writes the profile of an office; `seen` is the version that the caller saw, 0 where there was none; none = whichever is there.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs, or somebody else has changed it since.
pub async fn put(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    profile: &Profile,
    seen: Option<i32>,
    now: Timestamp,
) -> Result<()> {
    must_publish_for(db, right, office).await?;
    let seen = match seen {
        Some(seen) => seen,
        None => find_profile(db, office).await?.map_or(0, |profile| profile.version),
    };
    if !put_profile(db, office, profile, seen, &right.actor, now).await? {
        return Err(OfficeRefusal::ChangedSince);
    }
    let services: Vec<&str> = profile.links.iter().map(|(service, _)| Service::as_str(service)).collect();
    let (name, unit) = (&profile.name, &profile.unit);
    let detail = json!({ "name": name, "unit": unit, "links": services });
    audit::insert_entry(db, now, &right.actor, "profile_change", &format!("office:{}", office.0), &detail).await?;
    Ok(())
}

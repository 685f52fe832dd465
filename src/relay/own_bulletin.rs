//! The bulletin that a command is about: its row locked first, and only then looked at and found to be the caller's.

use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::bulletin::{ForwardingMode, Kind};
use crate::domain::ids::BulletinId;
use crate::domain::right::Right;
use crate::store::Connection;
use crate::store::bulletins::{Bulletin, find_stage_for_update, get_bulletin};
use crate::store::groups::find_group;

/// Locks the row of a bulletin that starts in the caller's part of the tree, or at a steward's own groups, and reads it as
/// it stands then: nobody changes it before the transaction ends.
///
/// # Errors
/// [`Refusal::NotAllowed`] where the role may not do `act`; [`Refusal::Absent`] where there is no such bulletin, or it is
/// not the caller's.
pub(super) async fn lock_own(db: &mut Connection, right: &Right, id: BulletinId, act: Permission) -> Result<Bulletin> {
    must_may(right, act)?;
    find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)?;
    let bulletin = get_bulletin(db, id).await?;
    if is_own(db, right, &bulletin).await? { Ok(bulletin) } else { Err(Refusal::Absent) }
}

async fn is_own(db: &mut Connection, right: &Right, bulletin: &Bulletin) -> Result<bool> {
    if right.is_everywhere() {
        return Ok(true);
    }
    let origin = find_group(db, &bulletin.origin).await?;
    Ok(origin.is_some_and(|origin| right.scope.covers(&origin.path) && right.originates_at(origin.office_id)))
}

/// # Errors
/// [`Refusal::NotAllowed`].
pub(super) fn must_may(right: &Right, act: Permission) -> Result<()> {
    if right.may(act) { Ok(()) } else { Err(Refusal::NotAllowed) }
}

/// A steward publishes what a steward may write, also where somebody else wrote the draft.
///
/// # Errors
/// [`Refusal::NotTheirsToPublish`].
pub(super) fn must_be_theirs_to_publish(right: &Right, bulletin: &Bulletin) -> Result<()> {
    let stewards = bulletin.kind == Kind::News && bulletin.forwarding == ForwardingMode::AsConfigured;
    if stewards || right.may(Permission::Publish) { Ok(()) } else { Err(Refusal::NotTheirsToPublish) }
}

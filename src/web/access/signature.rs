//! Whose a note is that goes with a bulletin: the office that the caller stands for.

use super::Caller;
use crate::domain::account::Role;
use crate::domain::ids::GroupId;
use crate::domain::text::Note;
use crate::relay::forward::{self, SignedNote};
use crate::store::offices::find_office;
use crate::store::stewards::list_stewards;
use crate::store::{Connection, StoreError};

/// Who signs a note that no office's key wrote.
const OPERATIONS: &str = "ศูนย์ปฏิบัติการ GCC";

/// Puts under a note whose it is: the office that the key stands for, by its steward's title.
pub async fn sign(
    db: &mut Connection,
    caller: &Caller,
    text: Note,
    into: &forward::ForwardTarget,
    origin: GroupId,
) -> Result<SignedNote, StoreError> {
    let first = match into {
        forward::ForwardTarget::Groups(groups) => groups.first(),
        forward::ForwardTarget::AllHeld(groups) => groups.as_ref().and_then(|groups| groups.first()),
    };
    let group = first.map_or(origin, |id| GroupId(*id));
    Ok(SignedNote { text, from: signature(db, caller, group).await?, group })
}

/// Whose a note into `group` is: its steward's, by title or else by the office's name; or that of operations.
pub async fn signature(db: &mut Connection, caller: &Caller, group: GroupId) -> Result<String, StoreError> {
    let Some(office) = caller.office_code.as_deref().filter(|_| caller.role == Role::Steward) else {
        return Ok(OPERATIONS.to_owned());
    };
    let stewards = list_stewards(db, group).await?;
    if let Some(title) = stewards.into_iter().find_map(|steward| steward.title.filter(|_| !steward.deputy)) {
        return Ok(title);
    }
    Ok(find_office(db, office).await?.map_or_else(|| OPERATIONS.to_owned(), |office| office.name))
}

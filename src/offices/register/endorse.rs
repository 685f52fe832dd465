//! Endorsing: one more step of the chain under an entry.

use serde_json::json;

use crate::domain::ids::RegisterEntryId;
use crate::domain::register::{EndorsementKind, form_of, to_minute};
use crate::domain::right::Right;
use crate::domain::text::{Author, Note, Unit};
use crate::domain::time::Timestamp;
use crate::offices::{OfficeRefusal, Result, must_work_for};
use crate::store::register::endorsements::{self as rows, MOST, insert_endorsement, lock_chain};
use crate::store::register::find_entry;
use crate::store::{Connection, audit};

/// An endorsement, as somebody typed it.
#[derive(Clone, Debug)]
pub struct NewEndorsement {
    /// What it says.
    pub kind: EndorsementKind,
    /// Who endorsed.
    pub author: Author,
    /// Their unit.
    pub unit: Option<Unit>,
    /// Who is to act; may be left open where it is proposed.
    pub assignee: Option<Unit>,
    /// In the author's words; of what was done, how.
    pub text: Option<Note>,
    /// When; none = now.
    pub at: Option<Timestamp>,
}

/// Adds an endorsement at the end of an entry's chain; gives its place.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs, in the future, without what its kind needs, or one too many.
pub async fn endorse(
    db: &mut Connection,
    right: &Right,
    entry: RegisterEntryId,
    new: &NewEndorsement,
    now: Timestamp,
) -> Result<i16> {
    let found = find_entry(db, entry, right.scope.groups()).await?.ok_or(OfficeRefusal::EntryAbsent)?;
    must_work_for(db, right, found.office_id).await?;
    let at = to_minute(new.at.unwrap_or(now));
    if at > now {
        return Err(OfficeRefusal::InFuture("at"));
    }
    match new.kind {
        EndorsementKind::Assign if new.assignee.is_none() => return Err(OfficeRefusal::AssigneeMissing),
        EndorsementKind::Done if new.text.is_none() => return Err(OfficeRefusal::MethodMissing),
        EndorsementKind::Noted | EndorsementKind::Propose | EndorsementKind::Assign | EndorsementKind::Done => {}
    }
    let position = lock_chain(db, entry).await? + 1;
    if position > MOST {
        return Err(OfficeRefusal::ChainFull);
    }
    let row = rows::NewEndorsement {
        kind: new.kind,
        author: new.author.as_str(),
        unit: new.unit.as_ref().map(Unit::as_str),
        assignee: new.assignee.as_ref().map(Unit::as_str),
        said: new.text.as_ref().map(Note::as_str),
        at,
        recorded_at: now,
        recorded_by: &right.actor,
    };
    let search_form = form_of(&[Some(row.author), row.unit, row.assignee, row.said]);
    insert_endorsement(db, entry, position, &row, &search_form).await?;
    let detail = json!({ "position": position, "kind": new.kind });
    audit::insert_entry(db, now, &right.actor, "register_endorse", &format!("register:{entry}"), &detail).await?;
    Ok(position)
}

//! Posters: which files of what was accepted anybody may download and print, said by whoever publishes.

use serde_json::json;

use super::{OfficeRefusal, Result};
use crate::domain::account::Permission;
use crate::domain::content_id::FileId;
use crate::domain::ids::SubmissionId;
use crate::domain::right::Right;
use crate::domain::submission::SubmissionState;
use crate::domain::time::Timestamp;
use crate::store::posters::{delete_poster, insert_poster};
use crate::store::submissions::files::list_submitted_files;
use crate::store::submissions::lock_submission;
use crate::store::{Connection, audit};

/// Says whether a file of an accepted submission is a poster; to say the same again changes nothing.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs to say, no such submission or file, or not accepted.
pub async fn mark(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    file: FileId,
    is_poster: bool,
    now: Timestamp,
) -> Result<()> {
    if !right.may(Permission::Publish) {
        return Err(OfficeRefusal::NotAllowed);
    }
    let found = lock_submission(db, right.scope.groups(), id).await?.ok_or(OfficeRefusal::SubmissionAbsent)?;
    if found.state != SubmissionState::Accepted {
        return Err(OfficeRefusal::NotAccepted);
    }
    if !list_submitted_files(db, id).await?.iter().any(|known| known.id == file) {
        return Err(OfficeRefusal::FileAbsent(0));
    }
    let (by, subject, detail) = (&right.actor, format!("submission:{id}"), json!({ "file": file }));
    if is_poster {
        if insert_poster(db, id, file, by, now).await? {
            audit::insert_entry(db, now, by, "poster_mark", &subject, &detail).await?;
        }
    } else if delete_poster(db, id, file).await? {
        audit::insert_entry(db, now, by, "poster_unmark", &subject, &detail).await?;
    }
    Ok(())
}

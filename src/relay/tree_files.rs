//! Changes the whole tree by a tree file: looked at first, applied as it was shown, undone as long as nothing was sent by it.
//!
//! A file is laid over the tree in a transaction that is rolled back: what it would change is what it does change, with the database's
//! own rules. Applying it does the same again and is refused where the tree has changed meanwhile so that another difference would come
//! of it. Undoing lays the old rows over the new ones; a group that came in by the file is retired, as no group is ever deleted.
//!
//! Called by the pages of the tree; the command line imports at once (`app::tree`) through [`lay`].

use std::time::Duration;

use serde_json::json;

use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::ids::{Code, TreeUploadId};
use crate::domain::right::{Right, Scope};
use crate::domain::time::Timestamp;
use crate::domain::tree_file::{self, CannotWrite, ChangedGroup, TreeFileError, TreeRow, all_stand, compare, way_back};
use crate::store::locks::lock_links;
use crate::store::tree::{Diff, apply, export, load_known};
use crate::store::tree_uploads::{
    NewUpload, TreeUpload, find_upload, insert_upload, lock_upload, mark_applied, mark_undone, update_changes, was_used,
};
use crate::store::{Connection, Db, StoreError, audit};

/// A bulletin is dated when its publishing begins, and goes to the tree as it is a little later.
const UNDER_WAY: Duration = Duration::from_mins(1);

/// Why a tree file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TreeRefusal {
    /// Rows of it are bad; all of them are named.
    #[error(transparent)]
    BadFile(#[from] TreeFileError),
    /// There is no such channel.
    #[error("there is no channel \"{0}\"; add it first")]
    ChannelAbsent(Code),
    /// It would change nothing.
    #[error("the file changes nothing")]
    NothingNew,
    /// The tree has changed since the difference was shown; the difference is made anew.
    #[error("the tree has changed meanwhile; look at the new difference")]
    Changed,
    /// It was applied, or undone, before.
    #[error("this was done before")]
    DoneBefore,
    /// A bulletin went to a group that it changed.
    #[error("a bulletin has gone to a group that it changed")]
    Used,
    /// What it changed has been changed again.
    #[error("what it changed has been changed again since")]
    ChangedAgain,
    /// The way back could not be written.
    #[error(transparent)]
    CannotWrite(#[from] CannotWrite),
    /// As with every command.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<StoreError> for TreeRefusal {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// Lays a tree file over the tree: the difference by kind. The caller commits, or does not.
///
/// # Errors
/// [`TreeRefusal::BadFile`] with every fault; [`TreeRefusal::ChannelAbsent`].
pub async fn lay(
    db: &mut Connection,
    bytes: &[u8],
    channel: Option<&Code>,
    now: Timestamp,
) -> std::result::Result<Diff, TreeRefusal> {
    let mut known = load_known(db).await?;
    if let Some(channel) = channel.filter(|channel| !known.channels.contains(channel)) {
        return Err(TreeRefusal::ChannelAbsent(channel.clone()));
    }
    known.default_channel = channel.cloned();
    let rows = tree_file::parse(bytes, &known)?;
    Ok(apply(db, &rows, now).await?)
}

/// What laying a file over the tree changed, cell by cell, with the tree as it was and as it is.
struct Laid {
    changes: Vec<ChangedGroup>,
    before: Vec<TreeRow>,
    after: Vec<TreeRow>,
}

impl Laid {
    /// The tree file by which it is undone.
    fn way_back(&self) -> std::result::Result<Vec<u8>, TreeRefusal> {
        let mut bytes = Vec::new();
        tree_file::write(&way_back(&self.changes, &self.before, &self.after), &mut bytes)?;
        Ok(bytes)
    }
}

async fn lay_and_compare(
    db: &mut Connection,
    bytes: &[u8],
    channel: Option<&Code>,
    now: Timestamp,
) -> std::result::Result<Laid, TreeRefusal> {
    let before = export(db).await?;
    lay(db, bytes, channel, now).await?;
    let after = export(db).await?;
    Ok(Laid { changes: compare(&before, &after), before, after })
}

fn must_have_all(right: &Right) -> Result<()> {
    if right.may(Permission::ManageTree) && right.scope == Scope::Whole { Ok(()) } else { Err(Refusal::NotAllowed) }
}

/// Keeps a file, to be looked at, with what it would change; gives its id.
///
/// # Errors
/// [`TreeRefusal`]; nothing is kept then.
pub async fn upload(
    db: &Db,
    (file_name, bytes): (&str, &[u8]),
    channel: Option<&Code>,
    right: &Right,
    now: Timestamp,
) -> std::result::Result<TreeUploadId, TreeRefusal> {
    must_have_all(right)?;
    let mut tx = db.begin().await.map_err(StoreError::from)?;
    let laid = lay_and_compare(&mut tx, bytes, channel, now).await?;
    tx.rollback().await.map_err(StoreError::from)?;
    if laid.changes.is_empty() {
        return Err(TreeRefusal::NothingNew);
    }
    let id = TreeUploadId::new(now);
    let mut tx = db.begin().await.map_err(StoreError::from)?;
    insert_upload(
        &mut tx,
        &NewUpload { id, file_name, file: bytes, channel, changes: &laid.changes },
        &right.actor,
        now,
    )
    .await?;
    let detail = json!({ "file": file_name, "groups": laid.changes.len() });
    audit::insert_entry(&mut tx, now, &right.actor, "upload_tree", &format!("tree_upload:{id}"), &detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(id)
}

/// A file that was uploaded.
///
/// # Errors
/// [`Refusal::Absent`] where there is none, or not any more.
pub async fn find(
    db: &mut Connection,
    id: TreeUploadId,
    right: &Right,
) -> std::result::Result<TreeUpload, TreeRefusal> {
    must_have_all(right)?;
    Ok(find_upload(db, id).await?.ok_or(Refusal::Absent)?)
}

/// The same, its row locked until the transaction ends.
async fn lock(db: &mut Connection, id: TreeUploadId, right: &Right) -> std::result::Result<TreeUpload, TreeRefusal> {
    lock_upload(db, id).await?;
    find(db, id, right).await
}

/// Applies a file as its difference was shown; gives how many groups it changed.
///
/// # Errors
/// [`TreeRefusal::Changed`] where another difference would come of it: that one is kept, to be looked at.
pub async fn apply_upload(
    db: &Db,
    id: TreeUploadId,
    right: &Right,
    now: Timestamp,
) -> std::result::Result<usize, TreeRefusal> {
    let mut tx = db.begin().await.map_err(StoreError::from)?;
    let kept = lock(&mut tx, id, right).await?;
    if kept.applied_at.is_some() {
        return Err(TreeRefusal::DoneBefore);
    }
    let channel = kept.channel.as_deref().and_then(|code| code.parse::<Code>().ok());
    let laid = lay_and_compare(&mut tx, &kept.file, channel.as_ref(), now).await?;
    if laid.changes != kept.changes.0 {
        tx.rollback().await.map_err(StoreError::from)?;
        let mut tx = db.begin().await.map_err(StoreError::from)?;
        update_changes(&mut tx, id, &laid.changes).await?;
        tx.commit().await.map_err(StoreError::from)?;
        return Err(if laid.changes.is_empty() { TreeRefusal::NothingNew } else { TreeRefusal::Changed });
    }
    mark_applied(&mut tx, id, &laid.way_back()?, &right.actor, now).await?;
    let new = laid.changes.iter().filter(|group| group.is_new).count();
    let detail = json!({ "groups": laid.changes.len(), "new": new });
    audit::insert_entry(&mut tx, now, &right.actor, "apply_tree", &format!("tree_upload:{id}"), &detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(laid.changes.len())
}

/// Undoes what a file changed; gives how many groups that were.
///
/// # Errors
/// [`TreeRefusal::Used`] once a bulletin went to one of them; [`TreeRefusal::ChangedAgain`].
pub async fn undo_upload(
    db: &Db,
    id: TreeUploadId,
    right: &Right,
    now: Timestamp,
) -> std::result::Result<usize, TreeRefusal> {
    let mut tx = db.begin().await.map_err(StoreError::from)?;
    let kept = lock(&mut tx, id, right).await?;
    let (Some(before), Some(applied_at), None) = (&kept.before, kept.applied_at, kept.undone_at) else {
        return Err(TreeRefusal::DoneBefore);
    };
    // nobody changes the tree until this is committed; and whoever was publishing with it has done so, and nobody else begins
    load_known(&mut tx).await?;
    lock_links(&mut tx).await?;
    let codes: Vec<String> = kept.changes.iter().map(|group| group.code.to_string()).collect();
    if was_used(&mut tx, &codes, applied_at - UNDER_WAY).await? {
        return Err(TreeRefusal::Used);
    }
    if !all_stand(&kept.changes, &export(&mut tx).await?) {
        return Err(TreeRefusal::ChangedAgain);
    }
    lay(&mut tx, before, None, now).await?;
    mark_undone(&mut tx, id, &right.actor, now).await?;
    let detail = json!({ "groups": codes.len() });
    audit::insert_entry(&mut tx, now, &right.actor, "undo_tree", &format!("tree_upload:{id}"), &detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(codes.len())
}

//! Changes the tree by a tree file: looked at first, applied as it was shown, undone as long as nothing was sent by it. A single change
//! (`relay::tree_edits`) is a file of one row.
//!
//! A file is laid over the tree and taken back: what it would change is what it does change, with the database's
//! own rules. Applying it does the same again under the lock, and is refused where another difference would come of it than the one that
//! was shown to the caller, whom it names by its version. Undoing lays the old cells over the new ones, and only those that the file
//! changed; a group that came in by the file is retired, as no group is ever deleted.
//!
//! Whoever may change a part of the tree only is told nothing of the rest: the file is read as if there were no other groups, and what
//! it did change is held to the part once more, cell by cell, whatever the rows say.
//!
//! Called by the pages of the tree and the API; the command line imports at once (`app::tree`) through [`lay`].

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::json;

use super::refusal::{Refusal, Result};
use crate::domain::account::{Permission, Role};
use crate::domain::ids::{Code, TreeUploadId};
use crate::domain::right::{Right, Scope};
use crate::domain::time::Timestamp;
use crate::domain::tree_file::{
    self, CannotWrite, ChangedGroup, Column, ReadFile, Reason, RowError, TreeFileError, TreeRow, all_stand, as_before,
    compare, version_of, way_back,
};
use crate::store::locks::lock_links;
use crate::store::tree::{Diff, LockedTree, begin_dry_run, end_dry_run, export, export_under};
use crate::store::tree_uploads::{
    NewUpload, TreeUpload, find_upload, insert_upload, lock_upload, mark_applied, mark_undone, update_changes, was_used,
};
use crate::store::{Connection, StoreError, audit};

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
    /// Another difference would come of it than the one that was shown; this is the difference as it is now.
    #[error("the tree has changed meanwhile; look at the new difference")]
    Changed(Vec<ChangedGroup>),
    /// It was applied, or undone, before.
    #[error("this was done before")]
    DoneBefore,
    /// A bulletin went to a group that it changed.
    #[error("a bulletin has gone to a group that it changed")]
    Used,
    /// What it changed has been changed again, or has left the caller's part of the tree.
    #[error("what it changed has been changed again since, or is no longer in this part of the tree")]
    ChangedAgain,
    /// The group is another than the one that the caller has seen.
    #[error("somebody has changed the group since it was read")]
    GroupChanged,
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

/// The result of a change of the tree.
pub type TreeResult<T> = std::result::Result<T, TreeRefusal>;

/// Lays a tree file over the whole tree: the difference by kind. The caller commits, or does not.
///
/// # Errors
/// [`TreeRefusal::BadFile`] with every fault; [`TreeRefusal::ChannelAbsent`].
pub async fn lay(db: &mut Connection, bytes: &[u8], channel: Option<&Code>, now: Timestamp) -> TreeResult<Diff> {
    let tree = LockedTree::load(db).await?;
    let file = read(&tree, bytes, channel, None)?;
    Ok(tree.apply(db, &file.rows, now).await?)
}

/// Reads a file that is to be laid over the tree, or a part of it.
fn read(tree: &LockedTree, bytes: &[u8], channel: Option<&Code>, part: Option<&HashSet<Code>>) -> TreeResult<ReadFile> {
    let mut known = tree.to_known();
    if let Some(channel) = channel.filter(|channel| !known.channels.contains(channel)) {
        return Err(TreeRefusal::ChannelAbsent(channel.clone()));
    }
    known.default_channel = channel.cloned();
    if let Some(part) = part {
        known = known.within(part);
    }
    Ok(tree_file::read_file(bytes, &known)?)
}

/// What laying a file over the tree changed, cell by cell, with the tree as it was and as it is.
pub(super) struct Laid {
    pub(super) changes: Vec<ChangedGroup>,
    /// The same by kind.
    pub(super) diff: Diff,
    before: Vec<TreeRow>,
    after: Vec<TreeRow>,
}

impl Laid {
    /// The changed groups as they were, as a tree file.
    fn as_before(&self) -> TreeResult<Vec<u8>> {
        let mut bytes = Vec::new();
        tree_file::write(&as_before(&self.changes, &self.before, &self.after), &mut bytes)?;
        Ok(bytes)
    }

    /// What whoever sent the file may not change, blamed on its rows.
    fn find_not_theirs(&self, file: &ReadFile, part: Option<&HashSet<Code>>, right: &Right) -> Vec<RowError> {
        let lines: HashMap<&Code, u64> = file.rows.iter().map(|row| (&row.code, row.line)).collect();
        let offices: HashMap<&Code, &Code> =
            self.after.iter().filter_map(|row| Some((&row.code, row.office.as_set()?))).collect();
        let mut faults = Vec::new();
        for group in &self.changes {
            // what is new is new below the part, or it would have been refused as a row
            if !group.is_new && part.is_some_and(|part| !part.contains(&group.code)) {
                // only its office can have become another: rows name no group outside of the part
                let Some(office) = offices.get(&group.code) else { continue };
                let named = file.rows.iter().filter(|row| offices.get(&row.code) == Some(office));
                faults.extend(
                    named.map(|row| (row.line, Column::OfficeName, Reason::OfficeElsewhere((*office).clone()))),
                );
            } else if becomes_automatic(group) && !may_make_automatic(right) {
                let line = lines.get(&group.code).copied().unwrap_or(1);
                faults.push((line, Column::Forwarding, Reason::AutomaticNotTheirs));
            }
        }
        faults.sort_by_key(|(line, column, _)| (*line, *column));
        faults.dedup();
        faults.into_iter().map(|(line, column, reason)| file.fault(line, column, reason)).collect()
    }
}

fn becomes_automatic(group: &ChangedGroup) -> bool {
    let automatic =
        |cell: &&tree_file::ChangedCell| cell.column == Column::Forwarding.name() && cell.after == "automatic";
    group.cells.iter().any(|cell| automatic(&cell))
}

/// Whether somebody may let bulletins come into a group by themselves: a steward gives up the own turn, and operations do not
/// do so for them.
#[must_use]
pub fn may_make_automatic(right: &Right) -> bool {
    right.may(Permission::Publish) || right.role == Role::Steward
}

/// Lays a file over the caller's part of the tree.
pub(super) async fn lay_and_compare(
    db: &mut Connection,
    bytes: &[u8],
    channel: Option<&Code>,
    right: &Right,
    now: Timestamp,
) -> TreeResult<Laid> {
    let tree = LockedTree::load(db).await?;
    lay_over(db, &tree, bytes, channel, right, now).await
}

/// The same over the tree that this transaction has locked.
pub(super) async fn lay_over(
    db: &mut Connection,
    tree: &LockedTree,
    bytes: &[u8],
    channel: Option<&Code>,
    right: &Right,
    now: Timestamp,
) -> TreeResult<Laid> {
    let part = right.scope.groups().map(|scope| tree.codes_under(scope));
    let file = read(tree, bytes, channel, part.as_ref())?;
    let before = tree.to_rows();
    let diff = tree.apply(db, &file.rows, now).await?;
    let after = export(db).await?;
    let laid = Laid { changes: compare(&before, &after), diff, before, after };
    let errors = laid.find_not_theirs(&file, part.as_ref(), right);
    if errors.is_empty() { Ok(laid) } else { Err(TreeFileError { errors }.into()) }
}

pub(super) fn must_manage(right: &Right) -> Result<()> {
    if right.may(Permission::ManageTree) { Ok(()) } else { Err(Refusal::NotAllowed) }
}

/// The caller's part of the tree as a file. It holds telephone numbers, so that taking it out is on record.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub async fn take_out(db: &mut Connection, right: &Right, now: Timestamp) -> TreeResult<Vec<u8>> {
    must_manage(right)?;
    let rows = export_under(db, right.scope.groups()).await?;
    let mut bytes = Vec::new();
    tree_file::write(&rows, &mut bytes)?;
    audit::insert_entry(db, now, &right.actor, "export_tree", "tree", &json!({ "groups": rows.len() })).await?;
    Ok(bytes)
}

/// Keeps a file, to be looked at, with what it would change; gives its id. Nothing of the tree is changed, nor locked any longer.
///
/// # Errors
/// [`TreeRefusal`]; the transaction is of no more use then.
pub async fn upload(
    db: &mut Connection,
    (file_name, bytes): (&str, &[u8]),
    channel: Option<&Code>,
    right: &Right,
    now: Timestamp,
) -> TreeResult<TreeUploadId> {
    must_manage(right)?;
    begin_dry_run(db).await?;
    let changes = lay_and_compare(db, bytes, channel, right, now).await?.changes;
    end_dry_run(db).await?;
    if changes.is_empty() {
        return Err(TreeRefusal::NothingNew);
    }
    let id = TreeUploadId::new(now);
    let new = NewUpload { id, file_name, file: bytes, channel, changes: &changes, office: right.office };
    insert_upload(db, &new, &right.actor, now).await?;
    let detail = json!({ "file": file_name, "groups": changes.len() });
    audit::insert_entry(db, now, &right.actor, "upload_tree", &format!("tree_upload:{id}"), &detail).await?;
    Ok(id)
}

/// A file that was uploaded, for the whole tree or the caller's part of it.
///
/// # Errors
/// [`Refusal::UploadAbsent`] where there is none, or not any more, or it is of another part.
pub async fn find(db: &mut Connection, id: TreeUploadId, right: &Right) -> TreeResult<TreeUpload> {
    must_manage(right)?;
    let own = |upload: &TreeUpload| right.office.is_some() && upload.office_id == right.office;
    let theirs = |upload: &TreeUpload| right.scope == Scope::Whole || own(upload);
    Ok(find_upload(db, id).await?.filter(theirs).ok_or(Refusal::UploadAbsent)?)
}

/// The same, its row locked until the transaction ends.
async fn lock(db: &mut Connection, id: TreeUploadId, right: &Right) -> TreeResult<TreeUpload> {
    lock_upload(db, id).await?;
    find(db, id, right).await
}

/// Applies a file as its difference was shown, which is known by its version (`domain::tree_file::version_of`); gives how many groups it
/// changed.
///
/// # Errors
/// [`TreeRefusal::Changed`] where another difference would come of it: that one is to be kept ([`keep_difference`]) and looked at.
pub async fn apply_upload(
    db: &mut Connection,
    id: TreeUploadId,
    seen: &str,
    right: &Right,
    now: Timestamp,
) -> TreeResult<usize> {
    let kept = lock(db, id, right).await?;
    if kept.applied_at.is_some() {
        return Err(TreeRefusal::DoneBefore);
    }
    let channel = kept.channel.as_deref().and_then(|code| code.parse::<Code>().ok());
    let laid = lay_and_compare(db, &kept.file, channel.as_ref(), right, now).await?;
    if laid.changes.is_empty() {
        return Err(TreeRefusal::NothingNew);
    }
    // not the one that is kept: that may be what somebody else was shown since
    if version_of(&laid.changes) != seen {
        return Err(TreeRefusal::Changed(laid.changes));
    }
    if laid.changes != kept.changes.0 {
        update_changes(db, id, &laid.changes).await?;
    }
    mark_applied(db, id, &laid.as_before()?, &right.actor, now).await?;
    let new = laid.changes.iter().filter(|group| group.is_new).count();
    let detail = json!({ "groups": laid.changes.len(), "new": new });
    audit::insert_entry(db, now, &right.actor, "apply_tree", &format!("tree_upload:{id}"), &detail).await?;
    Ok(laid.changes.len())
}

/// Puts what a file would change now in place of what was shown, in a transaction of its own; of a file that was applied meanwhile it is
/// left as it is.
///
/// # Errors
/// As [`find`].
pub async fn keep_difference(
    db: &mut Connection,
    id: TreeUploadId,
    right: &Right,
    changes: &[ChangedGroup],
) -> TreeResult<()> {
    lock(db, id, right).await?;
    Ok(update_changes(db, id, changes).await?)
}

/// Undoes what a file changed; gives how many groups that were.
///
/// # Errors
/// [`TreeRefusal::Used`] once a bulletin went to one of them; [`TreeRefusal::ChangedAgain`].
pub async fn undo_upload(db: &mut Connection, id: TreeUploadId, right: &Right, now: Timestamp) -> TreeResult<usize> {
    let kept = lock(db, id, right).await?;
    let (Some(before), Some(applied_at), None) = (&kept.before, kept.applied_at, kept.undone_at) else {
        return Err(TreeRefusal::DoneBefore);
    };
    // nobody changes the tree until this is committed; and whoever was publishing with it has done so, and nobody else begins
    let tree = LockedTree::load(db).await?;
    lock_links(db).await?;
    let codes: Vec<String> = kept.changes.iter().map(|group| group.code.to_string()).collect();
    if was_used(db, &codes, applied_at - UNDER_WAY).await? {
        return Err(TreeRefusal::Used);
    }
    let part = right.scope.groups().map(|scope| tree.codes_under(scope));
    let has_left = |group: &ChangedGroup| part.as_ref().is_some_and(|part| !part.contains(&group.code));
    if kept.changes.iter().any(has_left) || !all_stand(&kept.changes, &tree.to_rows()) {
        return Err(TreeRefusal::ChangedAgain);
    }
    let rows = way_back(&kept.changes, tree_file::read_rows(before)?);
    let known = match &part {
        Some(part) => tree.to_known().within(part),
        None => tree.to_known(),
    };
    let file = tree_file::check_rows(rows, &known)?;
    tree.apply(db, &file.rows, now).await?;
    // an office of the part may have got a group elsewhere since
    if part.is_some() && compare(&tree.to_rows(), &export(db).await?).iter().any(has_left) {
        return Err(TreeRefusal::ChangedAgain);
    }
    mark_undone(db, id, &right.actor, now).await?;
    let detail = json!({ "groups": codes.len() });
    audit::insert_entry(db, now, &right.actor, "undo_tree", &format!("tree_upload:{id}"), &detail).await?;
    Ok(codes.len())
}

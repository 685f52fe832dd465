//! Importing a tree file: lock, check, write, note, all in one transaction.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::AppContext;
use crate::domain::actor::Actor;
use crate::domain::ids::Code;
use crate::domain::time::Timestamp;
use crate::domain::tree_file::TreeFileError;
use crate::relay::tree_files::{TreeRefusal, lay};
use crate::store::tree::Diff;
use crate::store::{StoreError, audit};

/// A file with bad rows; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BadFile(TreeFileError);

impl BadFile {
    /// A sentence, and a line `file:line:column: reason` for each fault; the row as a whole counts as column 1.
    #[must_use]
    pub fn describe(&self, file: &Path) -> String {
        let file = file.display();
        let count = self.0.errors.len();
        let mut text =
            format!("{file} has {count} {}; nothing was changed", if count == 1 { "fault" } else { "faults" });
        for error in &self.0.errors {
            let _ = match &error.place {
                Some(place) => {
                    write!(text, "\n{file}:{}:{}: {}: {}", error.line, place.number, place.name, error.reason)
                }
                None => write!(text, "\n{file}:{}:1: {}", error.line, error.reason),
            };
        }
        text
    }
}

/// Imports the tree file `bytes`, or on a dry run only finds out what it would change.
///
/// `channel` serves the groups for which neither the file nor the database names one; `by` goes into the audit, and
/// what is new is as old as `now`.
///
/// # Errors
/// [`BadFile`] with every fault; an unknown `channel`; when the database fails. Nothing is changed then.
pub async fn import(
    context: &AppContext,
    bytes: &[u8],
    channel: Option<&Code>,
    dry_run: bool,
    by: &Actor,
    now: Timestamp,
) -> anyhow::Result<Diff> {
    let mut tx = context.db.begin().await.map_err(StoreError::from)?;
    let diff = match lay(&mut tx, bytes, channel, now).await {
        Ok(diff) => diff,
        Err(TreeRefusal::BadFile(bad)) => return Err(BadFile(bad).into()),
        Err(other) => return Err(other.into()),
    };
    if dry_run {
        tx.rollback().await.map_err(StoreError::from)?;
        return Ok(diff);
    }
    if !diff.is_empty() {
        let counts = diff.kinds().map(|(kind, changes)| (kind, [changes.added.len(), changes.changed.len()]));
        let detail = json!({ "added and changed": counts.into_iter().collect::<std::collections::BTreeMap<_, _>>() });
        audit::insert_entry(&mut tx, now, by, "tree_import", "tree", &detail).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(diff)
}

//! The tree as a whole: what a tree file changes, written in one go, and the way back to a file.
//!
//! An import is three calls in one transaction: [`load_known`], `domain::tree_file::parse` with what it gave, and
//! [`apply`]. The first takes a lock that keeps every other writer of the tree out until the end, so that what was
//! checked is what is changed; readers, and with them publishing, go on. Rolled back instead of committed it is a
//! dry run: the [`Diff`] is the same.
//!
//! Only rows that really change are written, each kind by a handful of statements whatever their number: `plan`
//! compares in memory, [`write`] writes. A group that the file does not name is left alone. Called by `cli` (tree
//! import and export) and by the demo.

mod diff;
mod links;
mod people;
mod plan;
mod stored;
mod write;

pub use diff::{Changed, Diff, KindDiff};

use super::{Connection, Result};
use crate::domain::time::Timestamp;
use crate::domain::tree_file::{KnownTree, Patch, TreeRow};
use stored::{Group, StoredTree};

/// Locks the tree against every other writer until the transaction ends, and reads what the checks of a file need.
pub async fn load_known(db: &mut Connection) -> Result<KnownTree> {
    stored::lock(db).await?;
    Ok(stored::load(db).await?.into_known())
}

/// Lays `rows`, which `domain::tree_file::parse` let pass in this transaction, over the tree.
///
/// Deliveries that were never sent follow a group whose LINE group has changed; what may have been sent stays with
/// the old one.
///
/// # Errors
/// [`super::StoreError::Refused`] where a rule of the database is broken all the same; when the database fails.
pub async fn apply(db: &mut Connection, rows: &[TreeRow], now: Timestamp) -> Result<Diff> {
    let stored = stored::load(db).await?;
    let plan = plan::Plan::make(&stored, rows)?;
    write::write(db, &stored, &plan, now).await?;
    Ok(plan.into_diff())
}

/// The whole tree as rows of a tree file, in the order in which the groups came in; importing them changes nothing.
pub async fn export(db: &mut Connection) -> Result<Vec<TreeRow>> {
    let mut stored = stored::load(db).await?;
    let order = std::mem::take(&mut stored.order);
    Ok(order.iter().enumerate().filter_map(|(index, code)| stored.row(index as u64 + 2, code)).collect())
}

impl StoredTree {
    /// The row that says of a group what is so.
    fn row(&self, line: u64, code: &crate::domain::ids::Code) -> Option<TreeRow> {
        let group: &Group = self.groups.get(code)?;
        let office = self.offices.get(&group.office)?;
        let cleared = |minutes: Option<i32>| minutes.map_or(Patch::Clear, Patch::Set);
        Some(TreeRow {
            parent: group.parent.clone().map_or(Patch::Clear, Patch::Set),
            tier: Patch::Set(group.tier),
            name: Patch::Set(group.name.clone()),
            office: Patch::Set(group.office.clone()),
            office_name: Patch::Set(office.name.clone()),
            office_kind: Patch::Set(office.kind),
            province: Patch::from_option(office.province.clone()),
            channel: Patch::from_option(group.channel.clone()),
            line_group_id: Patch::from_option(group.line_group_id.clone()),
            members: Patch::from_option(group.members),
            head_count: Patch::from_option(group.head_count),
            forwarding: Patch::Set(group.forwarding),
            forward_within: cleared(group.forward_within),
            way: Patch::from_option(group.way),
            push_after: Patch::from_option(group.push_after),
            steward: Patch::from_option(group.steward.name.clone()),
            steward_title: Patch::from_option(group.steward.title.clone()),
            steward_phone: Patch::from_option(group.steward.phone.clone()),
            deputy: Patch::from_option(group.deputy.clone()),
            retired: Patch::Set(group.retired),
            ..TreeRow::new(line, code.clone())
        })
    }
}

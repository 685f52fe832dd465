//! The tree as a whole: what a tree file changes, written in one go, and the way back to a file.
//!
//! An import is three steps in one transaction: [`LockedTree::load`], `domain::tree_file::parse` with what it knows, and
//! [`LockedTree::apply`]. The first takes a lock that keeps every other writer of the tree out until the end, so that what was
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

use std::collections::HashSet;

use super::{Connection, Result};
use crate::domain::group::Tier;
use crate::domain::ids::Code;
use crate::domain::time::Timestamp;
use crate::domain::tree_file::{KnownTree, Patch, TreeRow};
use stored::{Group, StoredTree};

/// The tree as it stands, locked against every other writer until the transaction ends.
pub struct LockedTree(StoredTree);

impl LockedTree {
    /// Locks the tree, and reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(db: &mut Connection) -> Result<Self> {
        stored::lock(db).await?;
        Ok(Self(stored::load(db).await?))
    }

    /// What the checks of a file need of it.
    #[must_use]
    pub fn to_known(&self) -> KnownTree {
        self.0.to_known()
    }

    /// Its rows, as [`export`] gives them.
    #[must_use]
    pub fn to_rows(&self) -> Vec<TreeRow> {
        self.0.to_rows()
    }

    /// The codes of the groups at or below those numbered `scope`.
    #[must_use]
    pub fn codes_under(&self, scope: &[i32]) -> HashSet<Code> {
        self.0.codes_under(scope)
    }

    /// The tier of a group; none where there is no such group.
    #[must_use]
    pub fn tier_of(&self, code: &Code) -> Option<Tier> {
        self.0.groups.get(code).map(|group| group.tier)
    }

    /// The codes of the groups in use below a group, those that came in first before the others.
    #[must_use]
    pub fn list_in_use_below(&self, code: &Code) -> Vec<Code> {
        let Some(id) = self.0.groups.get(code).and_then(|group| group.id) else { return Vec::new() };
        let below = self.0.codes_under(&[id]);
        let in_use = |found: &&Code| {
            *found != code && below.contains(*found) && self.0.groups.get(*found).is_some_and(|group| !group.retired)
        };
        self.0.order.iter().filter(in_use).cloned().collect()
    }

    /// Lays `rows`, which `domain::tree_file::parse` let pass in this transaction, over the tree.
    ///
    /// Deliveries that were never sent follow a group whose LINE group has changed; what may have been sent stays with
    /// the old one.
    ///
    /// # Errors
    /// [`super::StoreError::Refused`] where a rule of the database is broken all the same; when the database fails.
    pub async fn apply(&self, db: &mut Connection, rows: &[TreeRow], now: Timestamp) -> Result<Diff> {
        let plan = plan::Plan::make(&self.0, rows)?;
        write::write(db, &self.0, &plan, now).await?;
        Ok(plan.into_diff())
    }
}

/// The whole tree as rows of a tree file, in the order in which the groups came in; importing them changes nothing.
pub async fn export(db: &mut Connection) -> Result<Vec<TreeRow>> {
    Ok(stored::load(db).await?.to_rows())
}

/// The rows of the groups at or below those numbered `scope`.
pub async fn export_under(db: &mut Connection, scope: Option<&[i32]>) -> Result<Vec<TreeRow>> {
    let stored = stored::load(db).await?;
    let mut rows = stored.to_rows();
    if let Some(part) = scope.map(|scope| stored.codes_under(scope)) {
        rows.retain(|row| part.contains(&row.code));
    }
    Ok(rows)
}

/// Marks where a dry run begins, in a transaction that goes on after it.
pub async fn begin_dry_run(db: &mut Connection) -> Result<()> {
    sqlx::query!("savepoint tree_dry_run").execute(db).await?;
    Ok(())
}

/// Undoes everything since [`begin_dry_run`], and lets go of what was locked since.
pub async fn end_dry_run(db: &mut Connection) -> Result<()> {
    sqlx::query!("rollback to savepoint tree_dry_run").execute(db).await?;
    Ok(())
}

impl StoredTree {
    fn to_rows(&self) -> Vec<TreeRow> {
        let rows = self.order.iter().enumerate();
        rows.filter_map(|(index, code)| self.row(index as u64 + 2, code)).collect()
    }

    /// The row that says of a group what is so.
    fn row(&self, line: u64, code: &Code) -> Option<TreeRow> {
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

//! What is different between two states of the tree, in the words of the tree file: for people who look before they apply a file.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::column::Column;
use super::patch::Patch;
use super::row::TreeRow;
use super::write::{as_read, text_in};
use crate::ids::Code;

/// A group that is new, or of which a cell is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedGroup {
    /// The group.
    pub code: Code,
    /// What it is called afterwards.
    pub name: String,
    /// What its office is called afterwards.
    pub office: String,
    /// Whether it was not there before.
    pub is_new: bool,
    /// The cells that differ, in the order of the file's columns.
    pub cells: Vec<ChangedCell>,
}

/// A cell that is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedCell {
    /// The column's name.
    pub column: String,
    /// What stood there; empty of a new group.
    pub before: String,
    /// What stands there.
    pub after: String,
}

/// The groups that differ between two states, in the order of the later one. No group is ever taken out of the tree.
#[must_use]
pub fn compare(before: &[TreeRow], after: &[TreeRow]) -> Vec<ChangedGroup> {
    let known: HashMap<&Code, &TreeRow> = before.iter().map(|row| (&row.code, row)).collect();
    after.iter().filter_map(|row| compare_row(known.get(&row.code).copied(), row)).collect()
}

/// Whether every change still stands in the tree, cell by cell.
#[must_use]
pub fn all_stand(changes: &[ChangedGroup], tree: &[TreeRow]) -> bool {
    let known: HashMap<&Code, &TreeRow> = tree.iter().map(|row| (&row.code, row)).collect();
    changes.iter().all(|group| {
        let Some(row) = known.get(&group.code) else { return false };
        group
            .cells
            .iter()
            .all(|cell| Column::from_name(&cell.column).is_some_and(|column| text_of(row, column) == cell.after))
    })
}

/// The changed groups as they were; those that were not there as they are, and retired.
#[must_use]
pub fn as_before(changes: &[ChangedGroup], before: &[TreeRow], after: &[TreeRow]) -> Vec<TreeRow> {
    let old: HashMap<&Code, &TreeRow> = before.iter().map(|row| (&row.code, row)).collect();
    let new: HashMap<&Code, &TreeRow> = after.iter().map(|row| (&row.code, row)).collect();
    let row = |group: &ChangedGroup| match (old.get(&group.code), new.get(&group.code)) {
        (Some(row), _) => Some((*row).clone().clearing_what_is_empty()),
        (None, Some(row)) => Some(TreeRow { retired: Patch::Set(true), ..(*row).clone() }),
        (None, None) => None,
    };
    changes.iter().filter_map(row).collect()
}

/// The rows by which the changes are undone, made of what [`as_before`] gave: they say of a group that was there what was changed of it,
/// so that nothing else is taken back that others changed meanwhile; and of a new one that it is retired.
#[must_use]
pub fn way_back(changes: &[ChangedGroup], as_before: Vec<TreeRow>) -> Vec<TreeRow> {
    let by_code: HashMap<&Code, &ChangedGroup> = changes.iter().map(|group| (&group.code, group)).collect();
    let only_changed = |row: TreeRow| {
        let group = by_code.get(&row.code)?;
        let columns: Vec<Column> = if group.is_new {
            vec![Column::Retired]
        } else {
            group.cells.iter().filter_map(|cell| Column::from_name(&cell.column)).collect()
        };
        Some(row.only(&columns))
    };
    as_before.into_iter().filter_map(only_changed).collect()
}

/// What a difference is known by: another one has another version.
#[must_use]
pub fn version_of(changes: &[ChangedGroup]) -> String {
    let mut sha256 = Sha256::new();
    let mut put = |text: &str| {
        sha256.update((text.len() as u64).to_be_bytes());
        sha256.update(text);
    };
    for group in changes {
        put(group.code.as_str());
        put(if group.is_new { "new" } else { "changed" });
        put(&group.cells.len().to_string());
        for cell in &group.cells {
            put(&cell.column);
            put(&cell.before);
            put(&cell.after);
        }
    }
    hex::encode(&sha256.finalize()[..16])
}

fn text_of(row: &TreeRow, column: Column) -> Cow<'_, str> {
    as_read(text_in(row, column), column)
}

fn compare_row(before: Option<&TreeRow>, after: &TreeRow) -> Option<ChangedGroup> {
    let cell = |column: Column| {
        let (was, is) = (before.map(|row| text_of(row, column)).unwrap_or_default(), text_of(after, column));
        (was != is).then(|| ChangedCell {
            column: column.name().to_owned(),
            before: was.into_owned(),
            after: is.into_owned(),
        })
    };
    let cells: Vec<ChangedCell> = Column::ALL.iter().filter_map(|column| cell(*column)).collect();
    (!cells.is_empty()).then(|| ChangedGroup {
        code: after.code.clone(),
        name: after.name.as_set().cloned().unwrap_or_default(),
        office: after.office_name.as_set().cloned().unwrap_or_default(),
        is_new: before.is_none(),
        cells,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, name: &str, phone: Option<&str>) -> TreeRow {
        TreeRow {
            name: Patch::Set(name.to_owned()),
            office_name: Patch::Set("สำนักงาน".to_owned()),
            steward_phone: Patch::from_option(phone.map(str::to_owned)),
            ..TreeRow::new(2, code.parse().expect("a code"))
        }
    }

    #[test]
    fn what_differs_is_told_cell_by_cell_with_what_stood_there() {
        let before = [row("a", "กลุ่ม ก", Some("053-511-192")), row("b", "กลุ่ม ข", None)];
        let after = [row("a", "กลุ่ม ก", None), row("b", "กลุ่ม ข", None), row("c", "กลุ่ม ค", None)];
        let found = compare(&before, &after);
        assert_eq!(
            found.iter().map(|group| (group.code.as_str(), group.is_new)).collect::<Vec<_>>(),
            [("a", false), ("c", true)]
        );
        let phone =
            ChangedCell { column: "steward_phone".to_owned(), before: "053-511-192".to_owned(), after: String::new() };
        assert_eq!(found[0].cells, [phone]);
        assert_eq!(found[1].cells[0].after, "c");
        assert!(compare(&before, &before).is_empty());
        assert!(all_stand(&found, &after) && !all_stand(&found, &before));
    }

    #[test]
    fn the_way_back_clears_what_was_empty_and_retires_what_is_new() {
        let before = [row("a", "กลุ่ม ก", None)];
        let after = [row("a", "กลุ่ม ก", Some("053-511-192")), row("c", "กลุ่ม ค", None)];
        let changes = compare(&before, &after);
        let back = way_back(&changes, as_before(&changes, &before, &after));
        assert_eq!(back[0].steward_phone, Patch::Clear);
        assert_eq!((back[1].code.as_str(), &back[1].retired), ("c", &Patch::Set(true)));
    }

    #[test]
    fn the_way_back_says_nothing_of_cells_that_were_not_changed() {
        let before = [TreeRow { parent: Patch::Clear, ..row("a", "กลุ่ม ก", Some("053-511-192")) }];
        let after = [TreeRow { name: Patch::Set("กลุ่มใหม่".to_owned()), ..before[0].clone() }, row("c", "กลุ่ม ค", None)];
        let changes = compare(&before, &after);
        let back = way_back(&changes, as_before(&changes, &before, &after));
        let name = Patch::Set("กลุ่ม ก".to_owned());
        assert_eq!(back[0], TreeRow { name, ..TreeRow::new(2, "a".parse().expect("a code")) });
        assert_eq!(back[1], TreeRow { retired: Patch::Set(true), ..TreeRow::new(2, "c".parse().expect("a code")) });
    }

    #[test]
    fn another_difference_has_another_version() {
        let (before, after) = ([row("a", "กลุ่ม ก", None)], [row("a", "กลุ่ม ก", Some("053-511-192"))]);
        let versions = [compare(&before, &after), compare(&after, &before), compare(&[], &after), Vec::new()];
        let versions: Vec<String> = versions.iter().map(|changes| version_of(changes)).collect();
        assert!((1..4).all(|at| !versions[..at].contains(&versions[at])), "{versions:?}");
        assert_eq!(versions[0], version_of(&compare(&before, &after)));
    }
}

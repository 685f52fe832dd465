//! What is different between two states of the tree, in the words of the tree file: for people who look before they apply a file.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::patch::Patch;
use super::row::TreeRow;
use super::write::write_cell;
use crate::ids::Code;
use crate::spreadsheet::restore;

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

/// The rows by which the changes are undone: changed groups as they were, and new ones retired.
#[must_use]
pub fn way_back(changes: &[ChangedGroup], before: &[TreeRow], after: &[TreeRow]) -> Vec<TreeRow> {
    let old: HashMap<&Code, &TreeRow> = before.iter().map(|row| (&row.code, row)).collect();
    let new: HashMap<&Code, &TreeRow> = after.iter().map(|row| (&row.code, row)).collect();
    let row = |group: &ChangedGroup| match (old.get(&group.code), new.get(&group.code)) {
        (Some(row), _) => Some((*row).clone().clearing_what_is_empty()),
        (None, Some(row)) => Some(TreeRow { retired: Patch::Set(true), ..(*row).clone() }),
        (None, None) => None,
    };
    changes.iter().filter_map(row).collect()
}

/// A cell as people read it: without what only keeps a spreadsheet from changing it.
fn text_of(row: &TreeRow, column: Column) -> String {
    restore(&write_cell(row, column)).to_owned()
}

fn compare_row(before: Option<&TreeRow>, after: &TreeRow) -> Option<ChangedGroup> {
    let cell = |column: Column| {
        let (was, is) = (before.map(|row| text_of(row, column)).unwrap_or_default(), text_of(after, column));
        (was != is).then(|| ChangedCell { column: column.name().to_owned(), before: was, after: is })
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
        let back = way_back(&compare(&before, &after), &before, &after);
        assert_eq!(back[0].steward_phone, Patch::Clear);
        assert_eq!((back[1].code.as_str(), &back[1].retired), ("c", &Patch::Set(true)));
    }
}

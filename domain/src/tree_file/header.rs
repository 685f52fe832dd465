//! The first line: which column stands where.

use super::column::Column;
use super::error::{Place, Reason, RowError};
use crate::thai::{normal_form, trim_unseen};

/// How many cells there are up to the last that is not empty.
pub(super) fn filled(record: &csv::ByteRecord) -> usize {
    let empty = |cell: &[u8]| cell.is_empty() || trim_unseen(&String::from_utf8_lossy(cell)).is_empty();
    (0..record.len()).rev().find(|&at| !record.get(at).is_none_or(empty)).map_or(0, |at| at + 1)
}

/// The columns of the file at hand; `places` has one for each cell, none where the name is unknown. Cells without a name
/// at the end, which spreadsheets add, do not count.
#[derive(Debug, Default)]
pub(super) struct Header {
    width: usize,
    /// By the column's number.
    places: [Option<usize>; Column::ALL.len()],
}

impl Header {
    /// That of a file with all columns.
    pub(super) fn of_all() -> Self {
        Self { width: Column::ALL.len(), places: std::array::from_fn(Some) }
    }

    /// Reads the names on `line`; every fault is added to `errors`.
    pub(super) fn read(record: &csv::ByteRecord, line: u64, errors: &mut Vec<RowError>) -> Self {
        let mut header = Self { width: filled(record), ..Self::default() };
        for (at, name) in record.iter().enumerate().take(header.width) {
            let name = trim_unseen(&String::from_utf8_lossy(name)).to_owned();
            let reason = match Column::from_name(&normal_form(&name)) {
                None => Reason::UnknownColumn,
                Some(column) if header.has(column) => Reason::ColumnTwice,
                Some(column) => {
                    if let Some(place) = header.places.get_mut(column as usize) {
                        *place = Some(at);
                    }
                    continue;
                }
            };
            errors.push(RowError {
                line,
                place: Some(Place { name: name.into(), number: at + 1 }),
                reason,
                found: None,
            });
        }
        if !header.has(Column::Code) {
            errors.push(RowError { line, place: None, reason: Reason::ColumnMissing(Column::Code), found: None });
        }
        header
    }

    /// How many cells a row has at most.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.index(column).is_some()
    }

    /// The index of `column`'s cell.
    pub(super) fn index(&self, column: Column) -> Option<usize> {
        self.places.get(column as usize).copied().flatten()
    }

    /// The cell at `index`, for an error; the first line's own cells have no names yet.
    pub(super) fn place_at(&self, index: usize) -> Option<Place> {
        let column = Column::ALL.iter().find(|column| self.index(**column) == Some(index));
        column.map(|column| Place { name: column.name().into(), number: index + 1 })
    }

    /// Where `column` stands, for an error.
    pub(super) fn place(&self, column: Column) -> Option<Place> {
        self.index(column).map(|at| Place { name: column.name().into(), number: at + 1 })
    }
}

//! The tree file: the CSV in which offices, groups and stewards come in and go out.
//!
//! A header names the columns, in any order; only `code` must be there. Each row says what to change
//! about one group, cell by cell, as a [`Patch`]:
//!
//! - an absent column leaves what is there, and so does an empty cell;
//! - `-` clears;
//! - except that an empty `parent` is the root's, and an empty `forward_within` means never by itself.
//!
//! Files come back from spreadsheets: see [`spreadsheet`](super::spreadsheet) for encodings, separators and apostrophes. A
//! row may end early, as spreadsheets drop empty cells at its end: what is missing there is empty.
//!
//! [`parse`] reads a whole file and holds the tree that it would make to the rules of
//! [`group`](super::group): a file either passes as a whole or comes back with **every** bad row, each
//! with line, column and reason, so that the person who mends it needs to be told once. [`write()`] is
//! the way back; importing what it wrote changes nothing. Which rows differ from the database is the
//! importer's matter, not this module's. Whoever may change a part of the tree only is given a [`KnownTree`]
//! of that part ([`KnownTree::within`]). A single change is a file too, made by [`file_of`].

mod cell;
mod check;
mod column;
mod compare;
mod edit;
mod error;
mod header;
mod known;
mod links;
mod offices;
mod patch;
mod read;
mod row;
mod thai;
mod write;

pub use column::Column;
pub use compare::{ChangedCell, ChangedGroup, all_stand, as_before, compare, version_of, way_back};
pub use edit::{Cell, file_of};
pub use error::{Place, Reason, RowError, TreeFileError};
pub use known::{KnownGroup, KnownTree, Outside};
pub use patch::Patch;
pub use row::{NEW_GROUP_FORWARDING, TreeRow};
pub use write::{CannotWrite, write};

/// Reads `bytes` as a tree file to be laid over the tree that is `known`.
///
/// Rows come back in the file's order, with `known.default_channel` filled in where neither the row
/// nor the database names a channel.
///
/// # Errors
/// [`TreeFileError`] with everything that is wrong, by line and column.
pub fn parse(bytes: &[u8], known: &KnownTree) -> Result<Vec<TreeRow>, TreeFileError> {
    read_file(bytes, known).map(|file| file.rows)
}

/// A file that passed, with what is needed to blame its rows for what only the database knows.
#[derive(Debug)]
pub struct ReadFile {
    /// What it says.
    pub rows: Vec<TreeRow>,
    header: header::Header,
}

impl ReadFile {
    /// Why the row on `line` does not pass after all.
    #[must_use]
    pub fn fault(&self, line: u64, column: Column, reason: Reason) -> RowError {
        RowError { line, place: self.header.place(column), reason, found: None }
    }
}

/// As [`parse`], keeping where the columns stand.
///
/// # Errors
/// As [`parse`].
pub fn read_file(bytes: &[u8], known: &KnownTree) -> Result<ReadFile, TreeFileError> {
    check_sheet(read::read(bytes), known)
}

/// The rows of a file as they are written, not yet held to any tree.
///
/// # Errors
/// [`TreeFileError`] where cells cannot be read.
pub fn read_rows(bytes: &[u8]) -> Result<Vec<TreeRow>, TreeFileError> {
    let sheet = read::read(bytes);
    if sheet.errors.is_empty() { Ok(sheet.rows) } else { Err(TreeFileError { errors: sheet.errors }) }
}

/// As [`read_file`], of rows that are there already.
///
/// # Errors
/// As [`parse`].
pub fn check_rows(rows: Vec<TreeRow>, known: &KnownTree) -> Result<ReadFile, TreeFileError> {
    let header = header::Header::of_all();
    check_sheet(read::Sheet { header, rows, ..read::Sheet::default() }, known)
}

fn check_sheet(mut sheet: read::Sheet, known: &KnownTree) -> Result<ReadFile, TreeFileError> {
    known.fill_in_channels(&mut sheet.rows);
    check::check(&mut sheet, known);
    offices::check(&mut sheet, known);
    links::check(&mut sheet, known);
    if let Some(outside) = &known.outside {
        check::check_taken(&mut sheet, outside);
    }
    if sheet.errors.is_empty() {
        return Ok(ReadFile { rows: sheet.rows, header: sheet.header });
    }
    let place = |error: &RowError| error.place.as_ref().map(|place| place.number);
    sheet.errors.sort_by_cached_key(|error| (error.line, place(error), error.reason.to_string()));
    Err(TreeFileError { errors: sheet.errors })
}

#[cfg(test)]
mod tests;

//! From bytes to rows: CSV, encoding and cells, but nothing about the tree.
//!
//! Reading goes on past every fault. A row whose `code` can be read is kept even if another cell is
//! bad, and marked as spoiled: its children must not be told that their parent is unknown, but
//! nothing further is said about the row itself until its cells are right.

use std::collections::HashSet;

use super::cell;
use super::column::Column;
use super::error::{Reason, RowError, SHOWN};
use super::header::{Header, filled};
use super::patch::Patch;
use super::row::TreeRow;
use crate::ids::Code;
use crate::spreadsheet::{Damage, Layout, Lines, decode, restore};
use crate::thai::{normal_form, trim_unseen};

/// A file as read so far.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) header: Header,
    pub(super) rows: Vec<TreeRow>,
    /// Codes of rows with a bad cell.
    pub(super) spoiled: HashSet<Code>,
    pub(super) errors: Vec<RowError>,
}

impl Sheet {
    /// A file of which nothing can be read, with the one reason.
    fn refused(error: RowError) -> Self {
        Self { errors: vec![error], ..Self::default() }
    }

    /// Adds a fault of the row on `line`, in the place of `column`.
    pub(super) fn blame(&mut self, line: u64, column: Column, reason: Reason) {
        self.errors.push(RowError { line, place: self.header.place(column), reason, found: None });
    }
}

pub(super) fn read(bytes: &[u8]) -> Sheet {
    let bytes = match decode(bytes) {
        Ok(bytes) => bytes,
        Err(bad) => return Sheet::refused(RowError { line: 1, place: None, reason: bad.into(), found: None }),
    };
    let is_heading = |name: &str| Column::from_name(&normal_form(trim_unseen(name))).is_some();
    let layout = Layout::of(&bytes, is_heading);
    let rows = bytes.get(layout.skip..).unwrap_or_default();
    let mut sheet = Sheet::default();
    let mut lines = Lines::of(rows, 1 + u64::from(layout.skip > 0));
    let mut reader = csv::ReaderBuilder::new();
    let mut csv = reader.has_headers(false).flexible(true).delimiter(layout.separator).from_reader(rows);
    let mut record = csv::ByteRecord::new();
    let suspicious = Damage::may_be_in(rows);
    let mut header_seen = false;
    // reading from memory with rows of any length cannot fail, so an error is as good as the end
    while csv.read_byte_record(&mut record).unwrap_or(false) {
        let line = lines.line_of(&record);
        if suspicious && let Some(error) = find_damage(&record, line, &sheet.header) {
            return Sheet::refused(error);
        }
        if !header_seen {
            header_seen = true;
            sheet.header = Header::read(&record, line, &mut sheet.errors);
            if !sheet.header.has(Column::Code) {
                return sheet;
            }
        } else if filled(&record) > 0 {
            // spreadsheets like to end a file with rows of nothing but commas
            let is_last = usize::try_from(csv.position().byte()).is_ok_and(|at| at >= rows.len());
            let ends_within = is_last && !rows.ends_with(b"\n") && !rows.ends_with(b"\r");
            read_record(&record, line, ends_within, &mut sheet);
        }
    }
    if !header_seen {
        sheet.errors.push(RowError { line: 1, place: None, reason: Reason::NoHeader, found: None });
    }
    sheet
}

/// What has happened to the file as a whole, seen by one of the cells: said once and not for each.
fn find_damage(record: &csv::ByteRecord, line: u64, header: &Header) -> Option<RowError> {
    record.iter().enumerate().find_map(|(at, cell)| {
        let damage = Damage::of_file(str::from_utf8(cell).ok()?)?;
        Some(RowError { line, place: header.place_at(at), reason: damage.into(), found: Some(cut(cell)) })
    })
}

fn read_record(record: &csv::ByteRecord, line: u64, ends_within: bool, sheet: &mut Sheet) {
    let (cells, filled, expected) = (record.len(), filled(record), sheet.header.width());
    let mut row = Cells { record, line, header: &sheet.header, errors: Vec::new() };
    if filled > expected || (ends_within && cells < expected) {
        let found = if filled > expected { filled } else { cells };
        row.errors.push(RowError { line, place: None, reason: Reason::CellCount { found, expected }, found: None });
    }
    let read = row.read_row();
    let mut errors = row.errors;
    if let Some(row) = read {
        if !errors.is_empty() {
            sheet.spoiled.insert(row.code.clone());
        }
        sheet.rows.push(row);
    }
    sheet.errors.append(&mut errors);
}

/// What an empty cell and a `-` mean in a column.
#[derive(Clone, Copy)]
enum Rule {
    /// Empty keeps, `-` clears.
    Clearable,
    /// Empty keeps, and the value can never be cleared.
    Lasting,
    /// Both clear.
    EmptyClears,
}

/// The cells of one row, and what is wrong with them.
struct Cells<'a> {
    record: &'a csv::ByteRecord,
    line: u64,
    header: &'a Header,
    errors: Vec<RowError>,
}

impl Cells<'_> {
    /// The row; none if its `code` cannot be read.
    fn read_row(&mut self) -> Option<TreeRow> {
        use Rule::{Clearable, EmptyClears, Lasting};
        let code = self.read_code();
        let row = TreeRow {
            parent: self.read(Column::Parent, EmptyClears, cell::parse),
            tier: self.read(Column::Tier, Lasting, cell::tier),
            name: self.read(Column::Name, Lasting, cell::name),
            office: self.read(Column::Office, Lasting, cell::parse),
            office_name: self.read(Column::OfficeName, Lasting, cell::name),
            office_kind: self.read(Column::OfficeKind, Lasting, cell::office_kind),
            province: self.read(Column::Province, Clearable, cell::province),
            channel: self.read(Column::Channel, Clearable, cell::parse),
            line_group_id: self.read(Column::LineGroupId, Clearable, cell::parse),
            members: self.read(Column::Members, Clearable, cell::people),
            head_count: self.read(Column::HeadCount, Clearable, cell::people),
            forwarding: self.read(Column::Forwarding, Lasting, cell::forwarding),
            forward_within: self.read(Column::ForwardWithin, EmptyClears, cell::minutes),
            way: self.read(Column::Way, Clearable, cell::way),
            push_after: self.read(Column::PushAfter, Clearable, cell::minutes),
            steward: self.read(Column::Steward, Clearable, cell::name),
            steward_title: self.read(Column::StewardTitle, Clearable, cell::name),
            steward_phone: self.read(Column::StewardPhone, Clearable, cell::phone),
            deputy: self.read(Column::Deputy, Clearable, cell::name),
            retired: self.read(Column::Retired, Lasting, cell::flag),
            // a bad code has been blamed by now; the other cells were read only for their faults
            ..TreeRow::new(self.line, code?)
        };
        Some(row)
    }

    fn read_code(&mut self) -> Option<Code> {
        let code = self.text(Column::Code).and_then(|text| match text.as_deref() {
            None | Some("") => Err(Reason::Empty),
            Some(text) => parse_cell(text, cell::parse),
        });
        self.accept(Column::Code, code)
    }

    fn read<T>(&mut self, column: Column, rule: Rule, parse: fn(&str) -> Result<T, Reason>) -> Patch<T> {
        let patch = self.text(column).and_then(|text| match (text.as_deref(), rule) {
            (None, _) | (Some(""), Rule::Clearable | Rule::Lasting) => Ok(Patch::Keep),
            (Some("-"), Rule::Lasting) => Err(Reason::NotClearable),
            (Some("" | "-"), _) => Ok(Patch::Clear),
            (Some(text), _) => parse_cell(text, parse).map(Patch::Set),
        });
        self.accept(column, patch).unwrap_or(Patch::Keep)
    }

    /// The cell, trimmed; empty if the row ends before it, none if the file does not have it.
    fn text(&self, column: Column) -> Result<Option<String>, Reason> {
        let bytes = self.header.index(column).map(|at| self.record.get(at).unwrap_or_default());
        let text = bytes.map(str::from_utf8).transpose().map_err(|_| Reason::Encoding)?;
        Ok(text.map(|text| trim_unseen(text).to_owned()))
    }

    fn accept<T>(&mut self, column: Column, result: Result<T, Reason>) -> Option<T> {
        result
            .map_err(|reason| {
                let cell = self.header.index(column).and_then(|at| self.record.get(at)).filter(|cell| !cell.is_empty());
                let (place, found) = (self.header.place(column), cell.map(cut));
                self.errors.push(RowError { line: self.line, place, reason, found });
            })
            .ok()
    }
}

/// As much of a cell as is shown.
fn cut(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
}

/// Reads a cell that says something, without the apostrophe that keeps spreadsheets from changing it.
fn parse_cell<T>(cell: &str, parse: impl Fn(&str) -> Result<T, Reason>) -> Result<T, Reason> {
    match Damage::of_cell(cell) {
        Some(damage) => Err(damage.into()),
        None => parse(restore(cell)),
    }
}

//! Writes rows as a tree file with all columns.
//!
//! Reading what was written gives the same rows, and so an import of an export changes nothing. Two
//! values cannot be kept by an empty cell (`parent`, `forward_within`); a row that keeps them cannot be
//! written, which never happens to rows that come from the database or the national chart.

use std::borrow::Cow;
use std::io;

use super::column::Column;
use super::patch::Patch;
use super::row::TreeRow;
use crate::group::LineGroupId;
use crate::ids::Code;
use crate::spreadsheet::{BYTE_ORDER_MARK, protect};

/// Why rows cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CannotWrite {
    /// The row keeps a value that an empty cell would clear.
    #[error("the row of group \"{code}\" does not say its \"{column}\"")]
    Kept {
        /// The row's group.
        code: Code,
        /// The column that it keeps.
        column: Column,
    },
    /// The file cannot be written.
    #[error("the tree file cannot be written")]
    Csv(#[from] csv::Error),
    /// The last of the file cannot be written.
    #[error("the tree file cannot be written to its end")]
    Io(#[from] io::Error),
}

/// Writes `rows` with a header to `out`, as UTF-8 with the byte order mark without which Excel shows no Thai.
///
/// # Errors
/// [`CannotWrite`] if `out` fails, or a row keeps its `parent` or `forward_within`.
pub fn write<'a>(rows: impl IntoIterator<Item = &'a TreeRow>, mut out: impl io::Write) -> Result<(), CannotWrite> {
    out.write_all(BYTE_ORDER_MARK.as_bytes())?;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(Column::ALL.iter().map(|column| column.name()))?;
    for row in rows {
        for (column, kept) in
            [(Column::Parent, row.parent.is_keep()), (Column::ForwardWithin, row.forward_within.is_keep())]
        {
            if kept {
                return Err(CannotWrite::Kept { code: row.code.clone(), column });
            }
        }
        csv.write_record(Column::ALL.iter().map(|&column| write_cell(row, column)))?;
    }
    Ok(csv.flush()?)
}

fn write_cell(row: &TreeRow, column: Column) -> String {
    let cell = text_in(row, column);
    match &cell {
        Patch::Set(text) => protect(text).into_owned(),
        Patch::Keep | Patch::Clear => as_read(cell, column).into_owned(),
    }
}

/// A cell as people read it: without what only keeps a spreadsheet from changing it.
pub(super) fn as_read(cell: Patch<Cow<'_, str>>, column: Column) -> Cow<'_, str> {
    match cell {
        Patch::Set(text) => text,
        // where an empty cell clears too, it is what people expect to see
        Patch::Clear if !matches!(column, Column::Parent | Column::ForwardWithin) => "-".into(),
        Patch::Clear | Patch::Keep => "".into(),
    }
}

/// What a row says in a column.
pub(super) fn text_in(row: &TreeRow, column: Column) -> Patch<Cow<'_, str>> {
    match column {
        Column::Code => Patch::Set(row.code.as_str().into()),
        Column::Parent => of_text(&row.parent, Code::as_str),
        Column::Tier => of_value(&row.tier, |tier| tier.number().to_string()),
        Column::Name => of_text(&row.name, String::as_str),
        Column::Office => of_text(&row.office, Code::as_str),
        Column::OfficeName => of_text(&row.office_name, String::as_str),
        Column::OfficeKind => of_text(&row.office_kind, |kind| kind.as_str()),
        Column::Province => of_text(&row.province, String::as_str),
        Column::Channel => of_text(&row.channel, Code::as_str),
        Column::LineGroupId => of_text(&row.line_group_id, LineGroupId::as_str),
        Column::Members => of_value(&row.members, i32::to_string),
        Column::HeadCount => of_value(&row.head_count, i32::to_string),
        Column::Forwarding => of_text(&row.forwarding, |how| how.as_str()),
        Column::ForwardWithin => of_value(&row.forward_within, i32::to_string),
        Column::Way => of_text(&row.way, |way| way.as_str()),
        Column::PushAfter => of_value(&row.push_after, i32::to_string),
        Column::Steward => of_text(&row.steward, String::as_str),
        Column::StewardTitle => of_text(&row.steward_title, String::as_str),
        Column::StewardPhone => of_text(&row.steward_phone, String::as_str),
        Column::Deputy => of_text(&row.deputy, String::as_str),
        Column::Retired => of_text(&row.retired, |retired| if *retired { "true" } else { "false" }),
    }
}

fn of_text<T>(patch: &Patch<T>, text: impl Fn(&T) -> &str) -> Patch<Cow<'_, str>> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(value) => Patch::Set(text(value).into()),
    }
}

fn of_value<T>(patch: &Patch<T>, text: impl Fn(&T) -> String) -> Patch<Cow<'_, str>> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(value) => Patch::Set(text(value).into()),
    }
}

//! Writes rows as a tree file with all columns.
//!
//! Reading what was written gives the same rows, and so an import of an export changes nothing. Two
//! values cannot be kept by an empty cell (`parent`, `forward_within`); a row that keeps them cannot be
//! written, which never happens to rows that come from the database or the national chart.

use std::io;

use super::column::Column;
use super::patch::Patch;
use super::row::TreeRow;
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

pub(super) fn write_cell(row: &TreeRow, column: Column) -> String {
    match column {
        Column::Code => row.code.to_string(),
        Column::Parent => emptied(write_patch(&row.parent, Code::to_string)),
        Column::Tier => write_patch(&row.tier, |tier| tier.number().to_string()),
        Column::Name => write_patch(&row.name, String::clone),
        Column::Office => write_patch(&row.office, Code::to_string),
        Column::OfficeName => write_patch(&row.office_name, String::clone),
        Column::OfficeKind => write_patch(&row.office_kind, |kind| kind.as_str().to_owned()),
        Column::Province => write_patch(&row.province, String::clone),
        Column::Channel => write_patch(&row.channel, Code::to_string),
        Column::LineGroupId => write_patch(&row.line_group_id, |id| id.as_str().to_owned()),
        Column::Members => write_patch(&row.members, i32::to_string),
        Column::HeadCount => write_patch(&row.head_count, i32::to_string),
        Column::Forwarding => write_patch(&row.forwarding, |how| how.as_str().to_owned()),
        Column::ForwardWithin => emptied(write_patch(&row.forward_within, i32::to_string)),
        Column::Way => write_patch(&row.way, |way| way.as_str().to_owned()),
        Column::PushAfter => write_patch(&row.push_after, i32::to_string),
        Column::Steward => write_patch(&row.steward, String::clone),
        Column::StewardTitle => write_patch(&row.steward_title, String::clone),
        Column::StewardPhone => write_patch(&row.steward_phone, String::clone),
        Column::Deputy => write_patch(&row.deputy, String::clone),
        Column::Retired => write_patch(&row.retired, bool::to_string),
    }
}

fn write_patch<T>(patch: &Patch<T>, text: impl Fn(&T) -> String) -> String {
    match patch {
        Patch::Keep => String::new(),
        Patch::Clear => "-".to_owned(),
        Patch::Set(value) => protect(&text(value)).into_owned(),
    }
}

/// Where an empty cell clears too, it is what people expect to see.
fn emptied(cell: String) -> String {
    if cell == "-" { String::new() } else { cell }
}

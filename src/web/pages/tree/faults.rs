//! The faults of a tree file in words: those of a file with line and column, those of a form by its field.

use crate::domain::tree_file::{Column as FileColumn, Reason, RowError};
use crate::web::pages::form_state::FormErrors;
use crate::web::ui::label::either;
use crate::web::ui::table::Column;
use crate::web::words::{Words, capital};

/// What is wrong, in a sentence.
pub(super) fn say_reason(t: Words, reason: &Reason) -> String {
    either(t, reason.thai(), capital(&reason.to_string()))
}

/// A fault as a sentence that names line and column.
pub(super) fn say_fault(t: Words, fault: &RowError) -> String {
    let (line, why) = (fault.line.to_string(), say_reason(t, &fault.reason));
    match &fault.place {
        Some(place) => t.say_with("tree-fault-at", &[("line", &line), ("column", &place.name), ("why", &why)]),
        None => t.say_with("tree-fault-in", &[("line", &line), ("why", &why)]),
    }
}

/// A fault of a file, as a line of a table.
pub(super) struct Fault {
    line: i64,
    column: String,
    found: String,
    reason: String,
}

impl Fault {
    pub(super) fn of(t: Words, error: &RowError) -> Self {
        let column = error.place.as_ref().map(|place| format!("{} ({})", place.name, place.number));
        Self {
            line: i64::try_from(error.line).unwrap_or(i64::MAX),
            column: column.unwrap_or_default(),
            found: error.found.clone().unwrap_or_default(),
            reason: say_reason(t, &error.reason),
        }
    }
}

pub(super) fn fault_columns<'a>() -> Vec<Column<'a, Fault>> {
    vec![
        Column::number("tree-fault-line", |fault: &Fault| fault.line),
        Column::text("tree-fault-column", |fault: &Fault| fault.column.clone()),
        Column::text("tree-fault-found", |fault: &Fault| fault.found.clone()),
        Column::text("tree-fault-why", |fault: &Fault| fault.reason.clone()).naming_the_row(),
    ]
}

/// The fields of a form that are cells of the file, by the same names; what is wrong with another is told on top.
const FIELDS: &[FileColumn] = &[
    FileColumn::Code,
    FileColumn::Parent,
    FileColumn::Name,
    FileColumn::Office,
    FileColumn::OfficeName,
    FileColumn::OfficeKind,
    FileColumn::Province,
    FileColumn::Channel,
    FileColumn::Members,
    FileColumn::HeadCount,
];

/// What is wrong on the whole.
pub(super) const WHOLE: &str = "whole";

/// The faults by their fields.
pub(super) fn by_field(t: Words, faults: &[RowError]) -> FormErrors {
    let mut errors = FormErrors::default();
    for fault in faults {
        let name = fault.place.as_ref().map(|place| place.name.as_ref());
        let field = FIELDS.iter().find(|column| Some(column.name()) == name).map_or(WHOLE, |column| column.name());
        errors.add(field, say_reason(t, &fault.reason));
    }
    errors
}

//! A single change as a tree file, so that what is typed into a form is held to the rules of the file and told with the same faults.

use super::column::Column;
use crate::spreadsheet::protect;

/// What a form says of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It is to be this.
    Text(String),
    /// It is to be empty.
    Cleared,
}

/// The file with these rows, one cell for each of the columns.
#[must_use]
pub fn file_of(columns: &[Column], rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    // into memory, and every row is as long as the first line: nothing can fail
    let _ = csv.write_record(columns.iter().map(|column| column.name()));
    for row in rows {
        let _ = csv.write_record(row.iter().map(|cell| match cell {
            Cell::Text(text) => protect(text).into_owned(),
            Cell::Cleared => "-".to_owned(),
        }));
    }
    csv.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree_file::{KnownTree, parse};

    #[test]
    fn a_form_is_read_as_the_file_that_it_makes() {
        let cell = |text: &str| Cell::Text(text.to_owned());
        let columns = [Column::Code, Column::Parent, Column::Name, Column::Members, Column::StewardPhone];
        let file = file_of(&columns, &[vec![cell("a"), cell("b"), cell("=1+1\n2"), Cell::Cleared, cell("0812345678")]]);
        let faults = parse(&file, &KnownTree::default()).expect_err("a line break is no part of a name").errors;
        assert!(faults.iter().any(|fault| fault.line == 2 && fault.place.as_ref().is_some_and(|at| at.name == "name")));
        assert!(!faults.iter().any(|fault| fault.place.as_ref().is_some_and(|at| at.name == "steward_phone")));
    }
}

//! Tables as CSV files that open in Excel as they are: a byte order mark so that Thai stays Thai, CRLF, and no cell
//! that a spreadsheet would take for a formula or make another number of (see [`spreadsheet`](crate::domain::spreadsheet)).

use crate::domain::spreadsheet::{BYTE_ORDER_MARK, protect};

/// A table with its headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these headings.
    pub fn new<H: Into<String>>(headings: impl IntoIterator<Item = H>) -> Self {
        Self { headings: headings.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row; it is cut or filled up to the headings.
    pub fn push<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let mut row: Vec<String> = cells.into_iter().map(Into::into).collect();
        row.resize(self.headings.len(), String::new());
        self.rows.push(row);
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The file.
    ///
    /// # Errors
    /// Never while it is written to memory; what the writer says is passed on.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        write(BYTE_ORDER_MARK.as_bytes(), std::iter::once(&self.headings).chain(&self.rows))
    }

    /// Its rows alone, as they go on a file that was begun.
    ///
    /// # Errors
    /// As [`Self::to_csv`].
    pub fn to_csv_lines(&self) -> Result<Vec<u8>, csv::Error> {
        write(&[], &self.rows)
    }
}

fn write<'a>(begin: &[u8], rows: impl IntoIterator<Item = &'a Vec<String>>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(begin.to_vec());
    for row in rows {
        writer.write_record(row.iter().map(|cell| protect(cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(cells: &[&str]) -> String {
        let mut table = Table::new(["กลุ่ม", "เหตุ"]);
        table.push(cells.iter().copied());
        String::from_utf8(table.to_csv().expect("in memory")).expect("UTF-8")
    }

    #[test]
    fn a_file_begins_with_a_mark_keeps_its_thai_and_ends_lines_as_excel_does() {
        assert_eq!(file(&["ลำพูน", "ปิดอยู่, รอ"]), "\u{feff}กลุ่ม,เหตุ\r\nลำพูน,\"ปิดอยู่, รอ\"\r\n");
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text() {
        for bad in ["=1+1", "+66", "-1+2", "@SUM(A1)", "\tx", "\rx", "-", "=HYPERLINK(\"x\")", "0812345678"] {
            let text = file(&[bad, ""]);
            let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            let row = reader.records().next().expect("a row").expect("readable");
            assert_eq!(row.get(0), Some(format!("'{bad}").as_str()));
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        assert!(file(&["-5", "-0.25"]).contains("-5,-0.25"));
    }

    #[test]
    fn rows_are_as_wide_as_the_headings() {
        assert!(file(&["one"]).ends_with("one,\r\n"));
        assert!(file(&["one", "two", "three"]).ends_with("one,two\r\n"));
    }
}

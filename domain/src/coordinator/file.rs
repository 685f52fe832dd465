//! A returned batch of coordinators: a CSV file with the nine columns of the form, in any order, named in English or as the form
//! names them. Everything that is wrong is told with its line and column.

use std::collections::HashSet;
use std::fmt;

use super::{BadEntry, Contacts, FormInput, Person};
use crate::spreadsheet::{BadEncoding, Damage, Layout, Lines, decode, restore};
use crate::thai::{compare_form, normal_form, trim_unseen};

/// Rows of a file at most: more than one province returns.
pub const MOST_ROWS: usize = 2_000;
/// Faults that are told at most.
const MOST_FAULTS: usize = 100;

/// A column of the file, a blank of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoordinatorColumn {
    /// หน่วยงาน
    Office,
    /// ชื่อ
    FirstName,
    /// นามสกุล
    LastName,
    /// ตำแหน่ง
    Position,
    /// สังกัด
    Affiliation,
    /// เบอร์โทรศัพท์
    Telephone,
    /// มือถือ
    Mobile,
    /// E-mail
    Email,
    /// ID Line
    LineId,
}

impl CoordinatorColumn {
    /// All nine, in the order of the form.
    pub const ALL: [Self; 9] = [
        Self::Office,
        Self::FirstName,
        Self::LastName,
        Self::Position,
        Self::Affiliation,
        Self::Telephone,
        Self::Mobile,
        Self::Email,
        Self::LineId,
    ];

    /// What the API, forms and files call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Position => "position",
            Self::Affiliation => "affiliation",
            Self::Telephone => "telephone",
            Self::Mobile => "mobile",
            Self::Email => "email",
            Self::LineId => "line_id",
        }
    }

    /// What the form calls it.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Office => "หน่วยงาน",
            Self::FirstName => "ชื่อ",
            Self::LastName => "นามสกุล",
            Self::Position => "ตำแหน่ง",
            Self::Affiliation => "สังกัด",
            Self::Telephone => "เบอร์โทรศัพท์",
            Self::Mobile => "มือถือ",
            Self::Email => "E-mail",
            Self::LineId => "ID Line",
        }
    }

    /// The column that a heading names.
    #[must_use]
    pub fn from_heading(heading: &str) -> Option<Self> {
        let heading = compare_form(trim_unseen(heading));
        Self::ALL.into_iter().find(|column| {
            heading == compare_form(column.thai()) || heading == column.name() || heading == compare_form(column.name())
        })
    }
}

/// A row that can be read: the office as the file names it, and who it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// From 1, counted as an editor counts lines.
    pub line: u64,
    /// The office's code or name.
    pub office: String,
    /// Who.
    pub person: Person,
    /// How to reach them.
    pub contacts: Contacts,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// From 1, counted as an editor counts lines.
    pub line: u64,
    /// Which column; none = the row or the file as a whole.
    pub column: Option<CoordinatorColumn>,
    /// What.
    pub reason: FileReason,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileReason {
    /// A blank is filled in wrongly.
    #[error(transparent)]
    Entry(#[from] BadEntry),
    /// It is in another encoding.
    #[error(transparent)]
    Encoding(#[from] BadEncoding),
    /// A spreadsheet has spoilt it.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// No such column.
    #[error("the first line does not name this column")]
    ColumnMissing,
    /// A heading that names none of the nine columns, or one twice.
    #[error("the first line names a column that is not one of the nine of the form, or one twice")]
    Heading,
    /// Another number of cells than headings.
    #[error("the row has more cells than the first line names columns")]
    CellCount,
    /// No row.
    #[error("the file has no row")]
    Empty,
    /// Too many rows.
    #[error("a file has at most {MOST_ROWS} rows")]
    TooManyRows,
    /// The office is named on an earlier line, too.
    #[error("the office is named on an earlier line, too")]
    OfficeTwice,
    /// No office of this code or name in reach.
    #[error("there is no office of this code or name, or it lies outside of what you may see")]
    OfficeAbsent,
    /// More than one office is called so.
    #[error("several offices have this name; give the office's code")]
    OfficeSeveral,
    /// Somebody was appointed later than the day of the batch.
    #[error("somebody was appointed there on this day or later")]
    NotLater,
}

impl FileReason {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> String {
        match self {
            Self::Entry(bad) => return bad.thai(),
            Self::Encoding(_) => "ไฟล์ไม่ใช่ UTF-8 โปรดบันทึกใหม่เป็น \"CSV UTF-8\"",
            Self::Damage(_) => "โปรแกรมตารางคำนวณทำให้ข้อมูลเสียหาย โปรดกลับไปใช้ไฟล์เดิมและกำหนดรูปแบบคอลัมน์เป็นข้อความ",
            Self::ColumnMissing => "บรรทัดแรกไม่มีคอลัมน์นี้",
            Self::Heading => "บรรทัดแรกมีชื่อคอลัมน์ที่ไม่ใช่ ๙ ช่องของแบบรายงาน หรือมีชื่อซ้ำ",
            Self::CellCount => "จำนวนช่องในแถวมากกว่าจำนวนคอลัมน์ในบรรทัดแรก",
            Self::Empty => "ไฟล์ไม่มีข้อมูล",
            Self::TooManyRows => "ไฟล์หนึ่งมีได้ไม่เกิน ๒,๐๐๐ แถว",
            Self::OfficeTwice => "หน่วยงานนี้อยู่ในบรรทัดก่อนหน้าแล้ว",
            Self::OfficeAbsent => "ไม่พบหน่วยงานที่มีรหัสหรือชื่อนี้ในขอบเขตของท่าน",
            Self::OfficeSeveral => "มีหลายหน่วยงานใช้ชื่อนี้ โปรดระบุรหัสหน่วยงาน",
            Self::NotLater => "หน่วยงานนี้มีผู้ประสานงานที่เริ่มปฏิบัติหน้าที่ในวันเดียวกันหรือหลังจากนั้นแล้ว",
        }
        .to_owned()
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "line {}, column {}: {}", self.line, column.name(), self.reason),
            None => write!(f, "line {}: {}", self.line, self.reason),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// All that is wrong with it, by line, as far as a person can mend at once.
pub fn parse(bytes: &[u8]) -> Result<Vec<FileRow>, Vec<FileFault>> {
    let whole = |line, reason| vec![FileFault { line, column: None, reason }];
    let bytes = decode(bytes).map_err(|bad| whole(1, bad.into()))?;
    let layout = Layout::of(&bytes, |name| CoordinatorColumn::from_heading(name).is_some());
    let text = bytes.get(layout.skip..).unwrap_or_default();
    let mut lines = Lines::of(text, 1 + u64::from(layout.skip > 0));
    let mut reader = csv::ReaderBuilder::new();
    let mut csv = reader.has_headers(false).flexible(true).delimiter(layout.separator).from_reader(text);
    let (mut rows, mut faults, mut columns) = (Vec::new(), Vec::new(), None);
    let mut offices = HashSet::new();
    let mut record = csv::ByteRecord::new();
    // reading from memory with rows of any length cannot fail, so an error is as good as the end
    while csv.read_byte_record(&mut record).unwrap_or(false) {
        let line = lines.line_of(&record);
        let cells: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        if let Some(damage) = cells.iter().find_map(|cell| Damage::of_file(cell)) {
            return Err(whole(line, damage.into()));
        }
        let Some(columns) = &columns else {
            columns = Some(read_headings(&cells, line)?);
            continue;
        };
        if cells.iter().all(|cell| trim_unseen(cell).is_empty()) {
            continue;
        }
        if rows.len() >= MOST_ROWS {
            return Err(whole(line, FileReason::TooManyRows));
        }
        match read_row(columns, &cells, line) {
            Ok(row) if !offices.insert(compare_form(&row.office)) => {
                let column = Some(CoordinatorColumn::Office);
                faults.push(FileFault { line, column, reason: FileReason::OfficeTwice });
            }
            Ok(row) => rows.push(row),
            Err(mut found) => faults.append(&mut found),
        }
        if faults.len() >= MOST_FAULTS {
            faults.truncate(MOST_FAULTS);
            return Err(faults);
        }
    }
    if !faults.is_empty() {
        Err(faults)
    } else if rows.is_empty() {
        Err(whole(1, FileReason::Empty))
    } else {
        Ok(rows)
    }
}

fn read_headings(cells: &[String], line: u64) -> Result<Vec<CoordinatorColumn>, Vec<FileFault>> {
    let named = cells.iter().map(|cell| trim_unseen(restore(cell)));
    // spreadsheets like to add empty cells at the end of a row
    let named: Vec<&str> = named.collect();
    let width = named.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let mut columns = Vec::new();
    for name in named.iter().take(width) {
        match CoordinatorColumn::from_heading(name).filter(|column| !columns.contains(column)) {
            Some(column) => columns.push(column),
            None => return Err(vec![FileFault { line, column: None, reason: FileReason::Heading }]),
        }
    }
    let missing = CoordinatorColumn::ALL.into_iter().filter(|column| !columns.contains(column));
    let faults: Vec<FileFault> =
        missing.map(|column| FileFault { line, column: Some(column), reason: FileReason::ColumnMissing }).collect();
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn read_row(columns: &[CoordinatorColumn], cells: &[String], line: u64) -> Result<FileRow, Vec<FileFault>> {
    use CoordinatorColumn as C;
    if cells.iter().skip(columns.len()).any(|cell| !trim_unseen(cell).is_empty()) {
        return Err(vec![FileFault { line, column: None, reason: FileReason::CellCount }]);
    }
    let cell = |column: C| {
        let at = columns.iter().position(|known| *known == column);
        at.and_then(|at| cells.get(at)).map_or("", |cell| restore(cell))
    };
    let mut faults = Vec::new();
    for column in [C::Telephone, C::Mobile] {
        if let Some(damage) = Damage::of_cell(cell(column)) {
            faults.push(FileFault { line, column: Some(column), reason: damage.into() });
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let office = normal_form(trim_unseen(cell(C::Office)));
    if office.is_empty() {
        let reason = BadEntry::Text(crate::text::BadText::Empty).into();
        faults.push(FileFault { line, column: Some(C::Office), reason });
    }
    let input = FormInput {
        first_name: cell(C::FirstName),
        last_name: cell(C::LastName),
        position: cell(C::Position),
        affiliation: cell(C::Affiliation),
        telephone: cell(C::Telephone),
        mobile: cell(C::Mobile),
        email: cell(C::Email),
        line_id: cell(C::LineId),
    };
    let read = input.read().map_err(|found| {
        let fault = |fault: super::EntryFault| FileFault { line, column: Some(fault.column), reason: fault.why.into() };
        faults.extend(found.into_iter().map(fault));
    });
    match read {
        Ok((person, contacts)) if faults.is_empty() => Ok(FileRow { line, office, person, contacts }),
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "หน่วยงาน,ชื่อ,นามสกุล,ตำแหน่ง,สังกัด,เบอร์โทรศัพท์,มือถือ,E-mail,ID Line\n";

    fn told(text: &str) -> Vec<String> {
        parse(text.as_bytes()).expect_err("faults").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_batch_is_read_with_the_headings_of_the_form_and_with_those_of_the_api() {
        let row = "lamphun-commerce,สมชาย,ใจดี,นักวิชาการพาณิชย์,,๐-๕๓๕๑-๑๑๙๒,,,\r\n";
        let english = "\u{feff}line_id;office;first_name;last_name;position;affiliation;telephone;mobile;email\r\n;x;a;b;c;;053511192;;\r\n;;;;;;;;\r\n";
        let read = parse(format!("{HEAD}{row}").as_bytes()).expect("a batch");
        assert_eq!(
            (read[0].line, read[0].office.as_str(), read[0].person.first_name.as_str()),
            (2, "lamphun-commerce", "สมชาย")
        );
        let read = parse(english.as_bytes()).expect("a batch");
        assert_eq!((read.len(), read[0].office.as_str()), (1, "x"));
    }

    #[test]
    fn faults_are_told_with_line_and_column() {
        let text =
            format!("{HEAD}a,ก,ข,ค,,812345678,,,\r\nA,ก,ข,ค,,053511192,,,\na,ก,ข,ค,,053511192,,,\n,,ข,ค,,,1,,\n");
        let told = told(&text);
        assert!(told[0].starts_with("line 2, column telephone: has lost the 0"), "{told:#?}");
        assert_eq!(told[1], "line 4, column office: the office is named on an earlier line, too");
        assert!(told[2].starts_with("line 5, column office: must not be empty"), "{told:#?}");
        assert!(told[3].starts_with("line 5, column first_name: must not be empty"), "{told:#?}");
        assert!(told[4].starts_with("line 5, column mobile: is no Thai telephone number"), "{told:#?}");
    }

    #[test]
    fn a_file_without_its_columns_or_rows_is_refused() {
        assert_eq!(told(HEAD), ["line 1: the file has no row"]);
        assert_eq!(told("office,first_name,shoe_size\n").len(), 1);
        assert_eq!(told("office,first_name\nx,y\n").len(), 7);
    }
}

//! The receive register of an office as one CSV file, for systems that keep a copy of the book. It is read and sent a page at a time, so
//! it has no limit.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::bulletins::words;
use super::register::read_filter;
use crate::domain::register::RegisterPlace;
use crate::domain::search::Words;
use crate::domain::time_bound::TimeInput;
use crate::report::Table;
use crate::store::register::listing::{Filter, list_entries};
use crate::store::{StoreError, Tx};
use crate::web::access::Caller;
use crate::web::access::offices::chosen;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::long_table::{LongTable, stream_file};
use crate::web::problem::{Problem, ProblemDetails};
use crate::web::view::register::RegisterEntry;
use crate::web::view::word;

/// What the file is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegisterFileQuery {
    /// Whose register, by the office's code; left out = that of the key's own office.
    office: Option<String>,
    /// Only of this year of the Buddhist era.
    #[param(value_type = Option<i16>, minimum = 2500, maximum = 2800)]
    year: Option<String>,
    /// Only those in which every one of these words stands, as in the list.
    #[param(value_type = Option<String>, max_length = 200, pattern = r"^\s*(?:[^\s\p{C}]+\s*){0,8}$")]
    #[serde(default, deserialize_with = "words")]
    q: Option<Words>,
    /// Only those received then or later.
    #[param(value_type = Option<Timestamp>)]
    since: Option<TimeInput>,
    /// Only those received before.
    #[param(value_type = Option<Timestamp>)]
    until: Option<TimeInput>,
}

/// The columns, called as the fields of an entry.
const COLUMNS: [&str; 15] = [
    "id",
    "year",
    "number",
    "received_at",
    "document_number",
    "document_date",
    "from",
    "to",
    "subject",
    "bulletin_id",
    "how",
    "recorded_at",
    "recorded_by",
    "remark",
    "doubts",
];

fn cells(row: &RegisterEntry) -> [String; 15] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        row.id.to_string(),
        row.year.to_string(),
        row.number.to_string(),
        row.received_at.to_string(),
        text(&row.document_number),
        text(&row.document_date),
        text(&row.from),
        text(&row.to),
        row.subject.clone(),
        row.bulletin_id.map(|id| id.to_string()).unwrap_or_default(),
        word(&row.how),
        row.recorded_at.to_string(),
        row.recorded_by.to_string(),
        text(&row.remark),
        row.doubts.iter().map(|doubt| doubt.code.as_str()).collect::<Vec<_>>().join(" "),
    ]
}

/// Newest number first. As nothing of a register changes, what is entered meanwhile moves nothing.
struct RegisterFile(Filter);

impl LongTable for RegisterFile {
    type Row = RegisterEntry;

    async fn read(
        &self,
        db: &mut Tx,
        after: Option<&RegisterEntry>,
        limit: i64,
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        let before = after.map(|row| RegisterPlace { year: row.year, number: row.number });
        let filter = Filter { before, ..self.0.clone() };
        Ok(list_entries(db, &filter, limit).await?.into_iter().map(RegisterEntry::of).collect())
    }

    fn write(&self, rows: &[RegisterEntry]) -> Table {
        let mut table = Table::new(COLUMNS);
        for row in rows {
            table.push(cells(row));
        }
        table
    }
}

/// The receive register of an office as a CSV file, newest number first, whole however long it is. The columns are called as the fields
/// of an entry; `doubts` has their codes, with blanks between. A cell that a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(get, path = "/register.csv", tag = "offices", params(RegisterFileQuery), responses(
    (status = 200, body = String, content_type = "text/csv; charset=utf-8",
        description = "UTF-8 with a byte order mark and a line of headings. A file that fails midway is broken off, never ended"),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn get_register_file(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<RegisterFileQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let narrowed = read_filter(query.year.as_deref(), query.since, query.until, app.now())?;
    let office = chosen(&mut db, &caller, query.office.as_deref(), "?office").await?;
    drop(db);
    let filter = Filter { words: query.q, ..narrowed.of(office.id) };
    stream_file(&app.db, &format!("register-{}", office.code), RegisterFile(filter)).await
}

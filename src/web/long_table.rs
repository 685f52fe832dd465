//! Long tables as CSV files: read a page at a time, and sent as the client takes them.
//!
//! What is held in memory is one page, and a connection of the pool only while one is read, however long the table is and however
//! slow the client. The first page is read before the answer begins, so that what is wrong by then is told as a problem. What fails
//! later breaks the answer off, which clients notice: no part of a file looks like all of it.

use axum::BoxError;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::problem::Problem;
use crate::report::Table;
use crate::store::{Db, StoreError, Tx};

/// Rows that are read at a time.
const AT_ONCE: usize = 1_000;

/// A table that is read from one end to the other.
pub trait LongTable: Send + Sync + 'static {
    /// What it has for each line.
    type Row: Send + Sync;

    /// The next rows after `after`, at most so many; fewer are the last ones.
    fn read(
        &self,
        tx: &mut Tx,
        after: Option<&Self::Row>,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Self::Row>, StoreError>> + Send;

    /// The lines of these rows, with the headings.
    fn write(&self, rows: &[Self::Row]) -> Table;
}

/// A file that is being sent.
struct Reading<T: LongTable> {
    db: Db,
    table: T,
    rows: Vec<T::Row>,
    /// Whether `rows` have been sent.
    sent: bool,
}

impl<T: LongTable> Reading<T> {
    async fn read(&self) -> Result<Vec<T::Row>, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = self.table.read(&mut tx, self.rows.last(), i64::try_from(AT_ONCE).unwrap_or(i64::MAX)).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// The next part of the file, and what comes behind it.
    async fn next(mut self) -> Result<Option<(Vec<u8>, Self)>, BoxError> {
        let is_first = !self.sent;
        if self.sent {
            if self.rows.len() < AT_ONCE {
                return Ok(None);
            }
            self.rows = self.read().await?;
        }
        self.sent = true;
        let lines = self.table.write(&self.rows);
        let part = if is_first { lines.to_csv()? } else { lines.to_csv_lines()? };
        Ok(Some((part, self)))
    }
}

/// The table as an answer that browsers save as `name.csv`.
///
/// # Errors
/// What the first page is refused with.
pub async fn stream_file<T: LongTable>(db: &Db, name: &str, table: T) -> Result<Response, Problem> {
    let mut reading = Reading { db: db.clone(), table, rows: Vec::new(), sent: false };
    reading.rows = reading.read().await?;
    let parts = stream::try_unfold(reading, async |reading| {
        reading.next().await.inspect_err(|error| {
            tracing::warn!(error = &**error as &dyn std::error::Error, "a file was broken off");
        })
    });
    Ok((headers_of(name), Body::from_stream(parts)).into_response())
}

/// The headers of a CSV file that browsers save as `name.csv`.
pub fn headers_of(name: &str) -> [(header::HeaderName, HeaderValue); 3] {
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{plain}.csv\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

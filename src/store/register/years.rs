//! The numbers of a register: one row for an office and a year, whose lock puts entries in order.

use crate::domain::actor::Actor;
use crate::domain::ids::OfficeId;
use crate::domain::register::RegisterYear;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// Takes the next number of an office's year, for an entry in this transaction; none where the year is closed.
pub async fn take_number(db: &mut Connection, office: OfficeId, year: RegisterYear) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!(
        "insert into register_years as y (office_id, year, last_number) values ($1, $2, 1)
        on conflict (office_id, year) do update set last_number = y.last_number + 1 where y.closed_at is null
        returning last_number",
        office.0,
        year.number(),
    )
    .fetch_optional(db)
    .await?)
}

/// Closes a year; gives its last number, or none where it is closed already.
pub async fn close_year(
    db: &mut Connection,
    office: OfficeId,
    year: RegisterYear,
    by: &Actor,
    now: Timestamp,
) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!(
        "insert into register_years as y (office_id, year, closed_at, closed_by) values ($1, $2, $3, $4)
        on conflict (office_id, year) do update set closed_at = excluded.closed_at, closed_by = excluded.closed_by
            where y.closed_at is null
        returning last_number",
        office.0,
        year.number(),
        now as Timestamp,
        by as &Actor,
    )
    .fetch_optional(db)
    .await?)
}

/// A year of an office's register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearRow {
    /// The year.
    pub year: RegisterYear,
    /// The last number that was given in it.
    pub last_number: i32,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// The years of an office's register, newest first.
pub async fn list_years(db: &mut Connection, office: OfficeId) -> Result<Vec<YearRow>> {
    Ok(sqlx::query_as!(
        YearRow,
        r#"select year as "year: RegisterYear", last_number, closed_at from register_years where office_id = $1 order by year desc"#,
        office.0,
    )
    .fetch_all(db)
    .await?)
}

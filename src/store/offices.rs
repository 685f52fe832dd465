//! Offices: read here; written by the tree import.

use super::{Connection, Result};
use crate::domain::ids::OfficeId;
use crate::domain::office::OfficeKind;

/// An office as it is stored.
#[derive(Clone, Debug)]
pub struct Office {
    /// Its number.
    pub id: OfficeId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind of body it is.
    pub kind: OfficeKind,
    /// Its province, where it has one.
    pub province: Option<String>,
}

/// The office called `code`.
///
/// # Errors
/// When the database fails.
pub async fn find_office(db: &mut Connection, code: &str) -> Result<Option<Office>> {
    Ok(sqlx::query_as!(
        Office,
        r#"select id as "id: OfficeId", code, name, kind, province from offices where code = $1"#,
        code,
    )
    .fetch_optional(db)
    .await?)
}

/// A page of offices by code, after `after`; with `scope`, those that have a group at or below one of these groups.
///
/// # Errors
/// When the database fails.
pub async fn list_offices(db: &mut Connection, scope: Option<&[i32]>, after: &str, limit: i64) -> Result<Vec<Office>> {
    Ok(sqlx::query_as!(
        Office,
        r#"select id as "id: OfficeId", code, name, kind, province from offices o
        where code > $1 and ($2::int[] is null
            or exists (select from groups g where g.office_id = o.id and g.path && $2))
        order by code limit $3"#,
        after,
        scope,
        limit,
    )
    .fetch_all(db)
    .await?)
}

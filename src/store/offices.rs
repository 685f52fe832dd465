//! Offices: read here; written by the tree import.

use super::{Connection, Result};
use crate::domain::ids::{GroupId, OfficeId};
use crate::domain::office::OfficeKind;
use crate::domain::search::name_patterns;
use crate::domain::thai::normal_form;

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

/// The office called `code`. It is found in any spelling of its code.
pub async fn find_office(db: &mut Connection, code: &str) -> Result<Option<Office>> {
    let code = normal_form(code);
    Ok(sqlx::query_as!(
        Office,
        r#"select id as "id: OfficeId", code, name, kind, province from offices where code = $1"#,
        code.trim(),
    )
    .fetch_optional(db)
    .await?)
}

/// The code of the province in which an office stands, if it stands in one.
pub async fn get_province(db: &mut Connection, office: OfficeId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("select province from offices where id = $1", office.0).fetch_one(db).await?)
}

/// A page of offices by code, after `after`; with `scope`, those that have a group at or below one of these groups.
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

/// The name of the office whose group this is.
pub async fn find_name_of_group(db: &mut Connection, group: GroupId) -> Result<Option<String>> {
    Ok(
        sqlx::query_scalar!(
            "select o.name from groups g join offices o on o.id = g.office_id where g.id = $1",
            group.0,
        )
        .fetch_optional(db)
        .await?,
    )
}

/// Offices whose name or code holds each piece of `text` in any spelling, the one of that code first, then by code; with `scope`, those with a group at or below one of these groups.
pub async fn search_offices(db: &mut Connection, scope: Option<&[i32]>, text: &str, limit: i64) -> Result<Vec<Office>> {
    let code = normal_form(text);
    Ok(sqlx::query_as!(
        Office,
        r#"select id as "id: OfficeId", code, name, kind, province from offices o
        where search_form like all ($1) and ($2::int[] is null
            or exists (select from groups g where g.office_id = o.id and g.path && $2))
        order by code = $4 desc, code limit $3"#,
        &name_patterns(text),
        scope,
        limit,
        code.trim(),
    )
    .fetch_all(db)
    .await?)
}

/// Whether an office has a group at or below one of these groups.
pub async fn is_under(db: &mut Connection, office: OfficeId, scope: &[i32]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from groups where office_id = $1 and path && $2) as "under!""#,
        office.0,
        scope,
    )
    .fetch_one(db)
    .await?)
}

/// Whether all groups of the office are at or below one of these.
pub async fn is_all_under(db: &mut Connection, office: OfficeId, scope: &[i32]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select not exists (select from groups where office_id = $1 and not path && $2) as "under!""#,
        office.0,
        scope,
    )
    .fetch_one(db)
    .await?)
}

/// The offices that have one of these codes or names, in the form in which names are compared; with `scope`, those with a group at or
/// below one of these groups.
pub async fn list_called(db: &mut Connection, scope: Option<&[i32]>, forms: &[String]) -> Result<Vec<Office>> {
    Ok(sqlx::query_as!(
        Office,
        r#"select id as "id: OfficeId", code, name, kind, province from offices o
        where (lower(code) = any ($1) or name_form = any ($1)) and ($2::int[] is null
            or exists (select from groups g where g.office_id = o.id and g.path && $2))
        order by code"#,
        forms,
        scope,
    )
    .fetch_all(db)
    .await?)
}

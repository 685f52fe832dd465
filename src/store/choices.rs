//! What an audience can be chosen from: the provinces and kinds of office of a part of the tree, and single groups.

use super::{Connection, Result};
use crate::domain::office::OfficeKind;

/// The provinces, by code, in which there are groups at or below `scope`.
pub async fn list_provinces(db: &mut Connection, scope: Option<&[i32]>) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct o.province as "province!" from offices o
        where o.province is not null and exists (
            select from groups g where g.office_id = o.id and not g.retired and ($1::int[] is null or g.path && $1))
        order by 1"#,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// The kinds of office of which there are groups at or below `scope`.
pub async fn list_office_kinds(db: &mut Connection, scope: Option<&[i32]>) -> Result<Vec<OfficeKind>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct o.kind as "kind: OfficeKind" from offices o
        where exists (
            select from groups g where g.office_id = o.id and not g.retired and ($1::int[] is null or g.path && $1))
        order by 1"#,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// A group that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The name of its office.
    pub office_name: String,
    /// 1, 2 or 3.
    pub tier: i16,
    /// Whether a LINE group is linked.
    pub linked: bool,
}

/// Groups at or below `scope` whose code, name or office holds all that `patterns` stand for; the highest first.
pub async fn list_matching(
    db: &mut Connection,
    scope: Option<&[i32]>,
    patterns: &[String],
    limit: i64,
) -> Result<Vec<Choice>> {
    Ok(sqlx::query_as!(
        Choice,
        r#"select g.code, g.name, o.name as office_name, g.tier, (g.line_group_id is not null) as "linked!"
        from groups g join offices o on o.id = g.office_id
        where not g.retired and ($1::int[] is null or g.path && $1)
            and (g.search_form || '|' || o.name_form) like all ($2)
        order by g.tier, g.code limit $3"#,
        scope,
        patterns,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The groups called `codes`, at or below `scope`; unknown codes are left out.
pub async fn list_by_codes(db: &mut Connection, scope: Option<&[i32]>, codes: &[String]) -> Result<Vec<Choice>> {
    Ok(sqlx::query_as!(
        Choice,
        r#"select g.code, g.name, o.name as office_name, g.tier, (g.line_group_id is not null) as "linked!"
        from groups g join offices o on o.id = g.office_id
        where g.code = any ($2) and ($1::int[] is null or g.path && $1)
        order by g.tier, g.code"#,
        scope,
        codes,
    )
    .fetch_all(db)
    .await?)
}

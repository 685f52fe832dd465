//! Which offices have named a coordinator, and which have not.

use super::Filter;
use crate::domain::office::OfficeKind;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// An office that has named nobody.
#[derive(Clone, Debug)]
pub struct OfficeWithout {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind of body it is.
    pub kind: OfficeKind,
    /// Its province.
    pub province: Option<String>,
}

/// Offices with a group in the tree and no coordinator now, by code; of `filter` the scope, the office and the province.
pub async fn list_missing(
    db: &mut Connection,
    filter: &Filter<'_>,
    after: &str,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<OfficeWithout>> {
    Ok(sqlx::query_as!(
        OfficeWithout,
        r#"select o.code, o.name, o.kind as "kind: OfficeKind", o.province from offices o
        where o.code > $1 and ($2::int is null or o.id = $2) and ($3::text is null or o.province = $3)
            and exists (select from groups g where g.office_id = o.id and not g.retired and ($4::int[] is null or g.path && $4))
            and not exists (select from coordinators c where c.office_id = o.id and not c.deputy
                and c.valid_from <= $5 and (c.valid_until is null or c.valid_until > $5))
        order by o.code limit $6"#,
        after,
        filter.office.map(|office| office.0) as Option<i32>,
        filter.province,
        filter.scope,
        now as Timestamp,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many offices with a group there are, and how many of them have a coordinator now; of `filter` the scope and the province.
pub async fn count_named(db: &mut Connection, filter: &Filter<'_>, now: Timestamp) -> Result<(i64, i64)> {
    let counted = sqlx::query!(
        r#"select count(*) as "offices!", count(*) filter (where exists (select from coordinators c where c.office_id = o.id and not c.deputy
                and c.valid_from <= $3 and (c.valid_until is null or c.valid_until > $3))) as "named!"
        from offices o where ($1::text is null or o.province = $1)
            and exists (select from groups g where g.office_id = o.id and not g.retired and ($2::int[] is null or g.path && $2))"#,
        filter.province,
        filter.scope,
        now as Timestamp,
    )
    .fetch_one(db)
    .await?;
    Ok((counted.offices, counted.named))
}

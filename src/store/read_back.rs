//! Read-back codes, each of a bulletin, an office and a subdistrict, and what was given back with them.

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::area::Area;
use crate::domain::dissemination::{Medium, Times};
use crate::domain::ids::{BulletinId, DisseminationId, OfficeId};
use crate::domain::read_back_code::ReadBackCode;
use crate::domain::time::Timestamp;

/// What a code is for.
#[derive(Clone, Debug)]
pub struct ReadBack {
    /// The bulletin.
    pub bulletin: BulletinId,
    /// What that is about.
    pub subject: String,
    /// The office that handed the sheet out.
    pub office: OfficeId,
    /// The subdistrict.
    pub area: Area,
}

/// What a code is for, if there is such a code.
pub async fn find_read_back(db: &mut Connection, code: &ReadBackCode) -> Result<Option<ReadBack>> {
    Ok(sqlx::query_as!(
        ReadBack,
        r#"select c.bulletin_id as "bulletin: BulletinId", b.subject, c.office_id as "office: OfficeId", c.area as "area: Area"
        from read_back_codes c join bulletins b on b.id = c.bulletin_id where c.code = $1"#,
        code as &ReadBackCode,
    )
    .fetch_optional(db)
    .await?)
}

/// The code of a bulletin, an office and a subdistrict.
pub async fn find_code(
    db: &mut Connection,
    bulletin: BulletinId,
    office: OfficeId,
    area: &Area,
) -> Result<Option<ReadBackCode>> {
    Ok(sqlx::query_scalar!(
        r#"select code as "code: ReadBackCode" from read_back_codes where bulletin_id = $1 and office_id = $2 and area = $3"#,
        bulletin.0,
        office.0,
        area as &Area,
    )
    .fetch_optional(db)
    .await?)
}

/// Keeps a new code; false where another has just been kept for the same, or this one is taken.
pub async fn insert_code(
    db: &mut Connection,
    code: &ReadBackCode,
    bulletin: BulletinId,
    office: OfficeId,
    area: &Area,
    by: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let made = sqlx::query!(
        "insert into read_back_codes (code, bulletin_id, office_id, area, made_at, made_by) values ($1, $2, $3, $4, $5, $6)
        on conflict do nothing",
        code as &ReadBackCode,
        bulletin.0,
        office.0,
        area as &Area,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(made.rows_affected() == 1)
}

/// Locks a code until the transaction ends, so that what is given back with it is taken one after the other.
pub async fn lock_code(db: &mut Connection, code: &ReadBackCode) -> Result<()> {
    sqlx::query!("select code from read_back_codes where code = $1 for update", code as &ReadBackCode)
        .fetch_optional(db)
        .await?;
    Ok(())
}

/// What was given back already for this place and medium since then, and holds.
pub async fn find_given_back(
    db: &mut Connection,
    read_back: &ReadBack,
    area: &Area,
    medium: Medium,
    since: Timestamp,
) -> Result<Option<(DisseminationId, Times)>> {
    let found = sqlx::query!(
        r#"select d.id as "id: DisseminationId", d.times as "times: Times" from disseminations d
        where d.bulletin_id = $1 and d.office_id = $2 and d.area = $3 and d.medium = $4 and d.spread_at >= $5
            and d.source in ('read_back', 'keyed_in') and not exists (select from disseminations n where n.replaces = d.id)
        order by d.id desc limit 1"#,
        read_back.bulletin.0,
        read_back.office.0,
        area as &Area,
        medium as Medium,
        since as Timestamp,
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|row| (row.id, row.times)))
}

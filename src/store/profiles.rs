//! What offices that publish are called in public, and where else they can be found.

use sqlx::types::Json;

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::{GroupId, OfficeId};
use crate::domain::issuer::{Links, Profile};
use crate::domain::text::Mention;
use crate::domain::time::Timestamp;

/// A profile as it is stored.
#[derive(Clone, Debug)]
pub struct StoredProfile {
    /// The public name.
    pub name: Option<String>,
    /// The unit that publishes.
    pub unit: Option<String>,
    /// Where else it can be found.
    pub links: Json<Links>,
    /// Counts its changes, from 1.
    pub version: i32,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The profile of an office, if it has one.
pub async fn find_profile(db: &mut Connection, office: OfficeId) -> Result<Option<StoredProfile>> {
    Ok(sqlx::query_as!(
        StoredProfile,
        r#"select name, unit, links as "links: Json<Links>", version, updated_at from office_profiles where office_id = $1"#,
        office.0,
    )
    .fetch_optional(db)
    .await?)
}

/// The profile of the office whose group this is.
pub async fn find_profile_of_group(db: &mut Connection, group: GroupId) -> Result<Option<StoredProfile>> {
    Ok(sqlx::query_as!(
        StoredProfile,
        r#"select p.name, p.unit, p.links as "links: Json<Links>", p.version, p.updated_at
        from office_profiles p join groups g on g.office_id = p.office_id where g.id = $1"#,
        group.0,
    )
    .fetch_optional(db)
    .await?)
}

/// Writes a profile where its version is still `seen` (0 = there is none yet); false where it is another.
pub async fn put_profile(
    db: &mut Connection,
    office: OfficeId,
    profile: &Profile,
    seen: i32,
    by: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let (name, unit) = (profile.name.as_ref().map(Mention::as_str), profile.unit.as_ref().map(Mention::as_str));
    let written = sqlx::query!(
        "insert into office_profiles as p (office_id, name, unit, links, version, updated_at, updated_by)
        select $1, $2, $3, $4, 1, $6, $7 where $5 = 0 or exists (select from office_profiles where office_id = $1)
        on conflict (office_id) do update set name = excluded.name, unit = excluded.unit, links = excluded.links,
            version = p.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by
            where p.version = $5",
        office.0,
        name,
        unit,
        Json(&profile.links) as _,
        seen,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// An office that publishes.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it has a profile.
    pub has_profile: bool,
}

/// Offices that have published or have a profile, by code; with `only`, this one alone, whatever it has done.
pub async fn list_issuers(db: &mut Connection, only: Option<OfficeId>, limit: i64) -> Result<Vec<Issuer>> {
    Ok(sqlx::query_as!(
        Issuer,
        r#"select o.code, o.name, p.office_id is not null as "has_profile!"
        from offices o left join office_profiles p on p.office_id = o.id
        where case when $1::int is not null then o.id = $1 else p.office_id is not null or exists (
            select from groups g join bulletins b on b.origin_id = g.id where g.office_id = o.id and b.published_at is not null) end
        order by o.code limit $2"#,
        only.map(|office| office.0),
        limit,
    )
    .fetch_all(db)
    .await?)
}

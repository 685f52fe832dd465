//! Appointments as they are made and ended, whole batches in one statement each.

use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::coordinator::{CoordinatorSource, Person};
use crate::domain::ids::{CoordinatorId, OfficeId};
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// Keeps every other command from changing the coordinators of these offices until the transaction ends.
pub async fn lock_offices(db: &mut Connection, offices: &[OfficeId]) -> Result<()> {
    let ids: Vec<i32> = offices.iter().map(|office| office.0).collect();
    sqlx::query!("select id from offices where id = any ($1) order by id for no key update", &ids)
        .fetch_all(db)
        .await?;
    Ok(())
}

/// The offices of these in which somebody is appointed at `from` or later.
pub async fn list_not_before(
    db: &mut Connection,
    offices: &[OfficeId],
    deputy: bool,
    from: Timestamp,
) -> Result<Vec<OfficeId>> {
    let ids: Vec<i32> = offices.iter().map(|office| office.0).collect();
    let found = sqlx::query_scalar!(
        "select distinct office_id from coordinators where office_id = any ($1) and deputy = $2 and valid_from >= $3",
        &ids,
        deputy,
        from as Timestamp,
    );
    Ok(found.fetch_all(db).await?.into_iter().map(OfficeId).collect())
}

/// Ends at `at` whoever of these offices would go on beyond it; gives how many.
pub async fn end_predecessors(
    db: &mut Connection,
    offices: &[OfficeId],
    deputy: bool,
    at: Timestamp,
    by: &Actor,
) -> Result<u64> {
    let ids: Vec<i32> = offices.iter().map(|office| office.0).collect();
    let ended = sqlx::query!(
        "update coordinators set valid_until = $3, ended_by = $4
        where office_id = any ($1) and deputy = $2 and (valid_until is null or valid_until > $3)",
        &ids,
        deputy,
        at as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected())
}

/// An appointment to be made.
#[derive(Clone, Debug)]
pub struct NewCoordinator {
    /// Its id.
    pub id: CoordinatorId,
    /// Where.
    pub office: OfficeId,
    /// Who.
    pub person: Person,
    /// How to reach them, sealed.
    pub contacts_sealed: Vec<u8>,
}

/// What appointments that are made together have in common.
#[derive(Clone, Debug)]
pub struct Making<'a> {
    /// Whether they are deputies.
    pub deputy: bool,
    /// From when.
    pub from: Timestamp,
    /// How the reply came in.
    pub source: CoordinatorSource,
    /// Who keys them in.
    pub by: &'a Actor,
    /// When.
    pub at: Timestamp,
}

/// Makes appointments.
pub async fn insert_coordinators(db: &mut Connection, new: &[NewCoordinator], making: &Making<'_>) -> Result<()> {
    let ids: Vec<Uuid> = new.iter().map(|one| one.id.0).collect();
    let offices: Vec<i32> = new.iter().map(|one| one.office.0).collect();
    let first_names: Vec<&str> = new.iter().map(|one| one.person.first_name.as_str()).collect();
    let last_names: Vec<&str> = new.iter().map(|one| one.person.last_name.as_str()).collect();
    let positions: Vec<&str> = new.iter().map(|one| one.person.position.as_str()).collect();
    let affiliations: Vec<Option<&str>> = new.iter().map(|one| one.person.affiliation.as_deref()).collect();
    let sealed: Vec<&[u8]> = new.iter().map(|one| one.contacts_sealed.as_slice()).collect();
    sqlx::query!(
        "insert into coordinators (id, office_id, deputy, first_name, last_name, position, affiliation, contacts_sealed, source,
            valid_from, made_by, made_at)
        select id, office_id, $8, first_name, last_name, position, affiliation, sealed, $9, $10, $11, $12
        from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
            as u(id, office_id, first_name, last_name, position, affiliation, sealed)",
        &ids,
        &offices,
        &first_names as &[&str],
        &last_names as &[&str],
        &positions as &[&str],
        &affiliations as &[Option<&str>],
        &sealed as &[&[u8]],
        making.deputy,
        making.source as CoordinatorSource,
        making.from as Timestamp,
        making.by as &Actor,
        making.at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends an appointment at `at`; false where it has begun no earlier, or has an end that is no later.
pub async fn end_coordinator(db: &mut Connection, id: CoordinatorId, at: Timestamp, by: &Actor) -> Result<bool> {
    let ended = sqlx::query!(
        "update coordinators set valid_until = $2, ended_by = $3
        where id = $1 and valid_from < $2 and (valid_until is null or valid_until > $2)",
        id.0,
        at as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}

//! Coordinators of offices: who is appointed, who was, and the offices that have named nobody.
//!
//! How to reach them is kept sealed and read by [`find_contacts`] and [`list_contacts`] only; lists do without it.

use uuid::Uuid;

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::coordinator::{CoordinatorSource, Person};
use crate::domain::ids::{CoordinatorId, OfficeId};
use crate::domain::office::OfficeKind;
use crate::domain::time::Timestamp;

/// An appointment, without how to reach the person.
#[derive(Clone, Debug)]
pub struct Coordinator {
    /// Its id.
    pub id: CoordinatorId,
    /// The office's number.
    pub office_id: OfficeId,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// What kind of body the office is.
    pub office_kind: OfficeKind,
    /// The office's province.
    pub province: Option<String>,
    /// Whether it is the deputy.
    pub deputy: bool,
    /// ชื่อ
    pub first_name: String,
    /// นามสกุล
    pub last_name: String,
    /// ตำแหน่ง
    pub position: String,
    /// สังกัด
    pub affiliation: Option<String>,
    /// How the reply came in.
    pub source: CoordinatorSource,
    /// From when.
    pub valid_from: Timestamp,
    /// Until when; none = nobody has ended it.
    pub valid_until: Option<Timestamp>,
    /// Who keyed it in.
    pub made_by: Actor,
    /// When.
    pub made_at: Timestamp,
    /// When the contacts were erased.
    pub erased_at: Option<Timestamp>,
}

impl Coordinator {
    /// Whether the appointment holds now.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.valid_from <= now && self.valid_until.is_none_or(|until| now < until)
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.valid_until.is_some_and(|until| until <= now)
    }
}

macro_rules! select_coordinators {
    ($conditions:literal, $($arguments:expr),* $(,)?) => {
        sqlx::query_as!(
            Coordinator,
            r#"select c.id as "id: CoordinatorId", c.office_id as "office_id: OfficeId", o.code as office, o.name as office_name,
                o.kind as "office_kind: OfficeKind", o.province, c.deputy, c.first_name, c.last_name, c.position, c.affiliation,
                c.source as "source: CoordinatorSource", c.valid_from, c.valid_until, c.made_by as "made_by: Actor", c.made_at, c.erased_at
            from coordinators c join offices o on o.id = c.office_id "#
                + $conditions,
            $($arguments),*
        )
    };
}

/// What a list is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    /// Of offices that have a group at or below one of these.
    pub scope: Option<&'a [i32]>,
    /// Of this office.
    pub office: Option<OfficeId>,
    /// Of offices in this province.
    pub province: Option<&'a str>,
    /// Also those that have ended.
    pub history: bool,
    /// After the appointment with this id of the office with this code.
    pub after: Option<(String, Uuid)>,
}

/// Appointments by office, the earlier before the later.
pub async fn list_coordinators(
    db: &mut Connection,
    filter: &Filter<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Coordinator>> {
    let (code, id) = filter.after.clone().unzip();
    Ok(select_coordinators!(
        "where ($1::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $1))
            and ($2::int is null or c.office_id = $2) and ($3::text is null or o.province = $3)
            and ($4 or c.valid_until is null or c.valid_until > $5)
            and ($6::text is null or (o.code, c.id) > ($6, $7::uuid))
        order by o.code, c.id limit $8",
        filter.scope,
        filter.office.map(|office| office.0) as Option<i32>,
        filter.province,
        filter.history,
        now as Timestamp,
        code,
        id,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// All appointments of an office, the latest first; those of the coordinator before those of the deputy.
pub async fn list_of_office(db: &mut Connection, office: OfficeId, limit: i64) -> Result<Vec<Coordinator>> {
    Ok(select_coordinators!("where c.office_id = $1 order by c.deputy, c.valid_from desc limit $2", office.0, limit,)
        .fetch_all(db)
        .await?)
}

/// One appointment, where an office of the scope made it.
pub async fn find_coordinator(
    db: &mut Connection,
    scope: Option<&[i32]>,
    id: CoordinatorId,
) -> Result<Option<Coordinator>> {
    Ok(select_coordinators!(
        "where c.id = $1
            and ($2::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $2))",
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// The sealed contacts of an appointment; none where they are erased.
pub async fn find_contacts(db: &mut Connection, id: CoordinatorId) -> Result<Option<Vec<u8>>> {
    let found = sqlx::query_scalar!("select contacts_sealed from coordinators where id = $1", id.0);
    Ok(found.fetch_optional(db).await?.flatten())
}

/// The sealed contacts of several appointments.
pub async fn list_contacts(db: &mut Connection, ids: &[CoordinatorId]) -> Result<Vec<(CoordinatorId, Vec<u8>)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let found = sqlx::query!(
        r#"select id, contacts_sealed as "sealed!" from coordinators where id = any ($1) and contacts_sealed is not null"#,
        &ids,
    );
    Ok(found.fetch_all(db).await?.into_iter().map(|row| (CoordinatorId(row.id), row.sealed)).collect())
}

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

/// Erases how to reach whoever's appointment ended before `before`; gives how many.
pub async fn erase_contacts(db: &mut Connection, before: Timestamp, now: Timestamp, limit: i64) -> Result<u64> {
    let erased = sqlx::query!(
        "update coordinators set contacts_sealed = null, erased_at = $2 where id in (
            select id from coordinators where erased_at is null and valid_until < $1
            order by valid_until limit $3 for update skip locked)",
        before as Timestamp,
        now as Timestamp,
        limit,
    )
    .execute(db)
    .await?;
    Ok(erased.rows_affected())
}

/// Contacts that are sealed with another key than `key_id`, after one of them.
pub async fn list_sealed(
    db: &mut Connection,
    key_id: &[u8],
    after: Option<CoordinatorId>,
    limit: i64,
) -> Result<Vec<(CoordinatorId, Vec<u8>)>> {
    let found = sqlx::query!(
        r#"select id, contacts_sealed as "sealed!" from coordinators
        where substring(contacts_sealed from 2 for 4) <> $1 and ($2::uuid is null or id > $2) order by id limit $3"#,
        key_id,
        after.map(|id| id.0) as Option<Uuid>,
        limit,
    );
    Ok(found.fetch_all(db).await?.into_iter().map(|row| (CoordinatorId(row.id), row.sealed)).collect())
}

/// Puts `sealed` in place of sealed contacts; false where they were changed meanwhile.
pub async fn update_sealed(db: &mut Connection, id: CoordinatorId, before: &[u8], sealed: &[u8]) -> Result<bool> {
    let changed = sqlx::query!(
        "update coordinators set contacts_sealed = $3 where id = $1 and contacts_sealed = $2",
        id.0,
        before,
        sealed,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}

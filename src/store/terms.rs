//! Terms of office: who was, is and will be the steward or the standing deputy of a group.
//!
//! Who is on duty is the row of `stewards` that has no end (`valid_until`). A successor waits in `steward_successors` until the day comes;
//! then the one row ends and the other begins, in one transaction, and the LINE user of whoever went is forgotten. So everything that
//! asks who is on duty goes on asking for one row, and a tree file goes on meaning "from now on". Called by `relay::terms` and upkeep.

use super::bindings::delete_of_duties;
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::GroupId;
use crate::domain::steward::Term;
use crate::domain::time::Timestamp;

/// Hand-overs in one transaction.
pub const AT_ONCE: i64 = 500;

/// A term on record.
#[derive(Clone, Debug)]
pub struct TermRow {
    /// Its number among those that have begun, or among those to come.
    pub id: i32,
    /// Whether it is to come.
    pub ahead: bool,
    /// Whether it is a deputy's.
    pub deputy: bool,
    /// The person.
    pub name: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// From when.
    pub begins_at: Timestamp,
    /// Until when; not at that moment any more. None = until somebody else is named.
    pub ends_at: Option<Timestamp>,
    /// Who named them; none = a tree file.
    pub named_by: Option<Actor>,
}

impl TermRow {
    /// Whether it is over at `now`.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|at| at <= now)
    }

    /// Whether it has not begun at `now`.
    #[must_use]
    pub fn is_to_come(&self, now: Timestamp) -> bool {
        self.ahead || self.begins_at > now
    }
}

/// The terms of a group, the latest first.
pub async fn list_terms(db: &mut Connection, group: GroupId, limit: i64) -> Result<Vec<TermRow>> {
    Ok(sqlx::query_as!(
        TermRow,
        r#"select id as "id!", ahead as "ahead!", deputy as "deputy!", name, title, phone,
            begins_at as "begins_at!: Timestamp", ends_at as "ends_at: Timestamp", named_by as "named_by: Actor"
        from (
            select id, true as ahead, deputy, name, title, phone, begins_at, ends_at, named_by
            from steward_successors where group_id = $1
            union all
            -- who never came on duty is no history
            select id, false, deputy, name, title, phone, valid_from, coalesce(valid_until, ends_at), named_by
            from stewards where group_id = $1 and (valid_until is null or valid_until > valid_from)
        ) as term order by begins_at desc, deputy, id desc limit $2"#,
        group.0,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The first moment of whoever is on duty now, for a lock until the transaction ends.
pub async fn lock_holder(db: &mut Connection, group: GroupId, deputy: bool) -> Result<Option<Timestamp>> {
    // before the row, as an import takes the table first too
    sqlx::query!("lock table stewards in row exclusive mode").execute(&mut *db).await?;
    Ok(sqlx::query_scalar!(
        r#"select valid_from as "valid_from: Timestamp" from stewards where group_id = $1 and deputy = $2 and valid_until is null for update"#,
        group.0,
        deputy,
    )
    .fetch_optional(db)
    .await?)
}

/// Names a successor; none where somebody takes over at that very moment already.
pub async fn insert_successor(
    db: &mut Connection,
    group: GroupId,
    deputy: bool,
    term: &Term,
    by: &Actor,
    now: Timestamp,
) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!(
        "insert into steward_successors (group_id, deputy, name, title, phone, begins_at, ends_at, named_by, named_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (group_id, deputy, begins_at) do nothing returning id",
        group.0,
        deputy,
        term.person().name(),
        term.person().title(),
        term.person().phone(),
        term.from() as Timestamp,
        term.until() as Option<Timestamp>,
        by as &Actor,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// Takes a successor back who has not begun; false where there is none.
pub async fn delete_successor(db: &mut Connection, group: GroupId, id: i32) -> Result<bool> {
    let gone = sqlx::query!("delete from steward_successors where id = $2 and group_id = $1", group.0, id);
    Ok(gone.execute(db).await?.rows_affected() == 1)
}

/// Sets when the duty of whoever holds it now ends by itself; false where nobody holds it, or it has begun no earlier.
pub async fn update_end(db: &mut Connection, group: GroupId, deputy: bool, at: Option<Timestamp>) -> Result<bool> {
    let set = sqlx::query!(
        "update stewards set ends_at = $3
        where group_id = $1 and deputy = $2 and valid_until is null and ($3::timestamptz is null or valid_from < $3)",
        group.0,
        deputy,
        at as Option<Timestamp>,
    );
    Ok(set.execute(db).await?.rows_affected() == 1)
}

/// A duty that changed hands, or ended.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// The group.
    pub group: GroupId,
    /// Whether it is the deputy's.
    pub deputy: bool,
    /// At what moment.
    pub at: Timestamp,
    /// Whether somebody took over.
    pub taken_over: bool,
}

/// Lets every successor take over whose time has come, the earliest of each duty; with `group` of that one only.
pub async fn take_over(db: &mut Connection, group: Option<GroupId>, now: Timestamp) -> Result<Vec<HandOver>> {
    let come = sqlx::query!(
        r#"delete from steward_successors where id in (
            select id from (
                select distinct on (group_id, deputy) id, begins_at from steward_successors
                where begins_at <= $1 and ($2::int is null or group_id = $2)
                order by group_id, deputy, begins_at
            ) as first order by begins_at limit $3)
        returning group_id, deputy, name, title, phone, begins_at as "begins_at: Timestamp", ends_at as "ends_at: Timestamp", named_by"#,
        now as Timestamp,
        group.map(|group| group.0) as Option<i32>,
        AT_ONCE,
    )
    .fetch_all(&mut *db)
    .await?;
    if come.is_empty() {
        return Ok(Vec::new());
    }
    let groups: Vec<i32> = come.iter().map(|row| row.group_id).collect();
    let deputies: Vec<bool> = come.iter().map(|row| row.deputy).collect();
    let begins: Vec<Timestamp> = come.iter().map(|row| row.begins_at).collect();
    let ended = sqlx::query_scalar!(
        // whose last day was over before has ended then
        "update stewards s set valid_until = greatest(s.valid_from, least(s.ends_at, u.begins_at))
        from unnest($1::int[], $2::bool[], $3::timestamptz[]) as u(group_id, deputy, begins_at)
        where s.group_id = u.group_id and s.deputy = u.deputy and s.valid_until is null returning s.id",
        &groups,
        &deputies,
        &begins as &[Timestamp],
    )
    .fetch_all(&mut *db)
    .await?;
    let names: Vec<Option<String>> = come.iter().map(|row| row.name.clone()).collect();
    let titles: Vec<Option<String>> = come.iter().map(|row| row.title.clone()).collect();
    let phones: Vec<Option<String>> = come.iter().map(|row| row.phone.clone()).collect();
    let ends: Vec<Option<Timestamp>> = come.iter().map(|row| row.ends_at).collect();
    let named_by: Vec<String> = come.iter().map(|row| row.named_by.clone()).collect();
    sqlx::query!(
        "insert into stewards (group_id, deputy, name, title, phone, valid_from, ends_at, named_by)
        select * from unnest($1::int[], $2::bool[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[])",
        &groups,
        &deputies,
        &names as &[Option<String>],
        &titles as &[Option<String>],
        &phones as &[Option<String>],
        &begins as &[Timestamp],
        &ends as &[Option<Timestamp>],
        &named_by,
    )
    .execute(&mut *db)
    .await?;
    // whoever took over is another person in LINE
    delete_of_duties(db, &ended).await?;
    let over = come.into_iter().map(|row| HandOver {
        group: GroupId(row.group_id),
        deputy: row.deputy,
        at: row.begins_at,
        taken_over: true,
    });
    Ok(over.collect())
}

/// Ends every duty whose time is over, with nobody after it; with `group` those of that one only.
pub async fn end_due(db: &mut Connection, group: Option<GroupId>, now: Timestamp) -> Result<Vec<HandOver>> {
    let ended = sqlx::query!(
        r#"update stewards set valid_until = ends_at where id in (
            select id from stewards where valid_until is null and ends_at <= $1 and ($3::int is null or group_id = $3)
            order by ends_at limit $2)
        returning id, group_id, deputy, valid_until as "at!: Timestamp""#,
        now as Timestamp,
        AT_ONCE,
        group.map(|group| group.0) as Option<i32>,
    )
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<i32> = ended.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        delete_of_duties(db, &ids).await?;
    }
    let over = ended.into_iter().map(|row| HandOver {
        group: GroupId(row.group_id),
        deputy: row.deputy,
        at: row.at,
        taken_over: false,
    });
    Ok(over.collect())
}

/// Erases how to reach whoever's duty ended before `before`, as nobody calls them any more; gives how many.
pub async fn erase_phones(db: &mut Connection, before: Timestamp, limit: i64) -> Result<u64> {
    let erased = sqlx::query!(
        "update stewards set phone = null where id in (
            select id from stewards where valid_until < $1 and phone is not null order by id limit $2)",
        before as Timestamp,
        limit,
    );
    Ok(erased.execute(db).await?.rows_affected())
}

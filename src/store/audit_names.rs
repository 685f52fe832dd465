//! What the things are called that entries of the audit are about. The audit keeps numbers and ids, which never change; names are looked
//! up for a page of it at a time. What is not there any more is left out.

use super::{Connection, Result};
use crate::domain::dissemination::Medium;
use crate::domain::ids::{BulletinId, CoordinatorId, DisseminationId, GroupId, OfficeId, RegisterEntryId};
use crate::domain::register::RegisterYear;
use crate::domain::request::RequestKind;

/// A group as the audit names it.
#[derive(Clone, Debug)]
pub struct GroupName {
    /// Its number.
    pub id: GroupId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The groups with these numbers.
pub async fn list_group_names(db: &mut Connection, numbers: &[i32]) -> Result<Vec<GroupName>> {
    let query = sqlx::query_as!(
        GroupName,
        r#"select id as "id: GroupId", code, name from groups where id = any ($1)"#,
        numbers,
    );
    Ok(query.fetch_all(db).await?)
}

/// The subjects of these bulletins.
pub async fn list_bulletin_subjects(db: &mut Connection, ids: &[BulletinId]) -> Result<Vec<(BulletinId, String)>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let query = sqlx::query!(r#"select id as "id: BulletinId", subject from bulletins where id = any ($1)"#, &ids[..]);
    Ok(query.fetch_all(db).await?.into_iter().map(|row| (row.id, row.subject)).collect())
}

/// The names for people of the accounts called so.
pub async fn list_display_names(db: &mut Connection, usernames: &[String]) -> Result<Vec<(String, String)>> {
    let query = sqlx::query!("select username, display_name from accounts where username = any ($1)", usernames);
    Ok(query.fetch_all(db).await?.into_iter().map(|row| (row.username, row.display_name)).collect())
}

/// An office as the audit names it.
#[derive(Clone, Debug)]
pub struct OfficeName {
    /// Its number.
    pub id: OfficeId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The offices with these numbers.
pub async fn list_office_names(db: &mut Connection, numbers: &[i32]) -> Result<Vec<OfficeName>> {
    let query = sqlx::query_as!(
        OfficeName,
        r#"select id as "id: OfficeId", code, name from offices where id = any ($1)"#,
        numbers,
    );
    Ok(query.fetch_all(db).await?)
}

/// An entry of a register as the audit names it.
#[derive(Clone, Debug)]
pub struct RegisterEntryName {
    /// Its id.
    pub id: RegisterEntryId,
    /// The office's name.
    pub office: String,
    /// Its year.
    pub year: RegisterYear,
    /// Its number in it.
    pub number: i32,
}

/// These entries of registers.
pub async fn list_register_entry_names(db: &mut Connection, ids: &[RegisterEntryId]) -> Result<Vec<RegisterEntryName>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let query = sqlx::query_as!(
        RegisterEntryName,
        r#"select e.id as "id: RegisterEntryId", o.name as office, e.year as "year: RegisterYear", e.number
        from register_entries e join offices o on o.id = e.office_id where e.id = any ($1)"#,
        &ids,
    );
    Ok(query.fetch_all(db).await?)
}

/// A request to an office as the audit names it.
#[derive(Clone, Debug)]
pub struct RequestName {
    /// Its number.
    pub id: i64,
    /// What is asked.
    pub kind: RequestKind,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
}

/// The requests with these numbers.
pub async fn list_request_names(db: &mut Connection, numbers: &[i64]) -> Result<Vec<RequestName>> {
    let query = sqlx::query_as!(
        RequestName,
        r#"select r.id, q.kind as "kind: RequestKind", o.code as office, o.name as office_name
        from office_requests r join requests q on q.bulletin_id = r.bulletin_id and q.no = r.request_no
            join offices o on o.id = r.office_id
        where r.id = any ($1)"#,
        numbers,
    );
    Ok(query.fetch_all(db).await?)
}

/// An appointment as the audit names it: by the office, and never by the person.
#[derive(Clone, Debug)]
pub struct CoordinatorName {
    /// Its id.
    pub id: CoordinatorId,
    /// Whether it is the deputy's.
    pub deputy: bool,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
}

/// These appointments.
pub async fn list_coordinator_names(db: &mut Connection, ids: &[CoordinatorId]) -> Result<Vec<CoordinatorName>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let query = sqlx::query_as!(
        CoordinatorName,
        r#"select c.id as "id: CoordinatorId", c.deputy, o.code as office, o.name as office_name
        from coordinators c join offices o on o.id = c.office_id where c.id = any ($1)"#,
        &ids,
    );
    Ok(query.fetch_all(db).await?)
}

/// A record of dissemination as the audit names it.
#[derive(Clone, Debug)]
pub struct DisseminationName {
    /// Its id.
    pub id: DisseminationId,
    /// By which medium.
    pub medium: Medium,
    /// The office's name.
    pub office: String,
}

/// These records of dissemination.
pub async fn list_dissemination_names(db: &mut Connection, ids: &[DisseminationId]) -> Result<Vec<DisseminationName>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let query = sqlx::query_as!(
        DisseminationName,
        r#"select d.id as "id: DisseminationId", d.medium as "medium: Medium", o.name as office
        from disseminations d join offices o on o.id = d.office_id where d.id = any ($1)"#,
        &ids,
    );
    Ok(query.fetch_all(db).await?)
}

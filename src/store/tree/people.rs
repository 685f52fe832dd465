//! Stewards and deputies: the duty of one ends when that of the next begins, and both stay on record.

use super::super::bindings::delete_replaced;
use super::super::{Connection, Result};
use super::plan::Plan;
use super::stored::Person;
use super::write::Numbers;
use crate::domain::time::Timestamp;

/// A person who forwards into a group from now on.
struct Duty<'a> {
    group: i32,
    deputy: bool,
    person: &'a Person,
}

/// Ends the duty of those who changed, and begins that of their successors.
pub(super) async fn write(db: &mut Connection, plan: &Plan, numbers: &Numbers<'_>, now: Timestamp) -> Result<()> {
    let deputies: Vec<Person> =
        plan.groups.iter().map(|planned| Person { title: planned.group.deputy.clone(), ..Person::default() }).collect();
    let mut duties = Vec::new();
    for (planned, deputy) in plan.groups.iter().zip(&deputies) {
        let group = numbers.group(&planned.code)?;
        if planned.parts.steward {
            duties.push(Duty { group, deputy: false, person: &planned.group.steward });
        }
        if planned.parts.deputy {
            duties.push(Duty { group, deputy: true, person: deputy });
        }
    }
    if duties.is_empty() {
        return Ok(());
    }
    end_duties(db, &duties, now).await?;
    let groups: Vec<i32> = duties.iter().map(|duty| duty.group).collect();
    duties.retain(|duty| !duty.person.is_nobody());
    begin_duties(db, &duties, now).await?;
    // whoever came after them is another person in LINE
    delete_replaced(db, &groups, now).await?;
    Ok(())
}

async fn end_duties(db: &mut Connection, duties: &[Duty<'_>], now: Timestamp) -> Result<()> {
    let groups: Vec<i32> = duties.iter().map(|duty| duty.group).collect();
    let deputies: Vec<bool> = duties.iter().map(|duty| duty.deputy).collect();
    sqlx::query!(
        "update stewards s set valid_until = $3
        from unnest($1::int[], $2::bool[]) as u(group_id, deputy)
        where s.group_id = u.group_id and s.deputy = u.deputy and s.valid_until is null",
        &groups,
        &deputies,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn begin_duties(db: &mut Connection, duties: &[Duty<'_>], now: Timestamp) -> Result<()> {
    let groups: Vec<i32> = duties.iter().map(|duty| duty.group).collect();
    let deputies: Vec<bool> = duties.iter().map(|duty| duty.deputy).collect();
    let names: Vec<Option<&str>> = duties.iter().map(|duty| duty.person.name.as_deref()).collect();
    let titles: Vec<Option<&str>> = duties.iter().map(|duty| duty.person.title.as_deref()).collect();
    let phones: Vec<Option<&str>> = duties.iter().map(|duty| duty.person.phone.as_deref()).collect();
    sqlx::query!(
        "insert into stewards (group_id, deputy, name, title, phone, valid_from)
        select group_id, deputy, name, title, phone, $6
        from unnest($1::int[], $2::bool[], $3::text[], $4::text[], $5::text[]) as u(group_id, deputy, name, title, phone)",
        &groups,
        &deputies,
        &names as &[Option<&str>],
        &titles as &[Option<&str>],
        &phones as &[Option<&str>],
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

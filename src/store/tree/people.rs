//! Stewards and deputies: the duty of one ends when that of the next begins, and both stay on record. Another telephone number of the
//! same steward begins no duty, so that the last day of the term and who named it stay.

use super::super::bindings::delete_replaced;
use super::super::{Connection, Result};
use super::plan::Plan;
use super::stored::Person;
use super::write::{Numbers, collect};
use crate::domain::time::Timestamp;

/// A person who forwards into a group from now on.
struct Duty<'a> {
    group: i32,
    deputy: bool,
    person: &'a Person,
}

/// Ends the duty of those who changed, and begins that of their successors.
pub(super) async fn write(db: &mut Connection, plan: &Plan, numbers: &Numbers<'_>, now: Timestamp) -> Result<()> {
    update_phones(db, plan, numbers).await?;
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
    let ended = end_duties(db, &duties, now).await?;
    duties.retain(|duty| !duty.person.is_nobody());
    begin_duties(db, &duties, now).await?;
    // whoever came after them is another person in LINE
    delete_replaced(db, &ended).await?;
    Ok(())
}

async fn update_phones(db: &mut Connection, plan: &Plan, numbers: &Numbers<'_>) -> Result<()> {
    let changed: Vec<_> = plan.groups.iter().filter(|planned| planned.parts.phone).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let groups = collect(&changed, |planned| numbers.group(&planned.code))?;
    let phones: Vec<Option<&str>> = changed.iter().map(|planned| planned.group.steward.phone.as_deref()).collect();
    sqlx::query!(
        "update stewards s set phone = u.phone from unnest($1::int[], $2::text[]) as u(group_id, phone)
        where s.group_id = u.group_id and not s.deputy and s.valid_until is null",
        &groups,
        &phones as &[Option<&str>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the numbers of the duties that ended.
async fn end_duties(db: &mut Connection, duties: &[Duty<'_>], now: Timestamp) -> Result<Vec<i32>> {
    let groups: Vec<i32> = duties.iter().map(|duty| duty.group).collect();
    let deputies: Vec<bool> = duties.iter().map(|duty| duty.deputy).collect();
    Ok(sqlx::query_scalar!(
        // whose last day is over has ended then, also where upkeep has not come by since
        "update stewards s set valid_until = least(s.ends_at, $3)
        from unnest($1::int[], $2::bool[]) as u(group_id, deputy)
        where s.group_id = u.group_id and s.deputy = u.deputy and s.valid_until is null returning s.id",
        &groups,
        &deputies,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
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

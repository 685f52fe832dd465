//! Writes a plan, set by set.
//!
//! The order matters: LINE groups that change hands are let go by all before anybody takes one, and new groups and
//! moved ones go in as one statement, as each may hang under the other and the database looks at the whole tree
//! after every statement.

use std::collections::HashMap;

use super::super::{Connection, Result, StoreError};
use super::plan::{Plan, PlannedGroup};
use super::stored::{Office, StoredTree};
use super::{links, people};
use crate::domain::bulletin::Forwarding;
use crate::domain::ids::Code;
use crate::domain::office::OfficeKind;
use crate::domain::search::compare_form;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;

/// Numbers by code, of what is there and of what is about to be.
pub(super) struct Numbers<'a> {
    offices: HashMap<&'a Code, i32>,
    groups: HashMap<&'a Code, i32>,
    channels: &'a HashMap<Code, i32>,
}

pub(super) async fn write(db: &mut Connection, stored: &StoredTree, plan: &Plan, now: Timestamp) -> Result<()> {
    let mut numbers = Numbers {
        offices: stored.offices.iter().filter_map(|(code, office)| Some((code, office.id?))).collect(),
        groups: stored.groups.iter().filter_map(|(code, group)| Some((code, group.id?))).collect(),
        channels: &stored.channels,
    };
    write_offices(db, &plan.offices, &mut numbers, now).await?;
    let (fresh, known): (Vec<_>, Vec<_>) = plan.groups.iter().partition(|planned| planned.group.id.is_none());
    for (planned, id) in fresh.iter().zip(take_group_numbers(db, fresh.len()).await?) {
        numbers.groups.insert(&planned.code, id);
    }
    let relinked: Vec<_> = known.iter().copied().filter(|planned| planned.parts.link).collect();
    links::release(db, &relinked, &numbers).await?;
    let moved: Vec<_> = known.iter().copied().filter(|planned| planned.parts.place).collect();
    place_groups(db, &fresh, &moved, &numbers, now).await?;
    let settled: Vec<_> = known.iter().copied().filter(|planned| planned.parts.settings).collect();
    update_settings(db, &settled, &numbers, now).await?;
    links::take(db, &relinked, &numbers, now).await?;
    people::write(db, plan, &numbers, now).await
}

impl Numbers<'_> {
    pub(super) fn group(&self, code: &Code) -> Result<i32> {
        self.groups.get(code).copied().ok_or(StoreError::Absent("group"))
    }

    fn parent(&self, planned: &PlannedGroup) -> Result<Option<i32>> {
        planned.group.parent.as_ref().map(|code| self.group(code)).transpose()
    }

    fn office(&self, planned: &PlannedGroup) -> Result<i32> {
        self.offices.get(&planned.group.office).copied().ok_or(StoreError::Absent("office"))
    }

    pub(super) fn channel(&self, planned: &PlannedGroup) -> Result<Option<i32>> {
        let number = |code| self.channels.get(code).copied().ok_or(StoreError::Absent("channel"));
        planned.group.channel.as_ref().map(number).transpose()
    }
}

async fn write_offices<'a>(
    db: &mut Connection,
    offices: &'a [(Code, Office)],
    numbers: &mut Numbers<'a>,
    now: Timestamp,
) -> Result<()> {
    if offices.is_empty() {
        return Ok(());
    }
    let codes: Vec<&str> = offices.iter().map(|(code, _)| code.as_str()).collect();
    let names: Vec<&str> = offices.iter().map(|(_, office)| office.name.as_str()).collect();
    let forms: Vec<String> = offices.iter().map(|(_, office)| compare_form(&office.name)).collect();
    let kinds: Vec<OfficeKind> = offices.iter().map(|(_, office)| office.kind).collect();
    let provinces: Vec<Option<&str>> = offices.iter().map(|(_, office)| office.province.as_deref()).collect();
    let written = sqlx::query!(
        "insert into offices (code, name, name_form, kind, province, created_at, updated_at)
        select code, name, name_form, kind, province, $5, $5
        from unnest($1::text[], $2::text[], $3::office_kind[], $4::text[], $6::text[])
            as u(code, name, kind, province, name_form)
        on conflict (code) do update set name = excluded.name, name_form = excluded.name_form, kind = excluded.kind,
            province = excluded.province, updated_at = excluded.updated_at
        returning id, code",
        &codes as &[&str],
        &names as &[&str],
        &kinds as &[OfficeKind],
        &provinces as &[Option<&str>],
        now as Timestamp,
        &forms,
    )
    .fetch_all(db)
    .await?;
    let ids: HashMap<String, i32> = written.into_iter().map(|row| (row.code, row.id)).collect();
    for (code, _) in offices {
        if let Some(id) = ids.get(code.as_str()) {
            numbers.offices.insert(code, *id);
        }
    }
    Ok(())
}

/// Numbers for new groups, in the order in which they will be written.
async fn take_group_numbers(db: &mut Connection, count: usize) -> Result<Vec<i32>> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    Ok(sqlx::query_scalar!(
        r#"select nextval(pg_get_serial_sequence('groups', 'id'))::int as "id!" from generate_series(1, $1::int)"#,
        count,
    )
    .fetch_all(db)
    .await?)
}

/// Adds `fresh` and moves `moved` in one statement.
async fn place_groups(
    db: &mut Connection,
    fresh: &[&PlannedGroup],
    moved: &[&PlannedGroup],
    numbers: &Numbers<'_>,
    now: Timestamp,
) -> Result<()> {
    if fresh.is_empty() && moved.is_empty() {
        return Ok(());
    }
    let ids = collect(fresh, |planned| numbers.group(&planned.code))?;
    let codes: Vec<&str> = fresh.iter().map(|planned| planned.code.as_str()).collect();
    let parents = collect(fresh, |planned| numbers.parent(planned))?;
    let tiers: Vec<i16> = fresh.iter().map(|planned| planned.group.tier.number()).collect();
    let names: Vec<&str> = fresh.iter().map(|planned| planned.group.name.as_str()).collect();
    let forms: Vec<String> = fresh.iter().map(|planned| compare_form(&planned.group.name)).collect();
    let offices = collect(fresh, |planned| numbers.office(planned))?;
    let channels = collect(fresh, |planned| numbers.channel(planned))?;
    let links: Vec<Option<&str>> = fresh.iter().map(|planned| planned.link()).collect();
    let members: Vec<Option<i32>> = fresh.iter().map(|planned| planned.group.members).collect();
    let head_counts: Vec<Option<i32>> = fresh.iter().map(|planned| planned.group.head_count).collect();
    let forwardings: Vec<Forwarding> = fresh.iter().map(|planned| planned.group.forwarding).collect();
    let withins: Vec<Option<i32>> = fresh.iter().map(|planned| planned.group.forward_within).collect();
    let ways: Vec<Option<Way>> = fresh.iter().map(|planned| planned.group.way).collect();
    let push_afters: Vec<Option<i32>> = fresh.iter().map(|planned| planned.group.push_after).collect();
    let retired: Vec<bool> = fresh.iter().map(|planned| planned.group.retired).collect();
    let moved_ids = collect(moved, |planned| numbers.group(&planned.code))?;
    let moved_parents = collect(moved, |planned| numbers.parent(planned))?;
    let moved_tiers: Vec<i16> = moved.iter().map(|planned| planned.group.tier.number()).collect();
    sqlx::query!(
        "with added as (
            insert into groups (id, code, parent_id, tier, name, office_id, channel_id, line_group_id, linked_at, members,
                head_count, forwarding, forward_within, retired, created_at, updated_at, name_form, way, push_after)
            select id, code, parent_id, tier, name, office_id, channel_id, line_group_id,
                case when line_group_id is not null then $14::timestamptz end, members, head_count, forwarding,
                forward_within, retired, $14, $14, name_form, way, push_after
            from unnest($1::int[], $2::text[], $3::int[], $4::smallint[], $5::text[], $6::int[], $7::int[], $8::text[],
                $9::int[], $10::int[], $11::forwarding[], $12::int[], $13::bool[], $18::text[], $19::group_way[], $20::int[])
                as u(id, code, parent_id, tier, name, office_id, channel_id, line_group_id, members, head_count,
                    forwarding, forward_within, retired, name_form, way, push_after)
        )
        update groups g set parent_id = u.parent_id, tier = u.tier, updated_at = $14
        from unnest($15::int[], $16::int[], $17::smallint[]) as u(id, parent_id, tier) where g.id = u.id",
        &ids,
        &codes as &[&str],
        &parents as &[Option<i32>],
        &tiers,
        &names as &[&str],
        &offices,
        &channels as &[Option<i32>],
        &links as &[Option<&str>],
        &members as &[Option<i32>],
        &head_counts as &[Option<i32>],
        &forwardings as &[Forwarding],
        &withins as &[Option<i32>],
        &retired,
        now as Timestamp,
        &moved_ids,
        &moved_parents as &[Option<i32>],
        &moved_tiers,
        &forms,
        &ways as &[Option<Way>],
        &push_afters as &[Option<i32>],
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn update_settings(
    db: &mut Connection,
    changed: &[&PlannedGroup],
    numbers: &Numbers<'_>,
    now: Timestamp,
) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let ids = collect(changed, |planned| numbers.group(&planned.code))?;
    let names: Vec<&str> = changed.iter().map(|planned| planned.group.name.as_str()).collect();
    let form_of = |planned: &&PlannedGroup| planned.parts.name.then(|| compare_form(&planned.group.name));
    let forms: Vec<Option<String>> = changed.iter().map(form_of).collect();
    let offices = collect(changed, |planned| numbers.office(planned))?;
    let members: Vec<Option<i32>> = changed.iter().map(|planned| planned.group.members).collect();
    let head_counts: Vec<Option<i32>> = changed.iter().map(|planned| planned.group.head_count).collect();
    let forwardings: Vec<Forwarding> = changed.iter().map(|planned| planned.group.forwarding).collect();
    let withins: Vec<Option<i32>> = changed.iter().map(|planned| planned.group.forward_within).collect();
    let ways: Vec<Option<Way>> = changed.iter().map(|planned| planned.group.way).collect();
    let push_afters: Vec<Option<i32>> = changed.iter().map(|planned| planned.group.push_after).collect();
    let retired: Vec<bool> = changed.iter().map(|planned| planned.group.retired).collect();
    sqlx::query!(
        "update groups g set name = u.name, name_form = coalesce(u.name_form, g.name_form), office_id = u.office_id, members = u.members, head_count = u.head_count,
            forwarding = u.forwarding, forward_within = u.forward_within, retired = u.retired, way = u.way, push_after = u.push_after, updated_at = $9
        from unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::int[], $6::forwarding[], $7::int[], $8::bool[],
            $10::text[], $11::group_way[], $12::int[])
                as u(id, name, office_id, members, head_count, forwarding, forward_within, retired, name_form, way, push_after)
        where g.id = u.id",
        &ids,
        &names as &[&str],
        &offices,
        &members as &[Option<i32>],
        &head_counts as &[Option<i32>],
        &forwardings as &[Forwarding],
        &withins as &[Option<i32>],
        &retired,
        now as Timestamp,
        &forms as &[Option<String>],
        &ways as &[Option<Way>],
        &push_afters as &[Option<i32>],
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) fn collect<T>(groups: &[&PlannedGroup], of: impl Fn(&PlannedGroup) -> Result<T>) -> Result<Vec<T>> {
    groups.iter().map(|planned| of(planned)).collect()
}

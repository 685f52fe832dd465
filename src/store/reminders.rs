//! Reminders: planned once each by an insert, tried under a key of their own (`reminder_tries`), and kept with what became of them.
//!
//! Planning is one statement over all held deliveries whose stewards can be written to. Half of a delivery's time (until it goes
//! on by itself, or as the settings say) passes between one step and the next; a step that nobody is bound for is passed over, and
//! of two to the same person that are due together, as after a night, only the later one is planned. An alert about a LINE
//! group has one step.

use super::{Connection, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::reminder::{ReminderOutcome, ReminderStep};
use crate::domain::time::Timestamp;

/// What a planning goes by.
#[derive(Clone, Copy, Debug)]
pub struct Planning {
    /// For each urgency, routine first: seconds until the time is over of what never goes on by itself.
    pub deadlines: [i64; 4],
    /// Offices are closed: only what is most urgent is planned.
    pub only_most_urgent: bool,
}

/// Plans every reminder that is due at `now` and was not planned before; gives how many.
pub async fn plan(db: &mut Connection, planning: &Planning, now: Timestamp) -> Result<u64> {
    let planned = sqlx::query!(
        r#"with bound as materialized (
            -- for each office the office-holder and the deputy, of several deputies one who is on duty for a while
            select distinct on (a.office_id, a.deputy or s.id is not null) a.office_id, a.deputy or s.id is not null as deputy,
                k.account_id, k.channel_id, k.person
            from bindings k join accounts a on a.id = k.account_id and a.role = 'steward' and a.disabled_at is null
                    and (a.valid_from is null or a.valid_from <= $1) and (a.valid_until is null or a.valid_until > $1)
                left join stewards s on s.account_id = a.id and s.valid_from <= $1 and s.valid_until > $1
            order by a.office_id, a.deputy or s.id is not null, s.id nulls last, a.id
        ), live as materialized (
            select b.no from bulletins b
            where b.no in (select bulletin_no from progress where waiting + held + ready > 0 and held > 0)
                and b.stage = 'published' and b.expires_at > $1
        ), near as materialized (
            select g.id from groups g left join groups up on up.id = g.parent_id
            where g.office_id in (select office_id from bound) or up.office_id in (select office_id from bound)
        ), held as materialized (
            select d.bulletin_no, d.group_id, d.parent_group, g.office_id, up.office_id as above_office, d.turn_at,
                greatest(coalesce(extract(epoch from d.release_at - d.turn_at), ($2::bigint[])[4 - d.priority / 2]), 60) / 2 as half
            -- one by one: a join might be planned as a walk through all deliveries there ever were
            from live cross join near cross join lateral (
                    select * from deliveries d where d.bulletin_no = live.no and d.group_id = near.id and d.state = 'held'
                        and d.steward_at is null and (not $3 or d.priority / 2 = 0) limit 1) d
                join groups g on g.id = d.group_id left join groups up on up.id = d.parent_group
        ), passed as (
            select h.*, least(4, floor(extract(epoch from $1 - h.turn_at) / h.half)) as steps, r.last_step, r.last_at,
                (r.last_at is null or $1 >= r.last_at + make_interval(secs => h.half)) as rested
            from held h cross join lateral (
                select max(case r.step when 'half' then 1 when 'deadline' then 2 else 3 end) as last_step, max(r.planned_at) as last_at
                from reminders r
                where r.bulletin_no = h.bulletin_no and r.group_id = h.group_id and r.step <> 'above') r
        ), own as (
            select distinct on (p.bulletin_no, p.group_id) p.bulletin_no, p.group_id, s.step, array[p.group_id] as about,
                b.account_id, b.channel_id, b.person
            from passed p join (values (1, 'half'::reminder_step, false), (2, 'deadline', false), (3, 'deputy', true))
                    as s(n, step, deputy) on s.n <= p.steps and s.n > coalesce(p.last_step, 0) and (s.n > 1 or p.steps < 2)
                join bound b on b.office_id = p.office_id and b.deputy = s.deputy
            where p.rested
            order by p.bulletin_no, p.group_id, s.n
        ), above as (
            select p.bulletin_no, p.parent_group as group_id, 'above'::reminder_step as step,
                (select array_agg(d.group_id order by d.group_id) from deliveries d
                where d.bulletin_no = p.bulletin_no and d.parent_group = p.parent_group and d.state = 'held') as about,
                b.account_id, b.channel_id, b.person
            from passed p join bound b on b.office_id = p.above_office and not b.deputy
            where p.steps >= 4 and p.rested
                -- its own steward and deputy come first
                and not exists (select from own o where o.bulletin_no = p.bulletin_no and o.group_id = p.group_id)
            group by p.bulletin_no, p.parent_group, b.account_id, b.channel_id, b.person
        )
        insert into reminders (bulletin_no, group_id, step, about, account_id, channel_id, person, planned_at, try_at)
        select *, $1, $1 from own union all select *, $1, $1 from above
        on conflict do nothing"#,
        now as Timestamp,
        &planning.deadlines,
        planning.only_most_urgent,
    )
    .execute(db)
    .await?;
    Ok(planned.rows_affected())
}

/// Plans to tell of every open alert about a LINE group, once, the bound steward of its office, or the deputy where only that one is
/// bound; gives how many.
pub async fn plan_alerts(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let planned = sqlx::query!(
        "insert into reminders (alert_id, group_id, about, account_id, channel_id, person, planned_at, try_at)
        select distinct on (w.id) w.id, w.group_id, array[w.group_id], k.account_id, k.channel_id, k.person, $1, $1
        from group_alerts w join groups g on g.id = w.group_id
            join accounts a on a.office_id = g.office_id and a.role = 'steward' and a.disabled_at is null
                and (a.valid_from is null or a.valid_from <= $1) and (a.valid_until is null or a.valid_until > $1)
            join bindings k on k.account_id = a.id
            left join stewards s on s.account_id = a.id and s.valid_from <= $1 and s.valid_until > $1
        where w.cleared_at is null and not exists (select from reminders r where r.alert_id = w.id)
        order by w.id, a.deputy or s.id is not null, a.id
        on conflict do nothing",
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(planned.rows_affected())
}

/// A reminder about a delivery, as its timeline tells it.
#[derive(Clone, Copy, Debug)]
pub struct ReminderRow {
    /// Which.
    pub step: ReminderStep,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How.
    pub outcome: Option<ReminderOutcome>,
}

/// The reminders about a delivery, in their order.
pub async fn list_of_delivery(db: &mut Connection, delivery: DeliveryId) -> Result<Vec<ReminderRow>> {
    Ok(sqlx::query_as!(
        ReminderRow,
        r#"select step as "step!: ReminderStep", planned_at, ended_at as "ended_at?: Timestamp",
            outcome as "outcome?: ReminderOutcome"
        from reminders where bulletin_no = $1 and ((step <> 'above' and group_id = $2) or (step = 'above' and about @> array[$2::int]))
        order by planned_at, step"#,
        delivery.bulletin_no().0,
        delivery.group().0,
    )
    .fetch_all(db)
    .await?)
}

/// Forgets reminders that were planned before `oldest`, but for those of alerts that are open still: nobody is told of one again.
pub async fn delete_old_reminders(db: &mut Connection, oldest: Timestamp) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from reminders r where r.planned_at < $1
            and not exists (select from group_alerts a where a.id = r.alert_id and a.cleared_at is null)",
        oldest as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

//! Reminders: planned once each by an insert, tried under a key of their own, and kept with what became of them.
//!
//! Planning is one statement over all held deliveries whose stewards can be written to. Half of a delivery's time (until it goes
//! on by itself, or as the settings say) passes between one step and the next; a step that nobody is bound for is passed over, and
//! of two to the same person that are due together, as after a night, only the later one is planned.

use uuid::Uuid;

use super::{Connection, Result};
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::ids::{AccountId, BulletinId, BulletinNo, ChannelId, DeliveryId, GroupId};
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

/// Ends what nobody has to be reminded of any more: all whom it is about acted, the bulletin ended, or the person is bound no more.
/// Gives how many ended in which way.
pub async fn end_unneeded(
    db: &mut Connection,
    oldest_key: Timestamp,
    now: Timestamp,
) -> Result<Vec<(ReminderOutcome, i64)>> {
    let ended = sqlx::query!(
        r#"with ended as (
            update reminders r set ended_at = $1,
                outcome = case when r.outcome_open then 'unknown' when r.first_tried_at <= $2 then 'refused' else 'not_needed' end::reminder_outcome
            where r.ended_at is null and (r.first_tried_at <= $2
                or not exists (select from bulletins b where b.no = r.bulletin_no and b.stage = 'published' and b.expires_at > $1)
                or not exists (
                    select from bindings k
                    where k.account_id = r.account_id and k.person = r.person and k.channel_id = r.channel_id)
                or not exists (
                    select from deliveries d where d.bulletin_no = r.bulletin_no and d.group_id = any (r.about)
                        and d.state = 'held' and d.steward_at is null))
            returning r.outcome
        )
        select outcome as "outcome!: ReminderOutcome", count(*) as "count!" from ended group by outcome"#,
        now as Timestamp,
        oldest_key as Timestamp,
    )
    .fetch_all(db)
    .await?;
    Ok(ended.into_iter().map(|row| (row.outcome, row.count)).collect())
}

/// A reminder by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReminderId {
    /// The bulletin.
    pub bulletin: BulletinNo,
    /// The group.
    pub group: GroupId,
    /// The step.
    pub step: ReminderStep,
}

/// A reminder that is to be tried now, with what it says.
#[derive(Clone, Debug)]
pub struct DueReminder {
    /// The bulletin's number.
    pub bulletin_no: BulletinNo,
    /// The group.
    pub group_id: GroupId,
    /// The step.
    pub step: ReminderStep,
    /// To whose account.
    pub account: AccountId,
    /// Through which channel.
    pub channel: ChannelId,
    /// LINE's user id, sealed.
    pub user_id_sealed: Vec<u8>,
    /// Under which key.
    pub retry_key: Uuid,
    /// The bytes, where it was tried before.
    pub body: Option<String>,
    /// Tries so far.
    pub attempts: i16,
    /// Whether LINE may have accepted it.
    pub outcome_open: bool,
    /// The bulletin.
    pub bulletin_id: BulletinId,
    /// Its kind.
    pub kind: Kind,
    /// How urgent, as a number; see [`DueReminder::urgency`].
    pub urgency_number: i16,
    /// What it is about.
    pub subject: String,
    /// Who sends it.
    pub origin: String,
    /// When the held groups go on by themselves, the first of them.
    pub release_at: Option<Timestamp>,
    /// The held groups that it is about, each with its steward's title.
    pub missing: Vec<String>,
}

impl DueReminder {
    /// Its key.
    #[must_use]
    pub fn id(&self) -> ReminderId {
        ReminderId { bulletin: self.bulletin_no, group: self.group_id, step: self.step }
    }

    /// The bulletin's urgency.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency::from_number(self.urgency_number)
    }
}

/// Reminders that are to be tried at `now`, the longest due first; none of a channel that stands still.
pub async fn list_due(
    db: &mut Connection,
    only_most_urgent: bool,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<DueReminder>> {
    Ok(sqlx::query_as!(
        DueReminder,
        r#"select r.bulletin_no as "bulletin_no: BulletinNo", r.group_id as "group_id: GroupId", r.step as "step: ReminderStep",
            r.account_id as "account: AccountId", r.channel_id as "channel: ChannelId", k.user_id_sealed, r.retry_key, r.body,
            r.attempts, r.outcome_open, b.id as "bulletin_id: BulletinId", b.kind as "kind: Kind", b.urgency as urgency_number, b.subject,
            o.name as origin, held.release_at as "release_at?: Timestamp", held.missing as "missing!"
        from reminders r join bindings k on k.account_id = r.account_id and k.person = r.person and k.channel_id = r.channel_id
            join channels c on c.id = r.channel_id and c.parked_reason is null
            join bulletins b on b.no = r.bulletin_no and b.stage = 'published'
            join groups origin on origin.id = b.origin_id join offices o on o.id = origin.office_id
            cross join lateral (
                select min(d.release_at) as release_at,
                    array_agg(concat_ws(' · ', g.name, s.title) order by g.code) as missing
                from deliveries d join groups g on g.id = d.group_id
                    left join stewards s on s.group_id = g.id and not s.deputy and s.valid_until is null
                where d.bulletin_no = r.bulletin_no and d.group_id = any (r.about) and d.state = 'held' and d.steward_at is null
            ) held
        where r.ended_at is null and r.try_at <= $1 and held.missing is not null and (not $2 or b.urgency = 3)
        order by r.try_at, r.bulletin_no, r.group_id limit $3"#,
        now as Timestamp,
        only_most_urgent,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Notes, before LINE is called, that reminders are tried: with these bytes, unless they were tried before, and not again before
/// `try_at`. Gives the bytes to send; one that ended meanwhile is left out.
pub async fn begin_tries(
    db: &mut Connection,
    tries: &[(ReminderId, String, Timestamp)],
    now: Timestamp,
) -> Result<Vec<(ReminderId, String)>> {
    let bulletins: Vec<i32> = tries.iter().map(|(id, ..)| id.bulletin.0).collect();
    let groups: Vec<i32> = tries.iter().map(|(id, ..)| id.group.0).collect();
    let steps: Vec<ReminderStep> = tries.iter().map(|(id, ..)| id.step).collect();
    let bodies: Vec<&str> = tries.iter().map(|(_, body, _)| body.as_str()).collect();
    let again: Vec<Timestamp> = tries.iter().map(|(.., at)| *at).collect();
    let begun = sqlx::query!(
        r#"update reminders r set body = coalesce(r.body, t.body), first_tried_at = coalesce(r.first_tried_at, $6),
            attempts = least(r.attempts + 1, 30000)::smallint, outcome_open = true, try_at = t.try_at
        from unnest($1::int[], $2::int[], $3::reminder_step[], $4::text[], $5::timestamptz[])
            as t(bulletin_no, group_id, step, body, try_at)
        where r.bulletin_no = t.bulletin_no and r.group_id = t.group_id and r.step = t.step and r.ended_at is null
        returning r.bulletin_no as "bulletin: BulletinNo", r.group_id as "group: GroupId", r.step as "step: ReminderStep",
            r.body as "body!""#,
        &bulletins,
        &groups,
        &steps as &[ReminderStep],
        &bodies as &[&str],
        &again as &[Timestamp],
        now as Timestamp,
    )
    .fetch_all(db)
    .await?;
    let id = |bulletin, group, step| ReminderId { bulletin, group, step };
    Ok(begun.into_iter().map(|row| (id(row.bulletin, row.group, row.step), row.body)).collect())
}

/// What a try came to.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// Of which reminder.
    pub id: ReminderId,
    /// Its end; none = it is tried again.
    pub outcome: Option<ReminderOutcome>,
    /// Whether LINE may have accepted it.
    pub outcome_open: bool,
    /// LINE's id of the request that it accepted.
    pub request_id: Option<Uuid>,
}

/// Keeps what tries came to.
pub async fn record_tries(db: &mut Connection, tried: &[Tried], now: Timestamp) -> Result<()> {
    let bulletins: Vec<i32> = tried.iter().map(|tried| tried.id.bulletin.0).collect();
    let groups: Vec<i32> = tried.iter().map(|tried| tried.id.group.0).collect();
    let steps: Vec<ReminderStep> = tried.iter().map(|tried| tried.id.step).collect();
    let outcomes: Vec<Option<ReminderOutcome>> = tried.iter().map(|tried| tried.outcome).collect();
    let open: Vec<bool> = tried.iter().map(|tried| tried.outcome_open).collect();
    let requests: Vec<Option<Uuid>> = tried.iter().map(|tried| tried.request_id).collect();
    sqlx::query!(
        "update reminders r set outcome = t.outcome, ended_at = case when t.outcome is not null then $7::timestamptz end,
            outcome_open = t.open, line_request_id = t.request
        from unnest($1::int[], $2::int[], $3::reminder_step[], $4::reminder_outcome[], $5::bool[], $6::uuid[])
            as t(bulletin_no, group_id, step, outcome, open, request)
        where r.bulletin_no = t.bulletin_no and r.group_id = t.group_id and r.step = t.step
            -- an acceptance is a fact, whatever was thought meanwhile
            and (r.ended_at is null or (t.outcome = 'accepted' and r.outcome <> 'accepted'))",
        &bulletins,
        &groups,
        &steps as &[ReminderStep],
        &outcomes as &[Option<ReminderOutcome>],
        &open,
        &requests as &[Option<Uuid>],
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
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
        r#"select step as "step: ReminderStep", planned_at, ended_at as "ended_at?: Timestamp",
            outcome as "outcome?: ReminderOutcome"
        from reminders where bulletin_no = $1 and ((step <> 'above' and group_id = $2) or (step = 'above' and about @> array[$2::int]))
        order by planned_at, step"#,
        delivery.bulletin_no().0,
        delivery.group().0,
    )
    .fetch_all(db)
    .await?)
}

/// Forgets reminders that were planned before `oldest`.
pub async fn delete_old_reminders(db: &mut Connection, oldest: Timestamp) -> Result<u64> {
    let gone = sqlx::query!("delete from reminders where planned_at < $1", oldest as Timestamp).execute(db).await?;
    Ok(gone.rows_affected())
}

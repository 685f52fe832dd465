//! Reminders of requests: what bulletins ask of an office by a day, told to whoever is bound in LINE and does the office's work.
//!
//! A step is planned once for all that one bulletin asks of an office by the same moment: at half of the time and on the last day to the
//! coordinator, or else the steward, as long as it lasts; when the time is over to the deputy; a day later to the office above, about all below it. Of two
//! to the same person that are due together only the later one is planned. An office that nobody is bound for is passed over. They are
//! tried like all others ([`super::reminder_tries`]).

use super::{Connection, Result};
use crate::domain::ids::BulletinId;
use crate::domain::reminder::ReminderStep;
use crate::domain::time::Timestamp;

/// Plans every reminder of requests that is due at `now` and was not planned before; gives how many.
pub async fn plan_requests(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let planned = sqlx::query!(
        r#"with bound as materialized (
            -- for each office one who does its work and one deputy; a coordinator before a steward
            select distinct on (a.office_id, a.deputy or s.id is not null) a.office_id, a.deputy or s.id is not null as deputy,
                k.account_id, k.channel_id, k.person
            from bindings k join accounts a on a.id = k.account_id and a.role in ('steward', 'coordinator') and a.disabled_at is null
                    and (a.valid_from is null or a.valid_from <= $1) and (a.valid_until is null or a.valid_until > $1)
                left join stewards s on s.account_id = a.id and s.valid_from <= $1 and s.valid_until > $1
            order by a.office_id, a.deputy or s.id is not null, a.role = 'coordinator' desc, s.id nulls last, a.id
        ), above as materialized (
            -- the office above the highest group of an office
            select distinct on (g.office_id) g.office_id, up.office_id as above_office
            from groups g join groups up on up.id = g.parent_id
            where not g.retired and up.office_id <> g.office_id
                and (g.office_id in (select office_id from bound) or up.office_id in (select office_id from bound))
            order by g.office_id, g.tier, g.id
        ), near as materialized (
            select office_id from bound union select office_id from above
        ), missing as materialized (
            -- what has been overdue for long is in the lists
            select r.bulletin_id, r.office_id, q.due_at, min(q.issued_at) as issued_at
            from near n join office_requests r on r.office_id = n.office_id and r.state = 'open'
                join requests q on q.bulletin_id = r.bulletin_id and q.no = r.request_no
                join bulletins b on b.id = r.bulletin_id
            where q.due_at > $1::timestamptz - interval '30 days' and b.withdrawn_at is null
            group by r.bulletin_id, r.office_id, q.due_at
        ), passed as (
            select m.*, case when $1 >= m.due_at + interval '1 day' then 4 when $1 >= m.due_at then 3
                    when $1 >= m.due_at - interval '1 day' then 2
                    when $1 >= m.issued_at + (m.due_at - m.issued_at) / 2 then 1 else 0 end as steps, w.last_step
            from missing m cross join lateral (
                select coalesce(max(case w.step when 'half' then 1 when 'deadline' then 2 else 3 end), 0) as last_step from reminders w
                where w.asking_id = m.bulletin_id and w.office_id = m.office_id and w.due_at = m.due_at and w.step <> 'above') w
        ), own as (
            select distinct on (p.bulletin_id, p.office_id, p.due_at, b.deputy) p.bulletin_id, p.office_id, p.due_at, s.step,
                array[p.office_id] as about, b.account_id, b.channel_id, b.person
            from passed p join (values (1, 'half'::reminder_step, false), (2, 'deadline', false), (3, 'deputy', true))
                    as s(n, step, deputy) on s.n <= p.steps and s.n > p.last_step
                        -- what is said before the time is over is not said afterwards
                        and (s.n = 3 or p.steps < 3)
                join bound b on b.office_id = p.office_id and b.deputy = s.deputy
            order by p.bulletin_id, p.office_id, p.due_at, b.deputy, s.n desc
        ), over as (
            select p.bulletin_id, a.above_office as office_id, p.due_at, 'above'::reminder_step as step,
                array_agg(p.office_id order by p.office_id) as about, b.account_id, b.channel_id, b.person
            from passed p join above a on a.office_id = p.office_id join bound b on b.office_id = a.above_office and not b.deputy
            where p.steps >= 4
            group by p.bulletin_id, a.above_office, p.due_at, b.account_id, b.channel_id, b.person
        )
        insert into reminders (asking_id, office_id, due_at, step, about, account_id, channel_id, person, planned_at, try_at)
        select *, $1, $1 from own union all select *, $1, $1 from over
        on conflict do nothing"#,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(planned.rows_affected())
}

/// What a reminder of requests says.
#[derive(Clone, Debug)]
pub struct RequestContent {
    /// The reminder's number.
    pub id: i64,
    /// Which step.
    pub step: ReminderStep,
    /// The bulletin that asks.
    pub bulletin_id: BulletinId,
    /// What it is about.
    pub subject: String,
    /// When the time is over.
    pub due_at: Timestamp,
    /// The code of the office that it goes to.
    pub office: String,
    /// What is asked, in the order of the bulletin.
    pub asked: Vec<String>,
    /// The offices that have not answered, by name.
    pub missing: Vec<String>,
}

/// What these reminders say, as far as they are of requests that are still open.
pub async fn list_request_contents(db: &mut Connection, ids: &[i64]) -> Result<Vec<RequestContent>> {
    Ok(sqlx::query_as!(
        RequestContent,
        r#"select w.id, w.step as "step!: ReminderStep", b.id as "bulletin_id: BulletinId", b.subject, w.due_at as "due_at!: Timestamp",
            o.code as office, open.asked as "asked!", open.missing as "missing!"
        from reminders w join bulletins b on b.id = w.asking_id and b.withdrawn_at is null join offices o on o.id = w.office_id
            cross join lateral (
                select (
                    select array_agg(q.no || '. ' || q.text order by q.no) from requests q
                    where q.bulletin_id = w.asking_id and q.due_at = w.due_at and exists (
                        select from office_requests r where r.bulletin_id = q.bulletin_id and r.request_no = q.no
                            and r.office_id = any (w.about) and r.state = 'open')
                ) as asked, (
                    select array_agg(f.name order by f.name) from offices f
                    where f.id = any (w.about) and exists (
                        select from office_requests r join requests q on q.bulletin_id = r.bulletin_id and q.no = r.request_no
                        where r.bulletin_id = w.asking_id and r.office_id = f.id and r.state = 'open' and q.due_at = w.due_at)
                ) as missing
            ) open
        where w.id = any ($1) and open.asked is not null"#,
        ids,
    )
    .fetch_all(db)
    .await?)
}

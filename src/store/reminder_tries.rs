//! Trying reminders: what is due, what each says, and what became of it. Of each the bytes are kept before LINE is called, and every
//! try repeats them under the same key; what it says is asked for only until then.

use uuid::Uuid;

use super::{Connection, Result};
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::group_alert::GroupAlertKind;
use crate::domain::ids::{AccountId, BulletinId, ChannelId};
use crate::domain::reminder::{ReminderOutcome, ReminderStep};
use crate::domain::time::Timestamp;

/// Ends what nobody has to be told of any more: all whom it is about acted or answered, the last day of which it tells is over, the bulletin
/// ended, the alert was looked at or is right again, or the person is bound no more. Gives how many ended in which way.
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
                or not exists (
                    select from bindings k
                    where k.account_id = r.account_id and k.person = r.person and k.channel_id = r.channel_id)
                or case when r.asking_id is not null
                    -- what is said before the time is over is not said afterwards
                    then r.step in ('half', 'deadline') and r.due_at <= $1 or not exists (
                        select from office_requests q join requests t on t.bulletin_id = q.bulletin_id and t.no = q.request_no
                            join bulletins b on b.id = q.bulletin_id
                        where q.bulletin_id = r.asking_id and q.office_id = any (r.about) and q.state = 'open' and t.due_at = r.due_at
                            and b.withdrawn_at is null)
                    when r.alert_id is not null
                    then not exists (select from group_alerts a where a.id = r.alert_id and a.cleared_at is null)
                    else not exists (
                            select from bulletins b where b.no = r.bulletin_no and b.stage = 'published' and b.expires_at > $1)
                        or not exists (
                            select from deliveries d where d.bulletin_no = r.bulletin_no and d.group_id = any (r.about)
                                and d.state = 'held' and d.steward_at is null)
                    end)
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

/// A reminder that is to be tried now.
#[derive(Clone, Debug)]
pub struct DueReminder {
    /// Its number.
    pub id: i64,
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
        r#"select r.id, r.account_id as "account: AccountId", r.channel_id as "channel: ChannelId", k.user_id_sealed, r.retry_key,
            r.body, r.attempts, r.outcome_open
        from reminders r join bindings k on k.account_id = r.account_id and k.person = r.person and k.channel_id = r.channel_id
            join channels c on c.id = r.channel_id and c.parked_reason is null
            left join bulletins b on b.no = r.bulletin_no
        where r.ended_at is null and r.try_at <= $1 and (not $2 or b.urgency = 3)
        order by r.try_at, r.id limit $3"#,
        now as Timestamp,
        only_most_urgent,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What a reminder of a bulletin says.
#[derive(Clone, Debug)]
pub struct HeldContent {
    /// The reminder's number.
    pub id: i64,
    /// Which step.
    pub step: ReminderStep,
    /// The bulletin.
    pub bulletin_id: BulletinId,
    /// Its kind.
    pub kind: Kind,
    /// How urgent, as a number; see [`HeldContent::urgency`].
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

impl HeldContent {
    /// The bulletin's urgency.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency::from_number(self.urgency_number)
    }
}

/// What these reminders say, as far as they are of bulletins that are still held.
pub async fn list_held_contents(db: &mut Connection, ids: &[i64]) -> Result<Vec<HeldContent>> {
    Ok(sqlx::query_as!(
        HeldContent,
        r#"select r.id, r.step as "step!: ReminderStep", b.id as "bulletin_id: BulletinId", b.kind as "kind: Kind",
            b.urgency as urgency_number, b.subject, o.name as origin, held.release_at as "release_at?: Timestamp",
            held.missing as "missing!"
        from reminders r join bulletins b on b.no = r.bulletin_no and b.stage = 'published'
            join groups origin on origin.id = b.origin_id join offices o on o.id = origin.office_id
            cross join lateral (
                select min(d.release_at) as release_at,
                    array_agg(concat_ws(' · ', g.name, s.title) order by g.code) as missing
                from deliveries d join groups g on g.id = d.group_id
                    left join stewards s on s.group_id = g.id and not s.deputy and s.valid_until is null
                where d.bulletin_no = r.bulletin_no and d.group_id = any (r.about) and d.state = 'held' and d.steward_at is null
            ) held
        where r.id = any ($1) and held.missing is not null"#,
        ids,
    )
    .fetch_all(db)
    .await?)
}

/// What a reminder of an alert says.
#[derive(Clone, Debug)]
pub struct AlertContent {
    /// The reminder's number.
    pub id: i64,
    /// What is to be looked at.
    pub kind: GroupAlertKind,
    /// Since when.
    pub since: Timestamp,
    /// The LINE group's name, or its number of members, before.
    pub before: Option<String>,
    /// The same now.
    pub now: Option<String>,
    /// The group's code.
    pub group: String,
    /// The group's name.
    pub group_name: String,
}

/// What these reminders say, as far as they are of alerts that are still open.
pub async fn list_alert_contents(db: &mut Connection, ids: &[i64]) -> Result<Vec<AlertContent>> {
    Ok(sqlx::query_as!(
        AlertContent,
        r#"select r.id, a.kind as "kind: GroupAlertKind", a.since, a.before, a.now, g.code as "group", g.name as group_name
        from reminders r join group_alerts a on a.id = r.alert_id and a.cleared_at is null join groups g on g.id = a.group_id
        where r.id = any ($1)"#,
        ids,
    )
    .fetch_all(db)
    .await?)
}

/// A try that is about to be made.
#[derive(Clone, Debug)]
pub struct NewTry {
    /// Of which reminder.
    pub id: i64,
    /// The bytes.
    pub body: String,
    /// Not again before this.
    pub try_at: Timestamp,
}

/// Notes, before LINE is called, that reminders are tried: with these bytes, unless they were tried before. Gives the bytes to send by
/// the reminder's number; one that ended meanwhile is left out.
pub async fn begin_tries(db: &mut Connection, tries: &[NewTry], now: Timestamp) -> Result<Vec<(i64, String)>> {
    let ids: Vec<i64> = tries.iter().map(|new| new.id).collect();
    let bodies: Vec<&str> = tries.iter().map(|new| new.body.as_str()).collect();
    let again: Vec<Timestamp> = tries.iter().map(|new| new.try_at).collect();
    let begun = sqlx::query!(
        r#"update reminders r set body = coalesce(r.body, t.body), first_tried_at = coalesce(r.first_tried_at, $4),
            attempts = least(r.attempts + 1, 30000)::smallint, outcome_open = true, try_at = t.try_at
        from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as t(id, body, try_at)
        where r.id = t.id and r.ended_at is null
        returning r.id, r.body as "body!""#,
        &ids,
        &bodies as &[&str],
        &again as &[Timestamp],
        now as Timestamp,
    )
    .fetch_all(db)
    .await?;
    Ok(begun.into_iter().map(|row| (row.id, row.body)).collect())
}

/// What a try came to.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// Of which reminder.
    pub id: i64,
    /// Its end; none = it is tried again.
    pub outcome: Option<ReminderOutcome>,
    /// Whether LINE may have accepted it.
    pub outcome_open: bool,
    /// LINE's id of the request that it accepted.
    pub request_id: Option<Uuid>,
}

/// Keeps what tries came to.
pub async fn record_tries(db: &mut Connection, tried: &[Tried], now: Timestamp) -> Result<()> {
    let ids: Vec<i64> = tried.iter().map(|tried| tried.id).collect();
    let outcomes: Vec<Option<ReminderOutcome>> = tried.iter().map(|tried| tried.outcome).collect();
    let open: Vec<bool> = tried.iter().map(|tried| tried.outcome_open).collect();
    let requests: Vec<Option<Uuid>> = tried.iter().map(|tried| tried.request_id).collect();
    sqlx::query!(
        "update reminders r set outcome = t.outcome, ended_at = case when t.outcome is not null then $5::timestamptz end,
            outcome_open = t.open, line_request_id = t.request
        from unnest($1::bigint[], $2::reminder_outcome[], $3::bool[], $4::uuid[]) as t(id, outcome, open, request)
        where r.id = t.id
            -- an acceptance is a fact, whatever was thought meanwhile
            and (r.ended_at is null or (t.outcome = 'accepted' and r.outcome <> 'accepted'))",
        &ids,
        &outcomes as &[Option<ReminderOutcome>],
        &open,
        &requests as &[Option<Uuid>],
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

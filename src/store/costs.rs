//! Costs: what was pushed and what was heard instead, by LINE's month, and what LINE itself counted.
//!
//! The database counts with every acceptance (`deliveries_updated`); only the part of an office is counted from its deliveries, those
//! of the month's bulletins.

use super::{Connection, Result};
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::line_month::LineMonth;
use crate::domain::time::Timestamp;

/// What one bulletin came to on one channel in a month.
#[derive(Clone, Debug)]
pub struct CostRow {
    /// The channel.
    pub channel_id: ChannelId,
    /// The bulletin.
    pub bulletin_id: BulletinId,
    /// Its subject.
    pub subject: String,
    /// Its number.
    pub document_number: Option<String>,
    /// Copies that LINE accepted.
    pub pushed_groups: i64,
    /// Members of their groups.
    pub pushed_messages: i64,
    /// Of the groups, those whose members are not known.
    pub pushed_unknown: i64,
    /// Copies that were forwarded by hand.
    pub seen_groups: i64,
    /// Members of their groups.
    pub seen_members: i64,
}

/// The costs of a month by channel and bulletin, newest bulletin first.
pub async fn list_costs(db: &mut Connection, month: LineMonth) -> Result<Vec<CostRow>> {
    Ok(sqlx::query_as!(
        CostRow,
        r#"select c.channel_id as "channel_id: ChannelId", b.id as "bulletin_id: BulletinId", b.subject, b.document_number,
            sum(c.pushed_groups)::bigint as "pushed_groups!", sum(c.pushed_messages)::bigint as "pushed_messages!",
            sum(c.pushed_unknown)::bigint as "pushed_unknown!", sum(c.seen_groups)::bigint as "seen_groups!",
            sum(c.seen_members)::bigint as "seen_members!"
        from day_costs c join bulletins b on b.no = c.bulletin_no
        where c.day between $1::text::date and $2::text::date
        group by c.channel_id, b.id order by b.id desc, c.channel_id"#,
        month.first().to_string(),
        month.last().to_string(),
    )
    .fetch_all(db)
    .await?)
}

/// The same of the groups that lie at or below one of `scope` (none = anywhere) and at or below one of `under`.
pub async fn list_costs_under(
    db: &mut Connection,
    month: LineMonth,
    scope: Option<&[i32]>,
    under: &[i32],
) -> Result<Vec<CostRow>> {
    Ok(sqlx::query_as!(
        CostRow,
        r#"with sent as (
            select distinct bulletin_no from day_costs where day between $1::text::date and $2::text::date
        )
        select d.channel_id as "channel_id: ChannelId", b.id as "bulletin_id: BulletinId", b.subject, b.document_number,
            count(*) filter (where d.state = 'accepted') as "pushed_groups!",
            coalesce(sum(d.members) filter (where d.state = 'accepted'), 0)::bigint as "pushed_messages!",
            count(*) filter (where d.state = 'accepted' and d.members = 0) as "pushed_unknown!",
            count(*) filter (where d.state = 'seen') as "seen_groups!",
            coalesce(sum(d.members) filter (where d.state = 'seen'), 0)::bigint as "seen_members!"
        from sent join bulletins b on b.no = sent.bulletin_no
            cross join (select id from groups where ($3::int[] is null or path && $3) and path && $4) g
            join deliveries d on d.bulletin_no = sent.bulletin_no and d.group_id = g.id
        where d.state in ('accepted', 'seen')
            and (d.ended_at at time zone 'Asia/Tokyo')::date between $1::text::date and $2::text::date
        group by d.channel_id, b.id order by b.id desc, d.channel_id"#,
        month.first().to_string(),
        month.last().to_string(),
        scope,
        under,
    )
    .fetch_all(db)
    .await?)
}

/// What the groups at and below one group of the second tier came to in a month, or the first tier's own.
#[derive(Clone, Debug)]
pub struct BranchCost {
    /// The office of that group, by code.
    pub office: String,
    /// Its name.
    pub office_name: String,
    /// The channel.
    pub channel_id: ChannelId,
    /// Members of groups that were pushed to.
    pub pushed_messages: i64,
    /// Members of groups that were forwarded to by hand.
    pub seen_members: i64,
}

/// The costs of a month by province and ministry, within `scope`.
pub async fn list_branch_costs(
    db: &mut Connection,
    month: LineMonth,
    scope: Option<&[i32]>,
) -> Result<Vec<BranchCost>> {
    Ok(sqlx::query_as!(
        BranchCost,
        r#"with sent as (
            select distinct bulletin_no from day_costs where day between $1::text::date and $2::text::date
        ), sums as (
            select coalesce(g.path[2], g.path[1]) as branch, d.channel_id,
                coalesce(sum(d.members) filter (where d.state = 'accepted'), 0)::bigint as pushed,
                coalesce(sum(d.members) filter (where d.state = 'seen'), 0)::bigint as seen
            from sent join deliveries d on d.bulletin_no = sent.bulletin_no join groups g on g.id = d.group_id
            where d.state in ('accepted', 'seen') and ($3::int[] is null or g.path && $3)
                and (d.ended_at at time zone 'Asia/Tokyo')::date between $1::text::date and $2::text::date
            group by 1, 2
        )
        select o.code as office, o.name as office_name, s.channel_id as "channel_id: ChannelId",
            sum(s.pushed)::bigint as "pushed_messages!", sum(s.seen)::bigint as "seen_members!"
        from sums s join groups g on g.id = s.branch join offices o on o.id = g.office_id
        group by o.code, o.name, s.channel_id order by 4 desc, 5 desc, o.code"#,
        month.first().to_string(),
        month.last().to_string(),
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// How many messages of a month were pushed on one channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelMonth {
    /// The channel.
    pub channel_id: ChannelId,
    /// Messages that we count, reminders among them.
    pub messages: i64,
    /// Of these, reminders to stewards.
    pub reminders: i64,
    /// Members of groups that were forwarded to by hand.
    pub seen_members: i64,
    /// Messages that LINE counted, of the days of which it has said so; none = of no day yet.
    pub line_messages: Option<i64>,
    /// Messages that we count on those days.
    pub same_days: i64,
    /// How many days LINE has counted.
    pub line_days: i64,
}

/// The sums of a month by channel, of those on which anything was pushed, heard or counted.
pub async fn list_channel_months(db: &mut Connection, month: LineMonth) -> Result<Vec<ChannelMonth>> {
    Ok(sqlx::query_as!(
        ChannelMonth,
        r#"with days as (
            select channel_id, day, sum(pushed)::bigint as pushed, sum(seen)::bigint as seen, sum(reminders)::bigint as reminders
            from (
                select channel_id, day, pushed_messages as pushed, seen_members as seen, 0 as reminders from day_costs
                where day between $1::text::date and $2::text::date
                union all
                -- written to one person: one message
                select channel_id, (ended_at at time zone 'Asia/Tokyo')::date, 1, 0, 1 from reminders
                where outcome = 'accepted' and ended_at >= ($1::text::date)::timestamp at time zone 'Asia/Tokyo'
                    and ended_at < ($2::text::date + 1)::timestamp at time zone 'Asia/Tokyo'
            ) as counts group by channel_id, day
        ), counted as (
            select channel_id, day, messages from line_day_counts
            where day between $1::text::date and $2::text::date and messages is not null
        )
        select channel_id as "channel_id!: ChannelId", coalesce(sum(d.pushed), 0)::bigint as "messages!",
            coalesce(sum(d.reminders), 0)::bigint as "reminders!", coalesce(sum(d.seen), 0)::bigint as "seen_members!", sum(c.messages)::bigint as line_messages,
            coalesce(sum(d.pushed) filter (where c.day is not null), 0)::bigint as "same_days!", count(c.day) as "line_days!"
        from days d full join counted c using (channel_id, day) group by channel_id"#,
        month.first().to_string(),
        month.last().to_string(),
    )
    .fetch_all(db)
    .await?)
}

/// The days from `first` to `last` that LINE has not counted on a channel, oldest first, but for those for which it was asked after
/// `asked_before`.
pub async fn list_uncounted_days(
    db: &mut Connection,
    channel: ChannelId,
    first: jiff::civil::Date,
    last: jiff::civil::Date,
    asked_before: Timestamp,
) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select to_char(day, 'YYYY-MM-DD') as "day!"
        from generate_series($2::text::date, $3::text::date, '1 day') as days(day)
        where not exists (select from line_day_counts l
            where l.channel_id = $1 and l.day = days.day and (l.messages is not null or l.asked_at > $4))
        order by day"#,
        channel.0,
        first.to_string(),
        last.to_string(),
        asked_before as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Keeps what LINE said of one day; `messages` none = not counted yet. What it counted once stays.
pub async fn update_line_count(
    db: &mut Connection,
    channel: ChannelId,
    day: &str,
    messages: Option<i64>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into line_day_counts as l (channel_id, day, messages, asked_at) values ($1, $2::text::date, $3, $4)
        on conflict (channel_id, day) do update set messages = coalesce(excluded.messages, l.messages), asked_at = excluded.asked_at",
        channel.0,
        day,
        messages,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

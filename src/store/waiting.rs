//! What waits for an office: bulletins held at its groups, and those that lately came past it.
//!
//! Found through the bulletins that are open (and, for the past, through the newest ones), so that no old delivery is
//! looked at. What lies below a group is counted by the tree as it is now, over the deliveries as they were made.
//! Called by the steward's pages and `GET /waiting`.

use super::fan_out::{Load, Ways};
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{BulletinId, ChannelId, DeliveryId, GroupId};
use crate::domain::time::Timestamp;
use crate::domain::way::Way;

/// Among how many of the newest bulletins the past is looked for.
const NEWEST: i64 = 200;

/// A bulletin that is held at groups of an office.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub bulletin_id: BulletinId,
    /// What it is.
    pub kind: Kind,
    /// The subject line.
    pub subject: String,
    /// How urgent, as a number; see [`Waiting::urgency`].
    pub urgency_number: i16,
    /// The letter's number as it was given.
    pub document_number: Option<String>,
    /// The letter's date, `YYYY-MM-DD`.
    pub document_date: Option<String>,
    /// The name of the office that speaks.
    pub origin_office: String,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it is not sent any more.
    pub expires_at: Option<Timestamp>,
    /// Since when the office's turn has been.
    pub since: Timestamp,
    /// When the first of its groups lets it in by itself.
    pub release_at: Option<Timestamp>,
    /// The codes of the groups at which it is held, in the order of the tree.
    pub held_at: Vec<String>,
    /// Groups at or below these to which it has not gone yet.
    pub groups: i64,
    /// Members of those of them that have a LINE group.
    pub people: i64,
    /// Whether a correction of it is published.
    pub corrected: bool,
}

impl Waiting {
    /// How urgent it is.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency::from_number(self.urgency_number)
    }
}

/// The bulletins held at these groups: the most urgent first, then the nearest to going on by themselves, then the
/// oldest.
pub async fn list_waiting(db: &mut Connection, groups: &[i32], limit: i64) -> Result<Vec<Waiting>> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"with held as materialized (
            select d.bulletin_no, array_agg(d.group_id) as ids, array_agg(g.code order by g.tier, g.code) as codes,
                min(d.turn_at) as since, min(d.release_at) as release_at
            from (select distinct bulletin_no from progress where waiting + held + ready > 0) open
                join deliveries d on d.bulletin_no = open.bulletin_no and d.group_id = any ($1) and d.state = 'held'
                join groups g on g.id = d.group_id
            group by d.bulletin_no
        ), first as (
            select held.*, b.id, b.kind, b.subject, b.urgency, b.document_number, b.document_date, b.origin_id, b.published_at,
                b.expires_at
            from held join bulletins b on b.no = held.bulletin_no
            order by b.urgency desc, held.release_at nulls last, b.id limit $2
        ), mine as materialized (
            select id, path, members from groups where path && $1
        )
        select first.id as "bulletin_id!: BulletinId", first.kind, first.subject, first.urgency as urgency_number,
            first.document_number, to_char(first.document_date, 'YYYY-MM-DD') as document_date, o.name as origin_office,
            first.published_at, first.expires_at, first.since as "since!", first.release_at,
            first.codes as "held_at!", below.groups as "groups!", below.people as "people!",
            exists (select from bulletins c where c.about = first.id and c.kind = 'correction'
                and c.stage = 'published') as "corrected!"
        from first join groups origin on origin.id = first.origin_id join offices o on o.id = origin.office_id
            cross join lateral (
                select count(*) as groups,
                    coalesce(sum(coalesce(nullif(d.members, 0), g.members)) filter (where d.recipient is not null), 0) as people
                from mine g join deliveries d on d.bulletin_no = first.bulletin_no and d.group_id = g.id
                where g.path && first.ids and d.state in ('waiting', 'held')
            ) below
        order by first.urgency desc, first.release_at nulls last, first.id"#,
        groups,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many bulletins are held at these groups.
pub async fn count_waiting(db: &mut Connection, groups: &[i32]) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(distinct d.bulletin_no) as "n!"
        from (select distinct bulletin_no from progress where waiting + held + ready > 0) open
            join deliveries d on d.bulletin_no = open.bulletin_no and d.group_id = any ($1) and d.state = 'held'"#,
        groups,
    )
    .fetch_one(db)
    .await?)
}

/// A bulletin's copy for a group of the office.
#[derive(Clone, Debug)]
pub struct OwnDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// The bulletin's subject line.
    pub subject: String,
    /// How urgent, as a number.
    pub urgency_number: i16,
    /// The letter's number as it was given.
    pub document_number: Option<String>,
    /// The group's number.
    pub group_id: GroupId,
    /// The group's code.
    pub group: String,
    /// The group's name.
    pub group_name: String,
    /// Where it stands.
    pub state: State,
    /// When its turn came, or when it was forwarded.
    pub eligible_at: Option<Timestamp>,
    /// When it goes in by itself.
    pub release_at: Option<Timestamp>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// Who forwarded or declined it; `time` where its time came.
    pub forwarded_by: Option<Actor>,
    /// What was said when it was declined.
    pub declined_because: Option<String>,
    /// Whether it went on without the group above.
    pub bypassed_parent: bool,
}

impl OwnDelivery {
    /// How urgent it is.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency::from_number(self.urgency_number)
    }
}

/// Reads [`OwnDelivery`] rows; the literal says which, the rest are its arguments.
macro_rules! select_copies {
    ($which:tt, $($arguments:tt)*) => {
        sqlx::query_as!(
            OwnDelivery,
            r#"select delivery_id(b.published_at, d.bulletin_no, d.group_id) as "id!: DeliveryId",
                b.id as "bulletin_id: BulletinId", b.subject,
                b.urgency as urgency_number, b.document_number, d.group_id as "group_id: GroupId", g.code as "group",
                g.name as group_name, d.state, d.turn_at as eligible_at, d.release_at, d.ended_at, d.forwarded_by, d.declined_because,
                d.bypassed_parent
            "# + $which,
            $($arguments)*
        )
    };
}

/// Where a bulletin stands at these groups; groups that it does not go to are left out.
pub async fn list_copies(db: &mut Connection, bulletin: BulletinId, groups: &[i32]) -> Result<Vec<OwnDelivery>> {
    Ok(select_copies!(
        "from bulletins b join deliveries d on d.bulletin_no = b.no join groups g on g.id = d.group_id
        where b.id = $1 and d.group_id = any ($2) order by g.tier, g.code",
        bulletin.0,
        groups,
    )
    .fetch_all(db)
    .await?)
}

/// What lately went into these groups or ended at them, the newest bulletin first.
pub async fn list_past(db: &mut Connection, groups: &[i32], limit: i64) -> Result<Vec<OwnDelivery>> {
    Ok(select_copies!(
        "from (select id, no, published_at, subject, urgency, document_number from bulletins where published_at is not null
                order by id desc limit $2) b
            join deliveries d on d.bulletin_no = b.no and d.group_id = any ($1) and d.state not in ('waiting', 'held')
            join groups g on g.id = d.group_id
        order by b.id desc, g.tier, g.code limit $3",
        groups,
        NEWEST,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Counts what letting a bulletin into these groups would mean, by channel: the copies at or below them that are not
/// sent yet. A push counts with LINE once for every member, however many message objects it has. What only listens below is
/// forwarded by hand; the groups themselves are pushed to.
pub async fn count_unsent(db: &mut Connection, bulletin: BulletinId, groups: &[i32], ways: &Ways) -> Result<Vec<Load>> {
    Ok(sqlx::query_as!(
        Load,
        r#"select channel_id as "channel_id?: ChannelId", tier as "tier!", count(*) as "groups!", count(recipient) as "linked!",
            coalesce(sum(members) filter (where recipient is not null), 0) as "seats!",
            coalesce(sum(members) filter (where recipient is not null and is_pushed), 0) as "pushed!",
            count(*) filter (where recipient is not null and is_pushed and members is null) as "unknown!",
            count(*) filter (where not automatic and not is_asked) as "stewarded!"
        from (
            select d.channel_id, d.tier, d.recipient, d.automatic, coalesce(nullif(d.members, 0), g.members) as members,
                d.group_id = any ($2) as is_asked,
                d.group_id = any ($2) or way_of_group(coalesce($3::group_way, g.way), g.tier, $4, $5, g.forwarding, g.forward_within) <> 'listen' as is_pushed
            from groups g join deliveries d on d.bulletin_no = (select no from bulletins where id = $1) and d.group_id = g.id
            where g.path && $2 and d.state in ('waiting', 'held', 'ready')
        ) as unsent
        group by channel_id, tier order by channel_id, tier"#,
        bulletin.0,
        groups,
        ways.all as Option<Way>,
        &ways.tiers as &[Way],
        ways.listen_pushes,
    )
    .fetch_all(db)
    .await?)
}

/// A copy below the office that somebody has to do something about.
#[derive(Clone, Debug)]
pub struct Stuck {
    /// The group's name.
    pub group_name: String,
    /// The name of its office.
    pub office_name: String,
    /// Held, failed or unreachable.
    pub state: State,
    /// Why.
    pub reason: Option<Reason>,
    /// When it goes in by itself.
    pub release_at: Option<Timestamp>,
    /// The title of its steward.
    pub steward_title: Option<String>,
}

/// The copies below these groups that wait for a person: held ones first, in the order of the tree.
pub async fn list_stuck_below(
    db: &mut Connection,
    bulletin: BulletinId,
    groups: &[i32],
    limit: i64,
) -> Result<Vec<Stuck>> {
    Ok(sqlx::query_as!(
        Stuck,
        r#"select g.name as group_name, o.name as office_name, d.state, d.reason, d.release_at,
            s.title as "steward_title?"
        from groups g join deliveries d on d.bulletin_no = (select no from bulletins where id = $1) and d.group_id = g.id
            join offices o on o.id = g.office_id
            left join stewards s on s.group_id = g.id and not s.deputy and s.valid_until is null
        where g.path && $2 and not g.id = any ($2) and d.state in ('held', 'failed', 'unreachable')
        order by d.state, g.tier, g.code limit $3"#,
        bulletin.0,
        groups,
        limit,
    )
    .fetch_all(db)
    .await?)
}

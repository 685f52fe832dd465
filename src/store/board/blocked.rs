//! The blocked subtrees: groups behind which others wait, or which the bulletin went past.
//!
//! A group blocks while it is held, while its channel or bulletin stands still, or while LINE does not take it. What
//! failed, could not be reached or was declined holds nobody up, as the engine goes on without it, but its own members
//! and whoever it should have told are still without it: those stand in the same list, with nobody waiting.

use super::super::{Connection, Result};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{BulletinId, DeliveryId};
use crate::domain::outcome::ParkReason;
use crate::domain::time::Timestamp;

/// A group that a bulletin did not get through.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// The delivery.
    pub id: DeliveryId,
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// Its subject.
    pub subject: String,
    /// Its urgency as a number.
    pub urgency: i16,
    /// The group's code.
    pub group: String,
    /// The group's name.
    pub group_name: String,
    /// 1, 2 or 3.
    pub tier: i16,
    /// The office's name.
    pub office_name: String,
    /// The province's code.
    pub province: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Why.
    pub reason: Option<Reason>,
    /// What its steward said when it was declined.
    pub declined_because: Option<String>,
    /// Why its channel stands still.
    pub parked: Option<ParkReason>,
    /// Whether its bulletin is paused.
    pub paused: bool,
    /// Whether a LINE group is linked now.
    pub linked: bool,
    /// Since when it has stood like this.
    pub since: Option<Timestamp>,
    /// When it goes on by itself.
    pub release_at: Option<Timestamp>,
    /// Groups that wait below.
    pub waiting_groups: i64,
    /// Seats in these groups.
    pub waiting_seats: i64,
    /// The title of its steward.
    pub steward_title: Option<String>,
    /// The steward's name.
    pub steward_name: Option<String>,
    /// The steward's telephone number: personal data, only for operations.
    pub steward_phone: Option<String>,
    /// The deputy's title.
    pub deputy_title: Option<String>,
    /// The deputy's telephone number.
    pub deputy_phone: Option<String>,
}

/// The groups of one bulletin, or of all open ones, that block others or were gone past; most people waiting first.
///
/// Over all bulletins only what still blocks is listed. The deputy is who is on duty at `now`.
pub async fn list_blocked(
    db: &mut Connection,
    bulletin: Option<BulletinId>,
    scope: Option<&[i32]>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Blocked>> {
    // the two ways of looking are two branches, each with an index of its own; the one not asked for is never run
    Ok(sqlx::query_as!(
        Blocked,
        r#"with recursive chosen as materialized (
            select d.* from deliveries d
            where $1::uuid is not null and d.bulletin_no = (select no from bulletins where id = $1) and d.has_children
                and d.state in ('held', 'ready', 'failed', 'unreachable', 'declined')
            union all
            select d.* from deliveries d
            where $1::uuid is null and d.blocks_since is not null
        ), blockers as materialized (
            select d.bulletin_no, d.group_id, b.id as bulletin_id, b.published_at, d.tier, d.state, d.reason, d.declined_because, d.turn_at, d.ended_at, d.release_at,
                c.parked_reason, c.parked_at, b.paused_at, b.subject, b.urgency
            from chosen d join channels c on c.id = d.channel_id join bulletins b on b.no = d.bulletin_no
            where d.state <> 'ready' or c.parked_reason is not null or b.paused_at is not null or d.reason is not null
        ), below as (
            select k.group_id as blocker, d.bulletin_no, d.group_id, d.members, d.recipient, d.has_children
            from blockers k join deliveries d
                on d.bulletin_no = k.bulletin_no and d.parent_group = k.group_id and d.state = 'waiting'
            union all
            select up.blocker, d.bulletin_no, d.group_id, d.members, d.recipient, d.has_children
            from below up join deliveries d
                on d.bulletin_no = up.bulletin_no and d.parent_group = up.group_id and d.state = 'waiting'
            where up.has_children
        ), waiting as (
            select bulletin_no, blocker, count(*) as groups, sum(members) filter (where recipient is not null) as seats from below group by bulletin_no, blocker
        )
        select delivery_id(k.published_at, k.bulletin_no, k.group_id) as "id!: DeliveryId", k.bulletin_id as "bulletin_id!: BulletinId", k.subject as "subject!",
            k.urgency as "urgency!", g.code as "group", g.name as group_name, k.tier as "tier!",
            o.name as office_name, o.province, k.state as "state!: State", k.reason as "reason: Reason", k.declined_because,
            case when k.state = 'ready' then k.parked_reason end as "parked: ParkReason",
            (k.state = 'ready' and k.paused_at is not null) as "paused!",
            (g.line_group_id is not null) as "linked!",
            case when k.state = 'ready' then greatest(k.turn_at, k.parked_at, k.paused_at)
                else coalesce(k.ended_at, k.turn_at) end as "since: Timestamp",
            k.release_at as "release_at: Timestamp",
            coalesce(w.groups, 0) as "waiting_groups!", coalesce(w.seats, 0) as "waiting_seats!",
            s.title as "steward_title?", s.name as "steward_name?", s.phone as "steward_phone?",
            y.title as "deputy_title?", y.phone as "deputy_phone?"
        from blockers k join groups g on g.id = k.group_id join offices o on o.id = g.office_id
            left join waiting w on w.bulletin_no = k.bulletin_no and w.blocker = k.group_id
            left join stewards s on s.group_id = k.group_id and not s.deputy and s.valid_until is null
            left join lateral (
                select title, phone from stewards where group_id = k.group_id and deputy and valid_from <= $4
                    and (valid_until is null or valid_until > $4)
                order by valid_until nulls last, id limit 1) y on true
        where ($2::int[] is null or g.path && $2) and (w.groups is not null or k.state in ('failed', 'unreachable', 'declined'))
        order by coalesce(w.seats, 0) desc, k.urgency desc, k.bulletin_no, k.group_id limit $3"#,
        bulletin.map(|id| id.0),
        scope,
        limit,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

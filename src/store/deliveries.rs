//! Deliveries as people read them: with the group, the reason, whose turn it is and what LINE said.
//!
//! The table holds every bulletin ever published, so each way to read it stands on an index of its own: one delivery
//! by its id, the page of a bulletin by its groups, the changes by the bulletins that moved. None of them costs more
//! as history grows. Called by the REST API.

use uuid::Uuid;

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::delivery::{Reason, State};
use crate::domain::heard::HeardVerdict;
use crate::domain::ids::{BulletinId, DeliveryId, GroupId};
use crate::domain::outcome::ParkReason;
use crate::domain::reported::ReportKind;
use crate::domain::time::Timestamp;

/// A delivery with what is needed to say where it stands.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a row of the database, whose columns they are")]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// The group's number.
    pub group_id: GroupId,
    /// The group's code.
    pub group: String,
    /// The group's name.
    pub group_name: String,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// The office's province.
    pub province: Option<String>,
    /// The code of the group whose copy it waits for.
    pub parent_group: Option<String>,
    /// What that group is called.
    pub parent_name: Option<String>,
    /// The channel's code.
    pub channel: String,
    /// 1, 2 or 3.
    pub tier: i16,
    /// The stored state.
    pub state: State,
    /// Whether it is in an open claim.
    pub claimed: bool,
    /// Why its channel stands still.
    pub channel_parked: Option<ParkReason>,
    /// Whether its bulletin is paused.
    pub paused: bool,
    /// Why it is where it is.
    pub reason: Option<Reason>,
    /// Whether it went on without the group above.
    pub bypassed_parent: bool,
    /// Whether LINE may have accepted it for all we know.
    pub outcome_open: bool,
    /// Calls made.
    pub attempts: i16,
    /// Members when it was published.
    pub members: i32,
    /// Acknowledgements: of persons, each once, and unnamed ones.
    pub acknowledged: i32,
    /// Of these, without the name of a person.
    pub unnamed: i32,
    /// When the group's own steward acknowledged.
    pub steward_at: Option<Timestamp>,
    /// What somebody above reported for the office.
    pub reported: Option<ReportKind>,
    /// When.
    pub reported_at: Option<Timestamp>,
    /// Who.
    pub reported_by: Option<Actor>,
    /// In which words.
    pub reported_comment: Option<String>,
    /// When its turn came.
    pub eligible_at: Option<Timestamp>,
    /// When it goes on by itself.
    pub release_at: Option<Timestamp>,
    /// When it is tried again.
    pub due_at: Option<Timestamp>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// Who forwarded or declined it.
    pub forwarded_by: Option<Actor>,
    /// What was said when it was declined.
    pub declined_because: Option<String>,
    /// The bulletin's subject line.
    pub subject: String,
    /// The title of its steward.
    pub steward_title: Option<String>,
    /// LINE's id of the request.
    pub line_request_id: Option<Uuid>,
    /// LINE's ids of the messages.
    pub line_message_ids: Option<Vec<String>>,
    /// When the bulletin was published.
    pub published_at: Option<Timestamp>,
    /// When the first member's message with its code was written; of the last where all were taken back.
    pub heard_at: Option<Timestamp>,
    /// The worst that is to be said of such a message that stands.
    pub heard_verdict: Option<HeardVerdict>,
    /// How many of them stand.
    pub heard_messages: i64,
    /// Whether a steward of the group wrote one of these; none where it is not known.
    pub heard_by_steward: Option<bool>,
    /// When LINE took the card that answered.
    pub card_taken_at: Option<Timestamp>,
    /// LINE's ids of the card's messages.
    pub card_message_ids: Option<Vec<String>>,
    /// The mark of its last change.
    pub changed: i64,
}

/// What a page of a bulletin's deliveries is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// At or below one of these groups.
    pub scope: Option<Vec<i32>>,
    /// At or below this group.
    pub under: Option<GroupId>,
    /// Of this tier.
    pub tier: Option<i16>,
    /// Of this tier or one above it.
    pub lowest_tier: Option<i16>,
    /// Of this stored state.
    pub state: Option<State>,
    /// Ready and claimed, or ready and not.
    pub claimed: Option<bool>,
    /// Ready and standing still, or ready and not.
    pub parked: Option<bool>,
    /// Of this province.
    pub province: Option<String>,
    /// Of this office.
    pub office: Option<String>,
    /// Of this group.
    pub group: Option<GroupId>,
    /// Went on without the group above, or not.
    pub bypassed: Option<bool>,
    /// Failed because its outcome is not known, or open.
    pub outcome_unknown: Option<bool>,
    /// For this reason.
    pub reason: Option<Reason>,
    /// After the delivery of the group with this number.
    pub after: Option<i32>,
}

impl Filter {
    fn narrows(&self) -> bool {
        *self != Self { after: self.after, ..Self::default() }
    }
}

/// Reads [`Delivery`] rows; the literal says which, the rest are its arguments.
///
/// Whether one is claimed is looked up only where it is ready.
macro_rules! select_deliveries {
    ($which:tt, $($arguments:tt)*) => {
        sqlx::query_as!(
            Delivery,
            r#"select delivery_id(b.published_at, d.bulletin_no, d.group_id) as "id!: DeliveryId",
                b.id as "bulletin_id: BulletinId", d.group_id as "group_id: GroupId",
                g.code as "group", g.name as group_name, o.code as office, o.name as office_name, o.province,
                up.code as "parent_group?", up.name as "parent_name?", c.code as channel, d.tier, d.state, claimed.yes as "claimed!",
                c.parked_reason as "channel_parked?", (b.paused_at is not null) as "paused!", d.reason, d.bypassed_parent,
                d.outcome_open, d.attempts, d.members, d.acknowledged, d.unnamed, d.turn_at as eligible_at, d.release_at, d.due_at, d.ended_at,
                d.forwarded_by, d.declined_because, b.subject, s.title as "steward_title?", d.line_request_id,
                string_to_array(d.line_message_ids, ' ') as line_message_ids, b.published_at, d.changed,
                d.steward_at, d.reported, d.reported_at, d.reported_by, d.reported_comment,
                heard.at as "heard_at?: Timestamp", heard.verdict as "heard_verdict?: HeardVerdict", heard.messages as "heard_messages!",
                heard.by_steward as "heard_by_steward?",
                card.taken_at as "card_taken_at?: Timestamp",
                string_to_array(card.line_message_ids, ' ') as card_message_ids
            from deliveries d
                join groups g on g.id = d.group_id
                join offices o on o.id = g.office_id
                join channels c on c.id = d.channel_id
                join bulletins b on b.no = d.bulletin_no
                left join groups up on up.id = d.parent_group
                left join stewards s on s.group_id = d.group_id and not s.deputy and s.valid_until is null
                cross join lateral (select d.state = 'ready' and exists (
                    select from batches c where c.bulletin_no = d.bulletin_no and c.epoch is not null
                        and d.group_id = any (c.groups)) as yes) claimed
                cross join lateral (
                    select coalesce(min(h.at) filter (where h.verdict <> 'taken_back'), max(h.judged_at)) as at,
                        coalesce(max(h.verdict) filter (where h.verdict <> 'taken_back'), max(h.verdict)) as verdict,
                        count(*) filter (where h.verdict <> 'taken_back') as messages,
                        -- one of whom nobody knows may be the steward's
                        case when bool_or(h.by_steward) filter (where h.verdict <> 'taken_back') then true
                            when bool_and(h.by_steward is not null) filter (where h.verdict <> 'taken_back') then false end as by_steward
                    from heard_messages h where h.bulletin_no = d.bulletin_no and h.group_id = d.group_id) heard
                left join heard_cards card on card.bulletin_no = d.bulletin_no and card.group_id = d.group_id
            "# + $which,
            $($arguments)*
        )
    };
}

/// The delivery `id`, if it is at or below one of `scope`.
pub async fn find_delivery(db: &mut Connection, id: DeliveryId, scope: Option<&[i32]>) -> Result<Option<Delivery>> {
    Ok(select_deliveries!(
        "where d.bulletin_no = $1 and d.group_id = $2 and delivery_id(b.published_at, d.bulletin_no, d.group_id) = $3
            and ($4::int[] is null or g.path && $4)",
        id.bulletin_no().0,
        id.group().0,
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// A page of a bulletin's deliveries, in the order of their groups' numbers, which its index serves.
pub async fn list_deliveries(
    db: &mut Connection,
    bulletin: BulletinId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Delivery>> {
    // What narrows stands in one CASE: a plan kept for all arguments would take each `is null or` for a rare hit,
    // expect next to no rows, and sort the whole bulletin for every page instead of stopping after `limit`. A plan
    // for these very arguments sees through the CASE.
    Ok(select_deliveries!(
        "where d.bulletin_no = (select no from bulletins where id = $1) and d.group_id > $2 and case when not $3 then true else
            ($4::int[] is null or g.path && $4)
            and ($5::int is null or g.path @> array[$5])
            and ($6::smallint is null or d.tier = $6)
            and ($7::delivery_state is null or d.state = $7)
            and ($8::bool is null or claimed.yes = $8)
            and ($9::bool is null or (c.parked_reason is not null or b.paused_at is not null) = $9)
            and ($10::text is null or o.province = $10)
            and ($11::text is null or o.code = $11)
            and ($12::int is null or d.group_id = $12)
            and ($13::bool is null or d.bypassed_parent = $13)
            and ($14::bool is null or (d.outcome_open or d.reason is not distinct from 'outcome_unknown') = $14)
            and ($16::delivery_reason is null or d.reason = $16)
            and ($17::smallint is null or d.tier <= $17)
        end
        order by d.group_id
        limit $15",
        bulletin.0,
        filter.after.unwrap_or(i32::MIN),
        filter.narrows(),
        filter.scope.as_deref(),
        filter.under.map(|id| id.0),
        filter.tier,
        filter.state as Option<State>,
        filter.claimed,
        filter.parked,
        filter.province,
        filter.office,
        filter.group.map(|id| id.0),
        filter.bypassed,
        filter.outcome_unknown,
        limit,
        filter.reason as Option<Reason>,
        filter.lowest_tier,
    )
    .fetch_all(db)
    .await?)
}

/// The deliveries for one group of the newest `limit` published bulletins, newest first.
pub async fn list_for_group(db: &mut Connection, group: GroupId, limit: i64) -> Result<Vec<Delivery>> {
    Ok(select_deliveries!(
        "where d.group_id = $1 and d.bulletin_no = any (array(
            select no from bulletins where published_at is not null order by published_at desc limit $2))
        order by b.published_at desc",
        group.0,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What ended otherwise than accepted and may be mended, over all bulletins, the newest first: from the index that
/// holds nothing else: of the bulletins published since `since`, before the one with the id `before`.
pub async fn list_failures(
    db: &mut Connection,
    since: Timestamp,
    before: Option<DeliveryId>,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Delivery>> {
    Ok(select_deliveries!(
        "where d.failure_no >= bulletin_month($1) * 1000000 and b.published_at >= $1
            and (d.failure_no, d.group_id) < ($2, $7) and ($3::int[] is null or g.path && $3)
            and ($4::delivery_state is null or d.state = $4)
            and ($5::delivery_reason is null or d.reason = $5)
        order by d.failure_no desc, d.group_id desc
        limit $6",
        since as Timestamp,
        before.map_or(i32::MAX, |id| id.bulletin_no().0),
        filter.scope.as_deref(),
        filter.state as Option<State>,
        filter.reason as Option<Reason>,
        limit,
        before.map_or(i32::MAX, |id| id.group().0),
    )
    .fetch_all(db)
    .await?)
}

/// A page of what changed after the mark `since`, or under that very mark after the delivery `last`, over all
/// bulletins, in the order of the changes; nothing above `horizon`, which was asked for before
/// ([`get_change_horizon`]).
///
/// Only bulletins that changed are looked at, however much history there is. All of it is one statement: the marks
/// shown must be those that the page was cut by, or a cursor made of them would jump over changes.
pub async fn list_changed(
    db: &mut Connection,
    since: i64,
    last: Option<DeliveryId>,
    horizon: i64,
    scope: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    Ok(select_deliveries!(
        "where d.bulletin_no = any (array(select distinct bulletin_no from progress where changed >= $1))
            and (d.changed, d.bulletin_no, d.group_id) > ($1, $2, $6)
            and d.changed <= $5
            and ($3::int[] is null or g.path && $3)
        order by d.changed, d.bulletin_no, d.group_id
        limit $4",
        since,
        last.map_or(i32::MAX, |id| id.bulletin_no().0),
        scope,
        limit,
        horizon,
        last.map_or(i32::MAX, |id| id.group().0),
    )
    .fetch_all(db)
    .await?)
}

/// The mark up to which every transaction has ended that changed deliveries: where a reader of changes may start or has
/// caught up. A transaction that changes none, in this database or another, holds nobody up.
pub async fn get_change_horizon(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select change_horizon() as "mark!""#).fetch_one(db).await?)
}

/// The delivery of a bulletin for a group, where there is one.
pub async fn find_for_group(db: &mut Connection, bulletin: BulletinId, group: GroupId) -> Result<Option<DeliveryId>> {
    Ok(sqlx::query_scalar!(
        r#"select delivery_id(b.published_at, d.bulletin_no, d.group_id) as "id!: DeliveryId"
        from bulletins b join deliveries d on d.bulletin_no = b.no where b.id = $1 and d.group_id = $2"#,
        bulletin.0,
        group.0,
    )
    .fetch_optional(db)
    .await?)
}

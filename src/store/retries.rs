//! Retries: what failed, or could not be reached, is ready again because a person said so.
//!
//! One set-based statement on one bulletin; the caller holds the bulletin's lock, as with all [`transitions`](super::transitions).

use super::locks::BulletinsLocked;
use super::{Connection, Result};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{BulletinId, DeliveryId, GroupId};
use crate::domain::time::Timestamp;

/// Which failed and unreachable deliveries a person wants tried again; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct RetryFilter {
    /// Only this one.
    pub delivery: Option<DeliveryId>,
    /// Only failed, or only unreachable ones.
    pub state: Option<State>,
    /// Only of this tier.
    pub tier: Option<i16>,
    /// Only of this province.
    pub province: Option<String>,
    /// Only what ended for this reason.
    pub reason: Option<Reason>,
    /// Only this group.
    pub group: Option<GroupId>,
    /// Only at or below this group.
    pub under: Option<GroupId>,
    /// Only at or below one of these.
    pub scope: Option<Vec<i32>>,
}

/// Queues failed and unreachable deliveries again.
///
/// One that LINE may have accepted keeps its key, bytes and recipient while the key is good; once it is not
/// (`key_good_since`), it goes again only with `include_unknown`, under a new key. One that was refused for
/// certain goes to the group's present link, with a new key where the place or the key's age asks for it.
pub async fn retry(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    filter: &RetryFilter,
    include_unknown: bool,
    key_good_since: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    let moved = sqlx::query!(
        "with chosen as (
            select d.bulletin_no, d.group_id, place.line_group_no, coalesce(place.channel_id, d.channel_id) as channel_id,
                coalesce(p.state = 'waiting', false) as parent_waiting,
                d.outcome_open and d.key_used_at > $9 as same,
                d.outcome_open or d.key_used_at <= $9 or (d.key_used_at is not null
                    and (d.recipient, d.channel_id) is distinct from (place.line_group_no, place.channel_id)) as other_key
            from bulletins b join deliveries d on d.bulletin_no = b.no
                join groups g on g.id = d.group_id join offices o on o.id = g.office_id
                left join deliveries p on p.bulletin_no = d.bulletin_no and p.group_id = d.parent_group
                -- a withdrawal notice goes where the bulletin went, whatever is linked now
                cross join lateral (
                    select g.line_group_no, g.channel_id where b.kind <> 'withdrawal' or d.recipient is null
                    union all
                    select d.recipient, d.channel_id where b.kind = 'withdrawal' and d.recipient is not null
                ) as place
            where b.id = $1 and d.state in ('failed', 'unreachable')
                and ($2::int is null or d.group_id = $2)
                and ($3::delivery_state is null or d.state = $3)
                and ($4::smallint is null or d.tier = $4)
                and ($5::text is null or o.province = $5)
                and ($6::int is null or d.group_id = $6)
                and ($7::int is null or g.path @> array[$7])
                and ($8::int[] is null or g.path && $8)
                and ($11 or not d.outcome_open or d.key_used_at > $9)
                and ($12::delivery_reason is null or d.reason = $12)
        )
        update deliveries d set
            state = case when c.parent_waiting then 'waiting' else 'ready' end::delivery_state,
            reason = null, ended_at = null, due_at = null, attempts = 0,
            turn_at = case when not c.parent_waiting then $10::timestamptz end,
            recipient = case when c.same then coalesce(d.recipient, c.line_group_no) else c.line_group_no end,
            channel_id = case when c.same then d.channel_id else c.channel_id end,
            retry_key = case when not c.same and c.other_key then gen_random_uuid() else d.retry_key end,
            key_used_at = case when not c.same and c.other_key then null else d.key_used_at end,
            outcome_open = c.same,
            changed = (select change_mark())
        from chosen c where d.bulletin_no = c.bulletin_no and d.group_id = c.group_id",
        bulletin.0,
        filter.delivery.map(|id| id.group().0),
        filter.state as Option<State>,
        filter.tier,
        filter.province,
        filter.group.map(|id| id.0),
        filter.under.map(|id| id.0),
        filter.scope.as_deref(),
        key_good_since as Timestamp,
        now as Timestamp,
        include_unknown,
        filter.reason as Option<Reason>,
    )
    .execute(db)
    .await?;
    Ok(moved.rows_affected())
}

/// The bulletin of a delivery.
pub async fn find_bulletin_of(db: &mut Connection, delivery: DeliveryId) -> Result<Option<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select b.id as "id: BulletinId" from bulletins b join deliveries d on d.bulletin_no = b.no
        where b.no = $1 and d.group_id = $2 and delivery_id(b.published_at, d.bulletin_no, d.group_id) = $3"#,
        delivery.bulletin_no().0,
        delivery.group().0,
        delivery.0,
    )
    .fetch_optional(db)
    .await?)
}

//! What ended otherwise than accepted and may be mended, grouped by cause.
//!
//! Read from an index of its own that holds nothing else, so that it costs what there is to mend.

use super::super::{Connection, Result};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::retries::RetryFilter;

/// One cause.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Failed, unreachable or declined.
    pub state: State,
    /// Why.
    pub reason: Option<Reason>,
    /// Deliveries.
    pub deliveries: i64,
    /// Groups.
    pub groups: i64,
    /// Bulletins.
    pub bulletins: i64,
    /// Seats in these deliveries' groups.
    pub seats: i64,
    /// The last time it happened.
    pub last_at: Option<Timestamp>,
}

/// The causes in one bulletin, the most frequent first.
pub async fn list_causes_of(db: &mut Connection, bulletin: BulletinId, scope: Option<&[i32]>) -> Result<Vec<Cause>> {
    Ok(sqlx::query_as!(
        Cause,
        r#"select d.state, d.reason, count(*) as "deliveries!", count(distinct d.group_id) as "groups!",
            1::bigint as "bulletins!", coalesce(sum(d.members), 0) as "seats!", max(d.ended_at) as "last_at: Timestamp"
        from deliveries d join groups g on g.id = d.group_id
        where d.bulletin_no = (select no from bulletins where id = $1)
            and d.state in ('failed', 'unreachable', 'declined') and ($2::int[] is null or g.path && $2)
        group by d.state, d.reason order by count(*) desc, d.state, d.reason"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// The causes in the bulletins published since `since`, the most frequent first.
pub async fn list_causes(db: &mut Connection, since: Timestamp, scope: Option<&[i32]>) -> Result<Vec<Cause>> {
    Ok(sqlx::query_as!(
        Cause,
        r#"select d.state, d.reason, count(*) as "deliveries!", count(distinct d.group_id) as "groups!",
            count(distinct d.bulletin_no) as "bulletins!", coalesce(sum(d.members), 0) as "seats!",
            max(d.ended_at) as "last_at: Timestamp"
        from deliveries d join bulletins b on b.no = d.bulletin_no join groups g on g.id = d.group_id
        where d.failure_no >= bulletin_month($1) * 1000000 and b.published_at >= $1 and ($2::int[] is null or g.path && $2)
        group by d.state, d.reason order by count(*) desc, d.state, d.reason"#,
        since as Timestamp,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// What trying again would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retryable {
    /// Deliveries that would be queued.
    pub deliveries: i64,
    /// Of these, for groups without a LINE link: they would come to the same end.
    pub unlinked: i64,
    /// Left out unless it is said that they may arrive twice: LINE may have accepted them, too long ago to ask.
    pub unknown: i64,
}

/// What trying again with this filter would do.
pub async fn count_retryable(
    db: &mut Connection,
    bulletin: BulletinId,
    filter: &RetryFilter,
    key_good_since: Timestamp,
) -> Result<Retryable> {
    Ok(sqlx::query_as!(
        Retryable,
        r#"select count(*) filter (where not late) as "deliveries!",
            count(*) filter (where not late and not linked) as "unlinked!", count(*) filter (where late) as "unknown!"
        from (
            select d.outcome_open and d.key_used_at <= $8 as late, g.line_group_id is not null as linked
            from deliveries d join groups g on g.id = d.group_id join offices o on o.id = g.office_id
            where d.bulletin_no = (select no from bulletins where id = $1) and d.state in ('failed', 'unreachable')
                and ($2::delivery_state is null or d.state = $2)
                and ($3::smallint is null or d.tier = $3)
                and ($4::text is null or o.province = $4)
                and ($5::int is null or d.group_id = $5)
                and ($6::int[] is null or g.path && $6)
                and ($7::delivery_reason is null or d.reason = $7)
        ) as chosen"#,
        bulletin.0,
        filter.state as Option<State>,
        filter.tier,
        filter.province,
        filter.group.map(|id| id.0),
        filter.scope.as_deref(),
        filter.reason as Option<Reason>,
        key_good_since as Timestamp,
    )
    .fetch_one(db)
    .await?)
}

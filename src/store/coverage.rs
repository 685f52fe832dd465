//! Coverage: how much of the tree can be reached, by tier and province.

use super::{Connection, Result};
use crate::domain::ids::BulletinId;

/// The coverage of one tier in one province.
#[derive(Clone, Debug)]
pub struct CoverageRow {
    /// 1, 2 or 3.
    pub tier: i16,
    /// The province; none = groups of no province.
    pub province: Option<String>,
    /// Groups in use.
    pub groups: i64,
    /// Of these, linked to a LINE group.
    pub linked: i64,
    /// Of these, once linked, from which the account is gone.
    pub lost: i64,
    /// Members of the LINE groups.
    pub seats: i64,
    /// People who should be in them.
    pub head_count: i64,
    /// Deliveries of the last bulletin.
    pub last_deliveries: i64,
    /// Of these, accepted by LINE.
    pub last_accepted: i64,
    /// Of these, heard as somebody's forward.
    pub last_seen: i64,
}

/// The coverage at or below `scope`, by tier and province, with the share of the bulletin `last` accepted.
pub async fn list_coverage(
    db: &mut Connection,
    scope: Option<&[i32]>,
    last: Option<BulletinId>,
) -> Result<Vec<CoverageRow>> {
    Ok(sqlx::query_as!(
        CoverageRow,
        r#"select g.tier, o.province, count(*) as "groups!", count(g.line_group_id) as "linked!",
            count(*) filter (where g.lost_at is not null) as "lost!", coalesce(sum(g.members), 0) as "seats!",
            coalesce(sum(g.head_count), 0) as "head_count!", count(d.group_id) as "last_deliveries!",
            count(d.group_id) filter (where d.state = 'accepted') as "last_accepted!",
            count(d.group_id) filter (where d.state = 'seen') as "last_seen!"
        from groups g join offices o on o.id = g.office_id
            left join deliveries d on d.bulletin_no = (select no from bulletins where id = $2) and d.group_id = g.id
        where not g.retired and ($1::int[] is null or g.path && $1)
        group by g.tier, o.province order by g.tier, o.province"#,
        scope,
        last.map(|id| id.0),
    )
    .fetch_all(db)
    .await?)
}

/// The newest bulletin that was published as news, a correction or a drill.
pub async fn find_last_bulletin(db: &mut Connection) -> Result<Option<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: BulletinId" from bulletins
        where published_at is not null and kind in ('news', 'correction') order by id desc limit 1"#
    )
    .fetch_optional(db)
    .await?)
}

//! The chart as people look through it: groups with their office, link, steward, way and last bulletin.

use super::{Connection, Result};
use crate::domain::bulletin::Forwarding;
use crate::domain::delivery::State;
use crate::domain::ids::BulletinId;
use crate::domain::search::pattern;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;

/// Bulletins among which the last one of a group is looked for, so that a group that gets none costs no more.
const RECENT: i64 = 50;

/// What the list is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct ChartFilter {
    /// At or below one of these groups.
    pub scope: Option<Vec<i32>>,
    /// In whose name, code or office's name this stands, in any spelling.
    pub words: Option<String>,
    /// Of this tier.
    pub tier: Option<i16>,
    /// Of this province.
    pub province: Option<String>,
    /// Linked or not.
    pub linked: Option<bool>,
    /// Out of use or not.
    pub retired: bool,
    /// After this code.
    pub after: String,
}

/// A group in the list.
#[derive(Clone, Debug)]
pub struct ChartRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// 1, 2 or 3.
    pub tier: i16,
    /// Its office's name.
    pub office_name: String,
    /// The office's province.
    pub province: Option<String>,
    /// Whether a LINE group is linked.
    pub linked: bool,
    /// Members of the LINE group.
    pub members: Option<i32>,
    /// People who should be in it.
    pub head_count: Option<i32>,
    /// How it gets its copy; none = as the settings say.
    pub way: Option<Way>,
    /// How a bulletin comes into it.
    pub forwarding: Forwarding,
    /// The title of the steward who forwards into it.
    pub steward_title: Option<String>,
    /// The last bulletin that went to it.
    pub last_id: Option<BulletinId>,
    /// When that was published.
    pub last_at: Option<Timestamp>,
    /// Where it stands there.
    pub last_state: Option<State>,
}

/// A page of the groups by code.
pub async fn list_chart(db: &mut Connection, filter: &ChartFilter, limit: i64) -> Result<Vec<ChartRow>> {
    Ok(sqlx::query_as!(
        ChartRow,
        r#"with recent as materialized (
            select id, no, published_at from bulletins where published_at is not null order by published_at desc limit $8
        ), page as materialized (
            select g.id, g.code, g.name, g.tier, o.name as office_name, o.province, g.line_group_id is not null as linked, g.members,
                g.head_count, g.way, g.forwarding
            from groups g join offices o on o.id = g.office_id
            where g.code > $1 and ($2::int[] is null or g.path && $2) and ($3::smallint is null or g.tier = $3)
                and ($4::text is null or o.province = $4) and ($5::bool is null or (g.line_group_id is not null) = $5)
                and g.retired = $6
                and ($7::text is null or g.name_form like $7 or o.name_form like $7 or lower(g.code) like $7)
            order by g.code limit $9
        )
        select p.code, p.name, p.tier, p.office_name, p.province, p.linked as "linked!", p.members, p.head_count,
            p.way as "way: Way", p.forwarding, s.title as "steward_title?",
            last.id as "last_id?: BulletinId", last.published_at as "last_at?", last.state as "last_state?"
        from page p left join stewards s on s.group_id = p.id and not s.deputy and s.valid_until is null
            left join lateral (
                select r.id, r.published_at, d.state from recent r join deliveries d on d.bulletin_no = r.no and d.group_id = p.id
                order by r.published_at desc limit 1
            ) last on true
        order by p.code"#,
        filter.after,
        filter.scope.as_deref(),
        filter.tier,
        filter.province,
        filter.linked,
        filter.retired,
        filter.words.as_deref().map(pattern),
        RECENT,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many groups the filter leaves, and how many of these are linked; where the page begins does not matter.
pub async fn count_chart(db: &mut Connection, filter: &ChartFilter) -> Result<(i64, i64)> {
    let counted = sqlx::query!(
        r#"select count(*) as "groups!", count(g.line_group_id) as "linked!"
        from groups g join offices o on o.id = g.office_id
        where ($1::int[] is null or g.path && $1) and ($2::smallint is null or g.tier = $2)
            and ($3::text is null or o.province = $3) and ($4::bool is null or (g.line_group_id is not null) = $4)
            and g.retired = $5
            and ($6::text is null or g.name_form like $6 or o.name_form like $6 or lower(g.code) like $6)"#,
        filter.scope.as_deref(),
        filter.tier,
        filter.province,
        filter.linked,
        filter.retired,
        filter.words.as_deref().map(pattern),
    )
    .fetch_one(db)
    .await?;
    Ok((counted.groups, counted.linked))
}

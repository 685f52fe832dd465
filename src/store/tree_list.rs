//! The chart as people look through it: groups with their office, link, steward, way and last bulletin.

use super::plans::plan_anew;
use super::{Result, Tx};
use crate::domain::bulletin::Forwarding;
use crate::domain::delivery::State;
use crate::domain::ids::BulletinId;
use crate::domain::search::name_patterns;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;

/// Bulletins among which the last one of a group is looked for, so that a group that gets none costs no more.
const RECENT: i64 = 50;

/// What the list is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct ChartFilter {
    /// At or below one of these groups.
    pub scope: Option<Vec<i32>>,
    /// In whose name, code or office's name each piece of this stands, in any spelling.
    pub words: String,
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

/// How many groups a filter leaves, wherever the page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChartCount {
    /// All of them.
    pub groups: i64,
    /// Of these, linked.
    pub linked: i64,
}

/// A page of the groups by code. They are read in that order until there are enough.
pub async fn list_chart(tx: &mut Tx, filter: &ChartFilter, limit: i64) -> Result<Vec<ChartRow>> {
    plan_anew(tx).await?;
    Ok(sqlx::query_as!(
        ChartRow,
        r#"with recent as materialized (
            select id, no, published_at from bulletins where published_at is not null order by published_at desc limit $8
        ), page as materialized (
            select g.id, g.line_group_id is not null as linked
            from groups g join offices o on o.id = g.office_id
            where g.code > $1 and ($2::int[] is null or g.path && $2) and ($3::smallint is null or g.tier = $3)
                and ($4::text is null or o.province = $4) and ($5::bool is null or (g.line_group_id is not null) = $5)
                and g.retired = $6 and (cardinality($7::text[]) = 0 or (g.search_form || '|' || o.name_form) like all ($7))
            order by g.code limit $9
        )
        select g.code, g.name, g.tier, o.name as office_name, o.province, p.linked as "linked!", g.members, g.head_count,
            g.way as "way: Way", g.forwarding, s.title as "steward_title?",
            last.id as "last_id?: BulletinId", last.published_at as "last_at?", last.state as "last_state?"
        from page p join groups g on g.id = p.id join offices o on o.id = g.office_id
            left join stewards s on s.group_id = p.id and not s.deputy and s.valid_until is null
            left join lateral (
                select r.id, r.published_at, d.state from recent r join deliveries d on d.bulletin_no = r.no and d.group_id = p.id
                order by r.published_at desc limit 1
            ) last on true
        order by g.code"#,
        filter.after,
        filter.scope.as_deref(),
        filter.tier,
        filter.province,
        filter.linked,
        filter.retired,
        &name_patterns(&filter.words),
        RECENT,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// How many groups the filter leaves, on all pages.
pub async fn count_chart(tx: &mut Tx, filter: &ChartFilter) -> Result<ChartCount> {
    plan_anew(tx).await?;
    Ok(sqlx::query_as!(
        ChartCount,
        r#"select count(*) as "groups!", count(g.line_group_id) as "linked!"
        from groups g join offices o on o.id = g.office_id
        where ($1::int[] is null or g.path && $1) and ($2::smallint is null or g.tier = $2)
            and ($3::text is null or o.province = $3) and ($4::bool is null or (g.line_group_id is not null) = $4)
            and g.retired = $5 and (cardinality($6::text[]) = 0 or (g.search_form || '|' || o.name_form) like all ($6))"#,
        filter.scope.as_deref(),
        filter.tier,
        filter.province,
        filter.linked,
        filter.retired,
        &name_patterns(&filter.words),
    )
    .fetch_one(&mut **tx)
    .await?)
}

//! The chart as people look through it: groups with their office, link, steward, way and last bulletin.

use super::{Connection, Result};
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
    /// Of how many that the filter leaves.
    pub groups: i64,
    /// Of how many of these that are linked.
    pub all_linked: i64,
}

/// How many groups a filter leaves, wherever the page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChartCount {
    /// All of them.
    pub groups: i64,
    /// Of these, linked.
    pub linked: i64,
}

/// A page of the groups by code.
///
/// What the filter leaves is found once, for the page and for the numbers above it.
pub async fn list_chart(db: &mut Connection, filter: &ChartFilter, limit: i64) -> Result<Vec<ChartRow>> {
    Ok(sqlx::query_as!(
        ChartRow,
        r#"with recent as materialized (
            select id, no, published_at from bulletins where published_at is not null order by published_at desc limit $8
        ), found as materialized (
            select g.id, g.code, g.line_group_id is not null as linked
            from groups g join offices o on o.id = g.office_id
            where ($2::int[] is null or g.path && $2) and ($3::smallint is null or g.tier = $3)
                and ($4::text is null or o.province = $4) and ($5::bool is null or (g.line_group_id is not null) = $5)
                and g.retired = $6
                and (g.name_form || '|' || o.name_form || '|' || lower(g.code)) like all ($7)
        ), counted as materialized (
            select count(*) as groups, count(*) filter (where linked) as linked from found
        ), page as materialized (
            select id, linked from found where code > $1 order by code limit $9
        )
        select g.code, g.name, g.tier, o.name as office_name, o.province, p.linked as "linked!", g.members, g.head_count,
            g.way as "way: Way", g.forwarding, s.title as "steward_title?",
            last.id as "last_id?: BulletinId", last.published_at as "last_at?", last.state as "last_state?",
            counted.groups as "groups!", counted.linked as "all_linked!"
        from page p join groups g on g.id = p.id join offices o on o.id = g.office_id cross join counted
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
    .fetch_all(db)
    .await?)
}

/// How many groups the filter leaves of which these are a page.
pub async fn count_chart(db: &mut Connection, filter: &ChartFilter, page: &[ChartRow]) -> Result<ChartCount> {
    match page.first() {
        Some(row) => Ok(ChartCount { groups: row.groups, linked: row.all_linked }),
        None if filter.after.is_empty() => Ok(ChartCount::default()),
        // groups went away behind the one with which the page before ended
        None => {
            let all = ChartFilter { after: String::new(), ..filter.clone() };
            let first = list_chart(db, &all, 1).await?;
            Ok(first.first().map(|row| ChartCount { groups: row.groups, linked: row.all_linked }).unwrap_or_default())
        }
    }
}

//! Groups: the nodes of the tree, read by code and changed one at a time. Bulk changes are `tree`'s; which LINE group
//! belongs to one is `links`'.

use super::{Connection, Result, StoreError};
use crate::domain::bulletin::Forwarding;
use crate::domain::ids::{GroupId, OfficeId};
use crate::domain::office::OfficeKind;
use crate::domain::search::compare_form;
use crate::domain::thai::normal_form;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;

/// A group with what its office says of it.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    /// Its code.
    pub code: String,
    /// The code of the group above.
    pub parent: Option<String>,
    /// The numbers of the groups from the root down to this one.
    pub path: Vec<i32>,
    /// 1, 2 or 3.
    pub tier: i16,
    /// Its name.
    pub name: String,
    /// Its office.
    pub office_id: OfficeId,
    /// Its office's code.
    pub office: String,
    /// Its office's name.
    pub office_name: String,
    /// What kind of body the office is.
    pub office_kind: OfficeKind,
    /// The office's province.
    pub province: Option<String>,
    /// The channel that sends to it.
    pub channel: Option<String>,
    /// Whether a LINE group is linked.
    pub linked: bool,
    /// What its members call the LINE group, read back when it was linked.
    pub line_name: Option<String>,
    /// When it was linked.
    pub linked_at: Option<Timestamp>,
    /// Since when the account is known to be gone from the LINE group.
    pub lost_at: Option<Timestamp>,
    /// Members of the LINE group.
    pub members: Option<i32>,
    /// People who should be in it.
    pub head_count: Option<i32>,
    /// How a bulletin comes into it.
    pub forwarding: Forwarding,
    /// Minutes until it goes in by itself.
    pub forward_within: Option<i32>,
    /// How it gets its copy; none = as the settings say.
    pub way: Option<Way>,
    /// Minutes until what nobody forwarded is pushed; none = by urgency.
    pub push_after: Option<i32>,
    /// Whether it is out of use.
    pub retired: bool,
}

/// What a page of groups is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// At or below one of these groups.
    pub scope: Option<Vec<i32>>,
    /// At or below this group.
    pub under: Option<GroupId>,
    /// Of this tier.
    pub tier: Option<i16>,
    /// Of this province.
    pub province: Option<String>,
    /// Of this office.
    pub office: Option<String>,
    /// Linked or not.
    pub linked: Option<bool>,
    /// After this code.
    pub after: String,
}

/// The groups for which the rest of the query, literally, is true: the one place where their columns are named.
macro_rules! select_groups {
    ($which:tt $(, $($arguments:tt)*)?) => {
        sqlx::query_as!(
            Group,
            r#"select g.id as "id: GroupId", g.code, up.code as "parent?", g.path, g.tier, g.name,
            o.id as "office_id: OfficeId", o.code as office, o.name as office_name, o.kind as office_kind, o.province,
            c.code as "channel?", (g.line_group_id is not null) as "linked!", g.line_name, g.linked_at, g.lost_at, g.members,
            g.head_count, g.forwarding, g.forward_within, g.way as "way: Way", g.push_after, g.retired
        from groups g join offices o on o.id = g.office_id
            left join groups up on up.id = g.parent_id left join channels c on c.id = g.channel_id"# + $which
            $(, $($arguments)*)?
        )
    };
}

/// A page of groups by code.
pub async fn list_groups(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Group>> {
    Ok(select_groups!(
        "
        where g.code > $1
            and ($2::int[] is null or g.path && $2)
            and ($3::int is null or g.path @> array[$3])
            and ($4::smallint is null or g.tier = $4)
            and ($5::text is null or o.province = $5)
            and ($6::text is null or o.code = $6)
            and ($7::bool is null or (g.line_group_id is not null) = $7)
        order by g.code limit $8",
        filter.after,
        filter.scope.as_deref(),
        filter.under.map(|id| id.0),
        filter.tier,
        filter.province,
        filter.office,
        filter.linked,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The group called `code`. It is found in any spelling of its code.
pub async fn find_group(db: &mut Connection, code: &str) -> Result<Option<Group>> {
    let code = normal_form(code);
    Ok(select_groups!(
        "
        where g.code = $1",
        code.trim(),
    )
    .fetch_optional(db)
    .await?)
}

/// A group's neighbour in the tree.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether a LINE group is linked.
    pub linked: bool,
    /// How far above; 0 = right below.
    pub above: i32,
}

/// The groups above a group, from the root down, and those right below it, by name: at most `limit` of these.
pub async fn list_neighbours(db: &mut Connection, group: GroupId, limit: i64) -> Result<Vec<Neighbour>> {
    Ok(sqlx::query_as!(
        Neighbour,
        r#"(select up.code as "code!", up.name as "name!", up.line_group_id is not null as "linked!",
                (cardinality(g.path) - array_position(g.path, up.id))::int as "above!"
            from groups g join groups up on up.id = any (g.path) and up.id <> g.id where g.id = $1 order by 4 desc)
        union all
        (select code, name, line_group_id is not null, 0 from groups where parent_id = $1 and not retired
            order by tier, name, id limit $2)"#,
        group.0,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// A group in use below another.
#[derive(Clone, Debug)]
pub struct BelowGroup {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The groups in use below a group, by tier and name: at most `limit` of them.
pub async fn list_in_use_below(db: &mut Connection, group: GroupId, limit: i64) -> Result<Vec<BelowGroup>> {
    Ok(sqlx::query_as!(
        BelowGroup,
        "select code, name from groups where path @> array[$1::int] and id <> $1 and not retired order by tier, name, id limit $2",
        group.0,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many groups in use are below a group, and how many copies of bulletins are on their way to it and to those below.
pub async fn count_below(db: &mut Connection, group: GroupId) -> Result<(i64, i64)> {
    let counted = sqlx::query!(
        r#"with own as materialized (select id, retired from groups where path @> array[$1::int])
        select (select count(*) from own where id <> $1 and not retired) as "below!",
            (select count(*) from deliveries d where d.group_id in (select id from own) and d.state in ('waiting', 'held', 'ready')
                and d.bulletin_no in (select bulletin_no from progress where waiting + held + ready > 0)) as "under_way!""#,
        group.0,
    )
    .fetch_one(db)
    .await?;
    Ok((counted.below, counted.under_way))
}

/// The number of the root, where a tree is loaded.
pub async fn find_root(db: &mut Connection) -> Result<Option<GroupId>> {
    Ok(sqlx::query_scalar!(r#"select id as "id: GroupId" from groups where parent_id is null"#)
        .fetch_optional(db)
        .await?)
}

/// The numbers of the groups of an office.
pub async fn list_ids_of_office(db: &mut Connection, office: OfficeId) -> Result<Vec<i32>> {
    Ok(sqlx::query_scalar!("select id from groups where office_id = $1", office.0).fetch_all(db).await?)
}

/// The numbers of the groups at or below `scope`.
pub async fn list_ids_under(db: &mut Connection, scope: &[i32]) -> Result<Vec<i32>> {
    Ok(sqlx::query_scalar!("select id from groups where path && $1", scope).fetch_all(db).await?)
}

/// A group's number, path and office, by code.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its number.
    pub id: GroupId,
    /// Its code.
    pub code: String,
    /// The numbers from the root down to it.
    pub path: Vec<i32>,
    /// Its office.
    pub office_id: OfficeId,
}

/// Where the groups called `codes` stand; unknown codes are left out.
pub async fn list_places(db: &mut Connection, codes: &[String]) -> Result<Vec<Place>> {
    Ok(sqlx::query_as!(
        Place,
        r#"select id as "id: GroupId", code, path, office_id as "office_id: OfficeId" from groups where code = any ($1)"#,
        codes,
    )
    .fetch_all(db)
    .await?)
}

/// Locks a group until the transaction ends.
pub async fn lock_group(db: &mut Connection, group: GroupId) -> Result<()> {
    // before the row, as an import takes the table first too
    sqlx::query!("lock table groups in row exclusive mode").execute(&mut *db).await?;
    sqlx::query!("select from groups where id = $1 for update", group.0).fetch_all(db).await?;
    Ok(())
}

/// What is changed of a group's own settings; `None` leaves one, an inner `None` clears it.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// How a bulletin comes into it.
    pub forwarding: Option<Forwarding>,
    /// Minutes until it goes in by itself; cleared = never.
    pub forward_within: Option<Option<i32>>,
    /// How it gets its copy; cleared = as the settings say.
    pub way: Option<Option<Way>>,
    /// Minutes until what nobody forwarded is pushed; cleared = by urgency.
    pub push_after: Option<Option<i32>>,
}

/// Changes a group's own settings.
pub async fn update_settings(
    db: &mut Connection,
    group: GroupId,
    change: &SettingsChange<'_>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update groups set name = coalesce($2, name), name_form = coalesce($7, name_form), forwarding = coalesce($3, forwarding),
            forward_within = case when $4 then $5 else forward_within end, way = case when $8 then $9 else way end,
            push_after = case when $10 then $11 else push_after end, updated_at = $6
        where id = $1",
        group.0,
        change.name,
        change.forwarding as Option<Forwarding>,
        change.forward_within.is_some(),
        change.forward_within.flatten(),
        now as Timestamp,
        change.name.map(compare_form),
        change.way.is_some(),
        change.way.flatten() as Option<Way>,
        change.push_after.is_some(),
        change.push_after.flatten(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The name of a group.
///
/// # Errors
/// [`StoreError::Absent`] where there is none; when the database fails.
pub async fn get_name(db: &mut Connection, group: GroupId) -> Result<String> {
    sqlx::query_scalar!("select name from groups where id = $1", group.0)
        .fetch_optional(db)
        .await?
        .ok_or(StoreError::Absent("group"))
}

//! Groups: the nodes of the tree, read by code and changed one at a time; bulk changes are `tree`'s.

use super::channels::lock_claims;
use super::record::lock_bulletins_shared;
use super::{Connection, Result, StoreError};
use crate::domain::bulletin::Forwarding;
use crate::domain::ids::{BulletinId, ChannelId, GroupId, OfficeId};
use crate::domain::office::OfficeKind;
use crate::domain::time::Timestamp;

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

/// A page of groups by code.
///
/// # Errors
/// When the database fails.
pub async fn list_groups(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Group>> {
    Ok(sqlx::query_as!(
        Group,
        r#"select g.id as "id: GroupId", g.code, up.code as "parent?", g.path, g.tier, g.name,
            o.id as "office_id: OfficeId", o.code as office, o.name as office_name, o.kind as office_kind, o.province,
            c.code as "channel?", (g.line_group_id is not null) as "linked!", g.line_name, g.linked_at, g.lost_at, g.members,
            g.head_count, g.forwarding, g.forward_within, g.retired
        from groups g join offices o on o.id = g.office_id
            left join groups up on up.id = g.parent_id left join channels c on c.id = g.channel_id
        where g.code > $1
            and ($2::int[] is null or g.path && $2)
            and ($3::int is null or g.path @> array[$3])
            and ($4::smallint is null or g.tier = $4)
            and ($5::text is null or o.province = $5)
            and ($6::text is null or o.code = $6)
            and ($7::bool is null or (g.line_group_id is not null) = $7)
        order by g.code limit $8"#,
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

/// The group called `code`.
///
/// # Errors
/// When the database fails.
pub async fn find_group(db: &mut Connection, code: &str) -> Result<Option<Group>> {
    Ok(sqlx::query_as!(
        Group,
        r#"select g.id as "id: GroupId", g.code, up.code as "parent?", g.path, g.tier, g.name,
            o.id as "office_id: OfficeId", o.code as office, o.name as office_name, o.kind as office_kind, o.province,
            c.code as "channel?", (g.line_group_id is not null) as "linked!", g.line_name, g.linked_at, g.lost_at, g.members,
            g.head_count, g.forwarding, g.forward_within, g.retired
        from groups g join offices o on o.id = g.office_id
            left join groups up on up.id = g.parent_id left join channels c on c.id = g.channel_id
        where g.code = $1"#,
        code,
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
///
/// # Errors
/// When the database fails.
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

/// The number of the root, where a tree is loaded.
///
/// # Errors
/// When the database fails.
pub async fn find_root(db: &mut Connection) -> Result<Option<GroupId>> {
    Ok(sqlx::query_scalar!(r#"select id as "id: GroupId" from groups where parent_id is null"#)
        .fetch_optional(db)
        .await?)
}

/// The numbers of the groups of an office.
///
/// # Errors
/// When the database fails.
pub async fn list_ids_of_office(db: &mut Connection, office: OfficeId) -> Result<Vec<i32>> {
    Ok(sqlx::query_scalar!("select id from groups where office_id = $1", office.0).fetch_all(db).await?)
}

/// The numbers of the groups at or below `scope`.
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails.
pub async fn list_places(db: &mut Connection, codes: &[String]) -> Result<Vec<Place>> {
    Ok(sqlx::query_as!(
        Place,
        r#"select id as "id: GroupId", code, path, office_id as "office_id: OfficeId" from groups where code = any ($1)"#,
        codes,
    )
    .fetch_all(db)
    .await?)
}

/// Changes a group's own settings; `None` leaves one. The inner `None` of `forward_within` means never by itself.
///
/// # Errors
/// When the database fails.
pub async fn update_settings(
    db: &mut Connection,
    group: GroupId,
    name: Option<&str>,
    forwarding: Option<Forwarding>,
    forward_within: Option<Option<i32>>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update groups set name = coalesce($2, name), forwarding = coalesce($3, forwarding),
            forward_within = case when $4 then $5 else forward_within end, updated_at = $6
        where id = $1",
        group.0,
        name,
        forwarding as Option<Forwarding>,
        forward_within.is_some(),
        forward_within.flatten(),
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Binds a LINE group to a group, as of `linked_at`, and moves its unused deliveries there.
///
/// # Errors
/// [`StoreError::Refused`] where the LINE group is bound to another group; when the database fails.
pub async fn link_group(
    db: &mut Connection,
    group: GroupId,
    channel: ChannelId,
    line_group_id: &str,
    linked_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    lock_open_bulletins(db, group).await?;
    let changed = sqlx::query!(
        "update groups set channel_id = $2, line_group_id = $3, linked_at = $4, lost_at = null, updated_at = $5
        where id = $1",
        group.0,
        channel.0,
        line_group_id,
        linked_at as Timestamp,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(StoreError::Absent("group"));
    }
    lock_claims(db).await?;
    // what was never sent goes to the new place; what may have been sent stays with the old one
    sqlx::query!(
        "update deliveries set channel_id = $2, recipient = $3, changed = change_mark()
        where bulletin_id in (select bulletin_id from progress where waiting + held + ready > 0)
            and group_id = $1 and state in ('waiting', 'held', 'ready') and key_used_at is null
            and not exists (select from claims where deliveries.id = any (delivery_ids))",
        group.0,
        channel.0,
        line_group_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The group that a LINE group is bound to.
///
/// # Errors
/// When the database fails.
pub async fn find_by_line_group(
    db: &mut Connection,
    channel: ChannelId,
    line_group_id: &str,
) -> Result<Option<(GroupId, String)>> {
    let row = sqlx::query!(
        r#"select id as "id: GroupId", name from groups where channel_id = $1 and line_group_id = $2"#,
        channel.0,
        line_group_id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.name)))
}

/// Unbinds the LINE group, because the account left it at `left_at`; a link made after that stays. Gives whether it
/// was unbound.
///
/// # Errors
/// When the database fails.
pub async fn unlink_group(db: &mut Connection, group: GroupId, left_at: Timestamp, now: Timestamp) -> Result<bool> {
    lock_open_bulletins(db, group).await?;
    let unbound = sqlx::query!(
        "update groups set line_group_id = null, linked_at = null, lost_at = $2, updated_at = $3
        where id = $1 and line_group_id is not null and (linked_at is null or linked_at <= $2)",
        group.0,
        left_at as Timestamp,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    if unbound.rows_affected() == 0 {
        return Ok(false);
    }
    lock_claims(db).await?;
    sqlx::query!(
        "update deliveries set recipient = null, changed = change_mark()
        where bulletin_id in (select bulletin_id from progress where waiting + held + ready > 0)
            and group_id = $1 and state in ('waiting', 'held', 'ready') and key_used_at is null
            and not exists (select from claims where deliveries.id = any (delivery_ids))",
        group.0,
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Takes the shared locks of the bulletins that are open at a group, before anything of them is moved.
async fn lock_open_bulletins(db: &mut Connection, group: GroupId) -> Result<()> {
    let open = sqlx::query_scalar!(
        r#"select d.bulletin_id as "id: BulletinId" from deliveries d
        where d.bulletin_id in (select bulletin_id from progress where waiting + held + ready > 0)
            and d.group_id = $1 and d.state in ('waiting', 'held', 'ready')"#,
        group.0,
    )
    .fetch_all(&mut *db)
    .await?;
    lock_bulletins_shared(db, &open).await
}

/// Keeps what LINE says of a group: how many members it has and, where LINE knows it, what they call it.
///
/// # Errors
/// When the database fails.
pub async fn update_line_facts(
    db: &mut Connection,
    group: GroupId,
    members: i32,
    line_name: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update groups set members = $2, line_name = coalesce($3, line_name), updated_at = $4 where id = $1",
        group.0,
        members,
        line_name,
        now as Timestamp,
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

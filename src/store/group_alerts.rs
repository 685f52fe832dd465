//! Alerts about LINE groups: one open for each group and kind, opened and closed by what is known of the groups.
//!
//! Nothing decides by itself what to do with one: it follows from the rows of the groups ([`update_alerts`]), and whoever looks at one
//! makes what is so now the measure of later differences ([`close_alert`]).

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::group_alert::GroupAlertKind;
use crate::domain::ids::GroupId;
use crate::domain::time::Timestamp;

/// Opens and closes the alerts of these groups, or of all, as what is known of them says at `now`; `shrunk_below` is the part of the
/// most members that a group had. Gives how many were opened.
pub async fn update_alerts(
    db: &mut Connection,
    groups: Option<&[i32]>,
    shrunk_below: f64,
    now: Timestamp,
) -> Result<u64> {
    let opened = sqlx::query!(
        r#"with known as materialized (
            select g.id, k.kind, k.holds and not g.retired as holds, k.before, k.now, k.since
            from groups g cross join lateral (values
                ('renamed'::group_alert_kind, g.line_group_id is not null and g.line_name <> g.linked_name, g.linked_name, g.line_name,
                    $3::timestamptz),
                ('shrunk', g.line_group_id is not null and g.members < $2::float8 * g.usual_members, g.usual_members::text, g.members::text,
                    $3),
                ('lost', g.line_group_id is null and g.lost_at is not null, null, null, g.lost_at)
            ) as k(kind, holds, before, now, since)
            where ($1::int[] is null or g.id = any ($1)) and (g.line_group_id is not null or g.lost_at is not null
                or exists (select from group_alerts a where a.group_id = g.id and a.cleared_at is null))
        ), closed as (
            update group_alerts a set cleared_at = $3 from known k
            where a.group_id = k.id and a.kind = k.kind and a.cleared_at is null and k.holds is not true
        ), changed as (
            update group_alerts a set now = k.now from known k
            where a.group_id = k.id and a.kind = k.kind and a.cleared_at is null and k.holds and a.now is distinct from k.now
        )
        insert into group_alerts (group_id, kind, since, before, now)
        select k.id, k.kind, k.since, k.before, k.now from known k
        where k.holds
            -- a loss that somebody looked at stays looked at
            and not (k.kind = 'lost' and exists (
                select from group_alerts a where a.group_id = k.id and a.kind = 'lost' and a.since = k.since))
        on conflict (group_id, kind) where cleared_at is null do nothing"#,
        groups,
        shrunk_below,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(opened.rows_affected())
}

/// An open alert.
#[derive(Clone, Debug)]
pub struct GroupAlert {
    /// Its number.
    pub id: i64,
    /// The group's number.
    pub group_id: GroupId,
    /// The group's code.
    pub group: String,
    /// The group's name.
    pub group_name: String,
    /// The numbers of the groups from the root down to it.
    pub path: Vec<i32>,
    /// What is to be looked at.
    pub kind: GroupAlertKind,
    /// Since when.
    pub since: Timestamp,
    /// The LINE group's name, or its number of members, before.
    pub before: Option<String>,
    /// The same now.
    pub now: Option<String>,
}

/// Which alerts; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter<'a> {
    /// At or below one of these groups.
    pub scope: Option<&'a [i32]>,
    /// Of this group.
    pub group: Option<GroupId>,
    /// Of this kind.
    pub kind: Option<GroupAlertKind>,
    /// With a lower number than this.
    pub before: Option<i64>,
}

/// Open alerts, the newest first.
pub async fn list_alerts(db: &mut Connection, filter: &AlertFilter<'_>, limit: i64) -> Result<Vec<GroupAlert>> {
    Ok(sqlx::query_as!(
        GroupAlert,
        r#"select a.id, a.group_id as "group_id: GroupId", g.code as "group", g.name as group_name, g.path,
            a.kind as "kind: GroupAlertKind", a.since, a.before, a.now
        from group_alerts a join groups g on g.id = a.group_id
        where a.cleared_at is null and ($1::int[] is null or g.path && $1) and ($2::int is null or a.group_id = $2)
            and ($3::group_alert_kind is null or a.kind = $3) and ($4::bigint is null or a.id < $4)
        order by a.id desc limit $5"#,
        filter.scope,
        filter.group.map(|id| id.0),
        filter.kind as Option<GroupAlertKind>,
        filter.before,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many alerts are open at or below `scope`, by kind.
pub async fn count_alerts(db: &mut Connection, scope: Option<&[i32]>) -> Result<Vec<(GroupAlertKind, i64)>> {
    let found = sqlx::query!(
        r#"select a.kind as "kind: GroupAlertKind", count(*) as "n!"
        from group_alerts a join groups g on g.id = a.group_id
        where a.cleared_at is null and ($1::int[] is null or g.path && $1) group by a.kind order by a.kind"#,
        scope,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (row.kind, row.n)).collect())
}

/// Closes an open alert at or below `scope` because somebody looked at it: what is so now is what later differences are told from.
/// Gives the group; none where there is no such alert.
pub async fn close_alert(
    db: &mut Connection,
    id: i64,
    scope: Option<&[i32]>,
    by: &Actor,
    now: Timestamp,
) -> Result<Option<(GroupId, GroupAlertKind)>> {
    // the group before its alert, as everybody locks them
    let alert = sqlx::query!(
        r#"update groups g set linked_name = case when a.kind = 'renamed' then g.line_name else g.linked_name end,
            usual_members = case when a.kind = 'shrunk' then g.members else g.usual_members end
        from group_alerts a
        where a.id = $1 and a.cleared_at is null and g.id = a.group_id and ($2::int[] is null or g.path && $2)
        returning g.id as "group_id: GroupId", a.kind as "kind: GroupAlertKind""#,
        id,
        scope,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(alert) = alert else { return Ok(None) };
    let closed = sqlx::query!(
        "update group_alerts set cleared_at = $3, cleared_by = $2 where id = $1 and cleared_at is null",
        id,
        by.to_string(),
        now as Timestamp,
    )
    .execute(db)
    .await?;
    // somebody else may have been faster
    Ok((closed.rows_affected() == 1).then_some((alert.group_id, alert.kind)))
}

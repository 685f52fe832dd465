//! Join codes: the word that proves, typed in a LINE group, which node that group is.
//!
//! LINE's `join` event does not say who invited the account; knowing a fresh code does. One use, and only
//! the code's hash is kept.

use serde_json::json;

use super::audit::insert_entry;
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::GroupId;
use crate::domain::time::Timestamp;

/// Keeps a new code for a group; older unused codes of the group stop working.
pub async fn insert_join_code(
    db: &mut Connection,
    sha256: &[u8],
    group: GroupId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update join_codes set expires_at = $2 where group_id = $1 and used_at is null and expires_at > $2",
        group.0,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into join_codes (code_sha256, group_id, created_at, expires_at) values ($1, $2, $3, $4)",
        sha256,
        group.0,
        now as Timestamp,
        expires_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses up the first of these codes that is good now; gives the group it stands for.
pub async fn use_join_code(db: &mut Connection, sha256: &[Vec<u8>], now: Timestamp) -> Result<Option<GroupId>> {
    Ok(sqlx::query_scalar!(
        r#"update join_codes set used_at = $2
        where used_at is null and code_sha256 = (
            select code_sha256 from join_codes
            where code_sha256 = any ($1) and used_at is null and expires_at > $2 order by code_sha256 limit 1)
        returning group_id as "id: GroupId""#,
        sha256,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// The group for which one of these codes was made once, whether or not it is good any more.
pub async fn find_group_of_code(db: &mut Connection, sha256: &[Vec<u8>]) -> Result<Option<GroupId>> {
    Ok(sqlx::query_scalar!(
        r#"select group_id as "id: GroupId" from join_codes where code_sha256 = any ($1)
        order by created_at desc limit 1"#,
        sha256,
    )
    .fetch_optional(db)
    .await?)
}

/// For which groups that are not linked; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct UnlinkedFilter {
    /// At or below one of these groups.
    pub under: Option<Vec<i32>>,
    /// Of this province.
    pub province: Option<String>,
}

/// A group that is not linked, with the official account that is to be invited.
#[derive(Clone, Debug)]
pub struct UnlinkedGroup {
    /// The group.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Its office's name.
    pub office: String,
    /// What the official account is called: that of the group, of the nearest one above it, or the only one.
    pub channel: Option<String>,
    /// The account's @-name.
    pub basic_id: Option<String>,
}

/// The groups in use that are not linked, by province, tier and name.
pub async fn list_unlinked(db: &mut Connection, filter: &UnlinkedFilter) -> Result<Vec<UnlinkedGroup>> {
    Ok(sqlx::query_as!(
        UnlinkedGroup,
        r#"select g.id as "id: GroupId", g.name, o.name as office, c.name as "channel?", c.basic_id
        from groups g join offices o on o.id = g.office_id
            left join channels c on c.id = coalesce(g.channel_id,
                (select up.channel_id from groups up where up.id = any (g.path) and up.channel_id is not null order by up.tier desc limit 1),
                (select min(id) from channels having count(*) = 1))
        where g.line_group_id is null and not g.retired and ($1::int[] is null or g.path && $1)
            and ($2::text is null or o.province = $2)
        order by o.province nulls first, g.tier, g.name, g.id limit 20000"#,
        filter.under.as_deref(),
        filter.province.as_deref(),
    )
    .fetch_all(db)
    .await?)
}

/// Keeps a new code for each of these groups, and notes in the audit once who made them: `by`; older unused codes of the groups stop
/// working.
pub async fn insert_join_codes(
    db: &mut Connection,
    codes: &[(GroupId, Vec<u8>)],
    by: &Actor,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let groups: Vec<i32> = codes.iter().map(|(group, _)| group.0).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|(_, hash)| hash.clone()).collect();
    sqlx::query!(
        "update join_codes set expires_at = $2 where group_id = any ($1) and used_at is null and expires_at > $2",
        &groups,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into join_codes (code_sha256, group_id, created_at, expires_at)
        select hash, group_id, $3, $4 from unnest($1::bytea[], $2::int[]) as c(hash, group_id)",
        &hashes,
        &groups,
        now as Timestamp,
        expires_at as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    let detail = json!({ "codes": groups.len(), "expires_at": expires_at });
    insert_entry(db, now, by, "make_join_slips", "groups", &detail).await
}

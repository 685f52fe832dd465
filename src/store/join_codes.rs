//! Join codes: the word that proves, typed in a LINE group, which node that group is.
//!
//! LINE's `join` event does not say who invited the account; knowing a fresh code does. One use, and only
//! the code's hash is kept.

use super::{Connection, Result};
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

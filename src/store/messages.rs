//! Messages: what is sent to LINE, rendered once and kept as bytes.

use super::{Connection, Result, StoreError};
use crate::domain::ids::{BulletinId, GroupId, MessageId};
use crate::domain::time::Timestamp;

/// Stores a rendered message array. `noted_by`: the group whose steward added a note.
///
/// # Errors
/// When the database fails.
pub async fn insert_message(
    db: &mut Connection,
    bulletin: BulletinId,
    noted_by: Option<GroupId>,
    body: &str,
    sha256: &[u8],
    now: Timestamp,
) -> Result<MessageId> {
    let id = MessageId::new(now);
    sqlx::query!(
        "insert into messages (id, bulletin_id, noted_by, body, sha256, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.0,
        bulletin.0,
        noted_by.map(|group| group.0),
        body,
        sha256,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(id)
}

/// The bytes of a message.
///
/// # Errors
/// [`StoreError::Absent`] where there is none; when the database fails.
pub async fn get_message(db: &mut Connection, id: MessageId) -> Result<String> {
    sqlx::query_scalar!("select body from messages where id = $1", id.0)
        .fetch_optional(db)
        .await?
        .ok_or(StoreError::Absent("message"))
}

/// The bytes of a bulletin without any steward's note.
///
/// # Errors
/// [`StoreError::Absent`] where it is not published; when the database fails.
pub async fn get_plain_message(db: &mut Connection, bulletin: BulletinId) -> Result<String> {
    sqlx::query_scalar!("select body from messages where bulletin_id = $1 and noted_by is null", bulletin.0)
        .fetch_optional(db)
        .await?
        .ok_or(StoreError::Absent("message"))
}

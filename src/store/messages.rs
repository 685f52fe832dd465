//! Messages: what is sent to LINE, rendered once and kept as bytes.

use super::{Connection, Result, StoreError};
use crate::domain::ids::{BulletinId, GroupId, MessageId};
use crate::domain::time::Timestamp;

/// Stores a rendered message array. `noted_by`: the group whose steward added a note; `forward_button`: whether it is
/// the variant for groups below which somebody has to forward.
///
/// # Errors
/// When the database fails.
pub async fn insert_message(
    db: &mut Connection,
    bulletin: BulletinId,
    noted_by: Option<GroupId>,
    forward_button: bool,
    body: &str,
    sha256: &[u8],
    now: Timestamp,
) -> Result<MessageId> {
    let id = MessageId::new(now);
    sqlx::query!(
        "insert into messages (id, bulletin_id, noted_by, forward_button, body, sha256, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        bulletin.0,
        noted_by.map(|group| group.0),
        forward_button,
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

/// The bytes of a bulletin as most groups get it: without any steward's note or button to forward.
///
/// # Errors
/// [`StoreError::Absent`] where it is not published; when the database fails.
pub async fn get_plain_message(db: &mut Connection, bulletin: BulletinId) -> Result<String> {
    sqlx::query_scalar!(
        "select body from messages where bulletin_id = $1 and noted_by is null and not forward_button",
        bulletin.0
    )
    .fetch_optional(db)
    .await?
    .ok_or(StoreError::Absent("message"))
}

/// A variant of a bulletin's message.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its id.
    pub id: MessageId,
    /// Its bytes.
    pub body: String,
    /// Whether it has a button to forward.
    pub forward_button: bool,
}

/// The variants that a bulletin's deliveries to these groups send.
///
/// # Errors
/// When the database fails.
pub async fn list_variants(db: &mut Connection, bulletin: BulletinId, groups: &[i32]) -> Result<Vec<Variant>> {
    Ok(sqlx::query_as!(
        Variant,
        r#"select id as "id: MessageId", body, forward_button from messages where id in (
            select message_id from deliveries where bulletin_id = $1 and group_id = any ($2)) order by id"#,
        bulletin.0,
        groups,
    )
    .fetch_all(db)
    .await?)
}

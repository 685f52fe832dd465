//! Messages: what is sent to LINE, rendered once and kept as bytes.

use super::{Connection, Result, StoreError};
use crate::domain::ids::{BulletinId, GroupId, MessageId};
use crate::domain::time::Timestamp;

/// Stores a rendered message array. `noted_by`: the group whose steward added a note; `forward_button`: whether it is
/// the variant for groups below which somebody has to forward.
pub async fn insert_message(
    db: &mut Connection,
    bulletin: BulletinId,
    noted_by: Option<GroupId>,
    forward_button: bool,
    body: &str,
    sha256: &[u8],
    now: Timestamp,
) -> Result<MessageId> {
    let variant = sqlx::query_scalar!(
        "insert into messages (bulletin_id, variant, noted_by, forward_button, body, sha256, created_at)
        select $1, coalesce(max(variant), 0) + 1, $2, $3, $4, $5, $6 from messages where bulletin_id = $1
        returning variant",
        bulletin.0,
        noted_by.map(|group| group.0),
        forward_button,
        body,
        sha256,
        now as Timestamp,
    )
    .fetch_one(db)
    .await?;
    Ok(MessageId { bulletin, variant })
}

/// The bytes of a message.
///
/// # Errors
/// [`StoreError::Absent`] where there is none; when the database fails.
pub async fn get_message(db: &mut Connection, id: MessageId) -> Result<String> {
    sqlx::query_scalar!("select body from messages where bulletin_id = $1 and variant = $2", id.bulletin.0, id.variant)
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
    /// Its number.
    pub variant: i16,
    /// Its bytes.
    pub body: String,
    /// Whether it has a button to forward.
    pub forward_button: bool,
}

/// The variants that a bulletin's deliveries to these groups send.
pub async fn list_variants(db: &mut Connection, bulletin: BulletinId, groups: &[i32]) -> Result<Vec<Variant>> {
    Ok(sqlx::query_as!(
        Variant,
        "select variant, body, forward_button from messages where bulletin_id = $1 and variant in (
            select d.variant from deliveries d
            where d.bulletin_no = (select no from bulletins where id = $1) and d.group_id = any ($2)) order by variant",
        bulletin.0,
        groups,
    )
    .fetch_all(db)
    .await?)
}

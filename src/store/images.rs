//! Pictures of bulletins, by the SHA-256 of their bytes; never changed once they are there.

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::picture::{ImageId, Picture};
use crate::domain::time::Timestamp;

/// A picture's size, without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its width in pixels.
    pub width: i16,
    /// Its height in pixels.
    pub height: i16,
}

/// Keeps a picture; the same one again only counts as newer.
pub async fn insert_image(db: &mut Connection, picture: &Picture, by: &Actor, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into images (id, bytes, width, height, created_at, created_by) values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do update set created_at = greatest(images.created_at, excluded.created_at)",
        picture.id() as ImageId,
        picture.bytes(),
        i16::try_from(picture.width()).unwrap_or(i16::MAX),
        i16::try_from(picture.height()).unwrap_or(i16::MAX),
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The bytes of a picture: a JPEG.
pub async fn find_image(db: &mut Connection, id: ImageId) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("select bytes from images where id = $1", id as ImageId).fetch_optional(db).await?)
}

/// The same where everybody may see it: it is in a bulletin, or was uploaded for one, or is of a file that was accepted.
pub async fn find_public_image(db: &mut Connection, id: ImageId) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!(
        "select bytes from images i where id = $1
            and (not exists (select from files f where f.preview_id = i.id)
                or exists (select from files f where f.preview_id = i.id and f.released_at is not null)
                or exists (select from bulletins b where b.image_id = i.id))",
        id as ImageId,
    )
    .fetch_optional(db)
    .await?)
}

/// The size of a picture, where there is one.
pub async fn find_size(db: &mut Connection, id: ImageId) -> Result<Option<Size>> {
    Ok(sqlx::query_as!(Size, "select width, height from images where id = $1", id as ImageId)
        .fetch_optional(db)
        .await?)
}

/// Throws away what was uploaded between `since` and `until` and is in no bulletin and of no file; gives how many.
pub async fn delete_unused(db: &mut Connection, since: Timestamp, until: Timestamp) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from images i where created_at >= $1 and created_at < $2
            and not exists (select from bulletins b where b.image_id = i.id)
            and not exists (select from files f where f.preview_id = i.id)",
        since as Timestamp,
        until as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

//! Tree files that were uploaded: what each would change, whether it was applied, and what it was before.

use sqlx::types::Json;

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::{Code, OfficeId, TreeUploadId};
use crate::domain::time::Timestamp;
use crate::domain::tree_file::ChangedGroup;

/// An uploaded tree file.
#[derive(Clone, Debug)]
pub struct TreeUpload {
    /// Its id.
    pub id: TreeUploadId,
    /// What it was called.
    pub file_name: String,
    /// Its bytes.
    pub file: Vec<u8>,
    /// The channel of groups for which neither the file nor the database names one.
    pub channel: Option<String>,
    /// What it would change, or has changed.
    pub changes: Json<Vec<ChangedGroup>>,
    /// When it came.
    pub uploaded_at: Timestamp,
    /// From whom.
    pub uploaded_by: Actor,
    /// The office to whose part of the tree it was held; none = the whole tree.
    pub office_id: Option<OfficeId>,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// By whom.
    pub applied_by: Option<Actor>,
    /// The changed groups as they were, as a tree file, and new ones retired: of this the changed cells are laid back.
    pub before: Option<Vec<u8>>,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// By whom.
    pub undone_by: Option<Actor>,
}

/// A file that is kept.
#[derive(Clone, Copy, Debug)]
pub struct NewUpload<'a> {
    /// Its id.
    pub id: TreeUploadId,
    /// What it is called.
    pub file_name: &'a str,
    /// Its bytes.
    pub file: &'a [u8],
    /// The channel of groups for which neither the file nor the database names one.
    pub channel: Option<&'a Code>,
    /// What it would change.
    pub changes: &'a [ChangedGroup],
    /// The office to whose part of the tree it was held; none = the whole tree.
    pub office: Option<OfficeId>,
}

/// Keeps a file with what it would change.
pub async fn insert_upload(db: &mut Connection, new: &NewUpload<'_>, by: &Actor, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into tree_uploads (id, file_name, file, channel, changes, uploaded_at, uploaded_by, office_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.0,
        new.file_name,
        new.file,
        new.channel.map(Code::as_str),
        Json(new.changes) as _,
        now as Timestamp,
        by as &Actor,
        new.office.map(|office| office.0) as Option<i32>,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks the row of an uploaded file until the transaction ends.
pub async fn lock_upload(db: &mut Connection, id: TreeUploadId) -> Result<()> {
    sqlx::query!("select from tree_uploads where id = $1 for update", id.0).fetch_all(db).await?;
    Ok(())
}

/// An uploaded file.
pub async fn find_upload(db: &mut Connection, id: TreeUploadId) -> Result<Option<TreeUpload>> {
    Ok(sqlx::query_as!(
        TreeUpload,
        r#"select id as "id: TreeUploadId", file_name, file, channel, changes as "changes: Json<Vec<ChangedGroup>>", uploaded_at,
            uploaded_by as "uploaded_by: Actor", office_id as "office_id: OfficeId", applied_at, applied_by as "applied_by: Actor", before, undone_at, undone_by as "undone_by: Actor"
        from tree_uploads where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await?)
}

/// An uploaded file in the list of them.
#[derive(Clone, Debug)]
pub struct UploadSummary {
    /// Its id.
    pub id: TreeUploadId,
    /// What it was called.
    pub file_name: String,
    /// How many groups it would change, or has changed.
    pub groups: i64,
    /// When it came.
    pub uploaded_at: Timestamp,
    /// From whom.
    pub uploaded_by: Actor,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
}

/// The last files that were uploaded for the part of an office, or for any without one, the newest first.
pub async fn list_uploads(db: &mut Connection, office: Option<OfficeId>, limit: i64) -> Result<Vec<UploadSummary>> {
    Ok(sqlx::query_as!(
        UploadSummary,
        r#"select id as "id: TreeUploadId", file_name, jsonb_array_length(changes)::bigint as "groups!", uploaded_at,
            uploaded_by as "uploaded_by: Actor", applied_at, undone_at
        from tree_uploads where $2::int is null or office_id = $2 order by uploaded_at desc limit $1"#,
        limit,
        office.map(|office| office.0) as Option<i32>,
    )
    .fetch_all(db)
    .await?)
}

/// Puts what a file would change now in place of what was shown; what was applied stays on record.
pub async fn update_changes(db: &mut Connection, id: TreeUploadId, changes: &[ChangedGroup]) -> Result<()> {
    sqlx::query!("update tree_uploads set changes = $2 where id = $1 and applied_at is null", id.0, Json(changes) as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that a file was applied, and what the changed groups were before.
pub async fn mark_applied(
    db: &mut Connection,
    id: TreeUploadId,
    before: &[u8],
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update tree_uploads set applied_at = $2, applied_by = $3, before = $4 where id = $1",
        id.0,
        now as Timestamp,
        by as &Actor,
        before,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that what a file changed was undone.
pub async fn mark_undone(db: &mut Connection, id: TreeUploadId, by: &Actor, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update tree_uploads set undone_at = $2, undone_by = $3 where id = $1",
        id.0,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a bulletin was published since `since` that goes to one of these groups.
pub async fn was_used(db: &mut Connection, groups: &[String], since: Timestamp) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
            select from bulletins b join groups g on g.code = any ($1)
                join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
            where b.published_at >= $2) as "used!""#,
        groups,
        since as Timestamp,
    )
    .fetch_one(db)
    .await?)
}

/// Forgets files that came before this; gives how many.
pub async fn delete_uploads(db: &mut Connection, before: Timestamp) -> Result<u64> {
    Ok(sqlx::query!("delete from tree_uploads where uploaded_at < $1", before as Timestamp)
        .execute(db)
        .await?
        .rows_affected())
}

//! Files that were uploaded, by the SHA-256 of their bytes: what is known of them. The bytes are in the store of files (`crate::files`).
//!
//! The row is written before the bytes are kept and says when they were, so that there are no bytes of which no row tells. Whoever
//! throws bytes away holds the row's lock while doing so, and whoever uploads the same again waits for it.

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::artwork::{ALIKE, Look};
use crate::domain::content_id::{FileId, ImageId};
use crate::domain::file_kind::FileKind;
use crate::domain::ids::{DisseminationId, SubmissionId};
use crate::domain::time::Timestamp;

/// What is known of a file that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its identity.
    pub id: FileId,
    /// What it is.
    pub kind: FileKind,
    /// Its size.
    pub bytes: i64,
    /// Its width in pixels.
    pub width: Option<i32>,
    /// Its height in pixels.
    pub height: Option<i32>,
    /// How long it plays.
    pub milliseconds: Option<i32>,
    /// What it looks like.
    pub look: Option<Look>,
    /// A small picture of it.
    pub preview: Option<ImageId>,
    /// The identity of what came.
    pub upload: FileId,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its identity.
    pub id: FileId,
    /// What it is.
    pub kind: FileKind,
    /// Its size.
    pub bytes: i64,
    /// Its width in pixels.
    pub width: Option<i32>,
    /// Its height in pixels.
    pub height: Option<i32>,
    /// How long it plays.
    pub milliseconds: Option<i32>,
    /// What it looks like.
    pub look: Option<Look>,
    /// A small picture of it.
    pub preview: Option<ImageId>,
    /// Since when anybody may fetch it.
    pub released_at: Option<Timestamp>,
}

/// Notes a file whose bytes are about to be kept; the same one again only counts as newer.
pub async fn insert_file(db: &mut Connection, file: &NewFile, by: &Actor, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into files (id, kind, bytes, width, height, milliseconds, look, preview_id, upload_sha256, created_at, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (id) do update set created_at = greatest(files.created_at, excluded.created_at),
            preview_id = coalesce(files.preview_id, excluded.preview_id)",
        file.id as FileId,
        file.kind as FileKind,
        file.bytes,
        file.width,
        file.height,
        file.milliseconds,
        file.look as Option<Look>,
        file.preview as Option<ImageId>,
        file.upload as FileId,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that the bytes are kept.
pub async fn mark_stored(db: &mut Connection, id: FileId, now: Timestamp) -> Result<()> {
    sqlx::query!("update files set stored_at = $2 where id = $1 and stored_at is null", id as FileId, now as Timestamp)
        .execute(db)
        .await?;
    Ok(())
}

/// Lets anybody fetch these files.
pub async fn release_files(db: &mut Connection, ids: &[FileId], now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update files set released_at = $2 where id = any ($1) and released_at is null",
        ids as &[FileId],
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

macro_rules! select_files {
    ($conditions:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            File,
            r#"select f.id as "id: FileId", f.kind as "kind: FileKind", f.bytes, f.width, f.height, f.milliseconds, f.look as "look: Look",
                f.preview_id as "preview: ImageId", f.released_at
            from files f "# + $conditions,
            $($argument),*
        )
    };
}

/// A file whose bytes are kept.
pub async fn find_file(db: &mut Connection, id: FileId) -> Result<Option<File>> {
    Ok(select_files!("where f.id = $1 and f.stored_at is not null", id as FileId).fetch_optional(db).await?)
}

/// A file of a submission whose office has a group at or below one of `scope`.
pub async fn find_submitted(
    db: &mut Connection,
    submission: SubmissionId,
    id: FileId,
    scope: Option<&[i32]>,
) -> Result<Option<File>> {
    Ok(select_files!(
        "join submission_files m on m.file_id = f.id join submissions s on s.id = m.submission_id
        where f.id = $1 and s.id = $2 and f.stored_at is not null
            and ($3::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $3))",
        id as FileId,
        submission.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// A picture of a record of dissemination whose office has a group at or below one of `scope`.
pub async fn find_picture_of_record(
    db: &mut Connection,
    record: DisseminationId,
    id: FileId,
    scope: Option<&[i32]>,
) -> Result<Option<File>> {
    Ok(select_files!(
        "join dissemination_files p on p.file_id = f.id join disseminations d on d.id = p.dissemination_id
        where f.id = $1 and d.id = $2 and f.stored_at is not null
            and ($3::int[] is null or exists (select from groups g where g.office_id = d.office_id and g.path && $3))",
        id as FileId,
        record.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// Those of these files whose bytes are kept, in this order, each held until the transaction ends.
pub async fn hold_files(db: &mut Connection, ids: &[FileId]) -> Result<Vec<File>> {
    Ok(select_files!(
        "join unnest($1::bytea[]) with ordinality as u(id, no) on u.id = f.id where f.stored_at is not null
        order by u.no for key share of f",
        ids as &[FileId],
    )
    .fetch_all(db)
    .await?)
}

/// Where the same file, or a picture that looks alike, was sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// In which submission.
    pub submission: SubmissionId,
    /// What that is about.
    pub title: String,
    /// From which office.
    pub office_name: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Whether it is the very same file.
    pub same: bool,
}

/// Other submissions with the same files, or with pictures that look alike, since then; the newest first.
pub async fn list_alike(
    db: &mut Connection,
    submission: SubmissionId,
    since: Timestamp,
    scope: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<Alike>> {
    Ok(sqlx::query_as!(
        Alike,
        r#"select s.id as "submission: SubmissionId", s.title, o.name as office_name, s.sent_at,
            bool_or(other.id = own.id or other.upload_sha256 = own.upload_sha256) as "same!"
        from submission_files m join files own on own.id = m.file_id
            join files other on other.id = own.id or other.upload_sha256 = own.upload_sha256
                or other.created_at >= $2 and bit_count((other.look # own.look)::bit(64)) <= $3
            join submission_files f on f.file_id = other.id
            join submissions s on s.id = f.submission_id join offices o on o.id = s.office_id
        where m.submission_id = $1 and s.id <> $1 and s.sent_at >= $2
            and ($4::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $4))
        group by s.id, o.name order by s.id desc limit $5"#,
        submission.0,
        since as Timestamp,
        i64::from(ALIKE),
        scope,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// A file that nothing uses and that was uploaded before `until`; its row stays locked until the transaction ends.
pub async fn lock_unused(db: &mut Connection, until: Timestamp) -> Result<Option<(FileId, FileKind)>> {
    let row = sqlx::query!(
        r#"select id as "id: FileId", kind as "kind: FileKind" from files f
        where created_at < $1 and not exists (select from submission_files s where s.file_id = f.id)
            and not exists (select from dissemination_files d where d.file_id = f.id)
            and not exists (select from line_files l where l.state = 'fetched' and l.file_id = f.id)
            and not exists (select from bulletins b
                where b.media <> '[]' and b.media @> jsonb_build_array(jsonb_build_object('file', encode(f.id, 'hex'))))
        order by created_at limit 1 for update skip locked"#,
        until as Timestamp,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.kind)))
}

/// Forgets a file whose bytes are gone.
pub async fn delete_file(db: &mut Connection, id: FileId) -> Result<()> {
    sqlx::query!("delete from files where id = $1", id as FileId).execute(db).await?;
    Ok(())
}

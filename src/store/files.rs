//! Files that were uploaded, by the SHA-256 of their bytes: what is known of them. The bytes are in the store of files (`crate::files`).
//!
//! The row is written before the bytes are kept and says when they were, so that there are no bytes of which no row tells. Whoever
//! throws bytes away first notes that they are going, so that nothing begins to use them; then holds the row's lock while they go, and
//! whoever uploads the same again waits for it.

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
            created_by = excluded.created_by, preview_id = coalesce(files.preview_id, excluded.preview_id)",
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

/// Notes which picture shows a page of a document; both are there.
pub async fn insert_page(db: &mut Connection, document: FileId, no: i16, page: FileId) -> Result<()> {
    sqlx::query!(
        "insert into file_pages (document_id, no, page_id) values ($1, $2, $3) on conflict do nothing",
        document as FileId,
        no,
        page as FileId,
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

/// A file of a submission whose office has a group at or below one of `scope`, or a page of its document.
pub async fn find_submitted(
    db: &mut Connection,
    submission: SubmissionId,
    id: FileId,
    scope: Option<&[i32]>,
) -> Result<Option<File>> {
    Ok(select_files!(
        "join submissions s on s.id = $2
        where f.id = $1 and f.stored_at is not null
            and exists (select from submission_files m where m.submission_id = s.id and (m.file_id = f.id
                or exists (select from file_pages p where p.page_id = f.id and p.document_id = m.file_id)))
            and ($3::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $3))",
        id as FileId,
        submission.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// A file that somebody uploaded last, or that is in a submission whose office has a group at or below one of `scope`.
pub async fn find_uploaded(db: &mut Connection, id: FileId, by: &Actor, scope: Option<&[i32]>) -> Result<Option<File>> {
    Ok(select_files!(
        "where f.id = $1 and f.stored_at is not null and (f.created_by = $2 or exists (
            select from submission_files m join submissions s on s.id = m.submission_id
            where (m.file_id = f.id
                    or m.file_id in (select p.document_id from file_pages p where p.page_id = f.id))
                and ($3::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $3))))",
        id as FileId,
        by as &Actor,
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

/// The bytes of files that somebody uploaded since then, without this one.
pub async fn count_uploaded_bytes(db: &mut Connection, by: &Actor, since: Timestamp, except: FileId) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(sum(bytes), 0)::bigint as "bytes!" from files where created_by = $1 and created_at >= $2 and id <> $3"#,
        by as &Actor,
        since as Timestamp,
        except as FileId,
    )
    .fetch_one(db)
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

/// A file that nothing uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusedFile {
    /// Its identity.
    pub id: FileId,
    /// What it is.
    pub kind: FileKind,
}

macro_rules! select_unused {
    ($conditions:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            UnusedFile,
            r#"select id as "id: FileId", kind as "kind: FileKind" from files f
            where created_at < $1 and not exists (select from submission_files s where s.file_id = f.id)
                and not exists (select from file_pages p where p.page_id = f.id)
                and not exists (select from dissemination_files d where d.file_id = f.id)
                and not exists (select from line_files l where l.state = 'fetched' and l.file_id = f.id)
                and not exists (select from bulletins b
                    where b.media <> '[]' and b.media @> jsonb_build_array(jsonb_build_object('file', encode(f.id, 'hex'))))
            "# + $conditions,
            $($argument),*
        )
    };
}

/// Files that nothing uses and that were uploaded before `until`, the oldest first.
pub async fn list_unused(db: &mut Connection, until: Timestamp, limit: i64) -> Result<Vec<UnusedFile>> {
    Ok(select_unused!("order by created_at limit $2", until as Timestamp, limit).fetch_all(db).await?)
}

/// The same of one file, its row locked until the transaction ends; false where it is used by now, was uploaded again, or is held by
/// somebody else.
pub async fn lock_unused(db: &mut Connection, id: FileId, until: Timestamp) -> Result<bool> {
    let found = select_unused!("and f.id = $2 for update skip locked", until as Timestamp, id as FileId);
    Ok(found.fetch_optional(db).await?.is_some())
}

/// Notes that the bytes of a file are about to go: nothing can begin to use it.
pub async fn mark_going(db: &mut Connection, id: FileId) -> Result<()> {
    sqlx::query!("update files set stored_at = null, released_at = null where id = $1", id as FileId)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets a file whose bytes are gone.
pub async fn delete_file(db: &mut Connection, id: FileId) -> Result<()> {
    sqlx::query!("delete from files where id = $1 and stored_at is null", id as FileId).execute(db).await?;
    Ok(())
}

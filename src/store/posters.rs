//! Posters: files of accepted submissions that anybody may download and print.

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::content_id::{FileId, ImageId};
use crate::domain::file_kind::FileKind;
use crate::domain::ids::{BulletinId, SubmissionId};
use crate::domain::time::Timestamp;

/// A poster.
#[derive(Clone, Debug)]
pub struct Poster {
    /// Its number.
    pub no: i64,
    /// The file.
    pub file: FileId,
    /// What it is.
    pub kind: FileKind,
    /// Its size.
    pub bytes: i64,
    /// Its width in pixels.
    pub width: Option<i32>,
    /// Its height in pixels.
    pub height: Option<i32>,
    /// A small picture of it.
    pub preview: Option<ImageId>,
    /// What it shows.
    pub alt: String,
    /// The office that made it.
    pub office: String,
    /// That office's name.
    pub office_name: String,
    /// The bulletin that it belongs to.
    pub bulletin: BulletinId,
    /// What that is about.
    pub subject: String,
    /// Under what its page is found.
    pub public_token: String,
    /// Since when it is a poster.
    pub marked_at: Timestamp,
}

/// Posters whose bulletins are published and were not withdrawn, the newest first; of those before `before`.
pub async fn list_posters(db: &mut Connection, before: Option<i64>, limit: i64) -> Result<Vec<Poster>> {
    Ok(sqlx::query_as!(
        Poster,
        r#"select p.no, f.id as "file: FileId", f.kind as "kind: FileKind", f.bytes, f.width, f.height,
            f.preview_id as "preview: ImageId", m.alt, o.code as office, o.name as office_name, b.id as "bulletin: BulletinId",
            b.subject, b.public_token, p.marked_at
        from posters p join files f on f.id = p.file_id
            join submissions s on s.id = p.submission_id join submission_files m on m.submission_id = s.id and m.file_id = f.id
            join offices o on o.id = s.office_id join bulletins b on b.id = s.bulletin_id
        where b.published_at is not null and b.withdrawn_at is null and f.released_at is not null
            and ($1::bigint is null or p.no < $1)
        order by p.no desc limit $2"#,
        before,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Those files of a submission that are posters.
pub async fn list_posters_of(db: &mut Connection, submission: SubmissionId) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar!(
        r#"select file_id as "file_id: FileId" from posters where submission_id = $1 order by no"#,
        submission.0,
    )
    .fetch_all(db)
    .await?)
}

/// Makes a file of a submission a poster; false where it is one, or is no file of it.
pub async fn insert_poster(
    db: &mut Connection,
    submission: SubmissionId,
    file: FileId,
    by: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let made = sqlx::query!(
        "insert into posters (submission_id, file_id, marked_at, marked_by)
        select submission_id, file_id, $3, $4 from submission_files where submission_id = $1 and file_id = $2
        on conflict do nothing",
        submission.0,
        file as FileId,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(made.rows_affected() == 1)
}

/// Takes a file out of the posters; false where it is none.
pub async fn delete_poster(db: &mut Connection, submission: SubmissionId, file: FileId) -> Result<bool> {
    let gone =
        sqlx::query!("delete from posters where submission_id = $1 and file_id = $2", submission.0, file as FileId)
            .execute(db)
            .await?;
    Ok(gone.rows_affected() == 1)
}

//! The files of submissions, in their order.

use crate::domain::content_id::{FileId, ImageId};
use crate::domain::file_kind::FileKind;
use crate::domain::ids::SubmissionId;
use crate::store::{Connection, Result};

/// A file of a submission.
#[derive(Clone, Debug)]
pub struct SubmittedFile {
    /// Its identity.
    pub id: FileId,
    /// What it is.
    pub kind: FileKind,
    /// What it shows.
    pub alt: String,
    /// Its size.
    pub bytes: i64,
    /// Its width in pixels.
    pub width: Option<i32>,
    /// Its height in pixels.
    pub height: Option<i32>,
    /// How long it plays.
    pub milliseconds: Option<i32>,
    /// A small picture of it.
    pub preview: Option<ImageId>,
}

/// The files of a submission in their order.
pub async fn list_submitted_files(db: &mut Connection, id: SubmissionId) -> Result<Vec<SubmittedFile>> {
    Ok(sqlx::query_as!(
        SubmittedFile,
        r#"select f.id as "id: FileId", f.kind as "kind: FileKind", m.alt, f.bytes, f.width, f.height, f.milliseconds,
            f.preview_id as "preview: ImageId"
        from submission_files m join files f on f.id = m.file_id where m.submission_id = $1 order by m.no"#,
        id.0,
    )
    .fetch_all(db)
    .await?)
}

/// The pages of the documents of a submission as pictures, each with what its document shows.
pub async fn list_submitted_pages(db: &mut Connection, id: SubmissionId) -> Result<Vec<SubmittedFile>> {
    Ok(sqlx::query_as!(
        SubmittedFile,
        r#"select f.id as "id: FileId", f.kind as "kind: FileKind", m.alt, f.bytes, f.width, f.height, f.milliseconds,
            f.preview_id as "preview: ImageId"
        from submission_files m join file_pages p on p.document_id = m.file_id join files f on f.id = p.page_id
        where m.submission_id = $1 order by m.no, p.no"#,
        id.0,
    )
    .fetch_all(db)
    .await?)
}

/// Stores the files of a submission that has none, each with what it shows.
pub(super) async fn insert_files(db: &mut Connection, id: SubmissionId, files: &[(FileId, String)]) -> Result<()> {
    let (ids, alts): (Vec<FileId>, Vec<&str>) = files.iter().map(|(id, alt)| (*id, alt.as_str())).unzip();
    sqlx::query!(
        "insert into submission_files (submission_id, no, file_id, alt)
        select $1, no, file_id, alt from unnest($2::bytea[], $3::text[]) with ordinality as u(file_id, alt, no)",
        id.0,
        &ids as &[FileId],
        &alts as &[&str],
    )
    .execute(db)
    .await?;
    Ok(())
}

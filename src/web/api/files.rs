//! Files: uploaded once, named by the submissions and bulletins that carry them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::store::files::File;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentFileUpload, PostError, PostResult};
use crate::web::uploads::not_kept;

/// A file that was kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UploadedFile {
    /// Its id: the SHA-256 of what is kept.
    file: FileId,
    /// What it is.
    kind: FileKind,
    /// Its size.
    bytes: i64,
    /// Its width in pixels.
    width: Option<i32>,
    /// Its height in pixels.
    height: Option<i32>,
    /// How long it plays, in milliseconds.
    milliseconds: Option<i32>,
}

impl From<File> for UploadedFile {
    fn from(file: File) -> Self {
        let File { id, kind, bytes, width, height, milliseconds, .. } = file;
        Self { file: id, kind, bytes, width, height, milliseconds }
    }
}

/// The bytes of a file.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileBytes(#[expect(dead_code, reason = "only its schema is of use")] Vec<u8>);

/// Upload a picture, a video or a document.
///
/// The body is a JPEG or PNG, an MP4 with H.264, or a PDF, whatever its name: its first bytes decide. A picture is written afresh as
/// a JPEG without metadata, within 4,096 × 4,096 pixels and 10 MB. Too large a body is refused before it is read. The same file again has
/// the same id. What nothing uses is thrown away after a week.
#[utoipa::path(post, path = "/files", tag = "offices",
    request_body(content((FileBytes = "image/jpeg"), (FileBytes = "image/png"), (FileBytes = "video/mp4"),
        (FileBytes = "application/pdf"))),
    responses((status = 201, body = UploadedFile)))]
pub async fn upload_file(State(app): State<App>, upload: IdempotentFileUpload) -> PostResult {
    let (by, now) = (upload.caller().actor(), app.now());
    // before the transaction begins: a hundred megabytes take their time, and kept twice they are one file
    let kept = app.files.keep(&app.db, upload.body(), &by, now).await;
    let (work, _) = upload.begin(&app).await?;
    let file = kept.map_err(|why| PostError::Problem(not_kept(why)))?;
    work.answer(StatusCode::CREATED, &UploadedFile::from(file)).await
}

//! A file of a submission, for those who see the submission; and the small picture of one, also for whoever has just uploaded it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::domain::content_id::FileId;
use crate::domain::ids::SubmissionId;
use crate::store::files::{find_submitted, find_uploaded};
use crate::store::images::find_image;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::file_answer;
use crate::web::input::{Id, Ids};
use crate::web::people::Visitor;
use crate::web::problem::Problem;

const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// The file.
pub(super) async fn show_file(
    State(app): State<App>,
    visitor: Visitor,
    Ids(id, file): Ids<SubmissionId, FileId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // the connection is let go before the file is sent
    let found = find_submitted(&mut *app.db.acquire().await?, id, file, visitor.caller.scope.groups()).await?;
    let found = found.ok_or_else(|| Problem::absent("file"))?;
    file_answer::answer(&app.files, &found, &headers, PRIVATE).await
}

/// The small picture of a file. What was accepted is at `/i/…` too.
pub(super) async fn show_preview(
    visitor: Visitor,
    Id(file): Id<FileId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let (by, scope) = (visitor.caller.actor(), visitor.caller.scope.groups());
    let found = find_uploaded(&mut db, file, &by, scope).await?;
    let bytes = match found.and_then(|file| file.preview) {
        Some(preview) => find_image(&mut db, preview).await?,
        None => None,
    };
    let bytes = bytes.ok_or_else(|| Problem::absent("file"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, PRIVATE),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
    ];
    Ok((headers, bytes).into_response())
}

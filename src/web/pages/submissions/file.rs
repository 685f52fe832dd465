//! A file of a submission, for those who see the submission.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use crate::domain::content_id::FileId;
use crate::domain::ids::SubmissionId;
use crate::store::files::find_submitted;
use crate::web::app::App;
use crate::web::file_answer;
use crate::web::input::Ids;
use crate::web::people::Visitor;
use crate::web::problem::Problem;

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
    file_answer::answer(&app.files, &found, &headers, HeaderValue::from_static("private, no-store")).await
}

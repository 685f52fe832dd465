//! Files that were accepted for a bulletin, `/f/{sha256}.{ending}`: public, and the same for ever.
//!
//! LINE fetches them from here, and whoever puts a cache in front may keep them for ever. What was only sent up is not here.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use crate::domain::content_id::FileId;
use crate::store::files::find_file;
use crate::web::app::App;
use crate::web::file_answer;
use crate::web::input::Id;
use crate::web::problem::Problem;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A file of a bulletin.
#[utoipa::path(get, path = "/f/{file}", tag = "public",
    params(("file" = String, Path, description = "The file's id and `.jpg`, `.mp4` or `.pdf`")), responses(
    (status = 200, description = "The file", body = crate::web::picture::PictureFile, content_type = "application/octet-stream"),
    (status = 206, description = "The part of it that was asked for", body = crate::web::picture::PictureFile,
        content_type = "application/octet-stream"),
    (status = 404, description = "There is none", body = crate::web::problem::ProblemDetails,
        content_type = "application/problem+json"),
    (status = 416, description = "It has no such part", body = crate::web::problem::ProblemDetails,
        content_type = "application/problem+json")))]
pub async fn show_file(State(app): State<App>, Id(name): Id<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let named = name.rsplit_once('.').and_then(|(id, ending)| Some((id.parse::<FileId>().ok()?, ending)));
    let (id, ending) = named.ok_or_else(|| Problem::absent("file"))?;
    // the connection is let go before the file is sent
    let found = find_file(&mut *app.db.acquire().await?, id).await?;
    let found = found.filter(|file| file.released_at.is_some() && file.kind.ending() == ending);
    let found = found.ok_or_else(|| Problem::absent("file"))?;
    file_answer::answer(&app.files, &found, &headers, FOR_EVER).await
}

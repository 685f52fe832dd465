//! Posters: files that anybody may download and print.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::content_id::FileId;
use crate::domain::ids::{BulletinId, SubmissionId};
use crate::domain::time::Timestamp;
use crate::offices::posters as commands;
use crate::store::posters::{self as rows, list_posters as list_rows, list_posters_of};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Ids, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{Problem, ProblemDetails};

/// Which page of posters.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PosterQuery {
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// A poster.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Poster {
    /// Its file.
    file: FileId,
    /// The SHA-256 of its bytes, in hexadecimal digits, as downloads are checked by it.
    #[schema(min_length = 64, max_length = 64)]
    sha256: FileId,
    /// Its media type.
    #[schema(example = "image/jpeg")]
    media_type: &'static str,
    /// Its size.
    bytes: i64,
    /// Its width in pixels.
    width: Option<i32>,
    /// Its height in pixels.
    height: Option<i32>,
    /// What it shows.
    alt: String,
    /// Where it is for ever; no key is needed.
    #[schema(format = "uri")]
    url: String,
    /// A small picture of it; null for documents and videos without one.
    #[schema(format = "uri")]
    preview_url: Option<String>,
    /// The code of the office that made it.
    office: String,
    /// That office's name.
    office_name: String,
    /// The bulletin that it belongs to.
    bulletin_id: BulletinId,
    /// What that is about.
    subject: String,
    /// The bulletin's page.
    #[schema(format = "uri")]
    public_url: String,
    /// Since when it is a poster.
    marked_at: Timestamp,
}

impl Poster {
    fn of(row: rows::Poster, at: &str) -> Self {
        Self {
            file: row.file,
            sha256: row.file,
            media_type: row.kind.media_type(),
            bytes: row.bytes,
            width: row.width,
            height: row.height,
            alt: row.alt,
            url: format!("{at}/f/{}.{}", row.file, row.kind.ending()),
            preview_url: row.preview.map(|preview| format!("{at}/i/{preview}.jpg")),
            office: row.office,
            office_name: row.office_name,
            bulletin_id: row.bulletin,
            subject: row.subject,
            public_url: format!("{at}/b/{}", row.public_token),
            marked_at: row.marked_at,
        }
    }
}

/// Posters of bulletins that are published and were not withdrawn, the newest first. They are public, so every key sees all.
#[utoipa::path(get, path = "/posters", tag = "offices", params(PosterQuery), responses((status = 200, body = Page<Poster>)))]
pub async fn list_posters(
    State(app): State<App>,
    Parameters(query): Parameters<PosterQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<Poster>>, Problem> {
    let found = list_rows(&mut db, key_of(query.cursor.as_ref())?, query.limit.rows()).await?;
    let at = app.settings.public_url.as_str();
    Ok(Json(Page::of(found, query.limit, |row| row.no, |row| Poster::of(row, at))))
}

/// Whether a file is a poster.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PosterInput {
    /// Whether it is one from now on.
    poster: bool,
}

/// The posters among the files of a submission.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PostersOfSubmission {
    /// Their files.
    posters: Vec<FileId>,
}

/// Say whether a file of an accepted submission is a poster, which anybody finds at `/posters`.
#[utoipa::path(post, path = "/submissions/{id}/files/{file}/poster", tag = "offices",
    params(("id" = SubmissionId, Path), ("file" = FileId, Path)), request_body = PosterInput, responses(
    (status = 200, body = PostersOfSubmission),
    (status = 409, description = "The submission was not accepted (`not-accepted`)", body = ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn mark_poster(
    State(app): State<App>,
    Ids(id, file): Ids<SubmissionId, FileId>,
    post: IdempotentPost<PosterInput>,
) -> PostResult {
    let (mut work, PosterInput { poster }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    commands::mark(work.db(), &right, id, file, poster, now).await.map_err(|refusal| match refusal {
        crate::offices::OfficeRefusal::FileAbsent(_) => Problem::absent("file"),
        other => other.into(),
    })?;
    let posters = list_posters_of(work.db(), id).await?;
    work.answer(StatusCode::OK, &PostersOfSubmission { posters }).await
}

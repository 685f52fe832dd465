//! Pictures: uploaded once, named by the bulletins that bear them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::domain::picture::ImageId;
use crate::relay::rendering::image_url;
use crate::store::images::insert_image;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentUpload, PostError, PostResult};
use crate::web::picture::{NotTaken, PictureFile, prepare};
use crate::web::problem::Problem;

/// A picture that was kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Image {
    /// Its id: the SHA-256 of what stands at `url`.
    id: ImageId,
    /// Its width in pixels.
    width: u32,
    /// Its height in pixels.
    height: u32,
    /// Its size.
    bytes: usize,
    /// Where it is; what stands there never changes.
    url: String,
}

/// Upload a picture for a bulletin.
///
/// The body is a JPEG or PNG, whatever its name: its first bytes decide. It is kept as a JPEG without metadata, at
/// most 1,024 pixels wide and high and smaller than 1 MB. The same picture again has the same id.
#[utoipa::path(post, path = "/images", tag = "bulletins",
    request_body(content((PictureFile = "image/jpeg"), (PictureFile = "image/png"))),
    responses((status = 201, body = Image)))]
pub async fn upload_image(State(app): State<App>, upload: IdempotentUpload) -> PostResult {
    let picture = prepare(&app, upload.body()).await.map_err(|error| match error {
        NotTaken::TooLarge => Problem::too_large(),
        NotTaken::Bad(bad) => Problem::invalid_field("", bad),
        NotTaken::Failed => Problem::internal(),
    });
    let (mut work, _) = upload.begin(&app).await?;
    let picture = picture.map_err(PostError::Problem)?;
    let (now, by) = (work.now, work.by());
    insert_image(work.db(), &picture, &by, now).await?;
    let id = picture.id();
    let (width, height, bytes) = (picture.width(), picture.height(), picture.bytes().len());
    work.answer(StatusCode::CREATED, &Image { id, width, height, bytes, url: image_url(&app.settings, id) }).await
}

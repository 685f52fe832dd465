//! Pictures: uploaded once, named by the bulletins that bear them.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::domain::picture::{BadPicture, ImageId, Picture};
use crate::relay::publish::image_url;
use crate::store::images::insert_image;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentUpload, PostError, PostResult};
use crate::web::problem::Problem;

/// Pictures decoded at the same time: each may take a few hundred megabytes.
static DECODERS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// The bytes of a picture.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PictureFile(#[expect(dead_code, reason = "only its schema is of use")] Vec<u8>);

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

/// Why an upload is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// Over `bulletins.image_limit`.
    TooLarge,
    /// It is no picture that can be shown.
    Bad(BadPicture),
    /// The decoder broke down; it is on record.
    Failed,
}

/// The picture in an upload, decoded off the threads that serve requests.
///
/// # Errors
/// [`NotTaken`].
pub async fn prepare(app: &App, upload: &Bytes) -> Result<Picture, NotTaken> {
    if upload.len() > app.settings.bulletins.image_limit {
        return Err(NotTaken::TooLarge);
    }
    let _turn = DECODERS.acquire().await.map_err(|_| NotTaken::Failed)?;
    let upload = upload.clone();
    match spawn_blocking(move || Picture::of_upload(&upload)).await {
        Ok(prepared) => prepared.map_err(NotTaken::Bad),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a picture could not be decoded");
            Err(NotTaken::Failed)
        }
    }
}

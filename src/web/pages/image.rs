//! The pictures of bulletins, `/i/{sha256}.jpg`: public, and the same for ever. What was only sent up is not here.
//!
//! A bulletin reaches two hundred thousand phones within minutes, and each of them fetches its picture, so the last
//! ones asked for are kept in memory. Whoever puts a cache in front may keep them for ever.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use moka::future::Cache;

use crate::domain::picture::ImageId;
use crate::store::images::find_public_image;
use crate::store::{Db, StoreError};
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::problem::Problem;

/// Bytes of pictures kept in memory at most.
const KEPT: u64 = 64_000_000;
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The pictures that were asked for last; shared by all requests of a node.
#[derive(Clone, Debug)]
pub struct Images(Cache<ImageId, Bytes>);

impl Default for Images {
    fn default() -> Self {
        let weigh = |_: &ImageId, bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weigh).max_capacity(KEPT).build())
    }
}

impl Images {
    /// The bytes of a picture; however many ask at once, the database is asked once.
    async fn find(&self, db: &Db, id: ImageId) -> Result<Option<Bytes>, Problem> {
        let load = async {
            let mut db = db.acquire().await.map_err(|error| Some(Problem::from(StoreError::from(error))))?;
            match find_public_image(&mut db, id).await {
                Ok(Some(bytes)) => Ok(Bytes::from(bytes)),
                Ok(None) => Err(None),
                Err(error) => Err(Some(Problem::from(error))),
            }
        };
        match self.0.try_get_with(id, load).await.map_err(Arc::unwrap_or_clone) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(None) => Ok(None),
            Err(Some(problem)) => Err(problem),
        }
    }
}

/// A picture of a bulletin.
///
/// The small picture of a file that was sent upward is here when the submission is accepted, and not before.
#[utoipa::path(get, path = "/i/{file}", tag = "public",
    params(("file" = String, Path, description = "The image's id and `.jpg`")), responses(
    (status = 200, description = "The picture", body = crate::web::picture::PictureFile, content_type = "image/jpeg"),
    (status = 404, description = "There is none", body = crate::web::problem::ProblemDetails,
        content_type = "application/problem+json")))]
pub async fn show_image(State(app): State<App>, Id(file): Id<String>) -> Result<Response, Problem> {
    let id: Option<ImageId> = file.strip_suffix(".jpg").and_then(|id| id.parse().ok());
    let found = match id {
        Some(id) => app.images.find(&app.db, id).await?,
        None => None,
    };
    let bytes = found.ok_or_else(|| Problem::absent("image"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
    ];
    Ok((headers, bytes).into_response())
}

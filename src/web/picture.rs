//! A picture that is uploaded, by the API or in a form: decoded within bounds, and written afresh.

use axum::body::Bytes;

use super::app::App;
use crate::domain::picture::{BadPicture, Picture};
use crate::files::decoding::decode;

/// The bytes of a picture.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PictureFile(#[expect(dead_code, reason = "only its schema is of use")] Vec<u8>);

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
    let upload = upload.clone();
    match decode(move || Picture::of_upload(&upload)).await {
        Ok(prepared) => prepared.map_err(NotTaken::Bad),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a picture could not be decoded");
            Err(NotTaken::Failed)
        }
    }
}

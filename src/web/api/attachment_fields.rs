//! What a draft bears besides its text, as a request names it, and what the files are that it names.

use serde::Deserialize;

use crate::domain::bulletin::{Attachment, MediaFile};
use crate::domain::content_id::FileId;
use crate::domain::picture::ImageId;
use crate::domain::text::AltText;
use crate::relay::draft_rules::DraftFault;
use crate::store::files::{File, find_file};
use crate::store::{Connection, StoreError};
use crate::web::problem::FieldError;

/// What a bulletin bears besides its text: an image that stands in its card, or a file that goes out in front of it.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachmentInput {
    /// An image that was uploaded with `POST /images`; at most one, and the first of the list.
    #[serde(default)]
    image: Option<ImageId>,
    /// A picture or video that was uploaded with `POST /files`.
    #[serde(default)]
    file: Option<FileId>,
    /// What it shows, for those who do not see it; one line.
    alt: AltText,
}

/// The picture of the card, and the files in front of it; that they are there is looked up with the rest.
pub(super) async fn read_attachments(
    db: &mut Connection,
    inputs: Vec<AttachmentInput>,
    errors: &mut Vec<FieldError>,
) -> Result<(Option<Attachment>, Vec<MediaFile>), StoreError> {
    let (mut image, mut media) = (None, Vec::new());
    for (index, AttachmentInput { image: picture, file, alt }) in inputs.into_iter().enumerate() {
        match (picture, file) {
            (Some(id), None) if index == 0 => image = Some(Attachment { image: id, alt }),
            (Some(_), None) => errors.push(FieldError::new(format!("/attachments/{index}/image"), "must be the first")),
            (None, Some(id)) => {
                if let Some(File { kind, preview: Some(preview), .. }) = find_file(db, id).await? {
                    media.push(MediaFile { file: id, kind, preview, alt });
                } else {
                    let absent = DraftFault::FileAbsent(index);
                    errors.push(FieldError::new(absent.pointer(), absent));
                }
            }
            (Some(_), Some(_)) | (None, None) => {
                errors.push(FieldError::new(format!("/attachments/{index}"), "must name an image or a file"));
            }
        }
    }
    Ok((image, media))
}

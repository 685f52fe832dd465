//! What an upload is, looked at whole: only what is found good is kept.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::LazyLock;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::upload::Staged;
use crate::domain::artwork::Artwork;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::picture::{BadPicture, Picture};
use crate::domain::video::{BadVideo, Video, draw_cover};
use crate::store::files::NewFile;

/// Uploads looked at at the same time: a picture may take a few hundred megabytes.
static EXAMINERS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// A file that is good, ready to be kept.
#[derive(Debug)]
pub struct Examined {
    /// What is known of it.
    pub file: NewFile,
    /// A small picture of it.
    pub preview: Option<Picture>,
    /// Its bytes.
    pub bytes: Source,
}

/// Where the bytes are that are to be kept.
#[derive(Debug)]
pub enum Source {
    /// In memory: a picture that was written afresh.
    Memory(Vec<u8>),
    /// In the file that came.
    Upload,
}

/// Why an upload is not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotGood {
    /// It is no picture that can be shown.
    #[error(transparent)]
    Picture(#[from] BadPicture),
    /// It is no video that every telephone plays.
    #[error(transparent)]
    Video(#[from] BadVideo),
    /// It cannot be read back, or what reads it broke down.
    #[error("the upload could not be looked at")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Looks at an upload, off the threads that serve requests.
///
/// # Errors
/// [`NotGood`].
pub async fn examine(staged: &Staged) -> Result<Examined, NotGood> {
    let _turn = EXAMINERS.acquire().await.map_err(|error| NotGood::Failed(Box::new(error)))?;
    let (kind, path, id, size) = (staged.kind, staged.path.to_path_buf(), staged.id, staged.bytes);
    let looked = spawn_blocking(move || look_at(kind, &path, id, size)).await;
    looked.map_err(|error| NotGood::Failed(Box::new(error)))?
}

fn look_at(kind: FileKind, path: &Path, id: FileId, size: u64) -> Result<Examined, NotGood> {
    let plain = NewFile {
        id,
        kind,
        bytes: i64::try_from(size).unwrap_or(i64::MAX),
        width: None,
        height: None,
        milliseconds: None,
        look: None,
        preview: None,
        upload: id,
    };
    match kind {
        FileKind::Image => picture(path, &plain),
        FileKind::Video => {
            let video = Video::read(&mut BufReader::new(open(path)?))?;
            let cover = draw_cover(video)?;
            let file = NewFile {
                preview: Some(cover.id()),
                width: i32::try_from(video.width).ok(),
                height: i32::try_from(video.height).ok(),
                milliseconds: i32::try_from(video.milliseconds).ok(),
                ..plain
            };
            Ok(Examined { file, preview: Some(cover), bytes: Source::Upload })
        }
        FileKind::Pdf => Ok(Examined { file: plain, preview: None, bytes: Source::Upload }),
    }
}

fn picture(path: &Path, plain: &NewFile) -> Result<Examined, NotGood> {
    let upload = std::fs::read(path).map_err(|error| NotGood::Failed(Box::new(error)))?;
    let artwork = Artwork::of_upload(&upload)?;
    let bytes = artwork.bytes().to_vec();
    let file = NewFile {
        id: FileId::of(&bytes),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        width: i32::try_from(artwork.width()).ok(),
        height: i32::try_from(artwork.height()).ok(),
        look: Some(artwork.look()),
        preview: Some(artwork.preview().id()),
        ..plain.clone()
    };
    Ok(Examined { file, preview: Some(artwork.preview().clone()), bytes: Source::Memory(bytes) })
}

fn open(path: &Path) -> Result<File, NotGood> {
    File::open(path).map_err(|error| NotGood::Failed(Box::new(error)))
}

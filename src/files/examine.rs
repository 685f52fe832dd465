//! What an upload is, looked at whole: only what is found good is kept.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::decoding::decode;
use super::drawing::{Drawer, Drawing};
use super::upload::Staged;
use crate::domain::artwork::Artwork;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::picture::{BadPicture, Picture};
use crate::domain::video::{BadVideo, Video, draw_cover};
use crate::store::files::NewFile;

/// A file that is good, ready to be kept.
#[derive(Debug)]
pub struct Examined {
    /// What is known of it.
    pub file: NewFile,
    /// A small picture of it.
    pub preview: Option<Picture>,
    /// The first pages of a document, as far as they could be drawn.
    pub pages: Vec<Page>,
    /// Its bytes.
    pub bytes: Source,
}

/// A page of a document as a picture, ready to be kept.
#[derive(Debug)]
pub struct Page {
    /// What is known of it.
    pub file: NewFile,
    /// A small picture of it.
    pub preview: Picture,
    /// Its bytes.
    pub bytes: Vec<u8>,
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

/// Looks at an upload, off the threads that serve requests. Without somebody who draws, there are no pictures of documents, and videos
/// have a cover that is made up.
///
/// # Errors
/// [`NotGood`].
pub async fn examine(staged: &Staged, drawer: Option<&Drawer>) -> Result<Examined, NotGood> {
    let drawer = drawer.cloned();
    let (kind, path, id, size) = (staged.kind, staged.path.to_path_buf(), staged.id, staged.bytes);
    let looked = decode(move || look_at(kind, &path, id, size, drawer.as_ref())).await;
    looked.map_err(|error| NotGood::Failed(Box::new(error)))?
}

fn look_at(kind: FileKind, path: &Path, id: FileId, size: u64, drawer: Option<&Drawer>) -> Result<Examined, NotGood> {
    let draw = |drawing| drawer.map(|drawer| drawer.draw(drawing, path)).unwrap_or_default();
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
            let frame = draw(Drawing::Frame).first().and_then(|frame| Picture::of_upload(frame).ok());
            let cover = match frame {
                Some(frame) => frame,
                None => draw_cover(video)?,
            };
            let file = NewFile {
                preview: Some(cover.id()),
                width: i32::try_from(video.width).ok(),
                height: i32::try_from(video.height).ok(),
                milliseconds: i32::try_from(video.milliseconds).ok(),
                ..plain
            };
            Ok(Examined { file, preview: Some(cover), pages: Vec::new(), bytes: Source::Upload })
        }
        FileKind::Pdf => {
            let drawn = draw(Drawing::Pages);
            let pages: Vec<Page> = drawn.iter().map_while(|page| page_of(page)).collect();
            let preview = pages.first().map(|page| page.preview.clone());
            let file = NewFile { preview: preview.as_ref().map(Picture::id), ..plain };
            Ok(Examined { file, preview, pages, bytes: Source::Upload })
        }
    }
}

fn picture(path: &Path, plain: &NewFile) -> Result<Examined, NotGood> {
    let upload = std::fs::read(path).map_err(|error| NotGood::Failed(Box::new(error)))?;
    let artwork = Artwork::of_upload(&upload)?;
    let file = file_of(&artwork, FileId::of(artwork.bytes()), plain.upload);
    let bytes = Source::Memory(artwork.bytes().to_vec());
    Ok(Examined { file, preview: Some(artwork.preview().clone()), pages: Vec::new(), bytes })
}

/// A page that was drawn; none where it is no picture that is kept.
fn page_of(drawn: &[u8]) -> Option<Page> {
    let artwork = Artwork::of_upload(drawn).ok()?;
    let id = FileId::of(artwork.bytes());
    let file = file_of(&artwork, id, id);
    Some(Page { file, preview: artwork.preview().clone(), bytes: artwork.bytes().to_vec() })
}

fn file_of(artwork: &Artwork, id: FileId, upload: FileId) -> NewFile {
    NewFile {
        id,
        kind: FileKind::Image,
        bytes: i64::try_from(artwork.bytes().len()).unwrap_or(i64::MAX),
        width: i32::try_from(artwork.width()).ok(),
        height: i32::try_from(artwork.height()).ok(),
        milliseconds: None,
        look: Some(artwork.look()),
        preview: Some(artwork.preview().id()),
        upload,
    }
}

fn open(path: &Path) -> Result<File, NotGood> {
    File::open(path).map_err(|error| NotGood::Failed(Box::new(error)))
}

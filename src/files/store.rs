//! The folder or bucket itself.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
pub use object_store::Error;
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, MultipartUpload as _, ObjectStore, ObjectStoreExt as _, PutPayload};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::AsyncReadExt as _;

use super::drawing::Drawer;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;

/// The bytes of a file as they come.
pub type Parts = BoxStream<'static, Result<Bytes, Error>>;

/// Parts of this many bytes are sent to the store, one after the other.
const PART: usize = 8 * 1024 * 1024;

/// Where the files are.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a folder, which is made where it is missing.
    Folder(PathBuf),
    /// In a bucket.
    S3(Bucket),
}

/// A bucket of S3, or of a server that speaks its language.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the keys in it begin with; may be empty.
    pub prefix: String,
    /// The server; none = AWS.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The id of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: SecretString,
}

/// How large what is uploaded may be, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct SizeLimits {
    /// All that one account or key uploads within [`super::keep::COUNTED`].
    pub account: u64,
    /// A picture.
    pub image: u64,
    /// A video.
    pub video: u64,
    /// A document.
    pub document: u64,
}

impl SizeLimits {
    /// That of this kind.
    #[must_use]
    pub fn of(self, kind: FileKind) -> u64 {
        match kind {
            FileKind::Image => self.image,
            FileKind::Video => self.video,
            FileKind::Pdf => self.document,
        }
    }

    /// The largest of all.
    #[must_use]
    pub fn most(self) -> u64 {
        self.image.max(self.video).max(self.document)
    }
}

/// The store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made.
    #[error("the folder {} of files.store cannot be made", .0.display())]
    Folder(PathBuf, #[source] std::io::Error),
    /// The settings name nothing that can be opened.
    #[error("files.store cannot be opened")]
    Store(#[from] Error),
}

/// The store of files; cloning shares it.
#[derive(Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    limits: SizeLimits,
    drawer: Option<Drawer>,
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileStore({})", self.objects)
    }
}

impl FileStore {
    /// Opens it; a bucket is not asked yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(place: &Place, limits: SizeLimits) -> Result<Self, OpenError> {
        let objects: Arc<dyn ObjectStore> = match place {
            Place::Folder(folder) => open_folder(folder)?,
            Place::S3(bucket) => open_bucket(bucket)?,
        };
        Ok(Self { objects, limits, drawer: None })
    }

    /// With somebody who draws pictures of documents and videos.
    #[must_use]
    pub fn drawing(self, drawer: Drawer) -> Self {
        Self { drawer: Some(drawer), ..self }
    }

    /// Who draws pictures of documents and videos.
    #[must_use]
    pub fn drawer(&self) -> Option<&Drawer> {
        self.drawer.as_ref()
    }

    /// How large what is uploaded may be.
    #[must_use]
    pub fn limits(&self) -> SizeLimits {
        self.limits
    }

    /// Keeps these bytes.
    ///
    /// # Errors
    /// The store fails.
    pub async fn put(&self, id: FileId, kind: FileKind, bytes: Vec<u8>) -> Result<(), Error> {
        self.objects.put(&key(id, kind), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Keeps what stands in a file, a part at a time.
    ///
    /// # Errors
    /// The store fails, or the file cannot be read.
    pub async fn put_file(&self, id: FileId, kind: FileKind, path: &Path) -> Result<(), Error> {
        let unread = |error: std::io::Error| Error::Generic { store: "upload", source: Box::new(error) };
        let mut file = tokio::fs::File::open(path).await.map_err(unread)?;
        let mut upload = self.objects.put_multipart(&key(id, kind)).await?;
        loop {
            let mut part = Vec::with_capacity(PART);
            let read = (&mut file).take(PART as u64).read_to_end(&mut part).await.map_err(unread)?;
            if read == 0 {
                break;
            }
            if let Err(error) = upload.put_part(PutPayload::from(part)).await {
                // what arrived so far must not be paid for; that this fails too is the same fault
                let _ = upload.abort().await;
                return Err(error);
            }
        }
        upload.complete().await?;
        Ok(())
    }

    /// The bytes of a file, or a part of them; none where there are none.
    ///
    /// # Errors
    /// The store fails, or the part lies outside.
    pub async fn get(&self, id: FileId, kind: FileKind, part: Option<Range<u64>>) -> Result<Option<Parts>, Error> {
        let options = GetOptions { range: part.map(GetRange::Bounded), ..GetOptions::default() };
        match self.objects.get_opts(&key(id, kind), options).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Throws the bytes of a file away; that there are none is as good.
    ///
    /// # Errors
    /// The store fails.
    pub async fn delete(&self, id: FileId, kind: FileKind) -> Result<(), Error> {
        match self.objects.delete(&key(id, kind)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn check(&self) -> Result<(), Error> {
        self.objects.list_with_delimiter(None).await?;
        Ok(())
    }
}

fn open_folder(folder: &Path) -> Result<Arc<dyn ObjectStore>, OpenError> {
    std::fs::create_dir_all(folder).map_err(|error| OpenError::Folder(folder.to_owned(), error))?;
    Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true)))
}

fn open_bucket(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>, OpenError> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key)
        .with_secret_access_key(bucket.secret_key.expose_secret())
        .with_conditional_put(S3ConditionalPut::Disabled);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    let store = builder.build()?;
    Ok(if bucket.prefix.is_empty() {
        Arc::new(store)
    } else {
        Arc::new(PrefixStore::new(store, bucket.prefix.as_str()))
    })
}

/// Where a file is: below a folder for the first byte of its hash, so that no folder holds too many.
fn key(id: FileId, kind: FileKind) -> Key {
    let name = id.to_string();
    let folder = name.get(..2).unwrap_or_default();
    Key::from(format!("{folder}/{name}.{}", kind.ending()))
}

//! An upload as it comes in: written to a temporary file, counted and hashed on the way.
//!
//! How large it may be depends on what it is, which its first bytes say; one that says beforehand that it is larger than anything that is
//! taken is refused before a byte of it is read.

use futures_util::{Stream, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;

use super::FileStore;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::{FileKind, HEAD};

/// An upload that has come in whole.
#[derive(Debug)]
pub struct Staged {
    /// What its first bytes say it is.
    pub kind: FileKind,
    /// Its size.
    pub bytes: u64,
    /// The identity of what came.
    pub id: FileId,
    /// Where it is until this is dropped.
    pub path: TempPath,
}

/// Why an upload is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotStaged {
    /// Nothing came.
    #[error("is empty")]
    Empty,
    /// It is nothing that is taken.
    #[error("is neither a JPEG or PNG, nor an MP4, nor a PDF")]
    Kind,
    /// It is larger than what it is may be.
    #[error("is larger than {} MB", .0 / 1_000_000)]
    TooLarge(u64),
    /// Its sender broke off.
    #[error("did not come in whole")]
    Broken,
    /// The temporary file could not be written.
    #[error("the upload could not be written down")]
    Io(#[from] std::io::Error),
}

impl FileStore {
    /// Takes an upload in; `announced` is the size that its sender says it has.
    ///
    /// # Errors
    /// [`NotStaged`].
    pub async fn stage<S, B, E>(&self, announced: Option<u64>, mut body: S) -> Result<Staged, NotStaged>
    where
        S: Stream<Item = Result<B, E>> + Unpin,
        B: AsRef<[u8]>,
    {
        let limits = self.limits();
        if announced.is_some_and(|size| size > limits.most()) {
            return Err(NotStaged::TooLarge(limits.most()));
        }
        let (file, path) = tempfile::NamedTempFile::new()?.into_parts();
        let mut file = tokio::fs::File::from_std(file);
        let (mut head, mut hash, mut bytes, mut kind) = (Vec::new(), Sha256::new(), 0, None);
        while let Some(part) = body.try_next().await.map_err(|_| NotStaged::Broken)? {
            let part = part.as_ref();
            bytes += part.len() as u64;
            if head.len() < HEAD {
                head.extend(part.iter().take(HEAD - head.len()));
            }
            if kind.is_none() && head.len() >= HEAD {
                kind = Some(FileKind::of_head(&head).ok_or(NotStaged::Kind)?);
            }
            let most = kind.map_or(limits.most(), |kind| limits.of(kind));
            if bytes.max(announced.unwrap_or_default()) > most {
                return Err(NotStaged::TooLarge(most));
            }
            hash.update(part);
            file.write_all(part).await?;
        }
        file.flush().await?;
        if bytes == 0 {
            return Err(NotStaged::Empty);
        }
        let kind = kind.or_else(|| FileKind::of_head(&head)).ok_or(NotStaged::Kind)?;
        Ok(Staged { kind, bytes, id: FileId::of_sha256(hash.finalize().into()), path })
    }
}

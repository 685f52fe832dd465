//! Keeping an upload that is good: its row, its bytes, then that they are there.
//!
//! Killed in between, the row says that the bytes were on their way; nothing uses it, and [`super::sweep`] throws both away. The same
//! upload again begins anew.

use super::FileStore;
use super::examine::{Examined, NotGood, Source, examine};
use super::upload::Staged;
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;
use crate::store::files::{File, find_file, insert_file, mark_stored};
use crate::store::images::insert_image;
use crate::store::{Db, StoreError};

/// Why an upload is not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It is not good.
    #[error(transparent)]
    NotGood(#[from] NotGood),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store of files fails.
    #[error("the store of files failed")]
    Files(#[from] super::store::Error),
}

impl FileStore {
    /// Looks at an upload and keeps it; gives the file as it is known from now on.
    ///
    /// # Errors
    /// [`NotKept`].
    pub async fn keep(&self, db: &Db, staged: &Staged, by: &Actor, now: Timestamp) -> Result<File, NotKept> {
        let Examined { file, preview, bytes } = examine(staged).await?;
        {
            // one statement after the other is fine: a picture without a file is thrown away like any other
            let mut db = db.acquire().await.map_err(StoreError::from)?;
            if let Some(preview) = &preview {
                insert_image(&mut db, preview, by, now).await?;
            }
            insert_file(&mut db, &file, by, now).await?;
        }
        match bytes {
            Source::Memory(bytes) => self.put(file.id, file.kind, bytes).await?,
            Source::Upload => self.put_file(file.id, file.kind, &staged.path).await?,
        }
        let mut db = db.acquire().await.map_err(StoreError::from)?;
        mark_stored(&mut db, file.id, now).await?;
        let gone = || StoreError::from(crate::store::DbError::RowNotFound);
        Ok(find_file(&mut db, file.id).await?.ok_or_else(gone)?)
    }
}

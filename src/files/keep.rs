//! Keeping an upload that is good: its row, its bytes, then that they are there.
//!
//! Killed in between, the row says that the bytes were on their way; nothing uses it, and [`super::sweep`] throws both away. The same
//! upload again begins anew.

use std::time::Duration;

use super::FileStore;
use super::examine::{Examined, NotGood, Page, Source, examine};
use super::upload::Staged;
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;
use crate::store::files::{File, NewFile, count_uploaded_bytes, find_file, insert_file, insert_page, mark_stored};
use crate::store::images::insert_image;
use crate::store::{Connection, Db, StoreError};

/// For so long an upload counts for whoever uploaded it.
pub const COUNTED: Duration = Duration::from_hours(30 * 24);

/// Why an upload is not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It is not good.
    #[error(transparent)]
    NotGood(#[from] NotGood),
    /// Whoever uploads it has uploaded so many bytes lately that it would be more than this.
    #[error("more than {} MB would have been uploaded in {} days", .0 / 1_000_000, COUNTED.as_secs() / 86_400)]
    TooMuch(u64),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store of files fails.
    #[error("the store of files failed")]
    Files(#[from] super::store::Error),
    /// The store of files does not answer in time.
    #[error("the store of files does not answer in time")]
    Slow,
}

impl FileStore {
    /// Looks at an upload and keeps it; gives the file as it is known from now on.
    ///
    /// # Errors
    /// [`NotKept`].
    pub async fn keep(&self, db: &Db, staged: &Staged, by: &Actor, now: Timestamp) -> Result<File, NotKept> {
        let Examined { file, preview, pages, bytes } = examine(staged, self.drawer()).await?;
        {
            let mut db = db.acquire().await.map_err(StoreError::from)?;
            self.check_amount(&mut db, &file, by, now).await?;
            // one statement after the other is fine: a picture without a file is thrown away like any other
            if let Some(preview) = &preview {
                insert_image(&mut db, preview, by, now).await?;
            }
            insert_file(&mut db, &file, by, now).await?;
        }
        for page in &pages {
            self.keep_page(db, page, by, now).await?;
        }
        match bytes {
            Source::Memory(bytes) => self.put(file.id, file.kind, bytes).await?,
            Source::Upload => self.put_file(file.id, file.kind, &staged.path).await?,
        }
        let mut tx = db.begin().await.map_err(StoreError::from)?;
        mark_stored(&mut tx, file.id, now).await?;
        for (no, page) in (1..).zip(&pages) {
            insert_page(&mut tx, file.id, no, page.file.id).await?;
        }
        let gone = || StoreError::from(crate::store::DbError::RowNotFound);
        let kept = find_file(&mut tx, file.id).await?.ok_or_else(gone)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(kept)
    }

    /// Several at once may go over it by as much as they are.
    async fn check_amount(
        &self,
        db: &mut Connection,
        file: &NewFile,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), NotKept> {
        if find_file(db, file.id).await?.is_some() {
            return Ok(());
        }
        let most = self.limits().account;
        let before = count_uploaded_bytes(db, by, now - COUNTED, file.id).await?;
        let bytes = u64::try_from(before.saturating_add(file.bytes)).unwrap_or(u64::MAX);
        if bytes > most { Err(NotKept::TooMuch(most)) } else { Ok(()) }
    }

    /// A page is a file of its own, which nothing uses before its document names it.
    async fn keep_page(&self, db: &Db, page: &Page, by: &Actor, now: Timestamp) -> Result<(), NotKept> {
        let Page { file, preview, bytes } = page;
        {
            let mut db = db.acquire().await.map_err(StoreError::from)?;
            insert_image(&mut db, preview, by, now).await?;
            insert_file(&mut db, file, by, now).await?;
        }
        self.put(file.id, file.kind, bytes.clone()).await?;
        mark_stored(&mut *db.acquire().await.map_err(StoreError::from)?, file.id, now).await?;
        Ok(())
    }
}

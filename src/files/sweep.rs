//! Throwing away what was uploaded and is used by nothing.

use std::time::Duration;

use super::FileStore;
use super::keep::NotKept;
use crate::domain::time::{Clock, Timestamp};
use crate::store::files::{delete_file, lock_unused};
use crate::store::{Db, StoreError};

/// How long an upload that nothing uses is kept: a form may stay open over a weekend.
const UNUSED: Duration = Duration::from_hours(7 * 24);
/// Between two rounds.
const EVERY: Duration = Duration::from_hours(1);
/// Files thrown away in a round.
const MOST: usize = 1_000;

/// Throws away what is used by nothing, once an hour and on every node: each takes what no other holds.
pub async fn run(files: FileStore, db: Db, clock: Clock) {
    loop {
        tokio::time::sleep(EVERY).await;
        match sweep(&files, &db, clock.now()).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "files that nothing uses were thrown away"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "files that nothing uses could not be thrown away"
                );
            }
        }
    }
}

/// Throws away what was uploaded long ago and is used by nothing; gives how many.
///
/// # Errors
/// The database or the store of files fails; what is gone by then is gone.
pub async fn sweep(files: &FileStore, db: &Db, now: Timestamp) -> Result<usize, NotKept> {
    for gone in 0..MOST {
        let mut tx = db.begin().await.map_err(StoreError::from)?;
        let Some((id, kind)) = lock_unused(&mut tx, now - UNUSED).await? else { return Ok(gone) };
        files.delete(id, kind).await?;
        delete_file(&mut tx, id).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(MOST)
}

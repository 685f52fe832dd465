//! Throwing away what was uploaded and is used by nothing.
//!
//! First it is noted that the bytes are going, which ends every use of the file; then they go, and the row after them. Killed in between, the
//! row says that they were going, and the next round ends what this one began. An upload of the same waits while the bytes go, which is
//! bounded, and keeps them anew.

use std::time::Duration;

use super::FileStore;
use super::keep::NotKept;
use crate::domain::time::{Clock, Timestamp};
use crate::store::files::{UnusedFile, delete_file, list_unused, lock_unused, mark_going};
use crate::store::{Db, StoreError};

/// How long an upload that nothing uses is kept: a form may stay open over a weekend.
const UNUSED: Duration = Duration::from_hours(7 * 24);
/// Between two rounds.
const EVERY: Duration = Duration::from_hours(1);
/// Files thrown away in a round.
const MOST: i64 = 1_000;
/// The longest that the store may take to throw one away: whoever uploads the same waits.
const WITHIN: Duration = Duration::from_secs(5);
/// After so many that could not be thrown away the store is taken to be away.
const MOST_FAILURES: usize = 3;

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
    let until = now - UNUSED;
    let unused = list_unused(&mut *db.acquire().await.map_err(StoreError::from)?, until, MOST).await?;
    let (mut gone, mut failures) = (0, 0);
    for file in unused {
        match throw_away(files, db, file, until).await {
            Ok(true) => gone += 1,
            Ok(false) => {}
            // one that cannot go keeps no other from it
            Err(error @ (NotKept::Files(_) | NotKept::Slow)) if failures < MOST_FAILURES => {
                failures += 1;
                tracing::warn!(error = &error as &dyn std::error::Error, "a file could not be thrown away");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(gone)
}

/// Throws one away; false where it is used by now, or was uploaded again.
async fn throw_away(files: &FileStore, db: &Db, file: UnusedFile, until: Timestamp) -> Result<bool, NotKept> {
    let mut tx = db.begin().await.map_err(StoreError::from)?;
    // asked again under the lock, which nothing passes that begins to use it
    if !lock_unused(&mut tx, file.id, until).await? || !lock_unused(&mut tx, file.id, until).await? {
        return Ok(false);
    }
    mark_going(&mut tx, file.id).await?;
    tx.commit().await.map_err(StoreError::from)?;

    let mut tx = db.begin().await.map_err(StoreError::from)?;
    if !lock_unused(&mut tx, file.id, until).await? {
        return Ok(false);
    }
    match tokio::time::timeout(WITHIN, files.delete(file.id, file.kind)).await {
        Ok(gone) => gone?,
        Err(_) => return Err(NotKept::Slow),
    }
    delete_file(&mut tx, file.id).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(true)
}

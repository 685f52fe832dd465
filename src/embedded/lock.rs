//! The two locks by which processes share a cluster: `start.lock`, held exclusively by whoever starts
//! or stops it, and `users.lock`, held shared by everyone who uses it.
//!
//! They are the kernel's locks on open files: they vanish with their process, however it ends, and no
//! child inherits them. `users.lock` is taken only by the holder of `start.lock`, so nobody can join
//! while the last user is leaving.

use std::fs::{File, OpenOptions, TryLockError};
use std::time::Duration;

use super::EmbeddedError;
use super::data_folder::DataFolder;

const START: &str = "start.lock";
const USERS: &str = "users.lock";
const ASK_AGAIN: Duration = Duration::from_millis(50);
const LAST_ASKS: u32 = 5;

/// Waits until no other process starts or stops the cluster.
///
/// Asks again and again instead of blocking, so that a caller may stop waiting at any moment.
pub(super) async fn wait_for_turn(folder: &DataFolder) -> Result<File, EmbeddedError> {
    let file = open(folder, START)?;
    while !locked(folder, START, file.try_lock())? {
        tokio::time::sleep(ASK_AGAIN).await;
    }
    Ok(file)
}

/// The same for a thread that may block.
pub(super) fn take_turn(folder: &DataFolder) -> Result<File, EmbeddedError> {
    let file = open(folder, START)?;
    file.lock().map_err(EmbeddedError::folder(&folder.file(START), "locked"))?;
    Ok(file)
}

/// Becomes one of the users; for the holder of the turn.
pub(super) fn join(folder: &DataFolder) -> Result<File, EmbeddedError> {
    let file = open(folder, USERS)?;
    file.lock_shared().map_err(EmbeddedError::folder(&folder.file(USERS), "locked"))?;
    Ok(file)
}

/// Locks all users out, or answers `None` because there still is one; for the holder of the turn.
///
/// Asks a few times, as a program that is just being started holds a copy of its parent's open files, and with them of
/// the locks, until it is there.
pub(super) fn take_all(folder: &DataFolder) -> Result<Option<File>, EmbeddedError> {
    let file = open(folder, USERS)?;
    for _ in 0..LAST_ASKS {
        if locked(folder, USERS, file.try_lock())? {
            return Ok(Some(file));
        }
        std::thread::sleep(ASK_AGAIN);
    }
    Ok(None)
}

fn open(folder: &DataFolder, name: &str) -> Result<File, EmbeddedError> {
    let path = folder.file(name);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(EmbeddedError::folder(&path, "opened"))?;
    folder.give(&path)?;
    Ok(file)
}

fn locked(folder: &DataFolder, name: &str, answer: Result<(), TryLockError>) -> Result<bool, EmbeddedError> {
    match answer {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(EmbeddedError::folder(&folder.file(name), "locked")(source)),
    }
}

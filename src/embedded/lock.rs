//! The two locks by which processes share a cluster: `start.lock`, held exclusively by whoever starts
//! or stops it, and `users.lock`, held shared by everyone who uses it.
//!
//! They are the kernel's locks on open files: they vanish with their process, however it ends, and no
//! child inherits them. `users.lock` is taken only by the holder of `start.lock`, so nobody can join
//! while the last user is leaving.

use std::fs::{File, OpenOptions, TryLockError};
use std::time::Duration;

use super::EmbeddedError;
use super::place::Place;

const START: &str = "start.lock";
const USERS: &str = "users.lock";
const ASK_AGAIN: Duration = Duration::from_millis(50);
const LAST_ASKS: u32 = 5;

/// Waits until no other process starts or stops the cluster.
///
/// Asks again and again instead of blocking, so that a caller may stop waiting at any moment.
pub(super) async fn wait_for_turn(place: &Place) -> Result<File, EmbeddedError> {
    let file = open(place, START)?;
    while !locked(place, START, file.try_lock())? {
        tokio::time::sleep(ASK_AGAIN).await;
    }
    Ok(file)
}

/// The same for a thread that may block.
pub(super) fn take_turn(place: &Place) -> Result<File, EmbeddedError> {
    let file = open(place, START)?;
    file.lock().map_err(EmbeddedError::folder(&place.file(START), "locked"))?;
    Ok(file)
}

/// Becomes one of the users; for the holder of the turn.
pub(super) fn join(place: &Place) -> Result<File, EmbeddedError> {
    let file = open(place, USERS)?;
    file.lock_shared().map_err(EmbeddedError::folder(&place.file(USERS), "locked"))?;
    Ok(file)
}

/// Locks all users out, or answers `None` because there still is one; for the holder of the turn.
///
/// Asks a few times, as a program that is just being started holds a copy of its parent's open files, and with them of
/// the locks, until it is there.
pub(super) fn take_all(place: &Place) -> Result<Option<File>, EmbeddedError> {
    let file = open(place, USERS)?;
    for _ in 0..LAST_ASKS {
        if locked(place, USERS, file.try_lock())? {
            return Ok(Some(file));
        }
        std::thread::sleep(ASK_AGAIN);
    }
    Ok(None)
}

fn open(place: &Place, name: &str) -> Result<File, EmbeddedError> {
    let path = place.file(name);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(EmbeddedError::folder(&path, "opened"))?;
    place.give(&path)?;
    Ok(file)
}

fn locked(place: &Place, name: &str, answer: Result<(), TryLockError>) -> Result<bool, EmbeddedError> {
    match answer {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(EmbeddedError::folder(&place.file(name), "locked")(source)),
    }
}

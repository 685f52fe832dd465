//! Files that only their owner may read: keys, secrets, tokens.
//!
//! They appear whole and with mode 0600 or not at all, so that two processes that start together agree on one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};

/// What the file holds; none where there is no such file.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<SecretString>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.with_context(|| format!("{} could not be read", path.display()))?,
    };
    let mode = fs::metadata(path).map_or(0, |found| found.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(file = %path.display(), "this file holds a secret and can be read by others: chmod 600 it");
    }
    Ok(Some(text.into()))
}

/// Makes the file with `text`, and gives what it holds: another process's text if that was there first.
pub(super) fn make(path: &Path, text: &SecretString) -> anyhow::Result<SecretString> {
    let finished = write_beside(path, text)?;
    let linked = fs::hard_link(&finished, path);
    // the other name goes in any case
    let _ = fs::remove_file(&finished);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("{} could not be made", path.display()))
        }
        _ => read(path)?.with_context(|| format!("{} has vanished", path.display())),
    }
}

/// Puts `text` in place of whatever the file held. A link stays one; a file stays its owner's, who may be the server's
/// user where the command is run by root. It is on the disk when this returns: something may be sealed with it next.
pub(super) fn replace(path: &Path, text: &SecretString) -> anyhow::Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let finished = write_beside(path, text)?;
    let replaced = keep_owner(path, &finished).and_then(|()| fs::rename(&finished, path)).and_then(|()| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()
    });
    if replaced.is_err() {
        let _ = fs::remove_file(&finished);
    }
    replaced.with_context(|| format!("{} could not be written", path.display()))
}

fn keep_owner(path: &Path, finished: &Path) -> io::Result<()> {
    match (fs::metadata(path), fs::metadata(finished)?) {
        (Ok(before), now) if (before.uid(), before.gid()) != (now.uid(), now.gid()) => {
            chown(finished, Some(before.uid()), Some(before.gid()))
        }
        _ => Ok(()),
    }
}

fn write_beside(path: &Path, text: &SecretString) -> anyhow::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).and_then(|mut file| {
            file.write_all(text.expose_secret().as_bytes())?;
            file.sync_all()
        });
    written.with_context(|| format!("{} could not be written", beside.display()))?;
    Ok(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("test data");
        let path = folder.path().join("new/secret.key");
        assert!(read(&path).expect("test data").is_none());
        assert_eq!(make(&path, &"first".into()).expect("test data").expose_secret(), "first");
        assert_eq!(make(&path, &"second".into()).expect("test data").expose_secret(), "first");
        assert_eq!(fs::metadata(&path).expect("test data").permissions().mode() & 0o777, 0o600);
        replace(&path, &"third".into()).expect("test data");
        assert_eq!(read(&path).expect("test data").expect("test data").expose_secret(), "third");
        assert_eq!(fs::read_dir(path.parent().expect("test data")).expect("test data").count(), 1);
    }
}

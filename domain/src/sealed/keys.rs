//! The keys of a process that goes on while its key file is changed.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use super::{KeyFile, KeyId, PersonKey, SealError, SealingKey};

/// What the key file holds now; none where there is nothing new to see.
type Source = Box<dyn Fn() -> Option<KeyFile> + Send + Sync>;

/// The keys of a key file, which is looked at again when something was sealed with a key that is not known yet.
pub struct SealingKeys {
    known: RwLock<KeyFile>,
    source: Option<Source>,
}

impl From<SealingKey> for SealingKeys {
    /// One key that stays the only one.
    fn from(key: SealingKey) -> Self {
        KeyFile::from(key).into()
    }
}

impl From<KeyFile> for SealingKeys {
    /// Keys that stay the same.
    fn from(file: KeyFile) -> Self {
        Self { known: RwLock::new(file), source: None }
    }
}

impl SealingKeys {
    /// The keys of `file`; `source` gives what it holds later. It is asked seldom, and may read a small file.
    #[must_use]
    pub fn new(file: KeyFile, source: impl Fn() -> Option<KeyFile> + Send + Sync + 'static) -> Self {
        Self { known: RwLock::new(file), source: Some(Box::new(source)) }
    }

    /// The keys as they are known now.
    #[must_use]
    pub fn file(&self) -> KeyFile {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the key file again; gives whether there was something to see. A file that names persons in another way
    /// is not this database's, and not taken.
    pub fn look_again(&self) -> bool {
        let Some(file) = self.source.as_ref().and_then(|source| source()) else { return false };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let same_persons = file.person_key().id() == known.person_key().id();
        if same_persons {
            *known = file;
        }
        same_persons
    }

    /// The ids of all keys; that of the one that seals is the first.
    #[must_use]
    pub fn ids(&self) -> Vec<KeyId> {
        self.file().ids()
    }

    /// The key under which people's LINE user ids are hashed.
    #[must_use]
    pub fn person_key(&self) -> Arc<PersonKey> {
        Arc::clone(self.file().person_key())
    }

    /// As [`SealingKey::seal`], with the first key.
    ///
    /// # Errors
    /// As there.
    pub fn seal(&self, aad: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.file().sealing().seal(aad, plain)
    }

    /// As [`SealingKey::open`], with the key that sealed it.
    ///
    /// # Errors
    /// As there; [`SealError::OtherKey`] where the key file does not hold that key now.
    pub fn open(&self, aad: &str, sealed: &[u8]) -> Result<SecretSlice<u8>, SealError> {
        match self.file().open(aad, sealed) {
            Err(SealError::OtherKey { .. }) if self.look_again() => self.file().open(aad, sealed),
            opened => opened,
        }
    }

    /// Opens a secret that is text: a channel secret or an access token.
    ///
    /// # Errors
    /// As [`SealingKeys::open`], and [`SealError::NotText`].
    pub fn open_text(&self, aad: &str, sealed: &[u8]) -> Result<SecretString, SealError> {
        let opened = self.open(aad, sealed)?;
        let text = std::str::from_utf8(opened.expose_secret()).map_err(|_| SealError::NotText)?;
        Ok(text.into())
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKeys").field("ids", &self.ids()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn a_key_that_comes_into_the_file_later_opens_and_then_seals() {
        let (old, new) = (SealingKey::generate().expect("a key"), SealingKey::generate().expect("a key"));
        let (old_id, new_id) = (old.id(), new.id());
        let sealed = new.seal("a", b"x").expect("sealed");
        let before = KeyFile::from(old);
        let after = before.with(new).sealing_with(new_id);
        let on_disk = Arc::new(Mutex::new(before.clone()));
        let read = Arc::clone(&on_disk);
        let keys = SealingKeys::new(before, move || Some(read.lock().expect("a lock").clone()));
        assert!(matches!(keys.open("a", &sealed), Err(SealError::OtherKey { .. })));
        *on_disk.lock().expect("a lock") = after;
        assert_eq!(keys.ids(), [old_id], "the file is not looked at without need");
        assert_eq!(keys.open_text("a", &sealed).expect("opened").expose_secret(), "x");
        assert_eq!(keys.ids(), [new_id, old_id]);
    }

    #[test]
    fn a_file_that_names_persons_in_another_way_is_not_taken() {
        let (ours, other) = (SealingKey::generate().expect("a key"), SealingKey::generate().expect("a key"));
        let (id, sealed) = (ours.id(), other.seal("a", b"x").expect("sealed"));
        let foreign = KeyFile::from(other);
        let keys = SealingKeys::new(KeyFile::from(ours), move || Some(foreign.clone()));
        assert!(keys.open("a", &sealed).is_err());
        assert_eq!(keys.ids(), [id]);
    }
}

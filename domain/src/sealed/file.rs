//! The key file: one line for each key, and one for the key of persons' pseudonyms.
//!
//! A file with one key and nothing else, as earlier releases made it, means that persons are hashed under what is derived
//! from that key. Where there are several, the file says under which: a guess would count every person twice.

use std::sync::Arc;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use super::{KeyId, PersonKey, SealError, SealingKey};

pub(super) const KEY_MARK: &str = "gcc-relay-key-v1";
const PERSON_MARK: &str = "gcc-relay-person-key-v1";
/// More keys than any rotation leaves behind.
const MOST_KEYS: usize = 16;

/// Why a file holds no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyFile {
    /// A line that is not in the form that [`KeyFile::to_text`] writes.
    #[error("line {0} is not in the form `{KEY_MARK} ID KEY`")]
    Form(usize),
    /// The id does not belong to the key: a mistyped or damaged file.
    #[error("line {0} is damaged: its id does not belong to its key")]
    Damaged(usize),
    /// A key stands there twice, or a second key of persons.
    #[error("line {0} repeats a line above it")]
    Twice(usize),
    /// No key at all.
    #[error("it holds no line `{KEY_MARK} ID KEY`")]
    Empty,
    /// More than can be in use.
    #[error("it holds more than {MOST_KEYS} keys")]
    TooMany,
    /// Several keys, and nothing says which of them names persons.
    #[error("it holds several keys, but no line `{PERSON_MARK} ID KEY`: copy the whole file, not a line of it")]
    NoPersonKey,
}

/// The keys of a key file: the first one seals, all of them open.
#[derive(Clone, Debug)]
pub struct KeyFile {
    keys: Vec<Arc<SealingKey>>,
    person: Arc<PersonKey>,
}

impl From<SealingKey> for KeyFile {
    /// The file of a first key.
    fn from(key: SealingKey) -> Self {
        Self { person: Arc::new(key.person_key()), keys: vec![Arc::new(key)] }
    }
}

impl KeyFile {
    /// The keys in a file's text. Empty lines and such that begin with `#` do not matter.
    ///
    /// # Errors
    /// [`BadKeyFile`].
    pub fn parse(text: &[u8]) -> Result<Self, BadKeyFile> {
        let text = std::str::from_utf8(text).map_err(|_| BadKeyFile::Form(1))?;
        let (mut keys, mut person) = (Vec::<Arc<SealingKey>>::new(), None);
        for (n, line) in text.lines().enumerate() {
            let (n, line) = (n + 1, line.trim_ascii());
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut parts = line.split_ascii_whitespace();
            let (Some(mark), Some(id), Some(key), None) = (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(BadKeyFile::Form(n));
            };
            let mut bytes = Zeroizing::new([0; 32]);
            hex::decode_to_slice(key, &mut *bytes).map_err(|_| BadKeyFile::Form(n))?;
            let (found, twice) = match mark {
                KEY_MARK => {
                    let key = SealingKey::from_bytes(&bytes);
                    let (found, twice) = (key.id, keys.iter().any(|known| known.id == key.id));
                    keys.push(Arc::new(key));
                    (found, twice)
                }
                PERSON_MARK => {
                    let key = PersonKey::from_bytes(&bytes);
                    (key.id, person.replace(Arc::new(key)).is_some())
                }
                _ => return Err(BadKeyFile::Form(n)),
            };
            if found.to_string() != id {
                return Err(BadKeyFile::Damaged(n));
            }
            if twice {
                return Err(BadKeyFile::Twice(n));
            }
        }
        let person = match (keys.as_slice(), person) {
            ([], _) => return Err(BadKeyFile::Empty),
            (keys, _) if keys.len() > MOST_KEYS => return Err(BadKeyFile::TooMany),
            (_, Some(person)) => person,
            ([only], None) => Arc::new(only.person_key()),
            (_, None) => return Err(BadKeyFile::NoPersonKey),
        };
        Ok(Self { keys, person })
    }

    /// The text to write into a file of mode 0600.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        let mut text = Zeroizing::new(String::from(
            "# Keys of gcc-relay: the first one seals, all of them open. Changed by `gcc-relay secrets rotate`.\n",
        ));
        for key in &self.keys {
            text.push_str(key.to_file().expose_secret());
        }
        let person = Zeroizing::new(hex::encode(self.person.key.expose_secret()));
        text.push_str("# Names persons; it never changes.\n");
        text.push_str(&Zeroizing::new(format!("{PERSON_MARK} {} {}\n", self.person.id, *person)));
        SecretString::from(text.as_str())
    }

    /// The key that seals.
    #[must_use]
    pub fn sealing(&self) -> &SealingKey {
        &self.keys[0]
    }

    /// The ids of all keys; that of the one that seals is the first.
    #[must_use]
    pub fn ids(&self) -> Vec<KeyId> {
        self.keys.iter().map(|key| key.id).collect()
    }

    /// Whether the key is there.
    #[must_use]
    pub fn holds(&self, id: KeyId) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    /// The key under which people's LINE user ids are hashed.
    #[must_use]
    pub fn person_key(&self) -> &Arc<PersonKey> {
        &self.person
    }

    /// The same with one more key, which opens and does not seal yet.
    #[must_use]
    pub fn with(&self, key: SealingKey) -> Self {
        let mut keys = self.keys.clone();
        keys.push(Arc::new(key));
        Self { keys, person: Arc::clone(&self.person) }
    }

    /// The same with the key `id` as the one that seals; unchanged where there is no such key.
    #[must_use]
    pub fn sealing_with(&self, id: KeyId) -> Self {
        let (first, rest): (Vec<_>, Vec<_>) = self.keys.iter().cloned().partition(|key| key.id == id);
        Self { keys: [first, rest].concat(), person: Arc::clone(&self.person) }
    }

    /// The same without the keys `ids`; the one that seals stays.
    #[must_use]
    pub fn without(&self, ids: &[KeyId]) -> Self {
        let sealing = self.sealing().id;
        let kept = self.keys.iter().filter(|key| key.id == sealing || !ids.contains(&key.id));
        Self { keys: kept.cloned().collect(), person: Arc::clone(&self.person) }
    }

    /// Opens what any of the keys sealed for the place `aad`.
    ///
    /// # Errors
    /// As [`SealingKey::open`].
    pub fn open(&self, aad: &str, sealed: &[u8]) -> Result<SecretSlice<u8>, SealError> {
        let id = KeyId::of_sealed(sealed)?;
        let key = self.keys.iter().find(|key| key.id == id);
        key.ok_or_else(|| SealError::OtherKey { sealed: id, ours: self.ids() })?.open(aad, sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "gcc-relay-key-v1 ID 3031323334353637383961626364656630313233343536373839414243444546";

    fn key() -> SealingKey {
        SealingKey::from_bytes(&Zeroizing::new(*b"0123456789abcdef0123456789ABCDEF"))
    }

    fn parse(text: &str) -> Result<KeyFile, BadKeyFile> {
        KeyFile::parse(text.as_bytes())
    }

    #[test]
    fn the_file_of_an_earlier_release_holds_its_key_and_names_persons_as_before() {
        let file = parse(&FILE.replace("ID", &key().id().to_string())).expect("a key file");
        assert_eq!(file.ids(), [key().id()]);
        assert_eq!(file.person_key().person_hash("U1"), key().person_key().person_hash("U1"));
    }

    #[test]
    fn keys_survive_their_file_in_order_and_persons_keep_their_names() {
        let next = SealingKey::generate().expect("test data");
        let sealed = [key().seal("a", b"x").expect("test data"), next.seal("a", b"x").expect("test data")];
        let id = next.id();
        let file = KeyFile::from(key()).with(next);
        assert_eq!(file.sealing().id(), key().id(), "a key that was added does not seal yet");
        let again = parse(file.sealing_with(id).to_text().expose_secret()).expect("a key file");
        assert_eq!(again.ids(), [id, key().id()]);
        for sealed in &sealed {
            assert_eq!(again.open("a", sealed).expect("test data").expose_secret(), b"x");
        }
        let alone = parse(again.without(&[key().id(), id]).to_text().expose_secret()).expect("a key file");
        assert_eq!(alone.ids(), [id]);
        assert!(matches!(alone.open("a", &sealed[0]), Err(SealError::OtherKey { .. })));
        assert_eq!(alone.person_key().person_hash("U1"), key().person_key().person_hash("U1"));
    }

    #[test]
    fn a_damaged_key_file_is_refused() {
        let file = FILE.replace("ID", &key().id().to_string());
        let damaged = file.replace("444546", "444547");
        assert_eq!(parse(&damaged).err(), Some(BadKeyFile::Damaged(1)));
        assert_eq!(parse(&format!("# two\n\n{damaged}")).err(), Some(BadKeyFile::Damaged(3)));
        assert_eq!(parse(&format!("{file}\n{file}")).err(), Some(BadKeyFile::Twice(2)));
        for empty in ["", "\n# nothing\n"] {
            assert_eq!(parse(empty).err(), Some(BadKeyFile::Empty));
        }
        for bad in ["gcc-relay-key-v1", &file[..40], &format!("{file} more"), &file.replace("v1", "v2")] {
            assert_eq!(parse(bad).err(), Some(BadKeyFile::Form(1)), "{bad}");
        }
    }

    #[test]
    fn several_keys_without_the_key_of_persons_are_refused() {
        let other = SealingKey::generate().expect("test data");
        let both = [key().to_file(), other.to_file()].map(|line| line.expose_secret().to_owned()).concat();
        assert_eq!(parse(&both).err(), Some(BadKeyFile::NoPersonKey));
    }
}

//! Secrets at rest: channel secrets and tokens are sealed before they reach the database.
//!
//! XChaCha20-Poly1305 under one key that the nodes share by file. The name of the place (channel code
//! and field) is authenticated with the secret, so that a row copied over another's does not open. What
//! is sealed begins with a version and the key's id, so that a wrong key is named and not guessed at.
//! People are known by a keyed hash of their LINE user id under a key derived from the same one, so
//! that the table of acknowledgements holds no id that LINE or anybody else knows.
//!
//! Called by `cli` (adding a channel, changing its secrets), `relay` (tokens, people) and `web::hook`.

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::zeroize::{Zeroize, Zeroizing};
use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 24;
const HEADER: usize = 1 + KEY_ID;
const FILE_MARK: &str = "gcc-relay-key-v1";

/// The first bytes of a hash of the key: names it without telling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KEY_ID]);

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The machine gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Randomness,
    /// The cipher refused: longer than any secret can be.
    #[error("the secret is too long to seal")]
    TooLong,
    /// Shorter than anything that was sealed.
    #[error("this is not a sealed secret")]
    NotSealed,
    /// Sealed by a later release.
    #[error("sealed in a form (version {0}) that this release does not know")]
    Version(u8),
    /// Sealed with another key.
    #[error("sealed with key {sealed}, and the key here is {ours}")]
    OtherKey {
        /// The key that sealed it.
        sealed: KeyId,
        /// The key that was asked.
        ours: KeyId,
    },
    /// Changed since, or sealed for another place.
    #[error("the sealed secret was changed, or belongs to another place")]
    Refused,
    /// It opens, but does not hold text.
    #[error("the sealed secret is not text")]
    NotText,
}

/// Why a file holds no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyFile {
    /// Not in the form that [`SealingKey::to_file`] writes.
    #[error("the key file is not in the form `{FILE_MARK} ID KEY`")]
    Form,
    /// The id does not belong to the key: a mistyped or damaged file.
    #[error("the key file is damaged: its id does not belong to its key")]
    Damaged,
}

/// The key that seals; 256 bits.
#[derive(Debug)]
pub struct SealingKey {
    id: KeyId,
    key: SecretBox<[u8; 32]>,
}

impl SealingKey {
    /// A fresh key from the operating system's random bytes.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate() -> Result<Self, SealError> {
        let mut key = chacha20poly1305::Key::try_generate().map_err(|_| SealError::Randomness)?;
        let sealing = Self::from_bytes(&Zeroizing::new(key.into()));
        key.zeroize();
        Ok(sealing)
    }

    /// The key in a file's text, as [`SealingKey::to_file`] wrote it; spaces around it do not matter.
    ///
    /// # Errors
    /// [`BadKeyFile`].
    pub fn from_file(text: &[u8]) -> Result<Self, BadKeyFile> {
        let text = std::str::from_utf8(text).map_err(|_| BadKeyFile::Form)?;
        let mut parts = text.split_ascii_whitespace();
        let (Some(FILE_MARK), Some(id), Some(key), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadKeyFile::Form);
        };
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(key, &mut *bytes).map_err(|_| BadKeyFile::Form)?;
        let sealing = Self::from_bytes(&bytes);
        if sealing.id.to_string() == id { Ok(sealing) } else { Err(BadKeyFile::Damaged) }
    }

    /// The text to write into a file of mode 0600: one line.
    #[must_use]
    pub fn to_file(&self) -> SecretString {
        let key = Zeroizing::new(hex::encode(self.key.expose_secret()));
        format!("{FILE_MARK} {} {}\n", self.id, *key).into()
    }

    fn from_bytes(key: &Zeroizing<[u8; 32]>) -> Self {
        let hash = Sha256::new().chain_update(b"gcc-relay key id\0").chain_update(**key).finalize();
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&hash[..KEY_ID]);
        Self { id: KeyId(id), key: SecretBox::init_with(|| **key) }
    }

    /// The key's name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Seals `plain` for the place `aad`, such as `gov-1/access-token`: version (1 byte), key id (4),
    /// nonce (24), ciphertext with its tag (`plain` + 16).
    ///
    /// # Errors
    /// [`SealError::Randomness`], [`SealError::TooLong`].
    pub fn seal(&self, aad: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = XNonce::try_generate().map_err(|_| SealError::Randomness)?;
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(&self.id.0);
        let bound = bind(&sealed, aad);
        let hidden =
            self.cipher().encrypt(&nonce, Payload { msg: plain, aad: &bound }).map_err(|_| SealError::TooLong)?;
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&hidden);
        Ok(sealed)
    }

    /// Opens what [`SealingKey::seal`] sealed for the same place.
    ///
    /// # Errors
    /// [`SealError`]: not sealed, another version, another key, or changed.
    pub fn open(&self, aad: &str, sealed: &[u8]) -> Result<SecretSlice<u8>, SealError> {
        let (header, rest) = sealed.split_first_chunk::<HEADER>().ok_or(SealError::NotSealed)?;
        let (nonce, hidden) = rest.split_first_chunk::<NONCE>().ok_or(SealError::NotSealed)?;
        let [version, id @ ..] = *header;
        if version != VERSION {
            return Err(SealError::Version(version));
        }
        if KeyId(id) != self.id {
            return Err(SealError::OtherKey { sealed: KeyId(id), ours: self.id });
        }
        let bound = bind(header, aad);
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), Payload { msg: hidden, aad: &bound });
        opened.map(SecretSlice::from).map_err(|_| SealError::Refused)
    }

    /// Opens a secret that is text: a channel secret or an access token.
    ///
    /// # Errors
    /// As [`SealingKey::open`], and [`SealError::NotText`].
    pub fn open_text(&self, aad: &str, sealed: &[u8]) -> Result<SecretString, SealError> {
        let opened = self.open(aad, sealed)?;
        let text = std::str::from_utf8(opened.expose_secret()).map_err(|_| SealError::NotText)?;
        Ok(text.into())
    }

    /// The key under which people's LINE user ids are hashed.
    #[must_use]
    pub fn person_key(&self) -> PersonKey {
        let mut mac = keyed(self.key.expose_secret());
        mac.update(b"gcc-relay person hash v1");
        PersonKey(SecretBox::init_with(|| mac.finalize().into_bytes().into()))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose_secret().into())
    }
}

/// Hashes LINE user ids so that one person's taps are counted once and nobody can be looked up.
#[derive(Debug)]
pub struct PersonKey(SecretBox<[u8; 32]>);

impl PersonKey {
    /// The person behind `user_id`: the same for the same id, and useless without the key.
    #[must_use]
    pub fn person_hash(&self, user_id: &str) -> [u8; 32] {
        let mut mac = keyed(self.0.expose_secret());
        mac.update(user_id.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// The header is authenticated with the place, so that neither can be exchanged.
fn bind(header: &[u8], aad: &str) -> Vec<u8> {
    [header, aad.as_bytes()].concat()
}

/// HMAC under a key shorter than its block; zeros fill it up (RFC 2104, section 2).
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..key.len()].copy_from_slice(key);
    let mac = Hmac::new(&block);
    block.zeroize();
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "gcc-relay-key-v1 ID 3031323334353637383961626364656630313233343536373839414243444546";

    fn key() -> SealingKey {
        SealingKey::from_bytes(&Zeroizing::new(*b"0123456789abcdef0123456789ABCDEF"))
    }

    #[test]
    fn a_sealed_secret_opens_at_its_own_place_only() {
        let key = key();
        let sealed = key.seal("gov-1/access-token", b"token").expect("test data");
        assert_eq!(key.open_text("gov-1/access-token", &sealed).expect("test data").expose_secret(), "token");
        assert!(matches!(key.open("gov-2/access-token", &sealed), Err(SealError::Refused)));
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let key = key();
        assert_ne!(key.seal("a", b"x").expect("test data"), key.seal("a", b"x").expect("test data"));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let key = key();
        let sealed = key.seal("a", b"secret").expect("test data");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open("a", &changed).is_err(), "byte {at}");
        }
        assert!(matches!(key.open("a", &sealed[..20]), Err(SealError::NotSealed)));
    }

    #[test]
    fn another_key_is_named() {
        let other = SealingKey::generate().expect("test data");
        let sealed = other.seal("a", b"x").expect("test data");
        let refusal = key().open("a", &sealed).expect_err("test data");
        assert_eq!(refusal.to_string(), format!("sealed with key {}, and the key here is {}", other.id(), key().id()));
    }

    #[test]
    fn a_key_survives_its_file() {
        let key = SealingKey::generate().expect("test data");
        let again = SealingKey::from_file(key.to_file().expose_secret().as_bytes()).expect("test data");
        let sealed = key.seal("a", b"x").expect("test data");
        assert_eq!(again.open("a", &sealed).expect("test data").expose_secret(), b"x");
    }

    #[test]
    fn a_damaged_key_file_is_refused() {
        let file = FILE.replace("ID", &key().id().to_string());
        assert_eq!(SealingKey::from_file(file.as_bytes()).map(|key| key.id()), Ok(key().id()));
        let damaged = file.replace("444546", "444547");
        assert_eq!(SealingKey::from_file(damaged.as_bytes()).err(), Some(BadKeyFile::Damaged));
        for bad in ["", "gcc-relay-key-v1", &file[..40], &format!("{file} more")] {
            assert_eq!(SealingKey::from_file(bad.as_bytes()).err(), Some(BadKeyFile::Form), "{bad}");
        }
    }

    #[test]
    fn a_person_is_the_same_under_the_same_key_only() {
        let person = key().person_key().person_hash("U1");
        assert_eq!(person, key().person_key().person_hash("U1"));
        assert_ne!(person, key().person_key().person_hash("U2"));
        assert_ne!(person, SealingKey::generate().expect("test data").person_key().person_hash("U1"));
    }

    #[test]
    fn the_filled_up_key_is_the_key() {
        let mut plain = Hmac::<Sha256>::new_from_slice(&[7; 32]).expect("test data");
        let mut filled = keyed(&[7; 32]);
        plain.update(b"x");
        filled.update(b"x");
        assert_eq!(plain.finalize().into_bytes(), filled.finalize().into_bytes());
    }

    #[test]
    fn debug_output_tells_no_key() {
        assert!(!format!("{:?} {:?}", key(), key().person_key()).contains("49, 50"));
    }
}

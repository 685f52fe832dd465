//! Secrets at rest: channel secrets and tokens are sealed before they reach the database.
//!
//! XChaCha20-Poly1305 under a key that the nodes share by file. The name of the place (channel code
//! and field) is authenticated with the secret, so that a row copied over another's does not open. What
//! is sealed begins with a version and the key's id, so that a wrong key is named and not guessed at, and
//! so that a file can hold several keys ([`KeyFile`]): the first one seals, all of them open.
//! People are known by a keyed hash of their LINE user id under a key that never changes, so
//! that the table of acknowledgements holds no id that LINE or anybody else knows.
//!
//! Called by `cli` (adding a channel, changing its secrets), `relay` (tokens, people), `web` (webhooks, codes, kept
//! answers) and `app::secrets` (changing the key).

mod file;
mod keys;

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

pub use file::{BadKeyFile, KeyFile};
pub use keys::SealingKeys;

/// The first bytes of a hash of the key: names it without telling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KEY_ID]);

impl KeyId {
    /// The bytes, as the database keeps them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The id that the database kept; none of another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The id of the key with which `sealed` was sealed.
    ///
    /// # Errors
    /// [`SealError::NotSealed`], [`SealError::Version`].
    pub fn of_sealed(sealed: &[u8]) -> Result<Self, SealError> {
        let (header, _) = sealed.split_first_chunk::<HEADER>().ok_or(SealError::NotSealed)?;
        let [version, id @ ..] = *header;
        if version == VERSION { Ok(Self(id)) } else { Err(SealError::Version(version)) }
    }

    /// The beginning of everything that a key seals, in hex.
    #[must_use]
    pub fn hex_header(&self) -> String {
        format!("{}{self}", hex::encode([VERSION]))
    }
}

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
    #[error("sealed with key {sealed}, and the key file here holds {}", list_ids(ours))]
    OtherKey {
        /// The key that sealed it.
        sealed: KeyId,
        /// The keys that were asked.
        ours: Vec<KeyId>,
    },
    /// Changed since, or sealed for another place.
    #[error("the sealed secret was changed, or belongs to another place")]
    Refused,
    /// It opens, but does not hold text.
    #[error("the sealed secret is not text")]
    NotText,
}

fn list_ids(ids: &[KeyId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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

    /// The text of a key file that holds this key alone.
    #[must_use]
    pub fn to_file(&self) -> SecretString {
        let key = Zeroizing::new(hex::encode(self.key.expose_secret()));
        format!("{} {} {}\n", file::KEY_MARK, self.id, *key).into()
    }

    fn from_bytes(key: &Zeroizing<[u8; 32]>) -> Self {
        Self { id: id_of(b"gcc-relay key id\0", key), key: SecretBox::init_with(|| **key) }
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
        let id = KeyId::of_sealed(sealed)?;
        let (header, rest) = sealed.split_first_chunk::<HEADER>().ok_or(SealError::NotSealed)?;
        let (nonce, hidden) = rest.split_first_chunk::<NONCE>().ok_or(SealError::NotSealed)?;
        if id != self.id {
            return Err(SealError::OtherKey { sealed: id, ours: vec![self.id] });
        }
        let bound = bind(header, aad);
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), Payload { msg: hidden, aad: &bound });
        opened.map(SecretSlice::from).map_err(|_| SealError::Refused)
    }

    /// The key under which people's LINE user ids are hashed where a key file does not name another: of a first key.
    #[must_use]
    pub fn person_key(&self) -> PersonKey {
        let mut mac = keyed(self.key.expose_secret());
        mac.update(b"gcc-relay person hash v1");
        PersonKey::from_bytes(&Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose_secret().into())
    }
}

/// Hashes LINE user ids so that one person's taps are counted once and nobody can be looked up.
#[derive(Debug)]
pub struct PersonKey {
    id: KeyId,
    key: SecretBox<[u8; 32]>,
}

impl PersonKey {
    fn from_bytes(key: &Zeroizing<[u8; 32]>) -> Self {
        Self { id: id_of(b"gcc-relay person key id\0", key), key: SecretBox::init_with(|| **key) }
    }

    /// The key's name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The person behind `user_id`: the same for the same id, and useless without the key.
    #[must_use]
    pub fn person_hash(&self, user_id: &str) -> [u8; 32] {
        let mut mac = keyed(self.key.expose_secret());
        mac.update(user_id.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

fn id_of(purpose: &[u8], key: &Zeroizing<[u8; 32]>) -> KeyId {
    let hash = Sha256::new().chain_update(purpose).chain_update(**key).finalize();
    let mut id = [0; KEY_ID];
    id.copy_from_slice(&hash[..KEY_ID]);
    KeyId(id)
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

    fn key() -> SealingKey {
        SealingKey::from_bytes(&Zeroizing::new(*b"0123456789abcdef0123456789ABCDEF"))
    }

    #[test]
    fn a_sealed_secret_opens_at_its_own_place_only() {
        let key = key();
        let sealed = key.seal("gov-1/access-token", b"token").expect("test data");
        assert_eq!(key.open("gov-1/access-token", &sealed).expect("test data").expose_secret(), b"token");
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
        assert_eq!(
            refusal.to_string(),
            format!("sealed with key {}, and the key file here holds {}", other.id(), key().id())
        );
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

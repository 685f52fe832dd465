//! API keys: what a machine shows to be let in.
//!
//! `gccr_`, a public prefix of eight letters by which the row is found, `_`, and 256 random bits in base64url.
//! Only the prefix and the SHA-256 of the whole key are kept. A key is random enough that a plain hash cannot be
//! searched, so no slow password hash stands between a poll and its answer.
//!
//! Called by `cli` (making keys) and `web::access` (checking them).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

const MARK: &str = "gccr_";
const PREFIX: usize = 8;
/// 256 bits in base64url.
const SECRET: usize = 43;
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// How API keys are made and read.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeySecret;

impl ApiKeySecret {
    /// A new key: the whole of it, to be shown once, its public prefix, and the hash to keep.
    #[must_use]
    pub fn generate() -> (SecretString, String, [u8; 32]) {
        let letters: [u8; PREFIX] = rand::random();
        let prefix: String = letters.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let key = format!("{MARK}{prefix}_{secret}");
        let sha256 = Sha256::digest(&key).into();
        (key.into(), prefix, sha256)
    }

    /// The prefix and hash of the key in an `Authorization` header, if it holds one of the right shape.
    #[must_use]
    pub fn parse(header: &str) -> Option<(String, [u8; 32])> {
        let (scheme, key) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let key = key.trim();
        let rest = key.strip_prefix(MARK)?;
        let (prefix, secret) = rest.split_at_checked(PREFIX)?;
        let secret = secret.strip_prefix('_')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let fits =
            prefix.bytes().all(|byte| ALPHABET.contains(&byte)) && secret.len() == SECRET && secret.bytes().all(plain);
        fits.then(|| (prefix.to_owned(), Sha256::digest(key).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_new_key_is_read_back_from_its_header() {
        let (key, prefix, sha256) = ApiKeySecret::generate();
        let header = format!("Bearer {}", key.expose_secret());
        assert_eq!(ApiKeySecret::parse(&header), Some((prefix, sha256)));
        let other_case = format!("bearer {}", key.expose_secret());
        assert!(ApiKeySecret::parse(&other_case).is_some());
    }

    #[test]
    fn what_is_no_key_is_not_looked_up() {
        for header in ["", "Bearer", "Bearer x", "Bearer gccr_abcdefgh", "Basic gccr_abcdefgh_", "Bearer gccr_ก"] {
            assert_eq!(ApiKeySecret::parse(header), None, "{header}");
        }
        let long = format!("Bearer gccr_abcdefgh_{}", "a".repeat(44));
        assert_eq!(ApiKeySecret::parse(&long), None);
    }

    #[test]
    fn two_keys_differ() {
        assert_ne!(ApiKeySecret::generate().2, ApiKeySecret::generate().2);
    }
}

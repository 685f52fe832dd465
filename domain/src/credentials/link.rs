//! Links that let their holder set a password, once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

/// 256 bits in base64url.
const LENGTH: usize = 43;

/// How the last part of such a link is made and read.
#[derive(Clone, Copy, Debug)]
pub struct LinkToken;

impl LinkToken {
    /// A new one: the text for the address, to be shown once, and the hash to keep.
    #[must_use]
    pub fn generate() -> (SecretString, [u8; 32]) {
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let sha256 = Sha256::digest(&token).into();
        (token.into(), sha256)
    }

    /// The hash of what stands in an address, if it has the right shape.
    #[must_use]
    pub fn hash(text: &str) -> Option<[u8; 32]> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() == LENGTH && text.bytes().all(plain)).then(|| Sha256::digest(text).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_new_link_is_found_by_its_hash() {
        let (token, sha256) = LinkToken::generate();
        assert_eq!(LinkToken::hash(token.expose_secret()), Some(sha256));
    }

    #[test]
    fn what_is_no_link_is_not_looked_up() {
        for text in ["", "x", &"ก".repeat(43), &"a".repeat(44), "../../etc/passwd"] {
            assert_eq!(LinkToken::hash(text), None, "{text}");
        }
    }
}

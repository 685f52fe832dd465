//! Recovery codes: on paper, in place of a TOTP code when the telephone is lost.
//!
//! Sixteen letters are 80 random bits, so that a plain hash of them cannot be searched.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::ids::AccountId;
use crate::thai::normal_form;

/// How many are made at a time.
pub const RECOVERY_CODES: usize = 10;
const LETTERS: usize = 16;
const GROUP: usize = 4;
/// Without those that look alike on paper.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// One code.
#[derive(Clone, Debug)]
pub struct RecoveryCode(SecretString);

impl RecoveryCode {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let letters: [u8; LETTERS] = rand::random();
        let letters: String = letters.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        Self(letters.into())
    }

    /// The code that somebody typed; none where it cannot be one. Capitals, blanks and hyphens do not matter.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let letters: String = normal_form(typed).to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let fits = letters.len() == LETTERS && letters.bytes().all(|letter| ALPHABET.contains(&letter));
        fits.then(|| Self(letters.into()))
    }

    /// As it is shown, this once: in groups of four.
    #[must_use]
    pub fn to_show(&self) -> String {
        let letters: Vec<char> = self.0.expose_secret().chars().collect();
        letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }

    /// The hash to keep, of this account's code.
    #[must_use]
    pub fn sha256(&self, account: AccountId) -> Vec<u8> {
        let hash = Sha256::new().chain_update(b"gcc-relay recovery code\0").chain_update(account.0.as_bytes());
        hash.chain_update(self.0.expose_secret()).finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn a_code_is_the_same_however_it_is_typed_and_another_for_another_account() {
        let (code, now) = (RecoveryCode::generate(), Timestamp::from_second(1_521_763_200));
        let (account, other) = (AccountId::new(now), AccountId::new(now));
        let shown = code.to_show();
        assert_eq!((shown.len(), shown.matches('-').count()), (19, 3), "{shown}");
        for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " "), shown.replace('-', "\u{2013}")] {
            let read = RecoveryCode::parse(&typed).expect("a code");
            assert_eq!(read.sha256(account), code.sha256(account), "{typed}");
        }
        assert_ne!(code.sha256(account), code.sha256(other));
        assert_ne!(RecoveryCode::generate().to_show(), shown);
        for wrong in ["", "123456", &shown[1..], "aaaa-aaaa-aaaa-aaa0", &"a".repeat(1_000)] {
            assert!(RecoveryCode::parse(wrong).is_none(), "{wrong}");
        }
    }
}

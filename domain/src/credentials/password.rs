//! Passwords: their rules, and how they are kept.
//!
//! A password is taken exactly as it is typed: not trimmed, and never brought into a normal form as names are. Only its
//! hash is kept, which could not follow a change of the rules of such a form, and what a password manager fills in must
//! stay what it is. Only what is forbidden in a new one, the user name, is looked for in every spelling of it.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};

use super::Username;
use crate::thai::compare_form;

/// Characters at least: length is what keeps a password from being guessed (NIST SP 800-63B).
const SHORTEST: usize = 12;
/// Bytes at most, so that nobody makes us hash a book.
const LONGEST: usize = 512;

/// A password that may be set.
#[derive(Debug)]
pub struct Password(SecretString);

/// Why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Fewer than 12 characters.
    #[error("must have at least {SHORTEST} characters")]
    TooShort,
    /// More than 512 bytes.
    #[error("must have at most {LONGEST} bytes")]
    TooLong,
    /// It holds the name to sign in with.
    #[error("must not hold the user name")]
    HoldsUsername,
    /// One or two characters again and again, or a run such as 123456789012.
    #[error("must not be a plain pattern")]
    Pattern,
}

impl Password {
    /// Checks a password that `username` wants to set.
    ///
    /// # Errors
    /// [`BadPassword`].
    pub fn new(typed: SecretString, username: &Username) -> Result<Self, BadPassword> {
        let text = typed.expose_secret();
        if text.chars().count() < SHORTEST {
            return Err(BadPassword::TooShort);
        }
        if text.len() > LONGEST {
            return Err(BadPassword::TooLong);
        }
        if compare_form(text).contains(username.as_str()) {
            return Err(BadPassword::HoldsUsername);
        }
        if is_pattern(text) { Err(BadPassword::Pattern) } else { Ok(Self(typed)) }
    }

    /// Hashes it with argon2id and a fresh salt. Takes some tens of milliseconds and 19 MiB: not on an async thread.
    ///
    /// # Panics
    /// Never: the parameters are constants and the length is bounded.
    #[must_use]
    pub fn hash(&self) -> PasswordHash {
        let hash = Argon2::default().hash_password(self.0.expose_secret().as_bytes());
        PasswordHash(hash.expect("constant parameters and a bounded password").to_string())
    }
}

/// Whether few different characters, or steps of the same width, make it up.
fn is_pattern(text: &str) -> bool {
    let letters: Vec<u32> = text.chars().map(u32::from).collect();
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    let steps = letters.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) == 1).count();
    different.len() <= 3 || steps + 1 >= letters.len() - 2
}

/// A password as it is kept: argon2id in PHC's form.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash as it was kept.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to keep.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `typed` is the password. Takes as long as hashing: not on an async thread.
    #[must_use]
    pub fn matches(&self, typed: &SecretString) -> bool {
        if typed.expose_secret().len() > LONGEST {
            return false;
        }
        let parsed = phc::PasswordHash::new(&self.0);
        parsed.is_ok_and(|hash| Argon2::default().verify_password(typed.expose_secret().as_bytes(), &hash).is_ok())
    }

    /// A hash that no password fits, to spend the same time on for a name that does not exist.
    #[must_use]
    pub fn of_nobody() -> Self {
        let random: [u8; 32] = rand::random();
        Password(hex::encode(random).into()).hash()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn check(text: &str) -> Result<Password, BadPassword> {
        Password::new(text.to_owned().into(), &"lamphun".parse().expect("a name"))
    }

    #[rstest]
    #[case("short", BadPassword::TooShort)]
    #[case("ผู้ว่าฯ", BadPassword::TooShort)]
    #[case("my-LAMPHUN-password", BadPassword::HoldsUsername)]
    #[case("my ｌａｍ phun password", BadPassword::HoldsUsername)]
    #[case("aaaaaaaaaaaaaa", BadPassword::Pattern)]
    #[case("123456789012", BadPassword::Pattern)]
    #[case("abcdefghijklm", BadPassword::Pattern)]
    fn a_password_that_can_be_guessed_is_refused(#[case] text: &str, #[case] why: BadPassword) {
        assert_eq!(check(text).err(), Some(why));
    }

    #[test]
    fn a_password_is_recognised_by_its_hash_and_no_other_is() {
        let hash = check("ลำไยหวานสี่ลูกในตะกร้า").expect("a good password").hash();
        assert!(hash.as_str().starts_with("$argon2id$"));
        assert!(hash.matches(&"ลำไยหวานสี่ลูกในตะกร้า".to_owned().into()));
        assert!(!hash.matches(&"ลำไยหวานสามลูกในตะกร้า".to_owned().into()));
        assert!(!hash.matches(&"x".repeat(1_000_000).into()));
    }

    #[test]
    fn a_password_is_never_altered() {
        let hash = check(" น\u{e4d}\u{e49}\u{e32}พริกอ่องใส่ ๓ ").expect("a good password").hash();
        assert!(hash.matches(&" น\u{e4d}\u{e49}\u{e32}พริกอ่องใส่ ๓ ".to_owned().into()));
        for other in
            ["น\u{e4d}\u{e49}\u{e32}พริกอ่องใส่ ๓", " น\u{e49}\u{e33}พริกอ่องใส่ ๓ ", " น\u{e4d}\u{e49}\u{e32}พริกอ่องใส่ 3 "]
        {
            assert!(!hash.matches(&other.to_owned().into()), "{other:?}");
        }
    }

    #[test]
    fn nobodys_hash_fits_nothing_and_a_damaged_one_neither() {
        assert!(!PasswordHash::of_nobody().matches(&String::new().into()));
        assert!(!PasswordHash::from_stored("damaged".to_owned()).matches(&"damaged".to_owned().into()));
    }

    #[test]
    fn debug_output_tells_nothing() {
        let hash = check("correct horse battery").expect("a good password").hash();
        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
    }
}

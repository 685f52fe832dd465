//! The credential of one call to LINE.
//!
//! A channel has one long-lived access token, kept sealed in the database and opened when a dispatcher takes
//! the channel. [`Access`] is the opened token in a form that is known to fit into a header, so that a
//! stray newline from a file is found when it is stored and not when the first bulletin goes out.
//!
//! Made by `cli` (channel add, rotate) and `relay` (dispatcher); used by [`super::client`].

use secrecy::{ExposeSecret as _, SecretString};

/// Longer than any token LINE issues; the documentation calls length and form opaque.
const MAX: usize = 4096;

/// Why a text is no access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Nothing there.
    #[error("the access token is empty")]
    Empty,
    /// More than 4096 bytes.
    #[error("the access token is too long")]
    TooLong,
    /// A space, a control character or a letter outside ASCII inside.
    #[error("the access token holds a character that cannot stand in a header")]
    Character,
}

/// What a call to LINE is made with: a channel access token.
#[derive(Clone, Debug)]
pub struct Access {
    token: SecretString,
}

impl Access {
    /// The token in `text`; white space around it does not matter.
    ///
    /// # Errors
    /// [`BadToken`].
    pub fn parse(text: &SecretString) -> Result<Self, BadToken> {
        let token = text.expose_secret().trim();
        if token.is_empty() {
            Err(BadToken::Empty)
        } else if token.len() > MAX {
            Err(BadToken::TooLong)
        } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Err(BadToken::Character)
        } else {
            Ok(Self { token: token.into() })
        }
    }

    /// The token, for the one header it belongs into and for sealing it.
    #[must_use]
    pub fn token(&self) -> &SecretString {
        &self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_from_a_file_loses_its_newline_only() {
        let access = Access::parse(&" abc/DEF+123= \n".into()).expect("test data");
        assert_eq!(access.token().expose_secret(), "abc/DEF+123=");
        assert!(!format!("{access:?}").contains("abc"));
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_refused() {
        for (text, bad) in [
            (" ".to_owned(), BadToken::Empty),
            ("a".repeat(4097), BadToken::TooLong),
            ("a\nb".to_owned(), BadToken::Character),
            ("a b".to_owned(), BadToken::Character),
            ("โทเคน".to_owned(), BadToken::Character),
        ] {
            assert_eq!(Access::parse(&text.into()).err(), Some(bad));
        }
    }
}

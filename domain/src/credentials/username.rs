//! Names to sign in with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::thai::normal_form;

/// Characters at most; the database holds the same rule.
const LONGEST: usize = 64;

/// A name to sign in with: 2 to 64 of a–z, 0–9, dot, hyphen and underscore, beginning with a letter or digit.
///
/// Typed in capitals or with spaces around it, as telephones like to do, it is the same name; so it is with Thai digits,
/// long dashes or zero-width characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

/// Why a text is no name to sign in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 2 to {LONGEST} of a-z, 0-9, dot, hyphen and underscore, beginning with a letter or digit")]
pub struct BadUsername;

impl Username {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = BadUsername;

    fn from_str(text: &str) -> Result<Self, BadUsername> {
        let name = normal_form(text).trim().to_ascii_lowercase();
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        let begins = name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
        if begins && (2..=LONGEST).contains(&name.len()) && name.bytes().all(plain) {
            Ok(Self(name))
        } else {
            Err(BadUsername)
        }
    }
}

impl TryFrom<String> for Username {
    type Error = BadUsername;

    fn try_from(text: String) -> Result<Self, BadUsername> {
        text.parse()
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("lamphun", "lamphun")]
    #[case(" Lamphun.Governor ", "lamphun.governor")]
    #[case("gcc2-lamphun_1", "gcc2-lamphun_1")]
    #[case("\u{feff}gcc๒\u{2013}lam\u{200b}phun\u{a0}", "gcc2-lamphun")]
    #[case("ｌａｍｐｈｕｎ", "lamphun")]
    fn a_name_is_the_same_however_a_telephone_writes_it(#[case] typed: &str, #[case] name: &str) {
        assert_eq!(typed.parse::<Username>().map(String::from), Ok(name.to_owned()));
    }

    #[rstest]
    #[case("")]
    #[case("a")]
    #[case("-a")]
    #[case("ลำพูน")]
    #[case("a b")]
    #[case("<script>")]
    fn what_is_no_name_is_refused(#[case] typed: &str) {
        assert_eq!(typed.parse::<Username>(), Err(BadUsername));
        assert_eq!("a".repeat(65).parse::<Username>(), Err(BadUsername));
    }
}

//! Read-back codes: printed under a loudspeaker script, and given back by the village that has read it.
//!
//! `RBK-` and two groups of four, built as a [share code](super::share_code) is, so that a wrong sign is noticed at once and no word
//! is taken for one. A code belongs to a bulletin, an office and a subdistrict. Whoever holds the sheet holds the code; it opens
//! nothing, and all that can be done with it is to say that the sheet was read.

use std::fmt;

use super::share_code::{from_signs, random_signs};
use super::typed_code::{LENGTH, list_attempts};

const PREFIX: &str = "RBK";

/// A read-back code, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct ReadBackCode(String);

impl ReadBackCode {
    /// The longest that is looked through for a code, in bytes.
    const LONGEST: usize = 300;

    /// A new random code.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("{PREFIX}-{}", random_signs()))
    }

    /// The code that somebody typed, with or without what every code begins with, or read out over the telephone.
    #[must_use]
    pub fn find(typed: &str) -> Option<Self> {
        if typed.len() > Self::LONGEST {
            return None;
        }
        let signs = |text: &str| {
            let attempts = list_attempts(text, PREFIX).into_iter().map(|attempt| attempt.parts.concat());
            attempts.filter(|signs| signs.len() == LENGTH).find_map(|signs| from_signs(&signs))
        };
        signs(typed).or_else(|| signs(&format!("{PREFIX} {typed}"))).map(|signs| Self(format!("{PREFIX}-{signs}")))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReadBackCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join_code::{JoinCode, TypedCode};
    use crate::share_code::{FoundCode, ShareCode};

    #[test]
    fn a_code_is_found_however_it_is_typed_and_a_wrong_sign_is_noticed() {
        for _ in 0..200 {
            let code = ReadBackCode::generate();
            let shown = code.to_string();
            let bare = shown.trim_start_matches("RBK-");
            for typed in [
                shown.clone(),
                shown.to_lowercase(),
                shown.replace('-', " "),
                format!("รหัส {shown} ครับ"),
                bare.to_owned(),
                bare.replace('-', ""),
            ] {
                assert_eq!(ReadBackCode::find(&typed).as_ref(), Some(&code), "{typed}");
            }
            let last = if shown.ends_with('2') { "3" } else { "2" };
            assert_eq!(ReadBackCode::find(&format!("{}{last}", &shown[..shown.len() - 1])), None);
            assert_eq!(ShareCode::find(&shown), FoundCode::Nothing, "it is no share code");
            assert_eq!(JoinCode::read(&shown, false), TypedCode::Nothing, "and no join code");
        }
        for none in ["", "RBK", "RBK-0000-0000", "หมู่ 3", &"RBK ".repeat(100)] {
            assert_eq!(ReadBackCode::find(none), None, "{none}");
        }
    }
}

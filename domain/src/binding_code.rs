//! Binding codes: what a steward types in the chat of two with the official account, to say which account of this system is theirs.
//!
//! `ID-` and two groups of four from an alphabet without look-alikes: 40 bits, good once and for a short time. It is looked for
//! as join codes are, however it is typed; its prefix is not theirs, so that neither is found where the other is. A chat of two
//! has no talk of others in it, so whatever looks like a code there is meant as one.

use sha2::{Digest as _, Sha256};

use super::typed_code::{Attempt, LENGTH, list_attempts};

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// What every code begins with.
const PREFIX: &str = "ID";
/// Whoever writes more than this many characters is not typing a code.
const LONGEST_MESSAGE: usize = 300;

/// A binding code.
#[derive(Clone, PartialEq, Eq)]
pub struct BindingCode(String);

/// What a message has to do with binding codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedBindingCode {
    /// A code, right or wrong.
    Code(BindingCode),
    /// Meant as a code, but with a letter too few or too many, or one that no code has.
    Misspelt,
    /// Ordinary talk, or several codes.
    Nothing,
}

impl BindingCode {
    /// A new random code.
    #[must_use]
    pub fn generate() -> Self {
        let random: [u8; 8] = rand::random();
        Self(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }

    /// Looks for a code in `text`.
    #[must_use]
    pub fn read(text: &str) -> TypedBindingCode {
        if text.chars().nth(LONGEST_MESSAGE).is_some() {
            return TypedBindingCode::Nothing;
        }
        let (mut codes, mut misspelt) = (Vec::new(), false);
        for attempt in list_attempts(text, PREFIX) {
            match code_of(&attempt) {
                Some(code) if !codes.contains(&code) => codes.push(code),
                Some(_) => {}
                None => misspelt |= attempt.dashed && matches!(attempt.shape().as_slice(), [3..=5, 3..=5]),
            }
        }
        match (codes.pop(), codes.is_empty()) {
            (Some(code), true) => TypedBindingCode::Code(code),
            (None, _) if misspelt => TypedBindingCode::Misspelt,
            (Some(_), false) | (None, _) => TypedBindingCode::Nothing,
        }
    }

    /// What is kept of it.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// The code, where the letters are those of one. No code has a 1 or an I, and a small l looks like both.
fn code_of(attempt: &Attempt) -> Option<BindingCode> {
    let letters: String = attempt.parts.concat().replace(['1', 'I'], "L");
    let divided = matches!(attempt.shape().as_slice(), [4, 4] | [LENGTH]);
    let good = divided && letters.len() == LENGTH && letters.bytes().all(|byte| ALPHABET.contains(&byte));
    good.then_some(BindingCode(letters))
}

impl std::fmt::Display for BindingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ID-{}-{}", &self.0[..4], &self.0[4..])
    }
}

impl std::fmt::Debug for BindingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BindingCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join_code::{JoinCode, TypedCode};
    use crate::share_code::{FoundCode, ShareCode};
    use rstest::rstest;

    #[rstest]
    #[case::as_shown("ID-AB2L-EFGH")]
    #[case::small_letters("id-ab2l-efgh")]
    #[case::without_dashes("IDAB2LEFGH")]
    #[case::with_blanks("ID AB2L EFGH")]
    #[case::words_around("รหัส ID-AB2L-EFGH ครับ")]
    #[case::one_for_l("ID-AB21-EFGH")]
    fn a_code_is_found_however_it_is_typed(#[case] typed: &str) {
        assert_eq!(BindingCode::read(typed), TypedBindingCode::Code(BindingCode("AB2LEFGH".to_owned())));
    }

    #[test]
    fn every_code_is_found_as_it_is_shown_and_is_no_other_kind_of_code() {
        for _ in 0..1_000 {
            let code = BindingCode::generate();
            let shown = code.to_string();
            assert_eq!(BindingCode::read(&shown), TypedBindingCode::Code(code));
            assert_eq!(JoinCode::read(&shown, true), TypedCode::Nothing);
            assert_eq!(ShareCode::find(&shown), FoundCode::Nothing);
            assert_eq!(BindingCode::read(&JoinCode::generate().to_string()), TypedBindingCode::Nothing);
            assert_eq!(BindingCode::read(&ShareCode::generate().to_string()), TypedBindingCode::Nothing);
        }
    }

    #[rstest]
    #[case("ID-AB2-EFGH", TypedBindingCode::Misspelt)]
    #[case("ID-AB0L-EFGH", TypedBindingCode::Misspelt)]
    #[case("สวัสดีครับ", TypedBindingCode::Nothing)]
    #[case("ID", TypedBindingCode::Nothing)]
    #[case("ID-AB2L-EFGH ID-WXYZ-2345", TypedBindingCode::Nothing)]
    fn what_is_no_code_is_not_taken_for_one(#[case] typed: &str, #[case] read: TypedBindingCode) {
        assert_eq!(BindingCode::read(typed), read);
    }
}

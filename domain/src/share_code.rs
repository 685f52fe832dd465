//! Share codes: by which the relay knows a bulletin again in a text that somebody shared by hand.
//!
//! `REF-` and two groups of four from an alphabet without look-alikes. The code stands in long texts and is typed by people,
//! so it is looked for anywhere and however it is typed. No steward asked to be heard, and groups are full of booking and
//! bank references, so what is no code must not look like one:
//!
//! - The last sign is a check sign. The sum of the signs, each with a weight of its own, is a multiple of the prime 31, so
//!   that every single wrong sign is noticed, and every two signs that changed places.
//! - Each group has a letter and a digit, as no word and no number has: `refresh 2569` is none.
//! - The prefix and the alphabet are not those of a [join code](super::join_code), and neither is found where the other is.
//!
//! There are about 10¹⁰ codes: whoever keeps them makes another where one is taken. A code is no secret, and lets nobody in.
//!
//! Called by `share_text`, and by whoever hears texts in groups.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::typed_code::{Attempt, LENGTH, list_attempts};

/// A prime number of signs, without 0 and O, 1, I and L.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// What every code begins with.
const PREFIX: &str = "REF";
/// Signs in a group.
const GROUP: usize = 4;

/// A share code, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, sqlx::Type, utoipa::ToSchema)]
#[serde(transparent)]
#[sqlx(transparent)]
#[schema(value_type = String, pattern = "^REF(-[2-9A-HJKMNP-Z]{4}){2}$", example = "REF-7K3M-9QX3")]
pub struct ShareCode(String);

/// The text is no share code in the form in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a share code such as REF-7K3M-9QX3")]
pub struct BadShareCode;

/// What a message has to do with share codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundCode {
    /// Ordinary talk.
    Nothing,
    /// One code, once or several times.
    One(ShareCode),
    /// Different codes, in the order in which they stand. A bulletin may name an earlier one before its own at the end.
    Several(Vec<ShareCode>),
    /// Certainly meant as a code, but with a wrong sign, one that no code has, or one too few or too many.
    Misspelt,
}

impl ShareCode {
    /// What stands before a code where it is shown.
    pub const LABEL: &str = "รหัสประกาศ";

    /// A new random code.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("{PREFIX}-{}", random_signs()))
    }

    /// Looks for codes anywhere in `text`, which holds no mentions any more.
    #[must_use]
    pub fn find(text: &str) -> FoundCode {
        let (mut codes, mut misspelt) = (Vec::new(), false);
        for attempt in list_attempts(text, PREFIX) {
            match Self::of_attempt(&attempt) {
                Some(code) if codes.contains(&code) => {}
                Some(code) => codes.push(code),
                None => misspelt |= is_certain(&attempt, is_labelled(&text[..attempt.span.start])),
            }
        }
        match (codes.len(), codes.pop()) {
            (1, Some(code)) => FoundCode::One(code),
            (_, Some(last)) => {
                codes.push(last);
                FoundCode::Several(codes)
            }
            (_, None) if misspelt => FoundCode::Misspelt,
            (_, None) => FoundCode::Nothing,
        }
    }

    /// `text` with this code as it is shown, wherever and however it is typed there.
    pub(super) fn spell_out(&self, text: &str) -> String {
        let mut spelled = text.to_owned();
        // from the end, so that the places before stay where they are
        for attempt in list_attempts(text, PREFIX).into_iter().rev() {
            if Self::of_attempt(&attempt).as_ref() == Some(self) {
                spelled.replace_range(attempt.span, &self.0);
            }
        }
        spelled
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of words that are divided as one is, or not at all.
    fn of_attempt(attempt: &Attempt) -> Option<Self> {
        let divided = matches!(attempt.shape().as_slice(), [LENGTH] | [GROUP, GROUP]);
        divided.then(|| Self::of_signs(&attempt.parts.concat())).flatten()
    }

    /// The code of these signs after its prefix, if they are those of one.
    fn of_signs(signs: &str) -> Option<Self> {
        from_signs(signs).map(|signs| Self(format!("{PREFIX}-{signs}")))
    }
}

/// Random signs of a code, in their two groups.
pub(super) fn random_signs() -> String {
    let sign = || rand::random_range(0..ALPHABET.len());
    loop {
        let mut signs: Vec<usize> = std::iter::repeat_with(sign).take(LENGTH - 1).collect();
        signs.push(0);
        let over = weigh(&signs);
        signs[LENGTH - 1] = (ALPHABET.len() - over) % ALPHABET.len();
        let signs: String = signs.into_iter().map(|sign| char::from(ALPHABET[sign])).collect();
        // every other one has a group of letters only
        if let Some(signs) = from_signs(&signs) {
            return signs;
        }
    }
}

/// These signs in their two groups, if they are those of a code.
pub(super) fn from_signs(signs: &str) -> Option<String> {
    let place = |sign| ALPHABET.iter().position(|&known| known == sign);
    let places: Vec<usize> = signs.bytes().map(place).collect::<Option<_>>()?;
    if places.len() != LENGTH || weigh(&places) != 0 {
        return None;
    }
    let (first, second) = signs.split_at(GROUP);
    (is_mixed(first) && is_mixed(second)).then(|| format!("{first}-{second}"))
}

/// The weighted sum of the signs, which is 0 for a code. Weights are 8 to 1: all different, and none a multiple of 31.
fn weigh(signs: &[usize]) -> usize {
    signs.iter().zip((1..=LENGTH).rev()).map(|(sign, weight)| sign * weight).sum::<usize>() % ALPHABET.len()
}

/// Whether it has a letter and a digit.
fn is_mixed(signs: &str) -> bool {
    signs.bytes().any(|sign| sign.is_ascii_digit()) && signs.bytes().any(|sign| sign.is_ascii_alphabetic())
}

/// Whether the label of a code stands at the end of `before`.
fn is_labelled(before: &str) -> bool {
    before.trim_end_matches(|sign: char| !sign.is_alphanumeric()).ends_with(ShareCode::LABEL)
}

/// Whether nobody would write this but to type a share code: it stands alone, as a code is shown, or behind the label of one.
fn is_certain(attempt: &Attempt, labelled: bool) -> bool {
    let signs = attempt.parts.concat();
    let is_code_like = |signs: &str| signs.split_at_checked(GROUP).is_some_and(|(a, b)| is_mixed(a) && is_mixed(b));
    match attempt.shape().as_slice() {
        [GROUP, GROUP] if attempt.dashed => is_mixed(&signs) && (labelled || attempt.alone),
        [3..=5, 3..=5] if attempt.dashed => is_mixed(&signs) && labelled,
        [LENGTH] | [GROUP, GROUP] => is_code_like(&signs) && labelled,
        _ => false,
    }
}

impl fmt::Display for ShareCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ShareCode {
    type Err = BadShareCode;

    fn from_str(text: &str) -> Result<Self, BadShareCode> {
        let signs = text.strip_prefix(PREFIX).ok_or(BadShareCode)?.replace('-', "");
        Self::of_signs(&signs).filter(|code| code.0 == text).ok_or(BadShareCode)
    }
}

#[cfg(test)]
mod tests;

//! What is heard of a bulletin in a group: is it the text that was published?
//!
//! Only a text that nobody changed counts as the bulletin. The heard text is compared without what takes no room, blanks and
//! line breaks, with Thai and wide digits as plain ones and the code as it is shown; nothing else makes no difference. Then
//! it is
//!
//! - **the same**, where it is a form of the [share text](super::share_text), or that text with the whole body, as on the
//!   bulletin's page;
//! - **cut**, where it is a part of the published text, in its order, with the code: whole lines may be missing, the beginning
//!   of the first line that is there, and the end of the last one before page and code;
//! - **altered** otherwise, also by a greeting, since whoever reads it cannot tell who said what.
//!
//! A line keeps its meaning only as a whole, so within one nothing may be missing. A Thai negation stands before what it
//! denies: the beginning of a line may only be missing up to a blank, which ends a phrase. An amount stands before its unit,
//! so after a digit a line may only end with an ellipsis. Number, page and code are there in full or not at all.
//!
//! LINE itself adds to texts. A copy made on a desktop has the time and the sender's name in front, which is looked past; a
//! name is short, and somebody's few words in its place are not noticed. A mention reaches us as a blank.
//!
//! Called by whoever hears texts in groups.

mod published;

use unicode_normalization::UnicodeNormalization as _;

use self::published::Published;
use super::share_code::ShareCode;
use super::share_text::ShareText;
use super::thai::{is_unseen, trim_unseen};
use super::typed_code::plain;

/// The longest name that LINE gives a sender, in characters.
const LONGEST_NAME: usize = 20;

/// What an ellipsis is, in the form that is compared.
const ELLIPSIS: &str = "...";

/// What a heard text is beside the published one; the greater is the further from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextVerdict {
    /// All of a form in which it is shared.
    Same,
    /// A part, with nothing changed in it.
    Cut,
    /// Anything else.
    Altered,
}

impl ShareText<'_> {
    /// What `heard` is beside this text; `heard` has a blank in the place of each mention.
    #[must_use]
    pub fn compare(&self, heard: &str) -> TextVerdict {
        let published = Published::of(self);
        let mut nearest = TextVerdict::Altered;
        for text in list_beginnings(heard) {
            let text = comparable(text, self.code);
            if published.is_whole(&text) || self.has_form(&text) {
                return TextVerdict::Same;
            }
            if published.has_part(&text) {
                nearest = TextVerdict::Cut;
            }
        }
        nearest
    }

    /// Whether `text` is one of the forms in which this is shared.
    fn has_form(&self, text: &str) -> bool {
        let fits = |form: &str| comparable(form, self.code).len() <= text.len();
        self.longest_forms(fits).any(|form| comparable(&form, self.code) == text)
    }
}

/// The form in which texts are compared, with `code` as it is shown.
///
/// It is stricter than [`normal_form`](super::thai::normal_form), which finds again what was written differently: here every
/// sign that can be seen counts, marks that stand twice as well.
fn comparable(text: &str, code: &ShareCode) -> String {
    let spelled = code.spell_out(text);
    let seen = spelled.chars().filter(|&sign| !is_unseen(sign) && !sign.is_whitespace());
    seen.map(plain).nfc().collect::<String>().replace('…', ELLIPSIS)
}

/// The heard text, and what it is without the time and the name in front of it: `14:05 ชื่อ นามสกุล ข้อความ`. Where a name
/// ends is not marked, so every blank may be the place.
fn list_beginnings(heard: &str) -> Vec<&str> {
    let mut all = vec![heard];
    let Some(rest) = after_time(trim_unseen(heard)) else { return all };
    all.push(rest);
    for (at, sign) in rest.char_indices().take(LONGEST_NAME + 1) {
        if sign.is_whitespace() {
            all.push(&rest[at..]);
        }
        if sign == '\n' {
            break;
        }
    }
    all
}

/// What stands behind a time at the beginning: `9:05`, `14:05` or `2:05 PM`.
fn after_time(text: &str) -> Option<&str> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_at_checked(2)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = (1..=2).contains(&hour.len()) && is_number(hour) && is_number(minute);
    let rest = rest.strip_prefix(" AM").or_else(|| rest.strip_prefix(" PM")).unwrap_or(rest);
    (is_time && rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests;

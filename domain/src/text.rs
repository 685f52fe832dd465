//! Texts as people type them, measured as LINE measures them.
//!
//! LINE counts UTF-16 code units (and grapheme clusters for button labels), never bytes or `char`s, so
//! every length here is one of those two. Texts from outside become [`Subject`], [`Body`], [`Note`] or
//! [`PlainReason`] at the edge and are trimmed, free of control characters and short enough from then
//! on. [`cut_at_word`] shortens a text for the eye: Thai writes no spaces between words, so the places
//! to cut come from a dictionary.
//!
//! Called by `web` and `relay` for input, and by `line::message`, `line::limits` and `domain::secrecy`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use serde::{Deserialize, Serialize};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::thai::trim_unseen;

/// The dictionary and not the neural network: the network takes มาก apart into มา and ก, and with it the
/// very class words that `domain::secrecy` looks for; and a dictionary's answer can be explained.
static WORDS: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// The length in UTF-16 code units: what LINE counts unless it says otherwise.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The characters of a text from elsewhere without control characters, some of which the database cannot hold.
pub fn without_controls(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|sign| !sign.is_control())
}

/// The length in grapheme clusters: what LINE counts for the labels of actions.
#[must_use]
pub fn grapheme_len(text: &str) -> usize {
    text.graphemes(true).count()
}

/// The words of `text` in order, with the spaces and marks between them: together they are `text`.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    WORDS.segment_str(text).filter(|&end| end > 0).filter_map(move |end| {
        let word = text.get(start..end);
        start = end;
        word
    })
}

/// `text`, or as many of its whole words as fit into `max_utf16` units together with an ellipsis.
///
/// Where a space comes shortly before the limit the cut is made there, since a Thai space ends a
/// phrase. A grapheme cluster is never split, not even where a single word is too long.
#[must_use]
pub fn cut_at_word(text: &str, max_utf16: usize) -> Cow<'_, str> {
    let Some(limit) = byte_limit(text, max_utf16) else {
        return Cow::Borrowed(text);
    };
    let places: [fn(&str, usize) -> Option<usize>; 3] = [last_phrase, last_word, last_grapheme];
    let kept = places
        .into_iter()
        .filter_map(|place| place(text, limit))
        .map(|end| text[..end].trim_end())
        .find(|kept| !kept.is_empty())
        .unwrap_or_default();
    let ellipsis = if max_utf16 == 0 { "" } else { "…" };
    Cow::Owned(format!("{kept}{ellipsis}"))
}

/// How many bytes fit beside an ellipsis (one unit); `None` where all of `text` fits as it is.
fn byte_limit(text: &str, max_utf16: usize) -> Option<usize> {
    let mut units = 0;
    let mut limit = 0;
    for (at, letter) in text.char_indices() {
        units += letter.len_utf16();
        if units > max_utf16 {
            return Some(limit);
        }
        if units < max_utf16 {
            limit = at + letter.len_utf8();
        }
    }
    None
}

/// Where the last phrase ends, if that is within the last eighth before `limit`.
fn last_phrase(text: &str, limit: usize) -> Option<usize> {
    let at = if text[limit..].starts_with(char::is_whitespace) {
        Some(limit)
    } else {
        text[..limit].rfind(char::is_whitespace)
    };
    at.filter(|&at| at >= limit - limit / 8 && ends_grapheme(text, at))
}

fn last_word(text: &str, limit: usize) -> Option<usize> {
    WORDS.segment_str(text).take_while(|&end| end <= limit).filter(|&end| ends_grapheme(text, end)).last()
}

fn last_grapheme(text: &str, limit: usize) -> Option<usize> {
    text.grapheme_indices(true).map(|(at, _)| at).take_while(|&at| at <= limit).last()
}

/// Whether a cut at `at` leaves every grapheme cluster whole.
pub(super) fn ends_grapheme(text: &str, at: usize) -> bool {
    GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(false)
}

/// Why a typed text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but spaces.
    #[error("must not be empty")]
    Empty,
    /// Over the limit.
    #[error("must be at most {max} characters long; it has {actual}")]
    TooLong {
        /// The limit in UTF-16 units.
        max: usize,
        /// What it has, in UTF-16 units.
        actual: usize,
    },
    /// A line break where one line is wanted.
    #[error("must be a single line")]
    LineBreak,
    /// A control character, or one that turns the direction of reading round.
    #[error("must not hold the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

impl BadText {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> String {
        match self {
            Self::Empty => "ต้องไม่เว้นว่าง".to_owned(),
            Self::TooLong { max, actual } => format!("ต้องยาวไม่เกิน {max} ตัวอักษร ขณะนี้ยาว {actual} ตัวอักษร"),
            Self::LineBreak => "ต้องเป็นข้อความบรรทัดเดียว".to_owned(),
            Self::Control(letter) => format!("มีอักขระควบคุมที่ใช้ไม่ได้ (U+{:04X})", u32::from(letter)),
        }
    }
}

/// How many lines a text may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    OneLine,
    Lines,
}

/// Tidies and checks what somebody typed or pasted.
fn parse(text: &str, shape: Shape, max: usize) -> Result<String, BadText> {
    let text = unify_breaks(text);
    let text = trim_unseen(&text);
    if text.is_empty() {
        return Err(BadText::Empty);
    }
    if shape == Shape::OneLine && text.contains('\n') {
        return Err(BadText::LineBreak);
    }
    if let Some(bad) = text.chars().find(|&letter| letter != '\n' && is_forbidden(letter)) {
        return Err(BadText::Control(bad));
    }
    match utf16_len(text) {
        actual if actual > max => Err(BadText::TooLong { max, actual }),
        _ => Ok(text.to_owned()),
    }
}

/// One kind of line break, and spaces for the tabs that word processors put into letters.
fn unify_breaks(text: &str) -> String {
    text.trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n")
        .replace('\t', " ")
}

/// Control characters, and the marks that make a text look other than it is (Unicode UAX 9).
pub(crate) fn is_forbidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

macro_rules! bounded_texts {
    ($($(#[$doc:meta])* $name:ident($shape:ident, $max:tt, $pattern:tt)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, min_length = 1, max_length = $max, pattern = $pattern)]
        pub struct $name(String);

        impl $name {
            /// The longest it may be, in UTF-16 units.
            pub const MAX: usize = $max;

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadText;

            fn from_str(text: &str) -> Result<Self, BadText> {
                parse(text, Shape::$shape, Self::MAX).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadText;

            fn try_from(text: String) -> Result<Self, BadText> {
                text.parse()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

bounded_texts! {
    /// What a bulletin is about (เรื่อง): one line.
    Subject(OneLine, 300, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// What a bulletin says: paragraphs.
    Body(Lines, 20_000, r"^(?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*[^\s\p{C}](?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*$"),
    /// What a steward adds when forwarding, or an official when endorsing: a few lines.
    Note(Lines, 1_000, r"^(?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*[^\s\p{C}](?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*$"),
    /// What a bulletin asks of an office, and what an office answers: a few lines.
    RequestText(Lines, 1_000, r"^(?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*[^\s\p{C}](?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*$"),
    /// What an account or a key is called: one line.
    Label(OneLine, 200, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// What stands in one blank of a paper form, such as a name or a position: one line.
    FormEntry(OneLine, 150, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// What a picture shows, for those who do not see it: one line.
    AltText(OneLine, 300, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// Who endorsed, by name or title, as somebody typed it: one line.
    Author(OneLine, 120, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// An office, or a unit or person in it, as somebody typed it: one line.
    Unit(OneLine, 200, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// What is remarked on an entry of a register: one line.
    Remark(OneLine, 500, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// At which meeting or station, or on which page, something was spread: one line.
    Outlet(OneLine, 200, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// What came of something, for whom, with which figures, as an office that sends it up says: a few lines.
    Outcome(Lines, 2_000, r"^(?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*[^\s\p{C}](?:[\n\r\t]|[^\p{Cc}\u202A-\u202E\u2066-\u2069])*$"),
    /// Who benefits, from where something is, whom to ask: one line.
    Mention(OneLine, 300, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// What a topic is called: one line.
    TopicName(OneLine, 100, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
    /// Why somebody declined, returned or withdrew: one line.
    PlainReason(OneLine, 500, r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LETTER: &str = "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล เมื่อวันที่ ๑๕ มีนาคม ๒๕๖๑";

    #[test]
    fn lengths_are_those_that_line_counts() {
        assert_eq!((utf16_len("น้ำ"), grapheme_len("น้ำ")), (3, 1));
        assert_eq!((utf16_len("👨‍👩‍👧"), grapheme_len("👨‍👩‍👧")), (8, 1));
    }

    #[test]
    fn words_together_are_the_text() {
        assert_eq!(words(LETTER).collect::<String>(), LETTER);
        assert_eq!(words("เอกสารลับมาก").collect::<Vec<_>>(), ["เอกสาร", "ลับ", "มาก"]);
        assert_eq!(words("").count(), 0);
    }

    #[test]
    fn a_text_that_fits_is_left_alone() {
        assert!(matches!(cut_at_word("ลำพูน", 5), Cow::Borrowed("ลำพูน")));
    }

    #[test]
    fn a_long_thai_text_is_cut_between_words() {
        assert_eq!(cut_at_word(LETTER, 25), "ด้วยสำนักนายกรัฐมนตรีได้…");
        assert_eq!(cut_at_word(LETTER, 40), "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือ…");
    }

    #[test]
    fn a_space_just_before_the_limit_is_the_better_place() {
        assert_eq!(cut_at_word(LETTER, 72), "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล…");
    }

    #[test]
    fn a_word_too_long_is_cut_between_clusters() {
        assert_eq!(cut_at_word("👨‍👩‍👧👨‍👩‍👧", 12), "👨‍👩‍👧…");
        assert_eq!(cut_at_word("👨‍👩‍👧👨‍👩‍👧", 4), "…");
        assert_eq!(cut_at_word("ab", 0), "");
    }

    #[test]
    fn typed_texts_are_trimmed_and_their_line_breaks_are_one_kind() {
        assert_eq!("\u{feff}  ก\tข \r\n".parse::<Subject>().map(String::from), Ok("ก ข".to_owned()));
        assert_eq!("ก\r\n\rข\u{2028}ค".parse::<Body>().map(String::from), Ok("ก\n\nข\nค".to_owned()));
    }

    #[test]
    fn what_cannot_be_shown_or_is_too_long_is_refused() {
        assert_eq!(" \n ".parse::<Body>(), Err(BadText::Empty));
        assert_eq!("\u{200b} \u{2060}".parse::<Subject>(), Err(BadText::Empty));
        assert_eq!("ก\nข".parse::<Subject>(), Err(BadText::LineBreak));
        assert_eq!("ก\u{0}".parse::<Body>(), Err(BadText::Control('\u{0}')));
        assert_eq!("ก\u{202e}ข".parse::<Note>(), Err(BadText::Control('\u{202e}')));
        assert_eq!("ก".repeat(501).parse::<PlainReason>(), Err(BadText::TooLong { max: 500, actual: 501 }));
        assert!("ก".repeat(300).parse::<Subject>().is_ok());
    }

    #[test]
    fn refusals_are_told_in_both_languages() {
        let bad = BadText::TooLong { max: 300, actual: 312 };
        assert_eq!(bad.to_string(), "must be at most 300 characters long; it has 312");
        assert_eq!(bad.thai(), "ต้องยาวไม่เกิน 300 ตัวอักษร ขณะนี้ยาว 312 ตัวอักษร");
        assert_eq!(BadText::Control('\u{7}').to_string(), "must not hold the control character U+0007");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits_and_is_a_whole_beginning(text in "[ก-๙a-z 👨‍👩‍👧\\n]{0,80}", max in 1_usize..60) {
            let cut = cut_at_word(&text, max);
            prop_assert!(utf16_len(&cut) <= max);
            if let Cow::Owned(cut) = cut {
                let kept = cut.strip_suffix('…').expect("test data");
                prop_assert!(text.starts_with(kept));
                prop_assert!(kept.trim_end() == kept && ends_grapheme(&text, kept.len()));
            }
        }
    }
}

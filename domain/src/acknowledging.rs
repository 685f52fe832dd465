//! Which short answers to a bulletin mean that somebody takes note of it, such as `รับทราบครับ` or `✅`.
//!
//! A text is one where nothing is left of it but a word of the list, once what people put around such a word is taken away: blanks,
//! marks, pictures, ครับ or ค่ะ. A question is none, and a text with a word more is none: it says something else, and nothing
//! is guessed.
//!
//! Called by whoever hears answers in groups, with the words of the settings.

use std::collections::HashSet;

use super::thai::{compare_form, is_unseen};

/// Longer texts are not looked at, in characters.
const LONGEST: usize = 200;

/// What people end a sentence with to be polite, without further meaning; a longer one stands before what it ends with.
const PARTICLES: [&str; 21] = [
    "ครับผม",
    "คร้าบ",
    "ครับ",
    "ครัช",
    "ค้าบ",
    "คับ",
    "ฮับ",
    "ฮะ",
    "ค่ะ",
    "คะ",
    "ค่า",
    "ค้า",
    "จ้ะ",
    "จ๊ะ",
    "จ้า",
    "จ๋า",
    "จ่ะ",
    "นะ",
    "น่ะ",
    "ๆ",
    "ฯ",
];

/// What makes an answer a question or a refusal.
const DOUBTS: [char; 15] = ['?', '？', '❓', '❔', '⁉', '❌', '❎', '✖', '✗', '✘', '👎', '🚫', '⛔', '🙅', '🤔'];

/// The answers that mean it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcknowledgeWords {
    words: HashSet<String>,
    pictures: HashSet<char>,
}

impl AcknowledgeWords {
    /// Of the words of the settings; one without letters is a picture.
    #[must_use]
    pub fn of<T: AsRef<str>>(words: &[T]) -> Self {
        let mut known = Self::default();
        for word in words.iter().map(AsRef::as_ref) {
            let letters = bare(word);
            if letters.is_empty() {
                known.pictures.extend(pictures(word));
            } else {
                known.words.insert(letters);
            }
        }
        known
    }

    /// Whether `text` means it.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        if text.chars().count() > LONGEST || text.chars().any(|sign| DOUBTS.contains(&sign)) {
            return false;
        }
        let letters = bare(text);
        if !letters.is_empty() {
            return self.words.contains(&letters);
        }
        let mut pictures = pictures(text).peekable();
        pictures.peek().is_some() && pictures.all(|picture| self.pictures.contains(&picture))
    }
}

/// The letters of a text without blanks, and without marks, pictures and polite endings around them.
fn bare(text: &str) -> String {
    let form = compare_form(text);
    let mut left = form.trim_matches(is_decoration);
    loop {
        let before = left.len();
        // ครับบบ
        while let Some(shorter) = without_repeated_end(left) {
            left = shorter;
        }
        left = PARTICLES.into_iter().find_map(|particle| left.strip_suffix(particle)).unwrap_or(left);
        left = left.trim_end_matches(is_decoration);
        if left.len() == before {
            return left.to_owned();
        }
    }
}

/// Whether a character is neither a letter nor a digit, nor a Thai sign that belongs to a letter.
fn is_decoration(sign: char) -> bool {
    !sign.is_alphanumeric() && !('\u{e01}'..='\u{e4e}').contains(&sign)
}

/// The text without its last letter, where the one before is the same.
fn without_repeated_end(text: &str) -> Option<&str> {
    let mut letters = text.chars().rev();
    let last = letters.next()?;
    (letters.next()? == last).then(|| &text[..text.len() - last.len_utf8()])
}

/// The pictures of a text, without what only varies the one before, such as the colour of a hand.
fn pictures(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|&sign| {
        let varies = is_unseen(sign) || ('\u{1f3fb}'..='\u{1f3ff}').contains(&sign);
        is_decoration(sign) && !sign.is_whitespace() && !sign.is_ascii_punctuation() && !varies
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> AcknowledgeWords {
        AcknowledgeWords::of(&["รับทราบ", "ทราบ", "ทราบแล้ว", "Acknowledged", "✅", "👍"])
    }

    #[test]
    fn a_word_of_the_list_is_known_with_what_people_put_around_it() {
        for text in [
            "รับทราบ",
            " รับทราบครับ ",
            "รับทราบค่ะ!!",
            "รับทราบ คะ 🙏🙏",
            "ทราบแล้วนะคะ",
            "ทราบแล้วครับผม.",
            "รับทราบคร้าบบบ",
            "รับทราบค่าาา 😊",
            "รับทราบจ้า…",
            "\u{200b}รับทราบ\n",
            "รับทราบ ✅",
            "ACKNOWLEDGED.",
            "รับทราบๆ",
        ] {
            assert!(words().contains(text), "{text}");
        }
    }

    #[test]
    fn a_picture_of_the_list_is_known_alone_and_repeated_and_in_any_colour() {
        for text in ["✅", " ✅✅ ", "✅\u{fe0f}", "👍🏽", "👍👍🏻!"] {
            assert!(words().contains(text), "{text}");
        }
    }

    #[test]
    fn what_says_anything_else_is_not_guessed_at() {
        for text in [
            "",
            "   ",
            "...",
            "ครับ",
            "ไม่ทราบ",
            "ยังไม่ทราบครับ",
            "ทราบไหม",
            "รับทราบ?",
            "รับทราบครับ ❌",
            "รับทราบ 👎",
            "🙏",
            "✅🙏",
            "ทราบแล้วเปลี่ยน",
            "รับทราบ พรุ่งนี้ประชุมกี่โมง",
            "รับทราบ 1",
        ] {
            assert!(!words().contains(text), "{text}");
        }
        assert!(!words().contains(&"รับทราบ ".repeat(100)));
        assert!(!AcknowledgeWords::default().contains("รับทราบ"));
    }
}

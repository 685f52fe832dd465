//! What people type to find a bulletin again.
//!
//! Thai writes no blanks between words, so each piece that is typed may stand anywhere within a text, and all of them
//! must. Texts and pieces are compared in the form of [`thai`](super::thai), in which spelling, blanks, letter case and
//! the kind of digits make no difference: the store keeps that form beside each text ([`text_form`]) and each name
//! ([`compare_form`]), with the index over it, and finds in it what is typed. It is made here and nowhere else: a second
//! program of the same rules in the database would have to be kept equal to this one.

use std::str::FromStr;

pub use super::thai::compare_form;
use super::thai::normal_form;

/// The most characters of what is looked for.
pub const MOST_CHARACTERS: usize = 200;
/// The most pieces of it.
pub const MOST_PIECES: usize = 8;

/// The form of a text of several parts, in which nothing is found that runs from one part into the next.
#[must_use]
pub fn text_form(parts: &[&str]) -> String {
    parts.iter().map(|part| compare_form(part)).collect::<Vec<_>>().join("|")
}

/// What is looked for: at least one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<String>);

/// Why nothing can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWords {
    /// Nothing there.
    #[error("must not be empty")]
    Empty,
    /// Over [`MOST_CHARACTERS`].
    #[error("must be at most {MOST_CHARACTERS} characters long")]
    TooLong,
    /// Too many pieces.
    #[error("must be at most {MOST_PIECES} words")]
    TooMany,
    /// A character that no text holds.
    #[error("must not hold control characters")]
    Control,
}

impl FromStr for Words {
    type Err = BadWords;

    fn from_str(text: &str) -> Result<Self, BadWords> {
        if text.chars().count() > MOST_CHARACTERS {
            return Err(BadWords::TooLong);
        }
        let pieces: Vec<String> = normal_form(text).split_whitespace().map(pattern).collect();
        match pieces.len() {
            0 => Err(BadWords::Empty),
            n if n > MOST_PIECES => Err(BadWords::TooMany),
            _ if pieces.iter().any(|piece| piece.chars().any(char::is_control)) => Err(BadWords::Control),
            _ => Ok(Self(pieces)),
        }
    }
}

impl Words {
    /// A pattern for SQL's LIKE for each piece.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.0
    }

    /// The patterns of the pieces that an index of three letters narrows by.
    #[must_use]
    pub fn indexed(&self) -> Vec<String> {
        self.0.iter().filter(|pattern| has_three_letters(pattern)).cloned().collect()
    }

    /// The patterns of all others, of which an index knows nothing: a letter, an abbreviation of two.
    #[must_use]
    pub fn short(&self) -> Vec<String> {
        self.0.iter().filter(|pattern| !has_three_letters(pattern)).cloned().collect()
    }

    /// The pattern of the longest piece: what an index narrows by best.
    #[must_use]
    pub fn longest(&self) -> &str {
        self.0.iter().max_by_key(|piece| piece.chars().count()).map_or("", String::as_str)
    }
}

/// Whether three letters or digits stand beside each other; a Thai vowel or tone mark is one of its own, as it is for the database.
fn has_three_letters(pattern: &str) -> bool {
    let is_letter =
        |c: char| c.is_alphanumeric() || matches!(c, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}');
    pattern.split(|c: char| !is_letter(c)).any(|run| run.chars().count() >= 3)
}

/// A pattern for each piece of what is typed to find somebody or something by name: all of them must stand in it, in any order. None where nothing is
/// typed, which all names hold. Whoever asks bounds how much is typed.
#[must_use]
pub fn name_patterns(typed: &str) -> Vec<String> {
    normal_form(typed).split_whitespace().map(pattern).collect()
}

/// A pattern for SQL's LIKE: the piece anywhere within a form; LIKE's own signs in it mean themselves.
#[must_use]
pub fn pattern(piece: &str) -> String {
    let mut pattern = String::from("%");
    for letter in compare_form(piece).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_a_pattern_in_which_signs_mean_themselves() {
        let words: Words = " น้ำท่วม  100%_\\ ".parse().expect("two pieces");
        assert_eq!(words.patterns(), ["%น้ำท่วม%", "%100\\%\\_\\\\%"]);
        assert_eq!(words.longest(), "%100\\%\\_\\\\%");
    }

    #[test]
    fn what_is_typed_is_found_in_the_form_of_the_text_whatever_the_spelling_of_both() {
        let form = text_form(&["ประชุมจังหวัดล\u{e4d}\u{e32}พูน ๒๕๖๑", "น \u{e32} ท่วม"]);
        assert_eq!(form, "ประชุมจังหวัดลำพูน2561|นำท่วม");
        for typed in
            ["ลำพูน", "ล\u{a0}\u{e33}พ\u{f719}น\u{200b}", "๒๕๖๑", "ลํ\u{e32}พูน 2561", "น\u{e32}\u{e4d}ท\u{e48}วม"]
        {
            let words: Words = typed.parse().expect("pieces");
            let found = |pattern: &String| form.contains(pattern.trim_matches('%'));
            assert!(words.patterns().iter().all(found), "{words:?}");
        }
        assert!(!form.contains("2561นำ"), "nothing runs from the subject into the text");
        assert_eq!("\u{200b}\u{feff}".parse::<Words>(), Err(BadWords::Empty));
    }

    #[test]
    fn an_index_narrows_by_pieces_with_three_letters_beside_each_other() {
        let words: Words = "น้ำท่วม ลพ 7/1 0206/ว กย 77".parse().expect("pieces");
        assert_eq!(words.indexed(), ["%น้ำท่วม%", "%0206/ว%"]);
        assert_eq!(words.short(), ["%ลพ%", "%7/1%", "%กย%", "%77%"]);
    }

    #[test]
    fn a_name_is_found_by_pieces_of_it_in_any_order() {
        assert_eq!(name_patterns(" ลำพูน  เกษตร "), ["%ลำพูน%", "%เกษตร%"]);
        assert_eq!(name_patterns(" \u{a0}"), Vec::<String>::new());
    }

    #[test]
    fn what_is_looked_for_is_bounded() {
        assert_eq!(" \n ".parse::<Words>(), Err(BadWords::Empty));
        assert_eq!("ก".repeat(201).parse::<Words>(), Err(BadWords::TooLong));
        assert_eq!("ก ".repeat(9).parse::<Words>(), Err(BadWords::TooMany));
        assert_eq!("ก\0".parse::<Words>(), Err(BadWords::Control));
    }
}

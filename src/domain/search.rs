//! What people type to find a bulletin again.
//!
//! Thai writes no blanks between words, so each piece that is typed may stand anywhere within a text, and all of them
//! must. How a text is compared (digits of either kind, blanks, letter case) is the database's function `search_form`,
//! over which the index is built; here the pieces are taken apart, counted and made into patterns.

use std::str::FromStr;

/// The most characters of what is looked for.
pub const MOST_CHARACTERS: usize = 200;
/// The most pieces of it.
const MOST_PIECES: usize = 8;

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
        let pieces: Vec<String> = text.split_whitespace().map(pattern).collect();
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

    /// The pattern of the longest piece: what an index narrows by best.
    #[must_use]
    pub fn longest(&self) -> &str {
        self.0.iter().max_by_key(|piece| piece.chars().count()).map_or("", String::as_str)
    }
}

/// The piece anywhere within a text; LIKE's own signs in it mean themselves.
fn pattern(piece: &str) -> String {
    let mut pattern = String::from("%");
    for letter in piece.chars() {
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
    fn what_is_looked_for_is_bounded() {
        assert_eq!(" \n ".parse::<Words>(), Err(BadWords::Empty));
        assert_eq!("ก".repeat(201).parse::<Words>(), Err(BadWords::TooLong));
        assert_eq!("ก ".repeat(9).parse::<Words>(), Err(BadWords::TooMany));
        assert_eq!("ก\0".parse::<Words>(), Err(BadWords::Control));
    }
}

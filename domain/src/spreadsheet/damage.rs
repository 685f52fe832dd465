//! Detects text that a spreadsheet has damaged. The original is lost, so it is reported and never guessed.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_874, WINDOWS_1252};

use super::cell::is_power;

/// How many question marks in a row are no longer a question.
const LOST: &str = "????";

/// What happened to a cell's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// UTF-8 that was opened as another encoding and saved as what that made of it: `à¸¥à¸³` or `เธฅเธณ`.
    #[error(
        "the file was read in the wrong encoding ({0} instead of UTF-8) and saved so; go back to the file as it was and open it as UTF-8"
    )]
    WrongEncoding(&'static str),
    /// Saved in an encoding that has no Thai.
    #[error(
        "the file was saved in an encoding without Thai, and the letters became question marks; go back to the file as it was and save it as \"CSV UTF-8\""
    )]
    LettersLost,
    /// A long number that was shortened: `8.12E+08`.
    #[error("a spreadsheet made a rounded number of this; give the column the format \"Text\" and type it again")]
    Rounded,
    /// A telephone number that was taken for a number.
    #[error(
        "a spreadsheet dropped the 0 at the beginning of this telephone number; give the column the format \"Text\", or type it with hyphens"
    )]
    ZeroDropped,
}

impl Damage {
    /// Whether some cell of the file may have been spoilt, so that each is worth a look.
    #[must_use]
    pub fn may_be_in(file: &[u8]) -> bool {
        let text = String::from_utf8_lossy(file);
        let misread = MISREADINGS.iter().any(|misreading| misreading.may_have_made(&text));
        misread || text.contains(LOST) || text.contains('\u{fffd}')
    }

    /// What happened to the whole file, seen by this cell: said once.
    #[must_use]
    pub fn of_file(cell: &str) -> Option<Self> {
        if cell.starts_with('\'') {
            // kept as it was by an apostrophe
            return None;
        }
        if cell.is_ascii() {
            let lost = cell.contains(LOST) && !cell.bytes().any(|byte| byte.is_ascii_alphabetic());
            return lost.then_some(Self::LettersLost);
        }
        if cell.contains('\u{fffd}') {
            return Some(Self::LettersLost);
        }
        misread_as(cell).map(|encoding| Self::WrongEncoding(encoding.name()))
    }

    /// What happened to this cell, whatever it holds.
    #[must_use]
    pub fn of_cell(cell: &str) -> Option<Self> {
        let rounded = (cell.contains("E+") || cell.contains("e+")) && is_power(cell.strip_prefix('-').unwrap_or(cell));
        rounded.then_some(Self::Rounded)
    }

    /// What happened to this telephone number. Thai ones begin with 0 and have nine digits, mobile ones ten.
    #[must_use]
    pub fn of_phone(cell: &str) -> Option<Self> {
        let bare = (8..=9).contains(&cell.len()) && cell.bytes().all(|byte| byte.is_ascii_digit());
        (bare && !cell.starts_with('0')).then_some(Self::ZeroDropped)
    }
}

/// What the first two bytes of every Thai letter in UTF-8, and a byte order mark, look like in an encoding of one byte a
/// letter.
struct Misreading {
    encoding: &'static Encoding,
    thai: [&'static str; 2],
    mark: &'static str,
}

const MISREADINGS: [Misreading; 3] = [
    Misreading { encoding: WINDOWS_1252, thai: ["à¸", "à¹"], mark: "ï»¿" },
    Misreading { encoding: WINDOWS_874, thai: ["เธ", "เน"], mark: "๏ปฟ" },
    Misreading { encoding: MACINTOSH, thai: ["‡∏", "‡π"], mark: "Ôªø" },
];

/// The encoding as which the UTF-8 of this cell was read, if that is what happened.
fn misread_as(cell: &str) -> Option<&'static Encoding> {
    MISREADINGS.iter().find(|misreading| misreading.made(cell)).map(|misreading| misreading.encoding)
}

impl Misreading {
    fn may_have_made(&self, text: &str) -> bool {
        self.thai.iter().any(|piece| text.contains(piece)) || text.contains(self.mark)
    }

    fn made(&self, cell: &str) -> bool {
        if !self.may_have_made(cell) {
            return false;
        }
        let letters = self.thai.iter().map(|piece| cell.matches(piece).count()).sum::<usize>();
        // as bytes the characters make sense as UTF-8, which no text of people does by chance
        let (bytes, _, unknown) = self.encoding.encode(cell);
        let whole = !unknown && str::from_utf8(&bytes).is_ok();
        // a cell that was cut or changed since does not go back as a whole, but its pieces tell
        let controls = cell.chars().any(|letter| ('\u{80}'..='\u{9f}').contains(&letter));
        whole || (letters >= 2 && (self.encoding != WINDOWS_874 || controls))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// What somebody sees, and saves, who opens the UTF-8 of `text` as `encoding`.
    fn misread(text: &str, encoding: &'static Encoding) -> String {
        encoding.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn utf_8_that_was_read_as_something_else_is_seen() {
        for text in ["ลำพูน", "สำนักงานพาณิชย์จังหวัดลำพูน", "GCC2-จังหวัดลำพูน", "\u{feff}code", "ก"]
        {
            for encoding in [WINDOWS_1252, WINDOWS_874, MACINTOSH] {
                let seen = misread(text, encoding);
                assert_eq!(Damage::of_file(&seen), Some(Damage::WrongEncoding(encoding.name())), "{seen}");
            }
        }
    }

    #[test]
    fn a_misread_cell_that_was_cut_is_still_seen() {
        for (encoding, name) in [(WINDOWS_1252, "windows-1252"), (WINDOWS_874, "windows-874")] {
            let mut seen = misread("สำนักงานพาณิชย์", encoding);
            seen.pop();
            assert_eq!(Damage::of_file(&seen), Some(Damage::WrongEncoding(name)), "{seen}");
        }
    }

    #[rstest]
    #[case("????????", Some(Damage::LettersLost))]
    #[case("???? 51", Some(Damage::LettersLost))]
    #[case("ลำ\u{fffd}ูน", Some(Damage::LettersLost))]
    #[case("what????", None)]
    #[case("เธอ เนิน เธียร เนื่อง", None)]
    #[case("café, naïve, Köln", None)]
    #[case("ลำพูน – “ก” €", None)]
    #[case("", None)]
    fn letters_that_became_question_marks_are_seen_and_good_texts_are_not(
        #[case] cell: &str,
        #[case] expected: Option<Damage>,
    ) {
        assert_eq!(Damage::of_file(cell), expected);
    }

    #[rstest]
    #[case("8.12E+08", true)]
    #[case("8,12E+08", true)]
    #[case("1e+5", true)]
    #[case("1E5", false)]
    #[case("E+08", false)]
    #[case("gcc2-e+1", false)]
    fn rounded_numbers_are_seen(#[case] cell: &str, #[case] rounded: bool) {
        assert_eq!(Damage::of_cell(cell).is_some(), rounded);
    }

    #[rstest]
    #[case("812345678", true)]
    #[case("53511000", true)]
    #[case("0812345678", false)]
    #[case("053511000", false)]
    #[case("1111", false)]
    #[case("66812345678", false)]
    #[case("53-511000", false)]
    fn telephone_numbers_without_their_zero_are_seen(#[case] cell: &str, #[case] dropped: bool) {
        assert_eq!(Damage::of_phone(cell).is_some(), dropped);
    }

    proptest! {
        #[test]
        fn good_thai_is_never_taken_for_misread(text in "[ก-ฮ][ะ-ูเ-๎ก-ฮ0-9 a-z.()-]{0,40}") {
            prop_assert_eq!(Damage::of_file(&text), None, "{}", text);
        }
    }
}

//! Join codes: what a steward types in a LINE group to say which node of the tree it is.
//!
//! `GCC-` and two groups of four from an alphabet without look-alikes: 40 bits, good once and for a short time.
//! People type them on a telephone, so they are looked for within what was typed: words before and after, any dash or
//! none, small letters, Thai digits. Whether the words are certainly meant as a code is another question, since only
//! then may a wrong one be answered: people talk in these groups.

use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// What every code begins with.
const PREFIX: &str = "GCC";
/// Letters and digits of a code after its prefix.
const LENGTH: usize = 8;
/// Whoever writes more than this many characters is not typing a code.
const LONGEST_MESSAGE: usize = 300;
/// Words that might be codes, of which so many are looked at.
const MOST_CANDIDATES: usize = 4;

/// A join code.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinCode(String);

/// What a message has to do with join codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedCode {
    /// Certainly a code: right or wrong, it is answered.
    Code(JoinCode),
    /// Certainly meant as a code, but with a letter too few or too many, or one that no code has.
    Misspelt,
    /// Words that may be a code by chance: only a right one is answered.
    Perhaps(Vec<JoinCode>),
    /// Ordinary talk, or a list of codes.
    Nothing,
}

impl JoinCode {
    /// A new random code.
    #[must_use]
    pub fn generate() -> Self {
        let random: [u8; 8] = rand::random();
        Self(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }

    /// Looks for a code in `text`, which holds no mentions any more; `addressed` = the account was mentioned in it.
    #[must_use]
    pub fn read(text: &str, addressed: bool) -> TypedCode {
        if text.chars().nth(LONGEST_MESSAGE).is_some() {
            return TypedCode::Nothing;
        }
        let pieces = split(text);
        let says_code = addressed || text.contains("รหัส") || text.to_ascii_lowercase().contains("code");
        let (mut codes, mut perhaps, mut misspelt) = (Vec::new(), Vec::new(), false);
        for start in 0..pieces.len() {
            let Some(attempt) = Attempt::at(&pieces, start) else { continue };
            let list = match (attempt.is_certain(says_code), attempt.code()) {
                (true, None) => {
                    misspelt = true;
                    continue;
                }
                (false, None) => continue,
                (true, Some(code)) => (&mut codes, code),
                (false, Some(code)) => (&mut perhaps, code),
            };
            if !list.0.contains(&list.1) {
                list.0.push(list.1);
            }
        }
        perhaps.truncate(MOST_CANDIDATES);
        match (codes.pop(), codes.is_empty()) {
            (Some(code), true) => TypedCode::Code(code),
            // whoever lists codes for several groups does not want to link this one
            (Some(_), false) => TypedCode::Nothing,
            (None, _) if misspelt => TypedCode::Misspelt,
            (None, _) if perhaps.is_empty() => TypedCode::Nothing,
            (None, _) => TypedCode::Perhaps(perhaps),
        }
    }

    /// What is kept of it.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// A part of a message.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// Latin letters and digits, as capitals.
    Word(String),
    /// A dash, or what people type for one.
    Dash,
    /// A blank.
    Blank,
    /// Anything else; a code does not go across it.
    Other,
}

/// The message in parts, with what is written in other scripts or not seen at all brought into one form.
fn split(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for c in text.chars() {
        let c = match c {
            '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => continue,
            '๐'..='๙' => to_ascii(c, '๐', '0'),
            '\u{ff01}'..='\u{ff5e}' => to_ascii(c, '\u{ff01}', '!'),
            c => c,
        };
        let piece = match c {
            c if c.is_ascii_alphanumeric() => {
                if let Some(Piece::Word(word)) = pieces.last_mut() {
                    word.push(c.to_ascii_uppercase());
                    continue;
                }
                Piece::Word(c.to_ascii_uppercase().to_string())
            }
            '-'
            | '\u{2010}'..='\u{2015}'
            | '\u{2043}'
            | '\u{2212}'
            | '\u{30fc}'
            | '\u{fe58}'
            | '\u{fe63}'
            | '_'
            | '.' => Piece::Dash,
            c if c.is_whitespace() => Piece::Blank,
            _ => Piece::Other,
        };
        pieces.push(piece);
    }
    pieces
}

/// The character that stands as far after `to` as `c` stands after `from`.
fn to_ascii(c: char, from: char, to: char) -> char {
    char::from_u32(u32::from(c) - u32::from(from) + u32::from(to)).unwrap_or(c)
}

/// Words that begin as a code does, up to as many letters as a code has.
#[derive(Debug)]
struct Attempt {
    /// What stands after the prefix: in one piece, or as it is divided.
    parts: Vec<String>,
    /// Whether a dash stands wherever it is divided.
    dashed: bool,
    /// Whether the message says nothing else.
    alone: bool,
}

impl Attempt {
    /// The attempt that begins with the word at `start`, if one does.
    fn at(pieces: &[Piece], start: usize) -> Option<Self> {
        let Piece::Word(first) = &pieces[start] else { return None };
        let glued = first.strip_prefix(PREFIX)?;
        let mut parts = Vec::new();
        if !glued.is_empty() {
            parts.push(glued.to_owned());
        }
        let (mut dashed, mut dash, mut end) = (true, false, start + 1);
        for (at, piece) in pieces.iter().enumerate().skip(start + 1) {
            if parts.iter().map(String::len).sum::<usize>() >= LENGTH {
                break;
            }
            match piece {
                Piece::Word(word) => {
                    dashed &= dash;
                    dash = false;
                    parts.push(word.clone());
                    end = at + 1;
                }
                Piece::Dash => dash = true,
                Piece::Blank => {}
                Piece::Other => break,
            }
        }
        let silent = |piece: &Piece| !matches!(piece, Piece::Word(_));
        let others = pieces[..start].iter().chain(&pieces[end..]);
        let alone = others.clone().all(silent) && others.clone().all(|piece| *piece != Piece::Other);
        Some(Self { parts, dashed, alone })
    }

    fn length(&self) -> usize {
        self.parts.iter().map(String::len).sum()
    }

    /// Whether nobody would write this but to type a code.
    fn is_certain(&self, says_code: bool) -> bool {
        let has_digit = self.parts.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_digit()));
        let shape: Vec<usize> = self.parts.iter().map(String::len).collect();
        match shape.as_slice() {
            [4, 4] if self.dashed => true,
            [LENGTH] | [4, 4] => has_digit && (says_code || self.alone),
            [3..=5, 3..=5] => self.dashed && has_digit,
            _ => false,
        }
    }

    /// The code, where the letters are those of one. No code has a 1 or an I, and a small l looks like both.
    fn code(&self) -> Option<JoinCode> {
        let letters: String = self.parts.concat().replace(['1', 'I'], "L");
        let good = self.length() == LENGTH && letters.bytes().all(|byte| ALPHABET.contains(&byte));
        good.then_some(JoinCode(letters))
    }
}

impl std::fmt::Display for JoinCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GCC-{}-{}", &self.0[..4], &self.0[4..])
    }
}

impl std::fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn code() -> JoinCode {
        JoinCode("AB2LEFGH".to_owned())
    }

    #[rstest]
    #[case::as_shown("GCC-AB2L-EFGH")]
    #[case::small_letters("gcc-ab2l-efgh")]
    #[case::without_dashes("GCCAB2LEFGH")]
    #[case::with_blanks("GCC AB2L EFGH")]
    #[case::on_lines(" GCC-AB2L-EFGH\n")]
    #[case::en_dashes("GCC–AB2L–EFGH")]
    #[case::other_dashes("GCC—AB2L−EFGH")]
    #[case::dashes_with_blanks("GCC - AB2L - EFGH")]
    #[case::words_before("รหัส GCC-AB2L-EFGH")]
    #[case::glued_to_thai("รหัสGCC-AB2L-EFGHครับ")]
    #[case::words_after("GCC-AB2L-EFGH ครับ")]
    #[case::latin_words_around("the code is GCC-AB2L-EFGH thanks")]
    #[case::with_blanks_after_the_word("รหัส gcc ab2l efgh ครับ")]
    #[case::a_name_before_that_was_no_mention("@GCC Relay GCC-AB2L-EFGH")]
    #[case::thai_digit("GCC-AB๒L-EFGH")]
    #[case::wide_letters("ＧＣＣ－ＡＢ２Ｌ－ＥＦＧＨ")]
    #[case::one_for_l("GCC-AB21-EFGH")]
    #[case::i_for_l("gcc-ab2i-efgh")]
    #[case::unseen_characters("\u{200b}GCC-AB\u{200d}2L-EFGH\u{feff}")]
    #[case::in_quotation_marks("“GCC-AB2L-EFGH”")]
    #[case::twice("GCC-AB2L-EFGH GCC-AB2L-EFGH")]
    fn a_code_is_found_however_it_is_typed(#[case] typed: &str) {
        assert_eq!(JoinCode::read(typed, false), TypedCode::Code(code()));
    }

    #[test]
    fn every_code_is_found_as_it_is_shown() {
        for _ in 0..1_000 {
            let code = JoinCode::generate();
            assert_eq!(JoinCode::read(&code.to_string(), false), TypedCode::Code(code));
        }
    }

    #[rstest]
    #[case::a_letter_that_no_code_has("GCC-ABO2-EFGH")]
    #[case::nought("รหัส GCC-AB02-EFGH ค่ะ")]
    #[case::a_letter_missing("GCC-AB2-EFGH")]
    #[case::a_letter_too_many("GCC-AB2LL-EFGH")]
    fn a_misspelt_code_is_known_as_one(#[case] typed: &str) {
        assert_eq!(JoinCode::read(typed, false), TypedCode::Misspelt);
    }

    #[rstest]
    #[case::empty("")]
    #[case::thanks("รับทราบ")]
    #[case::the_name("GCC")]
    #[case::a_groups_name("GCC3-ลำพูน-พาณิชย์")]
    #[case::too_short("ขอสอบถามเรื่องเบี้ยเลี้ยงครับ GCC-2345 โทรหาผมได้")]
    #[case::another_prefix("XYZ-2345-ABCD")]
    #[case::a_meeting("GCC meeting at 10")]
    #[case::two_codes("GCC-AB2L-EFGH ลำพูน, GCC-WXYZ-2345 เชียงใหม่")]
    #[case::across_other_words("GCC-AB2L แล้ว EFGH")]
    #[case::a_number("GCC-2024-000123")]
    fn what_people_write_otherwise_is_no_code(#[case] text: &str) {
        assert_eq!(JoinCode::read(text, false), TypedCode::Nothing);
    }

    #[rstest]
    #[case("please GCC send data today")]
    #[case("GCC send data")]
    #[case("ประชุม GCC NEWS 2569 พรุ่งนี้")]
    fn what_may_be_a_code_by_chance_is_not_certainly_one(#[case] text: &str) {
        assert!(matches!(JoinCode::read(text, false), TypedCode::Perhaps(_)), "{:?}", JoinCode::read(text, false));
    }

    #[test]
    fn who_speaks_to_the_account_means_a_code() {
        assert!(matches!(JoinCode::read("GCC NEWS 2569 ครับ", true), TypedCode::Code(_)));
    }

    #[test]
    fn a_long_message_is_no_code() {
        let text = format!("{} GCC-AB2L-EFGH", "ก".repeat(300));
        assert_eq!(JoinCode::read(&text, true), TypedCode::Nothing);
    }
}

//! Normalises Thai text, so that what looks the same is the same when it is compared, looked up or searched for.
//!
//! Thai comes out of keyboards, spreadsheets and PDF files in many encodings of the same word. `ำ` may be one character
//! or two, with a tone mark before, between or after; `แ` may be two `เ`; a PDF puts a blank in the place of a mark or
//! loses half of `ำ`; old fonts have characters of their own for marks; zero-width characters stand anywhere. Unicode's
//! own normal forms leave nearly all of this as it is: most Thai marks have the combining class 0, so that NFC does not
//! order them, and NFKC takes `ำ` apart.
//!
//! [`normal_form`] is for comparing only. What people wrote is kept and shown as they wrote it; the exceptions are codes
//! and user names, which are kept in this form so that two that look the same are the same. [`compare_form`] goes further
//! for names and for searching: letter case and blanks make no difference there.
//!
//! Used by codes, user names, provinces, dates, letter numbers, secrecy classes, one-time codes, file cells and searches.
//! A password never goes through it: its hash could not follow a change of these rules.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// How often a text with marks of other scripts is gone over again.
const MOST_TURNS: usize = 3;
const SARA_A: char = '\u{e30}';
const SARA_AA: char = '\u{e32}';
const SARA_AM: char = '\u{e33}';
const SARA_I: char = '\u{e34}';
const SARA_UE: char = '\u{e36}';
const SARA_E: char = 'เ';
const SARA_AE: char = 'แ';
/// The long stroke that only `ฤ` and `ฦ` take; after any other letter it is a `า` that looks like it.
const LAKKHANGYAO: char = '\u{e45}';
const NIKHAHIT: char = '\u{e4d}';
/// What stands in for a letter where a mark is shown alone.
const DOTTED_CIRCLE: char = '◌';

/// `text` in the one spelling that is compared.
///
/// Thai marks are complete, in one order and not doubled; letters, digits, blanks, dashes and quotation marks are the
/// plain ASCII ones; what cannot be seen is gone; several blanks are one. Line breaks stay. Applying it twice is the same
/// as once.
#[must_use]
pub fn normal_form(text: &str) -> String {
    // most codes and numbers, of which a tree file has hundreds of thousands
    if text.is_ascii() && !text.contains("  ") && !text.bytes().any(|byte| byte.is_ascii_control()) {
        return text.to_owned();
    }
    let mut form = spell(text);
    // a mark of another script may change its place once the Thai marks beside it have
    for _ in 0..MOST_TURNS {
        let of_another_script = |letter| !is_mark(letter) && canonical_combining_class(letter) != 0;
        if !form.chars().any(of_another_script) {
            break;
        }
        form = spell(&form);
    }
    form
}

/// Goes over `text` once.
fn spell(text: &str) -> String {
    // before NFKC, as what cannot be seen keeps letters and their marks apart
    let seen = text.chars().filter(|&letter| !is_unseen(letter));
    let mut speller = Speller::with_capacity(text.len());
    let mut after_return = false;
    for letter in seen.nfkc() {
        let plain = plain_letter(letter);
        // the two characters that end a line in files of Windows are one line break
        if !(after_return && letter == '\n') {
            speller.take(plain);
        }
        after_return = letter == '\r';
    }
    speller.finish()
}

/// [`normal_form`] without letter case, blanks and line breaks: how names and searched texts are compared.
#[must_use]
pub fn compare_form(text: &str) -> String {
    normal_form(text).chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// `text` without the blanks and unseen characters at its ends; signs that belong to the picture before them stay.
#[must_use]
pub fn trim_unseen(text: &str) -> &str {
    let of_picture = |letter| matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}');
    text.trim_matches(|letter: char| letter.is_whitespace() || (is_unseen(letter) && !of_picture(letter)))
}

/// Characters that take no room: zero-width ones, byte order marks, soft hyphens, direction and variation signs.
pub(crate) fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The plain character that `letter` stands for.
fn plain_letter(letter: char) -> char {
    match letter {
        '๐'..='๙' => char::from_digit(u32::from(letter) - u32::from('๐'), 10).unwrap_or(letter),
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        _ if letter.is_whitespace() => ' ',
        '\u{2d7}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' => '-',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' => '/',
        '\u{2018}'..='\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' => '"',
        _ => of_old_font(letter).unwrap_or(letter),
    }
}

/// What a private-use character of old Thai fonts stands for: those of Windows (U+F700 to U+F71A) and of the Macintosh
/// (U+F884 to U+F89E) have a character for each place that a mark can take.
fn of_old_font(letter: char) -> Option<char> {
    Some(match letter {
        '\u{f700}' | '\u{f89e}' => 'ฐ',
        '\u{f70f}' | '\u{f89a}' => 'ญ',
        '\u{f710}' | '\u{f884}' => '\u{e31}',
        '\u{f701}' | '\u{f885}' => '\u{e34}',
        '\u{f702}' | '\u{f886}' => '\u{e35}',
        '\u{f703}' | '\u{f887}' => '\u{e36}',
        '\u{f704}' | '\u{f888}' => '\u{e37}',
        '\u{f718}' | '\u{f89b}' => '\u{e38}',
        '\u{f719}' | '\u{f89c}' => '\u{e39}',
        '\u{f71a}' | '\u{f89d}' => '\u{e3a}',
        '\u{f712}' | '\u{f889}' => '\u{e47}',
        '\u{f705}' | '\u{f70a}' | '\u{f713}' | '\u{f88a}'..='\u{f88c}' => '\u{e48}',
        '\u{f706}' | '\u{f70b}' | '\u{f714}' | '\u{f88d}'..='\u{f88f}' => '\u{e49}',
        '\u{f707}' | '\u{f70c}' | '\u{f715}' | '\u{f890}'..='\u{f892}' => '\u{e4a}',
        '\u{f708}' | '\u{f70d}' | '\u{f716}' | '\u{f893}'..='\u{f895}' => '\u{e4b}',
        '\u{f709}' | '\u{f70e}' | '\u{f717}' | '\u{f896}'..='\u{f898}' => '\u{e4c}',
        '\u{f711}' | '\u{f899}' => NIKHAHIT,
        _ => return None,
    })
}

/// Vowels and signs that stand above or below a letter, before tone marks and the sign of silence, by code.
fn order_of_mark(mark: char) -> (bool, char) {
    (matches!(mark, '\u{e48}'..='\u{e4c}' | '\u{e4e}'), mark)
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

fn is_consonant(letter: char) -> bool {
    ('ก'..='ฮ').contains(&letter)
}

/// Puts letters down one after the other, the marks of a letter and the vowel after it together.
struct Speller {
    out: String,
    /// The marks above and below the last letter, in the order in which they came.
    marks: Vec<char>,
    /// The `ะ` or `า` after it.
    vowel: Option<char>,
    /// Blanks and dotted circles that are kept only if no mark follows.
    gap: String,
}

impl Speller {
    fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), marks: Vec::new(), vowel: None, gap: String::new() }
    }

    fn take(&mut self, letter: char) {
        match letter {
            ' ' if self.gap.ends_with(' ') => {}
            ' ' | DOTTED_CIRCLE => self.gap.push(letter),
            SARA_AM => {
                self.take_mark(NIKHAHIT);
                self.take_vowel(SARA_AA);
            }
            LAKKHANGYAO => self.take_vowel(SARA_AA),
            SARA_A | SARA_AA => self.take_vowel(letter),
            _ if is_mark(letter) => self.take_mark(letter),
            _ => self.take_letter(letter),
        }
    }

    /// Whether a mark or vowel can belong to what is there already.
    fn has_letter(&self) -> bool {
        !self.marks.is_empty() || self.vowel.is_some() || self.out.ends_with(is_consonant)
    }

    fn take_mark(&mut self, mark: char) {
        if self.has_letter() {
            // no word begins with a mark, so the blank is a PDF's
            self.gap.clear();
        } else {
            self.put_gap();
        }
        self.marks.push(mark);
    }

    fn take_vowel(&mut self, vowel: char) {
        let belongs = self.vowel.is_none() && self.has_letter();
        let short = vowel == SARA_A || self.takes_long_stroke();
        if !belongs || (short && !self.gap.is_empty()) {
            self.close();
            self.put_gap();
            self.out.push(vowel);
            return;
        }
        if self.gap.contains(' ') {
            // no word begins with `า`: the blank stands where a PDF lost the ring of `ำ`
            self.marks.push(NIKHAHIT);
        }
        self.gap.clear();
        self.vowel = Some(vowel);
    }

    fn take_letter(&mut self, letter: char) {
        self.close();
        if letter == SARA_E && self.gap.is_empty() && self.out.ends_with(SARA_E) {
            self.out.pop();
            self.out.push(SARA_AE);
        } else {
            self.put_gap();
            self.out.push(letter);
        }
    }

    fn put_gap(&mut self) {
        self.out.push_str(&self.gap);
        self.gap.clear();
    }

    /// Whether the last letter is one that takes the long stroke instead of `า`.
    fn takes_long_stroke(&self) -> bool {
        self.marks.is_empty() && self.out.ends_with(['ฤ', 'ฦ'])
    }

    /// Puts down the marks and the vowel of the last letter.
    fn close(&mut self) {
        let long_stroke = self.takes_long_stroke();
        let mut vowel = self.vowel.take();
        if vowel == Some(SARA_AA) && self.marks.contains(&NIKHAHIT) {
            self.marks.retain(|&mark| mark != NIKHAHIT);
            vowel = Some(SARA_AM);
        } else if self.marks.contains(&NIKHAHIT) && self.marks.contains(&SARA_I) {
            self.marks.retain(|mark| ![NIKHAHIT, SARA_I].contains(mark));
            self.marks.push(SARA_UE);
        } else if vowel == Some(SARA_AA) && long_stroke {
            vowel = Some(LAKKHANGYAO);
        }
        self.marks.sort_unstable_by_key(|&mark| order_of_mark(mark));
        self.marks.dedup();
        self.out.extend(self.marks.drain(..));
        self.out.extend(vowel);
    }

    fn finish(mut self) -> String {
        self.close();
        self.put_gap();
        self.out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one_character("ล\u{e33}พูน")]
    #[case::ring_and_aa("ล\u{e4d}\u{e32}พูน")]
    #[case::ring_and_long_stroke("ล\u{e4d}\u{e45}พูน")]
    #[case::ring_after("ล\u{e32}\u{e4d}พูน")]
    #[case::ring_twice("ล\u{e4d}\u{e33}พูน")]
    #[case::pdf_lost_the_ring("ล \u{e32}พูน")]
    #[case::pdf_blank_before("ล \u{e33}พูน")]
    #[case::pdf_hard_blank("ล\u{a0}\u{e33}พูน")]
    #[case::circle("ล◌\u{e33}พู◌\u{e39}น")]
    #[case::zero_width("\u{feff}ล\u{200b}\u{e4d}\u{200d}\u{e32}พ\u{2060}ู\u{ad}น\u{200c}")]
    #[case::old_windows_font("ล\u{f711}\u{e32}พ\u{f719}น")]
    #[case::old_macintosh_font("ล\u{f899}\u{e32}พ\u{f89c}น")]
    #[case::doubled_mark("ลำพูู\u{e39}น")]
    fn lamphun_is_lamphun_however_it_is_encoded(#[case] text: &str) {
        assert_eq!(normal_form(text), "ลำพูน", "{}", text.escape_unicode());
    }

    #[rstest]
    #[case::tone_between("น\u{e4d}\u{e49}\u{e32}", "น\u{e49}\u{e33}")]
    #[case::tone_before("น\u{e49}\u{e4d}\u{e32}", "น\u{e49}\u{e33}")]
    #[case::tone_after("น\u{e33}\u{e49}", "น\u{e49}\u{e33}")]
    #[case::tone_after_two("น\u{e4d}\u{e32}\u{e49}", "น\u{e49}\u{e33}")]
    #[case::pdf_lost_the_ring("น\u{e49} \u{e32}", "น\u{e49}\u{e33}")]
    #[case::tone_after_aa("ข\u{e32}\u{e49}ว", "ข\u{e49}\u{e32}ว")]
    #[case::tone_after_a("จ\u{e30}\u{e4a}", "จ\u{e4a}\u{e30}")]
    #[case::tone_before_vowel("ท\u{e48}\u{e35}", "ท\u{e35}\u{e48}")]
    #[case::tone_before_vowel_below("อย\u{e48}\u{e39}", "อย\u{e39}\u{e48}")]
    #[case::silence_before_vowel("สิทธ\u{e4c}\u{e34}", "สิทธ\u{e34}\u{e4c}")]
    #[case::pdf_blank("ท\u{e35} \u{e48}", "ท\u{e35}\u{e48}")]
    #[case::ring_and_i("ก\u{e34}\u{e4d}", "ก\u{e36}")]
    #[case::two_e("เ\u{e40}พร\u{e48}", "แพร\u{e48}")]
    #[case::two_e_apart("เ\u{200b}เพร\u{e48}", "แพร\u{e48}")]
    #[case::long_stroke("ฤ\u{e45}ษี", "ฤ\u{e45}ษี")]
    #[case::aa_for_long_stroke("ฤ\u{e32}ษี", "ฤ\u{e45}ษี")]
    #[case::long_stroke_for_aa("ภ\u{e45}ษี", "ภ\u{e32}ษี")]
    #[case::long_stroke_of_lu("ฦ\u{e32}", "ฦ\u{e45}")]
    fn marks_have_one_order_and_vowels_one_form(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(normal_form(text), expected, "{}", normal_form(text).escape_unicode());
    }

    #[rstest]
    #[case("๐๑๒๓๔๕๖๗๘๙", "0123456789")]
    #[case("５１", "51")]
    #[case("ＴＨ－５１", "TH-51")]
    #[case("a\u{2013}b\u{2014}c\u{2011}d\u{2212}e", "a-b-c-d-e")]
    #[case("a\u{a0}\u{3000}\t b", "a b")]
    #[case("มท ๐๒๐๖.๒／ว", "มท 0206.2/ว")]
    #[case("a\r\nb\rc\u{2028}d\n\ne", "a\nb\nc\nd\n\ne")]
    #[case("\u{2018}a\u{2019} \u{201c}b\u{201d}", "'a' \"b\"")]
    #[case("e\u{301}", "é")]
    fn digits_blanks_dashes_and_breaks_are_the_plain_ones(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(normal_form(text), expected);
    }

    #[rstest]
    #[case("ประชุม อาคาร")]
    #[case("มา อา กา")]
    #[case("เอกสาร และ เรื่อง")]
    #[case("ก ะ")]
    #[case("◌ ก")]
    #[case("เ เ")]
    #[case("ๆ ฯลฯ")]
    fn what_is_one_spelling_already_stays(#[case] text: &str) {
        assert_eq!(normal_form(text), text);
    }

    #[test]
    fn marks_of_other_scripts_among_thai_ones_come_to_rest() {
        let once = normal_form("น(5\u{d4d}\u{e4d}\u{e49}\u{e4d}\u{d4d}\u{e72}");
        assert_eq!(normal_form(&once), once);
    }

    #[test]
    fn different_words_stay_different() {
        let words =
            ["มา", "ม้า", "หมา", "มะ", "ไม", "ใม", "ลำ", "ลา", "กึ", "กิ", "กี", "กื", "ขา", "ฃา", "เแ", "แ", "ฤๅ", "ฤ"];
        let mut forms: Vec<String> = words.into_iter().map(compare_form).collect();
        forms.sort();
        forms.dedup();
        assert_eq!(forms.len(), words.len());
    }

    #[test]
    fn every_private_character_of_the_old_fonts_is_known() {
        for letter in ('\u{f700}'..='\u{f71a}').chain('\u{f884}'..='\u{f89e}') {
            assert!(of_old_font(letter).is_some_and(|plain| is_mark(plain) || is_consonant(plain)), "{letter:?}");
        }
    }

    #[test]
    fn names_are_compared_without_case_and_blanks() {
        assert_eq!(compare_form(" Lop  Buri\n"), compare_form("LOPBURI"));
        assert_eq!(trim_unseen("\u{feff}\u{a0} ลำพูน \u{200b}\n"), "ลำพูน");
        assert_eq!(trim_unseen("ขอบคุณ ❤\u{fe0f} "), "ขอบคุณ ❤\u{fe0f}");
    }

    /// Texts of what Thai encodings are made of, far denser than texts really are.
    #[expect(clippy::unicode_not_nfc, reason = "texts that nobody has put in order are what is tried")]
    pub(crate) fn odd_thai() -> impl Strategy<Value = String> {
        "[กนลฤอเแโาำๅะิีึัฺุู็่้์ํ๎๐๙a-zA 0-9/\u{2013}\u{200b}\u{feff}\u{a0}◌\u{f70a}\u{f711}\u{f71a}\r\n]{0,24}"
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own_normal_form(thai in odd_thai(), text in any::<String>()) {
            for text in [thai, text] {
                let once = normal_form(&text);
                prop_assert_eq!(normal_form(&once), once.as_str(), "{}", text.escape_unicode());
                let compared = compare_form(&text);
                prop_assert!(!compared.chars().any(char::is_whitespace));
            }
        }

        #[test]
        fn marks_of_a_letter_may_come_in_any_order(letter in "[กนลพ]", marks in "[ิีุู]?[่้์]?ํ?", seed in any::<u64>()) {
            let mut turned: Vec<char> = marks.chars().collect();
            let by = usize::try_from(seed % 7).expect("small");
            let by = by.min(turned.len());
            turned.rotate_left(by);
            let turned: String = turned.into_iter().collect();
            prop_assert_eq!(normal_form(&format!("{letter}{turned}า")), normal_form(&format!("{letter}{marks}า")));
        }

        #[test]
        fn unseen_characters_make_no_difference(text in "[ก-ฮเ-ไa-z ]{1,10}", at in 0_usize..10, unseen in "[\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}]") {
            let mut letters: Vec<char> = text.chars().collect();
            letters.splice(at.min(letters.len())..at.min(letters.len()), unseen.chars());
            prop_assert_eq!(normal_form(&letters.into_iter().collect::<String>()), normal_form(&text));
        }
    }
}

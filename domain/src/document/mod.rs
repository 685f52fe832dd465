//! The number of an official letter: `ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐`.
//!
//! A bulletin often passes a letter on, and people find it again by the letter's number. Numbers reach
//! us typed or transcribed, and some are wrong or half empty: the seed of this module is a letter
//! headed `ฉข ๐๐๑๗.๓/ว น๐๑๐`, from a province whose code is `ฉช`. The rule is that a number is kept
//! exactly as given and **never corrected**; what looks wrong is said beside it as a [`Doubt`], for a
//! person to settle against the original. [`NumberParts`] holds what could be read for certain.
//!
//! Shape (Rule on Correspondence 2526, annex 1): consonant code of the ministry or province, code of
//! the owning unit, a stroke, `ว` on a circular, the number in the outgoing register. The register
//! starts again every calendar year, so a number identifies a letter only with its year.
//!
//! Called where drafts are made (API and form) and where bulletins are shown.

mod doubt;
mod scan;

use jiff::civil::Date;
use serde::Serialize;

pub use doubt::Doubt;

use super::national;
use super::thai::{Digits, buddhist_year, trim_unseen};

/// The most characters a number may have; real ones have under thirty.
pub const MAX_CHARACTERS: usize = 100;

/// A letter's number as it was given, and what could be read of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DocumentNumber {
    /// As given, outer blanks removed.
    #[schema(example = "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐")]
    raw: String,
    /// None where the text does not have the shape of a number at all.
    parts: Option<NumberParts>,
    /// What a person should check against the original, in a fixed order; empty if nothing.
    doubts: Vec<Doubt>,
}

/// The parts of a number that could be read, in Arabic digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
pub struct NumberParts {
    /// Consonant code of the ministry or province.
    #[schema(example = "มท")]
    pub prefix: String,
    /// Code of the unit that owns the letter.
    #[schema(example = "0206.2")]
    pub office_code: Option<String>,
    /// Whether it is a circular (`ว`), which has a register of its own.
    pub circular: bool,
    /// Number in the register of outgoing letters.
    #[schema(example = 1620)]
    pub running_number: Option<u32>,
    /// Buddhist-era year of the letter, which is the register's.
    #[schema(example = 2561)]
    pub year: Option<i16>,
}

/// Why a text cannot even be kept as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDocumentNumber {
    /// Nothing there.
    #[error("must not be empty")]
    Empty,
    /// More than [`MAX_CHARACTERS`].
    #[error("must be at most {MAX_CHARACTERS} characters long")]
    TooLong,
    /// A line break, a tab or another control character.
    #[error("must not hold line breaks or other control characters")]
    ControlCharacter,
}

impl DocumentNumber {
    /// Keeps `raw` and reads what it can of it; `date` is the letter's own, if known.
    ///
    /// # Errors
    /// Only for what cannot be kept on one line: see [`BadDocumentNumber`]. Everything else is a doubt.
    pub fn parse(raw: &str, date: Option<Date>) -> Result<Self, BadDocumentNumber> {
        let raw = trim_unseen(raw);
        if raw.is_empty() {
            return Err(BadDocumentNumber::Empty);
        }
        if raw.chars().count() > MAX_CHARACTERS {
            return Err(BadDocumentNumber::TooLong);
        }
        if raw.chars().any(char::is_control) {
            return Err(BadDocumentNumber::ControlCharacter);
        }
        let (parts, mut doubts) = scan::scan(raw);
        let parts = parts.map(|parts| NumberParts { year: date.map(buddhist_year), ..parts });
        if parts.as_ref().is_some_and(|parts| !national::knows_prefix(&parts.prefix)) {
            doubts.push(Doubt::UnknownPrefix);
        }
        if date.is_none() {
            doubts.push(Doubt::DateMissing);
        }
        doubts.sort_unstable();
        doubts.dedup();
        Ok(Self { raw: raw.to_owned(), parts, doubts })
    }

    /// The number as it was given.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// What could be read of it.
    #[must_use]
    pub fn parts(&self) -> Option<&NumberParts> {
        self.parts.as_ref()
    }

    /// What a person should check against the original.
    #[must_use]
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// Whether nothing is in doubt, so that parts and year identify one letter.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.doubts.is_empty()
    }

    /// The number in its usual form without the year, `มท ๐๒๐๖.๒/ว ๑๖๒๐`; none while a part is missing.
    #[must_use]
    pub fn format(&self, digits: Digits) -> Option<String> {
        let parts = self.parts.as_ref()?;
        let (office_code, number) = (parts.office_code.as_ref()?, parts.running_number?);
        let mark = if parts.circular { "ว " } else { "" };
        Some(digits.write(&format!("{} {office_code}/{mark}{number}", parts.prefix)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::thai::parse_date;

    fn read(raw: &str, date: &str) -> DocumentNumber {
        DocumentNumber::parse(raw, parse_date(date).ok()).expect("can be kept")
    }

    fn parts(number: &DocumentNumber) -> (&str, Option<&str>, bool, Option<u32>, Option<i16>) {
        let p = number.parts().expect("has the shape of a number");
        (&p.prefix, p.office_code.as_deref(), p.circular, p.running_number, p.year)
    }

    #[test]
    fn the_letter_that_founded_gcc_is_read_without_doubt() {
        let number = read("ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐", "๒๓ มีนาคม ๒๕๖๑");
        assert_eq!(parts(&number), ("มท", Some("0206.2"), true, Some(1620), Some(2561)));
        assert!(number.is_certain());
        assert_eq!(number.format(Digits::Thai).as_deref(), Some("มท ๐๒๐๖.๒/ว ๑๖๒๐"));
    }

    #[test]
    fn an_office_code_need_not_have_a_dot() {
        let number = read("ที่ นร ๐๕๐๕/ว ๕๐๐", "๒๒ ตุลาคม ๒๕๖๓");
        assert_eq!(parts(&number), ("นร", Some("0505"), true, Some(500), Some(2563)));
        assert!(number.is_certain());
    }

    #[test]
    fn an_undated_letter_without_a_number_keeps_what_it_has() {
        let number = read("ที่ ลพ ๐๐๑๗.๒/ว", "");
        assert_eq!(parts(&number), ("ลพ", Some("0017.2"), true, None, None));
        assert_eq!(number.doubts(), [Doubt::NumberMissing, Doubt::DateMissing]);
        assert_eq!(number.format(Digits::Arabic), None);
    }

    #[test]
    fn a_wrong_province_code_and_a_letter_among_digits_are_warned_of() {
        let number = read("ที่ ฉข ๐๐๑๗.๓/ว น๐๑๐", "๑๕ ธันวาคม ๒๕๖๐");
        assert_eq!(number.raw(), "ที่ ฉข ๐๐๑๗.๓/ว น๐๑๐");
        assert_eq!(parts(&number), ("ฉข", Some("0017.3"), true, None, Some(2560)));
        assert_eq!(number.doubts(), [Doubt::UnknownPrefix, Doubt::LetterInDigits]);
    }

    #[rstest]
    #[case("มท0206.2/ว1620", true, Some(1620))]
    #[case("มท ๐๒๐๖.๒/๑๖๒๐", false, Some(1620))]
    #[case("ที่มท 0206.2.15 / ว 1", true, Some(1))]
    #[case("ลพ 52001/7", false, Some(7))]
    fn spacing_and_the_circular_mark_are_free(
        #[case] raw: &str,
        #[case] circular: bool,
        #[case] running_number: Option<u32>,
    ) {
        let number = read(raw, "23 มี.ค. 2561");
        assert!(number.is_certain(), "{number:?}");
        assert_eq!((parts(&number).2, parts(&number).3), (circular, running_number));
    }

    #[rstest]
    #[case("ท\u{e48}\u{e35}\u{a0}มท\u{200b} ๐๒๐๖.๒\u{2044}ว ๑๖๒๐")]
    #[case("ท\u{f702}\u{f713} มท ０２０６．２／ว １６２０")]
    #[case("\u{feff}ที ่ มท 0206.2/ว 1620")]
    fn a_number_is_read_however_it_is_encoded_and_kept_as_it_was_written(#[case] raw: &str) {
        let number = read(raw, "23 มี.ค. 2561");
        assert_eq!(parts(&number), ("มท", Some("0206.2"), true, Some(1620), Some(2561)), "{number:?}");
        assert_eq!(number.raw(), raw.trim_start_matches('\u{feff}'));
        assert!(number.is_certain());
    }

    #[rstest]
    fn what_is_no_number_is_kept_but_not_taken_apart(
        #[values(
            "หนังสือด่วนที่สุด",
            "1620/2561",
            "มท/ว 5",
            "มท 02/1",
            "มท 0206..2/1",
            "มท 0206/ว ๑๖๒๐ ลงวันที่",
            "มท 0206/1/2",
            "มท 0206/9999999999"
        )]
        raw: &str,
    ) {
        let number = read(raw, "23 มี.ค. 2561");
        assert_eq!((number.raw(), number.parts(), number.doubts()), (raw, None, &[Doubt::Unreadable][..]));
    }

    #[test]
    fn what_does_not_fit_on_one_line_is_refused() {
        assert_eq!(DocumentNumber::parse("  ", None), Err(BadDocumentNumber::Empty));
        assert_eq!(DocumentNumber::parse(&"ก".repeat(101), None), Err(BadDocumentNumber::TooLong));
        assert_eq!(DocumentNumber::parse("มท\n0206", None), Err(BadDocumentNumber::ControlCharacter));
    }

    #[test]
    fn json_says_all_of_it() {
        let json = serde_json::to_value(read("ที่ ลพ ๐๐๑๗.๒/ว", "")).expect("is JSON");
        let parts = serde_json::json!({
            "prefix": "ลพ", "office_code": "0017.2", "circular": true, "running_number": null, "year": null
        });
        let doubts = ["number_missing", "date_missing"];
        assert_eq!(json, serde_json::json!({"raw": "ที่ ลพ ๐๐๑๗.๒/ว", "parts": parts, "doubts": doubts}));
    }

    proptest! {
        #[test]
        fn a_number_written_is_read_back(
            office in "[0-9]{4,5}(\\.[0-9]{1,2}){0,2}",
            circular: bool,
            running_number in 0_u32..1_000_000_000,
        ) {
            let mark = if circular { "ว " } else { "" };
            let usual = format!("มท {office}/{mark}{running_number}");
            for digits in [Digits::Thai, Digits::Arabic] {
                let number = read(&format!("ที่ {}", digits.write(&usual)), "1 ม.ค. 2561");
                prop_assert!(number.is_certain());
                prop_assert_eq!(number.format(Digits::Arabic), Some(usual.clone()));
            }
        }

        #[test]
        fn whatever_is_kept_is_kept_as_given(raw in "[ก-ฮ๐-๙0-9./ ]{1,40}") {
            if let Ok(number) = DocumentNumber::parse(&raw, None) {
                prop_assert_eq!(number.raw(), raw.trim());
                prop_assert!(number.doubts().contains(&Doubt::DateMissing));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(raw in any::<String>()) {
            let _ = DocumentNumber::parse(&raw, None);
        }
    }
}

//! Telephone numbers as Thai forms have them: Thai or Arabic digits, hyphens or blanks anywhere, an extension behind `ต่อ`.
//!
//! A fixed line has nine digits (`๐-๕๓๕๑-๑๑๙๒`), a mobile one ten (`๐๘๑-๒๓๔-๕๖๗๘`); a row of fixed lines is written with the last
//! digit of the last one (`๐ ๒๒๒๒ ๔๑๓๑-๒`). Each has one normal form here, so that two spellings of a number are one number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::spreadsheet::Damage;
use super::text::is_forbidden;
use super::thai::{normal_form, trim_unseen};

/// The longest text that is looked at, in characters.
const LONGEST: usize = 60;
/// What stands before an extension.
const EXTENSION_WORDS: [&str; 4] = ["ต่อ", "ext.", "ext", "#"];

/// A telephone number in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber {
    digits: String,
    /// The last digits of the last line of a row of lines.
    last_line: Option<String>,
    extension: Option<String>,
}

/// Why a text is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPhone {
    /// Not a Thai number.
    #[error(
        "is no Thai telephone number such as 0-5351-1192 or 081-234-5678, with an extension as in 0-2280-9000 ต่อ 1324"
    )]
    Shape,
    /// Not a mobile one.
    #[error("is no mobile number such as 081-234-5678")]
    NotMobile,
    /// A spreadsheet dropped its first digit.
    #[error("has lost the 0 at its beginning, as spreadsheets do; format the column as text")]
    ZeroDropped,
}

impl BadPhone {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Shape => "หมายเลขโทรศัพท์ไม่ถูกต้อง โปรดระบุเช่น ๐-๕๓๕๑-๑๑๙๒ หรือ ๐-๒๒๘๐-๙๐๐๐ ต่อ ๑๓๒๔",
            Self::NotMobile => "หมายเลขโทรศัพท์มือถือไม่ถูกต้อง โปรดระบุ ๑๐ หลัก เช่น ๐๘๑-๒๓๔-๕๖๗๘",
            Self::ZeroDropped => "เลข ๐ ตัวแรกของหมายเลขหายไป โปรดกำหนดรูปแบบคอลัมน์เป็นข้อความแล้วพิมพ์ใหม่",
        }
    }
}

/// The longest telephone number that is kept as it is written, in characters.
pub const LONGEST_WRITTEN: usize = 40;

/// Why a text is not kept as a telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWrittenPhone {
    /// Too long.
    #[error("must be a telephone number of at most {LONGEST_WRITTEN} characters")]
    TooLong,
    /// No digit in it.
    #[error("must be a telephone number")]
    NoDigit,
    /// A line break, or a mark that turns the direction of reading round.
    #[error("must be a telephone number on one line")]
    Unfit,
    /// A spreadsheet dropped its first digit.
    #[error("has lost the 0 at its beginning; type it with the 0, or with hyphens")]
    ZeroDropped,
}

/// Checks a telephone number that is kept as it is written, such as `๐ ๕๓๐๐ ๐๐๐๐ ต่อ ๑ (สายตรง)`: a steward's, in a form and in the
/// tree file alike.
///
/// # Errors
/// [`BadWrittenPhone`].
pub fn check_written(text: &str) -> Result<(), BadWrittenPhone> {
    let is_digit = |letter: char| letter.is_ascii_digit() || ('๐'..='๙').contains(&letter);
    if text.chars().count() > LONGEST_WRITTEN {
        Err(BadWrittenPhone::TooLong)
    } else if text.chars().any(is_forbidden) {
        Err(BadWrittenPhone::Unfit)
    } else if !text.chars().any(is_digit) {
        Err(BadWrittenPhone::NoDigit)
    } else if Damage::of_phone(text).is_some() {
        Err(BadWrittenPhone::ZeroDropped)
    } else {
        Ok(())
    }
}

impl PhoneNumber {
    /// Whether it is a mobile number.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        self.digits.len() == 10
    }

    /// The address by which a telephone dials it (RFC 3966).
    #[must_use]
    pub fn address(&self) -> String {
        let extension = self.extension.as_ref().map(|extension| format!(";ext={extension}")).unwrap_or_default();
        format!("tel:+66{}{extension}", self.digits.strip_prefix('0').unwrap_or(&self.digits))
    }

    /// The same, if it is a mobile number and nothing more.
    ///
    /// # Errors
    /// [`BadPhone::NotMobile`].
    pub fn mobile(self) -> Result<Self, BadPhone> {
        if self.is_mobile() && self.extension.is_none() { Ok(self) } else { Err(BadPhone::NotMobile) }
    }
}

impl FromStr for PhoneNumber {
    type Err = BadPhone;

    fn from_str(text: &str) -> Result<Self, BadPhone> {
        let text = normal_form(trim_unseen(text)).to_lowercase();
        if text.chars().count() > LONGEST {
            return Err(BadPhone::Shape);
        }
        if Damage::of_phone(&text).is_some() {
            return Err(BadPhone::ZeroDropped);
        }
        let (number, extension) = split_extension(&text)?;
        let number = number.trim();
        if let Some(digits) = read_digits(number).filter(|digits| is_number(digits)) {
            return Ok(Self { digits, last_line: None, extension });
        }
        let (first, last) = number.rsplit_once('-').ok_or(BadPhone::Shape)?;
        let digits = read_digits(first).filter(|digits| is_number(digits) && digits.len() == 9);
        let last = Some(last.trim()).filter(|last| (1..=2).contains(&last.len()) && is_all_digits(last));
        match (digits, last) {
            (Some(digits), Some(last)) => Ok(Self { digits, last_line: Some(last.to_owned()), extension }),
            _ => Err(BadPhone::Shape),
        }
    }
}

/// The text before an extension, and the extension.
fn split_extension(text: &str) -> Result<(&str, Option<String>), BadPhone> {
    let found = EXTENSION_WORDS.iter().find_map(|word| text.split_once(word));
    let Some((number, extension)) = found else { return Ok((text, None)) };
    let extension = extension.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if (1..=6).contains(&extension.len()) && is_all_digits(extension) {
        Ok((number, Some(extension.to_owned())))
    } else {
        Err(BadPhone::Shape)
    }
}

/// The digits of a number as it is dialled in the country; none where anything but digits and what sets them apart is in it.
fn read_digits(text: &str) -> Option<String> {
    let (abroad, rest) = text.strip_prefix("+66").map_or((false, text), |rest| (true, rest));
    if rest.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '(' | ')' | '.')) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    Some(if abroad && !digits.starts_with('0') { format!("0{digits}") } else { digits })
}

/// Nine digits of a fixed line, ten of a mobile one.
fn is_number(digits: &str) -> bool {
    let mut signs = digits.chars();
    matches!(
        (signs.next(), signs.next(), digits.len()),
        (Some('0'), Some('2'..='5' | '7'), 9) | (Some('0'), Some('6' | '8' | '9'), 10)
    )
}

fn is_all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // what has been read has nine or ten digits
        let cuts = if self.is_mobile() { [3, 6] } else { [1, 5] };
        let (first, rest) = self.digits.split_at(cuts[0].min(self.digits.len()));
        let (middle, last) = rest.split_at((cuts[1] - cuts[0]).min(rest.len()));
        write!(f, "{first}-{middle}-{last}")?;
        if let Some(last) = &self.last_line {
            write!(f, "-{last}")?;
        }
        if let Some(extension) = &self.extension {
            write!(f, " ต่อ {extension}")?;
        }
        Ok(())
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = BadPhone;

    fn try_from(text: String) -> Result<Self, BadPhone> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("๐-๕๓๕๑-๑๑๙๒", "0-5351-1192")]
    #[case("053 511 192", "0-5351-1192")]
    #[case("(053) 511192", "0-5351-1192")]
    #[case("๐ ๒๒๒๒ ๔๑๓๑-๒", "0-2222-4131-2")]
    #[case("๐ ๒๒๘๐ ๙๐๐๐ ต่อ ๑๓๒๔", "0-2280-9000 ต่อ 1324")]
    #[case("02-280-9000 ext. 1324", "0-2280-9000 ต่อ 1324")]
    #[case("02 280 9000 #15", "0-2280-9000 ต่อ 15")]
    #[case("๐๘๑-๒๓๔-๕๖๗๘", "081-234-5678")]
    #[case("0812345678", "081-234-5678")]
    #[case("+66 81 234 5678", "081-234-5678")]
    #[case("+66 (0)2 280 9000", "0-2280-9000")]
    fn every_spelling_of_a_number_has_one_form(#[case] typed: &str, #[case] form: &str) {
        assert_eq!(typed.parse::<PhoneNumber>().map(String::from), Ok(form.to_owned()));
    }

    #[rstest]
    #[case("", BadPhone::Shape)]
    #[case("1567", BadPhone::Shape)]
    #[case("081-234-567", BadPhone::Shape)]
    #[case("0-5351-11921", BadPhone::Shape)]
    #[case("053 511 192 ต่อ", BadPhone::Shape)]
    #[case("053 511 192 ต่อ 1324567", BadPhone::Shape)]
    #[case("081-234-5678-9", BadPhone::Shape)]
    #[case("โทร 053511192", BadPhone::Shape)]
    #[case("812345678", BadPhone::ZeroDropped)]
    fn what_is_no_number_is_refused(#[case] typed: &str, #[case] why: BadPhone) {
        assert_eq!(typed.parse::<PhoneNumber>(), Err(why), "{typed}");
    }

    #[rstest]
    #[case("๐ ๕๓๐๐ ๐๐๐๐ ต่อ ๑ (สายตรง)", Ok(()))]
    #[case("1567", Ok(()))]
    #[case("812345678", Err(BadWrittenPhone::ZeroDropped))]
    #[case("โทร", Err(BadWrittenPhone::NoDigit))]
    #[case("053\n511", Err(BadWrittenPhone::Unfit))]
    #[case("05300000000000000000000000000000000000000", Err(BadWrittenPhone::TooLong))]
    fn what_is_kept_as_it_is_written_has_digits_and_its_zero(
        #[case] typed: &str,
        #[case] good: Result<(), BadWrittenPhone>,
    ) {
        assert_eq!(check_written(typed), good, "{typed}");
    }

    #[test]
    fn a_number_is_dialled_with_its_extension() {
        let number: PhoneNumber = "๐ ๒๒๘๐ ๙๐๐๐ ต่อ ๑๓๒๔".parse().expect("a number");
        assert_eq!(number.address(), "tel:+6622809000;ext=1324");
    }

    #[test]
    fn a_fixed_line_is_no_mobile_number() {
        let fixed: PhoneNumber = "053511192".parse().expect("a number");
        assert_eq!(fixed.mobile(), Err(BadPhone::NotMobile));
        let mobile: PhoneNumber = "0812345678".parse().expect("a number");
        assert!(mobile.mobile().is_ok());
    }

    proptest! {
        #[test]
        fn the_normal_form_is_read_as_itself(text in "[0-9๐-๙ +().#ต่อ-]{0,24}") {
            if let Ok(number) = text.parse::<PhoneNumber>() {
                prop_assert_eq!(number.to_string().parse::<PhoneNumber>(), Ok(number));
            }
        }
    }
}

//! Cells that a spreadsheet would turn into something else, and the apostrophe that keeps them.
//!
//! Formulas that somebody typed as a name never run on whoever opens the file, and `+66 53 511 000`, `0812345678` and
//! `1-2` are not calculated, shortened or made a day of. The apostrophe is seen in the cell; taking it away is allowed.

use std::borrow::Cow;

use super::damage::Damage;

/// More digits than a spreadsheet keeps of a number.
const MOST_DIGITS: usize = 15;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The cell as it is written into a file: with an apostrophe before it where a spreadsheet would not keep the text.
#[must_use]
pub fn protect(text: &str) -> Cow<'_, str> {
    if is_changed(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell as it is read from a file: without the apostrophe that [`protect`] puts before it, and only that.
#[must_use]
pub fn restore(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_changed(text)).unwrap_or(cell)
}

/// Whether a spreadsheet would make something else of the text, or whoever reads the file would take it for spoilt; or of
/// what follows apostrophes that it has of its own: otherwise those could not be told from ours.
fn is_changed(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    if !text.is_ascii() {
        // no number and no day; most names are Thai
        return is_formula(text) || Damage::of_file(text).is_some();
    }
    is_formula(text) || is_number_of_another_form(text) || is_day(text) || Damage::of_file(text).is_some()
}

/// `=1+1`, `+66`, `-x`, `@SUM(A1)`, and a tab or return before them; but `-5` is a number and stays one.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        && !text.strip_prefix('-').is_some_and(is_plain_number)
}

/// Digits with at most one point among them.
fn is_plain_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.matches('.').count() <= 1
}

/// `0812345678` and `007.5` lose their zeros, `1234567890123456` its last digits, `1E5` and `1,234` their form.
fn is_number_of_another_form(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    if is_plain_number(text) {
        let whole = text.split('.').next().unwrap_or_default();
        return (whole.len() > 1 && whole.starts_with('0')) || text.len() > MOST_DIGITS;
    }
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    let grouped = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    (begins && grouped) || is_power(text)
}

/// `1E5`, `8.12e+08`: a number and the power of ten that it is to be multiplied by.
pub(super) fn is_power(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['E', 'e']) else { return false };
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    number.starts_with(|c: char| c.is_ascii_digit()) && digits(number) && !power.is_empty() && digits(power)
}

/// `1-2`, `3/4/61`, `1.2.3`, `mar1`, `1 March`; a day that begins with its year is the same day afterwards.
fn is_day(text: &str) -> bool {
    ['-', '/', '.'].into_iter().any(|joint| is_day_in_numbers(text, joint)) || is_day_with_month(text)
}

fn is_day_in_numbers(text: &str, joint: char) -> bool {
    let parts: Vec<&str> = text.split(joint).collect();
    let numbers = parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    let begins_with_year = parts.first().is_some_and(|part| part.len() == 4) && parts.len() == 3;
    let least = if joint == '.' { 3 } else { 2 };
    numbers && (least..=3).contains(&parts.len()) && !begins_with_year
}

fn is_day_with_month(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word: &str = lower.trim_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '/' | '.'));
    let month = word.len() >= 3 && MONTHS.iter().any(|month| *month == word || month.get(..3) == Some(word));
    month && lower.len() > word.len() && lower.len() <= word.len() + 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_change_is_protected() {
        for text in [
            "=1+1",
            "+66",
            "-1+2",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "-",
            "--1",
            "-1.2.3",
            "=HYPERLINK(\"x\")",
            "+66 53 511 000",
            "0812345678",
            "00",
            "-05",
            "1234567890123456",
            "1E5",
            "1.5e+10",
            "8,12E+08",
            "????",
            "1,234",
            "1-2",
            "3/4/61",
            "1.2.3",
            "mar1",
            "1-Mar",
            "'=1+1",
            "''01",
            "＝1+1",
        ] {
            assert_eq!(protect(text), format!("'{text}"));
            assert_eq!(restore(&protect(text)), text);
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "",
            "ลำพูน",
            "-5",
            "-0.25",
            "51",
            "0",
            "0.5",
            "12.50",
            "053-511000 ต่อ 12",
            "2026-11-28",
            "lpn-com",
            "1st",
            "'",
            "'a",
            "it's",
            "ว 1620",
            "C0123",
            "marketing1",
        ] {
            assert_eq!(protect(text), text);
            assert_eq!(restore(text), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_protected_is_restored(dense in "['=+@0-9.,/eE marMAR-]{0,12}", any in any::<String>()) {
            for text in [dense, any] {
                let cell = protect(&text);
                prop_assert_eq!(restore(&cell), text.as_str());
            }
        }

        #[test]
        fn no_cell_starts_a_formula(cell in "\\PC{0,20}") {
            let safe = protect(&cell);
            let number = safe.strip_prefix('-').is_some_and(is_plain_number);
            prop_assert!(number || !safe.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert!(safe.ends_with(&cell));
        }
    }
}

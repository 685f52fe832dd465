//! Buddhist-era dates as letters and stamps write them: `๑๕ ธันวาคม ๒๕๖๐`, `26 ต.ค. 2563`, `23 มี.ค. 61`.
//!
//! A date in words may say its weekday (`วันศุกร์ที่ ๒๓ มีนาคม ๒๕๖๑`); one that disagrees with the date
//! is an error, since one of the two must be wrong and nobody but a person can say which. Called where
//! a publisher types a letter's date, and wherever a date is shown.

use jiff::civil::{Date, Weekday};

use super::digits::Digits;
use super::form::normal_form;

/// What lies between a Buddhist-era year and the common one.
const ERA_OFFSET: i16 = 543;
/// From 2484 on the year begins in January; earlier dates cannot be turned by adding.
const YEARS: std::ops::RangeInclusive<i16> = 2484..=2999;

/// Full and short names, January first.
pub(crate) const MONTHS: [(&str, &str); 12] = [
    ("มกราคม", "ม.ค."),
    ("กุมภาพันธ์", "ก.พ."),
    ("มีนาคม", "มี.ค."),
    ("เมษายน", "เม.ย."),
    ("พฤษภาคม", "พ.ค."),
    ("มิถุนายน", "มิ.ย."),
    ("กรกฎาคม", "ก.ค."),
    ("สิงหาคม", "ส.ค."),
    ("กันยายน", "ก.ย."),
    ("ตุลาคม", "ต.ค."),
    ("พฤศจิกายน", "พ.ย."),
    ("ธันวาคม", "ธ.ค."),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("อาทิตย์", Weekday::Sunday),
    ("จันทร์", Weekday::Monday),
    ("อังคาร", Weekday::Tuesday),
    ("พุธ", Weekday::Wednesday),
    ("พฤหัสบดี", Weekday::Thursday),
    ("ศุกร์", Weekday::Friday),
    ("เสาร์", Weekday::Saturday),
];

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDate {
    /// Not day, month, year.
    #[error("is not a date such as \"23 มีนาคม 2561\" or \"23 มี.ค. 61\"")]
    Shape,
    /// The word between the numbers names no month.
    #[error("names no Thai month")]
    Month,
    /// Neither two digits nor a year from 2484 to 2999.
    #[error("needs a Buddhist-era year of two digits, or from 2484 to 2999")]
    Year,
    /// The month has no such day.
    #[error("is a day that the month does not have")]
    Day,
    /// The weekday and the date disagree.
    #[error("falls on another day of the week than it says")]
    Weekday,
}

impl BadDate {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Shape => "รูปแบบวันที่ไม่ถูกต้อง โปรดเขียนเช่น 23 มีนาคม 2561 หรือ 23/3/2561",
            Self::Month => "ไม่พบชื่อเดือนนี้",
            Self::Year => "โปรดใช้ปี พ.ศ. สี่หลัก เช่น 2561",
            Self::Day => "เดือนนี้ไม่มีวันที่ดังกล่าว",
            Self::Weekday => "วันในสัปดาห์ไม่ตรงกับวันที่",
        }
    }
}

/// The Buddhist-era year that `date` lies in.
#[must_use]
pub fn buddhist_year(date: Date) -> i16 {
    date.year() + ERA_OFFSET
}

/// The date with its month in full: `๒๓ มีนาคม ๒๕๖๑`.
#[must_use]
pub fn format_long_date(date: Date, digits: Digits) -> String {
    format_date(date, month_names(date).0, digits)
}

/// The date with its month abbreviated: `23 มี.ค. 2561`.
#[must_use]
pub fn format_short_date(date: Date, digits: Digits) -> String {
    format_date(date, month_names(date).1, digits)
}

/// Its month and year: `พฤศจิกายน 2569`.
#[must_use]
pub fn format_month(date: Date, digits: Digits) -> String {
    digits.write(&format!("{} {}", month_names(date).0, buddhist_year(date)))
}

fn format_date(date: Date, month: &str, digits: Digits) -> String {
    digits.write(&format!("{} {month} {}", date.day(), buddhist_year(date)))
}

fn month_names(date: Date) -> (&'static str, &'static str) {
    let index = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    MONTHS.get(index).copied().unwrap_or_default()
}

/// Reads a date in any of the forms letters use.
///
/// In any spelling (see [`normal_form`]); Thai or Arabic digits; the month in full or short, its dots and spaces optional; a year of four
/// digits, or of two, which mean 25xx; before it `วันที่` or the weekday, before the year `พ.ศ.`. In
/// numbers alone, `23/3/2561`, the day comes first and the year has four digits, so that no year of the
/// common era is taken for one of this.
///
/// # Errors
/// [`BadDate`] names the part at fault.
pub fn parse_date(text: &str) -> Result<Date, BadDate> {
    let text = normal_form(text);
    let (weekday, rest) = strip_weekday(text.trim());
    let (day, rest) = split_number(rest).ok_or(BadDate::Shape)?;
    let date = match read_numbers(rest) {
        Some((month, year)) => build_date(day, month?, year?)?,
        None if rest.trim_start().starts_with(['/', '-']) => return Err(BadDate::Shape),
        None => {
            let year_at = rest.find(|c: char| c.is_ascii_digit()).ok_or(BadDate::Shape)?;
            let (month, year) = rest.split_at(year_at);
            build_date(day, find_month(month)?, read_year(year)?)?
        }
    };
    if weekday.is_some_and(|said| said != date.weekday()) { Err(BadDate::Weekday) } else { Ok(date) }
}

/// Month and year after the day of a date in numbers alone; none where it is not one.
fn read_numbers(rest: &str) -> Option<(Result<i8, BadDate>, Result<i16, BadDate>)> {
    let rest = rest.trim_start();
    let joint = rest.chars().next().filter(|c| matches!(c, '/' | '-' | '.'))?;
    let (month, year) = rest[joint.len_utf8()..].split_once(joint)?;
    let (month, rest) = split_number(month.trim())?;
    let month = month.parse().ok().filter(|month| (1..=12).contains(month) && rest.is_empty()).ok_or(BadDate::Month);
    let year = year.trim();
    let year = if split_number(year).is_some_and(|(digits, _)| digits.len() != 4) {
        Err(BadDate::Year)
    } else {
        read_year(year)
    };
    Some((month, year))
}

fn build_date(day: &str, month: i8, buddhist_year: i16) -> Result<Date, BadDate> {
    let day = day.parse().map_err(|_| BadDate::Day)?;
    Date::new(buddhist_year - ERA_OFFSET, month, day).map_err(|_| BadDate::Day)
}

/// Takes `วันที่`, `วันศุกร์ที่` or `ศุกร์ที่` off the front.
fn strip_weekday(text: &str) -> (Option<Weekday>, &str) {
    let text = text.strip_prefix("วัน").unwrap_or(text).trim_start();
    let found = WEEKDAYS.iter().find_map(|&(name, day)| text.strip_prefix(name).map(|rest| (day, rest)));
    let (weekday, rest) = found.map_or((None, text), |(day, rest)| (Some(day), rest));
    let rest = rest.trim_start();
    (weekday, rest.strip_prefix("ที่").unwrap_or(rest).trim_start())
}

/// Splits leading Arabic digits off.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn find_month(words: &str) -> Result<i8, BadDate> {
    let bare = strip_dots(words);
    let name = bare.strip_suffix("พศ").unwrap_or(&bare);
    (1..)
        .zip(MONTHS)
        .find(|(_, (long, short))| name == *long || name == strip_dots(short))
        .map(|(n, _)| n)
        .ok_or(BadDate::Month)
}

fn strip_dots(text: &str) -> String {
    text.chars().filter(|c| *c != '.' && !c.is_whitespace()).collect()
}

fn read_year(text: &str) -> Result<i16, BadDate> {
    let (digits, rest) = split_number(text).ok_or(BadDate::Shape)?;
    if !rest.trim().is_empty() {
        return Err(BadDate::Shape);
    }
    let year: i16 = digits.parse().map_err(|_| BadDate::Year)?;
    match digits.len() {
        2 => Ok(2500 + year),
        4 if YEARS.contains(&year) => Ok(year),
        _ => Err(BadDate::Year),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("๒๓ มีนาคม ๒๕๖๑", date(2018, 3, 23))]
    #[case("๑๕ ธันวาคม ๒๕๖๐", date(2017, 12, 15))]
    #[case("๒๒ ตุลาคม ๒๕๖๓", date(2020, 10, 22))]
    #[case("15 ส.ค. 2560", date(2017, 8, 15))]
    #[case("26 ต.ค. 2563", date(2020, 10, 26))]
    #[case("23 มี.ค. 61", date(2018, 3, 23))]
    #[case("๑ มิย ๖๔", date(2021, 6, 1))]
    #[case("23มี.ค.2561", date(2018, 3, 23))]
    #[case("วันที่ ๒๖ มกราคม พ.ศ. ๒๕๖๑", date(2018, 1, 26))]
    #[case("วันศุกร์ที่ ๒๓ มีนาคม ๒๕๖๑", date(2018, 3, 23))]
    #[case("29 กุมภาพันธ์ 2567", date(2024, 2, 29))]
    #[case("23/3/2561", date(2018, 3, 23))]
    #[case("๒๓/๐๓/๒๕๖๑", date(2018, 3, 23))]
    #[case("1-12-2567", date(2024, 12, 1))]
    #[case("23 . 3 . 2561", date(2018, 3, 23))]
    #[case("\u{feff}๒๓\u{a0}ม\u{e35}นาคม\u{200b} ๒๕๖๑", date(2018, 3, 23))]
    #[case("๑ ก\u{e38} มภาพ\u{e31} นธ\u{e4c} ๒๕๖๑", date(2018, 2, 1))]
    #[case("วันท\u{e48}\u{e35} ๒๖ ม\u{f702}นาคม ２５６１", date(2018, 3, 26))]
    #[case("23\u{2013}3\u{2013}2561", date(2018, 3, 23))]
    fn the_forms_that_letters_use_are_read(#[case] text: &str, #[case] expected: Date) {
        assert_eq!(parse_date(text), Ok(expected));
    }

    #[rstest]
    #[case("", BadDate::Shape)]
    #[case("มีนาคม ๒๕๖๑", BadDate::Shape)]
    #[case("23 มีนาคม", BadDate::Shape)]
    #[case("23 มีนาคม 2561 ค่ำ", BadDate::Shape)]
    #[case("23 March 2018", BadDate::Month)]
    #[case("15 สิงหาคม 2017", BadDate::Year)]
    #[case("1 เมษายน 2460", BadDate::Year)]
    #[case("1 เมษายน 256", BadDate::Year)]
    #[case("31 เมษายน 2561", BadDate::Day)]
    #[case("23/3/2018", BadDate::Year)]
    #[case("23/3/61", BadDate::Year)]
    #[case("23/13/2561", BadDate::Month)]
    #[case("31/4/2561", BadDate::Day)]
    #[case("23/3", BadDate::Shape)]
    #[case("23/3/", BadDate::Shape)]
    #[case("29 ก.พ. 2561", BadDate::Day)]
    #[case("999 ก.พ. 2561", BadDate::Day)]
    #[case("วันพฤหัสบดีที่ ๒๓ มีนาคม ๒๕๖๑", BadDate::Weekday)]
    fn what_is_no_date_says_why(#[case] text: &str, #[case] expected: BadDate) {
        assert_eq!(parse_date(text), Err(expected));
    }

    #[test]
    fn dates_are_written_long_and_short_in_either_digits() {
        let letter = date(2018, 3, 23);
        assert_eq!(format_long_date(letter, Digits::Thai), "๒๓ มีนาคม ๒๕๖๑");
        assert_eq!(format_long_date(letter, Digits::Arabic), "23 มีนาคม 2561");
        assert_eq!(format_short_date(letter, Digits::Arabic), "23 มี.ค. 2561");
    }

    fn dates() -> impl Strategy<Value = Date> {
        (0..188_000_i32).prop_map(|days| date(1941, 1, 1).saturating_add(jiff::Span::new().days(days)))
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(date in dates()) {
            for digits in [Digits::Thai, Digits::Arabic] {
                prop_assert_eq!(parse_date(&format_long_date(date, digits)), Ok(date));
                prop_assert_eq!(parse_date(&format_short_date(date, digits)), Ok(date));
            }
        }

        #[test]
        fn the_year_agrees_with_a_calendar_library(date in dates()) {
            let month = date.month().unsigned_abs();
            let day = date.day().unsigned_abs();
            let theirs = icu_calendar::Date::try_new_buddhist(i32::from(buddhist_year(date)), month, day).expect("is a date there too");
            let iso = theirs.to_calendar(icu_calendar::Iso);
            prop_assert_eq!(iso.year().extended_year(), i32::from(date.year()));
            prop_assert_eq!((iso.month().ordinal, iso.day_of_month().0), (month, day));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>(), thai in "[ก-๙0-9 ./]{0,30}") {
            let _ = (parse_date(&text), parse_date(&thai));
        }
    }
}

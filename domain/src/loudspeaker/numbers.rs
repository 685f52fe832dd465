//! How numbers, amounts, dates, times and telephone numbers are spoken.

use jiff::civil::Date;
use thai_number_text::{ThaiTextOptions, to_text_i64};

use crate::thai::{MONTHS, buddhist_year};

const DIGITS: [&str; 10] = ["ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"];

/// A whole number by the rule of the Royal Institute: 101 is หนึ่งร้อยเอ็ด.
pub(super) fn cardinal(n: i64) -> String {
    to_text_i64(n, &ThaiTextOptions::royal_institute())
}

/// Digits one by one.
pub(super) fn one_by_one(digits: &str) -> String {
    digits.bytes().filter_map(|byte| DIGITS.get(usize::from(byte.wrapping_sub(b'0')))).copied().collect()
}

/// A number of digits alone, spoken as a whole; one by one where it begins with 0 or is longer than any amount.
pub(super) fn whole(digits: &str) -> String {
    let as_amount = digits.len() == 1 || !digits.starts_with('0');
    digits.parse().ok().filter(|_| as_amount && digits.len() <= 15).map_or_else(|| one_by_one(digits), cardinal)
}

/// A number with what stands behind its point.
pub(super) fn decimal(whole_digits: &str, fraction: Option<&str>) -> String {
    let before = whole(whole_digits);
    fraction.map_or(before.clone(), |fraction| format!("{before}จุด{}", one_by_one(fraction)))
}

/// Baht, with satang where there are two digits behind the point.
pub(super) fn baht(whole_digits: &str, fraction: Option<&str>) -> String {
    match fraction {
        None | Some("00") => format!("{}บาท", whole(whole_digits)),
        Some(fraction) if fraction.len() == 2 => {
            let satang = fraction.parse().map_or_else(|_| one_by_one(fraction), cardinal);
            format!("{}บาท {satang}สตางค์", whole(whole_digits))
        }
        fraction => format!("{}บาท", decimal(whole_digits, fraction)),
    }
}

/// A date.
pub(super) fn date(date: Date) -> String {
    let month = MONTHS.get(usize::from(date.month().unsigned_abs()).saturating_sub(1)).map_or("", |(long, _)| long);
    format!("{} {month} พุทธศักราช {}", cardinal(date.day().into()), cardinal(buddhist_year(date).into()))
}

/// A time of day.
pub(super) fn time(hour: i8, minute: i8) -> String {
    let hour = format!("{}นาฬิกา", cardinal(hour.into()));
    if minute == 0 { hour } else { format!("{hour} {}นาที", cardinal(minute.into())) }
}

/// A telephone number: one by one, with a pause where it is divided, or after three and three digits where a long one is not.
pub(super) fn telephone(number: &str) -> String {
    let parts: Vec<&str> = if number.contains('-') {
        number.split('-').collect()
    } else if number.len() <= 5 {
        vec![number]
    } else {
        let (first, rest) = number.split_at_checked(3).unwrap_or((number, ""));
        let (second, third) = rest.split_at_checked(3).unwrap_or((rest, ""));
        vec![first, second, third]
    };
    let spoken: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).map(one_by_one).collect();
    spoken.join(" ")
}

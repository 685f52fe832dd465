//! A line of a bulletin as it is spoken: a walk from left to right, which takes whatever it knows at each place.

use super::numbers::{baht, date, decimal, one_by_one, telephone, time, whole};
use super::{abbreviations, latin};
use crate::thai::{MONTHS, parse_date, parse_time, to_arabic_digits};

/// What is said in place of an address of the web, which nobody can follow by ear.
const ADDRESS: &str = "ตามที่อยู่เว็บไซต์บนป้ายประกาศ";
/// What stands before the number of a telephone.
const BEFORE_TELEPHONE: [&str; 6] = ["โทร", "โทรศัพท์", "โทรสาร", "สายด่วน", "มือถือ", "หมายเลข"];

/// What was taken at a place: how it is said, and how many bytes it is long.
type Taken = (String, usize);

/// A line with its abbreviations and numbers written out.
#[must_use]
pub fn speak(line: &str) -> String {
    let line = to_arabic_digits(line.trim());
    let (mut spoken, mut at) = number_of_item(&line).unwrap_or_default();
    while let Some(next) = line[at..].chars().next() {
        let (before, rest) = line.split_at(at);
        if let Some((words, length)) = take(before, rest) {
            push_apart(&mut spoken, &words);
            at += length;
            if !line[at..].starts_with(|sign: char| sign.is_whitespace() || ")]”\",".contains(sign)) {
                spoken.push(' ');
            }
        } else {
            spoken.push(next);
            at += next.len_utf8();
        }
    }
    spoken.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Adds words with a blank before them, unless they follow one or an opening sign.
fn push_apart(spoken: &mut String, words: &str) {
    if !spoken.is_empty() && !spoken.ends_with(|sign: char| sign.is_whitespace() || "([“\"".contains(sign)) {
        spoken.push(' ');
    }
    spoken.push_str(words);
}

/// The number of an item at the beginning of a line: `1. ` is ข้อหนึ่ง.
fn number_of_item(line: &str) -> Option<Taken> {
    let digits = digits_of(line);
    let rest = line[digits.len()..].strip_prefix(['.', ')'])?;
    let fits = (1..=2).contains(&digits.len()) && rest.starts_with(char::is_whitespace);
    fits.then(|| (format!("ข้อ{} ", whole(digits)), digits.len() + 1))
}

fn take(before: &str, rest: &str) -> Option<Taken> {
    let last = before.chars().next_back();
    if ["https://", "http://", "www."].iter().any(|start| rest.starts_with(start)) {
        let length = rest.find(|sign: char| sign.is_whitespace() || ")]>".contains(sign)).unwrap_or(rest.len());
        return Some((ADDRESS.to_owned(), length));
    }
    if let Some((long, length)) = abbreviations::find(last, rest) {
        return Some((long.to_owned(), length));
    }
    if !last.is_some_and(|sign| sign.is_ascii_alphanumeric())
        && let Some(taken) = latin::find(rest)
    {
        return Some(taken);
    }
    let is_thai = |sign: char| ('ก'..='๎').contains(&sign);
    if rest.starts_with('/') && last.is_some_and(is_thai) && rest[1..].starts_with(is_thai) {
        return Some(("หรือ".to_owned(), 1));
    }
    // digits within a word of Latin letters belong to it
    if !rest.starts_with(|sign: char| sign.is_ascii_digit()) || last.is_some_and(|sign| sign.is_ascii_alphanumeric()) {
        return between_numbers(last, rest);
    }
    take_telephone(before, rest)
        .or_else(|| take_date(rest))
        .or_else(|| take_date_in_numbers(rest))
        .or_else(|| take_time(rest))
        .or_else(|| Some(take_number(before, rest)))
}

/// A dash or stroke between two numbers.
fn between_numbers(last: Option<char>, rest: &str) -> Option<Taken> {
    let sign = rest.chars().next()?;
    let word = match sign {
        '-' | '–' => "ถึง",
        '/' => "ทับ",
        _ => return None,
    };
    let behind = &rest[sign.len_utf8()..];
    let between =
        last.is_some_and(|sign| sign.is_ascii_digit()) && behind.starts_with(|sign: char| sign.is_ascii_digit());
    between.then(|| (word.to_owned(), sign.len_utf8()))
}

fn digits_of(text: &str) -> &str {
    &text[..text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len())]
}

/// Of nine or ten digits with a 0 in front, divided by dashes or not; of any length behind a word that says what it is.
fn take_telephone(before: &str, rest: &str) -> Option<Taken> {
    let end = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '-').unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches('-');
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let labelled = before.trim_end_matches([' ', ':', '.']);
    let labelled = digits >= 3 && BEFORE_TELEPHONE.iter().any(|word| labelled.ends_with(word));
    let shaped = number.starts_with('0') && (9..=10).contains(&digits);
    (labelled || shaped).then(|| (telephone(number), number.len()))
}

/// A day with the name of its month, and a year where one stands there.
fn take_date(rest: &str) -> Option<Taken> {
    let day = digits_of(rest);
    let behind = rest[day.len()..].trim_start();
    let (long, name) = MONTHS.iter().find_map(|(long, short)| {
        [long, short].into_iter().find(|name| behind.starts_with(**name)).map(|name| (*long, *name))
    })?;
    let day_number: i64 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let to_month = rest.len() - behind.len() + name.len();
    let year_at = rest[to_month..].trim_start();
    let year_at = year_at.strip_prefix("พ.ศ.").unwrap_or(year_at).trim_start();
    let year = digits_of(year_at);
    let year_number = match year.len() {
        2 => format!("25{year}"),
        4 => year.to_owned(),
        _ => return Some((format!("{} {long}", super::numbers::cardinal(day_number)), to_month)),
    };
    let words = format!("{} {long} พุทธศักราช {}", super::numbers::cardinal(day_number), whole(&year_number));
    Some((words, rest.len() - year_at.len() + year.len()))
}

/// A date such as 23/3/2561.
fn take_date_in_numbers(rest: &str) -> Option<Taken> {
    let end = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '/').unwrap_or(rest.len());
    let text = &rest[..end];
    (text.matches('/').count() == 2).then(|| parse_date(text).ok()).flatten().map(|day| (date(day), text.len()))
}

/// A time of day with its น., or two of them with a dash between.
fn take_time(rest: &str) -> Option<Taken> {
    let (first, first_length) = clock(rest)?;
    let behind = &rest[first_length..];
    let dash = behind.trim_start();
    let second = dash.strip_prefix(['-', '–']).map(str::trim_start).and_then(|text| Some((text, clock(text)?)));
    let (words, rest_behind) = match second {
        Some((text, (second, length))) => (format!("{first} ถึง {second}"), &text[length..]),
        None => (first, behind),
    };
    let sign = rest_behind.trim_start().strip_prefix("น.")?;
    Some((words, rest.len() - sign.len()))
}

/// What a clock shows: 9.06, 14:20.
fn clock(text: &str) -> Option<Taken> {
    let hour = digits_of(text);
    let behind = text[hour.len()..].strip_prefix(['.', ':'])?;
    let minute = digits_of(behind);
    let length = hour.len() + 1 + minute.len();
    let shown = parse_time(&text[..length]).ok()?;
    Some((time(shown.hour(), shown.minute()), length))
}

/// A number, with its commas, its point and what is counted.
fn take_number(before: &str, rest: &str) -> Taken {
    let first = digits_of(rest);
    let (mut digits, mut length) = (first.to_owned(), first.len());
    while let Some(group) = rest[length..].strip_prefix(',').map(digits_of).filter(|group| group.len() == 3) {
        digits.push_str(group);
        length += 1 + group.len();
    }
    let fraction = rest[length..].strip_prefix('.').map(digits_of).filter(|fraction| !fraction.is_empty());
    let fraction_length = fraction.map_or(0, |fraction| fraction.len() + 1);
    let behind = &rest[length + fraction_length..];
    // parts of a code, as of a letter's number
    if digits.len() > 1 && digits.starts_with('0') {
        let words = fraction.map_or_else(String::new, |fraction| format!(" จุด {}", one_by_one(fraction)));
        return (one_by_one(&digits) + &words, length + fraction_length);
    }
    let end = length + fraction_length;
    let counted = behind.trim_start();
    let blanks = behind.len() - counted.len();
    if counted.starts_with('%') {
        let said = before.trim_end().ends_with("ร้อยละ");
        let number = decimal(&digits, fraction);
        return (if said { number } else { format!("ร้อยละ {number}") }, end + blanks + 1);
    }
    if counted.starts_with("บาท") {
        return (baht(&digits, fraction), end + blanks + "บาท".len());
    }
    (decimal(&digits, fraction), end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ประชุมวันที่ ๒๖ มกราคม ๒๕๖๑", "ประชุมวันที่ ยี่สิบหก มกราคม พุทธศักราช สองพันห้าร้อยหกสิบเอ็ด")]
    #[case("ภายใน 23 มี.ค. 61 เวลา 16.30 น.", "ภายใน ยี่สิบสาม มีนาคม พุทธศักราช สองพันห้าร้อยหกสิบเอ็ด เวลา สิบหกนาฬิกา สามสิบนาที")]
    #[case("1 เมษายน พ.ศ. 2563", "หนึ่ง เมษายน พุทธศักราช สองพันห้าร้อยหกสิบสาม")]
    #[case("ทุกวันที่ 5 เมษายน นี้", "ทุกวันที่ ห้า เมษายน นี้")]
    #[case("23/3/2561", "ยี่สิบสาม มีนาคม พุทธศักราช สองพันห้าร้อยหกสิบเอ็ด")]
    #[case("เวลา 08.30-16.30 น. ทุกวัน", "เวลา แปดนาฬิกา สามสิบนาที ถึง สิบหกนาฬิกา สามสิบนาที ทุกวัน")]
    #[case("เวลา 9:00 น.", "เวลา เก้านาฬิกา")]
    #[case("ลดลง 12.5% จากปี 2560", "ลดลง ร้อยละ สิบสองจุดห้า จากปี สองพันห้าร้อยหกสิบ")]
    #[case("ร้อยละ ๕๐ %", "ร้อยละ ห้าสิบ")]
    #[case("วงเงิน 1,250,000 บาท", "วงเงิน หนึ่งล้านสองแสนห้าหมื่นบาท")]
    #[case("ค่าธรรมเนียม 12.50 บาท", "ค่าธรรมเนียม สิบสองบาท ห้าสิบสตางค์")]
    #[case("ผู้รับ 101 ราย", "ผู้รับ หนึ่งร้อยเอ็ด ราย")]
    #[case("โทร. ๐๘๙-๑๒๓-๔๕๖๗", "โทรศัพท์ ศูนย์แปดเก้า หนึ่งสองสาม สี่ห้าหกเจ็ด")]
    #[case("0531234567", "ศูนย์ห้าสาม หนึ่งสองสาม สี่ห้าหกเจ็ด")]
    #[case("สายด่วน 1111", "สายด่วน หนึ่งหนึ่งหนึ่งหนึ่ง")]
    #[case("อายุ 18-60 ปี", "อายุ สิบแปด ถึง หกสิบ ปี")]
    #[case("เลขที่ 0206.2/1620", "เลขที่ ศูนย์สองศูนย์หก จุด สอง ทับ หนึ่งพันหกร้อยยี่สิบ")]
    #[case("ประเด็น/ชุดข้อมูล", "ประเด็น หรือ ชุดข้อมูล")]
    #[case("ดูที่ https://www.moi.go.th/a?b=1 ได้", "ดูที่ ตามที่อยู่เว็บไซต์บนป้ายประกาศ ได้")]
    #[case(
        "มท. และ นร. แจ้ง ผวจ. กับ อบต.ทุกแห่ง",
        "กระทรวงมหาดไทย และ สำนักนายกรัฐมนตรี แจ้ง ผู้ว่าราชการจังหวัด กับ องค์การบริหารส่วนตำบล ทุกแห่ง"
    )]
    #[case("อ.เมืองลำพูน จ.ลำพูน", "อำเภอ เมืองลำพูน จังหวัด ลำพูน")]
    #[case("(โทร. 1567)", "(โทรศัพท์ หนึ่งห้าหกเจ็ด)")]
    #[case("โรค COVID19 แจ้งกลุ่ม GCC3 ทาง LINE", "โรค โควิด สิบเก้า แจ้งกลุ่ม จีซีซี สาม ทาง ไลน์")]
    #[case("โครงการ Smart4 Farmer", "โครงการ Smart4 Farmer")]
    #[case("", "")]
    fn what_is_written_short_is_spoken_in_full(#[case] written: &str, #[case] spoken: &str) {
        assert_eq!(speak(written), spoken);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_no_number_is_left(text in any::<String>(), thai in "[ก-๙0-9 ./:,%-]{0,60}") {
            let _ = speak(&text);
            let spoken = speak(&thai);
            prop_assert!(!spoken.chars().any(|sign| sign.is_ascii_digit()), "{}", spoken);
        }
    }
}

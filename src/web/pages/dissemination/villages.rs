//! Numbers of villages as people type them: `หมู่ที่ ๓`, or several of one subdistrict, `1, 3 และ 5-7`.

use crate::domain::thai::{normal_form, to_arabic_digits};

/// Villages of one subdistrict that are typed at once.
pub(super) const MOST_VILLAGES: usize = 30;
/// The longest text that is read.
const LONGEST: usize = 1_000;
/// The highest number that a village's code has room for.
const HIGHEST: i16 = 99;

/// One number; none where something else stands there, or several.
pub(super) fn read_village(text: &str) -> Option<i16> {
    match read_villages(text)?.as_slice() {
        [number] => Some(*number),
        _ => None,
    }
}

/// The numbers in the order in which they are typed, each once; none where something else stands there.
pub(super) fn read_villages(text: &str) -> Option<Vec<i16>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut text = to_arabic_digits(&normal_form(text));
    for (word, sign) in
        [("หมู่ที่", " "), ("หมู่", " "), ("ม.", " "), ("และ", " "), (",", " "), ("ถึง", "-"), ("–", "-"), ("-", " - ")]
    {
        text = text.replace(word, sign);
    }
    let (mut numbers, mut begin, mut is_range) = (Vec::new(), None, false);
    for piece in text.split_whitespace() {
        if piece == "-" {
            if is_range || begin.is_none() {
                return None;
            }
            is_range = true;
            continue;
        }
        let number = piece.parse().ok().filter(|number| (1..=HIGHEST).contains(number))?;
        let first = match begin {
            Some(begin) if is_range && begin < number => begin,
            _ if is_range => return None,
            _ => number,
        };
        for number in first..=number {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        // where a range ends none begins
        begin = (!is_range).then_some(number);
        is_range = false;
    }
    (!is_range).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_villages_are_read_as_people_type_them() {
        for (typed, villages) in [
            ("หมู่ที่ ๓", Some(vec![3])),
            ("1, 3 และ 5", Some(vec![1, 3, 5])),
            ("1,3", Some(vec![1, 3])),
            ("ม.1 ม.3", Some(vec![1, 3])),
            ("2-4, 3, 9", Some(vec![2, 3, 4, 9])),
            ("5, 3, 5-7", Some(vec![5, 3, 6, 7])),
            ("๑ ถึง ๓", Some(vec![1, 2, 3])),
            ("", Some(vec![])),
            ("1-3-5", None),
            ("1 - - 5", None),
            ("4-2", None),
            ("1-", None),
            ("-1", None),
            ("0", None),
            ("100", None),
            ("1-9999", None),
            ("บ้านป่าซาง", None),
        ] {
            assert_eq!(read_villages(typed), villages, "{typed}");
        }
    }

    #[test]
    fn of_one_village_only_one_number_is_read() {
        for (typed, village) in [
            ("หมู่ 3", Some(3)),
            ("๑๒", Some(12)),
            ("ม.3", Some(3)),
            ("หมู่", None),
            ("1,3", None),
            ("1-3", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(read_village(typed), village, "{typed}");
        }
    }
}

//! Words and codes in Latin letters as they are spoken in Thai: names that everybody knows, and codes letter by letter.

use super::numbers::whole;

/// Names and words, in small letters. Whoever listens at a village's tower knows them by their Thai sound.
const WORDS: &[(&str, &str)] = &[
    ("line official account", "บัญชีทางการไลน์"),
    ("line", "ไลน์"),
    ("facebook", "เฟซบุ๊ก"),
    ("fanpage", "แฟนเพจ"),
    ("fan page", "แฟนเพจ"),
    ("instagram", "อินสตาแกรม"),
    ("tiktok", "ติ๊กต็อก"),
    ("twitter", "ทวิตเตอร์"),
    ("youtube", "ยูทูบ"),
    ("google", "กูเกิล"),
    ("zoom", "ซูม"),
    ("website", "เว็บไซต์"),
    ("web", "เว็บ"),
    ("online", "ออนไลน์"),
    ("e-mail", "อีเมล"),
    ("email", "อีเมล"),
    ("application", "แอปพลิเคชัน"),
    ("app", "แอป"),
    ("infographic", "อินโฟกราฟิก"),
    ("qr code", "คิวอาร์โค้ด"),
    ("covid", "โควิด"),
];

/// How the letters are called, from A.
const LETTERS: [&str; 26] = [
    "เอ",
    "บี",
    "ซี",
    "ดี",
    "อี",
    "เอฟ",
    "จี",
    "เอช",
    "ไอ",
    "เจ",
    "เค",
    "แอล",
    "เอ็ม",
    "เอ็น",
    "โอ",
    "พี",
    "คิว",
    "อาร์",
    "เอส",
    "ที",
    "ยู",
    "วี",
    "ดับเบิลยู",
    "เอกซ์",
    "วาย",
    "แซด",
];

/// A longer run of capitals is a word that is written large, and no code.
const LONGEST_CODE: usize = 5;
/// More digits behind a word are no number of it.
const MOST_DIGITS: usize = 4;

/// What stands at the beginning of `rest` in Latin letters, with the number right behind it, as it is spoken, and how many bytes it is
/// long. None where it is a word of another language that nobody here knows how to say.
pub(super) fn find(rest: &str) -> Option<(String, usize)> {
    let known = WORDS
        .iter()
        .filter(|(word, _)| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
        .find(|(word, _)| !rest[word.len()..].starts_with(|sign: char| sign.is_ascii_alphabetic()));
    let (spoken, length) = match known {
        Some((word, spoken)) => ((*spoken).to_owned(), word.len()),
        None => spell(rest)?,
    };
    let behind = &rest[length..];
    let dash = usize::from(behind.starts_with('-'));
    let digits = &behind[dash..];
    let digits = &digits[..digits.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(digits.len())];
    if (1..=MOST_DIGITS).contains(&digits.len()) {
        return Some((format!("{spoken} {}", whole(digits)), length + dash + digits.len()));
    }
    Some((spoken, length))
}

/// A code in capitals, letter by letter.
fn spell(rest: &str) -> Option<(String, usize)> {
    let length = rest.find(|sign: char| !sign.is_ascii_alphabetic()).unwrap_or(rest.len());
    let code = &rest[..length];
    let is_code = (1..=LONGEST_CODE).contains(&length) && code.bytes().all(|letter| letter.is_ascii_uppercase());
    let letters: Vec<&str> = code.bytes().map(|letter| LETTERS[usize::from(letter.wrapping_sub(b'A')) % 26]).collect();
    is_code.then(|| (letters.concat(), length))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("LINE แจ้ง", "ไลน์", 4)]
    #[case("Line", "ไลน์", 4)]
    #[case("GCC2)", "จีซีซี สอง", 4)]
    #[case("COVID-19", "โควิด สิบเก้า", 8)]
    #[case("QR Code ด้านล่าง", "คิวอาร์โค้ด", 7)]
    fn what_is_known_or_a_code_is_spoken(#[case] written: &str, #[case] spoken: &str, #[case] length: usize) {
        assert_eq!(find(written), Some((spoken.to_owned(), length)));
    }

    #[rstest]
    #[case("Lineage")]
    #[case("Smart")]
    #[case("THAILAND")]
    #[case("")]
    fn a_word_of_another_language_is_left_to_the_reader(#[case] written: &str) {
        assert_eq!(find(written), None);
    }
}

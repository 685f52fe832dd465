//! Thai digits `๐–๙` (U+0E50 to U+0E59) and Arabic ones, both ways.
//!
//! Only digits are touched; every other character stays as it is, so that a whole sentence can be
//! passed through. Called by the other parsers of `thai`, by `document` and by the tree file.

/// Which digits a text is written with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Digits {
    /// `๐๑๒๓๔๕๖๗๘๙`, as on letters.
    Thai,
    /// `0123456789`, as on stamps and screens.
    #[default]
    Arabic,
}

impl Digits {
    /// `text` with all its digits written this way.
    #[must_use]
    pub fn write(self, text: &str) -> String {
        match self {
            Self::Thai => to_thai_digits(text),
            Self::Arabic => to_arabic_digits(text),
        }
    }
}

/// A whole number with a comma after every three digits, as both languages write it.
#[must_use]
pub fn group_digits(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if n < 0 { format!("-{grouped}") } else { grouped }
}

/// `text` with Arabic digits turned into Thai ones.
#[must_use]
pub fn to_thai_digits(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { shift(c, '0', '๐') } else { c }).collect()
}

/// `text` with Thai digits turned into Arabic ones.
#[must_use]
pub fn to_arabic_digits(text: &str) -> String {
    text.chars().map(|c| if ('๐'..='๙').contains(&c) { shift(c, '๐', '0') } else { c }).collect()
}

fn shift(digit: char, from: char, to: char) -> char {
    char::from_u32(u32::from(digit) - u32::from(from) + u32::from(to)).unwrap_or(digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_digits_change() {
        assert_eq!(to_thai_digits("ที่ มท 0206.2/ว 1620"), "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐");
        assert_eq!(to_arabic_digits("เลขรับ ๑๓๗๗๖ วันที่ 26"), "เลขรับ 13776 วันที่ 26");
        assert_eq!(Digits::Thai.write("5 ๖"), "๕ ๖");
        assert_eq!(Digits::default().write("5 ๖"), "5 6");
    }

    proptest! {
        #[test]
        fn a_text_without_thai_digits_comes_back_the_same(text in "[^๐-๙]{0,40}") {
            prop_assert_eq!(to_arabic_digits(&to_thai_digits(&text)), text);
        }

        #[test]
        fn no_digit_of_the_other_kind_is_left(text in any::<String>()) {
            prop_assert!(!to_thai_digits(&text).chars().any(|c| c.is_ascii_digit()));
            prop_assert!(!to_arabic_digits(&text).chars().any(|c| ('๐'..='๙').contains(&c)));
        }
    }
}

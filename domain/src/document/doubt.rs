//! Warnings about a letter's number, in the words shown beside it.
//!
//! A doubt never blocks anything: a bulletin with a doubtful number can be published, and whoever
//! reads it sees what to check. The list is closed, so that screens and the API can rely on it.

use serde::{Deserialize, Serialize};

/// Something about a letter's number that a person should check against the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DocumentDoubt)]
pub enum Doubt {
    /// It does not have the shape of a number.
    Unreadable,
    /// No province or ministry has this consonant code.
    UnknownPrefix,
    /// A letter stands among the digits.
    LetterInDigits,
    /// The place of the register's number is empty.
    NumberMissing,
    /// The letter's date is not known, so neither is the register's year.
    DateMissing,
}

impl Doubt {
    /// All doubts, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::Unreadable, Self::UnknownPrefix, Self::LetterInDigits, Self::NumberMissing, Self::DateMissing];

    /// The doubt as a sentence for people who read English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::Unreadable => "This does not look like a letter's number; check it against the original.",
            Self::UnknownPrefix => "No province or ministry has this code; check it against the original.",
            Self::LetterInDigits => "A letter stands among the digits; check it against the original.",
            Self::NumberMissing => "The number in the register is missing.",
            Self::DateMissing => "The letter's date is missing.",
        }
    }

    /// The doubt as a sentence for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Unreadable => "เลขที่หนังสือไม่เป็นไปตามรูปแบบ โปรดตรวจสอบกับต้นฉบับ",
            Self::UnknownPrefix => "ไม่พบรหัสตัวพยัญชนะนี้ในรายการของจังหวัดและกระทรวง โปรดตรวจสอบกับต้นฉบับ",
            Self::LetterInDigits => "มีตัวอักษรปนอยู่ในตัวเลข โปรดตรวจสอบกับต้นฉบับ",
            Self::NumberMissing => "ยังไม่ได้ลงเลขที่หนังสือ",
            Self::DateMissing => "ยังไม่ได้ลงวันที่ของหนังสือ",
        }
    }
}

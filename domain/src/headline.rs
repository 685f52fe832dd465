//! The head of a bulletin in plain text: what it is and how urgent, its number, what it is about.
//!
//! One wording for the bubble, the notification and the share text, so that people know the same bulletin again wherever
//! they meet it. Numbers and subjects come with or without the word that stands before them on a letter (ที่, เรื่อง), and
//! are told with it once.
//!
//! Called by `line::message` and `domain::share_text`.

use std::borrow::Cow;

use super::bulletin::{Kind, Urgency};

/// What leads to a bulletin's page is called so.
pub const READ_LABEL: &str = "อ่านฉบับเต็ม";
/// What stands before a letter's number.
pub const NUMBER_LABEL: &str = "ที่";
/// What stands before a letter's subject.
pub const SUBJECT_LABEL: &str = "เรื่อง";

/// The words in front of a bulletin: what kind it is, then how urgent; none for routine news.
pub fn mark_words(kind: Kind, urgency: Urgency) -> impl Iterator<Item = &'static str> {
    kind.thai().into_iter().chain((urgency > Urgency::Routine).then(|| urgency.thai()))
}

/// The same in brackets, each with a blank behind it: `[ฝึกซ้อม] [ด่วนที่สุด] `.
#[must_use]
pub fn marks(kind: Kind, urgency: Urgency) -> String {
    mark_words(kind, urgency).map(|word| ["[", word, "] "].concat()).collect()
}

/// The number with its ที่.
#[must_use]
pub fn number_line(number: &str) -> Cow<'_, str> {
    if number.starts_with("ที่ ") { number.into() } else { format!("{NUMBER_LABEL} {number}").into() }
}

/// The number without its ที่.
#[must_use]
pub fn bare_number(number: &str) -> &str {
    number.strip_prefix("ที่ ").map_or(number, str::trim_start)
}

/// The subject with its เรื่อง.
#[must_use]
pub fn subject_line(subject: &str) -> String {
    format!("{SUBJECT_LABEL} {}", bare_subject(subject))
}

/// The subject without a เรื่อง of its own.
#[must_use]
pub fn bare_subject(subject: &str) -> &str {
    subject.strip_prefix("เรื่อง ").map_or(subject, str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_stands_before_the_urgency_and_routine_news_bear_no_mark() {
        assert_eq!(marks(Kind::Drill, Urgency::MostUrgent), "[ฝึกซ้อม] [ด่วนที่สุด] ");
        assert_eq!(marks(Kind::News, Urgency::Urgent), "[ด่วน] ");
        assert_eq!(marks(Kind::News, Urgency::Routine), "");
    }

    #[test]
    fn number_and_subject_have_their_word_once() {
        for number in ["ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐", "มท ๐๒๐๖.๒/ว ๑๖๒๐"]
        {
            assert_eq!(number_line(number), "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐");
            assert_eq!(bare_number(number), "มท ๐๒๐๖.๒/ว ๑๖๒๐");
        }
        for subject in ["เรื่อง  กำหนดการประชุม", "กำหนดการประชุม"]
        {
            assert_eq!(subject_line(subject), "เรื่อง กำหนดการประชุม");
        }
    }
}

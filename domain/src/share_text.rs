//! The share text: a bulletin as the plain text that people share by hand in LINE.
//!
//! Nobody can send a Flex bubble from the app, so what is forwarded by hand is this text. It is worded as a letter's head is,
//! and ends with the page where the whole stands and the [code](super::share_code) by which the relay knows the bulletin when
//! it hears the text again in a group. Whatever has to be left out, the marks in front, the page and the code never are: a
//! drill without its word would be taken for the real thing.
//!
//! All forms of one bulletin are a row from the shortest to the longest, and each is a piece of the next but for its ellipsis:
//! marks, page and code; then the number; then more and more of the subject; then more and more of the body. So the longest
//! that fits is found by halving, and so is the one that somebody sent ([`super::heard_text`]).
//!
//! Called by `heard_text`, and by whoever shows the text or the address that opens LINE with it.

use std::ops::RangeInclusive;

use url::form_urlencoded::byte_serialize;

use super::bulletin::{Kind, Urgency};
use super::headline::{READ_LABEL, bare_subject, marks, number_line, subject_line};
use super::share_code::ShareCode;
use super::text::{cut_at_word, utf16_len};

/// How much of the body people share, in UTF-16 units: what a phone shows of a text before it folds it.
pub const FIRST_LINES: usize = 300;

/// The address under which LINE asks to whom a text should be sent, up to the text.
const SHARE_ADDRESS: &str = "https://line.me/R/share?text=";

/// What the share text of a bulletin is made of.
#[derive(Clone, Copy, Debug)]
pub struct ShareText<'a> {
    /// How soon to act; said where it is not routine.
    pub urgency: Urgency,
    /// What it is; said where it is no news.
    pub kind: Kind,
    /// The letter's number, with or without its ที่.
    pub document_number: Option<&'a str>,
    /// What it is about, with or without its เรื่อง.
    pub subject: &'a str,
    /// What it says, in full; may be empty.
    pub body: &'a str,
    /// The address of its public page.
    pub page: &'a str,
    /// By which it is known again.
    pub code: &'a ShareCode,
}

/// How much of a bulletin a form has; subject and body in UTF-16 units.
#[derive(Clone, Copy)]
struct Extent {
    number: bool,
    subject: usize,
    body: usize,
}

impl ShareText<'_> {
    /// The text that people share from the page.
    #[must_use]
    pub fn full(&self) -> String {
        self.form(self.largest())
    }

    /// The longest form whose address ([`share_url`]) has at most `max` characters; none where not even marks, page and code
    /// fit.
    #[must_use]
    pub fn short(&self, max: usize) -> Option<String> {
        self.longest_forms(|form| share_url(form).len() <= max).next()
    }

    /// The longest forms that fit, the longest first: at most one each with all that is shared of the body, with a part of it,
    /// with all of the subject, with a part of it, and without either.
    ///
    /// Where a form fits, so must every shorter one that is cut at the same part.
    pub(super) fn longest_forms(&self, fits: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
        let (largest, subject) = (self.largest(), 1 + self.subject_units());
        // a whole part may take less room than the same part cut before its last letter, with an ellipsis
        let spans: [RangeInclusive<usize>; 5] =
            [largest..=largest, subject + 1..=largest - 1, subject..=subject, 2..=subject - 1, 0..=1];
        spans.into_iter().filter_map(move |span| {
            let forms: Vec<usize> = span.collect();
            let fitting = forms.partition_point(|&size| fits(&self.form(size)));
            fitting.checked_sub(1).map(|at| self.form(forms[at]))
        })
    }

    fn subject_units(&self) -> usize {
        utf16_len(bare_subject(self.subject))
    }

    /// The last of the row of forms.
    fn largest(&self) -> usize {
        1 + self.subject_units() + utf16_len(self.body.trim()).min(FIRST_LINES)
    }

    /// The form at `size` in the row of forms.
    fn form(&self, size: usize) -> String {
        let subject = size.saturating_sub(1).min(self.subject_units());
        self.write(Extent { number: size > 0, subject, body: size.saturating_sub(1 + subject) })
    }

    fn write(&self, extent: Extent) -> String {
        let mut text = marks(self.kind, self.urgency);
        if let Some(number) = self.document_number.filter(|_| extent.number) {
            text = text + &number_line(number) + "\n";
        }
        if let Some(subject) = cut(bare_subject(self.subject), extent.subject) {
            text = text + &subject_line(&subject) + "\n";
        }
        if let Some(body) = cut(self.body.trim(), extent.body) {
            text = text + &body + "\n";
        }
        format!("{text}{READ_LABEL} {}\n{} {}", self.page, ShareCode::LABEL, self.code)
    }
}

/// The beginning of `text`, if anything is left of it.
fn cut(text: &str, max: usize) -> Option<String> {
    let cut = cut_at_word(text, max);
    (!cut.trim_end_matches('…').is_empty()).then(|| cut.into_owned())
}

/// The address that opens LINE with `text` ready to be sent to a friend or group; on telephones only.
#[must_use]
pub fn share_url(text: &str) -> String {
    // LINE takes a `+` for itself; one that was typed is encoded already
    let encoded: String = byte_serialize(text.as_bytes()).collect();
    format!("{SHARE_ADDRESS}{}", encoded.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::join_code::{JoinCode, TypedCode};
    use crate::share_code::FoundCode;

    const PAGE: &str = "https://gcc.example.go.th/b/Zk3yT0kenT0kenT0kenT0k";
    const BODY: &str = "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล \
        เมื่อวันที่ ๑๕ มีนาคม ๒๕๖๑\nจึงขอให้ทุกส่วนราชการรายงานผลภายในวันที่ ๓๐ มีนาคม ๒๕๖๑";

    fn code() -> ShareCode {
        "REF-7K3M-9QX3".parse().expect("test data")
    }

    fn letter(code: &ShareCode) -> ShareText<'_> {
        ShareText {
            urgency: Urgency::MostUrgent,
            kind: Kind::News,
            document_number: Some("นร ๐๑๐๖/ว ๑๒๓"),
            subject: "การปฏิบัติการสื่อสารงานของรัฐบาล",
            body: BODY,
            page: PAGE,
            code,
        }
    }

    #[test]
    fn a_bulletin_is_worded_as_a_letter_is() {
        let expected = format!(
            "[ด่วนที่สุด] ที่ นร ๐๑๐๖/ว ๑๒๓\nเรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล\n{BODY}\nอ่านฉบับเต็ม {PAGE}\nรหัสประกาศ REF-7K3M-9QX3"
        );
        assert_eq!(letter(&code()).full(), expected);
    }

    #[test]
    fn routine_news_without_number_and_body_have_no_empty_lines() {
        let code = code();
        let text = ShareText { urgency: Urgency::Routine, document_number: None, body: " \n", ..letter(&code) };
        let expected = format!("เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล\nอ่านฉบับเต็ม {PAGE}\nรหัสประกาศ REF-7K3M-9QX3");
        assert_eq!(text.full(), expected);
    }

    #[test]
    fn a_drill_says_so_first_in_every_form() {
        let code = code();
        let text = ShareText { kind: Kind::Drill, ..letter(&code) };
        for max in (0..3_000).step_by(31) {
            let Some(form) = text.short(max) else { continue };
            assert!(form.starts_with("[ฝึกซ้อม] [ด่วนที่สุด] "), "{form}");
            assert!(form.ends_with(&format!("อ่านฉบับเต็ม {PAGE}\nรหัสประกาศ REF-7K3M-9QX3")), "{form}");
        }
    }

    #[test]
    fn a_long_body_is_cut_at_a_word() {
        let code = code();
        let body = "ข้อมูลข่าวสารที่สำคัญของรัฐบาล".repeat(100);
        let full = ShareText { body: &body, ..letter(&code) }.full();
        let shown = full.lines().nth(2).expect("a body");
        assert!(utf16_len(shown) <= FIRST_LINES && shown.ends_with("ข้อมูลข่าวสารที่สำคัญของ…"), "{shown}");
    }

    #[test]
    fn what_a_button_can_hold_is_hardly_more_than_the_head() {
        let code = code();
        let short = letter(&code).short(1_000).expect("it fits");
        assert_eq!(short.lines().nth(2), Some("ด้วยสำนัก…"), "{short}");
        let subject = "การปฏิบัติการสื่อสารงานของรัฐบาลในช่วงเทศกาลสงกรานต์ของทุกจังหวัดและทุกกระทรวง";
        let short = ShareText { subject, ..letter(&code) }.short(1_000).expect("it fits");
        let expected = format!(
            "[ด่วนที่สุด] ที่ นร ๐๑๐๖/ว ๑๒๓\nเรื่อง การปฏิบัติการสื่อสารงานของรัฐบาลในช่วง…\nอ่านฉบับเต็ม {PAGE}\nรหัสประกาศ REF-7K3M-9QX3"
        );
        assert_eq!(short, expected);
    }

    #[test]
    fn where_nothing_fits_there_is_no_form() {
        let code = code();
        let shortest = letter(&code).form(0);
        assert_eq!(shortest, format!("[ด่วนที่สุด] อ่านฉบับเต็ม {PAGE}\nรหัสประกาศ REF-7K3M-9QX3"));
        assert_eq!(letter(&code).short(share_url(&shortest).len()), Some(shortest.clone()));
        assert_eq!(letter(&code).short(share_url(&shortest).len() - 1), None);
        assert_eq!(letter(&code).short(usize::MAX), Some(letter(&code).full()));
    }

    #[test]
    fn the_longest_form_that_fits_is_the_one_found_by_trying_all() {
        let code = code();
        let text = letter(&code);
        let all: Vec<(usize, String)> =
            (0..=text.largest()).map(|size| text.form(size)).map(|form| (share_url(&form).len(), form)).collect();
        for max in (400..3_000).step_by(7) {
            let expected = all.iter().rev().find(|(length, _)| *length <= max).map(|(_, form)| form.clone());
            assert_eq!(text.short(max), expected, "{max}");
        }
    }

    #[test]
    fn the_address_has_every_sign_encoded_and_is_read_back_the_same() {
        assert_eq!(
            share_url("ก ข\n1+1&ค=#"),
            format!("{SHARE_ADDRESS}%E0%B8%81%20%E0%B8%82%0A1%2B1%26%E0%B8%84%3D%23")
        );
        let code = code();
        let address = url::Url::parse(&share_url(&letter(&code).full())).expect("an address");
        assert_eq!(address.query_pairs().next().expect("a text").1, letter(&code).full());
    }

    #[test]
    fn no_share_text_is_a_join_code() {
        let code = code();
        let text = ShareText {
            subject: "ประชุม GCC NEWS 2569", body: "รหัส GCC-AB2L-EFGH", ..letter(&code)
        };
        for form in [Some(text.full()), text.short(1_000)].into_iter().flatten() {
            assert_eq!(JoinCode::read(&form, true), TypedCode::Nothing);
            assert_eq!(ShareCode::find(&form), FoundCode::One(code.clone()));
        }
    }

    proptest! {
        #[test]
        fn a_short_form_fits_and_has_page_and_code(subject in "[ก-๙a-z ]{1,80}", body in "[ก-๙a-z 👍\n]{0,400}", max in 300_usize..2_000) {
            let code = code();
            let text = ShareText { subject: &subject, body: &body, ..letter(&code) };
            if let Some(short) = text.short(max) {
                prop_assert!(share_url(&short).len() <= max);
                prop_assert!(short.contains(PAGE) && short.ends_with(code.as_str()));
                prop_assert_eq!(ShareCode::find(&short), FoundCode::One(code));
            }
        }
    }
}

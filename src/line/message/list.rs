//! What is in force in a group, as one bubble: number and subject of each bulletin, with the way to its page.

use super::bubble::{INK, LINK, QUIET, SHARE, encoded};
use super::flex::{self, Action, Button, Component, Paragraph, Stack};
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::headline::{READ_LABEL, marks, number_line, subject_line};
use crate::domain::text::cut_at_word;

/// How much of a subject is shown, in UTF-16 units: three lines of a phone.
const SUBJECT_UNITS: usize = 150;

/// A bulletin of the list.
#[derive(Clone, Copy, Debug)]
pub struct ListedBulletin<'a> {
    /// What it is; a drill says so.
    pub kind: Kind,
    /// How urgent.
    pub urgency: Urgency,
    /// The letter's number, with or without its ที่.
    pub document_number: Option<&'a str>,
    /// What it is about, with or without its เรื่อง.
    pub subject: &'a str,
    /// Its public page.
    pub read_url: &'a str,
}

/// The texts of one bulletin, which the bubble borrows.
pub(super) struct ListedTexts {
    number: Option<String>,
    subject: String,
    url: String,
}

impl ListedTexts {
    pub(super) fn of(bulletin: &ListedBulletin<'_>) -> Self {
        let subject = marks(bulletin.kind, bulletin.urgency) + &subject_line(bulletin.subject);
        Self {
            number: bulletin.document_number.map(|number| number_line(number).into_owned()),
            subject: cut_at_word(&subject, SUBJECT_UNITS).into_owned(),
            url: encoded(bulletin.read_url),
        }
    }
}

/// The list, the newest first.
pub(super) fn draw(texts: &[ListedTexts]) -> flex::Bubble<'_> {
    let band = Component::Text(Paragraph::new(HEADING, "md", SHARE.ink).bold());
    let foot =
        Component::Text(Paragraph::new("สมาชิกใหม่ไม่เห็นข้อความก่อนหน้าในกลุ่ม ระบบจึงแสดงประกาศที่ยังมีผลให้ทราบ", "sm", QUIET));
    let mut parts = Vec::new();
    for (n, bulletin) in texts.iter().enumerate() {
        if n > 0 {
            parts.push(Component::Separator { margin: "md" });
        }
        parts.extend(bulletin.number.as_deref().map(|number| Component::Text(Paragraph::new(number, "sm", QUIET))));
        parts.push(Component::Text(Paragraph::new(&bulletin.subject, "md", INK).bold()));
        let read = Action::Uri { label: READ_LABEL, uri: bulletin.url.clone() };
        parts.push(Component::Button(Button::new(read, "link", LINK)));
    }
    flex::Bubble {
        size: "mega",
        header: Component::Box(Stack::of(vec![band]).padded("md").on(SHARE.back)),
        hero: None,
        body: Component::Box(Stack::of(parts).spaced("sm")),
        footer: Component::Box(Stack::of(vec![foot])),
    }
}

const HEADING: &str = "ประกาศที่ยังมีผลในกลุ่มนี้";

/// What notifications and the list of chats show.
pub(super) fn alt_text(n: usize) -> String {
    format!("{HEADING} {n} ฉบับ")
}

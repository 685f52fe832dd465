//! A bulletin as one bubble: band, letter's head, text, links, and the buttons.
//!
//! The band at the top says at a glance what it is, in a colour and always in words too. The order below
//! is that of a Thai official letter: number and date, subject, text, who sends it. The text is cut
//! between words to what a phone shows in two or three screens; the whole stands behind อ่านฉบับเต็ม.

use std::borrow::Cow;

use url::Url;

use super::flex::{self, Action, Button, Component, Paragraph, Picture, Stack};
use super::{BODY_UNITS, Bubble, Link};
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::headline::{READ_LABEL, number_line, subject_line};
use crate::domain::text::cut_at_word;

/// Colours of a band: background and letters, at least 4.5 : 1 apart (WCAG 2.1, 1.4.3).
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub(super) back: &'static str,
    pub(super) ink: &'static str,
}

const WHITE: &str = "#FFFFFF";
pub(super) const INK: &str = "#1A1A1A";
pub(super) const QUIET: &str = "#4B5563";
pub(super) const LINK: &str = "#1D4ED8";
pub(super) const NOTICE: Paint = Paint { back: "#FEF3C7", ink: "#5B3A00" };
pub(super) const ACKNOWLEDGE: Paint = Paint { back: "#0B6B3A", ink: WHITE };
pub(super) const SHARE: Paint = Paint { back: "#E5EAF1", ink: INK };
pub(super) const FORWARD: Paint = Paint { back: LINK, ink: WHITE };

/// The band's words and colours are worked out first, since the bubble borrows them.
pub(super) struct Texts<'a> {
    band: String,
    number: Option<Cow<'a, str>>,
    subject: String,
    body: Cow<'a, str>,
    origin: String,
}

impl<'a> Texts<'a> {
    pub(super) fn of(bulletin: &Bubble<'a>) -> Self {
        Self::cut_to(bulletin, BODY_UNITS)
    }

    /// With at most so much of the text, in UTF-16 units.
    pub(super) fn cut_to(bulletin: &Bubble<'a>, units: usize) -> Self {
        Self {
            band: band_words(bulletin.kind, bulletin.urgency),
            number: bulletin.document_number.map(number_line),
            subject: subject_line(bulletin.subject),
            body: cut_at_word(bulletin.body.trim(), units),
            origin: format!("จาก {}", bulletin.origin),
        }
    }
}

/// The words on the band: what it is, then how urgent.
fn band_words(kind: Kind, urgency: Urgency) -> String {
    match (kind.thai(), urgency) {
        (Some(kind), Urgency::Routine) => kind.to_owned(),
        (Some(kind), urgency) => format!("{kind} · {}", urgency.thai()),
        (None, Urgency::Routine) => "ข่าวราชการ".to_owned(),
        (None, urgency) => urgency.thai().to_owned(),
    }
}

/// A test or drill never wears the colour of the real thing.
pub(super) fn band_paint(kind: Kind, urgency: Urgency) -> Paint {
    match (kind, urgency) {
        (Kind::Test | Kind::Drill, _) => Paint { back: "#5B21B6", ink: WHITE },
        (_, Urgency::MostUrgent) => Paint { back: "#B00020", ink: WHITE },
        (_, Urgency::VeryUrgent) => Paint { back: "#9A3412", ink: WHITE },
        (_, Urgency::Urgent) => Paint { back: "#854D0E", ink: WHITE },
        (_, Urgency::Routine) => Paint { back: "#E5EAF1", ink: "#1F2937" },
    }
}

pub(super) fn draw<'a>(bulletin: &Bubble<'a>, texts: &'a Texts<'a>) -> flex::Bubble<'a> {
    flex::Bubble {
        size: "mega",
        header: header(bulletin, texts),
        hero: bulletin.hero.map(|hero| Component::Image(Picture::new(hero.url, hero.width, hero.height))),
        body: body(bulletin, texts),
        footer: footer(bulletin),
    }
}

fn header<'a>(bulletin: &Bubble<'a>, texts: &'a Texts<'a>) -> Component<'a> {
    let paint = band_paint(bulletin.kind, bulletin.urgency);
    let word = Paragraph::new(&texts.band, "md", paint.ink).bold();
    Component::Box(Stack::of(vec![Component::Text(word)]).padded("md").on(paint.back))
}

fn body<'a>(bulletin: &Bubble<'a>, texts: &'a Texts<'a>) -> Component<'a> {
    let small = |text: &'a str| Component::Text(Paragraph::new(text, "sm", QUIET));
    let mut parts = Vec::new();
    parts.extend(bulletin.notice.map(notice));
    parts.extend(texts.number.as_deref().map(small));
    parts.extend(bulletin.date_thai.map(small));
    parts.push(Component::Text(Paragraph::new(&texts.subject, "lg", INK).bold()));
    if !texts.body.is_empty() {
        parts.push(Component::Text(Paragraph::new(&texts.body, "md", INK)));
    }
    parts.extend(bulletin.deadline.map(notice));
    parts.push(Component::Separator { margin: "lg" });
    parts.push(small(&texts.origin));
    parts.extend(bulletin.links.iter().map(link));
    Component::Box(Stack::of(parts).spaced("md"))
}

/// What must not be overlooked: that an earlier bulletin is put right or taken back, before anything else; what is to be done by when.
fn notice(text: &str) -> Component<'_> {
    let text = Component::Text(Paragraph::new(text, "sm", NOTICE.ink).bold());
    Component::Box(Stack::of(vec![text]).padded("md").on(NOTICE.back).rounded("md"))
}

fn link<'a>(link: &Link<'a>) -> Component<'a> {
    let action = Action::Uri { label: link.label, uri: encoded(link.url) };
    Component::Button(Button::new(action, "link", LINK))
}

fn footer<'a>(bulletin: &Bubble<'a>) -> Component<'a> {
    let read = Action::Uri { label: READ_LABEL, uri: encoded(bulletin.read_url) };
    let mut buttons = vec![Component::Button(Button::new(read, "link", LINK))];
    buttons.extend(bulletin.acknowledge.map(|data| {
        let acknowledge = Action::Postback { label: "รับทราบ", data };
        Component::Button(Button::new(acknowledge, "primary", ACKNOWLEDGE.back))
    }));
    buttons.extend(bulletin.forward.map(|data| {
        let forward = Action::Postback { label: "ส่งต่อ", data };
        Component::Button(Button::new(forward, "primary", FORWARD.back))
    }));
    buttons.extend(bulletin.share.map(|url| {
        let share =
            Action::Uri { label: "แชร์ข้อความเข้ากลุ่ม", uri: url.into() };
        Component::Button(Button::new(share, "secondary", SHARE.back))
    }));
    buttons.extend(bulletin.forward_page.map(|url| {
        let page = Action::Uri {
            label: "ไม่เกี่ยวข้อง / เพิ่มข้อความ", uri: encoded(url)
        };
        Component::Button(Button::new(page, "link", LINK))
    }));
    Component::Box(Stack::of(buttons).spaced("sm"))
}

/// LINE wants addresses percent-encoded, Thai file names included; what is no address is left for
/// `limits` to find.
pub(super) fn encoded(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

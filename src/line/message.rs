//! A bulletin as the message array that LINE is sent.
//!
//! Rendered once per variant and stored; every delivery sends the same bytes. The first object is the
//! bulletin as a Flex bubble, the second, in the variant for groups whose steward adds a word, the
//! steward's note, attributed so that nobody takes it for part of the letter. Pictures and videos that a bulletin carries
//! stand in front of both, and then the bubble is the last, so that its button is where people end up reading. Texts are cut for the eye
//! only and by whole words. What is rendered goes through [`super::limits`] before it is published.
//!
//! Called by `relay::publish`, `relay::forward` and, for the reminders beside them, `relay::reminders`, and by `web` for the preview;
//! [`render_list`] by `relay::answering`.

mod bubble;
mod flex;
mod list;
mod reminder;

use serde::Serialize as _;

use self::bubble::Texts;
use self::flex::{Carousel, Container, Message};
pub use self::list::ListedBulletin;
use self::list::ListedTexts;
pub use self::reminder::{Reminder, render_reminder};
use super::limits::ALT_TEXT;
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::headline::{marks, subject_line};
use crate::domain::text::cut_at_word;

/// How much of the text the bubble shows, in UTF-16 units: two or three screens of a phone, and at 3
/// bytes for a Thai letter an eighth of what a bubble may weigh.
pub const BODY_UNITS: usize = 1_200;
/// The same of one of several bulletins side by side, which share 50 KB, also where all else is as long as it may be.
const CAROUSEL_BODY_UNITS: usize = 200;

/// What a bubble shows of a bulletin.
#[derive(Clone, Copy, Debug)]
pub struct Bubble<'a> {
    /// How soon to act: the band's colour and word.
    pub urgency: Urgency,
    /// What it is; a test or drill says so on the band.
    pub kind: Kind,
    /// The letter's number, with or without its ที่.
    pub document_number: Option<&'a str>,
    /// The letter's date in words, such as `๒๓ มีนาคม ๒๕๖๑`.
    pub date_thai: Option<&'a str>,
    /// What it is about, with or without its เรื่อง.
    pub subject: &'a str,
    /// What it says, in full; may be empty.
    pub body: &'a str,
    /// What is to be done and by when, in some lines.
    pub deadline: Option<&'a str>,
    /// Who sends it.
    pub origin: &'a str,
    /// The picture above the text.
    pub hero: Option<Hero<'a>>,
    /// Pictures and a video that go out in front of it.
    pub media: &'a [Media<'a>],
    /// Pages and files that belong to it.
    pub links: &'a [Link<'a>],
    /// Its public page.
    pub read_url: &'a str,
    /// What a tap on รับทราบ sends back; no button without it.
    pub acknowledge: Option<&'a str>,
    /// What a steward's tap on ส่งต่อ sends back; no button without it.
    pub forward: Option<&'a str>,
    /// Where a steward adds a note, chooses groups or declines; no button without it.
    pub forward_page: Option<&'a str>,
    /// LINE's share screen with the bulletin's text in it; no button without it.
    pub share: Option<&'a str>,
    /// Which earlier bulletin it puts right or takes back, as a sentence.
    pub notice: Option<&'a str>,
}

/// The picture of a bulletin, over the whole width of the bubble.
#[derive(Clone, Copy, Debug)]
pub struct Hero<'a> {
    /// Where LINE fetches it: `https`, at most 2,000 UTF-16 units.
    pub url: &'a str,
    /// Its width in pixels.
    pub width: i16,
    /// Its height in pixels; at most three times the width.
    pub height: i16,
}

/// A picture or a video as a message of its own.
#[derive(Clone, Copy, Debug)]
pub struct Media<'a> {
    /// Whether it is a video.
    pub video: bool,
    /// Where LINE fetches it: `https`, at most 2,000 UTF-16 units.
    pub url: &'a str,
    /// Where LINE fetches the small picture of it.
    pub preview_url: &'a str,
}

/// A link of a bulletin, shown as a button.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The button's text; at most 40 grapheme clusters.
    pub label: &'a str,
    /// Where it leads; at most 1,000 UTF-16 units once encoded.
    pub url: &'a str,
}

/// What a steward adds when forwarding.
#[derive(Clone, Copy, Debug)]
pub struct StewardNote<'a> {
    /// The steward's office, such as `ผู้ว่าราชการจังหวัดลำพูน`.
    pub from: &'a str,
    /// The note.
    pub text: &'a str,
}

/// The message array of `bulletin`, with the steward's note as a second object: compact JSON, the same
/// bytes for the same input.
///
/// # Errors
/// None that is known: types as plain as these always serialise.
pub fn render(bulletin: &Bubble<'_>, note: Option<&StewardNote<'_>>) -> Result<Vec<u8>, serde_json::Error> {
    let texts = Texts::of(bulletin);
    let alt_text = alt_text(bulletin);
    let note = note.map(note_text);
    let card = Message::Flex { alt_text: &alt_text, contents: alone(bubble::draw(bulletin, &texts)) };
    let note = note.as_deref().map(|text| Message::Text { text });
    let mut messages: Vec<Message<'_>> = bulletin.media.iter().map(media_message).collect();
    if messages.is_empty() {
        messages.push(card);
        messages.extend(note);
    } else {
        messages.extend(note);
        messages.push(card);
    }
    to_bytes(&messages)
}

/// The message array of several bulletins side by side: `whole` says what they are together, and stands in front of the others only
/// where somebody has to forward them.
///
/// # Errors
/// None that is known, as in [`render`].
pub fn render_carousel(whole: &Bubble<'_>, bulletins: &[Bubble<'_>]) -> Result<Vec<u8>, serde_json::Error> {
    // a carousel is a third of the weight for each of them, and their links and what they ask are on their pages
    let short: Vec<Bubble<'_>> =
        bulletins.iter().map(|bulletin| Bubble { links: &[], media: &[], deadline: None, ..*bulletin }).collect();
    let cards: Vec<&Bubble<'_>> = whole.forward.map(|_| whole).into_iter().chain(&short).collect();
    let texts: Vec<Texts<'_>> = cards.iter().map(|card| Texts::cut_to(card, CAROUSEL_BODY_UNITS)).collect();
    let contents = cards.iter().zip(&texts).map(|(card, texts)| bubble::draw(card, texts)).collect();
    let (alt_text, contents) = (alt_text(whole), Container::Carousel(Carousel { contents }));
    to_bytes(&[Message::Flex { alt_text: &alt_text, contents }])
}

fn media_message<'a>(media: &Media<'a>) -> Message<'a> {
    let (original_content_url, preview_image_url) = (media.url, media.preview_url);
    if media.video {
        Message::Video { original_content_url, preview_image_url }
    } else {
        Message::Image { original_content_url, preview_image_url }
    }
}

fn alone(bubble: flex::Bubble<'_>) -> Container<'_> {
    Container::Bubble(Box::new(bubble))
}

/// The message array that lists what is in force in a group, the newest first; at least one.
///
/// # Errors
/// None that is known, as in [`render`].
pub fn render_list(bulletins: &[ListedBulletin<'_>]) -> Result<Vec<u8>, serde_json::Error> {
    let texts: Vec<ListedTexts> = bulletins.iter().map(ListedTexts::of).collect();
    to_bytes(&[Message::Flex { alt_text: &list::alt_text(texts.len()), contents: alone(list::draw(&texts)) }])
}

/// A stored message array with a steward's note behind it, or in front of the card where that is the last of several: the bulletin's
/// own bytes stay as they are.
///
/// # Errors
/// None that is known, as in [`render`].
pub fn with_note(stored: &str, note: &StewardNote<'_>) -> Result<String, serde_json::Error> {
    let mut messages: Vec<&serde_json::value::RawValue> = serde_json::from_str(stored)?;
    let text = serde_json::value::to_raw_value(&Message::Text { text: &note_text(note) })?;
    let at = if messages.len() > 1 { messages.len() - 1 } else { messages.len() };
    messages.insert(at, &text);
    serde_json::to_string(&messages)
}

/// The message array of one plain text.
///
/// # Errors
/// None that is known, as in [`render`].
pub(super) fn plain_text(text: &str) -> Result<Vec<u8>, serde_json::Error> {
    to_bytes(&[Message::Text { text }])
}

/// What notifications and the list of chats show: `[ฝึกซ้อม] [ด่วนที่สุด] เรื่อง …`.
fn alt_text(bulletin: &Bubble<'_>) -> String {
    let text = marks(bulletin.kind, bulletin.urgency) + &subject_line(bulletin.subject);
    cut_at_word(&text, ALT_TEXT).into_owned()
}

fn note_text(note: &StewardNote<'_>) -> String {
    format!("ข้อความเพิ่มเติมจาก{}\n(มิใช่ข้อความในหนังสือต้นเรื่อง)\n\n{}", note.from, note.text)
}

fn to_bytes(messages: &[Message<'_>]) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::new();
    messages.serialize(&mut serde_json::Serializer::new(&mut bytes))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;

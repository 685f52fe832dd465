//! Rendering: a bulletin as the message array that goes to LINE, checked against LINE's limits.
//!
//! What a form previews, what LINE is asked about and what is stored at publish are the same bytes, for the same bulletin.
//! [`digest`] puts several bulletins side by side.

pub mod digest;

use super::forward_tap::forward_data;
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use super::share::{read_url, share_button};
use crate::domain::bulletin::Kind;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::BulletinId;
use crate::domain::picture::ImageId;
use crate::domain::request::say_asked;
use crate::domain::share_code::ShareCode;
use crate::domain::thai::{Digits, format_long_date, format_time, to_bangkok};
use crate::line::limits;
use crate::line::message::{Bubble, Hero, Link, Media, render};
use crate::store::bulletins::{Bulletin, Draft};

/// What a tap on a bulletin's acknowledge button sends back.
#[must_use]
pub fn acknowledge_data(bulletin: BulletinId) -> String {
    format!("ack:{bulletin}")
}

/// The bulletin that a tapped button names.
#[must_use]
pub fn acknowledged_bulletin(data: &str) -> Option<BulletinId> {
    data.strip_prefix("ack:")?.parse().ok()
}

/// Which groups a rendered message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Those with nothing more to do than to read.
    Plain,
    /// Those whose members have to forward it: with a button to do so.
    Forwarding,
}

/// Where a steward forwards a bulletin: through sign-in, to the page of this one.
#[must_use]
pub fn forward_url(settings: &Settings, bulletin: BulletinId) -> String {
    format!("{}/waiting/{bulletin}", settings.public_url)
}

/// The message array of a bulletin, within LINE's limits: what is sent.
///
/// # Errors
/// [`Refusal::TooLarge`] with every limit that it would break; [`Refusal::ImageNotHttps`].
pub fn render_checked(settings: &Settings, bulletin: &Bulletin) -> Result<String> {
    render_variant(settings, bulletin, Variant::Plain)
}

/// As [`render_checked`], for the groups of a variant.
///
/// # Errors
/// [`Refusal::TooLarge`] with every limit that it would break.
pub fn render_variant(settings: &Settings, bulletin: &Bulletin, variant: Variant) -> Result<String> {
    render_draft(settings, &Draft::of(bulletin), &Place::of(bulletin, variant))
}

/// What a message says of its bulletin besides what is typed.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its id, which the button sends back.
    pub id: BulletinId,
    /// The end of its public address.
    pub public_token: &'a str,
    /// Who speaks.
    pub origin_office: &'a str,
    /// Width and height of its picture in pixels.
    pub image_size: Option<(i16, i16)>,
    /// The code of its share text; none before it is published.
    pub share_code: Option<&'a ShareCode>,
    /// For which groups.
    pub variant: Variant,
}

impl<'a> Place<'a> {
    /// Of a bulletin that is stored.
    fn of(bulletin: &'a Bulletin, variant: Variant) -> Self {
        Self {
            id: bulletin.id,
            public_token: &bulletin.public_token,
            origin_office: &bulletin.origin_office,
            image_size: bulletin.image_width.zip(bulletin.image_height),
            share_code: bulletin.share_code.as_ref(),
            variant,
        }
    }
}

/// The same for a draft that need not be stored: what a form previews is what would be sent.
///
/// # Errors
/// As [`render_checked`].
pub fn render_draft(settings: &Settings, draft: &Draft, place: &Place<'_>) -> Result<String> {
    let parts = Parts::of(settings, draft, place)?;
    let media = parts.media();
    within_limits(render(&parts.bubble(draft, place, &media), None)?)
}

/// The bytes as a text, where LINE takes them.
fn within_limits(bytes: Vec<u8>) -> Result<String> {
    let broken = limits::check(&bytes).map_err(|_| Refusal::TooLarge(Vec::new()))?;
    if !broken.is_empty() {
        return Err(Refusal::TooLarge(broken));
    }
    String::from_utf8(bytes).map_err(|_| Refusal::TooLarge(Vec::new()))
}

/// The addresses and texts that a bubble borrows.
struct Parts<'a> {
    date_thai: Option<String>,
    deadline: Option<String>,
    links: Vec<Link<'a>>,
    media: Vec<(bool, String, String)>,
    read_url: String,
    image_url: Option<String>,
    acknowledge: String,
    forward: Option<String>,
    forward_page: Option<String>,
    share_url: Option<String>,
}

impl<'a> Parts<'a> {
    fn of(settings: &Settings, draft: &'a Draft, place: &Place<'_>) -> Result<Self> {
        let forwards = place.variant == Variant::Forwarding;
        let date = draft.document_date.as_deref().and_then(|date| date.parse().ok());
        let image_url = draft.attachment.as_ref().map(|attachment| image_url(settings, attachment.image));
        if image_url.as_deref().is_some_and(|url| !limits::is_image_address(url)) {
            return Err(Refusal::ImageNotHttps);
        }
        let media = draft.media.iter().map(|media| {
            let video = media.kind == FileKind::Video;
            (video, file_url(settings, media.file, media.kind), self::image_url(settings, media.preview))
        });
        let media: Vec<(bool, String, String)> = media.collect();
        if media.iter().any(|(_, url, _)| !limits::is_image_address(url)) {
            return Err(Refusal::ImageNotHttps);
        }
        Ok(Self {
            media,
            date_thai: date.map(|date| format_long_date(date, Digits::Thai)),
            deadline: deadline(draft),
            links: draft.links.iter().map(|link| Link { label: &link.label, url: &link.url }).collect(),
            read_url: read_url(settings, place.public_token),
            image_url,
            acknowledge: acknowledge_data(place.id),
            forward: forwards.then(|| forward_data(place.id)),
            forward_page: forwards.then(|| forward_url(settings, place.id)),
            share_url: forwards.then(|| share_button(settings, draft, place)).flatten(),
        })
    }

    fn media(&self) -> Vec<Media<'_>> {
        self.media.iter().map(|(video, url, preview_url)| Media { video: *video, url, preview_url }).collect()
    }

    fn bubble<'b>(&'b self, draft: &'b Draft, place: &Place<'b>, media: &'b [Media<'b>]) -> Bubble<'b> {
        let (width, height) = place.image_size.unwrap_or((1, 1));
        Bubble {
            urgency: draft.urgency,
            kind: draft.kind,
            document_number: draft.document_number.as_deref(),
            date_thai: self.date_thai.as_deref(),
            subject: &draft.subject,
            body: &draft.body,
            deadline: self.deadline.as_deref(),
            origin: place.origin_office,
            hero: self.image_url.as_deref().map(|url| Hero { url, width, height }),
            media,
            links: &self.links,
            read_url: &self.read_url,
            acknowledge: draft.acknowledgement.requested.then_some(self.acknowledge.as_str()),
            forward: self.forward.as_deref(),
            forward_page: self.forward_page.as_deref(),
            share: self.share_url.as_deref(),
            notice: match draft.kind {
                Kind::Correction => Some("แก้ไขประกาศที่ส่งก่อนหน้านี้"),
                Kind::Withdrawal => Some("ยกเลิกประกาศที่ส่งก่อนหน้านี้"),
                Kind::News | Kind::Test | Kind::Drill | Kind::Digest => None,
            },
        }
    }
}

/// What a bulletin asks and by when, and by when it is to be acknowledged.
fn deadline(draft: &Draft) -> Option<String> {
    let acknowledge_by = draft.acknowledgement.due_at.filter(|_| draft.acknowledgement.requested).map(|at| {
        let local = to_bangkok(at);
        let (day, time) = (format_long_date(local.date(), Digits::Thai), format_time(local.time(), Digits::Thai));
        format!("โปรดรับทราบภายในวันที่ {day} เวลา {time}")
    });
    let lines: Vec<String> = say_asked(&draft.requests).into_iter().chain(acknowledge_by).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The address of a file that a bulletin carries, which never changes.
#[must_use]
pub fn file_url(settings: &Settings, file: FileId, kind: FileKind) -> String {
    format!("{}/f/{file}.{}", settings.public_url, kind.ending())
}

/// The address of a picture, which never changes.
#[must_use]
pub fn image_url(settings: &Settings, image: ImageId) -> String {
    format!("{}/i/{image}.jpg", settings.public_url)
}

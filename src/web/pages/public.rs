//! The public page of a bulletin, `/b/{token}`: the whole text for whoever holds the link, and whether it still holds.
//!
//! The token is 128 random bits and goes only to the groups that get the bulletin. A draft has no page yet.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::{HtmlPage, assets};
use crate::domain::bulletin::{Kind, Link, MediaFile, Stage, Urgency};
use crate::domain::file_kind::FileKind;
use crate::domain::ids::BulletinId;
use crate::domain::request::DraftedRequest;
use crate::domain::thai::{Digits, format_long_date, format_time, to_bangkok};
use crate::domain::time::Timestamp;
use crate::store::bulletins::{Bulletin, Carried, Filter, find_correction, get_bulletin, list_bulletins, list_carried};
use crate::store::profiles::{StoredProfile, find_profile_of_group};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::problem::Problem;

/// Short: a withdrawal must show soon.
const CACHE: &str = "private, max-age=30";

#[derive(Template)]
#[template(path = "bulletin.html")]
struct PublicPage {
    style: String,
    urgency: Option<&'static str>,
    band: &'static str,
    mark: Option<&'static str>,
    number: Option<String>,
    date: Option<String>,
    subject: String,
    image: Option<Picture>,
    media: Vec<ShownMedia>,
    issuer: Option<Issuer>,
    paragraphs: Vec<Vec<String>>,
    asked: Vec<AskedLine>,
    /// By when it is to be acknowledged in LINE.
    acknowledge_by: Option<String>,
    origin: String,
    links: Vec<Link>,
    published: String,
    notice: Notice,
    /// Of a digest: what it carries.
    carried: Vec<Carried>,
    about: Option<String>,
    about_label: &'static str,
}

/// What the office that sends it is called in public, and where else it can be found.
#[derive(Debug)]
struct Issuer {
    name: Option<String>,
    unit: Option<String>,
    links: Vec<(&'static str, String)>,
}

impl Issuer {
    fn of(profile: StoredProfile) -> Self {
        let links = profile.links.iter();
        let links = links.map(|(service, address)| (service.brand().unwrap_or("เว็บไซต์"), address.to_owned()));
        Self { links: links.collect(), name: profile.name, unit: profile.unit }
    }
}

/// A picture or a video that went out in front of the card.
struct ShownMedia {
    video: bool,
    src: String,
    preview: String,
    alt: String,
}

impl ShownMedia {
    fn of(media: &MediaFile) -> Self {
        Self {
            video: media.kind == FileKind::Video,
            src: format!("/f/{}.{}", media.file, media.kind.ending()),
            preview: format!("/i/{}.jpg", media.preview),
            alt: media.alt.to_string(),
        }
    }
}

/// What offices are asked, and by when.
struct AskedLine {
    text: String,
    due: Option<String>,
}

impl AskedLine {
    fn of(request: &DraftedRequest) -> Self {
        Self { text: request.text.to_string(), due: request.thai_due() }
    }
}

/// The picture above the text.
struct Picture {
    src: String,
    alt: String,
    width: i16,
    height: i16,
}

impl Picture {
    fn of(bulletin: &Bulletin) -> Option<Self> {
        let attachment = bulletin.attachment()?;
        let (width, height) = bulletin.image_width.zip(bulletin.image_height)?;
        Some(Self { src: format!("/i/{}.jpg", attachment.image), alt: attachment.alt.into(), width, height })
    }
}

#[derive(Template)]
#[template(path = "absent.html")]
struct Absent {
    style: String,
}

#[derive(Template)]
#[template(path = "away.html")]
struct Away {
    style: String,
}

/// Whether the bulletin still holds, with what the page says of it.
#[derive(Debug, PartialEq, Eq)]
enum Notice {
    Current,
    Corrected { by: String },
    Withdrawn { reason: String, at: String },
    Expired { at: String },
}

/// What the page knows of other bulletins.
#[derive(Debug, Default)]
struct Others {
    /// The token of the newest correction of this one.
    correction: Option<String>,
    /// The token of the one that this one corrects or takes back.
    about: Option<String>,
    /// What it carries, where it is a digest.
    carried: Vec<Carried>,
    /// The profile of the office that sends it.
    issuer: Option<StoredProfile>,
}

/// The public page of a bulletin, in Thai.
#[utoipa::path(get, path = "/b/{token}", tag = "public", params(("token" = String, Path)), responses(
    (status = 200, description = "The page", body = String, content_type = "text/html"),
    (status = 404, description = "There is no such bulletin, or it is not published", body = String, content_type = "text/html")))]
pub async fn show_bulletin(State(app): State<App>, token: Result<Id<String>, Problem>) -> Response {
    let found = match token {
        Ok(Id(token)) => load(&app, token).await,
        // what cannot be a token is told to people, not to programs
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some((bulletin, others))) => {
            HtmlPage::within((), page(bulletin, others, app.now())).cache(CACHE).into_response()
        }
        Ok(None) => {
            HtmlPage::within((), Absent { style: assets::style_path() }).status(StatusCode::NOT_FOUND).into_response()
        }
        Err(error) => show_away(&error.into()),
    }
}

/// The failure is on record; a reader is told in Thai to come back.
fn show_away(problem: &Problem) -> Response {
    let mut response =
        HtmlPage::within((), Away { style: assets::style_path() }).status(problem.status()).into_response();
    response.headers_mut().extend(problem.header());
    response
}

async fn load(app: &App, token: String) -> Result<Option<(Bulletin, Others)>, StoreError> {
    let mut db = app.db.acquire().await?;
    let filter = Filter { public_token: Some(token), ..Filter::default() };
    let found = list_bulletins(&mut db, &filter, 1).await?.pop();
    let Some(bulletin) = found.filter(|bulletin| bulletin.published_at.is_some()) else { return Ok(None) };
    let others = load_others(&mut db, &bulletin).await?;
    Ok(Some((bulletin, others)))
}

async fn load_others(db: &mut Connection, bulletin: &Bulletin) -> Result<Others, StoreError> {
    let about = match bulletin.about {
        Some(about) => Some(get_bulletin(db, BulletinId(about)).await?.public_token),
        None => None,
    };
    let carried = if bulletin.kind == Kind::Digest { list_carried(db, bulletin.id).await? } else { Vec::new() };
    let issuer = find_profile_of_group(db, bulletin.origin_id).await?;
    Ok(Others { correction: find_correction(db, bulletin.id).await?, about, carried, issuer })
}

fn page(bulletin: Bulletin, others: Others, now: Timestamp) -> PublicPage {
    let notice = notice(&bulletin, others.correction, now);
    let urgency = bulletin.urgency();
    let date = bulletin.document_date.as_deref().and_then(|date| date.parse().ok());
    let image = Picture::of(&bulletin);
    let acknowledge_by = bulletin.due_at().map(moment);
    PublicPage {
        style: assets::style_path(),
        urgency: (urgency > Urgency::Routine).then(|| urgency.thai()),
        band: band(urgency),
        mark: mark(bulletin.kind),
        number: bulletin.document_number,
        date: date.map(|date| format_long_date(date, Digits::Thai)),
        image,
        media: bulletin.media.iter().map(ShownMedia::of).collect(),
        issuer: others.issuer.map(Issuer::of),
        subject: bulletin.subject,
        // a digest lists what it carries, with the way to each
        paragraphs: if bulletin.kind == Kind::Digest { Vec::new() } else { paragraphs(&bulletin.body) },
        asked: bulletin.requests.iter().map(AskedLine::of).collect(),
        acknowledge_by,
        origin: bulletin.origin_office,
        links: bulletin.links.0,
        published: bulletin.published_at.map(moment).unwrap_or_default(),
        notice,
        carried: others.carried,
        about: others.about.map(|token| format!("/b/{token}")),
        about_label: match bulletin.kind {
            Kind::Withdrawal => "อ่านประกาศที่ถูกยกเลิก",
            _ => "อ่านประกาศฉบับเดิมก่อนแก้ไข",
        },
    }
}

/// The class of the band on top.
fn band(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Routine => "routine",
        Urgency::Urgent => "urgent",
        Urgency::VeryUrgent => "very-urgent",
        Urgency::MostUrgent => "most-urgent",
    }
}

/// What kind of bulletin it is, where that must not be overlooked.
fn mark(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::News | Kind::Digest => None,
        Kind::Correction => Some("ประกาศแก้ไข"),
        Kind::Withdrawal => Some("ประกาศยกเลิก"),
        Kind::Test => Some("ทดสอบระบบ – ไม่ใช่ประกาศจริง"),
        Kind::Drill => Some("ฝึกซ้อม – ไม่ใช่เหตุการณ์จริง"),
    }
}

fn notice(bulletin: &Bulletin, correction: Option<String>, now: Timestamp) -> Notice {
    if bulletin.stage == Stage::Withdrawn {
        let reason = bulletin.withdrawn_reason.clone().unwrap_or_default();
        return Notice::Withdrawn { reason, at: bulletin.withdrawn_at.map(moment).unwrap_or_default() };
    }
    match (correction, bulletin.expires_at) {
        (Some(token), _) => Notice::Corrected { by: format!("/b/{token}") },
        (None, Some(at)) if at <= now => Notice::Expired { at: moment(at) },
        (None, _) => Notice::Current,
    }
}

/// A time in Bangkok, in full: ๒๓ มีนาคม ๒๕๖๑ เวลา ๙.๐๐ น.
fn moment(at: Timestamp) -> String {
    let local = to_bangkok(at);
    format!("{} เวลา {}", format_long_date(local.date(), Digits::Thai), format_time(local.time(), Digits::Thai))
}

/// Paragraphs, each with its lines.
fn paragraphs(body: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for line in body.lines() {
        match all.last_mut() {
            Some(last) if !line.trim().is_empty() => last.push(line.to_owned()),
            _ => all.push(Vec::new()),
        }
    }
    all.retain(|paragraph| !paragraph.is_empty());
    all
}

#[cfg(test)]
mod tests;

//! Bulletins as they are read: one, or a page of those that the caller can see.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Deserializer, Serialize, de};
use uuid::Uuid;

use super::request_fields::BulletinRequest;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{
    self, Acknowledgement, Attachment, Audience, ForwardingMode, Kind, Link, UnscheduledReason, Urgency,
};
use crate::domain::content_id::FileId;
use crate::domain::document::{DocumentNumber, Doubt, NumberParts};
use crate::domain::file_kind::FileKind;
use crate::domain::ids::BulletinId;
use crate::domain::picture::ImageId;
use crate::domain::search::{BadWords, Words};
use crate::domain::share_code::ShareCode;
use crate::domain::share_text::share_url;
use crate::domain::text::AltText;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;
use crate::relay::rendering::{file_url, image_url};
use crate::relay::share::SharedBulletin;
use crate::store::bulletins::{self as rows, Filter};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::Problem;

/// A bulletin.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Bulletin {
    /// Its id.
    pub id: BulletinId,
    /// Where it stands.
    pub state: bulletin::State,
    /// What it is.
    pub kind: Kind,
    /// The bulletin that it corrects or takes back.
    pub about: Option<Uuid>,
    /// The subject line.
    pub subject: String,
    /// The whole text.
    pub body: String,
    /// How urgent.
    pub urgency: Urgency,
    /// The letter's number, exactly as it was given.
    pub document_number: Option<String>,
    /// The letter's date, `YYYY-MM-DD`.
    #[schema(example = "2018-03-23")]
    pub document_date: Option<String>,
    /// What could be read of the letter's number, and what to check; null without a number.
    pub document: Option<Document>,
    /// The group where it starts.
    pub origin: String,
    /// The name of that group's office.
    pub origin_office: String,
    /// To whom, among the origin and all below it.
    pub audience: Audience,
    /// Links below the text.
    pub links: Vec<Link>,
    /// The image in its card, and the files in front of it.
    pub attachments: Vec<Attached>,
    /// How it treats the groups' own settings.
    pub forwarding: ForwardingMode,
    /// How all groups get their copies; null = each group's own way.
    pub way: Option<Way>,
    /// The acknowledge button.
    pub acknowledgement: Acknowledgement,
    /// When it stops being sent; null before publish means the default.
    pub expires_at: Option<Timestamp>,
    /// What it asks of the offices that get it.
    pub requests: Vec<BulletinRequest>,
    /// Its public page; open once it is published.
    pub public_url: String,
    /// The code at the end of its share text; null before it is published.
    #[schema(value_type = Option<String>, example = "REF-7K3M-9QXD")]
    pub code: Option<ShareCode>,
    /// The text by which people forward it by hand, its code last; null before it is published.
    pub share_text: Option<String>,
    /// LINE's share screen with that text, which opens on phones; null before it is published.
    pub share_url: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    #[schema(example = "key:spokesman")]
    #[schema(value_type = String)]
    pub created_by: Actor,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was handed to a second person.
    pub submitted_at: Option<Timestamp>,
    /// By whom.
    #[schema(value_type = Option<String>)]
    pub submitted_by: Option<Actor>,
    /// When a second person approved it as it stands; a change takes that away.
    pub approved_at: Option<Timestamp>,
    /// Who.
    #[schema(value_type = Option<String>)]
    pub approved_by: Option<Actor>,
    /// When a second person returned it; null again once it is submitted anew.
    pub returned_at: Option<Timestamp>,
    /// Who.
    #[schema(value_type = Option<String>)]
    pub returned_by: Option<Actor>,
    /// Why.
    pub returned_reason: Option<String>,
    /// When it is to be published.
    pub scheduled_for: Option<Timestamp>,
    /// Whether it is, or was, to be published with a digest.
    pub with_digest: bool,
    /// The digest that carries it, and whose receipts its own follow; null where it goes out alone.
    pub digest: Option<BulletinId>,
    /// When its hour came and it was not published: it is a draft again. Null once it is submitted or scheduled anew.
    pub unscheduled_at: Option<Timestamp>,
    /// Why.
    pub unscheduled_reason: Option<UnscheduledReason>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// Why.
    pub withdrawn_reason: Option<String>,
    /// Since when it is not sent, because LINE refused the message itself; a retry lets it go on.
    pub paused_at: Option<Timestamp>,
    /// Deliveries made at publish.
    pub deliveries: Option<i32>,
}

/// What a bulletin bears besides its text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Attached {
    /// The id of the image in its card; null for a file in front of it.
    image: Option<ImageId>,
    /// The id of a file in front of the card; null for the image in it.
    file: Option<FileId>,
    /// What it is.
    kind: FileKind,
    /// What it shows.
    alt: AltText,
    /// Where it is; what stands there never changes.
    url: String,
    /// The image's width in pixels.
    width: Option<i16>,
    /// The image's height in pixels.
    height: Option<i16>,
}

impl Attached {
    fn list(app: &App, row: &rows::Bulletin) -> Vec<Self> {
        let image = row.attachment().map(|Attachment { image, alt }| Self {
            image: Some(image),
            file: None,
            kind: FileKind::Image,
            alt,
            url: image_url(&app.settings, image),
            width: row.image_width,
            height: row.image_height,
        });
        let files = row.media.iter().map(|media| Self {
            image: None,
            file: Some(media.file),
            kind: media.kind,
            alt: media.alt.clone(),
            url: file_url(&app.settings, media.file, media.kind),
            width: None,
            height: None,
        });
        image.into_iter().chain(files).collect()
    }
}

/// What could be read of a letter's number.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Document {
    /// Its parts; null where the text does not have the shape of a number.
    pub number: Option<NumberParts>,
    /// What a person should check against the original; empty if nothing.
    pub doubts: Vec<Doubt>,
}

impl Document {
    fn of(number: &str, date: Option<&str>) -> Option<Self> {
        let date = date.and_then(|date| date.parse().ok());
        let number = DocumentNumber::parse(number, date).ok()?;
        Some(Self { number: number.parts().cloned(), doubts: number.doubts().to_vec() })
    }
}

impl Bulletin {
    /// What people see of the row.
    #[must_use]
    pub fn of(app: &App, row: rows::Bulletin) -> Self {
        let (state, urgency) = (row.state(), row.urgency());
        let share_text = SharedBulletin::of(&app.settings, &row).map(|shared| shared.text().full());
        Self {
            attachments: Attached::list(app, &row),
            id: row.id,
            state,
            kind: row.kind,
            about: row.about,
            document: row
                .document_number
                .as_deref()
                .and_then(|number| Document::of(number, row.document_date.as_deref())),
            subject: row.subject,
            body: row.body,
            urgency,
            document_number: row.document_number,
            document_date: row.document_date,
            origin: row.origin,
            origin_office: row.origin_office,
            audience: row.audience.0,
            links: row.links.0,
            forwarding: row.forwarding,
            way: row.way,
            acknowledgement: row.acknowledgement.0,
            expires_at: row.expires_at,
            requests: BulletinRequest::list(row.requests.0),
            public_url: app.public_url(&row.public_token),
            code: row.share_code,
            share_url: share_text.as_deref().map(share_url),
            share_text,
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            with_digest: row.with_digest,
            digest: row.digest_id,
            submitted_at: row.submitted_at,
            submitted_by: row.submitted_by,
            approved_at: row.approved_at,
            approved_by: row.approved_by,
            returned_at: row.returned_at,
            returned_by: row.returned_by,
            returned_reason: row.returned_reason,
            scheduled_for: row.scheduled_for,
            unscheduled_at: row.unscheduled_at,
            unscheduled_reason: row.unscheduled_reason,
            published_at: row.published_at,
            withdrawn_at: row.withdrawn_at,
            withdrawn_reason: row.withdrawn_reason,
            paused_at: row.paused_at,
            deliveries: row.deliveries,
        }
    }
}

/// What a list of bulletins is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BulletinQuery {
    /// Only of this state.
    state: Option<bulletin::State>,
    /// Only of this kind.
    kind: Option<Kind>,
    /// Only those in whose subject, number or text every one of these words stands, anywhere within it; at most 8
    /// words and 200 characters. Thai and Arabic digits are the same.
    #[param(value_type = Option<String>, max_length = 200, pattern = r"^\s*(?:[^\s\p{C}]+\s*){0,8}$")]
    #[serde(default, deserialize_with = "words")]
    q: Option<Words>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// What is looked for; nothing but blanks does not narrow.
pub(super) fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Words>, D::Error> {
    match String::deserialize(deserializer)?.parse() {
        Ok(words) => Ok(Some(words)),
        Err(BadWords::Empty) => Ok(None),
        Err(bad) => Err(de::Error::custom(bad)),
    }
}

/// Bulletins, newest first.
///
/// A key with an office sees those that go to its part of the tree or start there.
#[utoipa::path(get, path = "/bulletins", tag = "bulletins", params(BulletinQuery),
    responses((status = 200, body = Page<Bulletin>)))]
pub async fn list_bulletins(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<BulletinQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<Bulletin>>, Problem> {
    let filter = Filter {
        state: query.state,
        kind: query.kind,
        words: query.q,
        before: key_of(query.cursor.as_ref())?,
        scope: caller.scope.to_filter(),
        drafts: caller.sees_drafts(),
        own_drafts: caller.sees_own_drafts(),
        ..Filter::default()
    };
    let found = rows::list_bulletins(&mut db, &filter, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.id, |row| Bulletin::of(&app, row))))
}

/// One bulletin.
#[utoipa::path(get, path = "/bulletins/{id}", tag = "bulletins", params(("id" = BulletinId, Path)),
    responses((status = 200, body = Bulletin)))]
pub async fn get_bulletin(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Json<Bulletin>, Problem> {
    let row = visible::bulletin(&mut db, &caller, id).await?;
    Ok(Json(Bulletin::of(&app, row)))
}

//! Pictures that show what was done: chosen before the rest is typed, and seen by those who see the record.
//!
//! How they are taken in is told in [`form_files`](crate::web::pages::form_files).

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::read_ids;
use super::{HERE, record, show};
use crate::domain::content_id::FileId;
use crate::domain::dissemination::Pictures;
use crate::domain::ids::{BulletinId, DisseminationId};
use crate::store::files::find_picture_of_record;
use crate::store::images::find_image;
use crate::web::app::App;
use crate::web::file_answer;
use crate::web::input::{Ids, Parameters};
use crate::web::pages::form_files::{TakenFile, read_text, take_file, write_ids};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::uploads::announced;

/// Whether the small picture is enough.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PictureQuery {
    small: Option<String>,
}

/// A picture of a record.
pub(super) async fn show_picture(
    State(app): State<App>,
    visitor: Visitor,
    Ids(id, file): Ids<DisseminationId, FileId>,
    Parameters(PictureQuery { small }): Parameters<PictureQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    const OWN: HeaderValue = HeaderValue::from_static("private, no-store");
    let (found, preview) = {
        // the connection is let go before the picture is sent
        let mut db = app.db.acquire().await?;
        let found = find_picture_of_record(&mut db, id, file, visitor.caller.scope.groups()).await?;
        let found = found.ok_or_else(|| Problem::absent("picture"))?;
        let preview = match found.preview.filter(|_| small.is_some()) {
            Some(preview) => find_image(&mut db, preview).await?,
            None => None,
        };
        (found, preview)
    };
    match preview {
        Some(bytes) => Ok(file_answer::picture(bytes, OWN)),
        None => file_answer::answer(&app.files, &found, &headers, OWN).await,
    }
}

/// What came.
#[derive(Debug, Default)]
struct Sent {
    bulletin: Option<BulletinId>,
    record: Option<DisseminationId>,
    /// For which office, as it stood in the form.
    office: String,
    pictures: Vec<FileId>,
    fault: Option<String>,
}

/// Takes pictures in and shows the form with them.
pub(super) async fn take_pictures(
    State(app): State<App>,
    mut visitor: Visitor,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let limits = app.files.limits();
    // a form holds little beside its pictures: what is far too large is refused before it is read
    let most = limits.image.saturating_mul(Pictures::MOST as u64) + 100_000;
    if announced(&headers).is_some_and(|size| size > most) {
        return Err(Problem::too_large());
    }
    let sent = read_parts(&app, &visitor, request).await?;
    let place = match (sent.record, sent.bulletin) {
        (Some(id), _) => format!("{HERE}/{id}?pictures={}#correct", write_ids(&sent.pictures)),
        (None, Some(id)) => {
            let office = serde_urlencoded::to_string([("office", &sent.office)]).unwrap_or_default();
            format!("{HERE}/new?bulletin={id}&{office}&pictures={}", write_ids(&sent.pictures))
        }
        (None, None) => return Err(Problem::bad_request("The form names neither a bulletin nor a record.")),
    };
    let Some(fault) = sent.fault else { return Ok(Redirect::to(&place).into_response()) };
    visitor.here.clone_from(&place);
    let mut db = app.db.acquire().await?;
    match (sent.record, sent.bulletin) {
        (Some(id), _) => show::show_fault(&mut db, &visitor, id, &sent.pictures, fault).await,
        (None, Some(id)) => record::show_fault(&app, &mut db, &visitor, (id, sent.office), &sent.pictures, fault).await,
        (None, None) => Err(Problem::internal()),
    }
}

async fn read_parts(app: &App, visitor: &Visitor, request: Request) -> Result<Sent, Problem> {
    let broken = |_: MultipartError| Problem::bad_request("The form cannot be read to its end.");
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| Problem::bad_request("No form."))?;
    let (mut sent, mut read, mut came) = (Sent::default(), 0, 0);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        read += 1;
        if read > 2 * Pictures::MOST + 6 {
            return Err(Problem::bad_request("The form has too many parts."));
        }
        match (part.name(), part.file_name()) {
            (Some("file"), Some(_)) => came += usize::from(take_one(app, visitor, part, &mut sent).await?),
            (Some("pictures"), None) => sent.pictures = read_ids(&read_text(part).await?),
            (Some("bulletin"), None) => sent.bulletin = read_text(part).await?.parse().ok(),
            (Some("office"), None) => sent.office = read_text(part).await?,
            (Some("record"), None) => sent.record = read_text(part).await?.parse().ok(),
            _ => {
                read_text(part).await?;
            }
        }
        if sent.fault.is_some() {
            break;
        }
    }
    if came == 0 && sent.fault.is_none() {
        sent.fault = Some(visitor.words.say("spread-picture-none"));
    }
    sent.pictures.truncate(Pictures::MOST);
    Ok(sent)
}

/// Takes one picture; gives whether there was one.
async fn take_one(app: &App, visitor: &Visitor, part: Field<'_>, sent: &mut Sent) -> Result<bool, Problem> {
    match take_file(app, visitor, part, Some("spread-picture-kind")).await? {
        TakenFile::Empty => return Ok(false),
        TakenFile::Refused(sentence) => sent.fault = Some(sentence),
        TakenFile::Kept(file) if sent.pictures.contains(&file.id) => {}
        TakenFile::Kept(_) if sent.pictures.len() >= Pictures::MOST => {
            sent.fault = Some(visitor.words.say("spread-pictures-many"));
        }
        TakenFile::Kept(file) => sent.pictures.push(file.id),
    }
    Ok(true)
}

//! Files of what is sent upward, chosen before the rest is typed: they are taken in, then the fields are shown.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::HERE;
use super::form::{MaterialForm, read_ids};
use super::send::{Sending, render};
use crate::domain::content_id::FileId;
use crate::domain::ids::SubmissionId;
use crate::domain::submission::MOST_FILES;
use crate::files::upload::NotStaged;
use crate::web::app::App;
use crate::web::pages::form_files::{TakenFile, read_text, take_file, write_ids};
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::uploads::{announced, say_not_staged};

/// Takes files in and shows the form with them.
pub(super) async fn take_files(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    // a form holds little beside its files: what is far too large is refused before it is read
    let most = app.files.limits().most().saturating_mul(MOST_FILES as u64) + 100_000;
    let sent = if announced(&headers).is_some_and(|size| size > most) {
        Sent {
            fault: say_not_staged(visitor.words, &NotStaged::TooLarge(app.files.limits().most())),
            ..Sent::default()
        }
    } else {
        read_parts(&app, &visitor, request).await?
    };
    let place = match sent.again {
        Some(id) => format!("{HERE}/{id}/again"),
        None => format!("{HERE}/new"),
    };
    match sent.fault {
        None => {
            let fields = [("files", write_ids(&sent.files)), ("office", sent.office)];
            let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            let query = serde_urlencoded::to_string(fields).unwrap_or_default();
            Ok(Redirect::to(&format!("{place}?{query}")).into_response())
        }
        Some(fault) => {
            let mut typed = MaterialForm { files: write_ids(&sent.files), ..MaterialForm::default() };
            typed.office.typed.clone_from(&sent.office);
            let again = sent.again.map(|id| (id, None));
            let fields = again.is_none() && !sent.files.is_empty();
            let sending = Sending { again, fields, upload_fault: Some(fault) };
            let mut db = app.db.acquire().await?;
            render(&app, &mut db, &visitor, sending, FormState::new(typed), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// What came.
#[derive(Debug, Default)]
struct Sent {
    files: Vec<FileId>,
    again: Option<SubmissionId>,
    /// For which office, as it stood in the form.
    office: String,
    fault: Option<String>,
}

async fn read_parts(app: &App, visitor: &Visitor, request: Request) -> Result<Sent, Problem> {
    let broken = |_: MultipartError| Problem::bad_request("The form cannot be read to its end.");
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| Problem::bad_request("No form."))?;
    let mut sent = Sent::default();
    let mut read = 0;
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        read += 1;
        if read > 2 * MOST_FILES + 4 {
            return Err(Problem::bad_request("The form has too many parts."));
        }
        match (part.name(), part.file_name()) {
            (Some("file"), Some(_)) => take_one(app, visitor, part, &mut sent).await?,
            (Some("files"), None) => sent.files = read_ids(&read_text(part).await?),
            (Some("office"), None) => sent.office = read_text(part).await?,
            (Some("again"), None) => sent.again = read_text(part).await?.parse().ok(),
            _ => {
                read_text(part).await?;
            }
        }
        if sent.fault.is_some() {
            break;
        }
    }
    if sent.files.is_empty() && sent.fault.is_none() {
        sent.fault = Some(visitor.words.say("material-file-none"));
    }
    Ok(sent)
}

async fn take_one(app: &App, visitor: &Visitor, part: Field<'_>, sent: &mut Sent) -> Result<(), Problem> {
    match take_file(app, visitor, part, None).await? {
        TakenFile::Empty => {}
        TakenFile::Refused(sentence) => sent.fault = Some(sentence),
        TakenFile::Kept(file) if sent.files.contains(&file.id) => {}
        TakenFile::Kept(_) if sent.files.len() >= MOST_FILES => {
            sent.fault = Some(visitor.words.say("material-file-many"));
        }
        TakenFile::Kept(file) => sent.files.push(file.id),
    }
    Ok(())
}

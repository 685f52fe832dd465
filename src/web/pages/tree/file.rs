//! The tree file: taken out, and sent in to be looked at.

use askama::Template;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::faults::{Fault, fault_columns};
use crate::domain::ids::Code;
use crate::domain::right::Scope;
use crate::domain::tree_file::RowError;
use crate::relay::tree_files::{self, TreeRefusal};
use crate::store::channels::list_channels;
use crate::store::tree_uploads::{UploadSummary, list_uploads};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::long_table::headers_of;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::actor::say_actor;
use crate::web::ui::cell::Cell;
use crate::web::ui::table::{Column, PageTable};

/// Files that are listed.
const LISTED: i64 = 20;
/// Faults of a file that are shown; the file is mended and sent in again.
const FAULTS_SHOWN: usize = 200;
/// The longest name of a file that is kept.
const NAME: usize = 200;

#[derive(Template)]
#[template(path = "tree/upload.html")]
struct UploadPage {
    channels: Vec<(String, String)>,
    /// Why the file was not taken.
    fault: Option<String>,
    faults: PageTable,
    /// How many faults there are, where not all are shown.
    faults_in_all: Option<String>,
    uploads: PageTable,
    /// Whether the visitor changes all of the tree.
    whole: bool,
}

fn upload_columns<'a>() -> Vec<Column<'a, UploadSummary>> {
    vec![
        Column::text("tree-upload-name", |upload: &UploadSummary| upload.file_name.clone())
            .shown(|upload, _| Cell::link(&format!("/tree/uploads/{}", upload.id), &upload.file_name))
            .naming_the_row(),
        Column::time("tree-upload-at", |upload: &UploadSummary| Some(upload.uploaded_at)),
        Column::words("tree-upload-by", |upload: &UploadSummary, t| say_actor(t, &upload.uploaded_by, None)),
        Column::number("tree-upload-groups", |upload: &UploadSummary| upload.groups),
        Column::words("tree-upload-state", |upload: &UploadSummary, t| {
            t.say(match (upload.applied_at, upload.undone_at) {
                (_, Some(_)) => "tree-upload-undone",
                (Some(_), None) => "tree-upload-applied",
                (None, None) => "tree-upload-waiting",
            })
        }),
    ]
}

/// The caller's part of the tree as a file; it holds telephone numbers, so taking it out is on record.
pub async fn download(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let bytes = tree_files::take_out(&mut tx, &visitor.caller.right(), app.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok((headers_of("tree"), bytes).into_response())
}

/// The form, with the files that were sent in before.
pub async fn show_form(visitor: Visitor, Conn(mut db): Conn) -> Result<Response, Problem> {
    page(&mut db, &visitor, StatusCode::OK, None, &[]).await
}

/// The files that were sent in for the visitor's part of the tree.
async fn uploads_of(db: &mut Connection, visitor: &Visitor) -> Result<Vec<UploadSummary>, StoreError> {
    match (&visitor.caller.scope, visitor.caller.office) {
        (Scope::Whole, _) => list_uploads(db, None, LISTED).await,
        (_, Some(office)) => list_uploads(db, Some(office), LISTED).await,
        (_, None) => Ok(Vec::new()),
    }
}

async fn page(
    db: &mut Connection,
    visitor: &Visitor,
    status: StatusCode,
    fault: Option<String>,
    errors: &[RowError],
) -> Result<Response, Problem> {
    let channels = list_channels(db).await?.into_iter().map(|channel| (channel.code, channel.name)).collect();
    let t = visitor.words;
    let faults: Vec<Fault> = errors.iter().take(FAULTS_SHOWN).map(|error| Fault::of(t, error)).collect();
    let page = UploadPage {
        channels,
        fault,
        faults: PageTable::of(t, &t.say("tree-faults"), &fault_columns(), &faults),
        faults_in_all: (errors.len() > FAULTS_SHOWN).then(|| errors.len().to_string()),
        uploads: PageTable::of(t, &t.say("tree-uploads"), &upload_columns(), &uploads_of(db, visitor).await?),
        whole: visitor.caller.scope == Scope::Whole,
    };
    let shell = Shell::of(visitor).with_script("tree");
    Ok(HtmlPage::within(shell, page).status(status).into_response())
}

/// A file as it was sent.
#[derive(Default)]
struct SentFile {
    name: String,
    bytes: Vec<u8>,
    channel: String,
}

async fn read_sent(request: Request, app: &App) -> Result<SentFile, Problem> {
    let broken = |_| Problem::bad_request("The form cannot be read to its end.");
    let mut sent = SentFile::default();
    // a form that can hold no file has none
    let Ok(mut parts) = Multipart::from_request(request, app).await else { return Ok(sent) };
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") => {
                let name = part.file_name().unwrap_or_default();
                sent.name = name.chars().filter(|letter| !letter.is_control()).take(NAME).collect();
                sent.bytes = part.bytes().await.map_err(|_| Problem::too_large())?.to_vec();
            }
            Some("channel") => sent.channel = part.text().await.map_err(broken)?,
            _ => {}
        }
    }
    Ok(sent)
}

/// Takes a file in, and leads to what it would change.
pub async fn upload(State(app): State<App>, visitor: Visitor, request: Request) -> Result<Response, Problem> {
    let t = visitor.words;
    let sent = read_sent(request, &app).await?;
    let refused = async |sentence: String, errors: &[RowError]| {
        let mut db = app.db.acquire().await?;
        page(&mut db, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(sentence), errors).await
    };
    if sent.bytes.is_empty() {
        return refused(t.say("tree-upload-empty"), &[]).await;
    }
    let channel = match sent.channel.trim() {
        "" => None,
        code => match code.parse::<Code>() {
            Ok(code) => Some(code),
            Err(_) => return refused(t.say("tree-upload-channel"), &[]).await,
        },
    };
    let right = visitor.caller.right();
    let mut tx = app.begin().await?;
    let uploaded = tree_files::upload(&mut tx, (&sent.name, &sent.bytes), channel.as_ref(), &right, app.now()).await;
    match &uploaded {
        Ok(_) => tx.commit().await.map_err(StoreError::from)?,
        Err(_) => drop(tx),
    }
    match uploaded {
        Ok(id) => Ok(Redirect::to(&format!("/tree/uploads/{id}")).into_response()),
        Err(TreeRefusal::BadFile(bad)) => {
            refused(t.count("tree-upload-bad", i64::try_from(bad.errors.len()).unwrap_or(i64::MAX)), &bad.errors).await
        }
        Err(TreeRefusal::ChannelAbsent(_)) => refused(t.say("tree-upload-channel"), &[]).await,
        Err(TreeRefusal::NothingNew) => refused(t.say("tree-upload-nothing"), &[]).await,
        Err(other) => Err(other.into()),
    }
}

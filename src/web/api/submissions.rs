//! What offices send upward: sent, sent again, checked, proposed, returned, and accepted as a draft.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::files::FileBytes;
use crate::domain::content_id::FileId;
use crate::domain::ids::{BulletinId, Code, SubmissionId};
use crate::domain::submission::{SubmissionState, SubmissionWay};
use crate::domain::text::{AltText, Mention, Outcome, RequestText, Subject};
use crate::domain::time_bound::{Bound, TimeInput};
use crate::offices::OfficeRefusal;
use crate::offices::submissions::{self as commands, Material};
use crate::relay::accept_submission::accept;
use crate::store::Connection;
use crate::store::files::find_submitted;
use crate::store::submissions::files::{list_submitted_files, list_submitted_pages};
use crate::store::submissions::steps::list_steps;
use crate::store::submissions::{Filter, find_submission, list_submissions as list_rows};
use crate::web::access::offices::chosen;
use crate::web::access::origin::default_origin;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::file_answer;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Ids, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{Problem, ProblemDetails};
use crate::web::view::submission::{Submission, SubmissionStep, SubmittedFile};

/// What a list of submissions is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubmissionQuery {
    /// Only of this office, by its code.
    #[param(value_type = Option<Code>)]
    office: Option<String>,
    /// Only those that have come so far.
    state: Option<SubmissionState>,
    /// Only those about this topic, by its code.
    #[param(value_type = Option<String>, example = "farmers")]
    topic: Option<String>,
    /// Only those with which something was done then or later.
    #[param(value_type = Option<crate::domain::time::Timestamp>)]
    since: Option<TimeInput>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// What offices sent upward, the newest first.
#[utoipa::path(get, path = "/submissions", tag = "offices", params(SubmissionQuery), responses(
    (status = 200, body = Page<Submission>),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_submissions(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<SubmissionQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<Submission>>, Problem> {
    let since = query.since.map(|since| since.within(Bound::Search, app.now())).transpose();
    let since = since.map_err(|why| Problem::invalid_field("?since", why))?;
    let office = match query.office.as_deref() {
        Some(code) => Some(visible::office(&mut db, &caller, code).await?.id),
        None => None,
    };
    let filter = Filter {
        scope: caller.scope.groups(),
        office,
        state: query.state,
        topic: query.topic.as_deref(),
        since,
        before: key_of(query.cursor.as_ref())?,
    };
    let found = list_rows(&mut db, &filter, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.id, Submission::from)))
}

/// A submission with its files and what was done with it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubmissionDetails {
    #[serde(flatten)]
    submission: Submission,
    /// Its files in their order.
    files: Vec<SubmittedFile>,
    /// The first pages of its document as pictures, which are fetched like its files.
    pages: Vec<SubmittedFile>,
    /// What was done with it, in order.
    steps: Vec<SubmissionStep>,
}

async fn details(
    db: &mut Connection,
    scope: Option<&[i32]>,
    id: SubmissionId,
) -> Result<SubmissionDetails, OfficeRefusal> {
    let found = find_submission(db, scope, id).await?.ok_or(OfficeRefusal::SubmissionAbsent)?;
    let files = list_submitted_files(db, id).await?;
    let pages = list_submitted_pages(db, id).await?;
    let steps = list_steps(db, id).await?;
    Ok(SubmissionDetails {
        submission: found.into(),
        files: files.into_iter().map(SubmittedFile::from).collect(),
        pages: pages.into_iter().map(SubmittedFile::from).collect(),
        steps: steps.into_iter().map(SubmissionStep::from).collect(),
    })
}

/// One submission.
#[utoipa::path(get, path = "/submissions/{id}", tag = "offices", params(("id" = SubmissionId, Path)),
    responses((status = 200, body = SubmissionDetails)))]
pub async fn get_submission(
    caller: Caller,
    Id(id): Id<SubmissionId>,
    Conn(mut db): Conn,
) -> Result<Json<SubmissionDetails>, Problem> {
    Ok(Json(details(&mut db, caller.scope.groups(), id).await?))
}

/// A file of a submission.
#[utoipa::path(get, path = "/submissions/{id}/files/{file}", tag = "offices",
    params(("id" = SubmissionId, Path), ("file" = FileId, Path)), responses(
    (status = 200, body = FileBytes, content_type = "application/octet-stream"),
    (status = 206, description = "The part of it that was asked for", body = FileBytes,
        content_type = "application/octet-stream"),
))]
pub async fn get_submitted_file(
    State(app): State<App>,
    caller: Caller,
    Ids(id, file): Ids<SubmissionId, FileId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // the connection is let go before the file is sent
    let found = find_submitted(&mut *app.db.acquire().await?, id, file, caller.scope.groups()).await?;
    let found = found.ok_or_else(|| Problem::absent("file"))?;
    file_answer::answer(&app.files, &found, &headers, HeaderValue::from_static("private, no-store")).await
}

/// A file of what is sent.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentFile {
    /// A file that was uploaded with `POST /files`.
    file: FileId,
    /// What it shows, for those who do not see it; one line.
    alt: AltText,
}

/// What an office sends: pictures (up to four), one video, one document, or a text alone.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialInput {
    /// The office's code; left out = the key's own office. Not in `send-again`.
    #[serde(default)]
    office: Option<String>,
    /// The code of a topic.
    #[schema(example = "farmers")]
    topic: String,
    /// What it is about.
    title: Subject,
    /// What came of it for people; required where there is no file.
    #[serde(default)]
    outcome: Option<Outcome>,
    /// Who benefits; one line.
    #[serde(default)]
    beneficiaries: Option<Mention>,
    /// The figures that show it; one line.
    #[serde(default)]
    figures: Option<Mention>,
    /// Whom to name as its source; one line. Left out = the office.
    #[serde(default)]
    source: Option<Mention>,
    /// The unit to ask, and how; one line.
    #[serde(default)]
    contact: Option<Mention>,
    /// Its files in their order.
    #[serde(default)]
    #[schema(max_items = 4)]
    files: Vec<SentFile>,
}

impl MaterialInput {
    fn split(self) -> (Option<String>, Material) {
        let Self { office, topic, title, outcome, beneficiaries, figures, source, contact, files } = self;
        let files = files.into_iter().map(|sent| (sent.file, sent.alt)).collect();
        (office, Material { topic, title, outcome, beneficiaries, figures, source, contact, files })
    }
}

/// Send material of an office upward.
#[utoipa::path(post, path = "/submissions", tag = "offices", request_body = MaterialInput, responses(
    (status = 201, body = SubmissionDetails),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn send_submission(State(app): State<App>, post: IdempotentPost<MaterialInput>) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let (office, material) = body.split();
    let office = chosen(work.db(), &caller, office.as_deref(), "/office").await?;
    let id = commands::send(work.db(), &right, office.id, &material, SubmissionWay::Api, now).await?;
    let made = details(work.db(), None, id).await?;
    work.answer(StatusCode::CREATED, &made).await
}

/// Send what was returned again, changed; or say what it is that came by LINE and that nobody has checked yet.
#[utoipa::path(post, path = "/submissions/{id}/send-again", tag = "offices", params(("id" = SubmissionId, Path)),
    request_body = MaterialInput, responses((status = 200, body = SubmissionDetails)))]
pub async fn send_submission_again(
    State(app): State<App>,
    Id(id): Id<SubmissionId>,
    post: IdempotentPost<MaterialInput>,
) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let (office, material) = body.split();
    if office.is_some() {
        return Err(Problem::invalid_field("/office", "stays as it is").into());
    }
    commands::send_again(work.db(), &right, id, &material, now).await?;
    let changed = details(work.db(), None, id).await?;
    work.answer(StatusCode::OK, &changed).await
}

/// What is remarked on a submission.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionRemark {
    /// A few lines.
    #[serde(default)]
    remark: Option<RequestText>,
    /// The number of the step that was seen last; where another has followed, the answer is 409, `changed-since`.
    /// Left out, nothing is compared.
    #[serde(default)]
    #[schema(minimum = 1)]
    seen: Option<i16>,
}

/// Note that an office above finds a submission in order.
#[utoipa::path(post, path = "/submissions/{id}/check", tag = "offices", params(("id" = SubmissionId, Path)),
    request_body = Option<SubmissionRemark>, responses((status = 200, body = SubmissionDetails)))]
pub async fn check_submission(
    State(app): State<App>,
    Id(id): Id<SubmissionId>,
    post: IdempotentPost<SubmissionRemark>,
) -> PostResult {
    let (mut work, SubmissionRemark { remark, seen }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    commands::check_off(work.db(), &right, id, seen, remark.as_ref(), now).await?;
    let changed = details(work.db(), None, id).await?;
    work.answer(StatusCode::OK, &changed).await
}

/// Propose a submission to whoever publishes.
#[utoipa::path(post, path = "/submissions/{id}/propose", tag = "offices", params(("id" = SubmissionId, Path)),
    request_body = Option<SubmissionRemark>, responses((status = 200, body = SubmissionDetails)))]
pub async fn propose_submission(
    State(app): State<App>,
    Id(id): Id<SubmissionId>,
    post: IdempotentPost<SubmissionRemark>,
) -> PostResult {
    let (mut work, SubmissionRemark { remark, seen }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    commands::propose(work.db(), &right, id, seen, remark.as_ref(), now).await?;
    let changed = details(work.db(), None, id).await?;
    work.answer(StatusCode::OK, &changed).await
}

/// Why a submission goes back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionReturn {
    /// What has to be changed; a few lines.
    reason: RequestText,
    /// The number of the step that was seen last, as for a check.
    #[serde(default)]
    #[schema(minimum = 1)]
    seen: Option<i16>,
}

/// Send a submission back with the reason.
#[utoipa::path(post, path = "/submissions/{id}/return", tag = "offices", params(("id" = SubmissionId, Path)),
    request_body = SubmissionReturn, responses((status = 200, body = SubmissionDetails)))]
pub async fn return_submission(
    State(app): State<App>,
    Id(id): Id<SubmissionId>,
    post: IdempotentPost<SubmissionReturn>,
) -> PostResult {
    let (mut work, SubmissionReturn { reason, seen }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    commands::give_back(work.db(), &right, id, seen, &reason, now).await?;
    let changed = details(work.db(), None, id).await?;
    work.answer(StatusCode::OK, &changed).await
}

/// Nothing has to be said.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionAcceptance {
    /// The number of the step that was seen last, as for a check.
    #[serde(default)]
    #[schema(minimum = 1)]
    seen: Option<i16>,
}

/// The draft that a submission became.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AcceptedSubmission {
    /// The draft.
    bulletin: BulletinId,
}

/// Accept a submission that was proposed: it becomes a draft, which names its source. Nothing is published by it.
#[utoipa::path(post, path = "/submissions/{id}/accept", tag = "offices", params(("id" = SubmissionId, Path)),
    request_body = Option<SubmissionAcceptance>, responses((status = 200, body = AcceptedSubmission)))]
pub async fn accept_submission(
    State(app): State<App>,
    Id(id): Id<SubmissionId>,
    post: IdempotentPost<SubmissionAcceptance>,
) -> PostResult {
    let (mut work, SubmissionAcceptance { seen }) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let origin = default_origin(work.db(), &caller).await?;
    let bulletin = accept(work.db(), &right, id, seen, origin, &app.settings.public_url, now).await?;
    work.answer(StatusCode::OK, &AcceptedSubmission { bulletin }).await
}

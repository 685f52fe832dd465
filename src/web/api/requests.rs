//! What bulletins ask of offices, and what the offices answer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, Code};
use crate::domain::request::{RequestKind, RequestPurpose, RequestState};
use crate::domain::text::RequestText;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::offices::requests::{Answer, answer};
use crate::store::requests::sums::{self, list_shares};
use crate::store::requests::{self as rows, Filter, Standing};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{Problem, ProblemDetails};

/// A request to an office, and how the office stands with it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfficeRequest {
    /// Its number.
    id: i64,
    /// The bulletin that asks.
    bulletin: BulletinId,
    /// Its place in the bulletin, from 1.
    no: i16,
    /// What the bulletin is about.
    subject: String,
    /// The office's code.
    office: String,
    /// The office's name.
    office_name: String,
    /// The office's province.
    province: Option<String>,
    /// The highest tier of the office's groups that got the bulletin.
    tier: i16,
    /// What is asked.
    kind: RequestKind,
    /// With which words.
    purpose: RequestPurpose,
    /// In the words of the letter.
    text: String,
    /// When it was issued.
    issued_at: Timestamp,
    /// When its time is over.
    due_at: Option<Timestamp>,
    /// How the office stands with it.
    state: RequestState,
    /// Whether its time is over and nothing was answered.
    overdue: bool,
    /// Whether it was done after its time.
    late: bool,
    /// Whether the bulletin was withdrawn, so that nothing is asked any more.
    withdrawn: bool,
    /// When it was answered.
    answered_at: Option<Timestamp>,
    /// Who answered.
    #[schema(value_type = Option<String>)]
    answered_by: Option<Actor>,
    /// What the office says of it; where it does not apply, why.
    comment: Option<String>,
}

impl OfficeRequest {
    fn of(row: rows::OfficeRequest, now: Timestamp) -> Self {
        let (overdue, late) = (row.is_overdue(now), row.is_late());
        Self {
            id: row.id,
            bulletin: row.bulletin,
            no: row.no,
            subject: row.subject,
            office: row.office,
            office_name: row.office_name,
            province: row.province,
            tier: row.tier,
            kind: row.kind,
            purpose: row.purpose,
            text: row.text,
            issued_at: row.issued_at,
            due_at: row.due_at,
            state: row.state,
            overdue,
            late,
            withdrawn: row.withdrawn,
            answered_at: row.answered_at,
            answered_by: row.answered_by,
            comment: row.comment,
        }
    }
}

/// How requests stand that are listed.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestStanding {
    /// Nothing was answered.
    Open,
    /// Nothing was answered, and the time is over.
    Overdue,
    /// Done.
    Done,
    /// Does not concern the office.
    NotApplicable,
}

impl From<RequestStanding> for Standing {
    fn from(standing: RequestStanding) -> Self {
        match standing {
            RequestStanding::Open => Self::Open,
            RequestStanding::Overdue => Self::Overdue,
            RequestStanding::Done => Self::Done,
            RequestStanding::NotApplicable => Self::NotApplicable,
        }
    }
}

/// What a list of requests is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestQuery {
    /// Only to this office, by code.
    #[param(value_type = Option<Code>)]
    office: Option<String>,
    /// Only of this bulletin.
    bulletin: Option<BulletinId>,
    /// Only those that stand so; of withdrawn bulletins none is open.
    #[param(inline)]
    state: Option<RequestStanding>,
    /// Only those that were issued or answered at this time or later.
    #[param(value_type = Option<Timestamp>)]
    since: Option<TimeInput>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// What bulletins ask of offices, the earlier issued first.
#[utoipa::path(get, path = "/requests", tag = "offices", params(RequestQuery), responses(
    (status = 200, body = Page<OfficeRequest>),
    (status = 404, description = "There is no such office or bulletin, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_requests(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<RequestQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<OfficeRequest>>, Problem> {
    let now = app.now();
    let since = query.since.map(|since| since.within(Bound::Search, now)).transpose();
    let since = since.map_err(|why| Problem::invalid_field("?since", why))?;
    let office = match query.office.as_deref() {
        Some(code) => Some(visible::office(&mut db, &caller, code).await?.id),
        None => None,
    };
    if let Some(bulletin) = query.bulletin {
        visible::bulletin(&mut db, &caller, bulletin).await?;
    }
    let filter = Filter {
        scope: caller.scope.groups(),
        office,
        bulletin: query.bulletin,
        standing: query.state.map(Standing::from),
        since,
        after: key_of(query.cursor.as_ref())?.unwrap_or_default(),
    };
    let found = rows::list_requests(&mut db, &filter, now, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.id, |row| OfficeRequest::of(row, now))))
}

/// One request to an office.
#[utoipa::path(get, path = "/requests/{id}", tag = "offices", params(("id" = i64, Path)),
    responses((status = 200, body = OfficeRequest)))]
pub async fn get_request(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<i64>,
    Conn(mut db): Conn,
) -> Result<Json<OfficeRequest>, Problem> {
    let found = rows::find_request(&mut db, caller.scope.groups(), id).await?;
    let found = found.ok_or_else(|| Problem::absent("request"))?;
    Ok(Json(OfficeRequest::of(found, app.now())))
}

/// That a request is done.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoneInput {
    /// What the office says of it.
    comment: Option<RequestText>,
}

/// Say that the office has done what was asked.
#[utoipa::path(post, path = "/requests/{id}/done", tag = "offices", params(("id" = i64, Path)),
    request_body = Option<DoneInput>, responses(
        (status = 200, body = OfficeRequest),
        (status = 409, description = "It was answered already, or its bulletin was withdrawn",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn finish_request(State(app): State<App>, Id(id): Id<i64>, post: IdempotentPost<DoneInput>) -> PostResult {
    let (mut work, DoneInput { comment }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let answered = answer(work.db(), &right, id, &Answer::Done(comment), now).await?;
    work.answer(StatusCode::OK, &OfficeRequest::of(answered, now)).await
}

/// That a request does not concern the office.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotApplicableInput {
    /// Why.
    reason: RequestText,
}

/// Say that what was asked does not concern the office.
#[utoipa::path(post, path = "/requests/{id}/not-applicable", tag = "offices", params(("id" = i64, Path)),
    request_body = NotApplicableInput, responses(
        (status = 200, body = OfficeRequest),
        (status = 409, description = "It was answered already, or its bulletin was withdrawn",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn reject_request(
    State(app): State<App>,
    Id(id): Id<i64>,
    post: IdempotentPost<NotApplicableInput>,
) -> PostResult {
    let (mut work, NotApplicableInput { reason }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let answered = answer(work.db(), &right, id, &Answer::NotApplicable(reason), now).await?;
    work.answer(StatusCode::OK, &OfficeRequest::of(answered, now)).await
}

/// How the offices of a province and tier stand with one request of a bulletin.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RequestShare {
    /// The request's place in the bulletin, from 1.
    no: i16,
    /// What is asked.
    kind: RequestKind,
    /// The province; null = offices in none.
    province: Option<String>,
    /// The tier.
    tier: i16,
    /// Offices that were asked.
    offices: i64,
    /// Those that did it in time.
    done: i64,
    /// Those that did it after its time.
    done_late: i64,
    /// Those that it does not concern.
    not_applicable: i64,
    /// Those that have not answered and whose time is over.
    overdue: i64,
    /// Those that have not answered and have time.
    open: i64,
}

impl From<sums::Share> for RequestShare {
    fn from(row: sums::Share) -> Self {
        let sums::Share { no, kind, province, tier, offices, done, done_late, not_applicable, overdue, open } = row;
        Self { no, kind, province, tier, offices, done, done_late, not_applicable, overdue, open }
    }
}

/// How offices stand with the requests of a bulletin.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RequestSummary {
    /// By request, province and tier.
    shares: Vec<RequestShare>,
}

/// Of which bulletin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// The bulletin.
    bulletin: BulletinId,
}

/// How the offices in the key's part of the tree stand with the requests of a bulletin, by province and tier.
#[utoipa::path(get, path = "/requests/summary", tag = "offices", params(SummaryQuery), responses(
    (status = 200, body = RequestSummary),
    (status = 404, description = "There is no such bulletin, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn summarize_requests(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<SummaryQuery>,
    Conn(mut db): Conn,
) -> Result<Json<RequestSummary>, Problem> {
    visible::bulletin(&mut db, &caller, query.bulletin).await?;
    let shares = list_shares(&mut db, caller.scope.groups(), query.bulletin, app.now()).await?;
    Ok(Json(RequestSummary { shares: shares.into_iter().map(RequestShare::from).collect() }))
}

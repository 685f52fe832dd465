//! Setting up groups and reporting it: the board of provinces and ministries, an office's groups, its reports and their two ways.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::email::EmailAddress;
use crate::domain::ids::{Code, EstablishmentReportId};
use crate::domain::text::{FormEntry, Remark};
use crate::domain::time_bound::{Bound, parse_day};
use crate::offices::establishment::{self as acts, Verification};
use crate::store::Connection;
use crate::store::establishment::Filter;
use crate::store::establishment::reports::find_report;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Ids, Parameters};
use crate::web::problem::{Problem, ProblemDetails};
use crate::web::view::establishment::{EstablishmentDetail, EstablishmentOffice, EstablishmentReport, board, detail};

/// Groups that are named at once.
const MOST_GROUPS: usize = 500;
/// The longest text that is looked for, in characters.
const LONGEST_TEXT: usize = 200;

/// What the board is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Only offices with this in their name or code.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// The board of set-up groups.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EstablishmentBoard {
    /// The offices with a group of tier 2 in the key's part of the tree, and the key's own; by kind and name.
    items: Vec<EstablishmentOffice>,
}

/// How far provinces and ministries are with setting up their groups and reporting it.
#[utoipa::path(get, path = "/establishment", tag = "offices", params(BoardQuery),
    responses((status = 200, body = EstablishmentBoard)))]
pub async fn get_establishment_board(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<BoardQuery>,
    Conn(mut db): Conn,
) -> Result<Json<EstablishmentBoard>, Problem> {
    let words = query.q.as_deref().unwrap_or_default();
    if words.trim().chars().count() > LONGEST_TEXT {
        return Err(Problem::invalid_field("?q", format!("must be at most {LONGEST_TEXT} characters long")));
    }
    let filter = Filter { scope: caller.scope.groups(), own: caller.office, words };
    let items = board(&mut db, &app.settings.establishment.names, &filter, app.now()).await?;
    Ok(Json(EstablishmentBoard { items }))
}

/// An office's groups and all below with their stages, and its reports.
#[utoipa::path(get, path = "/establishment/{office}", tag = "offices", params(("office" = Code, Path)),
    responses((status = 200, body = EstablishmentDetail)))]
pub async fn get_establishment(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<String>,
    Conn(mut db): Conn,
) -> Result<Json<EstablishmentDetail>, Problem> {
    let office = visible::office(&mut db, &caller, &code).await?;
    Ok(Json(detail(&mut db, &app.settings.establishment.names, office.id, caller.scope.groups(), app.now()).await?))
}

/// That groups were created.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatedInput {
    /// The groups, by code: of the office or below it.
    #[schema(value_type = Vec<Code>, min_items = 1, max_items = 500)]
    groups: Vec<String>,
    /// false = it was said by mistake; left out = true.
    created: Option<bool>,
}

/// Say that groups were created in LINE, or that this was said by mistake.
#[utoipa::path(post, path = "/establishment/{office}/created", tag = "offices", params(("office" = Code, Path)),
    request_body = CreatedInput, responses((status = 200, body = EstablishmentDetail)))]
pub async fn declare_groups(
    State(app): State<App>,
    Id(code): Id<String>,
    post: IdempotentPost<CreatedInput>,
) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    check_groups(&input.groups)?;
    let office = visible::office(work.db(), &caller, &code).await?.id;
    acts::declare(work.db(), &right, office, &input.groups, input.created.unwrap_or(true), now).await?;
    let shown = detail(work.db(), &app.settings.establishment.names, office, caller.scope.groups(), now).await?;
    work.answer(StatusCode::OK, &shown).await
}

fn check_groups(groups: &[String]) -> Result<(), Problem> {
    match groups.len() {
        0 => Err(Problem::invalid_field("/groups", "must name a group")),
        many if many > MOST_GROUPS => {
            Err(Problem::invalid_field("/groups", format!("must name at most {MOST_GROUPS} groups")))
        }
        _ => Ok(()),
    }
}

/// What operations say of groups.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyInput {
    /// The groups, by code: of the office or below it; left out or null = all with a linked LINE group.
    #[schema(value_type = Option<Vec<Code>>, min_items = 1, max_items = 500)]
    groups: Option<Vec<String>>,
    /// false takes it back; left out = true.
    verified: Option<bool>,
    /// What is remarked.
    remark: Option<Remark>,
}

/// Verify groups of an office and below, or take that back.
#[utoipa::path(post, path = "/establishment/{office}/verify", tag = "offices", params(("office" = Code, Path)),
    request_body = Option<VerifyInput>, responses((status = 200, body = EstablishmentDetail)))]
pub async fn verify_groups(
    State(app): State<App>,
    Id(code): Id<String>,
    post: IdempotentPost<VerifyInput>,
) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    if let Some(groups) = &input.groups {
        check_groups(groups)?;
    }
    let office = visible::office(work.db(), &caller, &code).await?.id;
    let verification =
        Verification { groups: input.groups, verified: input.verified.unwrap_or(true), remark: input.remark };
    acts::verify(work.db(), &right, office, &verification, now).await?;
    let shown = detail(work.db(), &app.settings.establishment.names, office, caller.scope.groups(), now).await?;
    work.answer(StatusCode::OK, &shown).await
}

/// A report that is to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEstablishmentReport {
    /// Whether it also goes out by mail to the address of the settings; left out = false.
    mail: Option<bool>,
}

/// Make a report on an office's groups as they stand, and send it by mail if asked to.
#[utoipa::path(post, path = "/establishment/{office}/reports", tag = "offices", params(("office" = Code, Path)),
    request_body = Option<NewEstablishmentReport>, responses(
        (status = 201, body = EstablishmentReport),
        (status = 409, description = "The office has no group in use",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn report_establishment(
    State(app): State<App>,
    Id(code): Id<String>,
    post: IdempotentPost<NewEstablishmentReport>,
) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let office = visible::office(work.db(), &caller, &code).await?.id;
    let rules = &app.settings.establishment;
    let mail = match (input.mail.unwrap_or(false), &rules.mail) {
        (false, _) => None,
        (true, Some(mail)) => Some(mail),
        (true, None) => {
            return Err(Problem::invalid_field("/mail", "no mail server and recipient are set up here").into());
        }
    };
    let id = acts::report(work.db(), &right, &rules.names, office, mail, now).await?;
    let made = get_report(work.db(), &caller, &code, id).await?;
    work.answer(StatusCode::CREATED, &made).await
}

/// The report of this office, as it is shown.
async fn get_report(
    db: &mut Connection,
    caller: &Caller,
    office: &str,
    id: EstablishmentReportId,
) -> Result<EstablishmentReport, Problem> {
    let office = visible::office(db, caller, office).await?;
    let found = find_report(db, caller.scope.groups(), id).await?;
    let found = found.filter(|report| report.office_id == office.id);
    found.map(EstablishmentReport::from).ok_or_else(|| Problem::absent("report"))
}

/// That a report was sent on paper.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperInput {
    /// The day: `YYYY-MM-DD`, or as the letter writes it.
    #[schema(
        example = "๒๖ มีนาคม ๒๕๖๑",
        max_length = 100,
        pattern = r"^(?:(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[^-]*[0-9๐-๙]{1,2}[^-]+[0-9๐-๙]{2,4}|[0-9๐-๙]{1,2}-[0-9๐-๙]{1,2}-[0-9๐-๙]{4})$"
    )]
    sent_on: String,
    /// The number of the letter.
    number: Option<FormEntry>,
}

/// Note that a report was sent on paper.
#[utoipa::path(post, path = "/establishment/{office}/reports/{id}/paper", tag = "offices",
    params(("office" = Code, Path), ("id" = EstablishmentReportId, Path)), request_body = PaperInput,
    responses((status = 200, body = EstablishmentReport)))]
pub async fn note_paper(
    State(app): State<App>,
    Ids(code, id): Ids<String, EstablishmentReportId>,
    post: IdempotentPost<PaperInput>,
) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    get_report(work.db(), &caller, &code, id).await?;
    let day = parse_day(&input.sent_on, Bound::Begin, now);
    let day = day.map_err(|bad| Problem::invalid_field("/sent_on", bad))?;
    acts::note_paper(work.db(), &right, id, day, input.number.as_ref(), now).await?;
    let shown = get_report(work.db(), &caller, &code, id).await?;
    work.answer(StatusCode::OK, &shown).await
}

/// That a person sent a report by mail themselves.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnMailInput {
    /// The day: `YYYY-MM-DD`, or as the letter writes it.
    #[schema(
        example = "๒๖ มีนาคม ๒๕๖๑",
        max_length = 100,
        pattern = r"^(?:(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[^-]*[0-9๐-๙]{1,2}[^-]+[0-9๐-๙]{2,4}|[0-9๐-๙]{1,2}-[0-9๐-๙]{1,2}-[0-9๐-๙]{4})$"
    )]
    sent_on: String,
    /// To which address.
    #[schema(
        value_type = String,
        max_length = 254,
        example = "gcc@opm.example.org",
        pattern = r"^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*@[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*\.[A-Za-z]{2,6}$"
    )]
    to: EmailAddress,
}

/// Note that a person sent a report by mail themselves, as where no mail is set up here.
#[utoipa::path(post, path = "/establishment/{office}/reports/{id}/own-mail", tag = "offices",
    params(("office" = Code, Path), ("id" = EstablishmentReportId, Path)), request_body = OwnMailInput,
    responses((status = 200, body = EstablishmentReport)))]
pub async fn note_own_mail(
    State(app): State<App>,
    Ids(code, id): Ids<String, EstablishmentReportId>,
    post: IdempotentPost<OwnMailInput>,
) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    get_report(work.db(), &caller, &code, id).await?;
    let day = parse_day(&input.sent_on, Bound::Begin, now);
    let day = day.map_err(|bad| Problem::invalid_field("/sent_on", bad))?;
    acts::note_own_mail(work.db(), &right, id, day, &input.to, now).await?;
    let shown = get_report(work.db(), &caller, &code, id).await?;
    work.answer(StatusCode::OK, &shown).await
}

/// Nothing more to say.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendInput {}

/// Send a report by mail: the first time, or again where its last mail was refused or nobody knows what became of it. Every mail of a report
/// has the same Message-ID.
#[utoipa::path(post, path = "/establishment/{office}/reports/{id}/resend", tag = "offices",
    params(("office" = Code, Path), ("id" = EstablishmentReportId, Path)), request_body = Option<ResendInput>, responses(
        (status = 200, body = EstablishmentReport),
        (status = 409, description = "A mail of it is under way or was accepted, or no mail is set up here",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn resend_report(
    State(app): State<App>,
    Ids(code, id): Ids<String, EstablishmentReportId>,
    post: IdempotentPost<ResendInput>,
) -> PostResult {
    let (mut work, ResendInput {}) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    get_report(work.db(), &caller, &code, id).await?;
    let Some(mail) = &app.settings.establishment.mail else {
        return Err(Problem::conflict("no-mail", "No mail server and recipient are set up here.").into());
    };
    acts::send_again(work.db(), &right, id, mail, now).await?;
    let shown = get_report(work.db(), &caller, &code, id).await?;
    work.answer(StatusCode::OK, &shown).await
}

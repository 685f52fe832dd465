//! The receive register of an office, read; its years, and whether bulletins enter it by themselves.
//!
//! A list is of one office: the one that is named, or the key's own. So each page is read from one end of an index.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::bulletins::words;
use crate::domain::ids::{OfficeId, RegisterEntryId};
use crate::domain::register::{BadYear, RegisterPlace, RegisterRule, RegisterYear};
use crate::domain::search::Words;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::offices::register as commands;
use crate::store::register::endorsements::list_endorsements;
use crate::store::register::listing::{Filter, list_page};
use crate::store::register::years::{YearRow, list_years};
use crate::store::register::{find_entry, get_rule};
use crate::web::access::Caller;
use crate::web::access::offices::chosen;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{Problem, ProblemDetails};
use crate::web::view::register::{EndorsedEntry, RegisterEntry, RegisterOffice};

/// What a list of entries is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegisterQuery {
    /// Whose register, by the office's code; left out = that of the key's own office.
    office: Option<String>,
    /// Only of this year of the Buddhist era.
    #[param(value_type = Option<i16>, minimum = 2500, maximum = 2800)]
    year: Option<String>,
    /// Only those in whose subject, number, sender, recipient, remark or endorsements every one of these words stands, anywhere within
    /// it; at most 8 words and 200 characters. Thai and Arabic digits are the same. Where no word has three letters beside each other, a page looks
    /// at 10,000 entries and may hold fewer items than `limit`; `next_cursor` goes on from there.
    #[param(value_type = Option<String>, max_length = 200, pattern = r"^\s*(?:[^\s\p{C}]+\s*){0,8}$")]
    #[serde(default, deserialize_with = "words")]
    q: Option<Words>,
    /// Only those received then or later.
    #[param(value_type = Option<Timestamp>)]
    since: Option<TimeInput>,
    /// Only those received before.
    #[param(value_type = Option<Timestamp>)]
    until: Option<TimeInput>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// Of when entries are asked for.
pub(super) struct Narrowed {
    year: Option<RegisterYear>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Narrowed {
    /// Those of an office.
    pub(super) fn of(self, office: OfficeId) -> Filter {
        let Self { year, since, until } = self;
        Filter { year, since, until, ..Filter::of(office) }
    }
}

/// What a query says of when, or which parameter is at fault.
pub(super) fn read_filter(
    year: Option<&str>,
    since: Option<TimeInput>,
    until: Option<TimeInput>,
    now: Timestamp,
) -> Result<Narrowed, Problem> {
    let moment = |name: &str, at: Option<TimeInput>| {
        at.map(|at| at.within(Bound::Search, now)).transpose().map_err(|bad| Problem::invalid_field(name, bad))
    };
    let (since, until) = (moment("?since", since)?, moment("?until", until)?);
    let year = year.map(str::parse).transpose().map_err(|bad: BadYear| Problem::invalid_field("?year", bad))?;
    Ok(Narrowed { year, since, until })
}

/// The receive register of an office, newest number first.
#[utoipa::path(get, path = "/register", tag = "offices", params(RegisterQuery), responses(
    (status = 200, body = Page<RegisterEntry>),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_register(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<RegisterQuery>,
) -> Result<Json<Page<RegisterEntry>>, Problem> {
    let before: Option<RegisterPlace> = key_of(query.cursor.as_ref())?;
    let narrowed = read_filter(query.year.as_deref(), query.since, query.until, app.now())?;
    let mut tx = app.begin().await?;
    let office = chosen(&mut tx, &caller, query.office.as_deref(), "?office").await?;
    let filter = Filter { words: query.q, before, ..narrowed.of(office.id) };
    let found = list_page(&mut tx, &filter, query.limit.items()).await?;
    tx.commit().await?;
    Ok(Json(Page::new(found.entries.into_iter().map(RegisterEntry::of).collect(), found.next)))
}

/// One entry, with its endorsements.
#[utoipa::path(get, path = "/register/{id}", tag = "offices", params(("id" = RegisterEntryId, Path)),
    responses((status = 200, body = EndorsedEntry)))]
pub async fn get_register_entry(
    caller: Caller,
    Id(id): Id<RegisterEntryId>,
    Conn(mut db): Conn,
) -> Result<Json<EndorsedEntry>, Problem> {
    let found = find_entry(&mut db, id, caller.scope.groups()).await?;
    let row = found.ok_or_else(|| Problem::absent("entry of a register"))?;
    let chain = list_endorsements(&mut db, id).await?;
    Ok(Json(EndorsedEntry::of(row, chain)))
}

/// A year of a register.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RegisterYearState {
    /// The year of the Buddhist era.
    year: RegisterYear,
    /// The last number that was given in it.
    last_number: i32,
    /// When it was closed; null = it takes entries.
    closed_at: Option<Timestamp>,
}

impl From<YearRow> for RegisterYearState {
    fn from(row: YearRow) -> Self {
        Self { year: row.year, last_number: row.last_number, closed_at: row.closed_at }
    }
}

/// The register of an office as a whole.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RegisterState {
    /// The office.
    office: RegisterOffice,
    /// Whether bulletins enter it by themselves.
    by_itself: RegisterRule,
    /// Its years, newest first.
    years: Vec<RegisterYearState>,
}

/// Whose register.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfficeOfRegister {
    /// By the office's code; left out = that of the key's own office.
    office: Option<String>,
}

/// The years of an office's register, and whether bulletins enter it by themselves.
#[utoipa::path(get, path = "/register/years", tag = "offices", params(OfficeOfRegister), responses(
    (status = 200, body = RegisterState),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_register_years(
    caller: Caller,
    Parameters(query): Parameters<OfficeOfRegister>,
    Conn(mut db): Conn,
) -> Result<Json<RegisterState>, Problem> {
    let office = chosen(&mut db, &caller, query.office.as_deref(), "?office").await?;
    let years = list_years(&mut db, office.id).await?;
    let by_itself = get_rule(&mut db, office.id).await?;
    let years = years.into_iter().map(RegisterYearState::from).collect();
    Ok(Json(RegisterState { office: RegisterOffice { code: office.code, name: office.name }, by_itself, years }))
}

/// Which office's.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The office's code; left out = the key's own office.
    #[serde(default)]
    office: Option<String>,
}

/// A year that was closed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ClosedYear {
    /// The office.
    office: RegisterOffice,
    /// The year.
    year: RegisterYear,
    /// The last number that was given in it.
    last_number: i32,
    /// When it was closed.
    closed_at: Timestamp,
}

/// Close a year of a register that has ended: it takes no entry any more.
#[utoipa::path(post, path = "/register/years/{year}/close", tag = "offices",
    params(("year" = RegisterYear, Path)), request_body = Option<Closing>, responses((status = 200, body = ClosedYear)))]
pub async fn close_register_year(
    State(app): State<App>,
    Id(year): Id<RegisterYear>,
    post: IdempotentPost<Closing>,
) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let office = chosen(work.db(), &caller, body.office.as_deref(), "/office").await?;
    let last_number = commands::close_year(work.db(), &right, office.id, year, now).await?;
    let office = RegisterOffice { code: office.code, name: office.name };
    work.answer(StatusCode::OK, &ClosedYear { office, year, last_number, closed_at: now }).await
}

/// When bulletins are to enter a register by themselves.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByItself {
    /// The office's code; left out = the key's own office.
    #[serde(default)]
    office: Option<String>,
    /// When.
    when: RegisterRule,
}

/// What was chosen.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChosenRule {
    /// The office.
    office: RegisterOffice,
    /// When bulletins enter its register by themselves.
    by_itself: RegisterRule,
    /// Whether that is new.
    changed: bool,
}

/// Choose whether bulletins enter an office's register by themselves; it holds for what comes afterwards.
#[utoipa::path(post, path = "/register/by-itself", tag = "offices", request_body = ByItself, responses(
    (status = 200, body = ChosenRule),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn choose_register_rule(State(app): State<App>, post: IdempotentPost<ByItself>) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let office = chosen(work.db(), &caller, body.office.as_deref(), "/office").await?;
    let changed = commands::choose_rule(work.db(), &right, office.id, body.when, now).await?;
    let office = RegisterOffice { code: office.code, name: office.name };
    work.answer(StatusCode::OK, &ChosenRule { office, by_itself: body.when, changed }).await
}

//! Coordinators of offices: named, ended and looked at. Lists hold no way to reach anybody; one appointment does, for the own chain.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::account::Permission;
use crate::domain::coordinator::{self, CoordinatorSource, FormInput};
use crate::domain::ids::{Code, CoordinatorId};
use crate::domain::national::province_code;
use crate::domain::text::FormEntry;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::offices::OfficeRefusal;
use crate::offices::coordinators::{self as acts, Naming, Reachable};
use crate::store::Connection;
use crate::store::coordinators::naming::{OfficeWithout, list_missing};
use crate::store::coordinators::{self as rows, Filter};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentFile, IdempotentPost, PostResult};
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{FieldError, Problem, ProblemDetails};
use crate::web::view::coordinator::{CoordinatorDetail, OfficeCoordinator, PersonalData};

/// What a list of coordinators is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoordinatorQuery {
    /// Only of this office, by code.
    #[param(value_type = Option<Code>)]
    office: Option<String>,
    /// Only of offices in this province.
    province: Option<String>,
    /// The offices that have no coordinator now, in place of the others.
    #[serde(default)]
    missing: bool,
    /// Also appointments that have ended.
    #[serde(default)]
    history: bool,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// Coordinators by office, without how to reach them, or the offices that named none.
#[utoipa::path(get, path = "/coordinators", tag = "offices", params(CoordinatorQuery), responses(
    (status = 200, body = Page<OfficeCoordinator>),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_coordinators(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<CoordinatorQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<OfficeCoordinator>>, Problem> {
    let now = app.now();
    let office = match query.office.as_deref() {
        Some(code) => Some(visible::office(&mut db, &caller, code).await?.id),
        None => None,
    };
    let province = query.province.as_deref().map(province_code);
    let filter = Filter { scope: caller.scope.groups(), office, province, history: query.history, after: None };
    if query.missing {
        let after: String = key_of(query.cursor.as_ref())?.unwrap_or_default();
        let found = list_missing(&mut db, &filter, &after, now, query.limit.rows()).await?;
        let made = |row: OfficeWithout| OfficeCoordinator::without(&row);
        return Ok(Json(Page::of(found, query.limit, |row| row.code.clone(), made)));
    }
    let filter = Filter { after: read_after(query.cursor.as_ref())?, ..filter };
    let found = rows::list_coordinators(&mut db, &filter, now, query.limit.rows()).await?;
    let made = |row: rows::Coordinator| OfficeCoordinator::of(&row, now);
    Ok(Json(Page::of(found, query.limit, |row| format!("{} {}", row.id, row.office), made)))
}

/// The id and the office's code that a cursor holds.
fn read_after(cursor: Option<&Cursor>) -> Result<Option<(String, uuid::Uuid)>, Problem> {
    let Some(key) = key_of::<String>(cursor)? else { return Ok(None) };
    let read = key.split_once(' ').and_then(|(id, code)| Some((code.to_owned(), id.parse().ok()?)));
    read.map(Some).ok_or_else(|| Problem::invalid_field("?cursor", "is no cursor of this list"))
}

/// The nine fields of the form, and from when.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCoordinator {
    /// หน่วยงาน, by code.
    #[schema(value_type = Code)]
    office: String,
    /// ชื่อ
    #[schema(value_type = FormEntry)]
    first_name: String,
    /// นามสกุล
    #[schema(value_type = FormEntry)]
    last_name: String,
    /// ตำแหน่ง
    #[schema(value_type = FormEntry)]
    position: String,
    /// สังกัด
    #[serde(default)]
    #[schema(max_length = 150, pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$")]
    affiliation: String,
    /// เบอร์โทรศัพท์; one of the four ways to reach the person is needed.
    #[serde(default)]
    #[schema(
        max_length = 60,
        example = "0-5351-1192 ต่อ 12",
        pattern = r"^(?:[0๐]-?[2-57๒-๕๗](?:-?[0-9๐-๙]){7}(?: ต่อ [0-9๐-๙]{1,6})?|[0๐]-?[689๖๘๙](?:-?[0-9๐-๙]){8})?$"
    )]
    telephone: String,
    /// มือถือ
    #[serde(default)]
    #[schema(max_length = 60, example = "081-234-5678", pattern = r"^(?:[0๐]-?[689๖๘๙](?:-?[0-9๐-๙]){8})?$")]
    mobile: String,
    /// E-mail
    #[serde(default)]
    #[schema(
        max_length = 254,
        example = "somchai@example.go.th",
        pattern = r"^(?:[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*@[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*\.[A-Za-z]{2,6})?$"
    )]
    email: String,
    /// ID Line
    #[serde(default)]
    #[schema(max_length = 150, pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$")]
    line_id: String,
    /// Whether it is the deputy.
    #[serde(default)]
    deputy: bool,
    /// From when; left out or null = now. Whoever was it before ends then.
    #[schema(value_type = Option<Timestamp>)]
    from: Option<TimeInput>,
    /// How the reply came in; left out = api.
    source: Option<CoordinatorSource>,
}

/// Name an office's coordinator or deputy.
#[utoipa::path(post, path = "/coordinators", tag = "offices", request_body = NewCoordinator, responses(
    (status = 201, body = CoordinatorDetail),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
    (status = 409, description = "Somebody was appointed there on that day or later",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn name_coordinator(State(app): State<App>, post: IdempotentPost<NewCoordinator>) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let from = input.from.map(|from| from.within(Bound::Begin, now)).transpose();
    let from = from.map_err(|why| Problem::invalid_field("/from", why))?.unwrap_or(now);
    let typed = FormInput {
        first_name: &input.first_name,
        last_name: &input.last_name,
        position: &input.position,
        affiliation: &input.affiliation,
        telephone: &input.telephone,
        mobile: &input.mobile,
        email: &input.email,
        line_id: &input.line_id,
    };
    let (person, contacts) = typed.read().map_err(|faults| {
        let told = faults.iter().map(|fault| FieldError::new(format!("/{}", fault.column.name()), fault.why));
        Problem::invalid(told.collect())
    })?;
    let office = visible::office(work.db(), &caller, &input.office).await?.id;
    let source = input.source.unwrap_or(CoordinatorSource::Api);
    let shown = Some(contacts.clone());
    let naming = Naming { office, deputy: input.deputy, person, contacts, from, source };
    let id = acts::name(work.db(), &right, &app.sealing, naming, now).await?;
    let coordinator = get_made(work.db(), &caller, id).await?;
    let made = CoordinatorDetail::of(Reachable { coordinator, contacts: shown }, now);
    work.answer_secret(StatusCode::CREATED, &made).await
}

async fn get_made(db: &mut Connection, caller: &Caller, id: CoordinatorId) -> Result<rows::Coordinator, Problem> {
    let found = rows::find_coordinator(db, caller.scope.groups(), id).await?;
    found.ok_or_else(|| Problem::absent("coordinator"))
}

/// From when the coordinators of a batch begin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// From when; left out = now.
    #[param(value_type = Option<Timestamp>)]
    from: Option<TimeInput>,
}

/// How many of a batch were named.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NamedBatch {
    /// How many.
    named: usize,
}

/// Name the coordinators of a returned batch: a CSV file with the nine columns of the form, taken as a whole or not at all. What is
/// wrong is told with `/LINE/COLUMN` as the pointer.
#[utoipa::path(post, path = "/coordinators/import", tag = "offices", params(BatchQuery),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = NamedBatch)))]
pub async fn import_coordinators(
    State(app): State<App>,
    Parameters(query): Parameters<BatchQuery>,
    file: IdempotentFile,
) -> PostResult {
    let (mut work, bytes): (_, Bytes) = file.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let from = query.from.map(|from| from.within(Bound::Begin, now)).transpose();
    let from = from.map_err(|why| Problem::invalid_field("?from", why))?.unwrap_or(now);
    let batch = coordinator::parse(&bytes).map_err(OfficeRefusal::File)?;
    let named = acts::name_batch(work.db(), &right, &app.sealing, batch, from, now).await?;
    work.answer(StatusCode::OK, &NamedBatch { named }).await
}

/// One appointment. How to reach the person is told to those who do office work there, and each look at it is written down.
#[utoipa::path(get, path = "/coordinators/{id}", tag = "offices", params(("id" = CoordinatorId, Path)),
    responses((status = 200, body = CoordinatorDetail)))]
pub async fn get_coordinator(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CoordinatorId>,
) -> Result<Json<CoordinatorDetail>, Problem> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let found = if caller.role.may(Permission::OfficeWork) {
        acts::look_at(&mut tx, &caller.right(), &app.sealing, id, now).await?
    } else {
        Reachable { coordinator: get_made(&mut tx, &caller, id).await?, contacts: None }
    };
    tx.commit().await?;
    Ok(Json(CoordinatorDetail::of(found, now)))
}

/// When an appointment ends.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// When; left out or null = now.
    #[schema(value_type = Option<Timestamp>)]
    at: Option<TimeInput>,
}

/// End an appointment.
#[utoipa::path(post, path = "/coordinators/{id}/end", tag = "offices", params(("id" = CoordinatorId, Path)),
    request_body = Option<Ending>, responses(
        (status = 200, body = OfficeCoordinator),
        (status = 409, description = "It has ended by then, or has not begun",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn end_coordinator(
    State(app): State<App>,
    Id(id): Id<CoordinatorId>,
    post: IdempotentPost<Ending>,
) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let at = input.at.map(|at| at.within(Bound::End, now)).transpose();
    let at = at.map_err(|why| Problem::invalid_field("/at", why))?.unwrap_or(now);
    acts::end(work.db(), &right, id, at, now).await?;
    let ended = get_made(work.db(), &caller, id).await?;
    work.answer(StatusCode::OK, &OfficeCoordinator::of(&ended, now)).await
}

/// Everything that is kept of a person by one appointment, as one file for that person.
#[utoipa::path(get, path = "/coordinators/{id}/data", tag = "offices", params(("id" = CoordinatorId, Path)),
    responses((status = 200, body = PersonalData)))]
pub async fn get_personal_data(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CoordinatorId>,
) -> Result<Json<PersonalData>, Problem> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let (found, entries) = acts::take_out(&mut tx, &caller.right(), &app.sealing, id, now).await?;
    tx.commit().await?;
    let kept = app.settings.retention.coordinator_contacts;
    Ok(Json(PersonalData::of(found, entries, kept, now)))
}

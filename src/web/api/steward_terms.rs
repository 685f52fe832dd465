//! Terms of office of stewards and standing deputies: who was, is and will be, and who follows from which day.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::steward::{Person, Term};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::relay::terms::{self as acts, TermRow, list_terms};
use crate::web::access::duty::manages;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Ids};
use crate::web::listing::Page;
use crate::web::problem::{FieldError, Problem, ProblemDetails};

/// Terms of one group that are told.
const MOST: i64 = 500;

/// A term of office.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StewardTerm {
    /// Its number; of one that is to come it is what takes it back.
    id: i32,
    /// `to_come`, `on_duty` or `ended`.
    state: TermState,
    /// Whether it is a deputy's.
    deputy: bool,
    /// The office title.
    title: Option<String>,
    /// From when.
    from: Timestamp,
    /// Until when, not at that moment any more; null = until somebody else is named.
    until: Option<Timestamp>,
    /// Who named them; null = a tree file.
    #[schema(value_type = Option<String>)]
    named_by: Option<Actor>,
    /// The person; only for those who manage the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The telephone number; only for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

/// Where a term stands.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermState {
    /// Its first day lies ahead.
    ToCome,
    /// It is now.
    OnDuty,
    /// It is over.
    Ended,
}

impl StewardTerm {
    fn of(row: TermRow, personal: bool, now: Timestamp) -> Self {
        let state = match (row.is_to_come(now), row.has_ended(now)) {
            (true, _) => TermState::ToCome,
            (false, true) => TermState::Ended,
            (false, false) => TermState::OnDuty,
        };
        Self {
            id: row.id,
            state,
            deputy: row.deputy,
            title: row.title,
            from: row.begins_at,
            until: row.ends_at,
            named_by: row.named_by,
            name: row.name.filter(|_| personal),
            phone: row.phone.filter(|_| personal),
        }
    }
}

/// Who is to be on duty.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTerm {
    /// Whether as the standing deputy.
    #[serde(default)]
    deputy: bool,
    /// The person; a name or a title is needed.
    #[serde(default)]
    #[schema(max_length = 100)]
    name: String,
    /// The title.
    #[serde(default)]
    #[schema(max_length = 100, example = "ผู้ว่าราชการจังหวัดลำพูน")]
    title: String,
    /// The telephone number.
    #[serde(default)]
    #[schema(max_length = 40)]
    phone: String,
    /// From when; left out or null = now.
    #[schema(value_type = Option<Timestamp>)]
    from: Option<TimeInput>,
    /// Until when, not at that moment any more; left out or null = until somebody else is named.
    #[schema(value_type = Option<Timestamp>)]
    until: Option<TimeInput>,
}

/// When a term ends.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermEnd {
    /// Whether of the standing deputy.
    #[serde(default)]
    deputy: bool,
    /// Until when, not at that moment any more; left out or null = until somebody else is named.
    #[schema(value_type = Option<Timestamp>)]
    until: Option<TimeInput>,
}

/// Terms of a group, the latest first: to come, on duty, ended.
#[utoipa::path(get, path = "/groups/{code}/stewards", tag = "tree", params(("code" = String, Path)),
    responses((status = 200, body = Page<StewardTerm>)))]
pub async fn list_steward_terms(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<String>,
    Conn(mut db): Conn,
) -> Result<Json<Page<StewardTerm>>, Problem> {
    let (group, now) = (visible::group(&mut db, &caller, &code).await?, app.now());
    let personal = manages(&caller, &group);
    let rows = list_terms(&mut db, group.id, MOST).await?.into_iter();
    Ok(Json(Page { items: rows.map(|row| StewardTerm::of(row, personal, now)).collect(), next_cursor: None }))
}

/// Name who is the steward, or the standing deputy, from a day on.
///
/// On that day they take over by themselves, and whoever was on duty is not any more, nor bound to it in LINE.
#[utoipa::path(post, path = "/groups/{code}/stewards", tag = "tree", params(("code" = String, Path)),
    request_body = NewTerm, responses(
        (status = 201, body = Page<StewardTerm>),
        (status = 409, description = "Whoever is on duty began no earlier, or somebody takes over at that moment already",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn name_steward(State(app): State<App>, Id(code): Id<String>, post: IdempotentPost<NewTerm>) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let bad = |pointer: &str, bad| Problem::invalid_field(pointer, bad);
    let from = input.from.map(|from| from.within(Bound::Begin, now)).transpose().map_err(|why| bad("/from", why))?;
    let until = input.until.map(|until| until.within(Bound::End, now)).transpose().map_err(|why| bad("/until", why))?;
    let person = Person::new(&input.name, &input.title, &input.phone);
    let term = Term::new(person, from.unwrap_or(now), until, now).map_err(|faults| {
        Problem::invalid(faults.iter().map(|fault| FieldError::new(format!("/{}", fault.field()), fault)).collect())
    })?;
    let group = acts::name(work.db(), &right, &code, input.deputy, &term, now).await?;
    let rows = list_terms(work.db(), group.id, MOST).await?.into_iter();
    let terms = Page { items: rows.map(|row| StewardTerm::of(row, true, now)).collect(), next_cursor: None };
    work.answer(StatusCode::CREATED, &terms).await
}

/// Set the last moment of whoever is on duty now.
#[utoipa::path(post, path = "/groups/{code}/stewards/end", tag = "tree", params(("code" = String, Path)),
    request_body = TermEnd, responses((status = 200, body = Page<StewardTerm>)))]
pub async fn end_steward(State(app): State<App>, Id(code): Id<String>, post: IdempotentPost<TermEnd>) -> PostResult {
    let (mut work, input) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let until = input.until.map(|until| until.within(Bound::End, now)).transpose();
    let until = until.map_err(|why| Problem::invalid_field("/until", why))?;
    let group = acts::set_end(work.db(), &right, &code, input.deputy, until, now).await?;
    let rows = list_terms(work.db(), group.id, MOST).await?.into_iter();
    let terms = Page { items: rows.map(|row| StewardTerm::of(row, true, now)).collect(), next_cursor: None };
    work.answer(StatusCode::OK, &terms).await
}

/// Take back who was named for a day that has not come.
#[utoipa::path(delete, path = "/groups/{code}/stewards/{id}", tag = "tree",
    params(("code" = String, Path), ("id" = i32, Path)), responses((status = 204, description = "It is taken back")))]
pub async fn cancel_steward(
    State(app): State<App>,
    caller: Caller,
    Ids(code, id): Ids<String, i32>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.begin().await?;
    acts::cancel(&mut tx, &caller.right(), &code, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

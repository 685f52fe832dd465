//! How offices spread bulletins further: listed, recorded, and replaced where a record was wrong.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::files::FileBytes;
use crate::domain::area::Area;
use crate::domain::content_id::FileId;
use crate::domain::dissemination::{EvidenceLink, Medium, Pictures, Reach, Source, Times};
use crate::domain::ids::{BulletinId, Code, DisseminationId};
use crate::domain::text::Outlet;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::offices::OfficeRefusal;
use crate::offices::dissemination::{self as commands, Spread};
use crate::store::Connection;
use crate::store::disseminations::{Filter, find_dissemination, list_disseminations as list_rows, list_history};
use crate::store::files::find_picture_of_record;
use crate::web::access::Caller;
use crate::web::access::offices::chosen;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::file_answer;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Ids, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{FieldError, Problem, ProblemDetails};
use crate::web::view::dissemination::Dissemination;

/// What a list of records is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DisseminationQuery {
    /// Only of this bulletin.
    #[param(value_type = Option<BulletinId>)]
    bulletin: Option<BulletinId>,
    /// Only of this office, by its code.
    #[param(value_type = Option<Code>)]
    office: Option<String>,
    /// Only by this medium.
    medium: Option<Medium>,
    /// Only in this place or within it: 2, 4 or 6 digits, or 8 with the number of a village.
    #[param(value_type = Option<String>, pattern = "^(?:[0-9]{2}){1,4}$", example = "5101")]
    area: Option<String>,
    /// Only what was done then or later.
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

/// The records that hold, the newest first.
#[utoipa::path(get, path = "/disseminations", tag = "offices", params(DisseminationQuery), responses(
    (status = 200, body = Page<Dissemination>),
    (status = 404, description = "There is no such office, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_disseminations(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<DisseminationQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<Dissemination>>, Problem> {
    let since = query.since.map(|at| at.within(Bound::Search, app.now())).transpose();
    let area = query.area.as_deref().map(str::parse::<Area>).transpose();
    let office = match query.office.as_deref() {
        Some(code) => Some(chosen(&mut db, &caller, Some(code), "?office").await?.id),
        None => None,
    };
    let filter = Filter {
        scope: caller.scope.to_filter(),
        bulletin: query.bulletin,
        office,
        medium: query.medium,
        area: area.map_err(|bad| Problem::invalid_field("?area", bad))?,
        since: since.map_err(|bad| Problem::invalid_field("?since", bad))?,
        before: key_of(query.cursor.as_ref())?,
    };
    let found = list_rows(&mut db, &filter, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.id, Dissemination::from)))
}

/// A record with all that replaced each other.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DisseminationHistory {
    /// The record.
    #[serde(flatten)]
    record: Dissemination,
    /// All records that replaced each other, this one among them; the first of them first.
    history: Vec<Dissemination>,
}

/// One record, with those that it replaced and that replaced it.
#[utoipa::path(get, path = "/disseminations/{id}", tag = "offices", params(("id" = DisseminationId, Path)),
    responses((status = 200, body = DisseminationHistory)))]
pub async fn get_dissemination(
    caller: Caller,
    Id(id): Id<DisseminationId>,
    Conn(mut db): Conn,
) -> Result<Json<DisseminationHistory>, Problem> {
    let row =
        find_dissemination(&mut db, id, caller.scope.groups()).await?.ok_or(OfficeRefusal::DisseminationAbsent)?;
    let history = list_history(&mut db, row.first_id).await?;
    Ok(Json(DisseminationHistory {
        record: row.into(),
        history: history.into_iter().map(Dissemination::from).collect(),
    }))
}

/// A picture of a record, for those who see the record.
#[utoipa::path(get, path = "/disseminations/{id}/pictures/{file}", tag = "offices",
    params(("id" = DisseminationId, Path), ("file" = FileId, Path)), responses(
    (status = 200, body = FileBytes, content_type = "application/octet-stream"),
    (status = 206, description = "The part of it that was asked for", body = FileBytes,
        content_type = "application/octet-stream"),
))]
pub async fn get_dissemination_picture(
    State(app): State<App>,
    caller: Caller,
    Ids(id, file): Ids<DisseminationId, FileId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // the connection is let go before the picture is sent
    let found = find_picture_of_record(&mut *app.db.acquire().await?, id, file, caller.scope.groups()).await?;
    let found = found.ok_or_else(|| Problem::absent("picture"))?;
    file_answer::answer(&app.files, &found, &headers, HeaderValue::from_static("private, no-store")).await
}

/// What was done.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpreadInput {
    /// By which medium.
    medium: Medium,
    /// Where, by the official code of a province (2 digits), district (4) or subdistrict (6); in the office's province.
    #[schema(pattern = "^(?:[0-9]{2}){1,3}$", example = "510102")]
    area: String,
    /// The number of the village in the subdistrict.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 99)]
    village: Option<i16>,
    /// When, not in the future and not before the bulletin was published; its seconds are left out. Left out = now.
    #[serde(default)]
    #[schema(value_type = Option<Timestamp>)]
    at: Option<TimeInput>,
    /// How often; 0 only in a replacement: it did not take place. Left out = once.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 999)]
    times: Option<Times>,
    /// How many people it may have reached, as the office estimates.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 70_000_000)]
    estimated_reach: Option<Reach>,
    /// The meeting, station or page; one line.
    #[serde(default)]
    outlet: Option<Outlet>,
    /// An address under which it can be seen.
    #[serde(default)]
    evidence: Option<EvidenceLink>,
    /// Pictures that show it, which were uploaded with `POST /files`. A replacement carries its own.
    #[serde(default)]
    pictures: Pictures,
}

impl SpreadInput {
    /// What it means, or all that is wrong with it.
    fn read(self, now: Timestamp) -> Result<Spread, Problem> {
        let mut errors = Vec::new();
        let at = self.at.map(|at| at.within(Bound::Search, now)).transpose();
        let at = at.map_err(|bad| errors.push(FieldError::new("/at", bad))).ok().flatten();
        let area = match self.area.parse::<Area>() {
            // a village is said by its number
            Ok(area) if area.village().is_some() => Err(("/area", crate::domain::area::BadArea::Shape)),
            Ok(area) => match self.village {
                Some(number) => area.with_village(number).map_err(|bad| ("/village", bad)),
                None => Ok(area),
            },
            Err(bad) => Err(("/area", bad)),
        };
        let area = area.map_err(|(pointer, bad)| errors.push(FieldError::new(pointer, bad)));
        let (Ok(area), true) = (area, errors.is_empty()) else { return Err(Problem::invalid(errors)) };
        let times = self.times.or(Times::new(1)).ok_or_else(Problem::internal)?;
        Ok(Spread {
            medium: self.medium,
            area,
            at,
            times,
            reach: self.estimated_reach,
            outlet: self.outlet,
            evidence: self.evidence,
            pictures: self.pictures,
            source: Source::Api,
        })
    }
}

/// What an office did with a bulletin.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDisseminationInput {
    /// The bulletin, which goes to a group of the office.
    bulletin_id: BulletinId,
    /// The office's code; left out = the key's own office.
    #[serde(default)]
    office: Option<String>,
    /// By which medium.
    medium: Medium,
    /// Where, by the official code of a province (2 digits), district (4) or subdistrict (6); in the office's province.
    #[schema(pattern = "^(?:[0-9]{2}){1,3}$", example = "510102")]
    area: String,
    /// The number of the village in the subdistrict.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 99)]
    village: Option<i16>,
    /// When, not in the future and not before the bulletin was published; its seconds are left out. Left out = now.
    #[serde(default)]
    #[schema(value_type = Option<Timestamp>)]
    at: Option<TimeInput>,
    /// How often. Left out = once.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 999)]
    times: Option<Times>,
    /// How many people it may have reached, as the office estimates.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 70_000_000)]
    estimated_reach: Option<Reach>,
    /// The meeting, station or page; one line.
    #[serde(default)]
    outlet: Option<Outlet>,
    /// An address under which it can be seen.
    #[serde(default)]
    evidence: Option<EvidenceLink>,
    /// Pictures that show it, which were uploaded with `POST /files`. A replacement carries its own.
    #[serde(default)]
    pictures: Pictures,
}

impl NewDisseminationInput {
    fn split(self) -> (BulletinId, Option<String>, SpreadInput) {
        let Self { bulletin_id, office, medium, area, village, at, times, estimated_reach, outlet, evidence, pictures } =
            self;
        (
            bulletin_id,
            office,
            SpreadInput { medium, area, village, at, times, estimated_reach, outlet, evidence, pictures },
        )
    }
}

async fn made(db: &mut Connection, id: DisseminationId) -> Result<Dissemination, OfficeRefusal> {
    let row = find_dissemination(db, id, None).await?.ok_or(OfficeRefusal::DisseminationAbsent)?;
    Ok(row.into())
}

/// Record that an office spread a bulletin further.
#[utoipa::path(post, path = "/disseminations", tag = "offices", request_body = NewDisseminationInput, responses(
    (status = 201, body = Dissemination),
    (status = 404, description = "There is no such office or bulletin, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn record_dissemination(State(app): State<App>, post: IdempotentPost<NewDisseminationInput>) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let (bulletin, office, input) = body.split();
    let spread = input.read(now)?;
    let office = chosen(work.db(), &caller, office.as_deref(), "/office").await?;
    let id = commands::record(work.db(), &right, office.id, bulletin, &spread, now).await?;
    let made = made(work.db(), id).await?;
    work.answer(StatusCode::CREATED, &made).await
}

/// Put a new record in the place of one that was wrong; the old one stays on record.
#[utoipa::path(post, path = "/disseminations/{id}/replace", tag = "offices", params(("id" = DisseminationId, Path)),
    request_body = SpreadInput, responses((status = 200, body = Dissemination)))]
pub async fn replace_dissemination(
    State(app): State<App>,
    Id(id): Id<DisseminationId>,
    post: IdempotentPost<SpreadInput>,
) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let spread = body.read(now)?;
    let newer = commands::replace(work.db(), &right, id, &spread, now).await?;
    let made = made(work.db(), newer).await?;
    work.answer(StatusCode::OK, &made).await
}

//! What leaves the program with personal data in it: the list as a file, and a person's own data. Each is written down.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::list::{CoordinatorsQuery, post};
use crate::domain::ids::CoordinatorId;
use crate::offices::coordinators::{self as acts, Reachable};
use crate::store::coordinators::Filter;
use crate::web::app::App;
use crate::web::input::{Id, Parameters};
use crate::web::pages::board::tables::file;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::province;
use crate::web::ui::table::{Column, to_file};
use crate::web::view::coordinator::PersonalData;

/// The coordinators as a file, with how to reach them.
pub async fn download(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<CoordinatorsQuery>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let place = query.province(t).map_err(|sentence| Problem::invalid_field("?province", sentence))?;
    let filter = Filter { province: place, history: query.history(), ..Filter::default() };
    let mut tx = app.begin().await?;
    let right = visitor.caller.right();
    let found = acts::export(&mut tx, &right, &app.sealing, &filter, app.now()).await?;
    tx.commit().await?;
    file("coordinators", &to_file(t, &columns(), &found))
}

/// The nine fields of the form, and when. The first has the office's code, so that the file can be taken back.
fn columns<'a>() -> Vec<Column<'a, Reachable>> {
    let contact = |take: fn(&Reachable) -> Option<String>| move |row: &Reachable| take(row).unwrap_or_default();
    vec![
        Column::text("coordinators-code", |row: &Reachable| row.coordinator.office.clone()),
        Column::text("accounts-office", |row: &Reachable| row.coordinator.office_name.clone()),
        Column::words("board-province", |row: &Reachable, t| province(t, row.coordinator.province.as_deref())),
        Column::words("coordinators-post", |row: &Reachable, t| post(t, row.coordinator.deputy)),
        Column::text("coordinators-first-name", |row: &Reachable| row.coordinator.first_name.clone()),
        Column::text("coordinators-last-name", |row: &Reachable| row.coordinator.last_name.clone()),
        Column::text("coordinators-position", |row: &Reachable| row.coordinator.position.clone()),
        Column::text("coordinators-affiliation", contact(|row| row.coordinator.affiliation.clone())),
        Column::text(
            "coordinators-telephone",
            contact(|row| row.contacts.as_ref()?.telephone.clone().map(String::from)),
        ),
        Column::text("coordinators-mobile", contact(|row| row.contacts.as_ref()?.mobile.clone().map(String::from))),
        Column::text("coordinators-email", contact(|row| row.contacts.as_ref()?.email.clone().map(String::from))),
        Column::text("coordinators-line-id", contact(|row| row.contacts.as_ref()?.line_id.clone())),
        Column::coded("coordinators-source", |row: &Reachable| row.coordinator.source),
        Column::time("coordinators-from", |row: &Reachable| Some(row.coordinator.valid_from)),
        Column::time("coordinators-until", |row: &Reachable| row.coordinator.valid_until),
    ]
}

/// Everything that is kept of a person by one appointment, for that person.
pub async fn take_out(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<CoordinatorId>,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let (found, entries) = acts::take_out(&mut tx, &visitor.caller.right(), &app.sealing, id, now).await?;
    tx.commit().await?;
    let data = PersonalData::of(found, entries, app.settings.retention.coordinator_contacts, now);
    let headers = [
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"personal-data.json\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, axum::Json(data)).into_response())
}

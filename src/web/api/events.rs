//! `GET /events` and `GET /bulletins/{id}/events`: the receipts as they change, over server-sent events.
//!
//! Every event is a whole status, so nothing is lost with an event that was missed: who comes back gets the present
//! one. Changes that follow each other quickly are one event.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::BulletinId;
use crate::store::Db;
use crate::store::board::changes::find_version;
use crate::store::bulletins::{Filter, list_bulletins};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::caller_limits::Holder;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::live::{Frame, Subject, answer};
use crate::web::problem::{Problem, ProblemDetails};
use crate::web::view::snapshot::{View, load};

/// Open bulletins whose status is sent at once to who follows all.
const FIRST: i64 = 100;

/// Nothing narrows the events but the key's office.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {}

/// Follow the receipts of a bulletin.
///
/// The first event is the status now, the next ones whenever it changed, at most four a second; each has the status as
/// its data and the version of the counts as its id. A stream ends after ten minutes, or when the server stops: connect
/// again, as browsers do by themselves.
#[utoipa::path(get, path = "/bulletins/{id}/events", tag = "bulletins",
    params(("id" = BulletinId, Path), EventsQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "Taken from who comes back; the present status follows")),
    responses(
        (status = 200, description = "Server-sent events, each a status", body = String, content_type = "text/event-stream"),
        (status = 409, description = "It is not published yet", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn follow_bulletin(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
    Parameters(EventsQuery {}): Parameters<EventsQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    if visible::bulletin(&mut db, &caller, id).await?.published_at.is_none() {
        return Err(Problem::conflict("not-published", "The bulletin is not published yet."));
    }
    drop(db);
    let (holder, view) = (Holder::of(&caller), view_of(&caller, id));
    let (name, db) = (name(&view), app.db.clone());
    let make = move || Box::pin(frame(db.clone(), view.clone()));
    let frames = app.live().follow(holder, Subject::Bulletin(id), name, Duration::ZERO, make).await?;
    Ok(answer(frames))
}

/// Follow the receipts of all bulletins.
///
/// First come the statuses of the open ones, then that of each bulletin whenever it changed.
#[utoipa::path(get, path = "/events", tag = "bulletins", params(EventsQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "Taken from who comes back; the present statuses follow")),
    responses((status = 200, description = "Server-sent events, each a status", body = String, content_type = "text/event-stream")))]
pub async fn follow_all(
    State(app): State<App>,
    caller: Caller,
    Parameters(EventsQuery {}): Parameters<EventsQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let state = Some(crate::domain::bulletin::State::Relaying);
    let open = Filter { state, scope: caller.scope.to_filter(), ..Filter::default() };
    let first = list_bulletins(&mut db, &open, FIRST).await?.into_iter().map(|bulletin| bulletin.id).collect();
    drop(db);
    let (holder, db, by) = (Holder::of(&caller), app.db.clone(), caller.clone());
    let frames = app
        .live()
        .follow_each(
            holder,
            first,
            move |id| name(&view_of(&by, id)),
            move |id| frame(db.clone(), view_of(&caller, id)),
        )
        .await?;
    Ok(answer(frames))
}

fn view_of(caller: &Caller, bulletin: BulletinId) -> View {
    View { bulletin, scope: caller.scope.to_filter(), drafts: false, under: None }
}

/// Names what a status depends on.
fn name(view: &View) -> String {
    format!("status {} {:?}", view.bulletin, view.scope)
}

/// The status as an event; none where there is none to see.
async fn frame(db: Db, view: View) -> Result<Option<Frame>, Problem> {
    // read first: the status may then know more than its id says, never less
    let version = find_version(&mut *db.acquire().await?, view.bulletin).await?;
    match load(&db, &view).await {
        Ok(snapshot) => Ok(Some(Frame { id: version.unwrap_or(0), body: snapshot.body.clone() })),
        Err(missed) => missed.or_absent().map(|()| None),
    }
}

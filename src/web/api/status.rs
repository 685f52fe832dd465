//! `GET /bulletins/{id}/status`: the receipts, asked for once, again and again, or waited for.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::domain::ids::{BulletinId, Code};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::caller_limits::Holder;
use crate::web::input::{Id, Parameters};
use crate::web::problem::Problem;
use crate::web::view::receipts::Status;
use crate::web::view::snapshot::View;

/// How often a waiting request looks.
const LOOK: Duration = Duration::from_millis(250);
const LONGEST_WAIT: u64 = 60;

/// What to count, and how long to wait for a change.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatusQuery {
    /// Only at or below this group, by code.
    #[param(value_type = Option<Code>)]
    under: Option<String>,
    /// With `If-None-Match`: how many seconds to wait for another status before answering 304; 0 to 60.
    #[param(maximum = 60)]
    wait: Option<u64>,
}

/// The receipts of a bulletin by tier.
///
/// For a key with an office only its own part of the tree is counted. The answer has an `ETag`; with
/// `If-None-Match` an unchanged status is answered 304, at once or after `wait` seconds. It costs the same for any size
/// of the tree, unless only a part of it is counted.
#[utoipa::path(get, path = "/bulletins/{id}/status", tag = "bulletins",
    params(("id" = BulletinId, Path), StatusQuery, ("If-None-Match" = Option<String>, Header, description = "The ETag of the status that you have")),
    responses(
        (status = 200, body = Status, headers(("ETag" = String, description = "Names this very status"))),
        (status = 304, description = "It is still the status that you have"),
        (status = 409, description = "It is not published yet", body = crate::web::problem::ProblemDetails,
            content_type = "application/problem+json"),
    ))]
pub async fn get_status(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
    Parameters(query): Parameters<StatusQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wait = query.wait.unwrap_or(0);
    if wait > LONGEST_WAIT {
        return Err(Problem::invalid_field("?wait", format!("must be a number of seconds from 0 to {LONGEST_WAIT}")));
    }
    let view = view(&app, &caller, id, query.under.as_deref()).await?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let until = Instant::now() + Duration::from_secs(wait);
    let mut held = None;
    loop {
        let snapshot = app.snapshots.read(&app.db, &view).await?;
        let tag = [(header::ETAG, snapshot.etag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
        if !known.is_some_and(|known| snapshot.matches(known)) {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            return Ok((tag, kind, snapshot.body.clone()).into_response());
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
        }
        if held.is_none() {
            held = Some(app.held.take_wait(Holder::of(&caller))?);
        }
        sleep(LOOK.min(left)).await;
    }
}

async fn view(app: &App, caller: &Caller, bulletin: BulletinId, under: Option<&str>) -> Result<View, Problem> {
    let under = match under {
        Some(code) => {
            let mut db = app.db.acquire().await?;
            Some(visible::group(&mut db, caller, code).await?.id.0)
        }
        None => None,
    };
    Ok(View { bulletin, scope: caller.scope.to_filter(), drafts: caller.sees_drafts(), under })
}

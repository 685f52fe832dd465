//! `/failures`: what ended otherwise than accepted in the last thirty days, by cause, and the deliveries behind each.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::download;
use super::overview::{DAYS, since};
use super::rows::{CauseRow, DeliveryRow, Eyes};
use crate::domain::delivery::{self, Reason};
use crate::domain::ids::DeliveryId;
use crate::store::StoreError;
use crate::store::board::failures::{first_id_at, list_causes};
use crate::store::deliveries::{Filter, list_failures};
use crate::web::api::delivery::Delivery;
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// Deliveries on a page.
const SHOWN: usize = 50;
/// Deliveries in a file.
const IN_FILE: usize = 10_000;

/// Whether a page is asked for as a file.
#[derive(Debug, Default, Deserialize)]
pub struct Format {
    format: Option<String>,
}

impl Format {
    /// Whether it is.
    #[must_use]
    pub fn is_csv(&self) -> bool {
        self.format.as_deref() == Some("csv")
    }
}

/// What is listed.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    state: Option<delivery::State>,
    reason: Option<Reason>,
    before: Option<DeliveryId>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "board/failures.html")]
struct Page {
    shell: Shell,
    t: Words,
    operates: bool,
    days: String,
    causes: Vec<CauseRow>,
    /// The cause that is looked at, as its filter.
    chosen: String,
    deliveries: Vec<DeliveryRow>,
    more: Option<String>,
}

/// The failures by cause, and the deliveries of one cause.
pub async fn show_failures(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(which): Parameters<Which>,
) -> Result<Response, Problem> {
    let (t, eyes) = (visitor.words, Eyes::of(visitor.words, &visitor.caller));
    let csv = which.format.as_deref() == Some("csv");
    let from = since(app.now());
    let rows = if csv { IN_FILE } else { SHOWN };
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let causes = list_causes(&mut db, from, eyes.scope.as_deref()).await?;
    let filter = Filter { scope: eyes.scope.clone(), state: which.state, reason: which.reason, ..Filter::default() };
    let limit = i64::try_from(rows + 1).unwrap_or(i64::MAX);
    let mut found = list_failures(&mut db, first_id_at(from), which.before, &filter, limit).await?;
    drop(db);
    let more = found.len() > rows;
    found.truncate(rows);
    let last = found.last().map(|row| row.id).filter(|_| more);
    let deliveries: Vec<DeliveryRow> = found.into_iter().map(|row| DeliveryRow::of(t, &Delivery::of(row))).collect();
    if csv {
        return download::file("failures", &download::deliveries(t, &deliveries));
    }
    let mut query: Vec<(&str, String)> = Vec::new();
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    query.extend(which.state.map(|state| ("state", word(serde_json::to_value(state).unwrap_or_default()))));
    query.extend(which.reason.map(|reason| ("reason", word(serde_json::to_value(reason).unwrap_or_default()))));
    let chosen = serde_urlencoded::to_string(&query).unwrap_or_default();
    let more = last.map(|last| {
        query.push(("before", last.to_string()));
        serde_urlencoded::to_string(&query).unwrap_or_default()
    });
    let causes = causes.iter().map(|row| CauseRow::of(t, row)).collect();
    let (operates, days) = (eyes.operates, DAYS.to_string());
    let page = Page { shell: Shell::of(&visitor), t, operates, days, causes, chosen, deliveries, more };
    Ok(show(StatusCode::OK, &page, "no-store"))
}

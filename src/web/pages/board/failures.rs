//! `/failures`: what ended otherwise than accepted in the last thirty days, or in one bulletin, by cause, and the
//! deliveries behind each.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::overview::{DAYS, since};
use super::tables::{CausesOf, DeliveryRow, Viewer, alert_columns, cause_columns, failure_columns, file};
use crate::domain::delivery::{self, Reason};
use crate::domain::ids::{BulletinId, DeliveryId};
use crate::store::board::failures::{list_causes, list_causes_of};
use crate::store::deliveries::{Delivery as Row, Filter, list_deliveries, list_failures};
use crate::store::group_alerts::{AlertFilter, list_alerts};
use crate::store::{Connection, StoreError};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::label::code_of;
use crate::web::ui::table::{PageTable, to_file};

/// Deliveries on a page.
const SHOWN: usize = 50;
/// Deliveries of one bulletin, which stand on one page: what does not fit is in the file.
const SHOWN_OF_ONE: usize = 200;
/// Alerts about LINE groups on a page.
const ALERTS_SHOWN: i64 = 200;
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
pub struct FailuresQuery {
    state: Option<delivery::State>,
    reason: Option<Reason>,
    bulletin: Option<BulletinId>,
    before: Option<DeliveryId>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "board/failures.html")]
struct FailuresPage {
    days: String,
    causes: PageTable,
    /// The bulletin that is looked at and its subject; none = all.
    about: Option<(BulletinId, String)>,
    /// The same as the beginning of a query.
    of: String,
    /// The cause that is looked at, as its filter.
    chosen: String,
    deliveries: PageTable,
    /// Alerts about LINE groups; none on the page of one bulletin.
    alerts: PageTable,
    more: Option<String>,
    /// How many are shown of those of one bulletin, if not all.
    cut_at: Option<String>,
}

/// The failures by cause, and the deliveries of one cause.
pub async fn show_failures(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(which): Parameters<FailuresQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let csv = which.format.as_deref() == Some("csv");
    let from = since(app.now());
    let rows = match (csv, which.bulletin) {
        (true, _) => IN_FILE,
        (false, Some(_)) => SHOWN_OF_ONE,
        (false, None) => SHOWN,
    };
    let about = match which.bulletin {
        Some(id) => Some((id, visible::bulletin(&mut db, &visitor.caller, id).await?.subject)),
        None => None,
    };
    let causes = match which.bulletin {
        Some(id) => list_causes_of(&mut db, id, viewer.scope.as_deref()).await?,
        None => list_causes(&mut db, from, viewer.scope.as_deref()).await?,
    };
    let filter = Filter { scope: viewer.scope.clone(), state: which.state, reason: which.reason, ..Filter::default() };
    let limit = i64::try_from(rows + 1).unwrap_or(i64::MAX);
    let mut found = match which.bulletin {
        Some(id) => of_bulletin(&mut db, id, &filter, limit).await?,
        None => list_failures(&mut db, from, which.before, &filter, limit).await?,
    };
    let alerts = if which.bulletin.is_none() {
        let filter = AlertFilter { scope: viewer.scope.as_deref(), ..AlertFilter::default() };
        list_alerts(&mut db, &filter, ALERTS_SHOWN).await?
    } else {
        Vec::new()
    };
    drop(db);
    let more = found.len() > rows;
    found.truncate(rows);
    let last = found.last().map(|row| row.id).filter(|_| more && which.bulletin.is_none());
    let cut_at = (more && which.bulletin.is_some()).then(|| rows.to_string());
    let deliveries: Vec<DeliveryRow> = found.into_iter().map(DeliveryRow::from).collect();
    let mut query: Vec<(&str, String)> = Vec::new();
    query.extend(which.state.map(|state| ("state", code_of(&state))));
    query.extend(which.reason.map(|reason| ("reason", code_of(&reason))));
    let chosen = serde_urlencoded::to_string(&query).unwrap_or_default();
    let columns = failure_columns(about.is_some(), viewer.operates, &chosen);
    if csv {
        return file("failures", &to_file(t, &columns, &deliveries));
    }
    let deliveries = PageTable::of(t, &t.say("failures-list"), &columns, &deliveries);
    drop(columns);
    let causes_of = CausesOf::Failures(which.bulletin, chosen.clone());
    let causes = PageTable::of(t, &t.say("board-causes-title"), &cause_columns(causes_of), &causes);
    let more = last.map(|last| {
        query.push(("before", last.to_string()));
        serde_urlencoded::to_string(&query).unwrap_or_default()
    });
    let days = DAYS.to_string();
    let of = which.bulletin.map(|id| format!("bulletin={id}&")).unwrap_or_default();
    let shell = Shell::of(&visitor);
    let columns = alert_columns(Some(shell.form_token.as_str()).filter(|_| viewer.operates));
    let alerts = PageTable::of(t, &t.say("group-alerts-title"), &columns, &alerts);
    drop(columns);
    let page = FailuresPage { days, causes, about, of, chosen, deliveries, alerts, more, cut_at };
    Ok(HtmlPage::within(shell, page).into_response())
}

/// What ended otherwise than accepted in one bulletin: of the state that is asked for, or of all three.
async fn of_bulletin(db: &mut Connection, id: BulletinId, filter: &Filter, limit: i64) -> Result<Vec<Row>, StoreError> {
    let failed = [delivery::State::Failed, delivery::State::Unreachable, delivery::State::Declined];
    let mut found = Vec::new();
    for state in failed.into_iter().filter(|state| filter.state.is_none_or(|asked| asked == *state)) {
        let filter = Filter { state: Some(state), ..filter.clone() };
        found.extend(list_deliveries(db, id, &filter, limit).await?);
    }
    Ok(found)
}

//! `/board/{id}/provinces/{province}`: the offices of a province, and where each stands.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::InScopeWithQuery;
use super::bulletin::find;
use super::download;
use super::failures::Format;
use super::format::{self, Share, moment_or_dash, number, stamp};
use super::rows::{BlockedRow, Viewer, tier_label};
use crate::domain::ids::BulletinId;
use crate::domain::national::province_code;
use crate::report::Table;
use crate::store::StoreError;
use crate::store::board::blocked::list_blocked;
use crate::store::board::provinces::{OfficeCell, list_offices_of_province};
use crate::web::api::delivery::DeliveryState;
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::pages::acknowledged::persons;
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// What stands in the address for groups of no province.
pub(super) const CENTRE: &str = "centre";

/// The province's code as offices have it, by any of its names; what names none stays as it is and fits no office.
pub(super) fn code_of(text: &str) -> Option<String> {
    if text == CENTRE {
        return None;
    }
    Some(province_code(text).to_owned())
}

struct OfficeRow {
    name: String,
    group: String,
    tier: &'static str,
    state: String,
    mark: &'static str,
    since: String,
    since_stamp: String,
    seats: String,
    taps: String,
    persons: i64,
    unnamed: i64,
    groups: i64,
    accepted: i64,
}

impl OfficeRow {
    fn of(t: Words, row: OfficeCell) -> Self {
        let state = DeliveryState::from(row.state);
        Self {
            tier: tier_label(row.tier),
            state: format::state(t, state),
            mark: format::mark(state),
            since: moment_or_dash(t, row.ended_at),
            since_stamp: stamp(row.ended_at),
            seats: number(row.seats),
            taps: persons(t, row.taps, row.unnamed),
            persons: row.taps - row.unnamed,
            unnamed: row.unnamed,
            groups: row.groups,
            accepted: row.accepted,
            name: row.name,
            group: row.group,
        }
    }
}

#[derive(Template)]
#[template(path = "board/province.html")]
struct ProvincePage {
    shell: Shell,
    t: Words,
    id: BulletinId,
    subject: String,
    province: String,
    path: String,
    share: Share,
    of_groups: String,
    seats: String,
    taps: String,
    blocked: Vec<BlockedRow>,
    offices: Vec<OfficeRow>,
}

/// The offices of a province.
pub async fn show_province(
    State(app): State<App>,
    visitor: Visitor,
    InScopeWithQuery(id, province): InScopeWithQuery<BulletinId>,
    Parameters(format): Parameters<Format>,
) -> Result<Response, Problem> {
    let bulletin = find(&app, &visitor.caller, id).await?;
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let code = code_of(&province);
    let scope = viewer.scope.as_deref();
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let cells = list_offices_of_province(&mut db, id, code.as_deref(), scope).await?;
    if cells.is_empty() {
        return Err(Problem::absent("province"));
    }
    let mut blocked = list_blocked(&mut db, Some(id), scope, super::bulletin::ALL, app.now()).await?;
    drop(db);
    blocked.retain(|row| row.province == code);
    let sum = |read: fn(&OfficeCell) -> i64| cells.iter().map(read).sum::<i64>();
    let share = Share::of(sum(|cell| cell.accepted), sum(|cell| cell.groups));
    let seats = number(sum(|cell| cell.seats));
    let taps = persons(t, sum(|cell| cell.taps), sum(|cell| cell.unnamed));
    let of_groups = t
        .say_with("board-of-groups", &[("part", number(share.part).as_str()), ("whole", number(share.whole).as_str())]);
    let offices: Vec<OfficeRow> = cells.into_iter().map(|row| OfficeRow::of(t, row)).collect();
    if format.is_csv() {
        return download::file(&format!("province-{province}-{id}"), &table(t, &offices));
    }
    let page = ProvincePage {
        t,
        id,
        subject: bulletin.subject,
        province: format::province(t, code.as_deref()),
        path: format!("/board/{id}/provinces/{province}"),
        share,
        of_groups,
        seats,
        taps,
        blocked: blocked.into_iter().map(|row| BlockedRow::of(&viewer, row)).collect(),
        offices,
        shell: Shell::of(&visitor),
    };
    Ok(show(StatusCode::OK, &page, "no-store"))
}

fn table(t: Words, offices: &[OfficeRow]) -> Table {
    let mut table = Table::new([
        t.say("board-office"),
        t.say("board-tier"),
        t.say("board-state"),
        t.say("board-since"),
        t.say("board-groups"),
        t.say("board-state-accepted"),
        t.say("board-seats"),
        t.say("board-taps"),
        t.say("board-unnamed"),
    ]);
    for row in offices {
        table.push([
            row.name.clone(),
            row.tier.to_owned(),
            row.state.clone(),
            row.since_stamp.clone(),
            row.groups.to_string(),
            row.accepted.to_string(),
            row.seats.replace(',', ""),
            row.persons.to_string(),
            row.unnamed.to_string(),
        ]);
    }
    table
}

//! `/board/{id}/provinces/{province}`: the offices of a province, and where each stands.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::InScopeWithQuery;
use super::bulletin::find;
use super::failures::Format;
use super::tables::{Viewer, blocked_columns, file, office_columns};
use crate::domain::ids::BulletinId;
use crate::domain::national::province_code;
use crate::store::board::blocked::list_blocked;
use crate::store::board::provinces::{OfficeCell, list_offices_of_province};
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::{Share, number, persons_of_groups, province as province_name};
use crate::web::ui::table::{PageTable, to_file};

/// What stands in the address for groups of no province.
pub(super) const CENTRE: &str = "centre";

/// The province's code as offices have it, by any of its names; what names none stays as it is and fits no office.
pub(super) fn code_of(text: &str) -> Option<String> {
    if text == CENTRE {
        return None;
    }
    Some(province_code(text).to_owned())
}

#[derive(Template)]
#[template(path = "board/province.html")]
struct ProvincePage {
    id: BulletinId,
    subject: String,
    province: String,
    path: String,
    share: Share,
    of_groups: String,
    seats: String,
    taps: String,
    blocked: PageTable,
    offices: PageTable,
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
    let mut db = app.db.acquire().await?;
    let cells = list_offices_of_province(&mut db, id, code.as_deref(), scope).await?;
    if cells.is_empty() {
        return Err(Problem::absent("province"));
    }
    let mut blocked = list_blocked(&mut db, Some(id), scope, super::bulletin::ALL, app.now()).await?;
    drop(db);
    blocked.retain(|row| row.province == code);
    let sum = |read: fn(&OfficeCell) -> i64| cells.iter().map(read).sum::<i64>();
    let share = Share::of(sum(OfficeCell::in_group), sum(|cell| cell.groups));
    let seats = number(sum(|cell| cell.seats));
    let taps = persons_of_groups(t, sum(|cell| cell.taps), sum(|cell| cell.unnamed), sum(|cell| cell.by_steward));
    let of_groups = t
        .say_with("board-of-groups", &[("part", number(share.part).as_str()), ("whole", number(share.whole).as_str())]);
    if format.is_csv() {
        return file(&format!("province-{province}-{id}"), &to_file(t, &office_columns(), &cells));
    }
    let page = ProvincePage {
        id,
        subject: bulletin.subject,
        province: province_name(t, code.as_deref()),
        path: format!("/board/{id}/provinces/{province}"),
        share,
        of_groups,
        seats,
        taps,
        blocked: PageTable::of(t, &t.say("board-blocked-title"), &blocked_columns(&viewer, false), &blocked)
            .styled("table roomy stacks blocked-table")
            .tall(),
        offices: PageTable::of(t, &t.say("board-offices"), &office_columns(), &cells),
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

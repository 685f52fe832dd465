//! How offices stand with the requests of one bulletin: shares by province and tier, who is overdue, and all of it as a file.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::last_day;
use super::list::standing;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::report::Table;
use crate::store::requests::sums::{Share as ShareRow, list_shares};
use crate::store::requests::{Filter, OfficeRequest, Standing, list_requests};
use crate::store::{StoreError, Tx};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::long_table::{LongTable, stream_file};
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{Share, province, tier_label};
use crate::web::ui::label::{Label as _, code_of};
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::words::Words;

/// Offices that are listed at most; the file has all.
const LISTED: i64 = 500;

#[derive(Template)]
#[template(path = "requests/bulletin.html")]
struct BulletinRequestsPage {
    id: BulletinId,
    subject: String,
    withdrawn: bool,
    requests: Vec<String>,
    shares: PageTable,
    overdue: PageTable,
}

/// The page.
pub async fn show_bulletin(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let bulletin = visible::bulletin(&mut db, &visitor.caller, id).await?;
    let scope = visitor.caller.scope.groups();
    let shares = list_shares(&mut db, scope, id, now).await?;
    let filter = Filter { scope, bulletin: Some(id), standing: Some(Standing::Overdue), ..Filter::default() };
    let overdue = list_requests(&mut db, &filter, now, LISTED).await?;
    let page = BulletinRequestsPage {
        id,
        subject: bulletin.subject,
        withdrawn: bulletin.withdrawn_at.is_some(),
        requests: bulletin.requests.0.iter().map(|request| request.text.to_string()).collect(),
        shares: PageTable::of(t, &t.say("requests-shares"), &share_columns(), &shares).styled("table stacks").tall(),
        overdue: PageTable::of(t, &t.say("requests-overdue-list"), &overdue_columns(), &overdue).styled("table stacks"),
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

/// Every office with every request, as a file.
pub async fn download(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    visible::bulletin(&mut db, &visitor.caller, id).await?;
    drop(db);
    let scope = visitor.caller.scope.to_filter();
    stream_file(&app.db, "requests", RequestsFile { t: visitor.words, scope, bulletin: id, now: app.now() }).await
}

/// The requests of a bulletin to offices, in the order in which they were issued.
struct RequestsFile {
    t: Words,
    scope: Option<Vec<i32>>,
    bulletin: BulletinId,
    now: Timestamp,
}

impl LongTable for RequestsFile {
    type Row = OfficeRequest;

    async fn read(
        &self,
        db: &mut Tx,
        after: Option<&OfficeRequest>,
        limit: i64,
    ) -> Result<Vec<OfficeRequest>, StoreError> {
        let filter = Filter {
            scope: self.scope.as_deref(),
            bulletin: Some(self.bulletin),
            after: after.map_or(0, |row| row.id),
            ..Filter::default()
        };
        list_requests(db, &filter, self.now, limit).await
    }

    fn write(&self, rows: &[OfficeRequest]) -> Table {
        to_file(self.t, &file_columns(self.now), rows)
    }
}

fn share_columns<'a>() -> Vec<Column<'a, ShareRow>> {
    vec![
        // the same request stands in a row for each province, so the province is what tells rows apart
        Column::words("board-province", |row: &ShareRow, t| province(t, row.province.as_deref())).naming_the_row(),
        Column::words("requests-kind", |row: &ShareRow, t| format!("{}. {}", row.no, row.kind.word(t))),
        Column::text("requests-tier", |row: &ShareRow| tier_label(row.tier).to_owned()),
        Column::number("requests-offices", |row: &ShareRow| row.offices),
        Column::number("requests-done", |row: &ShareRow| row.done),
        Column::number("requests-done-late", |row: &ShareRow| row.done_late),
        Column::number("requests-not-applicable", |row: &ShareRow| row.not_applicable),
        Column::number("requests-overdue", |row: &ShareRow| row.overdue),
        Column::number("requests-open", |row: &ShareRow| row.open),
        Column::share("requests-share", |row: &ShareRow| {
            Share::of(row.done + row.done_late, row.offices - row.not_applicable)
        }),
    ]
}

fn overdue_columns<'a>() -> Vec<Column<'a, OfficeRequest>> {
    vec![
        Column::text("accounts-office", |row: &OfficeRequest| row.office_name.clone())
            .shown(|row, _| Cell::link(&format!("/requests?office={}", row.office), &row.office_name))
            .naming_the_row(),
        Column::words("board-province", |row: &OfficeRequest, t| province(t, row.province.as_deref())),
        Column::words("requests-kind", |row: &OfficeRequest, t| format!("{}. {}", row.no, row.kind.word(t))),
        Column::words("requests-due", |row: &OfficeRequest, t| last_day(t, row.due_at)),
    ]
}

fn file_columns<'a>(now: Timestamp) -> Vec<Column<'a, OfficeRequest>> {
    vec![
        Column::text("coordinators-code", |row: &OfficeRequest| row.office.clone()),
        Column::text("accounts-office", |row: &OfficeRequest| row.office_name.clone()),
        Column::words("board-province", |row: &OfficeRequest, t| province(t, row.province.as_deref())),
        Column::text("requests-tier", |row: &OfficeRequest| tier_label(row.tier).to_owned()),
        Column::number("requests-no", |row: &OfficeRequest| row.no),
        Column::coded("requests-kind", |row: &OfficeRequest| row.kind),
        Column::coded("requests-purpose", |row: &OfficeRequest| row.purpose),
        Column::words("requests-due", |row: &OfficeRequest, t| last_day(t, row.due_at)),
        Column::badge("requests-state", move |row: &OfficeRequest, t| {
            (standing(row, t, Some(now)), code_of(&row.state))
        }),
        Column::time("requests-answered-at", |row: &OfficeRequest| row.answered_at),
        Column::text("requests-answered-by", |row: &OfficeRequest| {
            row.answered_by.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        Column::text("requests-comment", |row: &OfficeRequest| row.comment.clone().unwrap_or_default()),
    ]
}

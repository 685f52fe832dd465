//! `/local-authorities/{bulletin}`: what became of a bulletin at the local authorities of each district, and which of them have no
//! receipt, so that the district can tell them (letter of March 2561, clause 4).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::HtmlPage;
use super::board::tables::file;
use crate::domain::ids::BulletinId;
use crate::report::Table;
use crate::store::local_authorities::{DistrictSum, Filter, LocalReceipt, list_local_receipts, sum_by_district};
use crate::store::{StoreError, Tx};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, key_of};
use crate::web::long_table::{LongTable, stream_file};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{moment, province};
use crate::web::ui::label::Label as _;
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::words::Words;

/// Local authorities on a page.
const SHOWN: usize = 100;

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new().route("/local-authorities/{bulletin}", get(show_receipts))
}

/// Of which district, which of them, from where on, and as what.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ReceiptsQuery {
    district: String,
    show: String,
    cursor: Option<Cursor>,
    csv: Option<String>,
}

#[derive(Template)]
#[template(path = "local_authorities.html")]
struct ReceiptsPage {
    path: String,
    subject: String,
    made: String,
    /// The district that is looked at.
    district: Option<String>,
    /// Whether only those without a receipt are shown.
    missing: bool,
    districts: PageTable,
    receipts: PageTable,
    all: String,
    only_missing: String,
    csv: String,
    next: Option<String>,
}

/// The receipts as a file, by the codes of the groups.
struct ReceiptsFile {
    t: Words,
    bulletin: BulletinId,
    filter: Filter,
}

impl LongTable for ReceiptsFile {
    type Row = LocalReceipt;

    async fn read(
        &self,
        db: &mut Tx,
        after: Option<&LocalReceipt>,
        limit: i64,
    ) -> Result<Vec<LocalReceipt>, StoreError> {
        let after = after.map(|row| row.group.clone());
        let filter = Filter { after: after.or_else(|| self.filter.after.clone()), ..self.filter.clone() };
        list_local_receipts(db, self.bulletin, &filter, limit).await
    }

    fn write(&self, rows: &[LocalReceipt]) -> Table {
        to_file(self.t, &receipt_columns(), rows)
    }
}

/// The page, or one of its tables as a file.
async fn show_receipts(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Parameters(query): Parameters<ReceiptsQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let (t, scope) = (visitor.words, visitor.caller.scope.groups());
    let bulletin = visible::bulletin(&mut db, &visitor.caller, id).await?;
    if bulletin.published_at.is_none() {
        return Err(Problem::absent("bulletin"));
    }
    let district = match query.district.as_str() {
        "" => None,
        code => Some(visible::office(&mut db, &visitor.caller, code).await?),
    };
    let missing = query.show == "missing";
    let filter = Filter {
        scope: visitor.caller.scope.to_filter(),
        district: district.as_ref().map(|office| office.id),
        missing,
        after: key_of(query.cursor.as_ref())?,
    };
    let path = format!("/local-authorities/{id}");
    match query.csv.as_deref() {
        None => {}
        Some("districts") => {
            let sums = sum_by_district(&mut db, id, scope).await?;
            return file("local-authorities-by-district", &to_file(t, &district_columns(&path), &sums));
        }
        Some("receipts") => {
            drop(db);
            return stream_file(&app.db, "local-authorities", ReceiptsFile { t, bulletin: id, filter }).await;
        }
        Some(_) => return Err(Problem::invalid_field("?csv", "must be districts or receipts")),
    }
    let sums = sum_by_district(&mut db, id, scope).await?;
    let mut rows = list_local_receipts(&mut db, id, &filter, i64::try_from(SHOWN + 1).unwrap_or(i64::MAX)).await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let of = district.as_ref().map(|office| format!("district={}&", office.code)).unwrap_or_default();
    let show = if missing { "show=missing&" } else { "" };
    let next = rows.last().filter(|_| more).map(|last| Cursor::after(&last.group).encode());
    let page = ReceiptsPage {
        subject: bulletin.subject,
        made: moment(t, app.now()),
        missing,
        districts: PageTable::of(t, &t.say("local-districts"), &district_columns(&path), &sums).tall(),
        receipts: PageTable::of(t, &t.say("local-receipts"), &receipt_columns(), &rows).tall(),
        all: format!("{path}?{of}show=all"),
        only_missing: format!("{path}?{of}show=missing"),
        csv: format!("{path}?{of}{show}csv=receipts"),
        next: next.map(|cursor| format!("{path}?{of}{show}cursor={cursor}")),
        district: district.map(|office| office.name),
        path,
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

/// By district.
fn district_columns<'a>(path: &str) -> Vec<Column<'a, DistrictSum>> {
    let path = path.to_owned();
    let name = |row: &DistrictSum, t: Words| row.district_name.clone().unwrap_or_else(|| t.say("local-no-district"));
    vec![
        Column::words("local-district", name)
            .shown(move |row, t| match &row.district {
                Some(code) => Cell::link(&format!("{path}?district={code}"), &name(row, t)),
                None => Cell::text(&name(row, t)),
            })
            .naming_the_row(),
        Column::words("board-province", |row: &DistrictSum, t| province(t, row.province.as_deref())),
        Column::number("local-groups", |row: &DistrictSum| row.groups),
        Column::number("local-there", |row: &DistrictSum| row.there),
        Column::number("local-acknowledged", |row: &DistrictSum| row.acknowledged),
        Column::number("local-reported", |row: &DistrictSum| row.reported),
        Column::number("local-read-back", |row: &DistrictSum| row.read_back),
        Column::number("local-spread", |row: &DistrictSum| row.spread),
        Column::number("local-missing", |row: &DistrictSum| row.missing),
    ]
}

/// One by one.
fn receipt_columns<'a>() -> Vec<Column<'a, LocalReceipt>> {
    vec![
        Column::text("local-authority", |row: &LocalReceipt| row.office_name.clone())
            .shown(|row, _| match row.delivery {
                Some(delivery) => Cell::link(&format!("/deliveries/{delivery}"), &row.office_name),
                None => Cell::text(&row.office_name),
            })
            .naming_the_row(),
        Column::text("local-group", |row: &LocalReceipt| row.group_name.clone()),
        Column::text("local-code", |row: &LocalReceipt| row.group.clone()).in_file(),
        Column::words("local-district", |row: &LocalReceipt, t| {
            row.district_name.clone().unwrap_or_else(|| t.say("local-no-district"))
        }),
        Column::words("local-state", |row: &LocalReceipt, t| {
            row.state.map_or_else(|| t.say("local-not-addressed"), |state| state.word(t))
        }),
        Column::number("local-persons", |row: &LocalReceipt| row.acknowledged),
        Column::words("local-reported", |row: &LocalReceipt, t| {
            row.reported.map(|kind| kind.word(t)).unwrap_or_default()
        }),
        Column::words("local-read-back", |row: &LocalReceipt, t| yes(t, row.read_back)),
        Column::words("local-spread", |row: &LocalReceipt, t| yes(t, row.spread)),
        Column::words("local-missing", |row: &LocalReceipt, t| yes(t, row.is_missing())),
    ]
}

fn yes(t: Words, holds: bool) -> String {
    if holds { t.say("local-yes") } else { String::new() }
}

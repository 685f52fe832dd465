//! `/disseminations/reach/{bulletin}`: how far a bulletin was spread, by the size of the place and the medium, and by province.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::columns::{medium_columns, province_columns};
use super::{HERE, find_published, spread_line};
use crate::domain::ids::BulletinId;
use crate::store::disseminations::{sum_by_medium, sum_by_province, sum_spread};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::pages::HtmlPage;
use crate::web::pages::board::tables::file;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::moment;
use crate::web::ui::table::{PageTable, to_file};

/// As a page, or which file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReachQuery {
    csv: Option<String>,
}

#[derive(Template)]
#[template(path = "dissemination/reach.html")]
struct ReachPage {
    path: String,
    records: String,
    subject: String,
    sum: String,
    made: String,
    media: PageTable,
    provinces: PageTable,
}

/// The sums.
pub(super) async fn show_reach(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Parameters(query): Parameters<ReachQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let bulletin = find_published(&mut db, &visitor.caller, id).await?;
    let scope = visitor.caller.scope.groups();
    let media = sum_by_medium(&mut db, id, scope).await?;
    let provinces = sum_by_province(&mut db, id, scope).await?;
    match query.csv.as_deref() {
        None => {}
        Some("media") => return file("reach-by-medium", &to_file(t, &medium_columns(), &media)),
        Some("provinces") => return file("reach-by-province", &to_file(t, &province_columns(), &provinces)),
        Some(_) => return Err(Problem::invalid_field("?csv", "must be media or provinces")),
    }
    let sum = sum_spread(&mut db, id, scope).await?;
    let page = ReachPage {
        sum: spread_line(t, sum),
        path: format!("{HERE}/reach/{id}"),
        records: format!("{HERE}?bulletin={id}"),
        subject: bulletin.subject,
        made: moment(t, app.now()),
        media: PageTable::of(t, &t.say("spread-by-medium"), &medium_columns(), &media),
        provinces: PageTable::of(t, &t.say("spread-by-province"), &province_columns(), &provinces).tall(),
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

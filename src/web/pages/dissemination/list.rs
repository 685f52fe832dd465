//! `/disseminations`: the latest bulletins, each with what can be done about it, and what the own part of the tree did.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::HERE;
use super::columns::record_columns;
use crate::domain::account::Permission;
use crate::domain::ids::{BulletinId, DisseminationId};
use crate::report::Table;
use crate::store::bulletins::{self, list_bulletins};
use crate::store::disseminations::{Dissemination, Filter, list_disseminations};
use crate::store::{StoreError, Tx};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, key_of};
use crate::web::long_table::{LongTable, stream_file};
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::table::{PageTable, to_file};
use crate::web::words::Words;

/// Records on a page.
const SHOWN: usize = 50;
/// Bulletins that are offered.
const LATEST: i64 = 5;

/// Of which bulletin, from where on, and as what.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ListQuery {
    bulletin: Option<BulletinId>,
    cursor: Option<Cursor>,
    csv: Option<String>,
    /// What was just done, which stands above the page.
    #[serde(rename = "said")]
    _said: Option<String>,
}

/// A bulletin that can be spread further.
struct Offered {
    id: BulletinId,
    subject: String,
}

#[derive(Template)]
#[template(path = "dissemination/list.html")]
struct ListPage {
    works: bool,
    offered: Vec<Offered>,
    records: PageTable,
    csv: String,
    next: Option<String>,
}

/// The records as a file, the latest recorded first.
struct RecordsFile {
    t: Words,
    filter: Filter,
}

impl LongTable for RecordsFile {
    type Row = Dissemination;

    async fn read(
        &self,
        db: &mut Tx,
        after: Option<&Dissemination>,
        limit: i64,
    ) -> Result<Vec<Dissemination>, StoreError> {
        let filter = Filter { before: after.map(|row| row.id).or(self.filter.before), ..self.filter.clone() };
        list_disseminations(db, &filter, limit).await
    }

    fn write(&self, rows: &[Dissemination]) -> Table {
        to_file(self.t, &record_columns(), rows)
    }
}

/// The list, or all of it as a file.
pub(super) async fn show_list(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<ListQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let scope = visitor.caller.scope.to_filter();
    let filter = Filter {
        scope: scope.clone(),
        bulletin: query.bulletin,
        before: key_of::<DisseminationId>(query.cursor.as_ref())?,
        ..Filter::default()
    };
    if query.csv.is_some() {
        drop(db);
        return stream_file(&app.db, "disseminations", RecordsFile { t, filter }).await;
    }
    let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    let mut rows = list_disseminations(&mut db, &filter, limit).await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let narrowed = query.bulletin.map(|id| format!("&bulletin={id}")).unwrap_or_default();
    let next = rows.last().filter(|_| more).map(|last| Cursor::after(last.id).encode());
    let latest = bulletins::Filter { scope, ..bulletins::Filter::default() };
    let mut offered = list_bulletins(&mut db, &latest, LATEST).await?;
    offered.retain(|bulletin| bulletin.published_at.is_some());
    let page = ListPage {
        works: visitor.may(Permission::OfficeWork),
        offered: offered.into_iter().map(|bulletin| Offered { id: bulletin.id, subject: bulletin.subject }).collect(),
        records: PageTable::of(t, &t.say("spread-list"), &record_columns(), &rows),
        csv: format!("{HERE}?csv=yes{narrowed}"),
        next: next.map(|cursor| format!("{HERE}?cursor={cursor}{narrowed}")),
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

//! The list of coordinators, or of the offices that named none.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::import::ImportForm;
use super::{HERE, address};
use crate::domain::account::Permission;
use crate::domain::national::find_province;
use crate::domain::time::Timestamp;
use crate::store::coordinators::naming::{OfficeWithout, count_named, list_missing};
use crate::store::coordinators::{self as rows, Coordinator, Filter};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::pages::HtmlPage;
use crate::web::pages::compose::format::office_kind;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::province;
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::{Words, group_digits};

/// What can be listed, with the key of its words.
const SHOWS: [(&str, &str); 3] = [
    ("named", "coordinators-show-named"),
    ("missing", "coordinators-show-missing"),
    ("history", "coordinators-show-history"),
];

/// Which of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CoordinatorsQuery {
    /// Only in this province.
    pub province: String,
    /// `named`, `missing` or `history`.
    pub show: String,
    /// Where the list goes on.
    cursor: Option<Cursor>,
}

impl CoordinatorsQuery {
    /// The number of the province, where one is named; an error where there is none of this name.
    pub(super) fn province(&self, t: Words) -> Result<Option<&'static str>, String> {
        match self.province.trim() {
            "" => Ok(None),
            typed => match find_province(typed) {
                Some(found) => Ok(Some(found.code.as_str())),
                None => Err(t.say("join-slips-province-absent")),
            },
        }
    }

    pub(super) fn history(&self) -> bool {
        self.show == "history"
    }
}

#[derive(Template)]
#[template(path = "coordinators/list.html")]
struct CoordinatorsPage {
    filter: FormState<CoordinatorsQuery>,
    shows: Vec<Choice>,
    offices: String,
    named: String,
    table: PageTable,
    next: Option<String>,
    file: String,
    import: FormState<ImportForm>,
    faults: Vec<String>,
    /// Where the visitor names the coordinator of their own office.
    own: Option<OwnOffice>,
    /// Whether the list of those who named nobody is what is shown.
    shows_missing: bool,
}

/// The visitor's own office.
struct OwnOffice {
    path: String,
    /// Whether it has named nobody.
    missing: bool,
}

/// A page of the list.
pub async fn show_coordinators(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<CoordinatorsQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let (import, faults) = (FormState::default(), Vec::new());
    render(&mut db, &visitor, query, import, faults, app.now()).await
}

pub(super) async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    query: CoordinatorsQuery,
    import: FormState<ImportForm>,
    faults: Vec<String>,
    now: Timestamp,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let mut filter = FormState::new(query);
    let (found, limit) = (filter.typed.province(t), Limit::default());
    let place = filter.errors.check("province", found).flatten();
    let wanted = Filter { scope: visitor.caller.scope.groups(), province: place, ..Filter::default() };
    let (offices, named) = count_named(db, &wanted, now).await?;
    let (table, next) = if filter.typed.show == "missing" {
        let after: String = key_of(filter.typed.cursor.as_ref())?.unwrap_or_default();
        let found = list_missing(db, &wanted, &after, now, limit.rows()).await?;
        let page = Page::of(found, limit, |row| row.code.clone(), |row| row);
        (PageTable::of(t, &t.say("coordinators-missing"), &missing_columns(), &page.items), page.next_cursor)
    } else {
        let after = match key_of::<String>(filter.typed.cursor.as_ref())? {
            Some(key) => key.split_once(' ').and_then(|(id, code)| Some((code.to_owned(), id.parse().ok()?))),
            None => None,
        };
        let wanted = Filter { history: filter.typed.history(), after, ..wanted };
        let found = rows::list_coordinators(db, &wanted, now, limit.rows()).await?;
        let page = Page::of(found, limit, |row| format!("{} {}", row.id, row.office), |row| row);
        (PageTable::of(t, &t.say("coordinators-title"), &columns(), &page.items), page.next_cursor)
    };
    let own = find_own(db, visitor, now).await?;
    let status = if faults.is_empty() && import.errors.is_empty() && filter.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let asked = serde_urlencoded::to_string([("province", &filter.typed.province), ("show", &filter.typed.show)]);
    let asked = asked.unwrap_or_default();
    let page = CoordinatorsPage {
        own,
        shows_missing: filter.typed.show == "missing",
        shows: SHOWS.map(|(show, key)| Choice::of(show, t.say(key), &filter.typed.show)).into(),
        filter,
        offices: group_digits(offices),
        named: group_digits(named),
        table: table.styled("table stacks"),
        next: next.map(|cursor| format!("{HERE}?{asked}&cursor={}", cursor.encode())),
        file: format!("{HERE}/csv?{asked}"),
        import,
        faults,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// The visitor's own office, where they do the work of one.
async fn find_own(db: &mut Connection, visitor: &Visitor, now: Timestamp) -> Result<Option<OwnOffice>, StoreError> {
    let caller = &visitor.caller;
    let own = caller.office.zip(caller.office_code.as_deref()).filter(|_| visitor.may(Permission::OfficeWork));
    let Some((office, code)) = own else { return Ok(None) };
    let filter = Filter { office: Some(office), ..Filter::default() };
    let missing = !list_missing(db, &filter, "", now, 1).await?.is_empty();
    Ok(Some(OwnOffice { path: format!("{}#name-title", address(code)), missing }))
}

fn columns<'a>() -> Vec<Column<'a, Coordinator>> {
    vec![
        Column::text("accounts-office", |row: &Coordinator| row.office_name.clone())
            .shown(|row, _| Cell::link(&address(&row.office), &row.office_name))
            .naming_the_row(),
        Column::words("board-province", |row: &Coordinator, t| province(t, row.province.as_deref())),
        Column::words("coordinators-post", |row: &Coordinator, t| post(t, row.deputy)),
        Column::text("coordinators-name", |row: &Coordinator| format!("{} {}", row.first_name, row.last_name)),
        Column::text("coordinators-position", |row: &Coordinator| row.position.clone()),
        Column::coded("coordinators-source", |row: &Coordinator| row.source),
        Column::time("coordinators-from", |row: &Coordinator| Some(row.valid_from)),
        Column::time("coordinators-until", |row: &Coordinator| row.valid_until),
    ]
}

/// Which post it is.
pub(super) fn post(t: Words, deputy: bool) -> String {
    t.say(if deputy { "coordinators-deputy" } else { "coordinators-coordinator" })
}

fn missing_columns<'a>() -> Vec<Column<'a, OfficeWithout>> {
    vec![
        Column::text("accounts-office", |row: &OfficeWithout| row.name.clone())
            .shown(|row, _| Cell::link(&address(&row.code), &row.name))
            .naming_the_row(),
        Column::words("coordinators-office-kind", |row: &OfficeWithout, t| office_kind(t, row.kind)),
        Column::words("board-province", |row: &OfficeWithout, t| province(t, row.province.as_deref())),
    ]
}

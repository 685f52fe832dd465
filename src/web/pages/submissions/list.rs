//! The list: what is on its way, narrowed by how far it has come, and all of it as a file.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::{HERE, topic_name};
use crate::domain::account::Permission;
use crate::domain::ids::SubmissionId;
use crate::domain::submission::SubmissionState;
use crate::report::Table;
use crate::store::submissions::{Filter, Submission, count_open, list_submissions};
use crate::store::{StoreError, Tx};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, key_of};
use crate::web::long_table::{LongTable, stream_file};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::Choice;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{number, province};
use crate::web::ui::label::Label as _;
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::words::Words;

/// Submissions on a page.
const SHOWN: usize = 50;

/// How far they have come, from where on, and as what.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ListQuery {
    state: String,
    cursor: Option<Cursor>,
    csv: Option<String>,
}

#[derive(Template)]
#[template(path = "submissions/list.html")]
struct ListPage {
    sends: bool,
    publishes: bool,
    states: Vec<Choice>,
    open: Vec<String>,
    table: PageTable,
    csv: String,
    next: Option<String>,
}

/// The submissions as a file, the newest first.
struct SubmissionsFile {
    t: Words,
    scope: Option<Vec<i32>>,
    state: Option<SubmissionState>,
    before: Option<SubmissionId>,
}

impl LongTable for SubmissionsFile {
    type Row = Submission;

    async fn read(&self, db: &mut Tx, after: Option<&Submission>, limit: i64) -> Result<Vec<Submission>, StoreError> {
        let before = after.map(|row| row.id).or(self.before);
        let filter = Filter { scope: self.scope.as_deref(), state: self.state, before, ..Filter::default() };
        list_submissions(db, &filter, limit).await
    }

    fn write(&self, rows: &[Submission]) -> Table {
        to_file(self.t, &columns(), rows)
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
    let scope = visitor.caller.scope.groups();
    let state = SubmissionState::ALL.into_iter().find(|state| state.as_str() == query.state);
    let before = key_of::<SubmissionId>(query.cursor.as_ref())?;
    if query.csv.is_some() {
        drop(db);
        let file = SubmissionsFile { t, scope: visitor.caller.scope.to_filter(), state, before };
        return stream_file(&app.db, "submissions", file).await;
    }
    let filter = Filter { scope, state, before, ..Filter::default() };
    let mut rows = list_submissions(&mut db, &filter, i64::try_from(SHOWN + 1).unwrap_or(i64::MAX)).await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let narrowed = state.map(|state| format!("&state={}", state.as_str())).unwrap_or_default();
    let next = rows.last().filter(|_| more).map(|last| Cursor::after(last.id).encode());
    let open = count_open(&mut db, scope).await?;
    let states = SubmissionState::ALL.into_iter().map(|state| Choice::of(state.as_str(), state.word(t), &query.state));
    let page = ListPage {
        sends: visitor.may(Permission::OfficeWork),
        publishes: visitor.may(Permission::Publish) && scope.is_none(),
        states: [Choice::none(t.say("material-any-state"))].into_iter().chain(states).collect(),
        open: open.iter().map(|count| format!("{}: {}", count.state.word(t), number(count.submissions))).collect(),
        table: PageTable::of(t, &t.say("material-list"), &columns(), &rows).styled("table stacks"),
        csv: format!("{HERE}?csv=yes{narrowed}"),
        next: next.map(|cursor| format!("{HERE}?cursor={cursor}{narrowed}")),
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

fn columns<'a>() -> Vec<Column<'a, Submission>> {
    vec![
        Column::text("material-title", |row: &Submission| row.title.clone())
            .shown(|row, _| Cell::link(&format!("{HERE}/{}", row.id), &row.title))
            .naming_the_row(),
        Column::badge("material-state", |row: &Submission, t| (row.state.badge(t), row.state.as_str().to_owned())),
        Column::coded("material-kind", |row: &Submission| row.kind).shown_as_text(),
        Column::words("material-topic", |row: &Submission, t| topic_name(t, row)),
        Column::text("board-office", |row: &Submission| row.office_name.clone()),
        Column::words("board-province", |row: &Submission, t| province(t, row.province.as_deref())),
        Column::time("material-sent-at", |row: &Submission| Some(row.sent_at)),
        Column::coded("material-way", |row: &Submission| row.way).shown_as_text().in_file(),
        Column::text("material-outcome", |row: &Submission| row.outcome.clone()).in_file(),
        Column::text("material-beneficiaries", |row: &Submission| row.beneficiaries.clone().unwrap_or_default())
            .in_file(),
        Column::text("material-figures", |row: &Submission| row.figures.clone().unwrap_or_default()).in_file(),
        Column::text("material-source", |row: &Submission| row.source.clone().unwrap_or_default()).in_file(),
    ]
}

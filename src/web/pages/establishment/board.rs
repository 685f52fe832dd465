//! The board: how far each province and ministry is, what is overdue, and all of it as a file.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::{HERE, address, mail_badge, paper_badge, report_address};
use crate::domain::establishment::GroupStage;
use crate::domain::request::RequestState;
use crate::domain::thai::{to_bangkok, trim_unseen};
use crate::domain::time::Timestamp;
use crate::store::Connection;
use crate::store::establishment::Filter;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::pages::board::tables::file;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{DASH, Share, day, number, province};
use crate::web::ui::label::{Badge, Label as _, code_of};
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::view::establishment::{EstablishmentOffice, board};
use crate::web::words::Words;

/// The longest text that is looked for, in characters.
const LONGEST_TEXT: usize = 200;

/// What the board is narrowed by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BoardQuery {
    /// In the name or code of an office.
    pub q: String,
}

/// A number of the head of the board, with what it is.
struct Tile {
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "establishment/board.html")]
struct BoardPage {
    form: FormState<BoardQuery>,
    tiles: Vec<Tile>,
    table: PageTable,
    file: String,
}

async fn read(
    db: &mut Connection,
    app: &App,
    visitor: &Visitor,
    query: &mut BoardQuery,
) -> Result<Vec<EstablishmentOffice>, Problem> {
    query.q = trim_unseen(&query.q).chars().filter(|letter| *letter != '\0').take(LONGEST_TEXT).collect();
    let filter = Filter { scope: visitor.caller.scope.groups(), own: visitor.caller.office, words: &query.q };
    Ok(board(db, &app.settings.establishment.names, &filter, app.now()).await?)
}

/// The page.
pub async fn show_board(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(mut query): Parameters<BoardQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let rows = read(&mut db, &app, &visitor, &mut query).await?;
    let asked = serde_urlencoded::to_string([("q", &query.q)]).unwrap_or_default();
    let page = BoardPage {
        tiles: tiles(t, &rows),
        table: PageTable::of(t, &t.say("establishment-title"), &columns(), &rows).styled("table stacks"),
        file: format!("{HERE}/csv?{asked}"),
        form: FormState::new(query),
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

/// The board as a file.
pub async fn download(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(mut query): Parameters<BoardQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let rows = read(&mut db, &app, &visitor, &mut query).await?;
    file("establishment", &to_file(visitor.words, &columns(), &rows))
}

fn tiles(t: Words, rows: &[EstablishmentOffice]) -> Vec<Tile> {
    let groups: i64 = rows.iter().map(|row| row.sums.groups).sum();
    let stage = |stage: GroupStage| rows.iter().map(|row| row.sums.at_least(stage)).sum::<i64>();
    let count = |wanted: fn(&EstablishmentOffice) -> bool| {
        i64::try_from(rows.iter().filter(|row| wanted(row)).count()).unwrap_or(i64::MAX)
    };
    let of_groups = |part: i64| format!("{} ({})", number(part), Share::of(part, groups).text);
    let tile = |key: &str, value: String| Tile { label: t.say(key), value };
    vec![
        tile("establishment-offices", number(count(|_| true))),
        tile("establishment-overdue", number(count(|row| row.overdue))),
        tile("establishment-both-ways", number(count(has_both_ways))),
        tile("establishment-groups", number(groups)),
        tile("establishment-created-share", of_groups(stage(GroupStage::Created))),
        tile("establishment-reported-share", of_groups(stage(GroupStage::Reported))),
        tile("establishment-verified-share", of_groups(stage(GroupStage::Verified))),
        tile("establishment-active-share", of_groups(stage(GroupStage::Active))),
    ]
}

/// Whether the last report went out on paper and by mail.
fn has_both_ways(row: &EstablishmentOffice) -> bool {
    row.last_report.as_ref().is_some_and(|report| report.paper.is_some() && report.went_by_mail())
}

/// The last day of something whose time is over at `due_at`.
pub(super) fn last_day(t: Words, due_at: Option<Timestamp>) -> String {
    due_at.map_or_else(
        || DASH.to_owned(),
        |at| day(t, to_bangkok(Timestamp::from_microsecond(at.as_microsecond() - 1)).date()),
    )
}

fn stage_column<'a>(key: &'static str, stage: GroupStage) -> Column<'a, EstablishmentOffice> {
    Column::share(key, move |row: &EstablishmentOffice| Share::of(row.sums.at_least(stage), row.sums.groups))
}

fn report_cell(t: Words, row: &EstablishmentOffice) -> Cell {
    let Some(report) = &row.last_report else { return Cell::text(&t.say("establishment-no-report")) };
    let no = t.say_with("establishment-report-no", &[("no", &report.no.to_string())]);
    Cell::link(&report_address(report.id), &no)
        .below(&Cell::badge(&paper_badge(t, report)))
        .below(&Cell::badge(&mail_badge(t, report)))
}

fn due_badge(t: Words, row: &EstablishmentOffice) -> (Badge, String) {
    if row.overdue {
        return (Badge { class: "bad", word: t.say("establishment-overdue") }, "overdue".to_owned());
    }
    let code = row.requested.map(|state| code_of(&state)).unwrap_or_default();
    match (row.requested, row.due_at) {
        (Some(done @ (RequestState::Done | RequestState::NotApplicable)), _) => (done.badge(t), code),
        (None, _) => (Badge { class: "", word: t.say("establishment-not-asked") }, code),
        (Some(_), None) => (Badge { class: "", word: t.say("establishment-no-day") }, code),
        (Some(_), due_at) => (Badge { class: "", word: last_day(t, due_at) }, code),
    }
}

fn columns<'a>() -> Vec<Column<'a, EstablishmentOffice>> {
    type Row = EstablishmentOffice;
    let report = |row: &Row| row.last_report.clone();
    vec![
        Column::text("accounts-office", |row: &Row| row.office.name().to_owned())
            .shown(|row, t| {
                let below = Cell::text(&province(t, row.office.province())).quiet();
                Cell::link(&address(row.office.code()), row.office.name()).below(&below)
            })
            .naming_the_row(),
        Column::text("coordinators-code", |row: &Row| row.office.code().to_owned()).in_file(),
        Column::words("board-province", |row: &Row, t| province(t, row.office.province())).in_file(),
        Column::number("establishment-groups", |row: &Row| row.sums.groups),
        stage_column("establishment-created-share", GroupStage::Created),
        stage_column("establishment-reported-share", GroupStage::Reported),
        stage_column("establishment-verified-share", GroupStage::Verified),
        stage_column("establishment-active-share", GroupStage::Active),
        Column::number("group-stage-planned", |row: &Row| row.sums.planned).in_file(),
        Column::number("group-stage-created", |row: &Row| row.sums.created).in_file(),
        Column::number("group-stage-reported", |row: &Row| row.sums.reported).in_file(),
        Column::number("group-stage-verified", |row: &Row| row.sums.verified).in_file(),
        Column::number("group-stage-active", |row: &Row| row.sums.active).in_file(),
        Column::number("group-stage-closed", |row: &Row| row.sums.closed).in_file(),
        Column::number("establishment-linked", |row: &Row| row.sums.linked).in_file(),
        Column::number("group-name-as-prescribed", |row: &Row| row.sums.names_as_prescribed).in_file(),
        Column::number("group-name-differs", |row: &Row| row.sums.names_differ),
        Column::number("group-name-unknown", |row: &Row| row.sums.names_unknown).in_file(),
        Column::share("establishment-coverage", |row: &Row| Share::of(row.sums.members, row.sums.head_count)),
        Column::number("establishment-members", |row: &Row| row.sums.members).in_file(),
        Column::number("establishment-head-count", |row: &Row| row.sums.head_count).in_file(),
        Column::number("establishment-not-counted", |row: &Row| row.sums.not_counted).in_file(),
        Column::badge("establishment-due", |row: &Row, t| due_badge(t, row)).labelled(),
        Column::words("establishment-last-report", move |row: &Row, t| {
            report(row).map_or_else(|| t.say("establishment-no-report"), |report| report.no.to_string())
        })
        .shown(|row, t| report_cell(t, row)),
        Column::time("establishment-made-at", move |row: &Row| report(row).map(|report| report.made_at)).in_file(),
        Column::text("establishment-paper", |row: &Row| {
            row.last_report.as_ref().and_then(|report| Some(report.paper.as_ref()?.sent_on.clone())).unwrap_or_default()
        })
        .in_file(),
        Column::badge("establishment-mail", |row: &Row, t| match &row.last_report {
            Some(report) => {
                let by_system = report.mail.as_ref().map(|mail| code_of(&mail.state)).unwrap_or_default();
                let code = if report.own_mail_holds() { "own_mail".to_owned() } else { by_system };
                (mail_badge(t, report), code)
            }
            None => (Badge { class: "", word: String::new() }, String::new()),
        })
        .in_file(),
    ]
}

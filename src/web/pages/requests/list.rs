//! What an office has to do, soonest first, and what it answered; below it the bulletins that ask something of offices.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::last_day;
use crate::domain::request::RequestKind;
use crate::domain::time::Timestamp;
use crate::store::Connection;
use crate::store::offices::{Office, find_office};
use crate::store::register::unreceived::list_unreceived;
use crate::store::requests::sums::{AskingBulletin, list_asking};
use crate::store::requests::{OfficeRequest, list_answered, list_to_do};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{OfficeChoice, OfficeField};
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::filters;
use crate::web::ui::label::{Badge, Label as _};
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::Words;

/// Requests that are shown at most.
const SHOWN: i64 = 200;
/// Answers and bulletins that are shown at most.
const RECENT: i64 = 30;

/// Whose requests.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequestsForm {
    #[serde(flatten)]
    pub office: OfficeField,
}

/// An answer that was refused, to be shown again by its request.
#[derive(Clone, Debug, Default)]
pub(super) struct Refused {
    /// Which request.
    pub id: i64,
    /// What was typed.
    pub comment: String,
    /// What is wrong with it.
    pub why: String,
}

/// A request as the page shows it.
struct ToDo {
    row: OfficeRequest,
    /// The last day; none where there is none.
    due: Option<String>,
    overdue: bool,
    /// Where it is done, with what that is called.
    place: Option<(String, String)>,
    /// Where the bulletin is entered into the office's register, as long as it is not.
    receive: Option<String>,
    /// What is not answered by itself once it is done.
    hint: Option<String>,
    comment: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/list.html")]
struct RequestsPage {
    form: FormState<RequestsForm>,
    office: Option<Office>,
    to_do: Vec<ToDo>,
    answered: PageTable,
    asking: PageTable,
}

/// The page.
pub async fn show_requests(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(typed): Parameters<RequestsForm>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let mut form = FormState::new(typed);
    let t = visitor.words;
    let office = match form.typed.office.choose(&mut db, visitor.caller.scope.groups()).await? {
        OfficeChoice::One(office) => Some(office),
        OfficeChoice::Empty => own_office(&mut db, &visitor).await?,
        OfficeChoice::Several(offices) => {
            form.typed.office.offered = offices;
            form.errors.add("office", t.say("accounts-office-several"));
            None
        }
        OfficeChoice::Absent => {
            form.errors.add("office", t.say("accounts-office-absent"));
            None
        }
    };
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    render(&mut db, &visitor, form, office, Refused::default(), app.now(), status).await
}

/// The visitor's own office, where they are bound to one.
async fn own_office(db: &mut Connection, visitor: &Visitor) -> Result<Option<Office>, Problem> {
    match visitor.caller.office_code.as_deref() {
        Some(code) => Ok(find_office(db, code).await?),
        None => Ok(None),
    }
}

pub(super) async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    form: FormState<RequestsForm>,
    office: Option<Office>,
    refused: Refused,
    now: Timestamp,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let (open, answered) = match &office {
        Some(office) => (list_to_do(db, office.id, SHOWN).await?, list_answered(db, office.id, RECENT).await?),
        None => (Vec::new(), Vec::new()),
    };
    let asking = list_asking(db, visitor.caller.scope.groups(), now, RECENT).await?;
    let bulletins: Vec<_> = open.iter().map(|row| row.bulletin).collect();
    let unreceived = match &office {
        Some(office) => list_unreceived(db, office.id, &bulletins).await?,
        None => Vec::new(),
    };
    let mut to_do = Vec::new();
    for row in open {
        let again = row.id == refused.id;
        let receive = format!("/register/new?bulletin={}&office={}", row.bulletin, row.office);
        to_do.push(ToDo {
            due: row.due_at.map(|_| last_day(t, row.due_at)),
            overdue: row.is_overdue(now),
            place: place_of(t, &row),
            hint: (row.kind == RequestKind::Disseminate).then(|| t.say("requests-disseminate-hint")),
            receive: unreceived.contains(&row.bulletin).then_some(receive),
            comment: if again { refused.comment.clone() } else { String::new() },
            fault: again.then(|| refused.why.clone()),
            row,
        });
    }
    let page = RequestsPage {
        form,
        office,
        to_do,
        answered: PageTable::of(t, &t.say("requests-answered"), &answered_columns(), &answered).styled("table stacks"),
        asking: PageTable::of(t, &t.say("requests-asking"), &asking_columns(), &asking).styled("table stacks"),
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Where what is asked is done, with what that is called; none where it is done outside.
fn place_of(t: Words, row: &OfficeRequest) -> Option<(String, String)> {
    let OfficeRequest { office, bulletin, .. } = row;
    Some(match row.kind {
        RequestKind::ReportEstablishment => {
            (format!("/establishment/offices/{office}"), t.say("requests-place-establishment"))
        }
        RequestKind::NameCoordinator => {
            (format!("/coordinators/offices/{office}#name-title"), t.say("coordinators-name-title"))
        }
        RequestKind::Disseminate => {
            (format!("/disseminations/new?bulletin={bulletin}&office={office}"), t.say("requests-place-dissemination"))
        }
        RequestKind::SendMaterial => (format!("/submissions/new?office={office}"), t.say("requests-place-material")),
        RequestKind::InformStaff | RequestKind::ForInformation => return None,
    })
}

/// How an office stands with a request: done late is told apart from done.
pub(in crate::web::pages) fn standing(row: &OfficeRequest, t: Words, now: Option<Timestamp>) -> Badge {
    if row.is_late() {
        return Badge { class: "warn", word: t.say("requests-done-late") };
    }
    if now.is_some_and(|now| row.is_overdue(now)) {
        return Badge { class: "bad", word: t.say("requests-overdue") };
    }
    row.state.badge(t)
}

fn answered_columns<'a>() -> Vec<Column<'a, OfficeRequest>> {
    vec![
        Column::text("requests-subject", |row: &OfficeRequest| row.subject.clone())
            .shown(|row, _| Cell::link(&format!("/requests/bulletins/{}", row.bulletin), &row.subject))
            .naming_the_row(),
        Column::words("requests-kind", |row: &OfficeRequest, t| row.kind.word(t)),
        Column::words("requests-due", |row: &OfficeRequest, t| last_day(t, row.due_at)),
        Column::badge("requests-state", |row: &OfficeRequest, t| (standing(row, t, None), String::new())),
        Column::time("requests-answered-at", |row: &OfficeRequest| row.answered_at),
        Column::text("requests-comment", |row: &OfficeRequest| row.comment.clone().unwrap_or_default()),
    ]
}

fn asking_columns<'a>() -> Vec<Column<'a, AskingBulletin>> {
    vec![
        Column::text("requests-subject", |row: &AskingBulletin| row.subject.clone())
            .shown(|row, _| Cell::link(&format!("/requests/bulletins/{}", row.id), &row.subject))
            .naming_the_row(),
        Column::time("board-published", |row: &AskingBulletin| Some(row.issued_at)),
        Column::number("requests-asked", |row: &AskingBulletin| row.asked),
        Column::number("requests-answers", |row: &AskingBulletin| row.answered),
        Column::number("requests-overdue", |row: &AskingBulletin| row.overdue),
    ]
}

//! The page of one office: who is its coordinator now, how to reach them, who was before, and the form for the next.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::address;
use super::fields::{CoordinatorForm, source_choices};
use super::list::post;
use super::name::EndForm;
use crate::domain::coordinator::CoordinatorSource;
use crate::domain::time::Timestamp;
use crate::offices::coordinators::{self as acts, Reachable};
use crate::store::coordinators::{Coordinator, list_of_office};
use crate::store::offices::Office;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::filters;
use crate::web::ui::label::Label as _;
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::Words;

/// Appointments that are shown with an office.
const SHOWN: i64 = 200;

/// The forms of the page, as they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct OfficeForms {
    pub name: FormState<CoordinatorForm>,
    pub end: FormState<EndForm>,
}

/// Somebody who is appointed, as the page shows them.
struct Shown {
    post: String,
    name: String,
    position: String,
    /// How to reach them, each with what it is.
    contacts: Vec<(String, Cell)>,
    row: Coordinator,
    ahead: bool,
}

#[derive(Template)]
#[template(path = "coordinators/office.html")]
struct OfficePage {
    office: Office,
    appointed: Vec<Shown>,
    history: PageTable,
    form: FormState<CoordinatorForm>,
    end: FormState<EndForm>,
    sources: Vec<Choice>,
    kept_days: String,
}

/// The page.
pub async fn show_office(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    render(&app, &visitor, &code, OfficeForms::default(), StatusCode::OK).await
}

/// The page with the forms as they were sent.
pub(super) async fn refuse(app: &App, visitor: &Visitor, code: &str, forms: OfficeForms) -> Result<Response, Problem> {
    let mut visitor = visitor.clone();
    visitor.here = address(code);
    render(app, &visitor, code, forms, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn render(
    app: &App,
    visitor: &Visitor,
    code: &str,
    forms: OfficeForms,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut tx = app.begin().await?;
    let office = visible::office(&mut tx, &visitor.caller, code).await?;
    let all = list_of_office(&mut tx, office.id, SHOWN).await?;
    let (ended, going_on): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| row.has_ended(now));
    let mut appointed = Vec::new();
    for row in going_on {
        let found = acts::look_at(&mut tx, &visitor.caller.right(), &app.sealing, row.id, now).await?;
        appointed.push(show(t, found, now));
    }
    tx.commit().await?;
    let OfficeForms { name: form, end } = forms;
    let chosen = if form.typed.source.is_empty() { CoordinatorSource::Web.as_str() } else { &form.typed.source };
    let page = OfficePage {
        office,
        appointed,
        history: PageTable::of(t, &t.say("coordinators-history"), &columns(), &ended).styled("table stacks"),
        sources: source_choices(t, chosen),
        form,
        end,
        kept_days: (app.settings.retention.coordinator_contacts.as_secs() / 86_400).to_string(),
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

fn show(t: Words, found: Reachable, now: Timestamp) -> Shown {
    let Reachable { coordinator: row, contacts } = found;
    let contacts = contacts.unwrap_or_default();
    let told = [
        ("coordinators-telephone", contacts.telephone.as_ref().map(Cell::dialled)),
        ("coordinators-mobile", contacts.mobile.as_ref().map(Cell::dialled)),
        ("coordinators-email", contacts.email.as_ref().map(|email| Cell::text(email.as_str()))),
        ("coordinators-line-id", contacts.line_id.as_deref().map(Cell::text)),
    ];
    Shown {
        post: post(t, row.deputy),
        name: format!("{} {}", row.first_name, row.last_name),
        position: row.affiliation.as_ref().map_or_else(|| row.position.clone(), |of| format!("{} {of}", row.position)),
        contacts: told.into_iter().filter_map(|(key, cell)| Some((t.say(key), cell?))).collect(),
        ahead: row.valid_from > now,
        row,
    }
}

fn columns<'a>() -> Vec<Column<'a, Coordinator>> {
    vec![
        Column::text("coordinators-name", |row: &Coordinator| format!("{} {}", row.first_name, row.last_name))
            .naming_the_row(),
        Column::words("coordinators-post", |row: &Coordinator, t| post(t, row.deputy)),
        Column::text("coordinators-position", |row: &Coordinator| row.position.clone()),
        Column::words("coordinators-source", |row: &Coordinator, t| row.source.word(t)),
        Column::time("coordinators-from", |row: &Coordinator| Some(row.valid_from)),
        Column::time("coordinators-until", |row: &Coordinator| row.valid_until),
        Column::time("coordinators-erased", |row: &Coordinator| row.erased_at),
    ]
}

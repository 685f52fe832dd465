//! `/groups/{code}/stewards`: the terms of office of a group: who is on duty, who follows on which day, and who was.

use askama::Template;
use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::deputies::sentence_for;
use crate::domain::steward::{BadDuty, Person, Term};
use crate::domain::thai::to_bangkok;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::relay::refusal::Refusal;
use crate::relay::terms::{self as acts, TermRow, list_terms};
use crate::store::groups::Group;
use crate::store::{Connection, StoreError};
use crate::web::access::duty::managed;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::{Id, Ids};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{begin_of, end_of, read_day};
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::actor::{ActorNames, users_among};
use crate::web::ui::format::{DASH, day};
use crate::web::ui::label::Badge;
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::Words;

/// Terms that are shown.
const SHOWN: i64 = 200;

/// What is typed of a term.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TermForm {
    /// Whether as the standing deputy.
    pub deputy: String,
    /// The person.
    pub name: String,
    /// The title.
    pub title: String,
    /// The telephone number.
    pub phone: String,
    /// The first day; empty for now.
    pub from: String,
    /// The last day; empty for none.
    pub until: String,
}

/// When a term ends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    /// Whether of the standing deputy.
    pub deputy: String,
    /// The last day; empty for none.
    pub last_day: String,
}

/// Who is on duty or follows, as the page shows them.
struct Shown {
    id: i32,
    post: String,
    who: String,
    phone: Option<String>,
    when: String,
    ahead: bool,
    deputy: bool,
}

#[derive(Template)]
#[template(path = "steward/terms.html")]
struct TermsPage {
    code: String,
    group: String,
    office: String,
    now: Vec<Shown>,
    ahead: Vec<Shown>,
    history: PageTable,
    form: FormState<TermForm>,
    end: FormState<EndForm>,
}

/// The terms of a group as a table, with the people for those who manage the group.
pub fn term_columns(now: Timestamp, personal: bool, names: &ActorNames) -> Vec<Column<'_, TermRow>> {
    vec![
        Column::words("terms-who", move |row: &TermRow, _| who(row, personal)).naming_the_row(),
        Column::words("terms-post", |row: &TermRow, t| post(t, row.deputy)),
        Column::badge("terms-state", move |row: &TermRow, t| state(t, row, now)),
        Column::words("terms-from", |row: &TermRow, t| first_day(t, row.begins_at)),
        Column::words("terms-until", |row: &TermRow, t| {
            row.ends_at.map_or_else(|| DASH.to_owned(), |at| last_day(t, at))
        }),
        Column::words("terms-named-by", move |row: &TermRow, t| {
            row.named_by.as_ref().map_or_else(|| t.say("terms-by-file"), |actor| names.say(t, actor))
        }),
    ]
}

/// The names of those who named somebody.
pub async fn names_of(db: &mut Connection, rows: &[TermRow]) -> Result<ActorNames, StoreError> {
    let users = users_among(rows.iter().filter_map(|row| row.named_by.as_ref()));
    ActorNames::find(db, &users).await
}

fn who(row: &TermRow, personal: bool) -> String {
    let name = row.name.as_ref().filter(|_| personal);
    let parts: Vec<&str> = [row.title.as_ref(), name].into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { DASH.to_owned() } else { parts.join(" · ") }
}

fn post(t: Words, deputy: bool) -> String {
    t.say(if deputy { "board-deputy" } else { "board-steward" })
}

fn state(t: Words, row: &TermRow, now: Timestamp) -> (Badge, String) {
    let (class, key, code) = match (row.is_to_come(now), row.has_ended(now)) {
        (true, _) => ("", "terms-to-come", "to_come"),
        (false, true) => ("", "terms-ended", "ended"),
        (false, false) => ("good", "terms-on-duty", "on_duty"),
    };
    (Badge { class, word: t.say(key) }, code.to_owned())
}

fn first_day(t: Words, at: Timestamp) -> String {
    day(t, to_bangkok(at).date())
}

/// The day before the first moment that is no longer theirs.
fn last_day(t: Words, at: Timestamp) -> String {
    day(t, to_bangkok(Timestamp::from_microsecond(at.as_microsecond() - 1)).date())
}

impl Shown {
    fn of(t: Words, row: &TermRow, now: Timestamp) -> Self {
        let from = first_day(t, row.begins_at);
        let when = match row.ends_at {
            Some(at) => t.say_with("terms-when", &[("from", &from), ("until", &last_day(t, at))]),
            None => t.say_with("terms-since", &[("from", &from)]),
        };
        Self {
            id: row.id,
            post: post(t, row.deputy),
            who: who(row, true),
            phone: row.phone.clone(),
            when,
            ahead: row.is_to_come(now),
            deputy: row.deputy,
        }
    }
}

/// The page.
pub async fn show_terms(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let group = managed(&mut db, &visitor.caller, &code).await?;
    page(&mut db, &visitor, group, (FormState::default(), FormState::default()), app.now(), StatusCode::OK).await
}

async fn page(
    db: &mut Connection,
    visitor: &Visitor,
    group: Group,
    (form, end): (FormState<TermForm>, FormState<EndForm>),
    now: Timestamp,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let rows = list_terms(db, group.id, SHOWN).await?;
    let names = names_of(db, &rows).await?;
    let (ended, going_on): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.has_ended(now) && !row.ahead);
    let shown = going_on.iter().map(|row| Shown::of(t, row, now));
    let (ahead, on_duty): (Vec<_>, Vec<_>) = shown.partition(|one| one.ahead);
    let page = TermsPage {
        now: on_duty,
        ahead,
        history: PageTable::of(t, &t.say("terms-history"), &term_columns(now, true, &names), &ended)
            .styled("table stacks"),
        form,
        end,
        code: group.code,
        group: group.name,
        office: group.office_name,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// The page with the forms as they were sent.
async fn refuse(
    app: &App,
    visitor: &Visitor,
    code: &str,
    forms: (FormState<TermForm>, FormState<EndForm>),
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let group = managed(&mut db, &visitor.caller, code).await?;
    let mut visitor = visitor.clone();
    visitor.here = address(&group.code);
    page(&mut db, &visitor, group, forms, app.now(), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// What the form means; or nothing, and what is wrong is in the form.
fn read(t: Words, FormState { typed, errors }: &mut FormState<TermForm>, now: Timestamp) -> Option<Term> {
    let from = errors.check("from", read_day(t, &typed.from, Bound::Begin, now));
    let until = errors.check("until", read_day(t, &typed.until, Bound::End, now));
    let (first, last) = (from?.and_then(begin_of).unwrap_or(now), until?.and_then(end_of));
    match Term::new(Person::new(&typed.name, &typed.title, &typed.phone), first, last, now) {
        Ok(term) => Some(term),
        Err(faults) => {
            for bad in faults {
                errors.add(
                    bad.field(),
                    if bad == BadDuty::Nobody { t.say("terms-nobody") } else { sentence_for(t, bad) },
                );
            }
            None
        }
    }
}

/// Names who is on duty from a day on.
pub async fn name_steward(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<TermForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(axum::response::Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    managed(&mut tx, &visitor.caller, &code).await?;
    let mut form = FormState::new(typed);
    let Some(term) = read(t, &mut form, now) else {
        drop(tx);
        return refuse(&app, &visitor, &code, (form, FormState::default())).await;
    };
    let deputy = !form.typed.deputy.is_empty();
    match acts::name(&mut tx, &visitor.caller.right(), &code, deputy, &term, now).await {
        Ok(group) => {
            let to = with_flash(&address(&group.code), "said-steward-named");
            form_key.finish(tx, &app, &to).await?;
            Ok(axum::response::Redirect::to(&to).into_response())
        }
        Err(Refusal::TermNotLater) => {
            drop(tx);
            form.errors.add("from", t.say("terms-not-later"));
            refuse(&app, &visitor, &code, (form, FormState::default())).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Sets the last day of whoever is on duty.
pub async fn end_steward(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<EndForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(axum::response::Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    managed(&mut tx, &visitor.caller, &code).await?;
    let mut form = FormState::new(typed);
    let Some(day) = form.errors.check("last_day", read_day(t, &form.typed.last_day, Bound::End, now)) else {
        drop(tx);
        return refuse(&app, &visitor, &code, (FormState::default(), form)).await;
    };
    let deputy = !form.typed.deputy.is_empty();
    match acts::set_end(&mut tx, &visitor.caller.right(), &code, deputy, day.and_then(end_of), now).await {
        Ok(group) => {
            let to = with_flash(&address(&group.code), "said-steward-end");
            form_key.finish(tx, &app, &to).await?;
            Ok(axum::response::Redirect::to(&to).into_response())
        }
        Err(Refusal::TermAbsent) => {
            drop(tx);
            form.errors.add("last_day", t.say("terms-cannot-end"));
            refuse(&app, &visitor, &code, (FormState::default(), form)).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Takes back who was named for a day that has not come.
pub async fn cancel_steward(
    State(app): State<App>,
    visitor: Visitor,
    Ids(code, id): Ids<String, i32>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    form_key
        .lead_on(&app, async |tx| {
            let group = acts::cancel(tx, &visitor.caller.right(), &code, id, app.now()).await?;
            Ok(with_flash(&address(&group.code), "said-steward-cancelled"))
        })
        .await
}

fn address(code: &str) -> String {
    format!("/groups/{code}/stewards")
}

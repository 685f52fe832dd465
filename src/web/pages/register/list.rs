//! `/register`: the register of an office, newest number first, by words, year and day; as a file; its years, and whether bulletins
//! enter it by themselves.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::unreceived::{Unreceived, list_unreceived};
use super::{HERE, choose_office};
use crate::domain::register::{RegisterPlace, RegisterRule, RegisterYear};
use crate::domain::search::{BadWords, Words as Pieces};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::report::Table;
use crate::store::offices::Office;
use crate::store::register::get_rule;
use crate::store::register::listing::{Filter, list_entries, list_page};
use crate::store::register::years::{YearRow, list_years};
use crate::store::{StoreError, Tx};
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::long_table::{LongTable, stream_file};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{OfficeField, begin_of, end_of, read_day};
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{day as write_day, moment, number};
use crate::web::ui::label::{Label as _, code_of};
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::view::register::RegisterEntry;
use crate::web::words::Words;

/// Entries on a page.
const SHOWN: usize = 50;

/// What the list is narrowed by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListForm {
    #[serde(flatten)]
    office: OfficeField,
    q: String,
    year: String,
    day: String,
    before: String,
    format: String,
}

/// A year of the register.
struct YearLine {
    year: RegisterYear,
    last: String,
    closed: Option<String>,
    may_close: bool,
}

impl YearLine {
    fn of(t: Words, row: YearRow, now: Timestamp) -> Self {
        Self {
            year: row.year,
            last: number(row.last_number),
            closed: row.closed_at.map(|at| moment(t, at)),
            may_close: row.closed_at.is_none() && row.year.has_ended(now),
        }
    }
}

/// The register that is looked at.
struct Shown {
    office: Office,
    years: Vec<Choice>,
    table: PageTable,
    narrowed: bool,
    /// That the search has come so far and goes on from there.
    cut: Option<String>,
    next: Option<String>,
    csv: String,
    rules: Vec<Choice>,
    lines: Vec<YearLine>,
    /// Bulletins that the office has and the register has not.
    unreceived: Vec<Unreceived>,
}

#[derive(Template)]
#[template(path = "register/list.html")]
struct RegisterPage {
    form: FormState<ListForm>,
    shown: Option<Shown>,
}

/// The letter's date as people read it.
fn dated(t: Words, row: &RegisterEntry) -> String {
    let date = row.document_date.as_deref().and_then(|date| date.parse().ok());
    date.map(|date| write_day(t, date)).unwrap_or_default()
}

/// The columns of the register, in the order of the book.
fn columns<'a>() -> Vec<Column<'a, RegisterEntry>> {
    vec![
        Column::number("register-year", |row: &RegisterEntry| row.year.number()).in_file(),
        Column::number("register-number", |row: &RegisterEntry| row.number),
        Column::time("register-received-at", |row: &RegisterEntry| Some(row.received_at)),
        Column::text("register-document-number", |row: &RegisterEntry| row.document_number.clone().unwrap_or_default()),
        Column::words("register-dated", |row: &RegisterEntry, t| dated(t, row)),
        Column::text("register-from", |row: &RegisterEntry| row.from.clone().unwrap_or_default()),
        Column::text("register-to", |row: &RegisterEntry| row.to.clone().unwrap_or_default()),
        Column::text("register-subject", |row: &RegisterEntry| row.subject.clone())
            .shown(|row, t| {
                let link = Cell::link(&format!("{HERE}/{}", row.id), &row.subject);
                row.doubts.iter().fold(link, |cell, doubt| cell.below(&Cell::badge(&doubt.badge(t))))
            })
            .naming_the_row(),
        Column::coded("register-how", |row: &RegisterEntry| row.how).in_file(),
        Column::text("register-recorded-by", |row: &RegisterEntry| row.recorded_by.to_string()).in_file(),
        Column::text("register-remark", |row: &RegisterEntry| row.remark.clone().unwrap_or_default()),
        Column::words("register-doubts", |row: &RegisterEntry, t| {
            row.doubts.iter().map(|doubt| doubt.word(t)).collect::<Vec<_>>().join("; ")
        })
        .in_file(),
    ]
}

/// The register as a file, newest number first. As nothing of it changes, what is entered meanwhile moves nothing.
struct RegisterFile {
    t: Words,
    filter: Filter,
}

impl LongTable for RegisterFile {
    type Row = RegisterEntry;

    async fn read(
        &self,
        db: &mut Tx,
        after: Option<&RegisterEntry>,
        limit: i64,
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        let after = after.map(|row| RegisterPlace { year: row.year, number: row.number });
        let filter = Filter { before: after.or(self.filter.before), ..self.filter.clone() };
        Ok(list_entries(db, &filter, limit).await?.into_iter().map(RegisterEntry::of).collect())
    }

    fn write(&self, rows: &[RegisterEntry]) -> Table {
        to_file(self.t, &columns(), rows)
    }
}

/// What is looked for; or what is wrong is in the form.
fn read(t: Words, FormState { typed, errors }: &mut FormState<ListForm>, office: &Office, now: Timestamp) -> Filter {
    let words = match typed.q.parse::<Pieces>() {
        Err(BadWords::Empty) => None,
        read => errors.check("q", read.map_err(|_| t.say("compose-list-words-fault"))),
    };
    let year = match typed.year.as_str() {
        "" => None,
        year => errors.check("year", year.parse().map_err(|_| t.say("register-year-wrong"))),
    };
    let day = errors.check("day", read_day(t, &typed.day, Bound::Search, now)).flatten();
    Filter {
        words,
        year,
        since: day.and_then(begin_of),
        until: day.and_then(end_of),
        before: typed.before.parse().ok(),
        ..Filter::of(office.id)
    }
}

/// The register, or where none is chosen the form that asks whose.
pub async fn show_list(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(typed): Parameters<ListForm>,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut form = FormState::new(typed);
    let mut tx = app.begin().await?;
    let Some(office) = choose_office(&mut tx, &visitor, &mut form.typed.office, &mut form.errors).await? else {
        return Ok(HtmlPage::of(&visitor, RegisterPage { form, shown: None }).into_response());
    };
    let filter = read(t, &mut form, &office, now);
    if form.typed.format == "csv" {
        drop(tx);
        return stream_file(&app.db, &format!("register-{}", office.code), RegisterFile { t, filter }).await;
    }
    let found = list_page(&mut tx, &filter, SHOWN).await?;
    let last = found.next.map(|place| place.to_string());
    let cut = found.next.filter(|_| found.is_cut);
    let entries: Vec<RegisterEntry> = found.entries.into_iter().map(RegisterEntry::of).collect();
    let years = list_years(&mut tx, office.id).await?;
    let unreceived = list_unreceived(&mut tx, t, office.id).await?;
    let rule = get_rule(&mut tx, office.id).await?;
    tx.commit().await?;
    let choices = years.iter().map(|row| {
        let year = row.year.to_string();
        Choice::of(&year, year.clone(), &form.typed.year)
    });
    let shown = Shown {
        years: [Choice::none(t.say("register-all-years"))].into_iter().chain(choices).collect(),
        table: PageTable::of(t, &t.say("register-title"), &columns(), &entries),
        narrowed: filter.words.is_some() || filter.year.is_some() || filter.since.is_some() || filter.before.is_some(),
        cut: cut.map(|place| {
            let (number, year) = (place.number.to_string(), place.year.to_string());
            t.say_with("register-looked-to", &[("number", &number), ("year", &year)])
        }),
        next: last.map(|place| address(&office, &form.typed, "before", &place)),
        csv: address(&office, &form.typed, "format", "csv"),
        rules: rules(t, rule),
        lines: years.into_iter().map(|row| YearLine::of(t, row, now)).collect(),
        unreceived,
        office,
    };
    Ok(HtmlPage::of(&visitor, RegisterPage { form, shown: Some(shown) }).into_response())
}

fn rules(t: Words, chosen: RegisterRule) -> Vec<Choice> {
    let chosen = code_of(&chosen);
    RegisterRule::ALL.into_iter().map(|rule| Choice::of(&code_of(&rule), rule.word(t), &chosen)).collect()
}

/// The address of the same list with one thing more.
fn address(office: &Office, typed: &ListForm, name: &str, value: &str) -> String {
    let fields =
        [("office", office.code.as_str()), ("q", &typed.q), ("year", &typed.year), ("day", &typed.day), (name, value)];
    let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("{HERE}?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
}

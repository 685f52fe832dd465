//! The audit: who did what, newest first, and the proof that nothing of it was changed.
//!
//! It is about everybody, so only an administrator of the whole tree reads it. The proof makes every seal again, some
//! thousands at a time, and stops after a while: a long chain is proved in several steps.

mod actions;
mod names;
mod subjects;

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;
use tokio::time::Instant;

use self::actions::{choices, say_act};
use self::names::{Names, find_names};
use super::HtmlPage;
use super::form_fields::{begin_of, end_of, read_day, with_any};
use super::form_state::{Choice, FormErrors, FormState};
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::store::audit_reading::{Entry, Filter, check_seals, count_unsealed, list_acts, list_entries};
use crate::web::access::Scope;
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::label::Badge;
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::{Words, group_digits};

const HERE: &str = "/audit";
/// Seals made again at a time.
const BATCH: i64 = 5_000;
/// How long one step of the proof takes at the most.
const LONGEST: Duration = Duration::from_secs(10);

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new().route(HERE, get(show_audit)).route("/audit/check", post(check))
}

/// What the audit is narrowed by; an empty field does not narrow.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    actor: String,
    act: String,
    subject: String,
    from: String,
    until: String,
    cursor: Option<Cursor>,
}

/// What the proof found.
struct SealCheck {
    checked: String,
    /// That older entries were dropped, if they were.
    dropped: Option<String>,
    broken: Option<String>,
    /// Where to go on, if it is not at its end.
    rest: Option<i64>,
    unsealed: Option<String>,
    seal: String,
}

#[derive(Template)]
#[template(path = "audit/audit.html")]
struct AuditPage {
    form: FormState<AuditQuery>,
    acts: Vec<Choice>,
    entries: PageTable,
    next: Option<String>,
    proof: Option<SealCheck>,
}

/// A page of the audit.
pub async fn show_audit(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<AuditQuery>,
) -> Result<Response, Problem> {
    render(&app, &visitor, query, None).await
}

/// Where the proof goes on.
#[derive(Debug, Deserialize)]
pub struct Step {
    #[serde(default)]
    after: i64,
}

/// Makes the seals again and says whether the chain is whole.
pub async fn check(State(app): State<App>, mut visitor: Visitor, Form(step): Form<Step>) -> Result<Response, Problem> {
    let t = visitor.words;
    whole_tree(&visitor)?;
    let (mut after, mut broken, mut seal, mut ended, mut dropped) = (step.after.max(0), None, None, false, 0);
    let until = Instant::now() + LONGEST;
    while !ended && broken.is_none() && Instant::now() < until {
        let mut db = app.db.acquire().await?;
        let stretch = check_seals(&mut db, after, BATCH).await?;
        ended = stretch.entries < BATCH;
        broken = stretch.broken;
        seal = stretch.seal.or(seal);
        after = stretch.last.unwrap_or(after);
        dropped = stretch.dropped;
    }
    let unsealed = count_unsealed(&mut *app.db.acquire().await?).await?;
    let proof = SealCheck {
        checked: group_digits((after - dropped).max(0)),
        dropped: (dropped > 0).then(|| t.count("audit-dropped", dropped)),
        rest: (!ended && broken.is_none()).then_some(after),
        broken: broken.map(group_digits),
        unsealed: (unsealed > 0).then(|| t.count("audit-unsealed", unsealed)),
        seal: seal.unwrap_or_default(),
    };
    HERE.clone_into(&mut visitor.here);
    render(&app, &visitor, AuditQuery::default(), Some(proof)).await
}

/// Refuses administrators of a part of the tree.
fn whole_tree(visitor: &Visitor) -> Result<(), Problem> {
    if visitor.caller.scope == Scope::Whole {
        return Ok(());
    }
    Err(Problem::forbidden("The audit is for administrators of the whole tree."))
}

async fn render(
    app: &App,
    visitor: &Visitor,
    query: AuditQuery,
    proof: Option<SealCheck>,
) -> Result<Response, Problem> {
    whole_tree(visitor)?;
    let t = visitor.words;
    let limit = Limit::default();
    let (filter, errors) = read(t, &query, app.now())?;
    let mut tx = app.begin().await?;
    let rows = list_entries(&mut tx, &filter, limit.rows()).await?;
    let acts = list_acts(&mut tx).await?;
    let place = |entry: &Entry| format!("{} {}", entry.at.as_microsecond(), entry.id);
    let page = Page::of(rows, limit, place, |entry| entry);
    let next = page.next_cursor.map(|cursor| {
        let cursor = cursor.encode();
        let fields = [
            ("actor", query.actor.as_str()),
            ("act", &query.act),
            ("subject", &query.subject),
            ("from", &query.from),
            ("until", &query.until),
            ("cursor", &cursor),
        ];
        format!("{HERE}?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
    });
    let names = find_names(&mut tx, &page.items).await?;
    let entries =
        PageTable::of(t, &t.say("audit-title"), &columns(&names), &page.items).styled("table stacks audit-table");
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let acts = with_any(t, choices(t, acts, query.act.trim()));
    let form = FormState { typed: query, errors };
    let audit = AuditPage { form, acts, entries, next, proof };
    Ok(HtmlPage::of(visitor, audit).status(status).into_response())
}

/// What the form means; a day that cannot be read is told and does not narrow.
fn read(t: Words, query: &AuditQuery, now: Timestamp) -> Result<(Filter, FormErrors), Problem> {
    let text = |typed: &str| Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty());
    let mut errors = FormErrors::default();
    let mut day = |typed: &str| errors.check("days", read_day(t, typed, Bound::Search, now)).flatten();
    let (from, until) = (day(&query.from), day(&query.until));
    let before = match key_of::<String>(query.cursor.as_ref())? {
        Some(place) => Some(parse_place(&place).ok_or_else(|| Problem::absent("page"))?),
        None => None,
    };
    let filter = Filter {
        // people type the name and mean whoever bears it
        actors: text(&query.actor).map(|name| Actor::called(&name)),
        act: text(&query.act),
        subject: text(&query.subject),
        from: from.and_then(begin_of),
        until: until.and_then(end_of),
        before,
    };
    Ok((filter, errors))
}

fn parse_place(text: &str) -> Option<(Timestamp, i64)> {
    let (at, id) = text.split_once(' ')?;
    let at: i64 = at.parse().ok()?;
    // from the year 1 to the year 9999
    (-62_135_596_800_000_000..253_402_207_200_000_000)
        .contains(&at)
        .then_some((Timestamp::from_microsecond(at), id.parse().ok()?))
}

fn columns(names: &Names) -> Vec<Column<'_, Entry>> {
    vec![
        Column::time("audit-at", |row: &Entry| Some(row.at)).unlabelled(),
        Column::text("audit-actor", |row: &Entry| row.actor.to_string()).shown(|row, _| names.actor(&row.actor)),
        Column::text("audit-act", |row: &Entry| row.act.clone()).shown(|row, t| match say_act(t, &row.act) {
            Some(words) => Cell::text(&words).below(&Cell::quiet_code(&row.act)),
            None => Cell::code(&row.act),
        }),
        Column::text("audit-subject", |row: &Entry| row.subject.clone()).shown(|row, t| names.subject(t, &row.subject)),
        Column::text("audit-detail", |row: &Entry| row.detail.to_string())
            .shown(|row, _| names.detail(&row.detail))
            .unlabelled(),
        Column::badge("audit-seal", |row: &Entry, t| {
            let badge = match row.sealed_no {
                Some(no) => Badge { class: "good", word: t.say_with("audit-sealed", &[("at", &group_digits(no))]) },
                None => Badge { class: "", word: t.say("audit-not-sealed") },
            };
            (badge, row.sealed_no.map(|no| no.to_string()).unwrap_or_default())
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_no_list_has_is_refused() {
        assert_eq!(parse_place("1521770760000000 7"), Some((Timestamp::from_second(1_521_770_760), 7)));
        for text in ["", "7", "x 7", "7 x", "9223372036854775807 1"] {
            assert_eq!(parse_place(text), None, "{text}");
        }
    }
}

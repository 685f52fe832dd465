//! `/waiting`: what waits for the office, the most urgent and the nearest to its time first, and what lately passed.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::around;
use super::delivery_text::forwarding_text;
use super::format::{Countdown, badges, letter_date};
use super::tasks::{ToDo, list_open};
use crate::domain::account::Role;
use crate::domain::bulletin::Kind;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::bindings::find_binding;
use crate::store::groups::{Filter, list_groups};
use crate::store::waiting::{Waiting, list_past, list_waiting};
use crate::store::{Connection, StoreError};
use crate::web::access::Scope;
use crate::web::access::duty::own_groups;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::routes::{self, Access};
use crate::web::ui::format::moment;
use crate::web::ui::label::Badge;
use crate::web::view::waiting::MOST;
use crate::web::words::Words;

/// How many past ones are shown.
const PAST: i64 = 5;

#[derive(Template)]
#[template(path = "steward/list.html")]
struct ListPage {
    office: Option<String>,
    /// How much the office is asked to do besides.
    to_do: Option<String>,
    overdue: Option<String>,
    items: Vec<WaitingItem>,
    /// The way to forward them all, where there are several.
    all: Option<String>,
    past: Vec<PastBulletin>,
    groups: Vec<OwnGroup>,
    originates: bool,
    /// Whether one tap in LINE forwards too; none for those who are no stewards.
    line: Option<bool>,
}

/// A bulletin that waits.
pub(super) struct WaitingItem {
    pub(super) id: BulletinId,
    pub(super) badges: Vec<Badge>,
    pub(super) subject: String,
    pub(super) letter: Option<String>,
    pub(super) from: String,
    pub(super) published: String,
    pub(super) countdown: Option<Countdown>,
    pub(super) reach: String,
    /// What it asks of the office, each in a line.
    pub(super) asked: Vec<String>,
}

/// One that passed.
struct PastBulletin {
    id: BulletinId,
    badges: Vec<Badge>,
    subject: String,
    group: Option<String>,
    told: String,
}

/// A group that the visitor manages.
struct OwnGroup {
    code: String,
    name: String,
}

impl WaitingItem {
    pub(super) fn of(t: Words, row: Waiting, now: Timestamp) -> Self {
        let corrected = row.corrected.then(|| Badge { class: "bad", word: t.say("forward-kind-corrected") });
        Self {
            badges: badges(t, row.kind, row.urgency()).into_iter().chain(corrected).collect(),
            letter: letter(t, row.document_number.as_deref(), row.document_date.as_deref()),
            countdown: row.release_at.map(|at| Countdown::to(t, at, now)),
            reach: reach(t, row.groups, row.people),
            published: row.published_at.map(|at| moment(t, at)).unwrap_or_default(),
            id: row.bulletin_id,
            subject: row.subject,
            from: row.origin_office,
            asked: Vec::new(),
        }
    }
}

/// How many there are.
pub(super) fn size<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

/// A letter's number and date in one line.
pub(super) fn letter(t: Words, number: Option<&str>, date: Option<&str>) -> Option<String> {
    let date = date.and_then(|date| letter_date(t, date));
    match (number, date) {
        (Some(number), Some(date)) => {
            Some(t.say_with("forward-letter", &[("number", number), ("date", date.as_str())]))
        }
        (Some(number), None) => Some(number.to_owned()),
        (None, date) => date,
    }
}

/// How many groups and people, in words.
pub(super) fn reach(t: Words, groups: i64, people: i64) -> String {
    format!("{} · {}", t.count("forward-groups", groups), t.count("forward-people", people))
}

/// The list.
pub async fn show_list(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    if visitor.caller.scope == Scope::Whole {
        return Ok(Redirect::to("/home").into_response());
    }
    let (t, now) = (visitor.words, app.now());
    let mut db = app.db.acquire().await?;
    let groups = own_groups(&mut db, &visitor.caller).await?;
    let waiting = list_waiting(&mut db, &groups, MOST).await?;
    let ToDo { open, overdue, mut lines } = list_open(&mut db, &visitor, now).await?;
    let page = ListPage {
        to_do: open,
        overdue,
        all: (waiting.len() > 1).then(|| t.count("forward-all-link", size(&waiting))),
        items: waiting
            .into_iter()
            .map(|row| WaitingItem {
                asked: lines.remove(&row.bulletin_id).unwrap_or_default(),
                ..WaitingItem::of(t, row, now)
            })
            .collect(),
        past: past(&mut db, t, &groups, now).await?,
        groups: managed(&mut db, &visitor).await?,
        originates: may_compose(&visitor),
        line: in_line(&mut db, &visitor).await?,
        office: visitor.office_name.clone(),
    };
    Ok(HtmlPage::within(around(&visitor), page).into_response())
}

/// Whether the visitor's account is bound to LINE; none where it cannot be.
async fn in_line(db: &mut Connection, visitor: &Visitor) -> Result<Option<bool>, StoreError> {
    if visitor.role() != Role::Steward {
        return Ok(None);
    }
    Ok(Some(find_binding(db, visitor.account()).await?.is_some()))
}

/// Whether the visitor may open the page on which bulletins are written.
fn may_compose(visitor: &Visitor) -> bool {
    let route = routes::find(&Method::GET, "/bulletins/new");
    route.is_some_and(|route| matches!(route.access, Access::Person(act) if visitor.may(act)))
}

async fn past(db: &mut Connection, t: Words, groups: &[i32], now: Timestamp) -> Result<Vec<PastBulletin>, StoreError> {
    let mut past = Vec::new();
    for copy in list_past(db, groups, PAST).await? {
        past.push(PastBulletin {
            id: copy.bulletin_id,
            badges: badges(t, Kind::News, copy.urgency()),
            told: forwarding_text(db, t, &copy, now).await?,
            group: (groups.len() > 1).then_some(copy.group_name),
            subject: copy.subject,
        });
    }
    Ok(past)
}

/// The groups whose settings the visitor can change from here: those of a steward's own office.
async fn managed(db: &mut Connection, visitor: &Visitor) -> Result<Vec<OwnGroup>, StoreError> {
    let Some(office) = visitor.caller.office_code.clone().filter(|_| visitor.role() == Role::Steward) else {
        return Ok(Vec::new());
    };
    let found = list_groups(db, &Filter { office: Some(office), ..Filter::default() }, 100).await?;
    let current = found.into_iter().filter(|group| !group.retired);
    Ok(current.map(|group| OwnGroup { code: group.code, name: group.name }).collect())
}

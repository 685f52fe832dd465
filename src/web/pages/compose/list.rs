//! The list of bulletins: newest first, a page at a time, by words, state and kind.

use askama::Template;
use axum::extract::Query;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::account::Permission;
use crate::domain::bulletin;
use crate::domain::ids::BulletinId;
use crate::domain::search::{BadWords, Words as Pieces};
use crate::store::bulletins::{Bulletin, Filter, list_bulletins};
use crate::web::conn::Conn;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::moment;
use crate::web::ui::label::{Badge, Label as _};
use crate::web::words::Words;

/// Bulletins on a page.
const ON_A_PAGE: usize = 25;

#[derive(Template)]
#[template(path = "compose/list.html")]
struct ListPage {
    may_write: bool,
    form: FormState<ListQuery>,
    states: Vec<Choice>,
    narrowed: bool,
    lines: Vec<DraftRow>,
    next: Option<String>,
}

/// A bulletin in the list.
struct DraftRow {
    id: BulletinId,
    subject: String,
    number: Option<String>,
    marks: Vec<Badge>,
    origin: String,
    at: String,
}

impl DraftRow {
    fn of(t: Words, row: Bulletin) -> Self {
        let at = row.published_at.or(row.scheduled_for).unwrap_or(row.updated_at);
        Self {
            marks: marks(t, &row),
            id: row.id,
            subject: row.subject,
            number: row.document_number,
            origin: row.origin_office,
            at: moment(t, at),
        }
    }
}

/// Where a bulletin stands, and what else must not be overlooked.
pub fn marks(t: Words, row: &Bulletin) -> Vec<Badge> {
    let others = [row.urgency().mark(t), row.kind.mark(t)].into_iter().flatten();
    [row.state().badge(t)].into_iter().chain(others).collect()
}

/// What the list is narrowed by; what cannot be read does not narrow.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    state: String,
    before: String,
}

const STATES: [(&str, bulletin::State); 6] = [
    ("draft", bulletin::State::Draft),
    ("submitted", bulletin::State::Submitted),
    ("scheduled", bulletin::State::Scheduled),
    ("relaying", bulletin::State::Relaying),
    ("settled", bulletin::State::Settled),
    ("withdrawn", bulletin::State::Withdrawn),
];

/// The list.
pub async fn show_list(
    visitor: Visitor,
    Query(mut query): Query<ListQuery>,
    Conn(mut db): Conn,
) -> Result<impl IntoResponse, Problem> {
    let t = visitor.words;
    let state: Option<bulletin::State> = serde_json::from_value(Value::String(query.state.clone())).ok();
    query.q = query.q.replace('\0', "");
    let mut errors = FormErrors::default();
    let words = match query.q.parse::<Pieces>() {
        Err(BadWords::Empty) => None,
        read => errors.check("q", read.map_err(|_| t.say("compose-list-words-fault"))),
    };
    let filter = Filter {
        state,
        words,
        before: query.before.parse().ok(),
        scope: visitor.caller.scope.to_filter(),
        drafts: visitor.caller.sees_drafts(),
        own_drafts: visitor.caller.sees_own_drafts(),
        ..Filter::default()
    };
    let mut rows = list_bulletins(&mut db, &filter, i64::try_from(ON_A_PAGE + 1).unwrap_or(i64::MAX)).await?;
    let more = rows.len() > ON_A_PAGE;
    rows.truncate(ON_A_PAGE);
    let last = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let next = last.and_then(|before| {
        let query = [("q", query.q.as_str()), ("state", query.state.as_str()), ("before", before.as_str())];
        serde_urlencoded::to_string(query).ok()
    });
    let sees_drafts = visitor.caller.sees_drafts() || visitor.caller.sees_own_drafts();
    let sees = |state: &bulletin::State| sees_drafts || !is_unpublished(*state);
    let states = STATES.into_iter().filter(|(_, known)| sees(known));
    let states = states.map(|(word, known)| Choice::of(word, known.word(t), &query.state));
    let all = Choice::none(t.say("compose-list-all"));
    let page = ListPage {
        may_write: visitor.may(Permission::Originate),
        narrowed: filter.words.is_some() || state.is_some() || filter.before.is_some(),
        states: [all].into_iter().chain(states).collect(),
        lines: rows.into_iter().map(|row| DraftRow::of(t, row)).collect(),
        next: next.map(|query| format!("/bulletins?{query}")),
        form: FormState { typed: query, errors },
    };
    Ok(HtmlPage::of(&visitor, page))
}

fn is_unpublished(state: bulletin::State) -> bool {
    matches!(state, bulletin::State::Draft | bulletin::State::Submitted | bulletin::State::Scheduled)
}

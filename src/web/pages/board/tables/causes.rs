//! What failed, by its cause.

use askama::Template;

use crate::domain::delivery::{Reason, State};
use crate::domain::ids::BulletinId;
use crate::store::board::failures::Cause;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::DASH;
use crate::web::ui::label::{Label as _, code_of};
use crate::web::ui::table::Column;
use crate::web::words::Words;

/// Of what the causes are.
#[derive(Clone, Debug)]
pub enum CausesOf {
    /// Of a bulletin, on its own page, where they can be tried again by operations.
    Bulletin(BulletinId, bool),
    /// Of the last days or of one bulletin, on the page of failures, with the query of the cause that is looked at.
    Failures(Option<BulletinId>, String),
}

#[derive(Template)]
#[template(path = "board/cause_link.html")]
struct CauseLink<'a> {
    bulletin: Option<BulletinId>,
    query: &'a str,
    current: bool,
    why: String,
}

/// The columns.
pub fn cause_columns(of: CausesOf) -> Vec<Column<'static, Cause>> {
    let on_failures = matches!(of, CausesOf::Failures(..));
    let (bulletin, chosen, retries) = match of {
        CausesOf::Bulletin(id, operates) => (Some(id), None, operates),
        CausesOf::Failures(bulletin, chosen) => (bulletin, Some(chosen), false),
    };
    vec![
        Column::words("board-why", why)
            .shown(move |row, t| {
                let query = query_of(row);
                let current = chosen.as_deref() == Some(query.as_str());
                Cell::of(&CauseLink { bulletin, query: &query, current, why: why(row, t) })
            })
            .naming_the_row(),
        Column::coded("board-state", |row: &Cause| row.state),
        Column::number("board-deliveries", |row: &Cause| row.deliveries),
        Column::number("board-groups", |row: &Cause| row.groups).on_page_if(on_failures),
        Column::number("board-bulletins", |row: &Cause| row.bulletins).on_page_if(on_failures),
        Column::number("board-seats", |row: &Cause| row.seats).on_page_if(!on_failures),
        Column::time("failures-last", |row: &Cause| row.last_at).on_page_if(on_failures),
        Column::words("board-next", next_step).shown(move |row, t| {
            let step = Cell::text(&next_step(row, t));
            match bulletin.filter(|_| retries && row.state != State::Declined) {
                Some(id) => {
                    let to = format!("/board/{id}/retry?{}", query_of(row));
                    step.below(&Cell::button(&to, &t.say("board-retry-these")))
                }
                None => step,
            }
        }),
    ]
}

fn why(row: &Cause, t: Words) -> String {
    row.reason.map_or_else(|| DASH.to_owned(), |reason| reason.word(t))
}

/// The filter that finds the deliveries of a cause, as a query.
fn query_of(row: &Cause) -> String {
    let reason = row.reason.map(|reason| ("reason", code_of(&reason)));
    let query: Vec<_> = [("state", code_of(&row.state))].into_iter().chain(reason).collect();
    serde_urlencoded::to_string(query).unwrap_or_default()
}

/// What helps against a cause.
fn next_step(row: &Cause, t: Words) -> String {
    t.say(match (row.state, row.reason) {
        (State::Declined, _) => "board-next-undecline",
        (_, Some(Reason::NotLinked)) => "board-next-link",
        (_, Some(Reason::AccountRemoved)) => "board-next-invite",
        (_, Some(Reason::MessageRefused)) => "board-next-message",
        (_, Some(Reason::OutcomeUnknown)) => "board-next-unknown",
        _ => "board-next-retry",
    })
}

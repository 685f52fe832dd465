//! Published bulletins with their counts.

use crate::domain::bulletin::{State, Urgency};
use crate::store::board::traffic::Traffic;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{Share, number};
use crate::web::ui::label::{Badge, Label as _, code_of};
use crate::web::ui::table::Column;
use crate::web::words::Words;

/// The columns.
pub fn traffic_columns<'a>() -> Vec<Column<'a, Traffic>> {
    vec![
        Column::text("board-bulletin", |row: &Traffic| row.subject.clone()).shown(bulletin).naming_the_row(),
        Column::text("board-document-number", |row: &Traffic| row.document_number.clone().unwrap_or_default())
            .in_file(),
        Column::badge("board-state", |row: &Traffic, t| traffic_state(t, row.state(), row.paused, row.failed)),
        Column::time("board-published", |row: &Traffic| Some(row.published_at)).in_file(),
        Column::number("board-groups", |row: &Traffic| row.groups).in_file(),
        Column::number("delivery-state-accepted", |row: &Traffic| row.accepted).in_file(),
        Column::number("delivery-state-seen", |row: &Traffic| row.seen).in_file(),
        Column::share("board-share", |row: &Traffic| Share::of(row.in_group(), row.groups)),
        Column::number("board-in-group-of", Traffic::in_group)
            .shown(|row, _| Cell::text(&format!("{}/{}", number(row.in_group()), number(row.groups))))
            .on_page(),
        Column::number("delivery-state-held", |row: &Traffic| row.held).hiding_zero(),
        Column::number("board-failed-or-unreachable", |row: &Traffic| row.failed).hiding_zero(),
        Column::number("delivery-state-declined", |row: &Traffic| row.declined).hiding_zero(),
        Column::number("board-acknowledged-groups", |row: &Traffic| row.acknowledged).hiding_zero(),
    ]
}

/// Where a published bulletin stands, with its code: green where it ended without failures.
fn traffic_state(t: Words, state: State, paused: bool, failed: i64) -> (Badge, String) {
    if paused {
        return (Badge { class: "bad", word: t.say("board-paused-short") }, "paused".to_owned());
    }
    let class = match state {
        State::Settled if failed == 0 => "good",
        State::Withdrawn => "warn",
        _ => "",
    };
    (Badge { class, word: state.word(t) }, code_of(&state))
}

fn bulletin(row: &Traffic, t: Words) -> Cell {
    let marks = [Urgency::from_number(row.urgency).mark(t), row.kind.mark(t)];
    let marks = marks.iter().flatten().fold(Cell::empty(), |cell, mark| cell.and(&Cell::badge(mark)));
    let number = row.document_number.as_deref().map(|number| Cell::text(&format!("{number} ·"))).unwrap_or_default();
    let published = number.and(&Cell::time(t, Some(row.published_at)));
    marks.and(&Cell::link(&format!("/board/{}", row.id), &row.subject)).below(&published.quiet())
}

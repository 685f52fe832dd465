//! Groups that a bulletin did not get through, with who waits behind them.

use askama::Template;

use super::Viewer;
use crate::domain::delivery::State;
use crate::domain::ids::BulletinId;
use crate::store::board::blocked::Blocked;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{moment, place};
use crate::web::ui::label::Label as _;
use crate::web::ui::table::Column;
use crate::web::view::delivery::DeliveryState;
use crate::web::words::Words;

/// The columns; over several bulletins each row names its own.
pub fn blocked_columns(viewer: &Viewer, with_bulletin: bool) -> Vec<Column<'_, Blocked>> {
    let operates = viewer.operates;
    vec![
        Column::text("board-bulletin", |row: &Blocked| row.subject.clone())
            .shown(|row, _| Cell::link(&format!("/board/{}", row.bulletin_id), &row.subject))
            .unlabelled()
            .on_page_if(with_bulletin),
        Column::text("board-group", |row: &Blocked| row.group_name.clone()).shown(group).naming_the_row(),
        Column::text("board-group-code", |row: &Blocked| row.group.clone()).in_file(),
        Column::words("board-office", place_of).in_file(),
        Column::coded("board-state", state).shown(|row, t| {
            let why = why(row, t).into_iter().map(|why| Cell::text(&why).quiet());
            why.fold(Cell::badge(&state(row).badge(t)), |cell, why| cell.below(&why))
        }),
        Column::time("board-since", |row: &Blocked| row.since),
        Column::number("board-waiting-groups", |row: &Blocked| row.waiting_groups),
        Column::number("board-waiting-seats", |row: &Blocked| row.waiting_seats),
        Column::words("board-whose-turn", whose_turn).shown(move |row, t| turn(row, t, operates)),
        Column::words("board-phone", move |row: &Blocked, t| {
            let phones = phones(row, t, operates).into_iter().map(|(whose, phone)| format!("{whose} {phone}"));
            phones.collect::<Vec<_>>().join(", ")
        })
        .in_file(),
        Column::words("board-why", |row: &Blocked, t| why(row, t).join(" ")).in_file(),
    ]
}

fn group(row: &Blocked, t: Words) -> Cell {
    let place = Cell::text(&place_of(row, t)).quiet();
    Cell::link(&format!("/deliveries/{}", row.id), &row.group_name).below(&place)
}

fn place_of(row: &Blocked, t: Words) -> String {
    place(t, &row.office_name, row.province.as_deref())
}

fn state(row: &Blocked) -> DeliveryState {
    match row.state {
        State::Ready if row.parked.is_some() || row.paused => DeliveryState::Parked,
        state => state.into(),
    }
}

/// More about where it stands, a sentence each.
fn why(row: &Blocked, t: Words) -> Vec<String> {
    let goes_on = |at| t.say_with("board-goes-on-at", &[("moment", &moment(t, at))]);
    let unlinked = !row.linked && row.state != State::Unreachable;
    let why = [
        row.parked.map(|reason| reason.word(t)),
        row.paused.then(|| t.say("board-paused")),
        row.reason.map(|reason| reason.word(t)),
        row.declined_because.as_deref().map(|said| t.say_with("board-said", &[("reason", said)])),
        unlinked.then(|| t.say("board-unlinked")),
        row.release_at.map(goes_on),
        (row.waiting_groups == 0).then(|| t.say("board-gone-past")),
    ];
    why.into_iter().flatten().collect()
}

fn whose_turn(row: &Blocked, t: Words) -> String {
    match state(row) {
        DeliveryState::Held => row.steward_title.clone().unwrap_or_else(|| row.office_name.clone()),
        DeliveryState::Ready => t.say("board-relay"),
        _ => t.say("board-operator"),
    }
}

/// The telephone numbers, each with whose it is; only for operations.
fn phones(row: &Blocked, t: Words, operates: bool) -> Vec<(String, String)> {
    let steward = row.steward_title.clone().unwrap_or_else(|| t.say("board-steward"));
    let deputy = row.deputy_title.clone().unwrap_or_else(|| t.say("board-deputy"));
    let both = [
        row.steward_phone.clone().map(|phone| (steward, phone)),
        row.deputy_phone.clone().map(|phone| (deputy, phone)),
    ];
    both.into_iter().flatten().filter(|_| operates).collect()
}

#[derive(Template)]
#[template(path = "board/undecline_form.html")]
struct UndeclineForm<'a> {
    t: Words,
    bulletin: BulletinId,
    group: &'a str,
}

/// Whose turn it is, whom to call, and what operations can do about it.
fn turn(row: &Blocked, t: Words, operates: bool) -> Cell {
    let state = state(row);
    let person = row.steward_name.as_deref().filter(|_| operates && state == DeliveryState::Held);
    let phones = phones(row, t, operates).into_iter();
    let phones = phones.map(|(whose, phone)| Cell::phone(&phone).and(&Cell::text(&whose).quiet()));
    let cell = Cell::text(&whose_turn(row, t)).below(&person.map(Cell::text).unwrap_or_default());
    let cell = phones.fold(cell, |cell, phone| cell.below(&phone));
    if !operates || state != DeliveryState::Declined {
        return cell;
    }
    cell.and(&Cell::of(&UndeclineForm { t, bulletin: row.bulletin_id, group: &row.group }))
}

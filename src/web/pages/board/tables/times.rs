//! Time spent, by tier and hop by hop.

use crate::store::board::hops::{Hop, TierHops};
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{number, place, tier_label};
use crate::web::ui::table::Column;
use crate::web::words::Words;

/// Where the minutes of one tier went: the columns.
pub fn minutes_columns<'a>() -> Vec<Column<'a, TierHops>> {
    vec![
        Column::text("board-hop-into", |row: &TierHops| tier_label(row.tier).to_owned())
            .shown(|row, t| Cell::text(tier_label(row.tier)).below(&Cell::text(&hops(row, t)).quiet()))
            .naming_the_row()
            .called_in_file("board-tier"),
        Column::number("board-hops", |row: &TierHops| row.hops).in_file(),
        Column::number("board-hops-left-out", |row: &TierHops| row.unknown).in_file(),
        Column::seconds("board-person", |row: &TierHops| Some(row.person))
            .coloured("hop-person")
            .called_in_file("board-seconds-person"),
        Column::seconds("board-parked", |row: &TierHops| Some(row.parked))
            .coloured("hop-parked")
            .called_in_file("board-seconds-parked"),
        Column::seconds("board-queue", |row: &TierHops| Some(row.queue))
            .coloured("hop-queue")
            .called_in_file("board-seconds-queue"),
        Column::seconds("board-line", |row: &TierHops| Some(row.line))
            .coloured("hop-line")
            .called_in_file("board-seconds-line"),
        Column::seconds("board-mean", |row: &TierHops| Some(row.person + row.parked + row.queue + row.line))
            .called_in_file("board-seconds-mean"),
        Column::seconds("board-median", |row: &TierHops| Some(row.median)).called_in_file("board-seconds-median"),
        Column::seconds("board-longest", |row: &TierHops| Some(row.longest)).called_in_file("board-seconds-longest"),
    ]
}

/// Of how many hops the means are, and how many were left out.
fn hops(row: &TierHops, t: Words) -> String {
    let counted = t.say_with("board-hops-counted", &[("n", &number(row.hops))]);
    if row.unknown == 0 { counted } else { format!("{counted} · {}", t.count("board-hops-unknown", row.unknown)) }
}

/// The slowest hops: the columns.
pub fn hop_columns<'a>() -> Vec<Column<'a, Hop>> {
    let place_of = |row: &Hop, t| place(t, &row.office_name, row.province.as_deref());
    vec![
        Column::text("board-group", |row: &Hop| row.group_name.clone())
            .shown(move |row, t| {
                let place = Cell::text(&place_of(row, t)).quiet();
                Cell::link(&format!("/deliveries/{}", row.id), &row.group_name).below(&place)
            })
            .naming_the_row(),
        Column::text("board-group-code", |row: &Hop| row.group.clone()).in_file(),
        Column::words("board-office", place_of).in_file(),
        Column::text("board-tier", |row: &Hop| tier_label(row.tier).to_owned()).in_file(),
        Column::time("delivery-state-accepted", |row: &Hop| Some(row.accepted_at)).in_file(),
        Column::seconds("board-hop", |row: &Hop| Some(row.person.unwrap_or(0.0) + row.parked + row.queue + row.line))
            .called_in_file("board-seconds-hop"),
        Column::seconds("board-person", |row: &Hop| row.person).called_in_file("board-seconds-person"),
        Column::seconds("board-parked", |row: &Hop| Some(row.parked)).called_in_file("board-seconds-parked"),
        Column::seconds("board-queue", |row: &Hop| Some(row.queue)).called_in_file("board-seconds-queue"),
        Column::seconds("board-line", |row: &Hop| Some(row.line)).called_in_file("board-seconds-line"),
        Column::seconds("board-since-publish", |row: &Hop| Some(row.since_publish))
            .called_in_file("board-seconds-since-publish"),
    ]
}

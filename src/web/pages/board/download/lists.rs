//! Tables that stand on several pages: who blocks whom, causes, bulletins, provinces, deliveries.

use super::super::format::{self, Share};
use super::super::rows::{BlockedRow, CauseRow, DeliveryRow, TrafficRow, Viewer};
use super::plain;
use crate::report::Table;
use crate::store::board::blocked::Blocked;
use crate::store::board::provinces::Sum;
use crate::web::words::Words;

/// Who blocks whom.
pub fn blocked(viewer: &Viewer, rows: Vec<Blocked>) -> Table {
    let t = viewer.t;
    let mut table = Table::new([
        t.say("board-bulletin"),
        t.say("board-group"),
        t.say("board-office"),
        t.say("board-state"),
        t.say("board-since"),
        t.say("board-waiting-groups"),
        t.say("board-waiting-seats"),
        t.say("board-whose-turn"),
        t.say("board-phone"),
        t.say("board-why"),
    ]);
    for row in rows {
        let (groups, seats) = (row.waiting_groups.to_string(), row.waiting_seats.to_string());
        let row = BlockedRow::of(viewer, row);
        let phones = row.phones_text();
        table.push([
            row.subject,
            row.group,
            row.place,
            row.state,
            row.since_stamp,
            groups,
            seats,
            row.who,
            phones,
            row.why.join(" "),
        ]);
    }
    table
}

/// Failures by cause.
pub fn causes(t: Words, rows: impl Iterator<Item = CauseRow>) -> Table {
    let mut table = Table::new([
        t.say("board-state"),
        t.say("board-why"),
        t.say("board-deliveries"),
        t.say("board-groups"),
        t.say("board-bulletins"),
        t.say("board-seats"),
        t.say("board-next"),
    ]);
    for row in rows {
        table.push([
            row.state.clone(),
            row.why.clone(),
            plain(&row.deliveries),
            plain(&row.groups),
            plain(&row.bulletins),
            plain(&row.seats),
            row.next.clone(),
        ]);
    }
    table
}

/// Bulletins with their counts.
pub fn bulletins(t: Words, rows: &[TrafficRow]) -> Table {
    let mut table = Table::new([
        t.say("board-bulletin"),
        t.say("board-document-number"),
        t.say("board-state"),
        t.say("board-published"),
        t.say("board-groups"),
        t.say("board-state-accepted"),
        t.say("board-share"),
        t.say("board-state-held"),
        t.say("board-failed-or-unreachable"),
        t.say("board-state-declined"),
        t.say("board-acknowledged-groups"),
    ]);
    for row in rows {
        table.push([
            row.subject.clone(),
            row.document_number.clone().unwrap_or_default(),
            row.state.clone(),
            row.published_stamp.clone(),
            plain(&row.groups),
            plain(&row.accepted),
            row.share.text.clone(),
            plain(&row.held),
            plain(&row.failed),
            plain(&row.declined),
            plain(&row.acknowledged),
        ]);
    }
    table
}

/// What the bulletins of the last days came to in each province.
pub fn sums(t: Words, rows: &[Sum]) -> Table {
    let mut table = Table::new([
        t.say("board-province"),
        t.say("board-bulletins"),
        t.say("board-deliveries"),
        t.say("board-state-accepted"),
        t.say("board-share"),
        t.say("board-acknowledged-groups"),
    ]);
    for row in rows {
        table.push([
            format::province(t, row.province.as_deref()),
            row.bulletins.to_string(),
            row.groups.to_string(),
            row.accepted.to_string(),
            Share::of(row.accepted, row.groups).text,
            row.acknowledged.to_string(),
        ]);
    }
    table
}

/// Deliveries.
pub fn deliveries(t: Words, rows: &[DeliveryRow]) -> Table {
    let mut table = Table::new([
        t.say("board-group"),
        t.say("board-office"),
        t.say("board-tier"),
        t.say("board-state"),
        t.say("board-since"),
        t.say("board-why"),
        t.say("board-next"),
        t.say("board-seats"),
        t.say("board-taps"),
        t.say("board-unnamed"),
    ]);
    for row in rows {
        table.push([
            row.group.clone(),
            row.place.clone(),
            row.tier.to_owned(),
            row.state.clone(),
            row.since_stamp.clone(),
            row.why.clone(),
            row.next.clone(),
            plain(&row.seats),
            row.persons.to_string(),
            row.unnamed.to_string(),
        ]);
    }
    table
}

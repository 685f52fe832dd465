//! The tables of one bulletin.

use axum::response::Response;

use super::super::bulletin::{BulletinData, TierView};
use super::super::curve;
use super::super::format::{self, Share, stamp};
use super::super::rows::{CauseRow, MinutesRow, Viewer, place, tier_label};
use super::{Kind, blocked, causes, file, plain};
use crate::report::Table;
use crate::web::problem::Problem;
use crate::web::words::Words;

/// A table of one bulletin.
///
/// # Errors
/// 404 where it is no table of a bulletin.
pub fn of_bulletin(viewer: &Viewer, kind: Kind, found: BulletinData) -> Result<Response, Problem> {
    let t = viewer.t;
    let name = format!("{}-{}", kind.name(), found.bulletin.id);
    let table = match kind {
        Kind::Tiers => tiers(t, &found),
        Kind::Provinces => provinces(t, &found),
        Kind::Blocked => blocked(viewer, found.blocked),
        Kind::Curve => curve_over_time(t, &found),
        Kind::Minutes => minutes(t, &found),
        Kind::Slowest => slowest(t, &found),
        Kind::Causes => causes(t, found.causes.iter().map(|row| CauseRow::of(t, row))),
        Kind::Bulletins => return Err(Problem::absent("table")),
    };
    file(&name, &table)
}

fn tiers(t: Words, found: &BulletinData) -> Table {
    let mut table = Table::new([
        t.say("board-tier"),
        t.say("board-groups"),
        t.say("board-linked"),
        t.say("board-state-accepted"),
        t.say("board-state-waiting"),
        t.say("board-state-held"),
        t.say("board-state-ready"),
        t.say("board-state-sending"),
        t.say("board-state-parked"),
        t.say("board-state-failed"),
        t.say("board-state-unreachable"),
        t.say("board-state-declined"),
        t.say("board-state-withdrawn"),
        t.say("board-state-expired"),
        t.say("board-seats"),
        t.say("board-acknowledged-groups"),
        t.say("board-taps"),
        t.say("board-unnamed"),
    ]);
    for tier in &found.status.tiers {
        let linked = plain(&TierView::of(t, tier, &found.cells).linked);
        let counts = &tier.counts;
        let numbers = [
            counts.accepted,
            counts.waiting,
            counts.held,
            counts.ready,
            counts.sending,
            counts.parked,
            counts.failed,
            counts.unreachable,
            counts.declined,
            counts.withdrawn,
            counts.expired,
            tier.people,
            tier.acknowledged.groups,
            tier.acknowledged.persons,
            tier.acknowledged.unnamed,
        ];
        let first = [tier.label.to_owned(), tier.groups.to_string(), linked];
        table.push(first.into_iter().chain(numbers.iter().map(ToString::to_string)));
    }
    table
}

fn provinces(t: Words, found: &BulletinData) -> Table {
    let mut table = Table::new([
        t.say("board-tier"),
        t.say("board-province"),
        t.say("board-groups"),
        t.say("board-linked"),
        t.say("board-state-accepted"),
        t.say("board-share"),
        t.say("board-failed-or-unreachable"),
        t.say("board-seats"),
        t.say("board-acknowledged-groups"),
        t.say("board-taps"),
        t.say("board-unnamed"),
    ]);
    for cell in &found.cells {
        table.push([
            tier_label(cell.tier).to_owned(),
            format::province(t, cell.province.as_deref()),
            cell.groups.to_string(),
            cell.linked.to_string(),
            cell.accepted.to_string(),
            Share::of(cell.accepted, cell.groups).text,
            cell.failed.to_string(),
            cell.seats.to_string(),
            cell.acknowledged.to_string(),
            (cell.taps - cell.unnamed).to_string(),
            cell.unnamed.to_string(),
        ]);
    }
    table
}

fn curve_over_time(t: Words, found: &BulletinData) -> Table {
    let curve = curve::curve(t, &found.counters, found.lasted());
    let times = curve.times.iter().map(|mark| t.say_with("board-within", &[("span", mark.label.as_str())]));
    let mut table = Table::new(std::iter::once(t.say("board-tier")).chain(times));
    for line in curve.lines {
        let shares = line.shares.into_iter().map(|share| share.map(|share| share.text).unwrap_or_default());
        table.push(std::iter::once(line.label.to_owned()).chain(shares));
    }
    table
}

fn minutes(t: Words, found: &BulletinData) -> Table {
    let mut table = Table::new([
        t.say("board-tier"),
        t.say("board-hops"),
        t.say("board-hops-left-out"),
        t.say("board-seconds-person"),
        t.say("board-seconds-parked"),
        t.say("board-seconds-queue"),
        t.say("board-seconds-line"),
        t.say("board-seconds-median"),
        t.say("board-seconds-longest"),
    ]);
    for row in &found.minutes {
        let parts = MinutesRow::of(t, row).parts.map(|part| part.seconds);
        let first = [tier_label(row.tier).to_owned(), row.hops.to_string(), row.unknown.to_string()];
        let last = [format!("{:.1}", row.median), format!("{:.1}", row.longest)];
        table.push(first.into_iter().chain(parts).chain(last));
    }
    table
}

fn slowest(t: Words, found: &BulletinData) -> Table {
    let mut table = Table::new([
        t.say("board-group"),
        t.say("board-office"),
        t.say("board-tier"),
        t.say("board-state-accepted"),
        t.say("board-seconds-person"),
        t.say("board-seconds-parked"),
        t.say("board-seconds-queue"),
        t.say("board-seconds-line"),
    ]);
    for row in &found.slowest {
        table.push([
            row.group_name.clone(),
            place(t, &row.office_name, row.province.as_deref()),
            tier_label(row.tier).to_owned(),
            stamp(Some(row.accepted_at)),
            row.person.map_or_else(|| t.say("board-not-known"), |seconds| format!("{seconds:.1}")),
            format!("{:.1}", row.parked),
            format!("{:.1}", row.queue),
            format!("{:.1}", row.line),
        ]);
    }
    table
}

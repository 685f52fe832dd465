//! Tables as files: the same rows as on the page, all of them, with exact numbers and times as machines read them.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::one::{Findings, TierView};
use super::rows::{BlockedRow, CauseRow, DeliveryRow, Eyes, MinutesRow, TrafficRow, place, tier_label};
use super::say::{self, Share, stamp};
use crate::report::Table;
use crate::store::board::blocked::Blocked;
use crate::store::board::provinces::Sum;
use crate::web::problem::Problem;
use crate::web::words::Words;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By tier.
    Tiers,
    /// By province.
    Provinces,
    /// Who blocks whom.
    Blocked,
    /// Accepted over time.
    Curve,
    /// Where the minutes went.
    Minutes,
    /// The slowest hops.
    Slowest,
    /// Failures by cause.
    Causes,
    /// Bulletins.
    Bulletins,
}

impl Kind {
    /// The table called `name`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "tiers" => Self::Tiers,
            "provinces" => Self::Provinces,
            "blocked" => Self::Blocked,
            "curve" => Self::Curve,
            "minutes" => Self::Minutes,
            "slowest" => Self::Slowest,
            "causes" => Self::Causes,
            "bulletins" => Self::Bulletins,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Tiers => "tiers",
            Self::Provinces => "provinces",
            Self::Blocked => "blocked",
            Self::Curve => "curve",
            Self::Minutes => "minutes",
            Self::Slowest => "slowest",
            Self::Causes => "causes",
            Self::Bulletins => "bulletins",
        }
    }
}

/// The table as an answer that browsers save as `name.csv`.
///
/// # Errors
/// 500 should it not be written.
pub fn file(name: &str, table: &Table) -> Result<Response, Problem> {
    let bytes = table.to_csv().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a table could not be written");
        Problem::internal()
    })?;
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{plain}.csv\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// A table of one bulletin.
///
/// # Errors
/// 404 where it is no table of a bulletin.
pub fn of_bulletin(eyes: &Eyes, kind: Kind, found: Findings) -> Result<Response, Problem> {
    let t = eyes.t;
    let name = format!("{}-{}", kind.name(), found.bulletin.id);
    let table = match kind {
        Kind::Tiers => tiers(t, &found),
        Kind::Provinces => provinces(t, &found),
        Kind::Blocked => blocked(eyes, found.blocked),
        Kind::Curve => curve(t, &found),
        Kind::Minutes => minutes(t, &found),
        Kind::Slowest => slowest(t, &found),
        Kind::Causes => causes(t, found.causes.iter().map(|row| CauseRow::of(t, row))),
        Kind::Bulletins => return Err(Problem::absent("table")),
    };
    file(&name, &table)
}

fn tiers(t: Words, found: &Findings) -> Table {
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
    ]);
    for tier in &found.status.tiers {
        let linked = TierView::of(t, tier, &found.cells).linked.replace(',', "");
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
            tier.acknowledged.taps,
        ];
        let first = [tier.label.to_owned(), tier.groups.to_string(), linked];
        table.push(first.into_iter().chain(numbers.iter().map(ToString::to_string)));
    }
    table
}

fn provinces(t: Words, found: &Findings) -> Table {
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
    ]);
    for cell in &found.cells {
        table.push([
            tier_label(cell.tier).to_owned(),
            say::province(t, cell.province.as_deref()),
            cell.groups.to_string(),
            cell.linked.to_string(),
            cell.accepted.to_string(),
            Share::of(cell.accepted, cell.groups).text,
            cell.failed.to_string(),
            cell.seats.to_string(),
            cell.acknowledged.to_string(),
            cell.taps.to_string(),
        ]);
    }
    table
}

/// Who blocks whom.
pub fn blocked(eyes: &Eyes, rows: Vec<Blocked>) -> Table {
    let t = eyes.t;
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
        let row = BlockedRow::of(eyes, row);
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

fn curve(t: Words, found: &Findings) -> Table {
    let curve = super::curve::curve(t, &found.counters);
    let times = curve.times.iter().map(|mark| t.say_with("board-within", &[("span", mark.label.as_str())]));
    let mut table = Table::new(std::iter::once(t.say("board-tier")).chain(times));
    for line in curve.lines {
        let shares = line.shares.into_iter().map(|share| share.text);
        table.push(std::iter::once(line.label.to_owned()).chain(shares));
    }
    table
}

fn minutes(t: Words, found: &Findings) -> Table {
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

fn slowest(t: Words, found: &Findings) -> Table {
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
        let plain = |text: &str| text.replace(',', "");
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
        let plain = |text: &str| text.replace(',', "");
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
            say::province(t, row.province.as_deref()),
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
    ]);
    for row in rows {
        let plain = |text: &str| text.replace(',', "");
        table.push([
            row.group.clone(),
            row.place.clone(),
            row.tier.to_owned(),
            row.state.clone(),
            row.since_stamp.clone(),
            row.why.clone(),
            row.next.clone(),
            plain(&row.seats),
            plain(&row.acknowledged),
        ]);
    }
    table
}

//! Time spent, by tier and hop by hop.

use super::super::format::{number, span};
use super::{place, tier_label};
use crate::domain::ids::DeliveryId;
use crate::store::board::hops::{Hop, TierHops};
use crate::web::words::Words;

/// Where the minutes of one tier went.
#[derive(Clone, Debug)]
pub struct MinutesRow {
    /// GCC1, GCC2 or GCC3.
    pub label: &'static str,
    /// Hops of which all is known.
    pub hops: String,
    /// Hops left out; none where there are none.
    pub unknown: Option<String>,
    /// The four parts: class, mean as text, share of the whole in tenths of a per cent, and where the bar begins.
    pub parts: [Part; 4],
    /// All parts together.
    pub mean: String,
    /// Half of the hops took no longer.
    pub median: String,
    /// The longest.
    pub longest: String,
}

/// A part of a hop.
#[derive(Clone, Debug)]
pub struct Part {
    /// The class that draws it: `person`, `parked`, `queue` or `line`.
    pub class: &'static str,
    /// The mean.
    pub mean: String,
    /// The mean in seconds.
    pub seconds: String,
    /// Where its bar begins, of 1000.
    pub from: i64,
    /// How long its bar is, of 1000.
    pub width: i64,
}

impl MinutesRow {
    /// The row in the reader's words.
    #[must_use]
    pub fn of(t: Words, row: &TierHops) -> Self {
        let means = [("person", row.person), ("parked", row.parked), ("queue", row.queue), ("line", row.line)];
        let all: f64 = means.iter().map(|(_, seconds)| seconds).sum();
        let mut from = 0;
        let parts = means.map(|(class, seconds)| {
            #[expect(clippy::cast_possible_truncation, reason = "a part of a thousand")]
            let width = if all > 0.0 { (seconds / all * 1000.0).round() as i64 } else { 0 };
            let width = width.min(1000 - from);
            let part = Part { class, mean: span(t, seconds), seconds: format!("{seconds:.1}"), from, width };
            from += width;
            part
        });
        Self {
            label: tier_label(row.tier),
            hops: number(row.hops),
            unknown: (row.unknown > 0).then(|| t.count("board-hops-unknown", row.unknown)),
            parts,
            mean: span(t, all),
            median: span(t, row.median),
            longest: span(t, row.longest),
        }
    }
}

/// A slow hop.
#[derive(Clone, Debug)]
pub struct HopRow {
    /// The delivery.
    pub id: DeliveryId,
    /// The group's name.
    pub group: String,
    /// Its office and province.
    pub place: String,
    /// The hop's length.
    pub hop: String,
    /// Its parts in the order person, parked, queue, LINE.
    pub parts: [String; 4],
    /// From publish to acceptance.
    pub since_publish: String,
}

impl HopRow {
    /// The row in the reader's words.
    #[must_use]
    pub fn of(t: Words, row: &Hop) -> Self {
        let person = row.person.map_or_else(|| t.say("board-not-known"), |seconds| span(t, seconds));
        Self {
            id: row.id,
            group: row.group_name.clone(),
            place: place(t, &row.office_name, row.province.as_deref()),
            hop: span(t, row.person.unwrap_or(0.0) + row.parked + row.queue + row.line),
            parts: [person, span(t, row.parked), span(t, row.queue), span(t, row.line)],
            since_publish: span(t, row.since_publish),
        }
    }
}

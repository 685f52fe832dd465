//! The bars on the page of a bulletin: how far each tier is, and where its minutes went.

use crate::domain::time::Timestamp;
use crate::store::board::hops::TierHops;
use crate::web::ui::format::{DASH, Share, number, persons_of_groups, span, tier_label};
use crate::web::ui::label::code_of;
use crate::web::view::delivery::DeliveryState;
use crate::web::view::receipts::{Acknowledged, Counts, Seconds, TierStatus};
use crate::web::words::Words;

/// A part of a bar, of 1000.
pub(super) struct BarPart {
    pub(super) class: String,
    pub(super) from: i64,
    pub(super) width: i64,
}

/// The parts of a bar one behind the other; `least` is how long one is that is there at all.
fn bar(parts: impl IntoIterator<Item = (String, f64)>, whole: f64, least: i64) -> Vec<BarPart> {
    let mut from = 0;
    let part = |(class, part): (String, f64)| {
        #[expect(clippy::cast_possible_truncation, reason = "a part of a thousand")]
        let width = if whole > 0.0 { (part / whole * 1000.0).round() as i64 } else { 0 };
        let width = if part > 0.0 { width.max(least) } else { 0 }.min(1000 - from);
        from += width;
        BarPart { class, from: from - width, width }
    };
    parts.into_iter().map(part).collect()
}

/// Where the minutes of a tier went, drawn.
pub(super) struct HopBar {
    pub(super) label: &'static str,
    pub(super) parts: Vec<BarPart>,
}

impl HopBar {
    pub(super) fn of(row: &TierHops) -> Self {
        let parts = [("person", row.person), ("parked", row.parked), ("queue", row.queue), ("line", row.line)];
        let all = parts.iter().map(|(_, seconds)| seconds).sum();
        let parts = parts.map(|(class, seconds)| (class.to_owned(), seconds));
        Self { label: tier_label(row.tier), parts: bar(parts, all, 0) }
    }
}

/// One count of a tier.
pub(super) struct Count {
    pub(super) state: DeliveryState,
    pub(super) class: String,
    pub(super) n: i64,
}

impl Count {
    /// Whether it is told also where it is nothing.
    pub(super) fn is_shown(&self) -> bool {
        use DeliveryState::{Accepted, Declined, Failed, Held, Parked, Unreachable};
        self.n > 0 || matches!(self.state, Accepted | Held | Parked | Failed | Unreachable | Declined)
    }
}

/// A tier as it is shown.
pub(super) struct TierView {
    pub(super) label: &'static str,
    pub(super) share: Share,
    pub(super) groups: i64,
    pub(super) linked: i64,
    pub(super) counts: Vec<Count>,
    pub(super) bar: Vec<BarPart>,
    pub(super) seats: i64,
    pub(super) acknowledged: String,
    /// Groups for which somebody above reported, where there are any.
    pub(super) reported: Option<String>,
    pub(super) last: Option<Timestamp>,
    pub(super) median: String,
    pub(super) slow: String,
}

impl TierView {
    pub(super) fn of(t: Words, tier: &TierStatus, linked: i64) -> Self {
        let counts = counts(&tier.counts);
        #[expect(clippy::cast_precision_loss, reason = "counts of groups are far below 2^52")]
        let parts = counts.iter().map(|count| (count.class.clone(), count.n as f64));
        #[expect(clippy::cast_precision_loss, reason = "counts of groups are far below 2^52")]
        let whole = tier.groups as f64;
        let seconds = |read: fn(&Seconds) -> f64| {
            tier.seconds.as_ref().map_or_else(|| DASH.to_owned(), |seconds| span(t, read(seconds)))
        };
        let Acknowledged { groups, taps, unnamed, by_steward, reported, .. } = tier.acknowledged;
        let taps = persons_of_groups(t, taps, unnamed, by_steward);
        let acknowledged = [("groups", number(groups)), ("taps", taps)];
        let acknowledged = acknowledged.each_ref().map(|(name, value)| (*name, value.as_str()));
        Self {
            label: tier.label,
            share: Share::of(tier.counts.in_group(), tier.groups),
            groups: tier.groups,
            linked,
            bar: bar(parts, whole, 6),
            seats: tier.people,
            acknowledged: t.say_with("board-acknowledged-in", &acknowledged),
            reported: (reported > 0).then(|| number(reported)),
            last: tier.last_accepted_at,
            median: seconds(|seconds| seconds.p50),
            slow: seconds(|seconds| seconds.p95),
            counts,
        }
    }
}

/// The counts in the order in which a bar shows them.
fn counts(counts: &Counts) -> Vec<Count> {
    let counts = [
        (DeliveryState::Accepted, counts.accepted),
        (DeliveryState::Seen, counts.seen),
        (DeliveryState::Sending, counts.sending),
        (DeliveryState::Ready, counts.ready),
        (DeliveryState::Held, counts.held),
        (DeliveryState::Parked, counts.parked),
        (DeliveryState::Failed, counts.failed),
        (DeliveryState::Unreachable, counts.unreachable),
        (DeliveryState::Declined, counts.declined),
        (DeliveryState::Waiting, counts.waiting),
        (DeliveryState::Withdrawn, counts.withdrawn),
        (DeliveryState::Expired, counts.expired),
    ];
    counts.map(|(state, n)| Count { state, class: code_of(&state), n }).into()
}

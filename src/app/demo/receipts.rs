//! The receipts of a bulletin by tier, as a table for a terminal. Pure.

use std::fmt::Write as _;

use crate::domain::group::Tier;
use crate::domain::histogram::{add, percentile};
use crate::domain::time::Timestamp;
use crate::store::progress::Counters;

/// One tier's receipts, over all channels.
#[derive(Debug, Default)]
struct Row {
    groups: i64,
    seats: i64,
    accepted: i64,
    seen: i64,
    failed: i64,
    unreachable: i64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    histogram: Vec<i64>,
}

impl Row {
    fn take_in(&mut self, counters: &Counters) {
        self.groups += counters.groups;
        self.seats += counters.seats;
        self.accepted += counters.accepted;
        self.seen += counters.seen;
        self.failed += counters.failed;
        self.unreachable += counters.unreachable;
        self.first = earlier(self.first, counters.first_accepted_at);
        self.last = self.last.max(counters.last_accepted_at);
        add(&mut self.histogram, &counters.buckets, &counters.acceptances);
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// The table, with seconds counted from `published_at`.
pub(super) fn describe(counters: &[Counters], published_at: Timestamp) -> String {
    let since = |at: Timestamp| at.since(published_at).as_secs_f64();
    let mut text = String::from(
        "\ntier   groups  members  accepted  seen  failed  unreachable    first     last      p50      p95      max  (seconds)\n",
    );
    let mut all = Row::default();
    for tier in Tier::ALL {
        let mut row = Row::default();
        counters.iter().filter(|counters| counters.tier == tier.number()).for_each(|counters| {
            row.take_in(counters);
            all.take_in(counters);
        });
        write_row(&mut text, tier.label(), &row, since);
    }
    write_row(&mut text, "all", &all, since);
    if let Some(last) = all.last {
        let seconds = since(last).max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a count of groups is far below 2^52")]
        let rate = all.accepted as f64 / seconds;
        let (accepted, groups) = (all.accepted, all.groups);
        let _ = write!(
            text,
            "\nLINE accepted {accepted} of {groups} within {seconds:.1} s of publishing: {rate:.0} deliveries a second.\n"
        );
    }
    text
}

fn write_row(text: &mut String, label: &str, row: &Row, since: impl Fn(Timestamp) -> f64) {
    let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    // a percentile is read to 5 %, the last time exactly: the one is never shown above the other
    let longest = row.last.map_or(f64::INFINITY, &since);
    let at = |part| cell(percentile(&row.histogram, part).map(|seconds| seconds.min(longest)));
    let (first, last) = (cell(row.first.map(&since)), cell(row.last.map(&since)));
    let Row { groups, seats, accepted, seen, failed, unreachable, .. } = row;
    let (p50, p95) = (at(0.5), at(0.95));
    let _ = writeln!(
        text,
        "{label:<6}{groups:>7}{seats:>9}{accepted:>10}{seen:>6}{failed:>8}{unreachable:>13}{first:>9}{last:>9}{p50:>9}{p95:>9}{last:>9}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ChannelId;

    fn counters(tier: i16, groups: i64, seconds: u64) -> Counters {
        let published = Timestamp::from_second(0);
        let at = Some(published + std::time::Duration::from_secs(seconds));
        Counters {
            tier,
            channel_id: ChannelId(1),
            parked: false,
            groups,
            seats: groups * 10,
            waiting: 0,
            held: 0,
            ready: 0,
            accepted: groups,
            seen: 0,
            failed: 0,
            unreachable: 0,
            declined: 0,
            withdrawn: 0,
            expired: 0,
            acknowledged_groups: 0,
            taps: 0,
            unnamed: 0,
            by_steward: 0,
            reported: 0,
            first_accepted_at: at,
            last_accepted_at: at,
            buckets: Vec::new(),
            acceptances: Vec::new(),
            version: 1,
            changed_at: published,
        }
    }

    #[test]
    fn each_tier_has_a_line_and_all_have_one_together() {
        let text = describe(&[counters(1, 1, 1), counters(2, 4, 2), counters(3, 15, 4)], Timestamp::from_second(0));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].starts_with("GCC1") && lines[2].contains("1.00"), "{text}");
        assert!(lines[5].starts_with("all") && lines[5].contains("200"), "{text}");
        assert!(text.contains("LINE accepted 20 of 20 within 4.0 s of publishing: 5 deliveries a second."), "{text}");
    }
}

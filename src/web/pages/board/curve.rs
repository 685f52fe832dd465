//! The curve: the share of each tier that LINE had accepted, over time. Pure.
//!
//! Made of the counters' times of acceptances, so it costs the same for any tree. Time runs on a logarithmic scale, as a
//! cascade takes seconds where it is automatic and days where somebody is away. The table beside it says the same in numbers.

use crate::domain::group::Tier;
use crate::domain::histogram;
use crate::report::Table;
use crate::store::progress::Counters;
use crate::web::ui::format::{Share, span};
use crate::web::words::Words;

/// Where the plot begins and ends, in the drawing's units.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 620.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 256.0;
/// The first and the last time that are drawn, in seconds.
const FIRST: f64 = 1.0;
const LAST: f64 = 604_800.0;
/// The times at which the table reads the curve, in seconds: they are the marks of the axis, too.
const MARKS: [f64; 8] = [1.0, 10.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0, 604_800.0];

/// A mark of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where, in the drawing's units.
    pub at: String,
    /// What it says.
    pub label: String,
}

/// The line of one tier.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveLine {
    /// GCC1, GCC2 or GCC3.
    pub label: &'static str,
    /// Its number, for the class that draws it.
    pub tier: i16,
    /// The corners, as SVG writes them.
    pub points: String,
    /// Where its name stands.
    pub end_y: String,
    /// The shares at the marks; none = that time has not come yet.
    pub shares: Vec<Option<Share>>,
}

/// The curves of a bulletin.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The marks of the time axis, with the table's headings.
    pub times: Vec<Mark>,
    /// The marks of the axis of shares.
    pub levels: Vec<Mark>,
    /// One line per tier that the bulletin goes to.
    pub lines: Vec<CurveLine>,
}

impl Curve {
    /// The table beside the curves as a file: a column for each mark, with per cent.
    #[must_use]
    pub fn to_file(&self, t: Words) -> Table {
        let times = self.times.iter().map(|mark| t.say_with("board-within", &[("span", mark.label.as_str())]));
        let mut table = Table::new(std::iter::once(t.say("board-tier")).chain(times));
        for line in &self.lines {
            let percent =
                |share: &Option<Share>| share.as_ref().map(|share| share.percent.to_string()).unwrap_or_default();
            table.push(std::iter::once(line.label.to_owned()).chain(line.shares.iter().map(percent)));
        }
        table
    }
}

/// The curves out of the counters, `lasted` seconds after the bulletin was published.
#[must_use]
pub fn curve(t: Words, counters: &[Counters], lasted: f64) -> Curve {
    let times = MARKS.map(|seconds| Mark { at: units(x(seconds)), label: span(t, seconds) });
    let levels =
        [0_i64, 25, 50, 75, 100].map(|percent| Mark { at: units(y(percent, 100)), label: format!("{percent}%") });
    let mut lines: Vec<CurveLine> = Tier::ALL.into_iter().filter_map(|tier| line(tier, counters, lasted)).collect();
    keep_names_apart(&mut lines);
    Curve { times: times.into(), levels: levels.into(), lines }
}

fn line(tier: Tier, counters: &[Counters], lasted: f64) -> Option<CurveLine> {
    let parts: Vec<&Counters> = counters.iter().filter(|part| part.tier == tier.number()).collect();
    let groups: i64 = parts.iter().map(|part| part.groups).sum();
    if groups == 0 {
        return None;
    }
    let mut buckets = Vec::new();
    for part in &parts {
        histogram::add(&mut buckets, &part.buckets, &part.acceptances);
    }
    let mut accepted = 0;
    let mut points = vec![format!("{},{}", units(LEFT), units(BOTTOM))];
    for (bucket, count) in buckets.iter().enumerate().filter(|(_, count)| **count > 0) {
        let at = units(x(end_of(bucket)));
        points.push(format!("{at},{}", units(y(accepted, groups))));
        accepted += count;
        points.push(format!("{at},{}", units(y(accepted, groups))));
    }
    points.push(format!("{},{}", units(x(lasted)), units(y(accepted, groups))));
    let by = |seconds: f64| buckets.iter().enumerate().filter(|(at, _)| end_of(*at) <= seconds).map(|(_, n)| n).sum();
    Some(CurveLine {
        label: tier.label(),
        tier: tier.number(),
        points: points.join(" "),
        end_y: units(y(accepted, groups)),
        shares: MARKS.map(|seconds| (seconds <= lasted).then(|| Share::of(by(seconds), groups))).into(),
    })
}

/// Names that would be written over each other are moved apart.
fn keep_names_apart(lines: &mut [CurveLine]) {
    let mut order: Vec<(f64, usize)> =
        lines.iter().enumerate().map(|(at, line)| (line.end_y.parse().unwrap_or(TOP), at)).collect();
    order.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut free = TOP;
    for (y, at) in order {
        let place = y.max(free);
        free = place + 18.0;
        if let Some(line) = lines.get_mut(at) {
            line.end_y = units(place + 5.0);
        }
    }
}

/// The end of a bucket, counted from 0, in seconds.
fn end_of(bucket: usize) -> f64 {
    1.1_f64.powi(i32::try_from(bucket).unwrap_or(0) + 1) / 1000.0
}

fn x(seconds: f64) -> f64 {
    let part = (seconds.clamp(FIRST, LAST) / FIRST).ln() / (LAST / FIRST).ln();
    LEFT + part * (RIGHT - LEFT)
}

#[expect(clippy::cast_precision_loss, reason = "counts of groups are far below 2^52")]
fn y(part: i64, whole: i64) -> f64 {
    BOTTOM - (part as f64 / whole.max(1) as f64).clamp(0.0, 1.0) * (BOTTOM - TOP)
}

/// To a tenth, which is finer than a screen.
fn units(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ChannelId;
    use crate::domain::time::Timestamp;

    fn counters(tier: i16, groups: i64, accepted_at: &[(usize, i32)]) -> Counters {
        Counters {
            tier,
            channel_id: ChannelId(1),
            parked: false,
            groups,
            seats: 0,
            waiting: 0,
            held: 0,
            ready: 0,
            accepted: 0,
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
            first_accepted_at: None,
            last_accepted_at: None,
            buckets: accepted_at.iter().map(|(bucket, _)| i32::try_from(bucket + 1).expect("few buckets")).collect(),
            acceptances: accepted_at.iter().map(|(_, count)| *count).collect(),
            version: 1,
            changed_at: Timestamp::from_second(0),
        }
    }

    #[test]
    fn a_curve_only_rises_and_ends_at_the_share_accepted() {
        // bucket 96 ends at about 10.4 seconds, bucket 120 at about 102
        let curve = curve(Words::default(), &[counters(3, 10, &[(90, 3), (120, 5)])], 7_200.0);
        let [line] = curve.lines.as_slice() else { panic!("one tier") };
        let texts: Vec<&str> = line.shares.iter().flatten().map(|share| share.text.as_str()).collect();
        assert_eq!(texts, ["0%", "30%", "30%", "80%", "80%"], "what is still to come is not known");
        let heights: Vec<f64> = line
            .points
            .split(' ')
            .map(|point| point.split_once(',').expect("two").1.parse().expect("a number"))
            .collect();
        assert!(heights.windows(2).all(|pair| pair[1] <= pair[0]), "{heights:?}");
        assert_eq!(heights.last().map(|y| units(*y)), Some(units(y(8, 10))));
    }

    #[test]
    fn tiers_that_it_does_not_go_to_have_no_line_and_names_never_overlap() {
        let all = [counters(1, 1, &[(0, 1)]), counters(2, 4, &[(0, 4)]), counters(3, 0, &[])];
        let curve = curve(Words::default(), &all, LAST);
        let ends: Vec<f64> = curve.lines.iter().map(|line| line.end_y.parse().expect("a number")).collect();
        assert_eq!(curve.lines.len(), 2);
        assert!((ends[0] - ends[1]).abs() >= 18.0, "{ends:?}");
    }
}

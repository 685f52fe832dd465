//! Where bulletins stand in one's own part of the tree: for an agency on a telephone.
//!
//! A list of the latest bulletins with a line for each tier, and for one bulletin every group with the reason and whose
//! turn it is. Both ask for themselves again every few seconds where scripts run. The board for the whole country is
//! another page.

mod bulletin;
mod delivery_text;
mod list;

use axum::Router;
use axum::routing::get;

use crate::store::overview::TierStanding;
use crate::web::app::App;
use crate::web::words::{Words, group_digits};

/// The list.
const HERE: &str = "/status";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new().route(HERE, get(list::show_list)).route("/status/{id}", get(bulletin::show_one))
}

/// A tier as a line: how many of its groups, and what is not in order.
struct TierRow {
    label: String,
    in_group: String,
    /// For the bar.
    done: i64,
    groups: i64,
    all: bool,
    held: Option<String>,
    waiting: Option<String>,
    under_way: Option<String>,
    trouble: Option<String>,
    ended: Option<String>,
    acknowledged: Option<String>,
}

impl TierRow {
    fn of(t: Words, tier: &TierStanding) -> Self {
        let some = |n: i64, key: &str| (n > 0).then(|| t.count(key, n));
        let (done, groups) = (group_digits(tier.in_group()), group_digits(tier.groups));
        Self {
            label: format!("GCC{}", tier.tier),
            in_group: t.say_with("status-in-group", &[("done", &done), ("groups", &groups)]),
            done: tier.in_group(),
            groups: tier.groups,
            all: tier.in_group() == tier.groups,
            held: some(tier.held, "status-held"),
            waiting: some(tier.waiting, "status-waiting"),
            under_way: some(tier.under_way, "status-under-way"),
            trouble: some(tier.trouble, "status-trouble"),
            ended: some(tier.ended, "status-ended"),
            acknowledged: some(tier.acknowledged, "status-acknowledged"),
        }
    }
}

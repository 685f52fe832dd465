//! How a bulletin goes on at and below the office, read from the status that every poll shares.
//!
//! The part asks for itself again while anything can still move: often while something is being sent, seldom while it
//! waits for people.

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;

use super::format::soon;
use super::list::size;
use crate::domain::delivery::State as Standing;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::waiting::{Stuck, list_copies, list_stuck_below};
use crate::web::access::duty::own_groups;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::{moment, persons_of_groups};
use crate::web::view::receipts::{Acknowledged, TierStatus};
use crate::web::view::snapshot::View;
use crate::web::words::{Language, Words, group_digits};

/// How many of those that wait for somebody are named.
const NAMED: i64 = 8;

/// How many are looked for: more than the largest province has.
const MOST: i64 = 500;

/// The receipts of the office's part of a bulletin.
#[derive(Debug)]
pub(super) struct Receipt {
    pub(super) settled: bool,
    /// How often to ask again.
    pub(super) again: &'static str,
    pub(super) headline: String,
    pub(super) done: i64,
    pub(super) total: i64,
    pub(super) tiers: Vec<Tier>,
    pub(super) stuck: Vec<StuckRow>,
    /// How many more wait than are named.
    pub(super) more: Option<String>,
    pub(super) as_of: String,
}

/// One tier; where nothing is, nothing is said.
#[derive(Debug)]
pub(super) struct Tier {
    pub(super) label: String,
    pub(super) groups: String,
    pub(super) people: String,
    pub(super) accepted: String,
    pub(super) seen: Option<String>,
    pub(super) moving: Option<String>,
    pub(super) waiting: Option<String>,
    pub(super) held: Option<String>,
    pub(super) ended: Option<String>,
    pub(super) taps: String,
    pub(super) reported: Option<String>,
}

/// A group below that waits for somebody.
#[derive(Debug)]
pub(super) struct StuckRow {
    pub(super) group: String,
    pub(super) told: String,
    pub(super) failed: bool,
}

#[derive(Template)]
#[template(path = "steward/receipt.html")]
struct Part {
    t: Words,
    id: BulletinId,
    receipt: Receipt,
}

/// The part alone, asked for again by the page.
pub async fn show_receipt(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<impl IntoResponse, Problem> {
    let groups = own_groups(&mut db, &visitor.caller).await?;
    if list_copies(&mut db, id, &groups).await?.is_empty() {
        return Err(Problem::absent("bulletin"));
    }
    drop(db);
    let receipt = read(&app, visitor.words, id, &groups).await?;
    Ok(HtmlPage::within(visitor.words, Part { t: visitor.words, id, receipt }))
}

/// Reads the receipts of a bulletin at and below these groups, which the visitor answers for.
pub(super) async fn read(app: &App, t: Words, id: BulletinId, groups: &[i32]) -> Result<Receipt, Problem> {
    let view = View { bulletin: id, scope: Some(groups.to_vec()), drafts: false, under: None };
    let snapshot = app.snapshots.read(&app.db, &view).await?;
    let status = &snapshot.status;
    let counts = &status.counts;
    let stuck = if counts.held + counts.failed + counts.unreachable > 0 {
        let mut db = app.db.acquire().await?;
        list_stuck_below(&mut db, id, groups, MOST).await?
    } else {
        Vec::new()
    };
    let now = app.now();
    let (done, total) = (group_digits(counts.in_group()), group_digits(status.deliveries));
    Ok(Receipt {
        settled: status.settled,
        again: if counts.ready + counts.sending > 0 { "every 2s" } else { "every 15s" },
        headline: t.say_with("forward-in-group-of", &[("done", &done), ("total", &total)]),
        done: counts.in_group(),
        total: status.deliveries,
        more: Some(size(&stuck) - NAMED).filter(|n| *n > 0).map(|n| t.count("forward-stuck-more", n)),
        stuck: stuck.into_iter().zip(0..NAMED).map(|(row, _)| row).map(|row| StuckRow::of(t, row, now)).collect(),
        as_of: moment(t, status.as_of),
        tiers: status.tiers.iter().map(|tier| Tier::of(t, tier)).collect(),
    })
}

impl Tier {
    fn of(t: Words, tier: &TierStatus) -> Self {
        let counts = &tier.counts;
        let Acknowledged { taps, unnamed, by_steward, reported, .. } = tier.acknowledged;
        let some = |n: i64| (n > 0).then(|| group_digits(n));
        Self {
            label: tier.label.to_owned(),
            groups: group_digits(tier.groups),
            people: group_digits(tier.people),
            accepted: group_digits(counts.accepted),
            seen: some(counts.seen),
            moving: some(counts.ready + counts.sending + counts.parked),
            waiting: some(counts.waiting),
            held: some(counts.held),
            ended: some(counts.failed + counts.unreachable + counts.declined + counts.withdrawn + counts.expired),
            taps: persons_of_groups(t, taps, unnamed, by_steward),
            reported: some(reported),
        }
    }
}

impl StuckRow {
    fn of(t: Words, row: Stuck, now: Timestamp) -> Self {
        let failed = row.state != Standing::Held;
        let told = if failed {
            let reason = row.reason.map(|reason| match t.language {
                Language::Thai => reason.thai(),
                Language::English => reason.english(),
            });
            reason.unwrap_or_default().to_owned()
        } else {
            let who = row.steward_title.unwrap_or(row.office_name);
            match row.release_at {
                Some(at) => {
                    let at = soon(t, at, now);
                    t.say_with("forward-waits-for-until", &[("who", &who), ("at", &at)])
                }
                None => t.say_with("forward-waits-for", &[("who", &who)]),
            }
        };
        Self { group: row.group_name, told, failed }
    }
}

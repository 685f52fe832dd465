//! `/board`: over all bulletins. What is on its way, who blocks whom, which channels are in trouble, and how far the
//! bulletins of thirty days came in each province.

use std::collections::HashMap;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::bulletin::{ALL, SPACING};
use super::channels::{ChannelRow, channel_rows};
use super::tables::{Kind, Viewer, alert_columns, blocked_columns, file, sort_sums, sum_columns, traffic_columns};
use super::tiles::{self, Tile};
use crate::domain::time::Timestamp;
use crate::store::board::blocked::{Blocked, list_blocked};
use crate::store::board::provinces::{Sum, sum_provinces};
use crate::store::board::traffic::{Traffic, list_traffic, list_traffic_under};
use crate::store::coverage::{CoverageRow, list_coverage};
use crate::store::group_alerts::{AlertFilter, GroupAlert, count_alerts, list_alerts};
use crate::store::groups::{Filter, list_groups};
use crate::store::{Connection, Db, StoreError};
use crate::web::access::Caller;
use crate::web::app::App;
use crate::web::caller_limits::Holder;
use crate::web::input::Id;
use crate::web::live::{Frame, Subject, answer};
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::filters;
use crate::web::ui::format::Share;
use crate::web::ui::table::{PageTable, to_file};
use crate::web::words::{Language, Words};

/// Bulletins listed beside the open ones.
const RECENT: i64 = 12;
/// Blocking groups listed on the page.
const SHOWN: i64 = 25;
/// Alerts about LINE groups listed on the page.
const ALERTS: i64 = 12;
/// Groups of tier 2 at most.
const MOST_GROUPS: i64 = 1_000;
/// How far back the map looks.
pub(super) const DAYS: u64 = 30;

/// The moment from which on bulletins are counted.
pub(super) fn since(now: Timestamp) -> Timestamp {
    now - Duration::from_hours(DAYS * 24)
}

struct OverviewData {
    traffic: Vec<Traffic>,
    blocked: Vec<Blocked>,
    alerts: Vec<GroupAlert>,
    /// How many alerts there are.
    alerted: i64,
    sums: Vec<Sum>,
    channels: Vec<ChannelRow>,
    covers: Vec<CoverageRow>,
    /// The code of the group of each province.
    groups: HashMap<String, String>,
}

async fn read(db: &Db, viewer: &Viewer, now: Timestamp, rows: i64) -> Result<OverviewData, StoreError> {
    let scope = viewer.scope.as_deref();
    let moving = async {
        let mut db = db.acquire().await?;
        let traffic = match scope {
            None => list_traffic(&mut db, RECENT).await?,
            Some(scope) => list_traffic_under(&mut db, scope, RECENT).await?,
        };
        let channels = if viewer.operates && scope.is_none() { channel_rows(&mut db).await? } else { Vec::new() };
        Ok::<_, StoreError>((traffic, channels))
    };
    let stuck = async {
        let mut db = db.acquire().await?;
        let blocked = list_blocked(&mut db, None, scope, rows, now).await?;
        let alerts = list_alerts(&mut db, &AlertFilter { scope, ..AlertFilter::default() }, ALERTS).await?;
        let alerted = count_alerts(&mut db, scope).await?.into_iter().map(|(_, n)| n).sum::<i64>();
        Ok::<_, StoreError>((blocked, alerts, alerted))
    };
    let far = async {
        let mut db = db.acquire().await?;
        let mut sums = sum_provinces(&mut db, since(now), scope).await?;
        sort_sums(&mut sums);
        let covers = list_coverage(&mut db, scope, None).await?;
        Ok::<_, StoreError>((sums, covers, groups_of_provinces(&mut db, scope).await?))
    };
    let ((traffic, channels), (blocked, alerts, alerted), (sums, covers, groups)) =
        tokio::try_join!(moving, stuck, far)?;
    Ok(OverviewData { traffic, blocked, alerts, alerted, sums, channels, covers, groups })
}

/// The group of tier 2 of each province, which is where a province leads to.
async fn groups_of_provinces(
    db: &mut Connection,
    scope: Option<&[i32]>,
) -> Result<HashMap<String, String>, StoreError> {
    let filter = Filter { scope: scope.map(<[i32]>::to_vec), tier: Some(2), ..Filter::default() };
    let groups = list_groups(db, &filter, MOST_GROUPS).await?;
    Ok(groups.into_iter().filter_map(|group| Some((group.province?, group.code))).collect())
}

/// How much of a tier can be reached.
struct Reach {
    label: &'static str,
    linked: Share,
    lost: i64,
    seats: i64,
    head_count: i64,
}

fn reaches(covers: &[CoverageRow]) -> Vec<Reach> {
    let reach = |tier: crate::domain::group::Tier| {
        let of = || covers.iter().filter(|cover| cover.tier == tier.number());
        let sum = |read: fn(&CoverageRow) -> i64| of().map(read).sum::<i64>();
        (sum(|cover| cover.groups) > 0).then(|| Reach {
            label: tier.label(),
            linked: Share::of(sum(|cover| cover.linked), sum(|cover| cover.groups)),
            lost: sum(|cover| cover.lost),
            seats: sum(|cover| cover.seats),
            head_count: sum(|cover| cover.head_count),
        })
    };
    crate::domain::group::Tier::ALL.into_iter().filter_map(reach).collect()
}

/// The part of the page that moves.
#[derive(Template)]
#[template(path = "board/overview_part.html")]
struct OverviewPart {
    t: Words,
    open: PageTable,
    recent: PageTable,
    blocked: PageTable,
    channels: Vec<ChannelRow>,
    reaches: Vec<Reach>,
    /// The newest alerts about LINE groups.
    alerts: PageTable,
    /// How many there are.
    alerted: i64,
    map: Vec<Tile>,
    map_size: (u16, u16),
    provinces: PageTable,
}

impl OverviewPart {
    fn of(viewer: &Viewer, found: OverviewData) -> Self {
        let t = viewer.t;
        let (open, recent): (Vec<_>, Vec<_>) = found.traffic.iter().partition(|row| row.open > 0);
        let traffic = |key: &str, rows: Vec<&Traffic>| PageTable::of(t, &t.say(key), &traffic_columns(), rows);
        let share_of = |code: &str| {
            let sum = found.sums.iter().find(|sum| sum.province.as_deref() == Some(code));
            sum.map_or_else(|| Share::of(0, 0), |sum| Share::of(sum.in_group(), sum.groups))
        };
        let map = tiles::map(t.language == Language::Thai, share_of, |code| link_of(&found.groups, code));
        Self {
            t,
            open: traffic("board-open-title", open),
            recent: traffic("board-recent-title", recent),
            map,
            provinces: PageTable::of(t, &t.say("board-thirty-days"), &sum_columns(&found.groups), &found.sums)
                .styled("table roomy")
                .tall(),
            blocked: PageTable::of(t, &t.say("board-blocked-title"), &blocked_columns(viewer, true), &found.blocked)
                .styled("table roomy stacks blocked-table")
                .tall(),
            channels: found.channels.into_iter().filter(|channel| channel.trouble(t).is_some()).collect(),
            reaches: reaches(&found.covers),
            alerts: PageTable::of(t, &t.say("group-alerts-title"), &alert_columns(None), &found.alerts),
            alerted: found.alerted,
            map_size: (tiles::WIDTH, tiles::HEIGHT),
        }
    }
}

fn link_of(groups: &HashMap<String, String>, province: &str) -> Option<String> {
    groups.get(province).map(|group| format!("/groups/{group}"))
}

#[derive(Template)]
#[template(path = "board/overview.html")]
struct OverviewPage {
    part: String,
}

async fn make(app: App, viewer: Viewer) -> Result<Option<Frame>, Problem> {
    let found = read(&app.db, &viewer, app.now(), SHOWN).await?;
    let body = OverviewPart::of(&viewer, found).render_with_values(&viewer.t).map_err(|_| Problem::internal())?;
    Ok(Some(Frame { id: app.now().as_millisecond(), body }))
}

fn name(viewer: &Viewer) -> String {
    format!("overview {}", viewer.name())
}

fn viewer_of(visitor: &Visitor) -> Viewer {
    let caller: &Caller = &visitor.caller;
    Viewer::of(visitor.words, caller)
}

/// The board over all bulletins.
pub async fn show_overview(State(app): State<App>, visitor: Visitor) -> Result<impl IntoResponse, Problem> {
    let viewer = viewer_of(&visitor);
    let part = app.live().now(&name(&viewer), Box::pin(make(app.clone(), viewer))).await?;
    let page = OverviewPage { part: part.body.clone() };
    Ok(HtmlPage::of(&visitor, page))
}

/// The part that moves, whenever it has.
pub async fn follow_overview(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let viewer = viewer_of(&visitor);
    let (view, live) = (name(&viewer), app.live().clone());
    let holder = Holder::Session(visitor.session_sha256);
    let make = move || Box::pin(make(app.clone(), viewer.clone()));
    Ok(answer(live.follow(holder, Subject::All, view, SPACING, make).await?))
}

/// A table as a file.
pub async fn download(State(app): State<App>, visitor: Visitor, Id(kind): Id<String>) -> Result<Response, Problem> {
    let kind = Kind::parse(&kind).ok_or_else(|| Problem::absent("table"))?;
    let viewer = viewer_of(&visitor);
    let found = read(&app.db, &viewer, app.now(), ALL).await?;
    let t = viewer.t;
    match kind {
        Kind::Bulletins => file("bulletins", &to_file(t, &traffic_columns(), &found.traffic)),
        Kind::Blocked => file("blocked", &to_file(t, &blocked_columns(&viewer, true), &found.blocked)),
        Kind::Provinces => file("provinces-30-days", &to_file(t, &sum_columns(&found.groups), &found.sums)),
        _ => Err(Problem::absent("table")),
    }
}

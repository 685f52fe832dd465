//! `/board/{id}`: one bulletin on its way.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::curve::{Curve, curve};
use super::download::{self, Kind};
use super::format::{self, Share, moment_or_dash, number, span};
use super::rows::{self, BlockedRow, CauseRow, HopRow, MinutesRow, Viewer};
use super::tiles::{self, Tile};
use super::{InScope, InScopeWithQuery};
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::board::blocked::{Blocked, list_blocked};
use crate::store::board::changes::find_version;
use crate::store::board::failures::{Cause, list_causes_of};
use crate::store::board::hops::{Hop, TierHops, list_slowest, list_tier_hops};
use crate::store::board::provinces::{Cell, count_provinces};
use crate::store::bulletins::Bulletin;
use crate::store::progress::{Counters, count_under, list_counters};
use crate::store::queue_counts::count_sending;
use crate::store::{Db, StoreError};
use crate::web::api::receipts::{Counts, Status, TierStatus};
use crate::web::api::visible;
use crate::web::app::App;
use crate::web::auth::Caller;
use crate::web::caller_limits::Holder;
use crate::web::live::{Frame, Subject, answer};
use crate::web::pages::acknowledged::persons;
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// Rows of a list on the page; the rest is in the CSV.
const SHOWN: i64 = 50;
/// Rows of a list in a CSV file.
pub(super) const ALL: i64 = 10_000;
/// Slow hops shown.
const SLOWEST: i64 = 20;
/// The least time between two frames of a page: a change is there within a second, and a browser is not kept busy
/// while thousands of deliveries move.
pub(super) const SPACING: Duration = Duration::from_millis(400);

/// Everything that the board says of one bulletin.
pub(super) struct BulletinData {
    pub(super) bulletin: Bulletin,
    pub(super) status: Status,
    pub(super) counters: Vec<Counters>,
    pub(super) cells: Vec<Cell>,
    pub(super) blocked: Vec<Blocked>,
    pub(super) causes: Vec<Cause>,
    pub(super) minutes: Vec<TierHops>,
    pub(super) slowest: Vec<Hop>,
    pub(super) version: i64,
}

impl BulletinData {
    /// How long ago it was published, in seconds.
    pub(super) fn lasted(&self) -> f64 {
        let published = self.bulletin.published_at;
        published.map_or(0.0, |at| self.status.as_of.since(at).as_secs_f64())
    }

    /// Reads everything; three questions at a time, as none needs another's answer.
    pub(super) async fn read(
        db: &Db,
        bulletin: Bulletin,
        scope: Option<&[i32]>,
        rows: i64,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let id = bulletin.id;
        let counted = async {
            let mut db = db.acquire().await?;
            let version = find_version(&mut db, id).await?.unwrap_or(0);
            let (counters, sending) = match scope {
                None => (list_counters(&mut db, id).await?, count_sending(&mut db, id, None).await?),
                Some(scope) => (count_under(&mut db, id, scope).await?, count_sending(&mut db, id, Some(scope)).await?),
            };
            let cells = count_provinces(&mut db, id, scope).await?;
            Ok::<_, StoreError>((version, counters, sending, cells))
        };
        let stuck = async {
            let mut db = db.acquire().await?;
            let blocked = list_blocked(&mut db, Some(id), scope, rows, now).await?;
            let causes = list_causes_of(&mut db, id, scope).await?;
            let minutes = list_tier_hops(&mut db, id, scope).await?;
            Ok::<_, StoreError>((blocked, causes, minutes))
        };
        let slow = async { list_slowest(&mut *db.acquire().await?, id, scope, rows.min(SLOWEST)).await };
        let ((version, counters, sending, cells), (blocked, causes, minutes), slowest) =
            tokio::try_join!(counted, stuck, slow)?;
        let status = Status::of(&bulletin, &counters, &sending, scope.is_none());
        let found = |status| Self { bulletin, status, counters, cells, blocked, causes, minutes, slowest, version };
        Ok(status.map(found))
    }
}

/// One count of a tier.
pub(super) struct Count {
    pub(super) label: String,
    pub(super) n: String,
    pub(super) class: &'static str,
    /// Where its bar begins and how long it is, of 1000.
    from: i64,
    width: i64,
}

/// A tier as it is shown.
pub(super) struct TierView {
    pub(super) label: &'static str,
    pub(super) share: Share,
    pub(super) groups: String,
    pub(super) linked: String,
    pub(super) counts: Vec<Count>,
    pub(super) seats: String,
    pub(super) acknowledged: String,
    pub(super) taps: String,
    pub(super) last: String,
    pub(super) median: String,
    pub(super) slow: String,
}

impl TierView {
    pub(super) fn of(t: Words, tier: &TierStatus, cells: &[Cell]) -> Self {
        let linked: i64 = cells.iter().filter(|cell| cell.tier == tier.tier).map(|cell| cell.linked).sum();
        let mut from = 0;
        let counts = counts(t, &tier.counts).into_iter().map(|(label, n, class)| {
            let width = if tier.groups > 0 { n * 1000 / tier.groups } else { 0 };
            // whatever there is can be seen
            let width = if n > 0 { width.max(6) } else { 0 }.min(1000 - from);
            let count = Count { label, n: number(n), class, from, width };
            from += width;
            count
        });
        let seconds = |read: fn(&crate::web::api::receipts::Seconds) -> f64| {
            tier.seconds.as_ref().map_or_else(|| "–".to_owned(), |seconds| span(t, read(seconds)))
        };
        Self {
            label: tier.label,
            share: Share::of(tier.counts.accepted, tier.groups),
            groups: number(tier.groups),
            linked: number(linked),
            counts: counts.collect(),
            seats: number(tier.people),
            acknowledged: number(tier.acknowledged.groups),
            taps: persons(t, tier.acknowledged.taps, tier.acknowledged.unnamed),
            last: moment_or_dash(t, tier.last_accepted_at),
            median: seconds(|seconds| seconds.p50),
            slow: seconds(|seconds| seconds.p95),
        }
    }
}

/// The counts in the order in which a bar shows them.
fn counts(t: Words, counts: &Counts) -> Vec<(String, i64, &'static str)> {
    vec![
        (t.say("board-state-accepted"), counts.accepted, "accepted"),
        (t.say("board-state-sending"), counts.sending, "sending"),
        (t.say("board-state-ready"), counts.ready, "ready"),
        (t.say("board-state-held"), counts.held, "held"),
        (t.say("board-state-parked"), counts.parked, "parked"),
        (t.say("board-state-failed"), counts.failed, "failed"),
        (t.say("board-state-unreachable"), counts.unreachable, "unreachable"),
        (t.say("board-state-declined"), counts.declined, "declined"),
        (t.say("board-state-waiting"), counts.waiting, "waiting"),
        (t.say("board-state-withdrawn"), counts.withdrawn, "withdrawn"),
        (t.say("board-state-expired"), counts.expired, "expired"),
    ]
}

/// A province as it is shown in the table beside the map.
#[derive(Clone, Debug)]
pub(super) struct ProvinceView {
    pub(super) link: Option<String>,
    pub(super) name: String,
    pub(super) share: Share,
    pub(super) failed: String,
    pub(super) seats: String,
    pub(super) acknowledged: String,
}

/// All provinces of the cells, those that lack most first, and of no province last.
pub(super) fn provinces(t: Words, bulletin: BulletinId, cells: &[Cell]) -> Vec<ProvinceView> {
    let mut codes: Vec<Option<&str>> = cells.iter().map(|cell| cell.province.as_deref()).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut views: Vec<(bool, i64, ProvinceView)> = codes
        .into_iter()
        .map(|code| {
            let of = || cells.iter().filter(|cell| cell.province.as_deref() == code);
            let sum = |read: fn(&Cell) -> i64| of().map(read).sum::<i64>();
            let share = Share::of(sum(|cell| cell.accepted), sum(|cell| cell.groups));
            let view = ProvinceView {
                link: Some(format!("/board/{bulletin}/provinces/{}", code.unwrap_or(super::province::CENTRE))),
                name: format::province(t, code),
                failed: number(sum(|cell| cell.failed)),
                seats: number(sum(|cell| cell.seats)),
                acknowledged: number(sum(|cell| cell.acknowledged)),
                share,
            };
            (code.is_none(), view.share.percent, view)
        })
        .collect();
    views.sort_by_key(|(centre, percent, _)| (*centre, *percent));
    views.into_iter().map(|(_, _, view)| view).collect()
}

/// The part of the page that moves.
#[derive(Template)]
#[template(path = "board/bulletin_part.html")]
struct BulletinPart {
    t: Words,
    operates: bool,
    id: BulletinId,
    state: String,
    open: bool,
    paused: bool,
    share: Share,
    /// Where its receipt is, if it goes anywhere: a notice may be for groups none of which had it yet.
    receipt: Option<String>,
    of_groups: String,
    as_of: String,
    tiers: Vec<TierView>,
    map: Vec<Tile>,
    map_size: (u16, u16),
    provinces: Vec<ProvinceView>,
    blocked: Vec<BlockedRow>,
    blocked_all: String,
    curve: Curve,
    minutes: Vec<MinutesRow>,
    slowest: Vec<HopRow>,
    causes: Vec<CauseRow>,
}

impl BulletinPart {
    fn of(viewer: &Viewer, found: BulletinData) -> Self {
        let t = viewer.t;
        let id = found.bulletin.id;
        let share_of = |code: &str| {
            let of = || found.cells.iter().filter(|cell| cell.province.as_deref() == Some(code));
            Share::of(of().map(|cell| cell.accepted).sum(), of().map(|cell| cell.groups).sum())
        };
        let goes_to = |code: &str| found.cells.iter().any(|cell| cell.province.as_deref() == Some(code));
        let map = tiles::map(t.language == crate::web::words::Language::Thai, share_of, |code| {
            goes_to(code).then(|| format!("/board/{id}/provinces/{code}"))
        });
        Self {
            t,
            operates: viewer.operates,
            id,
            state: rows::bulletin_state(t, found.status.state),
            open: !found.status.settled,
            paused: found.bulletin.paused_at.is_some(),
            share: Share::of(found.status.counts.accepted, found.status.deliveries),
            receipt: (found.status.deliveries > 0).then(|| format!("/board/{id}/receipt")),
            of_groups: t.say_with(
                "board-of-groups",
                &[
                    ("part", number(found.status.counts.accepted).as_str()),
                    ("whole", number(found.status.deliveries).as_str()),
                ],
            ),
            as_of: format::moment(t, found.status.as_of),
            tiers: found.status.tiers.iter().map(|tier| TierView::of(t, tier, &found.cells)).collect(),
            map,
            map_size: (tiles::WIDTH, tiles::HEIGHT),
            provinces: provinces(t, id, &found.cells),
            curve: curve(t, &found.counters, found.lasted()),
            minutes: found.minutes.iter().map(|row| MinutesRow::of(t, row)).collect(),
            slowest: found.slowest.iter().map(|row| HopRow::of(t, row)).collect(),
            causes: found.causes.iter().map(|row| CauseRow::of(t, row)).collect(),
            blocked_all: number(i64::try_from(found.blocked.len()).unwrap_or(i64::MAX)),
            blocked: found.blocked.into_iter().map(|row| BlockedRow::of(viewer, row)).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "board/bulletin.html")]
struct BulletinPage {
    shell: Shell,
    t: Words,
    id: BulletinId,
    subject: String,
    kind: Option<String>,
    urgency: Option<(&'static str, String)>,
    document_number: Option<String>,
    origin: String,
    published: String,
    public: String,
    part: String,
}

/// The bulletin, published and within the caller's part of the tree.
pub(super) async fn find(app: &App, caller: &Caller, id: BulletinId) -> Result<Bulletin, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let bulletin = visible::bulletin(&mut db, caller, id).await?;
    if bulletin.published_at.is_none() {
        return Err(Problem::absent("published bulletin"));
    }
    Ok(bulletin)
}

/// The part that moves, made now.
async fn make(app: App, caller: Caller, viewer: Viewer, id: BulletinId) -> Result<Option<Frame>, Problem> {
    // read anew: it may have been withdrawn or paused
    let bulletin = find(&app, &caller, id).await?;
    let Some(found) = BulletinData::read(&app.db, bulletin, viewer.scope.as_deref(), SHOWN, app.now()).await? else {
        return Ok(None);
    };
    let id = found.version;
    let body = BulletinPart::of(&viewer, found).render().map_err(|_| Problem::internal())?;
    Ok(Some(Frame { id, body }))
}

/// The board of one bulletin.
pub async fn show_bulletin(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<BulletinId>,
) -> Result<Response, Problem> {
    let bulletin = find(&app, &visitor.caller, id).await?;
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let view = format!("board {id} {}", viewer.name());
    let part = app.live().now(&view, Box::pin(make(app.clone(), visitor.caller.clone(), viewer, id))).await?;
    let page = BulletinPage {
        t,
        id,
        kind: rows::kind(t, bulletin.kind),
        urgency: format::urgency_mark(bulletin.urgency_number)
            .map(|mark| (mark, format::urgency(t, bulletin.urgency_number))),
        published: moment_or_dash(t, bulletin.published_at),
        public: format!("/b/{}", bulletin.public_token),
        subject: bulletin.subject,
        document_number: bulletin.document_number,
        origin: bulletin.origin_office,
        part: part.body.clone(),
        shell: Shell::of(&visitor),
    };
    Ok(show(StatusCode::OK, &page, "no-store"))
}

/// The part that moves, whenever it has.
pub async fn follow_bulletin(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<BulletinId>,
) -> Result<Response, Problem> {
    let viewer = Viewer::of(visitor.words, &visitor.caller);
    find(&app, &visitor.caller, id).await?;
    let (view, live) = (format!("board {id} {}", viewer.name()), app.live().clone());
    let holder = Holder::Session(visitor.session_sha256);
    let make = move || Box::pin(make(app.clone(), visitor.caller.clone(), viewer.clone(), id));
    Ok(answer(live.follow(holder, Subject::Bulletin(id), view, SPACING, make).await?))
}

/// A table as a file.
pub async fn download(
    State(app): State<App>,
    visitor: Visitor,
    InScopeWithQuery(id, kind): InScopeWithQuery<BulletinId>,
) -> Result<Response, Problem> {
    let kind = Kind::parse(&kind).ok_or_else(|| Problem::absent("table"))?;
    let bulletin = find(&app, &visitor.caller, id).await?;
    let viewer = Viewer::of(visitor.words, &visitor.caller);
    let found = BulletinData::read(&app.db, bulletin, viewer.scope.as_deref(), ALL, app.now()).await?;
    let found = found.ok_or_else(|| Problem::absent("published bulletin"))?;
    download::of_bulletin(&viewer, kind, found)
}

//! `/board/{id}`: one bulletin on its way.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::curve::{Curve, curve};
use super::tables::{
    CausesOf, Kind, Viewer, blocked_columns, cause_columns, cell_columns, file, hop_columns, minutes_columns,
    province_columns, sum_by_province, tier_columns,
};
use super::tier_bars::{HopBar, TierView};
use super::tiles::{self, Tile};
use super::{InScope, InScopeWithQuery};
use crate::domain::account::Permission;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::report::Table;
use crate::store::board::blocked::{Blocked, list_blocked};
use crate::store::board::changes::find_version;
use crate::store::board::failures::{Cause, list_causes_of};
use crate::store::board::hops::{Hop, TierHops, list_slowest, list_tier_hops};
use crate::store::board::provinces::{Cell, count_provinces};
use crate::store::bulletins::Bulletin;
use crate::store::disseminations::{sum_by_medium, sum_spread};
use crate::store::progress::{Counters, count_under, list_counters};
use crate::store::queue_counts::count_sending;
use crate::store::{Db, StoreError};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::caller_limits::Holder;
use crate::web::live::{Frame, Subject, answer};
use crate::web::pages::HtmlPage;
use crate::web::pages::dissemination::columns::medium_columns;
use crate::web::pages::dissemination::spread_line;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::filters;
use crate::web::ui::format::{Share, moment, moment_or_dash, number};
use crate::web::ui::label::{Badge, Label as _};
use crate::web::ui::table::{PageTable, to_file};
use crate::web::view::receipts::{Counts, Status, TierStatus};
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

    /// How many groups of a tier are linked.
    fn linked(&self, tier: &TierStatus) -> i64 {
        self.cells.iter().filter(|cell| cell.tier == tier.tier).map(|cell| cell.linked).sum()
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

/// The part of the page that moves.
#[derive(Template)]
#[template(path = "board/bulletin_part.html")]
struct BulletinPart {
    t: Words,
    operates: bool,
    id: BulletinId,
    state: Badge,
    paused: bool,
    share: Share,
    /// Where its receipt is, if it goes anywhere: a notice may be for groups none of which had it yet.
    receipt: Option<String>,
    of_groups: String,
    /// How it came into them, where people forwarded by hand.
    by_way: Option<String>,
    as_of: String,
    tiers: Vec<TierView>,
    map: Vec<Tile>,
    map_size: (u16, u16),
    provinces: PageTable,
    blocked: PageTable,
    blocked_all: usize,
    curve: Curve,
    minutes: PageTable,
    hop_bars: Vec<HopBar>,
    slowest: PageTable,
    causes: PageTable,
}

/// How it came into its groups: said where some of them were forwarded to by hand.
fn by_way(t: Words, counts: &Counts) -> Option<String> {
    let (accepted, seen) = (number(counts.accepted), number(counts.seen));
    (counts.seen > 0).then(|| t.say_with("board-in-group-by", &[("accepted", &accepted), ("seen", &seen)]))
}

impl BulletinPart {
    fn of(viewer: &Viewer, found: &BulletinData) -> Self {
        let t = viewer.t;
        let id = found.bulletin.id;
        let share_of = |code: &str| {
            let of = || found.cells.iter().filter(|cell| cell.province.as_deref() == Some(code));
            Share::of(of().map(Cell::in_group).sum(), of().map(|cell| cell.groups).sum())
        };
        let goes_to = |code: &str| found.cells.iter().any(|cell| cell.province.as_deref() == Some(code));
        let map = tiles::map(t.language == crate::web::words::Language::Thai, share_of, |code| {
            goes_to(code).then(|| format!("/board/{id}/provinces/{code}"))
        });
        let causes = CausesOf::Bulletin(id, viewer.operates);
        Self {
            t,
            operates: viewer.operates,
            id,
            state: Badge {
                class: if found.status.settled { "good" } else { "" },
                word: found.status.state_of_part().word(t),
            },
            paused: found.bulletin.paused_at.is_some(),
            share: Share::of(found.status.counts.in_group(), found.status.deliveries),
            receipt: (found.status.deliveries > 0).then(|| format!("/board/{id}/receipt")),
            of_groups: t.say_with(
                "board-of-groups",
                &[
                    ("part", number(found.status.counts.in_group()).as_str()),
                    ("whole", number(found.status.deliveries).as_str()),
                ],
            ),
            by_way: by_way(t, &found.status.counts),
            as_of: moment(t, found.status.as_of),
            tiers: found.status.tiers.iter().map(|tier| TierView::of(t, tier, found.linked(tier))).collect(),
            map,
            map_size: (tiles::WIDTH, tiles::HEIGHT),
            provinces: PageTable::of(
                t,
                &t.say("board-provinces-title"),
                &province_columns(Some(id)),
                &sum_by_province(&found.cells),
            )
            .styled("table roomy")
            .tall(),
            blocked: PageTable::of(t, &t.say("board-blocked-title"), &blocked_columns(viewer, false), &found.blocked)
                .styled("table roomy stacks blocked-table")
                .tall(),
            blocked_all: found.blocked.len(),
            curve: curve(t, &found.counters, found.lasted()),
            minutes: PageTable::of(t, &t.say("board-minutes-title"), &minutes_columns(), &found.minutes)
                .styled("table roomy"),
            hop_bars: found.minutes.iter().map(HopBar::of).collect(),
            slowest: PageTable::of(t, &t.say("board-slowest-title"), &hop_columns(), &found.slowest),
            causes: PageTable::of(t, &t.say("board-causes-title"), &cause_columns(causes), &found.causes),
        }
    }
}

#[derive(Template)]
#[template(path = "board/bulletin.html")]
struct BulletinPage {
    id: BulletinId,
    subject: String,
    marks: Vec<Badge>,
    document_number: Option<String>,
    origin: String,
    published: String,
    public: String,
    /// The board of the digest that carries it.
    digest: Option<String>,
    /// Whether the visitor enters it in an office's register.
    receives: bool,
    part: String,
    /// How offices spread it further, in one line.
    spread: String,
    /// The same by medium and size of the place.
    media: PageTable,
}

/// The bulletin, published and within the caller's part of the tree.
pub(super) async fn find(app: &App, caller: &Caller, id: BulletinId) -> Result<Bulletin, Problem> {
    let mut db = app.db.acquire().await?;
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
    let body = BulletinPart::of(&viewer, &found).render_with_values(&viewer.t).map_err(|_| Problem::internal())?;
    Ok(Some(Frame { id, body }))
}

/// The board of one bulletin.
pub async fn show_bulletin(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<BulletinId>,
) -> Result<impl IntoResponse, Problem> {
    let bulletin = find(&app, &visitor.caller, id).await?;
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let view = format!("board {id} {}", viewer.name());
    let part = app.live().now(&view, Box::pin(make(app.clone(), visitor.caller.clone(), viewer, id))).await?;
    let (spread, media) = {
        let (mut db, scope) = (app.db.acquire().await?, visitor.caller.scope.groups());
        (sum_spread(&mut db, id, scope).await?, sum_by_medium(&mut db, id, scope).await?)
    };
    let page = BulletinPage {
        id,
        spread: spread_line(t, spread),
        media: PageTable::of(t, &t.say("spread-by-medium"), &medium_columns(), &media),
        marks: [bulletin.urgency().mark(t), bulletin.kind.mark(t)].into_iter().flatten().collect(),
        published: moment_or_dash(t, bulletin.published_at),
        public: format!("/b/{}", bulletin.public_token),
        digest: bulletin.digest_id.map(|digest| format!("/board/{digest}")),
        subject: bulletin.subject,
        document_number: bulletin.document_number,
        origin: bulletin.origin_office,
        receives: visitor.may(Permission::OfficeWork),
        part: part.body.clone(),
    };
    Ok(HtmlPage::of(&visitor, page))
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
    InScopeWithQuery(id, name): InScopeWithQuery<BulletinId>,
) -> Result<Response, Problem> {
    let kind = Kind::parse(&name).ok_or_else(|| Problem::absent("table"))?;
    let bulletin = find(&app, &visitor.caller, id).await?;
    let viewer = Viewer::of(visitor.words, &visitor.caller);
    let found = BulletinData::read(&app.db, bulletin, viewer.scope.as_deref(), ALL, app.now()).await?;
    let found = found.ok_or_else(|| Problem::absent("published bulletin"))?;
    file(&format!("{name}-{id}"), &table_of(&viewer, kind, &found)?)
}

/// A table of one bulletin, all rows of it.
fn table_of(viewer: &Viewer, kind: Kind, found: &BulletinData) -> Result<Table, Problem> {
    let t = viewer.t;
    let causes = CausesOf::Bulletin(found.bulletin.id, viewer.operates);
    let tiers: Vec<_> = found.status.tiers.iter().map(|tier| (tier, found.linked(tier))).collect();
    Ok(match kind {
        Kind::Tiers => to_file(t, &tier_columns(), &tiers),
        Kind::Provinces => to_file(t, &cell_columns(), &found.cells),
        Kind::Blocked => to_file(t, &blocked_columns(viewer, true), &found.blocked),
        Kind::Curve => curve(t, &found.counters, found.lasted()).to_file(t),
        Kind::Minutes => to_file(t, &minutes_columns(), &found.minutes),
        Kind::Slowest => to_file(t, &hop_columns(), &found.slowest),
        Kind::Causes => to_file(t, &cause_columns(causes), &found.causes),
        Kind::Bulletins => return Err(Problem::absent("table")),
    })
}

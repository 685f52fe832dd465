//! Live updates: pages and programs get a new snapshot over SSE when something changed.
//!
//! One [`watcher`] per node looks at what changed, a few times a second and only while somebody watches; what it saw
//! goes to all through one `watch` channel, so that changes which come faster than they can be shown are one. What is
//! shown is made once per change and view and kept ([`Live::frame`]): fifty who watch the same cost the database
//! what one does. A stream ends when the node stops, when what it shows is gone, and after ten minutes, so that who may
//! see what is asked again; browsers and programs then connect again by themselves and get the present snapshot.

mod follow;
mod seen;
mod watcher;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

pub use follow::{Subject, answer};
pub use seen::{SeenVersions, Stamp};

use super::caller_limits::Held;
use super::problem::Problem;
use crate::store::Db;

/// Streams that a node serves at once.
const ROOM: usize = 2_000;
/// Frames kept at most.
const KEPT: u64 = 2_000;
/// How long a frame is kept that nobody asks for.
const IDLE: Duration = Duration::from_mins(1);

/// One snapshot, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What a client names when it comes back.
    pub id: i64,
    /// JSON, or a part of a page.
    pub body: String,
}

/// A view at a moment: the view's name and the moment's stamp.
type FrameKey = (Arc<str>, Stamp);

/// How much was done for all who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Looks at what changed.
    pub looks: u64,
    /// Frames that were made.
    pub frames: u64,
}

/// What is live on this node; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    seen: watch::Sender<Arc<SeenVersions>>,
    frames: Cache<FrameKey, Option<Arc<Frame>>>,
    pages: Cache<Arc<str>, Option<Arc<Frame>>>,
    room: Arc<Semaphore>,
    held: Held,
    stop: CancellationToken,
    watching: AtomicBool,
    looks: AtomicU64,
    made: AtomicU64,
}

impl Live {
    /// At rest until somebody watches; what is sent with a page grows no older than `age`, and who has which streams is
    /// counted in `held`.
    #[must_use]
    pub fn new(db: Db, age: Duration, held: Held) -> Self {
        let inner = Inner {
            db,
            seen: watch::Sender::new(Arc::default()),
            frames: Cache::builder().max_capacity(KEPT).time_to_idle(IDLE).build(),
            pages: Cache::builder().max_capacity(KEPT).time_to_live(age).build(),
            room: Arc::new(Semaphore::new(ROOM)),
            held,
            stop: CancellationToken::new(),
            watching: AtomicBool::new(false),
            looks: AtomicU64::new(0),
            made: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Ends all streams, so that the node can stop.
    pub fn stop(&self) {
        self.inner.stop.cancel();
    }

    /// How much was done so far, for whoever wonders what watching costs.
    #[must_use]
    pub fn work(&self) -> Work {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Work { looks: count(&self.inner.looks), frames: count(&self.inner.made) }
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        ROOM.saturating_sub(self.inner.room.available_permits())
    }

    /// What `view` shows now or showed a moment ago, to be sent with a page: many who open the same page at once cost
    /// what one does.
    ///
    /// # Errors
    /// What `make` says; 404 where it gives nothing.
    pub async fn now(
        &self,
        view: &str,
        make: impl Future<Output = Result<Option<Frame>, Problem>>,
    ) -> Result<Arc<Frame>, Problem> {
        let shared = async { make.await.map(|frame| frame.map(Arc::new)) };
        let read = self.inner.pages.try_get_with(Arc::from(view), shared).await;
        read.map_err(|problem| problem.as_ref().clone())?.ok_or_else(|| Problem::absent("page"))
    }

    /// What `view` shows at `stamp`: made by `make` for the first who asks, and kept for all others. `make` gives
    /// nothing where there is nothing to see.
    ///
    /// # Errors
    /// What `make` says; it is not kept.
    async fn frame(
        &self,
        view: &Arc<str>,
        stamp: Stamp,
        make: impl Future<Output = Result<Option<Frame>, Problem>>,
    ) -> Result<Option<Arc<Frame>>, Problem> {
        let counted = async {
            self.inner.made.fetch_add(1, Ordering::Relaxed);
            make.await.map(|frame| frame.map(Arc::new))
        };
        let read = self.inner.frames.try_get_with((Arc::clone(view), stamp), counted).await;
        read.map_err(|problem| problem.as_ref().clone())
    }
}

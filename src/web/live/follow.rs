//! Streams frames to one client over server-sent events.
//!
//! Each stream has a small task that waits for the watcher and asks for the shared frame; a reader that is slow is
//! waited for, and is then given the newest frame rather than all that it missed.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_stream::wrappers::ReceiverStream;

use super::{Frame, Live, SeenVersions, Stamp};
use crate::domain::ids::BulletinId;
use crate::web::caller_limits::Holder;
use crate::web::problem::Problem;
use crate::web::slots;

/// How long a stream lasts: then the client comes back, and whether it still may look is asked again.
const LONGEST: Duration = Duration::from_mins(10);
/// Between two signs of life when nothing changes, so that no proxy takes the stream for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How long to wait for the watcher's first look.
const BEGINNING: Duration = Duration::from_secs(3);
/// Before another try when a frame could not be made.
const PATIENCE: Duration = Duration::from_secs(1);

/// Frames on their way to one who watches.
pub type Frames = ReceiverStream<Arc<Frame>>;

/// What is followed.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// One bulletin.
    Bulletin(BulletinId),
    /// Everything that moves, as one.
    All,
}

impl Subject {
    fn stamp(self, seen: &SeenVersions) -> Stamp {
        match self {
            Self::Bulletin(id) => seen.stamp_of(id),
            Self::All => seen.stamp(),
        }
    }
}

/// The place of one who watches.
struct Place {
    live: Live,
    seen: watch::Receiver<Arc<SeenVersions>>,
    until: Instant,
    _permit: OwnedSemaphorePermit,
    _held: slots::Slot<Holder>,
}

impl Live {
    async fn take_place(&self, holder: Holder) -> Result<Place, Problem> {
        let full = || Problem::of_status(StatusCode::SERVICE_UNAVAILABLE);
        let held = self.inner.held.take_stream(holder)?;
        let permit = Arc::clone(&self.inner.room).try_acquire_owned().map_err(|_| full())?;
        let mut seen = self.watch();
        // what changes from here on is seen; before the watcher has looked it might not be
        let begun = timeout(BEGINNING, seen.wait_for(|seen| seen.has_begun())).await;
        begun.map_err(|_| full())?.map_err(|_| Problem::internal())?;
        Ok(Place { live: self.clone(), seen, until: Instant::now() + LONGEST, _permit: permit, _held: held })
    }

    /// Lets `holder` follow one subject: its frame now, and another whenever it changed, but none sooner than `spacing` after
    /// the
    /// one before. All who follow the same `view` share its frames, so the name must tell everything that they depend on.
    ///
    /// # Errors
    /// What `make` says of the first frame, 404 where there is none; 503 where no place is left, 429 where
    /// `holder` has too many.
    pub async fn follow<F>(
        &self,
        holder: Holder,
        subject: Subject,
        view: String,
        spacing: Duration,
        make: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<Frames, Problem>
    where
        F: Future<Output = Result<Option<Frame>, Problem>> + Send + 'static,
    {
        let mut place = self.take_place(holder).await?;
        let view: Arc<str> = view.into();
        let mut at = subject.stamp(&place.seen.borrow_and_update());
        let mut last = self.frame(&view, at, make()).await?.ok_or_else(|| Problem::absent("page"))?;
        let (out, frames) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut open = out.send(Arc::clone(&last)).await.is_ok();
            while open && place.changed(&out).await {
                let now = subject.stamp(&place.seen.borrow_and_update());
                if now == at {
                    continue;
                }
                match place.live.frame(&view, now, make()).await {
                    Ok(Some(frame)) if frame.body == last.body => at = now,
                    Ok(Some(frame)) => {
                        (at, last) = (now, Arc::clone(&frame));
                        open = out.send(frame).await.is_ok();
                        sleep(spacing).await;
                    }
                    Ok(None) => return,
                    Err(_) => place.try_again().await,
                }
            }
        });
        Ok(ReceiverStream::new(frames))
    }

    /// Lets `holder` follow every bulletin: a frame for each of `first` now, and then for each that changed. `view` names the
    /// view of
    /// one bulletin; those that `make` gives nothing for are left out.
    ///
    /// # Errors
    /// 503 where no place is left, 429 where `holder` has too many.
    pub async fn follow_each<F>(
        &self,
        holder: Holder,
        first: Vec<BulletinId>,
        view: impl Fn(BulletinId) -> String + Send + Sync + 'static,
        make: impl Fn(BulletinId) -> F + Send + Sync + 'static,
    ) -> Result<Frames, Problem>
    where
        F: Future<Output = Result<Option<Frame>, Problem>> + Send + 'static,
    {
        let mut place = self.take_place(holder).await?;
        let (out, frames) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut at = place.seen.borrow_and_update().stamp();
            let mut due = first;
            // what this one was told last: a change that the watcher sees late may be in it already
            let mut told: HashMap<BulletinId, Arc<Frame>> = HashMap::new();
            loop {
                let seen = Arc::clone(&place.seen.borrow());
                let mut left = Vec::new();
                for bulletin in due {
                    match place.live.frame(&view(bulletin).into(), seen.stamp_of(bulletin), make(bulletin)).await {
                        Ok(None) => {}
                        Ok(Some(frame)) if told.get(&bulletin).is_some_and(|last| last.body == frame.body) => {}
                        Ok(Some(frame)) => {
                            told.insert(bulletin, Arc::clone(&frame));
                            if out.send(frame).await.is_err() {
                                return;
                            }
                        }
                        Err(_) => left.push(bulletin),
                    }
                }
                if !left.is_empty() {
                    place.try_again().await;
                }
                if !place.changed(&out).await {
                    return;
                }
                let seen = place.seen.borrow_and_update();
                due = seen.changed_after(at);
                at = seen.stamp();
                due.extend(left.into_iter().filter(|bulletin| !due.contains(bulletin)).collect::<Vec<_>>());
            }
        });
        Ok(ReceiverStream::new(frames))
    }
}

impl Place {
    /// Waits for a change; false when the stream is over.
    async fn changed(&mut self, out: &mpsc::Sender<Arc<Frame>>) -> bool {
        tokio::select! {
            () = out.closed() => false,
            () = self.live.inner.stop.cancelled() => false,
            () = sleep_until(self.until) => false,
            changed = self.seen.changed() => changed.is_ok(),
        }
    }

    /// After a moment the last change counts as new again.
    async fn try_again(&mut self) {
        sleep(PATIENCE).await;
        self.seen.mark_changed();
    }
}

/// The answer that carries frames.
pub fn answer(frames: Frames) -> Response {
    let events = frames.map(|frame| {
        let event = Event::default().id(frame.id.to_string()).data(&frame.body);
        Ok::<_, Infallible>(event)
    });
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // nginx holds answers back until they are long enough, which these never are
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE))).into_response()
}

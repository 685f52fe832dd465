//! The body of a push that checks, just before it is sent, whether it may still be sent.
//!
//! Between a look at the lease and the first byte on the wire a call waits for a message, a task, a connection; a process
//! may be frozen in between and wake when another node has its channels. So the look is made where the HTTP client takes
//! the body to write it: nothing else is waited for after that.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// Whether a call may go out now.
pub type MaySend = Arc<dyn Fn() -> bool + Send + Sync>;

/// For whoever is bound by no lease.
#[must_use]
pub fn always() -> MaySend {
    Arc::new(|| true)
}

/// The body was held back: nothing of it was sent.
#[derive(Debug, thiserror::Error)]
#[error("the dispatcher may not send any more")]
pub struct HeldBack;

impl HeldBack {
    /// Whether it is the cause of `error`.
    #[must_use]
    pub fn caused(error: &(dyn std::error::Error + 'static)) -> bool {
        std::iter::successors(Some(error), |error| error.source()).any(<dyn std::error::Error>::is::<Self>)
    }
}

/// Bytes that go out whole, or not at all.
pub struct GuardedBody {
    bytes: Option<Bytes>,
    may_send: MaySend,
}

impl GuardedBody {
    /// These bytes, while `may_send` says so.
    #[must_use]
    pub fn new(bytes: Vec<u8>, may_send: MaySend) -> Self {
        Self { bytes: Some(bytes.into()), may_send }
    }
}

impl Body for GuardedBody {
    type Data = Bytes;
    type Error = HeldBack;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HeldBack>>> {
        if self.bytes.is_some() && !(self.may_send)() {
            return Poll::Ready(Some(Err(HeldBack)));
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
    }
}

//! What comes in as files from LINE: what coordinators and stewards send to the account in their chat of two becomes a submission of their
//! office, as if it were uploaded.
//!
//! `relay` notes what is to be fetched. Here it is fetched ([`fetch`]), looked at and kept as every upload is, and handed over
//! ([`hand_over`]): pictures that were sent together in one submission. Every node may do so; what one has claimed no other
//! fetches meanwhile. Killed anywhere in between, it goes on where it was: the claim ends by time, the same bytes are the
//! same file, and handing over is one transaction.
//!
//! Called by `app` and by tests.

pub mod fetch;
pub mod hand_over;

use std::time::Duration;

use futures_util::future::{join, join_all};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::ChannelId;
use crate::domain::time::Timestamp;
use crate::files::FileStore;
use crate::line::token::Access;
use crate::relay::engine::{BadSecret, Engine, open_access};
use crate::store::StoreError;
use crate::store::channels::get_channel;
use crate::telemetry::metric;

/// Files that a node fetches at the same time.
const ABREAST: usize = 4;
/// Between two looks. A reply token lives for about a minute.
const EVERY: Duration = Duration::from_secs(2);
/// LINE takes a reply token for about a minute.
const REPLY_WITHIN: SignedDuration = SignedDuration::from_secs(50);

/// Counts what became of files, by a word of [`metric::LINE_FILE_OUTCOMES`].
fn count(outcome: &'static str, files: usize) {
    metrics::counter!(metric::LINE_FILES, "outcome" => outcome).increment(u64::try_from(files).unwrap_or(u64::MAX));
}

/// What it works with; cloning shares it.
#[derive(Clone)]
pub struct Intake {
    engine: Engine,
    files: FileStore,
    /// How long fetching one may take.
    content_timeout: Duration,
}

/// What goes on by itself, beside the other.
#[derive(Clone, Copy, Debug)]
enum Part {
    Fetch,
    HandOver,
}

/// A channel cannot be called.
#[derive(Debug, thiserror::Error)]
enum NoAccess {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secret(#[from] BadSecret),
}

impl Intake {
    /// With these parts.
    #[must_use]
    pub fn new(engine: Engine, files: FileStore, content_timeout: Duration) -> Self {
        Self { engine, files, content_timeout }
    }

    /// Works until `stop`. What is being fetched then is fetched again later. A video that takes minutes keeps neither the next
    /// file nor handing over from going on.
    pub async fn run(self, stop: CancellationToken) {
        let fetching = join_all((0..ABREAST).map(|_| self.repeat(Part::Fetch, &stop)));
        join(fetching, self.repeat(Part::HandOver, &stop)).await;
    }

    async fn repeat(&self, part: Part, stop: &CancellationToken) {
        while stop.run_until_cancelled(self.look(part)).await.is_some() {}
    }

    async fn look(&self, part: Part) {
        let done = match part {
            Part::Fetch => self.fetch_due(1).await,
            Part::HandOver => self.hand_over_due().await,
        };
        match done {
            Ok(0) => tokio::time::sleep(EVERY).await,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "files from LINE wait for the database");
                tokio::time::sleep(EVERY).await;
            }
        }
    }

    /// Fetches and hands over what is due now; gives how much that was.
    ///
    /// # Errors
    /// The database is away.
    pub async fn work(&self) -> Result<usize, StoreError> {
        let fetched = self.fetch_due(ABREAST).await?;
        let handed_over = self.hand_over_due().await?;
        Ok(fetched + handed_over)
    }

    async fn access(&self, channel: ChannelId) -> Result<Access, NoAccess> {
        let mut db = self.engine.db.acquire().await.map_err(StoreError::from)?;
        Ok(open_access(&self.engine.sealing, &get_channel(&mut db, channel).await?)?)
    }

    /// Answers whoever sent something, if it is not too late. It is free, and only courtesy: a lost answer is only noted.
    async fn answer(
        &self,
        channel: ChannelId,
        reply_token: Option<&str>,
        sent_at: Timestamp,
        words: Result<Vec<u8>, serde_json::Error>,
    ) {
        let Some(token) = reply_token.filter(|_| self.engine.clock.now().since(sent_at) < REPLY_WITHIN) else { return };
        let answered = async {
            let words = words?;
            let access = self.access(channel).await?;
            self.engine.line.reply(&access, token, &words).await?;
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        };
        if let Err(error) = answered.await {
            tracing::info!(error = &*error, "an answer about files was not taken");
        }
    }
}

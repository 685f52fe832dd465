//! Statuses in memory: what many polls of the same thing are answered from.
//!
//! A status is read from the database at most once per `status_cache` and node, however many ask (the readers of
//! one moment share one read), so that a published bulletin that everybody watches costs as much as one that a
//! single agency watches. A whole tree is read from its counters, at the same cost for any size; a part of it is
//! counted from its deliveries. Called by `api::status`, and by the steward's receipts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use sha2::{Digest as _, Sha256};

use super::receipts::Status;
use crate::domain::ids::BulletinId;
use crate::store::bulletins::{Filter, list_bulletins};
use crate::store::progress::{count_under, list_counters};
use crate::store::queue_counts::count_sending;
use crate::store::{Db, StoreError};
use crate::web::problem::Problem;

/// Statuses kept at most; each is a few kilobytes.
const KEPT: u64 = 10_000;

/// Whose status of what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// Which bulletin.
    pub bulletin: BulletinId,
    /// Only what a key bound to these groups can see.
    pub scope: Option<Vec<i32>>,
    /// Whether it may tell that there is a draft.
    pub drafts: bool,
    /// Only at or below this group, which the key was found to see.
    pub under: Option<i32>,
}

/// A status, and the same as it is sent.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What it says.
    pub status: Status,
    /// The JSON.
    pub body: String,
    /// Another one whenever the body is: a weak entity tag, since the answer may be compressed.
    pub etag: String,
}

/// Why there is no status to show; never remembered, as the next moment may bring one.
#[derive(Clone, Debug)]
pub enum Missed {
    /// There is no such bulletin, or the caller does not see it.
    Absent,
    /// It is not published yet.
    Unpublished,
    /// It could not be read.
    Failed(Problem),
}

impl Missed {
    /// Nothing where there is nothing to see; the problem where it could not be read.
    pub fn or_absent(self) -> Result<(), Problem> {
        match self {
            Self::Absent | Self::Unpublished => Ok(()),
            Self::Failed(problem) => Err(problem),
        }
    }
}

impl From<StoreError> for Missed {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Missed> for Problem {
    fn from(missed: Missed) -> Self {
        match missed {
            Missed::Absent => Self::absent("bulletin"),
            Missed::Unpublished => Self::conflict("not-published", "The bulletin is not published yet."),
            Missed::Failed(problem) => problem,
        }
    }
}

/// The statuses in memory.
#[derive(Clone, Debug)]
pub struct Snapshots {
    cache: Cache<(u64, View), Arc<Snapshot>>,
    generation: Arc<AtomicU64>,
}

impl Snapshots {
    /// An empty memory whose statuses grow no older than `age`.
    #[must_use]
    pub fn new(age: Duration) -> Self {
        let cache = Cache::builder().max_capacity(KEPT).time_to_live(age).build();
        Self { cache, generation: Arc::default() }
    }

    /// The status for `view`, read now or a moment ago.
    ///
    /// # Errors
    /// 404 or 409 where there is none; 503 while the database is away.
    pub async fn read(&self, db: &Db, view: &View) -> Result<Arc<Snapshot>, Problem> {
        let key = (self.generation.load(Ordering::Acquire), view.clone());
        let read = self.cache.try_get_with(key, load(db, view)).await;
        read.map_err(|missed| missed.as_ref().clone().into())
    }

    /// Forgets everything, so that whoever changed something through this node sees it at once.
    pub fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

/// Reads the status from the database.
///
/// # Errors
/// [`Missed`].
pub async fn load(db: &Db, view: &View) -> Result<Arc<Snapshot>, Missed> {
    let mut db = db.acquire().await.map_err(StoreError::from)?;
    let filter =
        Filter { id: Some(view.bulletin), scope: view.scope.clone(), drafts: view.drafts, ..Filter::default() };
    let Some(bulletin) = list_bulletins(&mut db, &filter, 1).await?.pop() else { return Err(Missed::Absent) };
    let part = view.under.map(|group| vec![group]).or_else(|| view.scope.clone());
    let (counters, sending) = match &part {
        None => {
            let counters = list_counters(&mut db, view.bulletin).await?;
            (counters, count_sending(&mut db, view.bulletin, None).await?)
        }
        Some(groups) => {
            let counters = count_under(&mut db, view.bulletin, groups).await?;
            (counters, count_sending(&mut db, view.bulletin, Some(groups)).await?)
        }
    };
    let status = Status::of(&bulletin, &counters, &sending, part.is_none()).ok_or(Missed::Unpublished)?;
    Ok(Arc::new(Snapshot::of(status)))
}

impl Snapshot {
    fn of(status: Status) -> Self {
        let body = serde_json::to_string(&status).unwrap_or_default();
        let hash = hex::encode(Sha256::digest(&body));
        Self { etag: format!("W/\"{}\"", &hash[..32]), body, status }
    }

    /// Whether an `If-None-Match` header names this very status (RFC 9110, section 13.1.2).
    #[must_use]
    pub fn matches(&self, if_none_match: &str) -> bool {
        names(if_none_match, &self.etag)
    }
}

/// Whether an `If-None-Match` header names the entity tag.
fn names(if_none_match: &str, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    if_none_match.trim() == "*" || if_none_match.split(',').any(|tag| bare(tag) == bare(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_matches_itself_in_any_of_its_spellings() {
        for header in ["W/\"abc\"", "\"abc\"", "\"x\", W/\"abc\"", "*"] {
            assert!(names(header, "W/\"abc\""), "{header}");
        }
        assert!(!names("\"abd\"", "W/\"abc\""));
    }
}

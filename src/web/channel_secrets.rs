//! The channels' secrets in memory, so that a webhook is checked before anything is asked of the database.
//!
//! All channels are read at once and at most once in a short time, whichever channel is named: a request for an unknown
//! one costs no more than any other. A new channel or a changed secret is known within that time. While the database
//! is away, what was read last still tells which requests are LINE's. Called by `web::webhook`.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::problem::Problem;
use crate::domain::ids::ChannelId;
use crate::domain::sealed::SealingKeys;
use crate::relay::engine::open_secrets;
use crate::store::channels::list_channels;
use crate::store::{Db, Result};

/// What a webhook of one channel is checked against.
#[derive(Debug)]
pub(super) struct ChannelSecrets {
    /// The channel.
    pub(super) id: ChannelId,
    /// Its secrets, the present one first.
    pub(super) secrets: Vec<SecretString>,
}

type ByCode = HashMap<String, Arc<ChannelSecrets>>;

#[derive(Clone)]
struct Known {
    read_at: Instant,
    channels: Arc<ByCode>,
}

/// The secrets of all channels, as old as `fresh_for` at most.
pub(super) struct SecretsCache {
    fresh_for: Duration,
    known: RwLock<Option<Known>>,
    /// Held by the one request that reads them anew.
    reading: Mutex<()>,
}

impl SecretsCache {
    /// Knows nothing yet.
    pub(super) fn new(fresh_for: Duration) -> Self {
        Self { fresh_for, known: RwLock::new(None), reading: Mutex::new(()) }
    }

    /// The secrets of the channel called `code`; `None` where there is no such channel.
    ///
    /// # Errors
    /// When the database is away and was never asked before.
    pub(super) async fn find(
        &self,
        db: &Db,
        sealing: &SealingKeys,
        code: &str,
    ) -> Result<Option<Arc<ChannelSecrets>>, Problem> {
        let channels = match self.fresh() {
            Some(channels) => channels,
            None => self.refresh(db, sealing).await?,
        };
        Ok(channels.get(code).cloned())
    }

    fn known(&self) -> Option<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self) -> Option<Arc<ByCode>> {
        self.known().filter(|known| known.read_at.elapsed() < self.fresh_for).map(|known| known.channels)
    }

    /// Reads the secrets anew; whoever comes while they are being read goes by what was known before.
    async fn refresh(&self, db: &Db, sealing: &SealingKeys) -> Result<Arc<ByCode>, Problem> {
        let _reading = match (self.reading.try_lock(), self.known()) {
            (Ok(reading), _) => reading,
            (Err(_), Some(before)) => return Ok(before.channels),
            (Err(_), None) => self.reading.lock().await,
        };
        if let Some(channels) = self.fresh() {
            return Ok(channels);
        }
        let channels = match read_secrets(db, sealing).await {
            Ok(channels) => Arc::new(channels),
            Err(error) => {
                let Some(before) = self.known() else { return Err(error.into()) };
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the channels' secrets could not be read again; those known before are used");
                before.channels
            }
        };
        let known = Known { read_at: Instant::now(), channels: Arc::clone(&channels) };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(channels)
    }
}

async fn read_secrets(db: &Db, sealing: &SealingKeys) -> Result<ByCode> {
    let channels = list_channels(&mut *db.acquire().await?).await?;
    let opened = channels.into_iter().map(|channel| {
        // without its secret none of its webhooks can be told from others', so all are refused
        let secrets = open_secrets(sealing, &channel).unwrap_or_else(|error| {
            let error = &error as &dyn std::error::Error;
            tracing::error!(channel.code = channel.code, error, "the channel's webhooks cannot be checked");
            Vec::new()
        });
        (channel.code, Arc::new(ChannelSecrets { id: channel.id, secrets }))
    });
    Ok(opened.collect())
}

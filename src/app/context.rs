//! What every command is given: the settings, the database, the clock, the key file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use super::private_file;
use crate::config::{Config, DatabaseUrl};
use crate::domain::sealed::{KeyFile, SealingKey, SealingKeys};
use crate::domain::time::Clock;
use crate::embedded::{Embedded, EmbeddedConfig};
use crate::store::checkup::try_reach;
use crate::store::{self, Db, Hosts, Pooling, StoreError};

/// A key file is looked at no more often than this, however much is met that it does not open.
const LOOK_AT_KEYS: Duration = Duration::from_secs(1);
/// The database of the private cluster.
const DATABASE: &str = "gcc_relay";

/// An open database, with the settings that led to it.
///
/// Where `database.url` is `embedded`, the private cluster is started or joined, and left as it was found by
/// [`AppContext::close`].
pub struct AppContext {
    /// The settings.
    pub config: Config,
    /// The pool of commands, and of a node's pages, API and webhook.
    pub db: Db,
    /// The pool of a node's relay.
    pub relay_db: Db,
    /// The clock, in line with the database's.
    pub clock: Clock,
    cluster: Option<Embedded>,
}

impl AppContext {
    /// Opens the database for a command. A private one is brought up to date on the way.
    ///
    /// # Errors
    /// It cannot be reached, or is a real one whose schema is not this release's.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let context = Self::open_as_it_is(config).await?;
        if context.cluster.is_some() {
            store::migrate(&context.db).await?;
        } else {
            context.check_schema().await?;
        }
        Ok(context)
    }

    /// Opens the database and brings it up to date; several nodes may do so at once.
    ///
    /// # Errors
    /// It cannot be reached, or holds what is not this program's.
    pub async fn open_and_migrate(config: Config) -> anyhow::Result<Self> {
        let context = Self::open_as_it_is(config).await?;
        store::migrate(&context.db).await?;
        Ok(context)
    }

    /// Opens the database of a node that is not to change its schema.
    ///
    /// # Errors
    /// It cannot be reached, or its schema is not this release's.
    pub async fn open_unchanged(config: Config) -> anyhow::Result<Self> {
        let context = Self::open_as_it_is(config).await?;
        context.check_schema().await?;
        Ok(context)
    }

    /// Opens the database, whatever state its schema is in.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn open_as_it_is(config: Config) -> anyhow::Result<Self> {
        let (cluster, url) = match &config.database.url {
            DatabaseUrl::Postgres(url) => (None, url.clone()),
            DatabaseUrl::Embedded => {
                let cluster = Embedded::start(&embedded_config(&config)).await?;
                let url = SecretString::from(cluster.url());
                (Some(cluster), url)
            }
        };
        let reached = tokio::time::timeout(config.database.acquire_timeout, try_reach(url.expose_secret())).await;
        reached.context("the database does not answer")??;
        let database = &config.database;
        let pooling = Pooling {
            name: "gcc-relay",
            max_connections: database.web_connections,
            patience: database.acquire_timeout,
            statement: database.statement_timeout,
        };
        let db = Db::new(Arc::new(Hosts::parse(url.expose_secret()).map_err(StoreError::from)?), pooling);
        let relay_db =
            db.beside(Pooling { name: "gcc-relay relay", max_connections: database.max_connections, ..pooling });
        let clock = Clock::system();
        clock.align(store::database_now(&mut *db.acquire().await.map_err(StoreError::from)?).await?);
        Ok(Self { config, db, relay_db, clock, cluster })
    }

    /// Says whether the database is a private one.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    async fn check_schema(&self) -> anyhow::Result<()> {
        let (applied, known) = store::migrations_applied(&self.db).await?;
        if applied < known {
            bail!("the database's schema is not up to date ({applied} of {known} migrations): run `gcc-relay migrate`");
        }
        Ok(())
    }

    /// The keys that seal the channels' secrets, looked at again when another is met; made where they are missing and the
    /// database is private.
    ///
    /// # Errors
    /// They are missing, cannot be read or are damaged.
    pub fn sealing_keys(&self) -> anyhow::Result<SealingKeys> {
        let path = self.config.secrets.key_file.clone();
        let looked_at = Mutex::new(None::<Instant>);
        Ok(SealingKeys::new(self.key_file()?, move || {
            let mut looked_at = looked_at.lock().unwrap_or_else(PoisonError::into_inner);
            if looked_at.is_some_and(|at| at.elapsed() < LOOK_AT_KEYS) {
                return None;
            }
            *looked_at = Some(Instant::now());
            let found = read_key_file(&path);
            if let Err(error) = &found {
                tracing::warn!("{error:#}; the keys known before are used");
            }
            found.ok().flatten()
        }))
    }

    /// What the key file holds now; made where it is missing and the database is private.
    ///
    /// # Errors
    /// It is missing, cannot be read or is damaged.
    pub fn key_file(&self) -> anyhow::Result<KeyFile> {
        let path = &self.config.secrets.key_file;
        match read_key_file(path)? {
            Some(file) => Ok(file),
            None if self.is_private() => {
                parse_key_file(path, &private_file::make(path, &SealingKey::generate()?.to_file())?)
            }
            None => bail!(
                "the key file {0} is missing: copy that of your other nodes; for a first node, `gcc-relay secrets create {0}` \
                 makes one",
                path.display()
            ),
        }
    }

    /// Puts `file` in place of the key file. It is on the disk when this returns.
    ///
    /// # Errors
    /// It cannot be written, or not for the user to whom it belongs.
    pub fn write_key_file(&self, file: &KeyFile) -> anyhow::Result<()> {
        private_file::replace(&self.config.secrets.key_file, &file.to_text())
    }

    /// Closes the database; a private cluster that nobody else uses is stopped.
    ///
    /// # Errors
    /// The private cluster does not stop.
    pub async fn close(self) -> anyhow::Result<()> {
        self.db.close();
        self.relay_db.close();
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

fn read_key_file(path: &Path) -> anyhow::Result<Option<KeyFile>> {
    private_file::read(path)?.map(|text| parse_key_file(path, &text)).transpose()
}

fn parse_key_file(path: &Path, text: &SecretString) -> anyhow::Result<KeyFile> {
    KeyFile::parse(text.expose_secret().as_bytes())
        .with_context(|| format!("{} holds no keys that can be used", path.display()))
}

/// How the private cluster is made and found again.
pub(super) fn embedded_config(config: &Config) -> EmbeddedConfig {
    EmbeddedConfig { data_dir: config.database.data_dir.clone(), database: DATABASE.to_owned(), settings: Vec::new() }
}

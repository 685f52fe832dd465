//! A private Postgres for the demo and the tests, so that `make run` needs no database set up first.
//!
//! It finds the Postgres programs of the machine and runs a cluster of its own under a folder: UTF-8,
//! fsync on, no TCP, a Unix socket in a folder with mode 0700, a process group of its own so that a
//! Ctrl-C on the terminal reaches only the relay, which then has a database to record into.
//!
//! Invariants: several processes may share the cluster. Each holds a shared lock on `users.lock` for
//! as long as it runs, and the last one stops the cluster; starting and stopping take turns by
//! an exclusive lock on `start.lock`. A lock dies with its process, so after a `kill -9` the cluster
//! runs on as an orphan and the next start adopts it. A half-made cluster is never used: `initdb`
//! works beside the final place and is renamed into it.
//!
//! Called by `app` where `database.url` is `embedded`, and by the tests. Production uses a real
//! Postgres and never comes here.

mod binaries;
mod cluster;
mod data_folder;
mod error;
mod lock;
mod settings;

use std::fs::File;
use std::path::PathBuf;

pub use error::EmbeddedError;

use binaries::Binaries;
use cluster::Cluster;
use data_folder::DataFolder;

/// Where the cluster lies and what it must hold.
#[derive(Clone, Debug)]
pub struct EmbeddedConfig {
    /// The folder of the cluster; made where missing. Relative paths start at the current folder.
    pub data_dir: PathBuf,
    /// The database to create where it is missing.
    pub database: String,
    /// Postgres settings on top of the built-in ones, as `(name, value)`; they count from the next
    /// time that the cluster is started, not for one that already runs.
    pub settings: Vec<(String, String)>,
}

/// A share in a running cluster; giving up the last share stops it.
#[derive(Debug)]
pub struct Embedded {
    cluster: Cluster,
    url: String,
    /// The lock that counts this share; none once it is given up.
    share: Option<File>,
}

impl Embedded {
    /// Makes the cluster where missing, starts it unless it runs, and creates the database.
    ///
    /// Waits for its turn while another process starts or stops the same cluster. The work is done
    /// on a blocking thread, so that a caller who stops waiting leaves nothing half-made: it ends by
    /// itself and gives its share up again.
    ///
    /// # Errors
    ///
    /// No Postgres programs, a folder that cannot be used, or a program that fails; each names the
    /// folder or the program at fault.
    pub async fn start(config: &EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let data_dir = config.data_dir.clone();
        let folder = on_blocking_thread(move || data_folder::settle(&data_dir)).await?;
        let turn = lock::wait_for_turn(&folder).await?;
        let config = config.clone();
        on_blocking_thread(move || Self::raise(folder, &config, turn)).await
    }

    /// The `postgres://` address of the database.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Gives this share up, and stops the cluster if no other process holds one. Dropping does the
    /// same, but blocks the thread meanwhile.
    ///
    /// # Errors
    ///
    /// Postgres does not stop in time.
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        on_blocking_thread(move || self.release()).await
    }

    fn raise(folder: DataFolder, config: &EmbeddedConfig, turn: File) -> Result<Self, EmbeddedError> {
        let binaries = Binaries::find(folder.data_version()?)?;
        let cluster = Cluster::new(folder, binaries)?;
        let url = cluster.url(&config.database)?;
        cluster.create(&config.settings)?;
        cluster.ensure_running(&config.settings)?;
        let share = Some(lock::join(cluster.folder())?);
        let embedded = Self { cluster, url, share };
        let created = embedded.cluster.create_database(&config.database);
        // the turn ends before a failed start gives its share up, which needs the turn itself
        drop(turn);
        created.map(|()| embedded)
    }

    fn release(&mut self) -> Result<(), EmbeddedError> {
        let Some(share) = self.share.take() else { return Ok(()) };
        let _turn = lock::take_turn(self.cluster.folder())?;
        drop(share);
        match lock::take_all(self.cluster.folder())? {
            Some(_all) => self.cluster.stop(),
            None => Ok(()),
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Err(error) = self.release() {
            tracing::warn!(error = &error as &dyn std::error::Error, "the embedded Postgres could not be stopped");
        }
    }
}

async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static,
) -> Result<T, EmbeddedError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(EmbeddedError::Interrupted))
}

//! The platform as all its parts share it: the state behind one lock, the clock, the way out for
//! webhooks, and the tasks that end with it.
//!
//! The lock is never held across an await; everything under it is in memory but for one write to the
//! journal.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::config::SimulatorConfig;
use super::deliver::{DeliveryOptions, WebhookClient, new_client};
use super::journal::Journal;
use super::state::State;
use super::{SimulatorError, tree};
use crate::domain::time::Clock;

/// How many changes a live page may lag behind before it looks at the whole chat again.
const CHANGES: usize = 1_024;

/// The simulated platform.
pub(super) struct Platform {
    state: Mutex<State>,
    /// The calendar.
    pub(super) clock: Clock,
    /// How webhooks are sent.
    pub(super) options: DeliveryOptions,
    /// How long a connection without an answer is held.
    pub(super) hold_open: Duration,
    /// The heading of the page.
    pub(super) title: String,
    /// The way out.
    pub(super) client: WebhookClient,
    /// Gets the id of each group whose chat grows.
    pub(super) changes: broadcast::Sender<Arc<str>>,
    /// Cancelled when the simulator stops.
    pub(super) stopped: CancellationToken,
    tasks: TaskTracker,
    started: Instant,
}

impl Platform {
    /// Builds the platform from its configuration, its tree file and its journal.
    ///
    /// # Errors
    /// The tree file or the journal cannot be read.
    pub(super) fn build(config: SimulatorConfig) -> Result<Self, SimulatorError> {
        let (changes, _) = broadcast::channel(CHANGES);
        let state = build_state(&config, changes.clone())?;
        let SimulatorConfig { clock, webhook_timeout, redelivery_delays, hold_open, title, .. } = config;
        Ok(Self {
            state: Mutex::new(state),
            clock,
            options: DeliveryOptions { webhook_timeout, redelivery_delays },
            hold_open,
            title,
            client: new_client(),
            changes,
            stopped: CancellationToken::new(),
            tasks: TaskTracker::new(),
            started: Instant::now(),
        })
    }

    /// The state, locked.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Real time since the start.
    pub(super) fn since_start(&self) -> Duration {
        self.started.elapsed()
    }

    /// Runs something in the background until the simulator stops.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stopped = self.stopped.clone();
        self.tasks.spawn(async move { stopped.run_until_cancelled(work).await });
    }

    /// Stops everything, waits for it and lets the journal go.
    pub(super) async fn stop(&self) {
        self.stopped.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.state().release_journal();
    }
}

fn build_state(config: &SimulatorConfig, changes: broadcast::Sender<Arc<str>>) -> Result<State, SimulatorError> {
    let mut state = State::new(config.seed, changes);
    state.members_without_id = config.members_without_id;
    for channel in &config.channels {
        state.apply(super::record::Record::Channel(channel.clone()));
    }
    if let Some(path) = &config.tree_file {
        for group in tree::read_groups(path).map_err(|source| SimulatorError::Tree { path: path.clone(), source })? {
            state.groups.put(group);
        }
    }
    for group in &config.groups {
        state.groups.put(group.clone());
    }
    if let Some(directory) = &config.data_dir {
        let journal = Journal::open(directory, |record| state.apply(record))?;
        state.keep_in(journal);
    }
    Ok(state)
}

//! What every handler works with, and what each handler does first: a connection, the time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::DefaultClock;

use super::access::Callers;
use super::caller_limits::{CallerLimits, Held};
use super::channel_secrets::SecretsCache;
use super::client_address::TrustedProxies;
use super::live::Live;
use super::pages::image::Images;
use super::people::SignInServices;
use super::problem::Problem;
use super::rates::Rates;
use super::view::snapshot::Snapshots;
use crate::domain::sealed::{PersonKey, SealingKeys};
use crate::domain::time::{Clock, Timestamp};
use crate::files::FileStore;
use crate::relay::inbound_wake::InboundWake;
use crate::relay::line_check::LineCheck;
use crate::relay::settings::Settings;
use crate::store::{Db, Tx};

/// Renders what was counted, in Prometheus' text format.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// How the edge behaves; from the section `server` of the configuration and `relay.status_cache`.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// The longest time for an answer; longer than the longest wait for a status.
    pub request_timeout: Duration,
    /// The longest time for an answer to what sends a file.
    pub upload_timeout: Duration,
    /// How old a status answered from memory, and the channels' secrets in memory, may be.
    pub status_cache: Duration,
    /// Whether `/metrics` is served by a listener of its own, and not by [`super::router`].
    pub private_metrics: bool,
    /// Whether the site is served over https only, and browsers are told so.
    pub secure: bool,
    /// The proxies whose word is taken for a client's address.
    pub proxies: TrustedProxies,
    /// What one key or session may have.
    pub limits: CallerLimits,
}

/// What the web is given besides the database.
pub struct Services {
    /// Renders what was counted.
    pub metrics: RenderMetrics,
    /// How people sign in.
    pub people: SignInServices,
    /// Where uploaded files are.
    pub files: FileStore,
}

/// The state of the web: cheap to clone, shared by all requests.
#[derive(Clone)]
pub struct App {
    /// The pool.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The engine's constants; among them what links in messages start with.
    pub settings: Arc<Settings>,
    /// Opens the channels' secrets.
    pub sealing: Arc<SealingKeys>,
    /// Turns LINE's user ids into hashes.
    pub person: Arc<PersonKey>,
    /// How the edge behaves.
    pub edge: Edge,
    /// Renders what was counted.
    pub metrics: RenderMetrics,
    /// How people sign in.
    pub people: Arc<SignInServices>,
    /// Where uploaded files are.
    pub files: FileStore,
    /// The statuses answered from memory.
    pub(super) snapshots: Snapshots,
    /// Who called a moment ago.
    pub(super) callers: Callers,
    /// How often who called.
    pub(super) rates: Rates,
    /// Who holds what.
    pub(super) held: Held,
    /// Who watches, and what they are shown.
    live: Live,
    /// The pictures that were asked for last.
    pub(super) images: Images,
    /// What webhooks are checked against.
    pub(super) channel_secrets: Arc<SecretsCache>,
    /// Wakes the work on webhook events.
    pub(super) inbound: InboundWake,
    /// Asks LINE before something is published; none = it is not asked.
    pub(super) line_check: Option<LineCheck>,
}

impl App {
    /// The state over a pool, a clock, the engine's constants and keys, and the rules of signing in.
    #[must_use]
    pub fn new(
        db: Db,
        clock: Clock,
        settings: Arc<Settings>,
        sealing: Arc<SealingKeys>,
        edge: Edge,
        Services { metrics, people, files }: Services,
    ) -> Self {
        let person = sealing.person_key();
        let (snapshots, callers) = (Snapshots::new(edge.status_cache), Callers::new(edge.status_cache));
        let (rates, held) = (Rates::new(edge.limits, DefaultClock::default()), Held::new(edge.limits));
        let live = Live::new(db.clone(), edge.status_cache, held.clone());
        let (people, images) = (Arc::new(people), Images::default());
        let channel_secrets = Arc::new(SecretsCache::new(edge.status_cache));
        Self {
            db,
            clock,
            settings,
            sealing,
            person,
            edge,
            metrics,
            people,
            files,
            snapshots,
            callers,
            rates,
            held,
            live,
            images,
            channel_secrets,
            inbound: InboundWake::default(),
            line_check: None,
        }
    }

    /// The same, asking LINE by `line_check` before something is published.
    #[must_use]
    pub fn asking(self, line_check: LineCheck) -> Self {
        Self { line_check: Some(line_check), ..self }
    }

    /// The same, waking the work on webhook events by `inbound`.
    #[must_use]
    pub fn waking(self, inbound: InboundWake) -> Self {
        Self { inbound, ..self }
    }

    /// What is live: to be stopped before the server is, and asked what it costs.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The time now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A transaction; dropping it undoes it.
    pub(super) async fn begin(&self) -> Result<Tx, Problem> {
        Ok(self.db.begin().await?)
    }

    /// The public page of the bulletin with this token.
    pub(super) fn public_url(&self, token: &str) -> String {
        format!("{}/b/{token}", self.settings.public_url)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("edge", &self.edge).finish_non_exhaustive()
    }
}

//! A node: the web and the relay in one process, or one of them.
//!
//! Starting: the port first, as a taken one is the commonest mistake and needs no database to be found; then the
//! database, the relay, the web. Stopping: no new connection and no new claim; calls under way may finish within
//! `relay.shutdown_grace` and are recorded; then the database is let go. A second signal, or the grace over, ends it
//! there: what was under way stays claimed, and whoever takes the channel next sends it again with the same key.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::AppContext;
use super::checkup_database::raise_open_file_limit;
use super::demo_guard;
use super::pooling::{self, PoolingFault};
use super::secrets;
use super::shutdown::Shutdown;
use super::wiring;
use crate::config::{self, Config, Limits, Server};
use crate::files::sweep;
use crate::intake::Intake;
use crate::relay::clock_watch::run_clock_watch;
use crate::relay::engine::Engine;
use crate::relay::inbound_wake::InboundWake;
use crate::relay::line_check::LineCheck;
use crate::relay::listener::ListenerHealth;
use crate::relay::node::{Node, NodeEnded};
use crate::relay::{inbound, listener};
use crate::store::Db;
use crate::telemetry::{self, metric};
use crate::web::{
    self, App, Bounds, CallerLimits, Edge, Live, ProxyHeader, Rules, Services, SignInServices, TrustedProxies,
};

/// Notices that a slow part may lag behind by before it is told that it missed some.
const NOTICE_BUFFER: usize = 1_024;
/// How long requests may take once the relay has stopped; whoever waits for a status longer asks again.
const DRAIN_TIME: Duration = Duration::from_secs(3);
/// Between two rounds in which the recorder of numbers sums up.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Web, API and webhook.
    Web,
    /// Sending, inbound events and upkeep; of the web only the signs of life and the numbers.
    Relay,
    /// Both.
    All,
}

/// How a node is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What it does.
    pub role: Role,
    /// Whether it brings the schema up to date first.
    pub migrate: bool,
}

/// Runs a node until a signal stops it.
///
/// # Errors
/// A port is taken, the database cannot be used, or the key is missing.
pub async fn serve(config: Config, options: Options) -> anyhow::Result<()> {
    let shutdown = Shutdown::listen()?;
    if cfg!(all(not(debug_assertions), not(feature = "jemalloc"))) {
        tracing::warn!("built without the feature jemalloc: sending takes more of the processor");
    }
    let listeners = Listeners::open(&config).await?;
    raise_open_file_limit();
    if options.role != Role::Web {
        check_for_pooler(&config).await?;
    }
    let context = if options.migrate {
        AppContext::open_and_migrate(config).await?
    } else {
        AppContext::open_unchanged(config).await?
    };
    if let Err(refusal) = demo_guard::refuse_demo_data(&context).await {
        context.close().await?;
        return Err(refusal);
    }
    if let Err(refusal) = secrets::check(&context).await {
        context.close().await?;
        return Err(refusal);
    }
    let engine = wiring::engine(&context, context.sealing_keys()?)?;
    let running = Running::start(&context.config, &engine, context.db.clone(), listeners, options.role)?;
    tracing::info!(server.listen = %context.config.server.listen, role = ?options.role, "serving");
    let failed = tokio::select! {
        () = shutdown.stop.cancelled() => false,
        () = running.failed() => true,
    };
    tracing::info!("stopping: calls under way are finished and recorded");
    running.stop(&shutdown).await;
    context.close().await?;
    if failed {
        bail!(
            "the relay got nothing written for relay.watchdog, though the database answers: the process is to be started again"
        );
    }
    Ok(())
}

/// A node's locks must mean something; what only makes a takeover slow is told.
async fn check_for_pooler(config: &Config) -> anyhow::Result<()> {
    match pooling::find_fault_before(config).await.flatten() {
        Some(fault @ PoolingFault::Locks) => bail!("{fault}"),
        Some(fault @ PoolingFault::TimeOuts(_)) => tracing::warn!("{fault}"),
        None => {}
    }
    Ok(())
}

/// The ports, taken before anything else.
pub(super) struct Listeners {
    public: TcpListener,
    metrics: Option<TcpListener>,
}

impl Listeners {
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let metrics = match config.server.metrics_listen {
            Some(address) => Some(listen(address, "server.metrics_listen").await?),
            None => None,
        };
        Ok(Self { public: listen(config.server.listen, "server.listen").await?, metrics })
    }
}

/// Takes a port; `key` is the setting that names it.
pub(super) async fn listen(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on; stop what is using it, or set {key} to another address")
    })
}

/// A node at work.
pub(super) struct Running {
    relay: JoinSet<()>,
    web: JoinSet<()>,
    stop: CancellationToken,
    failed: CancellationToken,
    grace: Duration,
}

impl Running {
    /// Starts the parts; `db` is the pool of the web, the engine has its own.
    pub(super) fn start(
        config: &Config,
        engine: &Engine,
        db: Db,
        listeners: Listeners,
        role: Role,
    ) -> anyhow::Result<Self> {
        let stop = CancellationToken::new();
        let mut running = Self {
            relay: JoinSet::new(),
            web: JoinSet::new(),
            stop: stop.clone(),
            failed: CancellationToken::new(),
            grace: config.relay.shutdown_grace,
        };
        let metrics = telemetry::start_metrics()?;
        let render = metrics.clone();
        let app = App::new(
            db,
            engine.clock.clone(),
            Arc::clone(&engine.settings),
            Arc::clone(&engine.sealing),
            edge(config),
            Services {
                metrics: Arc::new(move || render.render()),
                people: people(config)?,
                files: super::files::open(config)?,
            },
        );
        let pools = [("web", app.db.clone()), ("relay", engine.db.clone())];
        running.web.spawn(print_summary(metrics, pools, app.live().clone(), stop.clone()));
        let (db, clock, sealing) = (app.db.clone(), engine.clock.clone(), Arc::clone(&engine.sealing));
        running.web.spawn(secrets::report_keys(db, clock, sealing, stop.clone()));
        if role != Role::Relay {
            let (files, db, clock, stopping) = (app.files.clone(), app.db.clone(), app.clock.clone(), stop.clone());
            running.web.spawn(async move {
                stopping.run_until_cancelled(sweep::run(files, db, clock)).await;
            });
        }
        let files = app.files.clone();
        let inbound = InboundWake::default();
        let line_check = LineCheck::new(engine.db.clone(), engine.line.clone(), Arc::clone(&engine.sealing));
        let app = app.waking(inbound.clone()).asking(line_check);
        running.web.spawn(inbound.clone().notify_other_nodes(engine.db.clone(), stop.clone()));
        let (live, stopping) = (app.live().clone(), stop.clone());
        running.web.spawn(async move {
            // whoever watches would keep the server from stopping
            stopping.cancelled().await;
            live.stop();
        });
        let router = if role == Role::Relay { web::metrics_router(&app) } else { web::router(&app) };
        let (bounds, proxies) = (bounds(&config.limits), trusted_proxies(&config.server));
        let stopped = stop.clone().cancelled_owned();
        running.web.spawn(web::serve(listeners.public, router, bounds, proxies.clone(), stopped));
        if let Some(private) = listeners.metrics {
            let (router, stopped) = (web::metrics_router(&app), stop.clone().cancelled_owned());
            running.web.spawn(web::serve(private, router, bounds, proxies, stopped));
        }
        if role == Role::Web {
            running.relay.spawn(run_clock_watch(engine.clone(), stop));
        } else {
            let intake = Intake::new(engine.clone(), files, config.line.content_timeout);
            running.relay.spawn(intake.run(stop));
            running.start_relay(engine, inbound);
        }
        Ok(running)
    }

    fn start_relay(&mut self, engine: &Engine, inbound: InboundWake) {
        let (notices, for_node) = broadcast::channel(NOTICE_BUFFER);
        let for_inbound = notices.subscribe();
        let (listener_health, heartbeat) = (ListenerHealth::default(), engine.settings.heartbeat);
        let (db, stop) = (engine.db.clone(), self.stop.clone());
        self.relay.spawn(listener::listen(db, listener_health.clone(), heartbeat, notices, stop));
        let node = Node::new(engine.clone(), for_node, listener_health).run(self.stop.clone());
        let failed = self.failed.clone();
        self.relay.spawn(async move {
            if node.await == NodeEnded::Stuck {
                failed.cancel();
            }
        });
        self.relay.spawn(inbound::run(engine.clone(), inbound, for_inbound, self.stop.clone()));
    }

    /// Waits until the relay has given itself up.
    pub(super) async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Stops in order, at the latest when the grace is over or a second signal comes.
    pub(super) async fn stop(mut self, shutdown: &Shutdown) {
        self.stop.cancel();
        // the dispatchers keep the grace themselves; a moment on top lets them record
        let limit = self.grace + DRAIN_TIME;
        tokio::select! {
            () = self.finish() => {}
            () = shutdown.abort.cancelled() => tracing::warn!("stopped at once; outcomes may be open"),
            () = tokio::time::sleep(limit) => tracing::warn!("the grace is over; outcomes may be open"),
        }
    }

    async fn finish(&mut self) {
        while self.relay.join_next().await.is_some() {}
        let answers = async { while self.web.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN_TIME, answers).await.is_err() {
            tracing::info!("some requests were still waiting and are cut off");
        }
    }
}

fn edge(config: &Config) -> Edge {
    Edge {
        body_limit: usize::try_from(config.server.request_body_limit).unwrap_or(usize::MAX),
        request_timeout: config.server.request_timeout,
        upload_timeout: config.files.upload_timeout,
        status_cache: config.relay.status_cache,
        private_metrics: config.server.metrics_listen.is_some(),
        secure: config.server.public_url.as_str().starts_with("https://"),
        proxies: trusted_proxies(&config.server),
        limits: caller_limits(&config.limits),
    }
}

fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn caller_limits(limits: &Limits) -> CallerLimits {
    CallerLimits {
        streams_per_key: whole(limits.streams_per_key),
        streams_per_session: whole(limits.streams_per_session),
        waits_per_key: whole(limits.waits_per_key),
        reads_per_minute: limits.reads_per_minute,
        writes_per_minute: limits.writes_per_minute,
        polls_per_minute: limits.polls_per_minute,
    }
}

fn bounds(limits: &Limits) -> Bounds {
    Bounds {
        connections: whole(limits.connections),
        connections_per_address: whole(limits.connections_per_address),
        header_timeout: limits.header_timeout,
        body_timeout: limits.body_timeout,
        write_timeout: limits.write_timeout,
    }
}

fn trusted_proxies(server: &Server) -> TrustedProxies {
    let networks: Vec<_> = server.trusted_proxies.iter().map(|proxy| proxy.0).collect();
    let header = match server.proxy_header {
        config::ProxyHeader::XForwardedFor => ProxyHeader::XForwardedFor,
        config::ProxyHeader::Forwarded => ProxyHeader::Forwarded,
    };
    TrustedProxies::new(&networks, header)
}

/// How people sign in.
fn people(config: &Config) -> anyhow::Result<SignInServices> {
    let accounts = &config.accounts;
    let rules = Rules {
        idle: accounts.session_idle,
        longest: accounts.session_longest,
        remembered: accounts.remembered,
        link_lifetime: accounts.link_lifetime,
    };
    let people = SignInServices::new(rules, accounts.code_demanded.clone(), config.server.public_url.as_str());
    Ok(match super::sign_in_provider::open(config)? {
        Some(provider) => people.signing_in_at(provider),
        None => people,
    })
}

/// Sums up what was counted, every few seconds, and says what this node is.
async fn print_summary(
    metrics: metrics_exporter_prometheus::PrometheusHandle,
    pools: [(&'static str, Db); 2],
    live: Live,
    stop: CancellationToken,
) {
    loop {
        metrics.run_upkeep();
        metrics::gauge!(metric::BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        for (pool, db) in &pools {
            let (open, idle) = db.size();
            for (state, connections) in [("used", open.saturating_sub(idle)), ("idle", idle)] {
                let connections = f64::from(u32::try_from(connections).unwrap_or(u32::MAX));
                metrics::gauge!(metric::DATABASE_CONNECTIONS, "pool" => *pool, "state" => state).set(connections);
            }
            let most = f64::from(db.pooling().max_connections);
            metrics::gauge!(metric::DATABASE_CONNECTIONS_MAX, "pool" => *pool).set(most);
        }
        metrics::gauge!(metric::STREAMS).set(f64::from(u32::try_from(live.streams()).unwrap_or(u32::MAX)));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(METRICS_UPKEEP) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_the_program_are_those_of_the_manual() {
        let limits = Config::from_sources(None, []).expect("settings").limits;
        assert_eq!(bounds(&limits), Bounds::default());
        assert_eq!(caller_limits(&limits), CallerLimits::default());
    }
}

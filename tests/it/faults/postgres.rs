//! Postgres stopped, killed, cut off and frozen in the middle of a fan-out.

use std::fs::{Permissions, read_to_string};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::embedded::{Embedded, EmbeddedConfig};
use gcc_relay::relay::test_driver::start_dispatcher;
use gcc_relay::simulator::{Fault, FaultRule};
use gcc_relay::store;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::test_cluster::{Chance, ClusterPlan, TestCluster, last, scaled, until};
use super::wire::{Far, Wire};
use crate::test_relay::{PATIENCE, TestRelay, fresh_database};

/// A Postgres of its own, which can be struck down.
struct Postgres {
    config: EmbeddedConfig,
    shares: Vec<Embedded>,
    _folder: TempDir,
}

impl Postgres {
    async fn start() -> Self {
        let mut builder = tempfile::Builder::new();
        // where tests run as root, Postgres runs as somebody else, who must be able to pass
        let folder = builder.prefix("gcc").permissions(Permissions::from_mode(0o755)).tempdir().expect("a folder");
        let config = EmbeddedConfig {
            data_dir: folder.path().join("pg"),
            database: "gcc_relay".into(),
            settings: vec![("fsync".into(), "off".into())],
        };
        let first = Embedded::start(&config).await.expect("a Postgres cluster");
        let db = store::connect(&first.url(), 1, PATIENCE).await.expect("the database");
        store::migrate(&db).await.expect("migrations");
        db.close();
        Self { config, shares: vec![first], _folder: folder }
    }

    fn url(&self) -> String {
        self.shares[0].url()
    }

    /// Ends it: SIGINT is a fast stop, SIGQUIT an immediate one.
    async fn strike(&self, signal: Signal) {
        let file = self.config.data_dir.join("data/postmaster.pid");
        let text = read_to_string(&file).expect("a pid file");
        let pid = Pid::from_raw(text.lines().next().and_then(|line| line.parse().ok()).expect("a process id"));
        kill(pid, signal).expect("a signal");
        until("Postgres is gone", || async { kill(pid, None).is_err() }).await;
    }

    /// Starts it again; after a kill it first waits for what is left of the old one.
    async fn restart(&mut self) {
        for _ in 0..600 {
            if let Ok(share) = Embedded::start(&self.config).await {
                self.shares.push(share);
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("Postgres does not start again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stopped_fast_stopped_at_once_and_killed_loses_nothing() {
    let (offices, away) = scaled((800, Duration::from_secs(1)), (12_000, Duration::from_secs(3)));
    let mut postgres = Postgres::start().await;
    let cluster = TestCluster::build_over(postgres.url(), ClusterPlan::of(offices)).await;
    cluster.answer_late(5, 60);
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    let moments = Chance::new().moments(3, cluster.groups());
    for (signal, moment) in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL].into_iter().zip(moments) {
        cluster.accepted(moment).await;
        postgres.strike(signal).await;
        last(away).await;
        postgres.restart().await;
    }
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

/// A wire to the Postgres of a database's address, and that address over the wire.
pub async fn wired(url: &str) -> (Wire, String) {
    let url = url::Url::parse(url).expect("an address");
    let folder = url.query_pairs().find(|(name, _)| name == "host").expect("a socket's folder").1.into_owned();
    let wire = Wire::to(Far::Unix(PathBuf::from(folder).join(".s.PGSQL.5432"))).await;
    let over = format!("postgres://{}@{}{}?sslmode=disable", url.username(), wire.address(), url.path());
    (wire, over)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_postgres_cut_and_frozen_in_mid_statement_lose_nothing() {
    let (offices, rounds, frozen) = scaled((800, 2, Duration::from_secs(4)), (12_000, 6, Duration::from_secs(15)));
    let (wire, over) = wired(&fresh_database().await).await;
    let mut cluster = TestCluster::build_over(over, ClusterPlan { rate: 1_000, ..ClusterPlan::of(offices) }).await;
    cluster.program.set("GCC_RELAY__DATABASE__ACQUIRE_TIMEOUT", "2s");
    cluster.answer_late(5, 60);
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    for (n, moment) in Chance::new().moments(rounds * 2, cluster.groups()).into_iter().enumerate() {
        cluster.accepted(moment).await;
        if n % 2 == 0 {
            wire.cut();
        } else {
            wire.freeze();
            last(frozen).await;
            wire.unfreeze();
        }
    }
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_postgres_that_fall_silent_for_ever_are_given_up() {
    let (wire, over) = wired(&fresh_database().await).await;
    let mut cluster =
        TestCluster::build_over(over, ClusterPlan { rate: 1_000, ..ClusterPlan::of(scaled(500, 12_000)) }).await;
    cluster.program.set("GCC_RELAY__DATABASE__ACQUIRE_TIMEOUT", "1s");
    cluster.program.set("GCC_RELAY__RELAY__KEEPALIVE", "4s");
    cluster.answer_late(5, 60);
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    cluster.accepted(Chance::new().below(cluster.groups() * 2 / 3)).await;
    wire.cut_without_reset();
    // counted over new connections
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_to_commits_that_are_lost_cost_nothing_and_leave_no_claim_behind() {
    let (offices, lost) = scaled((600, 12), (12_000, 120));
    let (wire, over) = wired(&fresh_database().await).await;
    let mut cluster = TestCluster::build_over(over, ClusterPlan { rate: 1_000, ..ClusterPlan::of(offices) }).await;
    cluster.program.set("GCC_RELAY__RELAY__CLAIM_BATCH", "20");
    // whoever waits for the next look would wait for longer than this test
    cluster.program.set("GCC_RELAY__RELAY__POLL_INTERVAL", "1m");
    cluster.answer_late(5, 60);
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    for moment in Chance::new().moments(lost / 2, cluster.groups() * 2 / 3) {
        cluster.accepted(moment).await;
        wire.lose_commits(2);
    }
    cluster.settled(bulletin).await;
    assert!(wire.has_lost_all());
    until("no claim is left", || async { cluster.count_claims().await == 0 }).await;
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_an_answer_still_wakes_the_children_at_once() {
    let mut relay = TestRelay::new().await;
    let (wire, over) = wired_to(&relay.engine.db).await;
    relay.engine.db = store::connect(&over, 4, PATIENCE).await.expect("a pool over the wire");
    std::sync::Arc::make_mut(&mut relay.engine.settings).poll_interval = Duration::from_hours(1);
    relay.faults([FaultRule::always(Fault::Slow { min_ms: 300, max_ms: 300 }).group("Cgcc1")]);
    let id = relay.publish_automatic().await;
    let stop = CancellationToken::new();
    let started = start_dispatcher(&relay.engine, relay.channel, None, std::sync::Arc::default(), stop.clone()).await;
    let running = started.expect("a dispatcher").expect("ours");
    until("the root is on its way", || async { relay.delivery(id, "gcc1").await.claimed }).await;
    wire.lose_commits(1);
    until("those below have it", || async { relay.states(id).await["moi"] == State::Accepted }).await;
    assert!(wire.has_lost_all());
    stop.cancel();
    running.await.expect("it ends");
    relay.assert_exact(id).await;
}

/// A wire to the Postgres of a pool, and the address of its database over the wire.
async fn wired_to(db: &store::Db) -> (Wire, String) {
    let options = db.hosts().latest();
    let folder = options.get_socket().expect("a socket's folder").clone();
    let wire = Wire::to(Far::Unix(folder.join(".s.PGSQL.5432"))).await;
    let (user, database) = (options.get_username(), options.get_database().expect("a database"));
    let over = format!("postgres://{user}@{}/{database}?sslmode=disable", wire.address());
    (wire, over)
}

//! `PgBouncer` between the program and its database: what holds through it, and what `doctor` says of what does not.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gcc_relay::store::Hosts;
use gcc_relay::store::checkup::list_lost_settings;
use gcc_relay::store::node_connection::open_session_on;
use nix::sys::signal::Signal;
use sqlx::Executor as _;
use tokio::time::Instant;

use super::postgres_node::{PostgresFiles, as_postgres_user, free_port, skipped};
use super::test_cluster::{ClusterPlan, TestCluster, until};
use crate::test_relay::fresh_database;

const PROGRAM: &str = "/usr/sbin/pgbouncer";
const INSTALL: &str = "apt-get install --no-install-recommends pgbouncer";

struct Pooler {
    _ground: PostgresFiles,
    process: Child,
    url: String,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts one before a fresh database; nothing where the program is not there.
async fn start(mode: &str, extra: &str) -> Option<Pooler> {
    if !Path::new(PROGRAM).exists() {
        skipped("pgbouncer", INSTALL);
        return None;
    }
    let files = PostgresFiles::find().await;
    let direct = url::Url::parse(&fresh_database().await).expect("an address");
    let socket = direct.query_pairs().find(|(name, _)| name == "host").expect("a socket's folder").1.into_owned();
    let (port, name, folder) = (free_port(), direct.path().trim_start_matches('/'), files.folder());
    let users = folder.join("users.txt");
    fs::write(&users, "\"gcc_relay\" \"\"\n").expect("a file");
    let settings = format!(
        "[databases]\n{name} = host={socket} port=5432 dbname={name} user=gcc_relay\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = {mode}\n\
         default_pool_size = 60\nmax_client_conn = 100\n{extra}\n",
        users.display()
    );
    let file = folder.join("pgbouncer.ini");
    fs::write(&file, settings).expect("a file");
    let log = File::create(folder.join("pgbouncer.log")).expect("a log");
    let other = log.try_clone().expect("the same log");
    let mut command = Command::new(PROGRAM);
    command.arg(&file).current_dir(folder).stdin(Stdio::null()).stdout(log).stderr(other);
    let process = as_postgres_user(&mut command).spawn().expect("it starts");
    let url = format!("postgres://gcc_relay@127.0.0.1:{port}/{name}?sslmode=disable");
    let pooler = Pooler { _ground: files, process, url };
    until("the pooler lets somebody in", || async {
        tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
    })
    .await;
    Some(pooler)
}

/// What the case was found with: every time-out that is given at the start of a connection is swallowed.
const SWALLOWS: &str = "ignore_startup_parameters = extra_float_digits, options, idle_in_transaction_session_timeout, jit, \
    tcp_keepalives_idle, tcp_keepalives_interval, tcp_keepalives_count, tcp_user_timeout, idle_session_timeout";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_node_behind_a_session_pooler_is_taken_over() {
    for more in ["", SWALLOWS] {
        let Some(pooler) = start("session", more).await else { return };
        let mut cluster =
            TestCluster::build_over(pooler.url.clone(), ClusterPlan { rate: 100, ..ClusterPlan::of(700) }).await;
        for (name, value) in [("HEARTBEAT", "200ms"), ("LEASE", "1s"), ("KEEPALIVE", "4s")] {
            cluster.program.set(&format!("GCC_RELAY__RELAY__{name}"), value);
        }
        let (_, told, _) = cluster.program.run(&["doctor"]);
        assert!(told.contains("ok    pooling: "), "{told}");
        let nodes = [cluster.program.serve().await, cluster.program.serve().await];
        let bulletin = cluster.publish(&nodes[0]).await;
        cluster.accepted(100).await;
        let mut sends = None;
        for (n, node) in nodes.iter().enumerate() {
            let text =
                reqwest::get(format!("{}/metrics", node.url)).await.expect("an answer").text().await.expect("text");
            if text.contains("gcc_relay_channel_lock_held{channel=\"gcc0\"} 1") {
                sends = Some(n);
            }
        }
        let sends = sends.expect("one of them sends");
        nodes[sends].signal(Signal::SIGSTOP);
        let (frozen, before) = (Instant::now(), cluster.control().counts().accepted);
        cluster.accepted(before + 20).await;
        println!("taken over {:.1} s after a node froze, through the pooler", frozen.elapsed().as_secs_f64());
        assert!(frozen.elapsed() < Duration::from_secs(20), "{:?}", frozen.elapsed());
        nodes[sends].signal(Signal::SIGCONT);
        cluster.settled(bulletin).await;
        cluster.assert_whole_at_any(bulletin, &nodes).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_transaction_mode_is_refused_in_a_sentence() {
    let Some(pooler) = start("transaction", "").await else { return };
    let mut cluster = TestCluster::build(ClusterPlan::of(10)).await;
    cluster.program.set("DATABASE_URL", &pooler.url);
    let (status, told, said) = cluster.program.run(&["doctor"]);
    assert_eq!(status, Some(1));
    let refused = "a session's locks do not hold";
    assert!(told.contains(&format!("FAIL  pooling: {refused}")), "{told}{said}");
    let (status, _, said) = cluster.program.run(&["serve"]);
    assert_eq!(status, Some(1));
    assert!(said.contains(refused), "{said}");
}

#[tokio::test]
async fn what_does_not_hold_in_a_session_is_found() {
    let keepalive = Duration::from_secs(11);
    let hosts = Hosts::parse(&fresh_database().await).expect("an address");
    let mut session = open_session_on(&hosts, keepalive).await.expect("a session");
    assert_eq!(list_lost_settings(&mut session, keepalive).await.expect("asked"), []);
    session.execute("set idle_session_timeout = 0").await.expect("as a pooler may do");
    let lost = list_lost_settings(&mut session, keepalive).await.expect("asked");
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert_eq!(lost[0].to_string(), "idle_session_timeout is 0 and not 11000");
}

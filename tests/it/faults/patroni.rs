//! Three members of Patroni over three of etcd, with the files of `config/ha/` that operators use; the leader's machine
//! dies in the middle of a fan-out. A part of `make soak`, where Debian's packages are there.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gcc_relay::store;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::time::Instant;

use super::failover::{RESUMED, epoch, plan, resumed};
use super::postgres_node::{PostgresFiles, as_postgres_user, free_port, skipped};
use super::test_cluster::{Chance, TestCluster, scaled, until};
use crate::program::Server;
use crate::test_relay::PATIENCE;

const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/ha");
const INSTALL: &str = "apt-get install --no-install-recommends patroni etcd-server";
/// What Patroni sets up at first is not ready at once.
const READY: Duration = Duration::from_mins(2);

/// A machine with its etcd, its Patroni and, below that, its Postgres.
struct Machine {
    name: String,
    etcd: Child,
    patroni: Child,
    postgres: u16,
}

/// The ports of a machine.
#[derive(Clone, Copy)]
struct Ports {
    client: u16,
    peer: u16,
    rest: u16,
    postgres: u16,
}

fn ports() -> Ports {
    Ports { client: free_port(), peer: free_port(), rest: free_port(), postgres: free_port() }
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// In a process group of its own, so that all of it can be struck at once.
fn start(files: &PostgresFiles, command: &mut Command, log: &str) -> Child {
    let log = File::create(files.folder().join(log)).expect("a log");
    let other = log.try_clone().expect("the same log");
    command.current_dir(files.folder()).stdout(log).stderr(other).stdin(Stdio::null()).process_group(0);
    as_postgres_user(command).spawn().expect("it starts")
}

fn start_etcd(files: &PostgresFiles, name: &str, own: Ports, all: &[(String, Ports)]) -> Child {
    let file = fs::read_to_string(Path::new(SETTINGS).join("etcd.env")).expect("the settings");
    let mut command = Command::new("etcd");
    command.envs(file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('=')));
    let members: Vec<String> = all.iter().map(|(name, ports)| format!("{name}=http://{}", local(ports.peer))).collect();
    let (client, peer) = (format!("http://{}", local(own.client)), format!("http://{}", local(own.peer)));
    command.env("ETCD_NAME", name).env("ETCD_DATA_DIR", files.folder().join(format!("etcd-{name}")));
    command.env("ETCD_LISTEN_CLIENT_URLS", &client).env("ETCD_ADVERTISE_CLIENT_URLS", &client);
    command.env("ETCD_LISTEN_PEER_URLS", &peer).env("ETCD_INITIAL_ADVERTISE_PEER_URLS", &peer);
    command.env("ETCD_INITIAL_CLUSTER", members.join(",")).env("ETCD_UNSUPPORTED_ARCH", std::env::consts::ARCH);
    start(files, &mut command, &format!("etcd-{name}.log"))
}

fn start_patroni(files: &PostgresFiles, name: &str, own: Ports, all: &[(String, Ports)]) -> Child {
    let etcd: Vec<String> = all.iter().map(|(_, ports)| local(ports.client)).collect();
    let mut command = Command::new("patroni");
    command.arg(Path::new(SETTINGS).join("patroni.yml"));
    for (variable, value) in [
        ("PATRONI_NAME", name.to_owned()),
        ("PATRONI_ETCD3_HOSTS", etcd.join(",")),
        ("PATRONI_RESTAPI_LISTEN", local(own.rest)),
        ("PATRONI_RESTAPI_CONNECT_ADDRESS", local(own.rest)),
        ("PATRONI_POSTGRESQL_LISTEN", local(own.postgres)),
        ("PATRONI_POSTGRESQL_CONNECT_ADDRESS", local(own.postgres)),
        ("PATRONI_POSTGRESQL_DATA_DIR", files.folder().join(name).display().to_string()),
        ("PATRONI_POSTGRESQL_BIN_DIR", files.programs().display().to_string()),
        ("PATRONI_POSTGRESQL_PGPASS", files.folder().join(format!("{name}.pgpass")).display().to_string()),
        ("PATRONI_SUPERUSER_USERNAME", "postgres".to_owned()),
        ("PATRONI_SUPERUSER_PASSWORD", "one".to_owned()),
        ("PATRONI_REPLICATION_USERNAME", "replicator".to_owned()),
        ("PATRONI_REPLICATION_PASSWORD", "two".to_owned()),
        ("PATRONI_REWIND_USERNAME", "rewinder".to_owned()),
        ("PATRONI_REWIND_PASSWORD", "three".to_owned()),
        ("HOME", files.folder().display().to_string()),
    ] {
        command.env(variable, value);
    }
    start(files, &mut command, &format!("patroni-{name}.log"))
}

impl Machine {
    /// Ends everything on it, as a power cut would.
    fn kill(&mut self, files: &PostgresFiles) {
        super::postgres_node::signal_processes_in(&files.folder().join(&self.name), Signal::SIGKILL);
        for child in [&mut self.patroni, &mut self.etcd] {
            let _ = killpg(Pid::from_raw(i32::try_from(child.id()).expect("a process id")), Signal::SIGKILL);
            let _ = child.wait();
        }
        super::postgres_node::signal_processes_in(&files.folder().join(&self.name), Signal::SIGKILL);
    }

    async fn leads(&self) -> bool {
        let url = format!("postgres://postgres:one@{}/postgres?sslmode=disable", local(self.postgres));
        let Ok(Ok(mut db)) = tokio::time::timeout(PATIENCE, PgConnection::connect(&url)).await else { return false };
        sqlx::query_scalar("select not pg_is_in_recovery()").fetch_one(&mut db).await.unwrap_or(false)
    }
}

/// Three machines; stopped when dropped.
struct Machines {
    files: PostgresFiles,
    all: Vec<Machine>,
}

impl Machines {
    fn start(files: PostgresFiles) -> Self {
        let named: Vec<(String, Ports)> = (1..=3).map(|n| (format!("db{n}"), ports())).collect();
        let all = named.iter().map(|(name, own)| Machine {
            name: name.clone(),
            etcd: start_etcd(&files, name, *own, &named),
            patroni: start_patroni(&files, name, *own, &named),
            postgres: own.postgres,
        });
        let all = all.collect();
        Self { files, all }
    }

    /// The machine that leads, once there is one with a synchronous standby.
    async fn leader(&self) -> usize {
        let end = Instant::now() + READY;
        while Instant::now() < end {
            for (n, machine) in self.all.iter().enumerate() {
                if machine.leads().await && self.has_standby(machine).await {
                    return n;
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let log =
            |machine: &Machine| fs::read_to_string(self.files.folder().join(format!("patroni-{}.log", machine.name)));
        panic!("nobody leads: {}", self.all.iter().filter_map(|machine| log(machine).ok()).collect::<String>());
    }

    async fn has_standby(&self, machine: &Machine) -> bool {
        let url = format!("postgres://postgres:one@{}/postgres?sslmode=disable", local(machine.postgres));
        let Ok(mut db) = PgConnection::connect(&url).await else { return false };
        let asked = "select count(*) = 2 and bool_or(sync_state = 'sync') from pg_stat_replication";
        sqlx::query_scalar::<_, Option<bool>>(asked).fetch_one(&mut db).await.is_ok_and(|found| found == Some(true))
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        for machine in &mut self.all {
            machine.kill(&self.files);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patroni_promotes_a_standby_during_a_fan_out() {
    // half a minute of waiting for the old leader's time to be over is too long for `make test`
    if !scaled(false, true) {
        return;
    }
    for program in ["patroni", "etcd"] {
        if !is_there(program) {
            return skipped(program, INSTALL);
        }
    }
    for _ in 0..3 {
        let took = fail_over().await;
        assert!(took < RESUMED, "{took:?}");
    }
}

fn is_there(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).exists())
}

async fn fail_over() -> Duration {
    let mut machines = Machines::start(PostgresFiles::find().await);
    let first = machines.leader().await;
    let hosts: Vec<String> = machines.all.iter().map(|machine| local(machine.postgres)).collect();
    let url = |user: &str, database: &str| {
        format!("postgres://{user}@{}/{database}?target_session_attrs=read-write&sslmode=disable", hosts.join(","))
    };
    let admin = store::connect(&url("postgres:one", "postgres"), 1, PATIENCE).await.expect("the leader");
    for statement in ["create role gcc login password 'four'", "create database gcc owner gcc"] {
        admin.acquire().await.expect("a connection").execute(statement).await.expect("done");
    }
    let db = store::connect(&url("gcc:four", "gcc"), 1, PATIENCE).await.expect("the leader");
    store::migrate(&db).await.expect("migrations");
    let cluster = TestCluster::build_over(url("gcc:four", "gcc"), plan()).await;
    cluster.answer_late(5, 60);
    let nodes: [Server; 2] = [cluster.program.serve().await, cluster.program.serve().await];
    let bulletin = cluster.publish(&nodes[0]).await;
    cluster.accepted(Chance::new().below(cluster.groups() / 4)).await;
    let before = epoch(&cluster).await;
    let Machines { files, all } = &mut machines;
    all[first].kill(files);
    let fell = Instant::now();
    until("another member leads", || async {
        for (n, machine) in all.iter().enumerate() {
            if n != first && machine.leads().await {
                return true;
            }
        }
        false
    })
    .await;
    let promoted = fell.elapsed();
    resumed(&cluster, before).await;
    let took = fell.elapsed();
    println!(
        "Patroni: promoted after {:.1} s, sending again after {:.1} s",
        promoted.as_secs_f64(),
        took.as_secs_f64()
    );
    cluster.settled(bulletin).await;
    cluster.assert_whole_at_any(bulletin, &nodes).await;
    took
}

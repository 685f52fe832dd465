//! Postgres clusters of their own, as processes that a test can strike down, with a standby that follows a primary.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use super::test_cluster::until;
use crate::test_relay::fresh_database;

/// A folder in which whoever runs Postgres may work, and the programs.
pub struct PostgresFiles {
    folder: TempDir,
    programs: PathBuf,
}

/// The account that runs what refuses to be run by root; nobody else's where the tests are not root's.
fn postgres_user() -> Option<User> {
    geteuid().is_root().then(|| User::from_name("postgres").expect("the accounts").expect("the account of Postgres"))
}

/// Lets a command be run by it.
pub fn as_postgres_user(command: &mut Command) -> &mut Command {
    if let Some(user) = postgres_user() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// A port that is free now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

impl PostgresFiles {
    pub async fn find() -> Self {
        let mut db = PgConnection::connect(&fresh_database().await).await.expect("a connection");
        let asked = sqlx::query_scalar("select setting from pg_config where name = 'BINDIR'");
        let programs: String = asked.fetch_one(&mut db).await.expect("a folder");
        let mut builder = tempfile::Builder::new();
        let folder = builder.prefix("ha").permissions(Permissions::from_mode(0o755)).tempdir().expect("a folder");
        if let Some(user) = postgres_user() {
            nix::unistd::chown(folder.path(), Some(user.uid), Some(user.gid)).expect("given away");
        }
        Self { folder, programs: PathBuf::from(programs) }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn programs(&self) -> &Path {
        &self.programs
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        let output = as_postgres_user(command.args(arguments).current_dir(self.folder())).output().expect("it runs");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A cluster that runs.
pub struct PostgresNode {
    data: PathBuf,
    pub port: u16,
    postmaster: Child,
}

impl PostgresNode {
    /// A new primary with an empty database `gcc_relay`.
    pub async fn primary(files: &PostgresFiles) -> Self {
        let data = files.folder().join("one");
        let path = data.to_str().expect("a path");
        files.run("initdb", &["-D", path, "-U", "gcc_relay", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"]);
        let cluster = Self::start(files, data).await;
        let mut admin = cluster.admin().await.expect("a connection");
        admin.execute("create database gcc_relay").await.expect("a database");
        cluster
    }

    /// A standby of `primary`, which from now on waits for it with every commit.
    pub async fn standby(files: &PostgresFiles, primary: &Self) -> Self {
        let data = files.folder().join("two");
        let (path, port) = (data.to_str().expect("a path"), primary.port.to_string());
        let from = ["-h", "127.0.0.1", "-p", &port, "-U", "gcc_relay"];
        files.run(
            "pg_basebackup",
            &[&from[..], &["-D", path, "-R", "-X", "stream", "-c", "fast", "--no-sync"]].concat(),
        );
        let standby = Self::start(files, data).await;
        let mut admin = primary.admin().await.expect("a connection");
        for statement in ["alter system set synchronous_standby_names = '*'", "select pg_reload_conf()"] {
            admin.execute(statement).await.expect("set");
        }
        until("the standby follows", || async {
            let mut admin = primary.admin().await.expect("a connection");
            let asked = sqlx::query_scalar("select exists (select from pg_stat_replication where sync_state = 'sync')");
            asked.fetch_one(&mut admin).await.expect("asked")
        })
        .await;
        standby
    }

    async fn start(files: &PostgresFiles, data: PathBuf) -> Self {
        let port = free_port();
        let log = File::create(files.folder().join(format!("{port}.log"))).expect("a log");
        let mut command = Command::new(files.programs.join("postgres"));
        command.arg("-D").arg(&data).args([
            "-p",
            &port.to_string(),
            "-h",
            "127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ]);
        command.args(["-c", "fsync=off", "-c", "max_connections=60"]).stdout(Stdio::null()).stderr(log);
        // in a group of its own: where the shell that started the tests ends, the kernel wakes what is stopped in its group
        command.process_group(0);
        let postmaster = as_postgres_user(command.current_dir(files.folder())).spawn().expect("it starts");
        let cluster = Self { data, port, postmaster };
        until("Postgres lets somebody in", || async { cluster.admin().await.is_ok() }).await;
        cluster
    }

    pub async fn admin(&self) -> sqlx::Result<PgConnection> {
        PgConnection::connect(&format!("postgres://gcc_relay@127.0.0.1:{}/postgres?sslmode=disable", self.port)).await
    }

    /// Makes it the primary.
    pub async fn promote(&self) {
        let promoted: bool = sqlx::query_scalar("select pg_promote(true, 60)")
            .fetch_one(&mut self.admin().await.expect("a connection"))
            .await
            .expect("asked");
        assert!(promoted, "the standby was not promoted");
    }

    /// Sends a signal to every process of it, as what befalls a machine does.
    pub fn signal(&self, signal: Signal) {
        let postmaster = Pid::from_raw(i32::try_from(self.postmaster.id()).expect("a process id"));
        let children = children_of(postmaster);
        for pid in std::iter::once(postmaster).chain(children) {
            let _ = kill(pid, signal);
        }
    }
}

/// Sends a signal to the Postgres that works in a folder, and to its processes.
pub fn signal_processes_in(data: &Path, signal: Signal) {
    let file = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let Some(pid) = file.lines().next().and_then(|line| line.parse().ok()).map(Pid::from_raw) else { return };
    let children = children_of(pid);
    for pid in std::iter::once(pid).chain(children) {
        let _ = kill(pid, signal);
    }
}

/// Says that a test could not be made, in a line that `scripts/test.sh` counts, and how it could be.
pub fn skipped(program: &str, command: &str) {
    use std::io::Write as _;
    // not by a macro: what those print is kept back where a test succeeds
    let _ = writeln!(std::io::stderr(), "\nskipped here: {program} is not installed: {command}");
}

fn children_of(parent: Pid) -> Vec<Pid> {
    let file = format!("/proc/{parent}/task/{parent}/children");
    let listed = fs::read_to_string(file).unwrap_or_default();
    listed.split_whitespace().filter_map(|pid| pid.parse().ok()).map(Pid::from_raw).collect()
}

impl Drop for PostgresNode {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        let _ = self.postmaster.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

//! The private cluster, with the Postgres of this machine.
//!
//! Each test has a cluster of its own in a folder that other users can enter, because under root the
//! cluster runs as somebody else.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use gcc_relay::embedded::{Embedded, EmbeddedConfig, EmbeddedError};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// Set for the child process of the test that kills one: the folder of the cluster to hold.
const HOLD: &str = "GCC_RELAY_TEST_HOLD";

fn open_folder() -> TempDir {
    folder_with_mode(0o755)
}

fn folder_with_mode(mode: u32) -> TempDir {
    let permissions = Permissions::from_mode(mode);
    tempfile::Builder::new().prefix("gcc").permissions(permissions).tempdir().expect("a folder")
}

fn config(data_dir: PathBuf) -> EmbeddedConfig {
    let settings = vec![("fsync".to_owned(), "off".to_owned())];
    EmbeddedConfig { data_dir, database: "gcc_relay".into(), settings }
}

async fn ask(url: &str, question: &'static str) -> String {
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    sqlx::query_scalar(question).fetch_one(&mut connection).await.expect("an answer")
}

fn postmaster(data_dir: &Path) -> Option<String> {
    let text = fs::read_to_string(data_dir.join("data/postmaster.pid")).ok()?;
    text.lines().next().map(str::to_owned)
}

#[tokio::test]
async fn a_new_cluster_speaks_utf8_keeps_thai_letters_and_has_no_tcp() {
    let folder = open_folder();
    let data_dir = folder.path().join("pg");
    let embedded = Embedded::start(&config(data_dir.clone())).await.expect("a cluster");
    let url = embedded.url();
    assert_eq!(ask(&url, "SHOW server_encoding").await, "UTF8");
    assert_eq!(ask(&url, "SHOW listen_addresses").await, "");
    assert_eq!(ask(&url, "SHOW fsync").await, "off");
    assert_eq!(ask(&url, "SELECT current_database()::text").await, "gcc_relay");
    assert_eq!(ask(&url, "SELECT substring('ประกาศ 2561' from '[[:alpha:]]+')").await, "ประกาศ");
    embedded.stop().await.expect("a clean stop");
    assert_eq!(postmaster(&data_dir), None);
}

#[tokio::test]
async fn two_starts_at_once_share_one_cluster_and_the_last_one_out_stops_it() {
    let folder = open_folder();
    let config = config(folder.path().join("pg"));
    let (first, second) = tokio::join!(Embedded::start(&config), Embedded::start(&config));
    let (first, second) = (first.expect("a cluster"), second.expect("a cluster"));
    assert_eq!(first.url(), second.url());
    first.stop().await.expect("a share given up");
    assert_eq!(ask(&second.url(), "SELECT 'here'::text").await, "here");
    drop(second);
    assert_eq!(postmaster(&config.data_dir), None);
}

#[tokio::test]
async fn data_survive_a_stop() {
    let folder = open_folder();
    let config = config(folder.path().join("pg"));
    let embedded = Embedded::start(&config).await.expect("a cluster");
    let mut connection = PgConnection::connect(&embedded.url()).await.expect("a connection");
    sqlx::query("CREATE TABLE kept AS SELECT 'เก็บไว้'::text AS word").execute(&mut connection).await.expect("a table");
    drop(connection);
    embedded.stop().await.expect("a clean stop");
    let again = Embedded::start(&config).await.expect("the cluster again");
    assert_eq!(ask(&again.url(), "SELECT word FROM kept").await, "เก็บไว้");
}

#[tokio::test]
async fn a_start_adopts_the_cluster_of_a_killed_process_and_stops_it_in_the_end() {
    if let Some(data_dir) = std::env::var_os(HOLD) {
        let _held = Embedded::start(&config(data_dir.into())).await.expect("a cluster");
        println!("\nheld");
        return std::future::pending().await;
    }
    let folder = open_folder();
    let data_dir = folder.path().join("pg");
    let mut holder = spawn_holder(&data_dir);
    holder.kill().expect("a process to kill");
    holder.wait().expect("a dead process");
    let orphan = postmaster(&data_dir).expect("a cluster that outlives its process");

    let adopted = Embedded::start(&config(data_dir.clone())).await.expect("the orphan");
    assert_eq!(postmaster(&data_dir), Some(orphan));
    assert_eq!(ask(&adopted.url(), "SELECT 'here'::text").await, "here");
    adopted.stop().await.expect("a clean stop");
    assert_eq!(postmaster(&data_dir), None);
}

/// Runs the test above in a process of its own, up to where it holds the cluster.
fn spawn_holder(data_dir: &Path) -> Child {
    let name = "embedded::a_start_adopts_the_cluster_of_a_killed_process_and_stops_it_in_the_end";
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .env(HOLD, data_dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    assert!(output.lines().map_while(Result::ok).any(|line| line == "held"), "the child held no cluster");
    child
}

#[tokio::test]
async fn an_initdb_that_died_halfway_is_done_again() {
    let folder = open_folder();
    let config = config(folder.path().join("pg"));
    fs::create_dir_all(config.data_dir.join("data.new/base")).expect("a half-made cluster");
    let embedded = Embedded::start(&config).await.expect("a cluster");
    assert_eq!(ask(&embedded.url(), "SELECT 'here'::text").await, "here");
}

#[tokio::test]
async fn a_long_folder_with_awkward_letters_will_do() {
    let folder = open_folder();
    let name = "it's a \"ประกาศ\" + $HOME, `id` and % 100 letters more than a socket's path would ever have room for";
    let embedded = Embedded::start(&config(folder.path().join(name))).await.expect("a cluster");
    assert_eq!(ask(&embedded.url(), "SELECT 'here'::text").await, "here");
    embedded.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_checkout_closed_to_the_postgres_user_links_to_another_folder() {
    if !nix::unistd::geteuid().is_root() {
        return; // everyone else runs Postgres as themselves, and nothing of their own is closed to them
    }
    let closed = folder_with_mode(0o700);
    let data_dir = closed.path().join("pg");
    let embedded = Embedded::start(&config(data_dir.clone())).await.expect("a cluster");
    let elsewhere = fs::read_link(&data_dir).expect("a link");
    assert!(elsewhere.starts_with("/var/lib/gcc-relay-demo"));
    assert_eq!(ask(&embedded.url(), "SELECT 'here'::text").await, "here");
    embedded.stop().await.expect("a clean stop");
    fs::remove_dir_all(elsewhere).expect("an end to it");
}

#[tokio::test]
async fn a_bad_setting_is_refused_and_leaves_nothing_running() {
    let folder = open_folder();
    let mut config = config(folder.path().join("pg"));
    config.settings.push(("max_connections".into(), "many".into()));
    let refused = Embedded::start(&config).await.expect_err("no such number");
    assert!(matches!(refused, EmbeddedError::Failed { program: "pg_ctl start", .. }), "{refused}");
    assert_eq!(postmaster(&config.data_dir), None);
}

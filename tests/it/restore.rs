//! Backup and restore, rehearsed: a copy that is older than what was sent sends nothing again.
//!
//! The copies are made in the middle of a cascade, by `pg_dump`, or by going from a base backup to that moment; the first database goes
//! on to the end.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gcc_relay::domain::bulletin::{Kind, Stage as BulletinStage};
use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::ids::{BulletinId, GroupId};
use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::domain::text::PlainReason;
use gcc_relay::embedded::{Embedded, EmbeddedConfig};
use gcc_relay::relay::engine::Engine;
use gcc_relay::relay::forward::{ForwardTarget, forward};
use gcc_relay::relay::publish::{Later, Published, publish};
use gcc_relay::relay::restore_guard::{Restored, guard_against_restored_copy, moved, restored};
use gcc_relay::relay::withdraw::withdraw;
use gcc_relay::relay::{public_token, test_driver};
use gcc_relay::simulator::{Endpoint, Fault, FaultRule};
use gcc_relay::store::bulletins::{Draft, get_bulletin, insert_draft};
use gcc_relay::store::channels::{get_channel, resume_channel};
use gcc_relay::store::{self, Db, deliveries, groups, progress};

use crate::faults::test_cluster::{ClusterPlan, TestCluster};
use crate::test_relay::{PATIENCE, SMALL_TREE, TestRelay, right, tester};

const HOUR: Duration = Duration::from_hours(1);

static COPIES: AtomicU32 = AtomicU32::new(0);

/// A backup of a database, and how to bring it back.
struct Backup {
    file: tempfile::NamedTempFile,
    programs: PathBuf,
    /// The address of the database that it is of.
    url: String,
}

impl Backup {
    async fn of(db: &Db) -> Self {
        let (programs, socket, port, name, user): (String, String, String, String, String) = sqlx::query_as(
            "select (select setting from pg_config where name = 'BINDIR'),
                trim(split_part(current_setting('unix_socket_directories'), ',', 1), chr(34)), current_setting('port'),
                current_database()::text, current_user::text",
        )
        .fetch_one(db)
        .await
        .expect("where it is");
        let url = format!("postgres://{user}@localhost/{name}?host={socket}&port={port}");
        let backup = Self { file: tempfile::NamedTempFile::new().expect("a file"), programs: programs.into(), url };
        let file = backup.file.path().to_str().expect("a path");
        backup.run("pg_dump", &["--format=custom", "--file", file, "--dbname", &backup.url]);
        backup
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = Command::new(self.programs.join(program)).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Restores into a new database; gives its address.
    async fn restore(&self, db: &Db) -> String {
        let name = format!("restored_{}_{}", std::process::id(), COPIES.fetch_add(1, Ordering::Relaxed));
        for statement in [format!("drop database if exists {name} with (force)"), format!("create database {name}")] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(db).await.expect("an empty database");
        }
        let (before, after) = self.url.rsplit_once('?').expect("a query");
        let url = format!("{}/{name}?{after}", before.rsplit_once('/').expect("a name").0);
        self.run("pg_restore", &["--exit-on-error", "--dbname", &url, self.file.path().to_str().expect("a path")]);
        url
    }

    /// Restores over the database that it is of.
    fn restore_in_place(&self) {
        let file = self.file.path().to_str().expect("a path");
        // `pg_restore --clean` cannot take partitions away
        self.run("psql", &["--quiet", "--dbname", &self.url, "-c", "drop schema public cascade; create schema public"]);
        self.run("pg_restore", &["--exit-on-error", "--dbname", &self.url, file]);
    }
}

/// Lets a node arrive at the database, as it does before it takes a channel.
async fn arrive_at(engine: &Engine) -> Option<Restored> {
    let mut tx = engine.db.begin().await.expect("a transaction");
    let found = guard_against_restored_copy(&mut tx, &engine.settings, engine.clock.now()).await.expect("arrived");
    tx.commit().await.expect("committed");
    found
}

/// A node on a restored copy: the same but for the database.
async fn node_on(relay: &TestRelay, url: &str) -> Engine {
    Engine { db: store::connect(url, 8, PATIENCE).await.expect("a pool"), ..relay.engine.clone() }
}

async fn let_into(engine: &Engine, id: BulletinId, group: &str) {
    let mut tx = engine.db.begin().await.expect("a transaction");
    let GroupId(group) = groups::find_group(&mut tx, group).await.expect("a query").expect("a group").id;
    forward(&mut tx, id, &ForwardTarget::Groups(vec![group]), None, &right(), engine.clock.now())
        .await
        .expect("forwarded");
    tx.commit().await.expect("committed");
}

async fn resume(engine: &Engine, relay: &TestRelay) {
    let mut db = engine.db.acquire().await.expect("a connection");
    assert!(resume_channel(&mut db, relay.channel, None, engine.clock.now()).await.expect("a query"), "it was parked");
}

async fn state_of(engine: &Engine, id: BulletinId, group: &str) -> (State, Option<Reason>) {
    let all = deliveries::Filter::default();
    let mut db = engine.db.acquire().await.expect("a connection");
    let rows = deliveries::list_deliveries(&mut db, id, &all, 100).await.expect("deliveries");
    rows.iter().find(|row| row.group == group).map(|row| (row.state, row.reason)).expect("a delivery")
}

async fn schedule(relay: &TestRelay, draft: Draft) -> BulletinId {
    let id = BulletinId::new(relay.now());
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    insert_draft(&mut tx, id, &draft, &public_token(), &tester(), relay.now()).await.expect("a draft");
    gcc_relay::relay::publish::schedule(
        &mut tx,
        &relay.engine.settings,
        id,
        Later::At(relay.now() + HOUR),
        &right(),
        relay.now(),
    )
    .await
    .expect("scheduled");
    tx.commit().await.expect("committed");
    id
}

/// A cascade in its middle: what is held, waiting, due again, never tried and scheduled. Gives the two bulletins that
/// are under way and the one that is scheduled.
async fn cascade_halfway(relay: &TestRelay) -> (BulletinId, BulletinId, BulletinId) {
    assert_eq!(arrive_at(&relay.engine).await, None, "the first node takes the database as it is");
    relay.faults([
        FaultRule::always(Fault::Status { status: 500 }).group("Cmoi").times(1),
        FaultRule::always(Fault::AcceptThenReset).group("Ccmi").times(1),
    ]);
    let first = relay.publish_as_configured().await;
    relay.run().await;
    let scheduled = schedule(relay, relay.draft().await).await;
    let second = relay.publish_automatic().await;
    assert_eq!(relay.states(first).await["lpn"], State::Held);
    assert_eq!(relay.states(first).await["moi"], State::Ready);
    assert_eq!(relay.states(second).await["gcc1"], State::Ready);
    (first, second, scheduled)
}

/// What the first database does after the copy was made: everything.
async fn finish(relay: &TestRelay, first: BulletinId) {
    relay.after(HOUR).await;
    let_into(&relay.engine, first, "lpn").await;
    relay.run().await;
    let_into(&relay.engine, first, "lpn-com").await;
    relay.run().await;
    // a call that took too long on a busy machine is repeated under its key
    relay.after(Duration::from_secs(20)).await;
    assert!(relay.states(first).await.iter().all(|(group, state)| *state == State::Accepted || group == "cmi-far"));
}

#[tokio::test]
async fn a_restored_copy_sends_nothing_again_that_went_out_after_it_was_made() {
    let relay = TestRelay::new().await;
    let (first, second, scheduled) = cascade_halfway(&relay).await;
    let backup = Backup::of(&relay.engine.db).await;
    finish(&relay, first).await;
    let before = relay.line().counts();

    let node = node_on(&relay, &backup.restore(&relay.engine.db).await).await;
    let found = arrive_at(&node).await.expect("a restored copy");
    assert_eq!(found.unscheduled, 1);
    assert_eq!(arrive_at(&node).await, None, "it is asked once");
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    let mut db = node.db.acquire().await.expect("a connection");
    let parked = get_channel(&mut db, relay.channel).await.expect("the channel").parked_reason;
    assert_eq!(parked, Some(ParkReason::Restored), "nothing is sent before an operator has looked");
    assert_eq!(relay.line().counts().calls[&Endpoint::Push], before.calls[&Endpoint::Push]);
    assert_eq!(get_bulletin(&mut db, scheduled).await.expect("a bulletin").stage, BulletinStage::Draft);

    resume(&node, &relay).await;
    relay.clock.advance(relay.engine.settings.request_timeout);
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    let_into(&node, first, "lpn").await;
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    let_into(&node, first, "lpn-com").await;
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    for group in ["gcc1", "lpn", "lpn-com", "lpn-dist", "cmi", "cmi-com", "moi"] {
        assert_eq!(state_of(&node, first, group).await.0, State::Accepted, "{group}");
        assert_eq!(state_of(&node, second, group).await.0, State::Accepted, "{group}");
    }
    let after = relay.line().counts();
    assert_eq!(after.accepted, before.accepted, "LINE was asked under the same keys and took nothing twice");
    assert!(after.duplicates.is_empty() && after.body_changes.is_empty(), "{after:?}");
    for id in [first, second] {
        assert!(progress::find_drift(&mut db, id).await.expect("a recount").is_none());
    }
}

/// A cluster that keeps its WAL in an archive, as the way of backup for a country's server is.
struct Archived {
    folder: tempfile::TempDir,
    cluster: Embedded,
}

impl Archived {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        let archive = folder.path().join("archive");
        std::fs::create_dir(&archive).expect("a folder");
        // where this runs as root, Postgres runs as somebody else
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("opened");
        std::fs::set_permissions(&archive, open).expect("opened");
        let settings =
            [("archive_mode", "on".to_owned()), ("archive_command", format!("cp %p {}/%f", archive.display()))];
        let cluster = Self::raise(&folder.path().join("first"), &settings).await;
        let db = store::connect(&cluster.url(), 1, PATIENCE).await.expect("a pool");
        store::migrate(&db).await.expect("migrations");
        db.close();
        Self { folder, cluster }
    }

    async fn raise(data_dir: &Path, settings: &[(&str, String)]) -> Embedded {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let config = EmbeddedConfig { data_dir: data_dir.to_owned(), database: "gcc_relay".to_owned(), settings };
        Embedded::start(&config).await.expect("a cluster")
    }

    /// A base backup, made while everything runs.
    async fn back_up(&self, db: &Db) {
        let programs: String = sqlx::query_scalar("select setting from pg_config where name = 'BINDIR'")
            .fetch_one(db)
            .await
            .expect("where the programs are");
        let second = self.folder.path().join("second");
        std::fs::create_dir(&second).expect("a folder");
        let made = Command::new(Path::new(&programs).join("pg_basebackup"))
            .args(["--checkpoint=fast", "--wal-method=none", "--no-sync", "--pgdata"])
            .arg(second.join("data"))
            .args(["--dbname", &self.cluster.url()])
            .output()
            .expect("it runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let owner = format!("--reference={}", self.folder.path().join("first/data").display());
        let given = Command::new("chown").args(["-R", &owner]).arg(&second).status().expect("it runs");
        assert!(given.success());
    }

    /// Waits until all that was written so far is in the archive.
    async fn archive(&self, db: &Db) {
        let full: String =
            sqlx::query_scalar("select pg_walfile_name(pg_switch_wal())").fetch_one(db).await.expect("a name");
        while !self.folder.path().join("archive").join(&full).exists() {
            tokio::task::yield_now().await;
        }
    }

    /// A cluster that goes from the backup to the moment of this name, and no further.
    async fn recover(&self, moment: &str) -> Embedded {
        let second = self.folder.path().join("second");
        std::fs::File::create(second.join("data/recovery.signal")).expect("a file");
        let archive = self.folder.path().join("archive");
        let settings = [
            ("restore_command", format!("cp {}/%f %p", archive.display())),
            ("recovery_target_name", moment.to_owned()),
            ("recovery_target_action", "promote".to_owned()),
        ];
        Self::raise(&second, &settings).await
    }
}

#[tokio::test]
async fn after_point_in_time_recovery_nothing_is_sent_twice() {
    let archived = Archived::start().await;
    let relay = TestRelay::on(&archived.cluster.url(), SMALL_TREE).await;
    archived.back_up(&relay.engine.db).await;
    let (first, second, _) = cascade_halfway(&relay).await;
    sqlx::query("select pg_create_restore_point('halfway')").execute(&relay.engine.db).await.expect("a moment");
    finish(&relay, first).await;
    archived.archive(&relay.engine.db).await;
    let before = relay.line().counts();

    let recovered = archived.recover("halfway").await;
    let node = node_on(&relay, &recovered.url()).await;
    assert_eq!(state_of(&node, first, "lpn").await.0, State::Held, "what came after the moment is not there");
    assert_eq!(arrive_at(&node).await, None, "it cannot be told from the first by itself");
    let mut tx = node.db.begin().await.expect("a transaction");
    restored(&mut tx, &node.settings, &tester(), node.clock.now()).await.expect("said to be restored");
    tx.commit().await.expect("committed");
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    assert_eq!(relay.line().counts().calls[&Endpoint::Push], before.calls[&Endpoint::Push]);

    resume(&node, &relay).await;
    relay.clock.advance(relay.engine.settings.request_timeout);
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    assert_eq!(state_of(&node, first, "moi").await.0, State::Accepted);
    assert_eq!(state_of(&node, second, "gcc1").await.0, State::Accepted);
    let after = relay.line().counts();
    assert_eq!(after.accepted, before.accepted, "LINE was asked under the same keys and took nothing twice");
    assert!(after.duplicates.is_empty() && after.body_changes.is_empty(), "{after:?}");
    node.db.close();
    recovered.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_copy_restored_after_the_keys_expired_leaves_outcomes_unknown() {
    let relay = TestRelay::new().await;
    let (first, second, _) = cascade_halfway(&relay).await;
    let backup = Backup::of(&relay.engine.db).await;
    finish(&relay, first).await;
    let accepted = relay.line().counts().accepted;
    relay.clock.advance(25 * HOUR);

    let node = node_on(&relay, &backup.restore(&relay.engine.db).await).await;
    arrive_at(&node).await.expect("a restored copy");
    resume(&node, &relay).await;
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    relay.clock.advance(relay.engine.settings.request_timeout);
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    let unknown = (State::Failed, Some(Reason::OutcomeUnknown));
    assert_eq!(state_of(&node, first, "moi").await, unknown, "due again when the copy was made");
    assert_eq!(state_of(&node, second, "gcc1").await, unknown, "never tried when the copy was made");
    let_into(&node, first, "lpn").await;
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    assert_eq!(state_of(&node, first, "lpn").await, unknown, "held when the copy was made");
    assert_eq!(state_of(&node, first, "lpn-dist").await, unknown, "waiting when the copy was made");
    let after = relay.line().counts();
    assert_eq!((after.accepted, after.duplicates.len()), (accepted, 0));

    let fresh = relay.draft().await;
    let id = BulletinId::new(node.clock.now());
    let mut tx = node.db.begin().await.expect("a transaction");
    insert_draft(&mut tx, id, &fresh, &public_token(), &tester(), node.clock.now()).await.expect("a draft");
    let published = publish(&mut tx, &node.settings, id, &right(), node.clock.now()).await.expect("published");
    assert!(matches!(published, Published::Relaying(_)));
    tx.commit().await.expect("committed");
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    assert_eq!(state_of(&node, id, "gcc1").await.0, State::Accepted, "what is new goes out as ever");
}

#[tokio::test]
async fn a_copy_restored_over_its_own_database_is_noticed_too() {
    let relay = TestRelay::new().await;
    let (first, ..) = cascade_halfway(&relay).await;
    let backup = Backup::of(&relay.engine.db).await;
    finish(&relay, first).await;
    let accepted = relay.line().counts().accepted;
    relay.engine.db.close();
    backup.restore_in_place();

    let node = node_on(&relay, &backup.url).await;
    arrive_at(&node).await.expect("a restored copy");
    resume(&node, &relay).await;
    relay.clock.advance(relay.engine.settings.request_timeout);
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    assert_eq!(state_of(&node, first, "moi").await.0, State::Accepted);
    let after = relay.line().counts();
    assert_eq!((after.accepted, after.duplicates.len()), (accepted, 0));
}

#[tokio::test]
async fn a_database_moved_while_all_nodes_were_stopped_just_goes_on() {
    let relay = TestRelay::new().await;
    let (first, ..) = cascade_halfway(&relay).await;
    let node = node_on(&relay, &Backup::of(&relay.engine.db).await.restore(&relay.engine.db).await).await;
    let mut tx = node.db.begin().await.expect("a transaction");
    moved(&mut tx, &tester(), relay.now()).await.expect("moved");
    tx.commit().await.expect("committed");
    assert_eq!(arrive_at(&node).await, None);
    relay.clock.advance(48 * HOUR);
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    let_into(&node, first, "lpn").await;
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    assert_eq!(state_of(&node, first, "lpn").await.0, State::Accepted, "it is known that it was not sent before");
}

#[tokio::test]
async fn a_withdrawal_notice_after_a_late_acceptance_is_made_once() {
    let relay = TestRelay::new().await;
    assert_eq!(arrive_at(&relay.engine).await, None);
    let id = relay.publish_automatic().await;
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let taken = store::batches::take_channel(&mut tx, relay.channel, relay.now(), HOUR).await.expect("taken");
    assert_eq!(relay.claim(&mut tx, taken.epoch, 1).await.len(), 1);
    let why: PlainReason = "ทดสอบ".parse().expect("a reason");
    let settings = &relay.engine.settings;
    let withdrawn = withdraw(&mut tx, settings, id, &why, &right(), relay.now()).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    assert_eq!(withdrawn.notified, 0, "nothing was accepted yet");
    let backup = Backup::of(&relay.engine.db).await;
    relay.run().await;
    relay.after(HOUR).await;
    let notice = withdrawn.notice.expect("a notice");
    assert_eq!(relay.states(notice).await["gcc1"], State::Accepted, "the notice follows what may have gone out");
    let accepted = relay.line().counts().accepted;

    let node = node_on(&relay, &backup.restore(&relay.engine.db).await).await;
    arrive_at(&node).await.expect("a restored copy");
    resume(&node, &relay).await;
    test_driver::run_until_idle(&node).await.expect("the engine runs");
    assert_eq!(state_of(&node, notice, "gcc1").await.0, State::Accepted);
    let after = relay.line().counts();
    assert_eq!((after.accepted, after.duplicates.len()), (accepted, 0));
    let mut db = node.db.acquire().await.expect("a connection");
    assert_eq!(get_bulletin(&mut db, notice).await.expect("the notice").kind, Kind::Withdrawal);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_during_a_fan_out_waits_for_an_operator_and_sends_nothing_twice() {
    let mut cluster = TestCluster::build(ClusterPlan::of(1_200)).await;
    cluster.answer_late(5, 60);
    let (all, key) = (cluster.groups(), cluster.key.clone());
    let db = store::connect(cluster.program.database_url(), 2, PATIENCE).await.expect("a pool");

    let first = cluster.program.serve().await;
    let id = cluster.publish(&first).await.to_string();
    cluster.accepted(200).await;
    let backup = Backup::of(&db).await;
    let copied = cluster.control().counts().accepted;
    first.settled(&id, &key).await;
    first.kill();
    assert!(copied < all, "the copy was made in the middle");
    assert_eq!(cluster.control().counts().accepted, all);

    cluster.program.set("DATABASE_URL", &backup.restore(&db).await);
    let (program, line) = (&cluster.program, cluster.control());
    let (status, told, _) = program.run(&["doctor"]);
    assert_eq!(status, Some(1));
    assert!(told.contains("FAIL  home: last served elsewhere"), "{told}");
    let second = program.serve().await;
    let mut listed = String::new();
    for _ in 0..600 {
        listed = program.done(&["channel", "list"]);
        if listed.contains("restored from a backup") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(listed.contains("restored from a backup"), "{listed}");
    program.done(&["channel", "resume", "gcc0"]);
    let status = second.settled(&id, &key).await;
    assert_eq!(status["counts"]["accepted"], all, "{status}");
    let counts = line.counts();
    assert_eq!((counts.accepted, counts.groups), (all, all), "lost or sent twice");
    assert!(counts.duplicates.is_empty() && counts.body_changes.is_empty());
}

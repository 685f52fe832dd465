//! A database of an earlier program, with data in it, is brought up to date by `migrate` and goes on.
//!
//! `dumps/` holds one dump of a small installation for each schema that ever went out, made by the program of that day; a dump is
//! never made again. Where the folder has none of the present schema, the first test makes it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::relay::engine::Engine;
use gcc_relay::relay::test_driver;
use gcc_relay::simulator::{Fault, FaultRule};
use gcc_relay::store::progress::find_drift;
use gcc_relay::store::{self, Db};

use crate::test_relay::{PATIENCE, TestRelay, fresh_database, right};

fn dumps() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/dumps")
}

/// Runs a program of Postgres on the database at `url`.
async fn run(db: &Db, program: &str, arguments: &[&str], url: &str) {
    let bin: String = sqlx::query_scalar("select setting from pg_config where name = 'BINDIR'")
        .fetch_one(db)
        .await
        .expect("where the programs are");
    let output = Command::new(Path::new(&bin).join(program)).args(arguments).args(["--dbname", url]).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An installation in the middle of its work: accepted, held, waiting, put off, failed and withdrawn.
async fn make(file: &Path) {
    let relay = TestRelay::new().await;
    relay.faults([
        FaultRule::always(Fault::Status { status: 413 }).group("Cmoi").times(1),
        FaultRule::always(Fault::Status { status: 500 }).group("Ccmi"),
    ]);
    let withdrawn = relay.publish_as_configured().await;
    relay.run().await;
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    let withdraw = gcc_relay::relay::withdraw::withdraw;
    withdraw(&mut tx, &relay.engine.settings, withdrawn, &reason, &right(), relay.now()).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    relay.publish_as_configured().await;
    relay.run().await;
    let url: String = sqlx::query_scalar(
        "select format('postgres://%s@localhost/%s?host=%s&port=%s', current_user, current_database(),
            trim(split_part(current_setting('unix_socket_directories'), ',', 1), chr(34)), current_setting('port'))",
    )
    .fetch_one(&relay.engine.db)
    .await
    .expect("an address");
    std::fs::create_dir_all(dumps()).expect("a folder");
    let file = file.to_str().expect("a path");
    run(&relay.engine.db, "pg_dump", &["--inserts", "--no-owner", "--file", file], &url).await;
}

#[tokio::test]
async fn a_dump_of_every_schema_that_went_out_is_brought_up_to_date_and_goes_on() {
    let first = dumps().join("0001_schema.sql");
    if !first.exists() {
        make(&first).await;
    }
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dumps()).expect("dumps").map(|file| file.expect("it").path()).collect();
    files.sort();
    for file in files {
        let relay = TestRelay::new().await;
        let url = fresh_database().await;
        let db = store::connect(&url, 4, PATIENCE).await.expect("a pool");
        let empty = "drop schema public cascade; create schema public";
        sqlx::raw_sql(empty).execute(&db).await.expect("an empty database");
        run(&db, "psql", &["--quiet", "-v", "ON_ERROR_STOP=1", "-f", file.to_str().expect("a path")], &url).await;
        store::migrate(&db).await.expect("brought up to date");
        let (applied, known) = store::migrations_applied(&db).await.expect("asked");
        assert_eq!(applied, known, "{}", file.display());

        relay.clock.advance(Duration::from_mins(1));
        let engine = Engine { db: db.clone(), ..relay.engine.clone() };
        let bulletins: Vec<BulletinId> = sqlx::query_scalar("select id from bulletins where published_at is not null")
            .fetch_all(&db)
            .await
            .expect("bulletins");
        assert_eq!(bulletins.len(), 3, "two bulletins and a notice");
        for id in bulletins {
            let difference = find_drift(&mut db.acquire().await.expect("a connection"), id).await.expect("a recount");
            assert!(difference.is_none(), "{}: {difference:?}", file.display());
        }
        // what was put off is tried again; the channel's token is another installation's, so nothing is sent
        test_driver::run_until_idle(&engine).await.expect("the engine runs");
        let held: i64 = sqlx::query_scalar("select count(*) from deliveries where state = $1")
            .bind(State::Held)
            .fetch_one(&db)
            .await
            .expect("a count");
        assert!(held > 0, "what is held waits on");
    }
}

#[tokio::test]
async fn a_migration_waits_for_a_lock_without_holding_up_what_comes_after_it() {
    let url = fresh_database().await;
    let db = store::connect(&url, 4, PATIENCE).await.expect("a pool");
    let stale = "update functions_applied set sha256 = '\\x00' where name = 'deliveries_updated'";
    sqlx::query(stale).execute(&db).await.expect("a function of another program");
    assert_eq!(store::migrations_applied(&db).await.map(|(applied, known)| known - applied).expect("asked"), 1);
    // somebody has written deliveries and does not come to an end
    let write = "update deliveries set members = members";
    let mut writer = db.begin().await.expect("a transaction");
    sqlx::query(write).execute(&mut *writer).await.expect("written");
    let others = async {
        let waits = "select count(*) from pg_locks where not granted and relation = 'deliveries'::regclass";
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&db).await.expect("asked") == 0 {
            tokio::task::yield_now().await;
        }
        // queues behind the migration, and gets its turn
        sqlx::query(write).execute(&db).await.expect("written in the end");
        writer.commit().await.expect("committed");
    };
    let (migrated, ()) = tokio::join!(store::migrate(&db), others);
    migrated.expect("brought up to date");
    assert_eq!(store::migrations_applied(&db).await.map(|(applied, known)| known - applied).expect("asked"), 0);
}

//! The pools of the database: whatever becomes of a connection, its place is free again within a limit.

use std::time::Duration;

use gcc_relay::store::{Db, Pooling, StoreError, notices};
use reqwest::Method;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::time::{Instant, timeout};

use super::postgres::wired;
use super::test_cluster::{Chance, ClusterPlan, TestCluster, last, scaled, until};
use super::wire::Wire;
use crate::program::Server;
use crate::test_relay::fresh_database;

const SECOND: Duration = Duration::from_secs(1);

fn pool(url: &str, statement: Duration) -> Db {
    let pooling = Pooling { name: "gcc-relay", max_connections: 2, patience: 5 * SECOND, statement };
    Db::new(std::sync::Arc::new(gcc_relay::store::Hosts::parse(url).expect("an address")), pooling)
}

async fn answers(db: &Db) -> sqlx::Result<i32> {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(db).await
}

/// Two connections that are open and carry nothing any more.
async fn stranded(statement: Duration) -> (Wire, Db) {
    let (wire, over) = wired(&fresh_database().await).await;
    let db = pool(&over, statement);
    let both = [db.begin().await.expect("one"), db.begin().await.expect("two")];
    drop(both);
    until("both are back", || async { db.size() == (2, 2) }).await;
    wire.cut_without_reset();
    (wire, db)
}

#[tokio::test]
async fn a_statement_that_is_never_answered_is_given_up_and_its_place_is_free() {
    let (_wire, db) = stranded(2 * SECOND).await;
    let began = Instant::now();
    let (one, two) = tokio::join!(answers(&db), answers(&db));
    let lost = StoreError::from(one.expect_err("no answer"));
    assert!(matches!(lost, StoreError::Unavailable(_)), "{lost:?}");
    assert!(two.is_err());
    assert!(began.elapsed() < 4 * SECOND, "{:?}", began.elapsed());
    answers(&db).await.expect("a new connection");
}

#[tokio::test]
async fn a_request_that_is_dropped_in_mid_statement_leaves_its_place_at_once() {
    let (_wire, db) = stranded(60 * SECOND).await;
    let (one, two) = tokio::join!(timeout(SECOND / 10, answers(&db)), timeout(SECOND / 10, db.begin()));
    assert!(one.is_err() && two.is_err(), "both wait for an answer");
    timeout(2 * SECOND, answers(&db)).await.expect("a place is free").expect("a new connection");
}

#[tokio::test]
async fn what_waits_for_a_database_that_is_known_to_be_lost_ends_at_once() {
    let (_wire, db) = stranded(60 * SECOND).await;
    let began = Instant::now();
    let (one, ()) = tokio::join!(answers(&db), async {
        last(SECOND / 10).await;
        db.give_up();
    });
    assert!(one.is_err());
    assert!(began.elapsed() < 2 * SECOND, "{:?}", began.elapsed());
    answers(&db).await.expect("a new connection");
}

#[tokio::test]
async fn a_transaction_that_is_dropped_is_undone_and_its_connection_used_again() {
    let db = pool(&fresh_database().await, 30 * SECOND);
    let mut tx = db.begin().await.expect("a transaction");
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *tx).await.expect("a number");
    tx.execute("lock table home").await.expect("a lock");
    drop(tx);
    until("it is undone", || async { db.size().1 == 1 }).await;
    let mut next = db.begin().await.expect("a transaction");
    let again: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *next).await.expect("a number");
    assert_eq!(again, pid);
    let held = "select count(*) from pg_locks where pid = pg_backend_pid() and relation = 'home'::regclass";
    let held: i64 = sqlx::query_scalar(held).fetch_one(&mut *next).await.expect("a number");
    assert_eq!(held, 0);
}

#[tokio::test]
async fn a_server_that_became_read_only_is_away_and_gets_new_connections() {
    let db = pool(&fresh_database().await, 30 * SECOND);
    let (mut one, mut two) = (db.acquire().await.expect("one"), db.acquire().await.expect("two"));
    let mut old = Vec::new();
    for connection in [&mut one, &mut two] {
        old.push(
            sqlx::query_scalar::<_, i32>("select pg_backend_pid()").fetch_one(&mut **connection).await.expect("one"),
        );
        connection.execute("set default_transaction_read_only = on").await.expect("as on a standby");
    }
    drop((one, two));
    let mut tx = db.begin().await.expect("a transaction");
    let refused = tx.execute("delete from home").await.expect_err("read only");
    let refused = StoreError::from(refused);
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    drop(tx);
    for _ in 0..2 {
        let mut tx = db.begin().await.expect("a transaction");
        let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *tx).await.expect("a number");
        assert!(!old.contains(&pid), "{pid} is one of {old:?}");
        tx.execute("delete from home").await.expect("another connection");
    }
}

#[tokio::test]
async fn a_lock_that_is_not_let_go_is_not_waited_for_without_end() {
    let url = fresh_database().await;
    let (holder, db) = (pool(&url, 30 * SECOND), pool(&url, 2 * SECOND));
    let mut tx = holder.begin().await.expect("a transaction");
    tx.execute("lock table home").await.expect("a lock");
    let refused =
        StoreError::from(db.begin().await.expect("another").execute("lock table home").await.expect_err("held"));
    assert!(matches!(refused, StoreError::Again(_)), "{refused:?}");
}

/// A fan-out whose node loses every connection at once, without a word.
async fn strand_once(plan: ClusterPlan, max_connections: &str) {
    let (wire, over) = wired(&fresh_database().await).await;
    let mut cluster = TestCluster::build_over(over, plan).await;
    for (name, value) in [
        ("DATABASE__MAX_CONNECTIONS", max_connections),
        ("DATABASE__WEB_CONNECTIONS", "3"),
        // nothing but the node's own notice of the silence ends what is under way
        ("DATABASE__STATEMENT_TIMEOUT", "5m"),
        ("RELAY__KEEPALIVE", "4s"),
    ] {
        cluster.program.set(&format!("GCC_RELAY__{name}"), value);
    }
    cluster.answer_late(5, 60);
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    cluster.accepted(Chance::new().below(cluster.groups() / 2)).await;
    wire.cut_without_reset();
    let fell = Instant::now();
    cluster.settled(bulletin).await;
    println!("settled {:.1} s after all connections fell silent", fell.elapsed().as_secs_f64());
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_few_connections_that_all_fall_silent_goes_on_over_new_ones() {
    strand_once(ClusterPlan { rate: 300, ..ClusterPlan::of(scaled(600, 12_000)) }, "3").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_connections_all_fall_silent_opens_new_ones() {
    strand_once(ClusterPlan { channels: 20, rate: 30, ..ClusterPlan::of(scaled(600, 12_000)) }, "10").await;
}

async fn silence(server: &Server) -> Option<f64> {
    server.metric("gcc_relay_notices_silent_seconds").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_whose_connection_died_silently_hears_again() {
    let (wire, over) = wired(&fresh_database().await).await;
    let mut cluster = TestCluster::build_over(over, ClusterPlan::of(10)).await;
    // a look without a notice comes too late for this test
    cluster.program.set("GCC_RELAY__RELAY__POLL_INTERVAL", "1m");
    // long enough to be seen deaf on a busy machine
    cluster.program.set("GCC_RELAY__RELAY__KEEPALIVE", "12s");
    let server = cluster.program.serve().await;
    until("the node hears itself", || async { silence(&server).await.is_some_and(|silence| silence < 1.5) }).await;
    wire.cut_without_reset();
    until("it is deaf, and says so", || async { silence(&server).await.is_some_and(|silence| silence > 3.0) }).await;
    until("it hears again", || async { silence(&server).await.is_some_and(|silence| silence < 1.5) }).await;
    for _ in 0..3 {
        let before = cluster.control().counts().accepted;
        cluster.publish(&server).await;
        let published = Instant::now();
        cluster.accepted(before + 1).await;
        // without a notice it takes the poll, most of a minute
        assert!(published.elapsed() < 15 * SECOND, "{:?}", published.elapsed());
        cluster.accepted(before + cluster.groups()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beats_wake_nobody() {
    let heard = |payload| notices::ReceivedNotice::parse(payload);
    assert_eq!(heard("beat 17"), Some(notices::ReceivedNotice::Beat(17)));
    assert_eq!(heard("wake"), Some(notices::ReceivedNotice::Notice(notices::Notice::WakeAll)));
    assert_eq!(notices::Notice::parse("beat 17"), None, "an older node passes it over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_pool_is_dead_exits_to_be_restarted() {
    let url = fresh_database().await;
    let mut cluster = TestCluster::build_over(url.clone(), ClusterPlan::of(10)).await;
    for (name, value) in [("HEARTBEAT", "200ms"), ("LEASE", "5s"), ("KEEPALIVE", "20s"), ("WATCHDOG", "15s")] {
        cluster.program.set(&format!("GCC_RELAY__RELAY__{name}"), value);
    }
    let mut server = cluster.program.serve().await;
    until("it has a session", || async { server.metric("gcc_relay_leader").await == Some(1.0) }).await;
    let (before, after) = url.split_once('?').expect("a query");
    let (cluster, name) = before.rsplit_once('/').expect("a name");
    let mut admin = PgConnection::connect(&format!("{cluster}/postgres?{after}")).await.expect("a connection");
    admin.execute(AssertSqlSafe(format!("alter database {name} allow_connections false"))).await.expect("closed");
    let cut =
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gcc-relay relay' and datname";
    admin.execute(AssertSqlSafe(format!("{cut} = '{name}'"))).await.expect("cut off");
    let status = server.ended(60 * SECOND).await.expect("it ends by itself");
    assert_eq!(status.code(), Some(1));
    assert!(server.log().contains("nothing has come of its pool"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_use_up_the_pool_of_the_web_keep_nothing_from_being_sent() {
    let url = fresh_database().await;
    let mut cluster = TestCluster::build_over(url.clone(), ClusterPlan { rate: 300, ..ClusterPlan::of(300) }).await;
    cluster.program.set("GCC_RELAY__DATABASE__WEB_CONNECTIONS", "2");
    cluster.program.set("GCC_RELAY__DATABASE__ACQUIRE_TIMEOUT", "2s");
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    // whoever asks for accounts waits for this lock
    let mut holder = PgConnection::connect(&url).await.expect("a connection");
    holder.execute("begin; lock table api_keys in access exclusive mode").await.expect("a lock");
    let asked: Vec<_> = (0..4)
        .map(|n| {
            let (url, key) = (format!("{}/api/v1/groups", server.url), format!("{}{n}", cluster.key));
            tokio::spawn(async move { reqwest::Client::new().request(Method::GET, url).bearer_auth(key).send().await })
        })
        .collect();
    cluster.accepted(cluster.groups()).await;
    holder.execute("rollback").await.expect("let go");
    for asked in asked {
        asked.await.expect("asked").expect("an answer");
    }
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

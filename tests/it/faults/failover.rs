//! The database fails over: a primary with a synchronous standby dies in the middle of a fan-out, the standby is
//! promoted, and the nodes find it by an address that names both.

use std::time::Duration;

use gcc_relay::store;
use nix::sys::signal::Signal;
use tokio::time::Instant;

use super::postgres_node::{PostgresFiles, PostgresNode};
use super::test_cluster::{Chance, ClusterPlan, TestCluster, scaled, until};
use crate::program::Server;
use crate::test_relay::PATIENCE;

/// Within this time after the primary's end sending goes on.
pub const RESUMED: Duration = Duration::from_secs(30);

/// A tree that is still being sent when what was claimed before the fault has gone out.
pub fn plan() -> ClusterPlan {
    let (offices, rate) = scaled((700, 100), (12_000, 600));
    ClusterPlan { rate, ..ClusterPlan::of(offices) }
}

pub async fn epoch(cluster: &TestCluster) -> i64 {
    sqlx::query_scalar("select epoch from channels").fetch_one(&mut *cluster.db().await).await.expect("an epoch")
}

/// Waits until LINE accepts what was claimed anew since `epoch`.
pub async fn resumed(cluster: &TestCluster, epoch_before: i64) {
    until("a channel was taken anew", || async { epoch(cluster).await > epoch_before }).await;
    cluster.accepted(cluster.control().counts().accepted + 1).await;
}

/// One failover; the primary falls to `signal`. Gives how long nothing was sent that was claimed anew.
async fn fail_over(signal: Signal) -> Duration {
    let files = PostgresFiles::find().await;
    let primary = PostgresNode::primary(&files).await;
    let url = |port: u16| format!("postgres://gcc_relay@127.0.0.1:{port}/gcc_relay?sslmode=disable");
    let db = store::connect(&url(primary.port), 1, PATIENCE).await.expect("the database");
    store::migrate(&db).await.expect("migrations");
    let standby = PostgresNode::standby(&files, &primary).await;
    let both = format!(
        "postgres://gcc_relay@127.0.0.1:{},127.0.0.1:{}/gcc_relay?target_session_attrs=read-write&sslmode=disable",
        primary.port, standby.port
    );
    let cluster = TestCluster::build_over(both, plan()).await;
    cluster.answer_late(5, 60);
    let nodes: [Server; 2] = [cluster.program.serve().await, cluster.program.serve().await];
    let bulletin = cluster.publish(&nodes[0]).await;
    cluster.accepted(Chance::new().below(cluster.groups() / 4)).await;
    let before = epoch(&cluster).await;
    primary.signal(signal);
    let fell = Instant::now();
    standby.promote().await;
    let promoted = fell.elapsed();
    resumed(&cluster, before).await;
    let took = fell.elapsed();
    println!(
        "{signal}: promoted after {:.1} s, sending again after {:.1} s",
        promoted.as_secs_f64(),
        took.as_secs_f64()
    );
    cluster.settled(bulletin).await;
    cluster.assert_whole_at_any(bulletin, &nodes).await;
    let restored: i64 = sqlx::query_scalar("select count(*) from audit where act = 'database_restored'")
        .fetch_one(&mut *cluster.db().await)
        .await
        .expect("a count");
    assert_eq!(restored, 0, "a promoted standby was taken for a restored copy");
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_is_killed_in_mid_fan_out_is_followed_by_its_standby() {
    for _ in 0..scaled(1, 10) {
        let took = fail_over(Signal::SIGKILL).await;
        assert!(took < RESUMED, "{took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_falls_silent_in_mid_fan_out_is_followed_by_its_standby() {
    for _ in 0..scaled(1, 10) {
        let took = fail_over(Signal::SIGSTOP).await;
        assert!(took < RESUMED, "{took:?}");
    }
}

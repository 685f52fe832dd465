//! LINE failing in every way at once, and wholly away.

use std::time::Duration;

use gcc_relay::simulator::{Endpoint, Fault, FaultRule};

use super::test_cluster::{Chance, ClusterPlan, TestCluster, last, scaled};
use super::wire::{Far, Wire};

/// A tenth 500, a tenth 429, a twentieth accepted without an answer, a twentieth reset, the rest late.
fn everything(late: u64) -> Vec<FaultRule> {
    let some = |fault, share| FaultRule::always(fault).endpoint(Endpoint::Push).share(share);
    vec![
        some(Fault::Status { status: 500 }, 0.05),
        some(Fault::AcceptThen500, 0.05),
        some(Fault::Rate429, 0.10),
        some(Fault::AcceptThenTimeout, 0.05),
        some(Fault::Reset, 0.025),
        some(Fault::AcceptThenReset, 0.025),
        some(Fault::Slow { min_ms: 0, max_ms: late }, 1.0),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_line_does_at_once_every_group_gets_it_once() {
    let (offices, late, patience) = scaled((600, 900, "1200ms"), (12_000, 3_000, "3500ms"));
    let mut cluster = TestCluster::build(ClusterPlan::of(offices)).await;
    cluster.program.set("GCC_RELAY__LINE__REQUEST_TIMEOUT", patience);
    cluster.program.set("GCC_RELAY__RELAY__SHUTDOWN_GRACE", "5s");
    cluster.faults(everything(late));
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn line_wholly_away_costs_time_and_nothing_else() {
    let (offices, away) = scaled((800, Duration::from_secs(3)), (12_000, Duration::from_mins(2)));
    let cluster = TestCluster::build(ClusterPlan::of(offices)).await;
    cluster.answer_late(5, 60);
    let mut wire = Wire::to(Far::Tcp(cluster.line_address())).await;
    let url = format!("http://{}", wire.address());
    let server = cluster.program.serve_with(&[("GCC_RELAY__LINE__API_BASE", &url)]).await;
    let bulletin = cluster.publish(&server).await;
    cluster.accepted(Chance::new().below(cluster.groups())).await;
    wire.go_away().await;
    last(away).await;
    wire.restart().await;
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

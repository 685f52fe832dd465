//! The program told to stop in the middle of a fan-out.

use std::time::Duration;

use gcc_relay::simulator::{Fault, FaultRule};
use nix::sys::signal::Signal;

use super::test_cluster::{Chance, ClusterPlan, TestCluster, scaled, until};

/// The grace time of the tests' nodes.
const GRACE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_at_random_moments_it_ends_in_time_and_leaves_nothing_claimed() {
    let (offices, stops) = scaled((1_000, 5), (12_000, 20));
    let cluster = TestCluster::build(ClusterPlan::of(offices)).await;
    // some calls never get an answer: they end with the time-out of a second, within the grace
    let slow = FaultRule::always(Fault::Slow { min_ms: 5, max_ms: 120 });
    cluster.faults([FaultRule::always(Fault::Timeout).share(0.01), slow]);
    let mut server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    for moment in Chance::new().moments(stops, cluster.groups()) {
        cluster.accepted(moment).await;
        server.signal(Signal::SIGTERM);
        let status = server.ended(GRACE).await.expect("it ends within the grace time");
        assert_eq!(status.code(), Some(0), "{}", server.log());
        assert_eq!(cluster.count_claims().await, 0, "left in sending: {}", server.log());
        server = cluster.program.serve().await;
    }
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_outlast_the_grace_are_cut_off_and_asked_again_under_their_keys() {
    let mut cluster = TestCluster::build(ClusterPlan::of(60)).await;
    cluster.program.set("GCC_RELAY__LINE__REQUEST_TIMEOUT", "1s");
    cluster.program.set("GCC_RELAY__RELAY__SHUTDOWN_GRACE", "1100ms");
    let mut server = cluster.program.serve().await;
    // LINE takes everything and never says so, until the node has gone
    cluster.faults([FaultRule::always(Fault::AcceptThenTimeout)]);
    let bulletin = cluster.publish(&server).await;
    cluster.accepted(1).await;
    server.signal(Signal::SIGTERM);
    server.signal(Signal::SIGTERM);
    let status = server.ended(GRACE).await.expect("a second signal ends it at once");
    assert_eq!(status.code(), Some(0), "{}", server.log());
    cluster.faults([]);
    server = cluster.program.serve().await;
    until("what was open is asked again", || async { cluster.control().counts().accepted == cluster.groups() }).await;
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

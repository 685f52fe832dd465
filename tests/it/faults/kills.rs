//! The program killed in the middle of a fan-out.

use super::test_cluster::{Chance, ClusterPlan, TestCluster, scaled};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_it_loses_nothing_and_sends_nothing_twice() {
    let (offices, kills) = scaled((1_000, 4), (12_000, 20));
    let cluster = TestCluster::build(ClusterPlan::of(offices)).await;
    cluster.answer_late(5, 60);
    let mut server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    for moment in Chance::new().moments(kills, cluster.groups()) {
        cluster.accepted(moment).await;
        server.kill();
        server = cluster.program.serve().await;
    }
    cluster.settled(bulletin).await;
    cluster.assert_whole(bulletin, &server).await;
}

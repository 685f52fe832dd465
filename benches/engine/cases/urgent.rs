//! Something most urgent while a routine bulletin is half sent.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use super::pace::{LIMIT, PACE};
use crate::bench_cluster::BenchCluster;
use crate::table::Table;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", PACE).await?;
    cluster.insert_tree(96, 124).await?;
    let node = cluster.open().await?;
    let urgent = json!({ "urgency": "most_urgent" });
    cluster.fan_out(&[&node], LIMIT, urgent.clone()).await?;
    let (_, idle) = cluster.fan_out(&[&node], LIMIT, urgent.clone()).await?;

    let (routine, most_urgent) =
        (node.draft(&cluster.http, json!({})).await?, node.draft(&cluster.http, urgent).await?);
    cluster.set_behaviour(LIMIT).await?;
    node.publish(&cluster.http, &routine).await?;
    let end = Instant::now() + Duration::from_secs(30);
    while cluster.counts().await?.accepted < 6_000 {
        ensure!(Instant::now() < end, "the routine bulletin is not half sent");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let began = Instant::now();
    node.publish(&cluster.http, &most_urgent).await?;
    cluster.settled(&most_urgent).await?;
    let seconds = began.elapsed().as_secs_f64();
    cluster.settled(&routine).await?;
    table.at_most("ด่วนที่สุด into a half-sent routine 12,000: seconds later than when idle", 1.0, seconds - idle.seconds);
    table.tell("the same: seconds when idle, seconds then", format!("{:.2}, {seconds:.2}", idle.seconds));
    node.close().await?;
    cluster.shut_down().await
}

//! At LINE's own pace: 2,000 pushes a second and channel, enforced by the stub.

use anyhow::Result;
use serde_json::json;

use crate::bench_cluster::{BenchCluster, Node, Run, UNLIMITED, as_f64};
use crate::stub::StubBehaviour;
use crate::table::{Table, median};

/// LINE's limit, and what the relay keeps below it by default.
pub const LIMIT: StubBehaviour = StubBehaviour { delay_ms: 0, rate: 2_000 };
/// What a channel is set to.
pub const PACE: i32 = 1_950;

/// One channel, by one node and by two.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", PACE).await?;
    cluster.insert_tree(96, 124).await?;
    let one = cluster.open().await?;
    fan_out(&cluster, &[&one]).await?;
    say(table, "one node", &fan_out(&cluster, &[&one]).await?);
    let two = cluster.open().await?;
    say(table, "two nodes", &fan_out(&cluster, &[&one, &two]).await?);
    one.close().await?;
    two.close().await?;
    cluster.shut_down().await
}

/// Twenty channels.
pub async fn many(table: &mut Table) -> Result<()> {
    const CHANNELS: u64 = 20;
    let cluster = BenchCluster::build().await?;
    for n in 0..CHANNELS {
        cluster.add_channel(&format!("gcc-{n}"), PACE).await?;
    }
    cluster.insert_tree(20, 2_999).await?;
    let node = cluster.open().await?;
    fan_out(&cluster, &[&node]).await?;
    let run = fan_out(&cluster, &[&node]).await?;
    table.tell(
        format!("20 channels at 2,000/s each, {} deliveries: times one channel's pace", run.deliveries),
        format!(
            "{:.1} ({:.0}/s, {} answers of 429); relay and Postgres took {:.2} processors, the stub the rest of 2",
            run.rate() / f64::from(PACE),
            run.rate(),
            run.counts.too_many,
            run.processor / run.seconds
        ),
    );
    table.beside(&run);
    node.close().await?;
    cluster.shut_down().await
}

/// What each delivery costs when the same tree is on one channel, on twenty, and on two hundred.
pub async fn cost_of_channels(table: &mut Table) -> Result<()> {
    const RUNS: usize = 5;
    let mut one = f64::NAN;
    for (channels, target) in [(1, None), (20, Some(1.15)), (200, Some(1.3))] {
        let cluster = BenchCluster::build().await?;
        for n in 0..channels {
            cluster.add_channel(&format!("gcc-{n}"), UNLIMITED).await?;
        }
        cluster.insert_tree(96, 125).await?;
        let node = cluster.open().await?;
        cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?;
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            runs.push(cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?.1);
        }
        let cost = median(runs.iter().map(Run::processor_per_thousand));
        match target {
            None => {
                one = cost;
                table.tell("cascade on one channel: processor seconds per 1,000", format!("{cost:.4}"));
            }
            Some(target) => {
                table.at_most(format!("the same on {channels} channels, times one channel's"), target, cost / one);
            }
        }
        if let Some(run) = runs.last() {
            table.beside(run);
        }
        node.close().await?;
        cluster.shut_down().await?;
    }
    Ok(())
}

async fn fan_out(cluster: &BenchCluster, nodes: &[&Node]) -> Result<Run> {
    Ok(cluster.fan_out(nodes, LIMIT, json!({})).await?.1)
}

fn say(table: &mut Table, who: &str, run: &Run) {
    table.at_most(format!("12,000 on one channel, stub enforces 2,000/s, {who}: seconds"), 6.4, run.seconds);
    table.beside(run);
    let refused = as_f64(run.counts.too_many) / as_f64(run.deliveries);
    table.at_most(format!("the same, {who}: part of the answers that was 429"), 0.001, refused);
}

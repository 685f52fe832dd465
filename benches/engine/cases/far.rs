//! The same fan-out with the database further away.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::bench_cluster::{BenchCluster, UNLIMITED};
use crate::distance::Distance;
use crate::stub::StubBehaviour;
use crate::table::{Table, median};

/// Fan-outs, of which the middle one counts.
const RUNS: usize = 5;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    cluster.insert_tree(96, 125).await?;
    let mut near = f64::NAN;
    for (milliseconds, target) in [(0, None), (1, Some(1.5)), (5, Some(3.0))] {
        let distance = Distance::of(cluster.url(), Duration::from_millis(milliseconds)).await?;
        let node = cluster.open_over(&distance.url).await?;
        cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?;
        let mut seconds = Vec::new();
        for _ in 0..RUNS {
            seconds.push(cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?.1.seconds);
        }
        let middle = median(seconds.into_iter());
        match target {
            None => {
                near = middle;
                table.tell("cascade over a proxy without delay: seconds", format!("{middle:.3}"));
            }
            Some(target) => {
                let what =
                    format!("the same, {milliseconds} ms to the database and back: seconds, times those at 0 ms");
                table.at_most(what, target, middle / near);
            }
        }
        node.close().await?;
    }
    cluster.shut_down().await
}

//! How time and memory grow with the number of deliveries.

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::bench_cluster::{BenchCluster, UNLIMITED, as_f64};
use crate::meter;
use crate::stub::StubBehaviour;
use crate::table::{Table, median};

/// How many groups below the 96, and how many runs.
const SIZES: [(i32, usize); 4] = [(1_000, 5), (12_000, 5), (100_000, 3), (1_000_000, 1)];

/// Measures: each size in a database and a process of its own.
pub async fn run(table: &mut Table) -> Result<()> {
    let mut found = Vec::new();
    for (size, runs) in SIZES {
        let cluster = BenchCluster::build().await?;
        cluster.add_channel("gcc", UNLIMITED).await?;
        cluster.insert_tree(96, size / 96).await?;
        let node = cluster.open().await?;
        let mut times = Vec::new();
        for _ in 0..runs {
            let (_, run) = cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?;
            times.push(run.seconds * 1e6 / as_f64(run.deliveries));
            if times.len() == runs {
                let memory = meter::peak_memory(node.pid()?)?;
                let time = median(times.iter().copied());
                table.tell(
                    format!("growth: 1 → 96 → {size}: microseconds per delivery, peak memory of the relay"),
                    format!("{time:.0} µs, {memory:.0} MB"),
                );
                table.beside(&run);
                found.push((time, memory));
            }
        }
        node.close().await?;
        cluster.shut_down().await?;
    }
    let [_, (time, memory), _, (large_time, large_memory)] = found[..] else {
        return Err(anyhow::anyhow!("a size is missing")).context("growth");
    };
    table.at_most("growth: time per delivery at 1,000,000, times that at 12,000", 1.2, large_time / time);
    table.at_most("growth: peak memory at 1,000,000, times that at 12,000", 1.3, large_memory / memory);
    table.at_most("growth: peak memory at 1,000,000 in MB", 150.0, large_memory);
    Ok(())
}

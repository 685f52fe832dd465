//! A fan-out against the ceiling: as a cascade of three tiers, and flat, where nothing waits for anything.
//!
//! The cascade is a bulletin: one group, then 96, then 12,000. Flat is its withdrawal notice: a bulletin of its own that
//! goes to every group of the first at once.

use anyhow::Result;
use serde_json::json;

use crate::bench_cluster::{BenchCluster, Run, UNLIMITED};
use crate::stub::StubBehaviour;
use crate::table::{Table, median};

/// Runs of which the middle one counts.
const RUNS: usize = 5;

/// What is aimed at: the part of the ceiling's rate, and processor time in times the ceiling's.
#[derive(Clone, Copy)]
struct Target {
    rate: f64,
    processor: f64,
}

const FLAT: Target = Target { rate: 0.85, processor: 1.5 };
const CASCADE: Target = Target { rate: 0.8, processor: 1.35 };

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    cluster.insert_tree(96, 125).await?;
    let node = cluster.open().await?;
    // the first fan-out finds cold caches, no connections and tables without statistics
    cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?;
    for delay_ms in [0, 30] {
        let behaviour = StubBehaviour { delay_ms, rate: 0 };
        let (mut cascade, mut flat, mut ceiling) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let (id, run) = cluster.fan_out(&[&node], behaviour, json!({})).await?;
            cascade.push(run);
            ceiling.push(cluster.ceiling(behaviour, &id).await?);
            flat.push(cluster.withdraw(&[&node], behaviour, &id).await?);
        }
        say(table, &format!("flat fan-out of 12,097, stub at {delay_ms} ms"), FLAT, &flat, &ceiling);
        say(table, &format!("cascade 1 → 96 → 12,000, stub at {delay_ms} ms"), CASCADE, &cascade, &ceiling);
    }
    node.close().await?;
    cluster.shut_down().await
}

fn say(table: &mut Table, what: &str, target: Target, relay: &[Run], ceiling: &[Run]) {
    let rate = |runs: &[Run]| median(runs.iter().map(Run::rate));
    let processor = |runs: &[Run]| median(runs.iter().map(Run::processor_per_thousand));
    let postgres = |runs: &[Run]| median(runs.iter().map(Run::postgres_per_thousand));
    table.at_least(format!("{what}: rate, part of the ceiling's"), target.rate, rate(relay) / rate(ceiling));
    if let Some(run) = relay.last() {
        table.beside(run);
    }
    let times = processor(relay) / processor(ceiling);
    table.at_most(format!("{what}: processor time, times the ceiling's"), target.processor, times);
    table.tell(
        format!("{what}: deliveries a second; processor seconds per 1,000 (of them Postgres)"),
        format!(
            "relay {:.0}/s, {:.4} ({:.4}); ceiling {:.0}/s, {:.4} ({:.4})",
            rate(relay),
            processor(relay),
            postgres(relay),
            rate(ceiling),
            processor(ceiling),
            postgres(ceiling)
        ),
    );
    if let Some(run) = ceiling.last() {
        table.beside(run);
    }
}

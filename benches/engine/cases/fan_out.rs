//! A fan-out against the ceiling: flat, and as a cascade of three tiers.

use anyhow::Result;
use serde_json::json;

use crate::house::{House, Run, UNLIMITED, as_f64};
use crate::stub::Manner;
use crate::table::{Table, median};

/// Runs of which the middle one counts.
const RUNS: usize = 5;

/// Measures.
pub async fn run(house: &House, table: &mut Table) -> Result<()> {
    house.add_channel("gcc", UNLIMITED).await?;
    house.plant(96, 125).await?;
    let node = house.open().await?;
    let flat = json!({});
    for (what, target, delay_ms) in [("0 ms", 0.7, 0), ("30 ms", 0.7, 30)] {
        let manner = Manner { delay_ms, rate: 0 };
        let (mut relay, mut ceiling) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let (id, run) = house.fan_out(&[&node], manner, flat.clone()).await?;
            relay.push(run);
            ceiling.push(house.ceiling(manner, &id).await?);
        }
        let rate = |runs: &[Run]| median(runs.iter().map(Run::rate));
        let processor = |runs: &[Run]| median(runs.iter().map(Run::processor_per_thousand));
        table.at_least(format!("cascade 1 → 96 → 12,000, stub at {what}, part of the ceiling"), target, rate(&relay) / rate(&ceiling));
        table.tell(format!("    deliveries a second: relay {:.0}, ceiling {:.0}", rate(&relay), rate(&ceiling)));
        table.at_most("    processor time of relay and Postgres, times the ceiling's", 1.5, processor(&relay) / processor(&ceiling));
        let last = relay.last().copied();
        if let Some(run) = last {
            let n = as_f64(run.deliveries);
            table.tell(format!(
                "    per delivery: {:.2} row versions, {:.0} % of updates HOT, {:.0} bytes of WAL; {:.3} processor seconds per 1,000 (ceiling {:.3})",
                run.versions / n, run.hot * 100.0, run.wal / n, processor(&relay), processor(&ceiling)
            ));
        }
    }
    node.close().await
}

//! The same fan-out with the database further away.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::distance::Distance;
use crate::house::{House, UNLIMITED};
use crate::stub::Manner;
use crate::table::{Table, median};

/// Fan-outs, of which the middle one counts.
const RUNS: usize = 5;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let house = House::build().await?;
    house.add_channel("gcc", UNLIMITED).await?;
    house.plant(96, 125).await?;
    let mut near = f64::NAN;
    for (milliseconds, target) in [(0, None), (1, Some(1.5)), (5, Some(3.0))] {
        let distance = Distance::of(house.url(), Duration::from_millis(milliseconds)).await?;
        let node = house.open_over(&distance.url).await?;
        house.fan_out(&[&node], Manner::default(), json!({})).await?;
        let mut seconds = Vec::new();
        for _ in 0..RUNS {
            seconds.push(house.fan_out(&[&node], Manner::default(), json!({})).await?.1.seconds);
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
    house.pull_down().await
}

//! At LINE's own pace: 2,000 pushes a second and channel, enforced by the stub.

use anyhow::Result;
use serde_json::json;

use crate::house::{House, Node, Run, as_f64};
use crate::stub::Manner;
use crate::table::Table;

/// LINE's limit, and what the relay keeps below it by default.
const LIMIT: Manner = Manner { delay_ms: 0, rate: 2_000 };
const PACE: i32 = 1_950;

/// One channel, by one node and by two.
pub async fn run(house: &House, table: &mut Table) -> Result<()> {
    house.add_channel("gcc", PACE).await?;
    house.plant(1, 11_998).await?;
    let one = house.open().await?;
    say(table, "one node", &fan_out(house, &[&one]).await?);
    let two = house.open().await?;
    say(table, "two nodes", &fan_out(house, &[&one, &two]).await?);
    one.close().await?;
    two.close().await
}

/// Twenty channels.
pub async fn many(house: &House, table: &mut Table) -> Result<()> {
    const CHANNELS: u64 = 20;
    for n in 0..CHANNELS {
        house.add_channel(&format!("gcc-{n}"), PACE).await?;
    }
    house.plant(20, 2_999).await?;
    let node = house.open().await?;
    let run = fan_out(house, &[&node]).await?;
    table.tell(format!(
        "20 channels at 2,000/s each, {} deliveries: {:.0}/s, {:.1} times one channel's pace; {} answers of 429",
        run.deliveries,
        run.rate(),
        run.rate() / f64::from(PACE),
        run.counts.too_many
    ));
    let processor = run.processor / run.seconds;
    table.tell(format!("    relay and Postgres used {processor:.2} of 2 processors; the stub takes the rest"));
    node.close().await
}

async fn fan_out(house: &House, nodes: &[&Node]) -> Result<Run> {
    Ok(house.fan_out(nodes, LIMIT, json!({})).await?.1)
}

fn say(table: &mut Table, who: &str, run: &Run) {
    table.at_most(format!("12,000 on one channel at 2,000/s, {who}, seconds"), 6.4, run.seconds);
    let refused = as_f64(run.counts.too_many) / as_f64(run.deliveries);
    table.at_most(format!("    answers of 429, {who}, part of the calls"), 0.001, refused);
}

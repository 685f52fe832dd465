//! Something most urgent while a routine bulletin is half sent.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use super::pace::{LIMIT, PACE};
use crate::house::House;
use crate::table::Table;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let house = House::build().await?;
    house.add_channel("gcc", PACE).await?;
    house.plant(96, 124).await?;
    let node = house.open().await?;
    let urgent = json!({ "urgency": "most_urgent" });
    house.fan_out(&[&node], LIMIT, urgent.clone()).await?;
    let (_, idle) = house.fan_out(&[&node], LIMIT, urgent.clone()).await?;

    let (routine, most_urgent) = (node.draft(&house.http, json!({})).await?, node.draft(&house.http, urgent).await?);
    house.behave(LIMIT).await?;
    node.publish(&house.http, &routine).await?;
    let end = Instant::now() + Duration::from_secs(30);
    while house.counts().await?.accepted < 6_000 {
        ensure!(Instant::now() < end, "the routine bulletin is not half sent");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let began = Instant::now();
    node.publish(&house.http, &most_urgent).await?;
    house.settled(&most_urgent).await?;
    let seconds = began.elapsed().as_secs_f64();
    house.settled(&routine).await?;
    table.at_most("ด่วนที่สุด into a half-sent routine 12,000: seconds later than when idle", 1.0, seconds - idle.seconds);
    table.tell("the same: seconds when idle, seconds then", format!("{:.2}, {seconds:.2}", idle.seconds));
    node.close().await?;
    house.pull_down().await
}

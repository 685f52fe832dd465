//! Something most urgent while a routine bulletin is half sent.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::house::House;
use crate::stub::Manner;
use crate::table::Table;

const LIMIT: Manner = Manner { delay_ms: 0, rate: 2_000 };

/// Measures.
pub async fn run(house: &House, table: &mut Table) -> Result<()> {
    house.add_channel("gcc", 1_950).await?;
    house.plant(96, 124).await?;
    let node = house.open().await?;
    let urgent = json!({ "urgency": "most_urgent" });
    let (_, idle) = house.fan_out(&[&node], LIMIT, urgent.clone()).await?;

    let (routine, most_urgent) =
        (node.draft(&house.http, json!({})).await?, node.draft(&house.http, urgent).await?);
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
    table.at_most("most urgent into a half-sent routine bulletin: seconds later than when idle", 1.0, seconds - idle.seconds);
    table.tell(format!("    {:.2} s when idle, {seconds:.2} s then", idle.seconds));
    node.close().await
}

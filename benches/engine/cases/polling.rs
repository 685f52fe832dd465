//! Agencies that poll the status while a fan-out runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinSet;

use crate::house::{House, as_f64};
use crate::stub::Manner;
use crate::table::Table;

const CONNECTIONS: usize = 200;
const LIMIT: Manner = Manner { delay_ms: 0, rate: 2_000 };

/// Measures.
pub async fn run(house: &House, table: &mut Table) -> Result<()> {
    house.add_channel("gcc", 1_950).await?;
    house.plant(96, 124).await?;
    let node = house.open().await?;
    let (watched, alone) = house.fan_out(&[&node], LIMIT, json!({})).await?;

    let stop = Arc::new(AtomicBool::new(false));
    let mut pollers = JoinSet::new();
    let began = Instant::now();
    for _ in 0..CONNECTIONS {
        let http = reqwest::Client::builder().pool_max_idle_per_host(1).build()?;
        let url = format!("{}/api/v1/bulletins/{watched}/status", node.url);
        pollers.spawn(poll(http, url, node.key.clone(), stop.clone()));
    }
    let (_, run) = house.fan_out(&[&node], LIMIT, json!({})).await?;
    stop.store(true, Ordering::Relaxed);
    let lasted = began.elapsed().as_secs_f64();
    let mut took = Vec::new();
    while let Some(times) = pollers.join_next().await {
        took.extend(times??);
    }
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    let polls = as_f64(u64::try_from(took.len())?);
    table.at_least("status polls a second during a fan-out of 12,000, 200 connections", 5_000.0, polls / lasted);
    table.at_most("    p99 in milliseconds", 25.0, p99.as_secs_f64() * 1000.0);
    table.at_most("    fan-out, times as long as alone", 1.25, run.seconds / alone.seconds);
    node.close().await
}

/// Polls as an agency does, with the tag of the last answer.
async fn poll(http: reqwest::Client, url: String, key: String, stop: Arc<AtomicBool>) -> Result<Vec<Duration>> {
    let (mut times, mut tag) = (Vec::new(), None::<reqwest::header::HeaderValue>);
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        let mut request = http.get(&url).bearer_auth(&key);
        if let Some(tag) = &tag {
            request = request.header("if-none-match", tag);
        }
        let answer = request.send().await?;
        if let Some(fresh) = answer.headers().get("etag") {
            tag = Some(fresh.clone());
        }
        answer.error_for_status()?.bytes().await?;
        times.push(began.elapsed());
    }
    Ok(times)
}

//! Agencies that poll the status while a fan-out runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use http_body_util::Full;
use hyper::Request;
use hyper::header::HeaderValue;
use serde_json::json;
use tokio::task::JoinSet;

use super::pace::{LIMIT, PACE};
use crate::bench_cluster::{BenchCluster, as_f64};
use crate::caller::Caller;
use crate::table::{Table, quantile};

const CONNECTIONS: usize = 200;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", PACE).await?;
    cluster.insert_tree(96, 124).await?;
    let node = cluster.open().await?;
    cluster.fan_out(&[&node], LIMIT, json!({})).await?;
    let (_, alone) = cluster.fan_out(&[&node], LIMIT, json!({})).await?;

    let watched = node.draft(&cluster.http, json!({})).await?;
    cluster.set_behaviour(LIMIT).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut pollers = JoinSet::new();
    let began = Instant::now();
    node.publish(&cluster.http, &watched).await?;
    for _ in 0..CONNECTIONS {
        let caller = Caller::connect(&node.url).await?;
        let path = format!("/api/v1/bulletins/{watched}/status");
        pollers.spawn(poll(caller, path, format!("Bearer {}", node.key).parse()?, stop.clone()));
    }
    let polling = Instant::now();
    cluster.settled(&watched).await?;
    let seconds = began.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    let lasted = polling.elapsed().as_secs_f64();
    let mut took = Vec::new();
    while let Some(times) = pollers.join_next().await {
        took.extend(times??);
    }
    let polls = as_f64(u64::try_from(took.len())?);
    table.at_least("status polls a second while 12,000 are sent at 2,000/s, 200 connections", 5_000.0, polls / lasted);
    let p99 = quantile(&mut took, 0.99);
    table.at_most("the same: p99 in milliseconds", 25.0, p99.as_secs_f64() * 1000.0);
    table.at_most("the same: time of the fan-out, times that alone", 1.25, seconds / alone.seconds);
    node.close().await?;
    cluster.shut_down().await
}

/// Polls as an agency does, with the tag of the last answer.
async fn poll(mut caller: Caller, path: String, key: HeaderValue, stop: Arc<AtomicBool>) -> Result<Vec<Duration>> {
    let (mut times, mut tag) = (Vec::new(), None::<HeaderValue>);
    while !stop.load(Ordering::Relaxed) {
        let mut request = Request::get(&path).header("host", "localhost").header("authorization", key.clone());
        if let Some(tag) = &tag {
            request = request.header("if-none-match", tag);
        }
        let began = Instant::now();
        let answer = caller.ask(request.body(Full::default())?).await?;
        times.push(began.elapsed());
        ensure!(matches!(answer.status().as_u16(), 200 | 304), "a poll was answered {}", answer.status());
        if let Some(fresh) = answer.headers().get("etag") {
            tag = Some(fresh.clone());
        }
    }
    Ok(times)
}

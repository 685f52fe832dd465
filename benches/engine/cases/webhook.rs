//! Taps on รับทราบ as LINE delivers them: 1,000 a second for a minute, signed, and some of them twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use gcc_relay::line::signature::{HEADER, sign};
use http_body_util::Full;
use hyper::Request;
use serde_json::json;
use tokio::task::JoinSet;

use crate::bench_cluster::{BenchCluster, SECRET, UNLIMITED};
use crate::caller::Caller;
use crate::stub::StubBehaviour;
use crate::table::{Table, quantile};

const PER_SECOND: u64 = 1_000;
const SECONDS: u64 = 60;
/// Each so many-th is delivered again, as LINE does when an answer was late.
const AGAIN: u64 = 20;
const CONNECTIONS: usize = 100;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    cluster.insert_tree(96, 125).await?;
    let node = cluster.open().await?;
    let (bulletin, _) = cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?;
    let next = Arc::new(AtomicU64::new(0));
    let mut callers = JoinSet::new();
    let began = Instant::now() + Duration::from_millis(100);
    for _ in 0..CONNECTIONS {
        let caller = Caller::connect(&node.url).await?;
        callers.spawn(deliver(caller, bulletin.clone(), next.clone(), began));
    }
    let mut took = Vec::new();
    while let Some(times) = callers.join_next().await {
        took.extend(times??);
    }
    let lasted = began.elapsed().as_secs_f64();
    let counted = count(&cluster).await?;
    let expected = i64::try_from(PER_SECOND * SECONDS)?;
    ensure!(counted.0 == expected, "{} events are kept instead of {expected}", counted.0);
    let p99 = quantile(&mut took, 0.99);
    table.at_most(
        "1,000 signed taps a second for 60 s: p99 of the answer in milliseconds",
        100.0,
        p99.as_secs_f64() * 1000.0,
    );
    table.at_most("the same: seconds until the last answer", 61.0, lasted);
    let end = Instant::now() + Duration::from_mins(1);
    while count(&cluster).await?.1 < expected {
        ensure!(Instant::now() < end, "taps are kept, but not counted");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    table.tell(
        "the same: taps, one in twenty of them delivered twice; kept; counted",
        format!(
            "{expected}; {}; {} (the last {:.1} s after the first answer was due)",
            counted.0,
            count(&cluster).await?.1,
            began.elapsed().as_secs_f64()
        ),
    );
    node.close().await?;
    cluster.shut_down().await
}

async fn count(cluster: &BenchCluster) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "select (select count(*) from webhook_events where kind = 'tap'), (select count(*) from acknowledgements)",
    )
    .fetch_one(&cluster.db)
    .await?)
}

/// Delivers taps when they are due, whoever's turn it is. A time counts from when the tap was due, so that one late
/// answer is not hidden by what was not asked meanwhile.
async fn deliver(mut caller: Caller, bulletin: String, next: Arc<AtomicU64>, began: Instant) -> Result<Vec<Duration>> {
    let secret = SECRET.to_owned().into();
    let mut times = Vec::new();
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= PER_SECOND * SECONDS {
            return Ok(times);
        }
        let due = began + Duration::from_micros(n * 1_000_000 / PER_SECOND);
        tokio::time::sleep_until(due.into()).await;
        let body = tap(n, &bulletin);
        let signature = sign(&secret, body.as_bytes());
        for _ in 0..=u32::from(n.is_multiple_of(AGAIN)) {
            let request = Request::post("/line/webhook/gcc")
                .header("host", "localhost")
                .header("content-type", "application/json")
                .header(HEADER, &signature)
                .body(Full::from(body.clone()))?;
            let answer = caller.ask(request).await?;
            ensure!(answer.status().as_u16() == 200, "a tap was answered {}", answer.status());
        }
        times.push(due.elapsed());
    }
}

/// A tap by a person of their own in one of the groups.
fn tap(n: u64, bulletin: &str) -> String {
    let group = 98 + n % 12_000;
    json!({ "destination": "U0", "events": [{
        "type": "postback",
        "webhookEventId": format!("01EVENT{n:019}"),
        "mode": "active",
        "timestamp": crate::stub::now_ms(),
        "deliveryContext": { "isRedelivery": false },
        "replyToken": format!("{n:032x}"),
        "source": { "type": "group", "groupId": BenchCluster::line_group(group), "userId": format!("U{n:032x}") },
        "postback": { "data": format!("ack:{bulletin}") },
    }]})
    .to_string()
}

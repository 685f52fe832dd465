//! What others do in the same database meanwhile: a snapshot held open, as `pg_dump` does, and a writing transaction that
//! somebody has left.

use anyhow::Result;
use serde_json::json;

use crate::bench_cluster::{BenchCluster, Node, UNLIMITED};
use crate::stub::StubBehaviour;
use crate::table::{Table, median};

/// Fan-outs, of which the middle one counts.
const RUNS: usize = 5;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    cluster.insert_tree(40, 124).await?;
    let node = cluster.open().await?;
    fan_outs(&cluster, &node).await?;
    let alone = fan_outs(&cluster, &node).await?;
    for (what, begin) in [
        ("a held snapshot", "begin isolation level repeatable read; select count(*) from bulletins"),
        ("a writing transaction left open", "begin; update offices set name = name where id = 1"),
    ] {
        let mut other = cluster.db.acquire().await?;
        // somebody else's program has not our limit on idle transactions
        let begin = format!("set idle_in_transaction_session_timeout = 0; {begin}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(begin)).execute(&mut *other).await?;
        let beside = fan_outs(&cluster, &node).await?;
        sqlx::raw_sql("rollback; reset idle_in_transaction_session_timeout").execute(&mut *other).await?;
        table.at_most(format!("5,000 deliveries beside {what}: seconds, times those alone"), 1.33, beside / alone);
    }
    node.close().await?;
    cluster.shut_down().await
}

async fn fan_outs(cluster: &BenchCluster, node: &Node) -> Result<f64> {
    let mut seconds = Vec::new();
    for _ in 0..RUNS {
        seconds.push(cluster.fan_out(&[node], StubBehaviour::default(), json!({})).await?.1.seconds);
    }
    Ok(median(seconds.into_iter()))
}

//! Where Postgres' time goes in a cascade and in a flat fan-out, and in a cascade after twenty million settled deliveries, by
//! statement: no figures to be held to, but where to look first. Only when asked for by its name.

use anyhow::Result;
use serde_json::json;

use super::history::insert_history;
use crate::bench_cluster::{BenchCluster, UNLIMITED, as_f64};
use crate::stub::StubBehaviour;
use crate::table::Table;

/// Fan-outs that are added up.
const RUNS: usize = 5;
/// Statements that are shown.
const SHOWN: i64 = 20;

/// One statement: calls and milliseconds for each fan-out, bytes of WAL for each delivery.
type Statement = (String, f64, f64, f64);

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build_with(&[
        ("shared_preload_libraries", "pg_stat_statements"),
        ("pg_stat_statements.track", "all"),
    ])
    .await?;
    sqlx::raw_sql("create extension pg_stat_statements").execute(&mut *cluster.db.acquire().await?).await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    cluster.insert_tree(96, 125).await?;
    let node = cluster.open().await?;
    let mut ids = Vec::new();
    for _ in 0..RUNS {
        ids.push(cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?.0);
    }
    for what in ["cascade", "flat", "cascade after 20 million"] {
        if what == "cascade after 20 million" {
            insert_history(&cluster).await?;
        }
        sqlx::raw_sql("select pg_stat_statements_reset()").execute(&mut *cluster.db.acquire().await?).await?;
        let mut deliveries = 0;
        for id in &ids {
            deliveries += match what {
                "cascade" | "cascade after 20 million" => {
                    cluster.fan_out(&[&node], StubBehaviour::default(), json!({})).await?.1
                }
                _ => cluster.withdraw(&[&node], StubBehaviour::default(), id).await?,
            }
            .deliveries;
        }
        let shown: Vec<Statement> = sqlx::query_as(
            "select left(regexp_replace(query, '\\s+', ' ', 'g'), 100), calls / $1::float8, total_exec_time / $1::float8,
                wal_bytes::float8 / $2
            from pg_stat_statements order by total_exec_time desc limit $3",
        )
        .bind(as_f64(u64::try_from(RUNS)?))
        .bind(as_f64(deliveries))
        .bind(SHOWN)
        .fetch_all(&mut *cluster.db.acquire().await?)
        .await?;
        for (query, calls, milliseconds, wal) in shown {
            table.tell(
                format!("{what}: `{query}`"),
                format!("{calls:.1} calls, {milliseconds:.1} ms, {wal:.0} B a delivery"),
            );
        }
    }
    node.close().await?;
    cluster.shut_down().await
}

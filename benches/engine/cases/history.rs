//! What twenty million settled deliveries in the database cost the next bulletin.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use gcc_relay::store::Connection;
use serde_json::json;

use crate::bench_cluster::{BenchCluster, Node, UNLIMITED};
use crate::stub::StubBehaviour;
use crate::table::{Table, median};

/// Fan-outs, of which the middle one counts.
const RUNS: usize = 5;
const STATUS_CALLS: usize = 60;
/// Longer than an answer is remembered.
const FORGOTTEN: Duration = Duration::from_millis(300);
/// Settled bulletins of 12,097 deliveries each.
const BULLETINS: u32 = 1_654;

/// Measures: before, and after the history was planted.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    cluster.insert_tree(96, 125).await?;
    let node = cluster.open().await?;
    let empty = measure(&cluster, &node).await?;
    insert_history(&cluster).await?;
    let full = measure(&cluster, &node).await?;
    table.tell(
        "history: seconds of a fan-out of 12,000, milliseconds of a status call: empty; with 20 million settled",
        format!("{:.3}, {:.2}; {:.3}, {:.2}", empty.0, empty.1 * 1e3, full.0, full.1 * 1e3),
    );
    table.at_most(
        "history: fan-out of 12,000 with 20 million settled, times the empty database's",
        1.15,
        full.0 / empty.0,
    );
    table.at_most("history: status call with 20 million settled, times the empty database's", 1.15, full.1 / empty.1);
    node.close().await?;
    cluster.shut_down().await
}

/// Seconds of a fan-out, and of a status call that nothing is remembered for.
async fn measure(cluster: &BenchCluster, node: &Node) -> Result<(f64, f64)> {
    cluster.fan_out(&[node], StubBehaviour::default(), json!({})).await?;
    let (mut fan_outs, mut calls, mut last) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..RUNS {
        let (id, run) = cluster.fan_out(&[node], StubBehaviour::default(), json!({})).await?;
        fan_outs.push(run.seconds);
        last = id;
    }
    for _ in 0..STATUS_CALLS {
        tokio::time::sleep(FORGOTTEN).await;
        let began = Instant::now();
        let path = format!("{}/api/v1/bulletins/{last}/status", node.url);
        let answer = cluster.http.get(path).bearer_auth(&node.key).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await?;
        calls.push(began.elapsed().as_secs_f64());
    }
    Ok((median(fan_outs.into_iter()), median(calls.into_iter())))
}

/// Copies of the last bulletin and all of its rows, in a month of their own more than a year ago. Triggers rest meanwhile:
/// the counters are copied too.
pub(super) async fn insert_history(cluster: &BenchCluster) -> Result<()> {
    let mut db = cluster.db.acquire().await?;
    let month: i32 =
        sqlx::query_scalar("select bulletin_month(now() - interval '400 days')").fetch_one(&mut *db).await?;
    let partition = format!("deliveries_{month}");
    run_script(
        &mut db,
        format!(
            "select open_month({month});
            alter table bulletins disable trigger user;
            alter table {partition} set (fillfactor = 100);
            create temp table model as
                select * from bulletins where kind = 'news' and published_at is not null order by published_at desc limit 1;
            create temp table past as
                select n, gen_random_uuid() as bulletin, {month} * 1000000 + n as no from generate_series(1, {BULLETINS}) n;
            create temp table copies as select d.* from deliveries d join model m on m.no = d.bulletin_no;
            create temp table counters as select p.* from progress p join model m on m.no = p.bulletin_no;
            create temp table times as select t.* from acceptance_times t join model m on m.no = t.bulletin_no;"
        ),
    )
    .await?;
    let at = "now() - interval '400 days'";
    let of_bulletins =
        [("id", "past.bulletin"), ("no", "past.no"), ("public_token", "past.bulletin::text"), ("published_at", at)];
    let of_rows = [("bulletin_no", "past.no"), ("changed", "0")];
    for (table, source, changed) in [
        ("bulletins", "model", of_bulletins.as_slice()),
        ("progress", "counters", &of_rows),
        ("acceptance_times", "times", &of_rows),
    ] {
        let sql = copy(&mut db, table, source, changed).await?;
        run_script(&mut db, sql).await?;
    }
    let sql = copy(&mut db, &partition, "copies", &of_rows).await?;
    for first in (1..=BULLETINS).step_by(100) {
        run_script(&mut db, format!("{sql} where past.n between {first} and {}", first + 99)).await?;
    }
    for end in [
        "alter table bulletins enable trigger user; drop table model, past, copies, counters, times".to_owned(),
        format!("vacuum (freeze, analyze) {partition}"),
        "vacuum analyze progress".to_owned(),
        "vacuum analyze acceptance_times".to_owned(),
        "vacuum analyze bulletins".to_owned(),
        "checkpoint".to_owned(),
    ] {
        run_script(&mut db, end).await?;
    }
    let planted: i64 = sqlx::query_scalar("select count(*) from deliveries").fetch_one(&mut *db).await?;
    ensure!(planted > 20_000_000, "only {planted} deliveries are there");
    Ok(())
}

async fn run_script(db: &mut Connection, sql: String) -> Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(db).await?;
    Ok(())
}

/// The statement that copies all rows of `source` into `table` once for each past bulletin, with some columns changed.
async fn copy(db: &mut Connection, table: &str, source: &str, changed: &[(&str, &str)]) -> Result<String> {
    let columns: Vec<String> = sqlx::query_scalar(
        "select attname::text from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum",
    )
    .bind(table)
    .fetch_all(db)
    .await?;
    let values: Vec<String> = columns
        .iter()
        .map(|column| {
            let value = changed.iter().find(|(name, _)| name == column).map(|(_, value)| (*value).to_owned());
            value.unwrap_or_else(|| format!("s.{column}"))
        })
        .collect();
    Ok(format!(
        "insert into {table} ({}) select {} from {source} s cross join past",
        columns.join(", "),
        values.join(", ")
    ))
}

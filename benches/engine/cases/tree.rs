//! The chart of 15,000 groups: searched, and changed by a file that changes a cell of every group, with its difference shown.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use gcc_relay::domain::account::Role;
use reqwest::header::{CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::bench_cluster::{BenchCluster, Node, UNLIMITED};
use crate::calls::{measure, sign_in};
use crate::table::Table;

const ABOUT: &str = "tree of 15,000";
/// The upload of a file and the page of its difference together, in seconds.
const MOST_SECONDS: f64 = 5.0;

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    // one root, 96 heads, 155 groups below each
    cluster.insert_tree(96, 155).await?;
    let node = cluster.open().await?;
    let session = sign_in(&cluster, &node, Role::Coordinator, Some("o0")).await?;
    let page = |path: String| cluster.http.get(format!("{}{path}", node.url)).header(COOKIE, &session);
    measure(table, ABOUT, "the chart", |_| page("/tree".to_owned())).await?;
    measure(table, ABOUT, "the chart, searched by a word of every group", |_| page("/tree?q=กลุ่ม".to_owned())).await?;
    measure(table, ABOUT, "the chart, searched by a word of few", |n| page(format!("/tree?q=กลุ่ม+{}", 1_000 + n)))
        .await?;
    measure(table, ABOUT, "the chart, searched by two words of few", |n| page(format!("/tree?q={}+กลุ่ม", 1_000 + n)))
        .await?;
    measure(table, ABOUT, "the chart, searched by a word of none", |_| page("/tree?q=ไม่มีกลุ่มนี้".to_owned())).await?;
    for round in 0..3 {
        let file = changed_file(&cluster, &node, round).await?;
        let began = Instant::now();
        let upload = send(&cluster, &node, file).await?;
        let id = upload["id"].as_str().context("an id")?;
        let shown = cluster.http.get(format!("{}/api/v1/tree/uploads/{id}", node.url)).bearer_auth(&node.key);
        let shown = shown.send().await?.error_for_status()?;
        shown.bytes().await?;
        table.at_most(
            format!("{ABOUT}: a file that changes all of them, sent in and its difference shown, in seconds"),
            MOST_SECONDS,
            began.elapsed().as_secs_f64(),
        );
        let began = Instant::now();
        let apply = cluster.http.post(format!("{}/api/v1/tree/uploads/{id}/apply", node.url)).bearer_auth(&node.key);
        apply.json(&json!({ "version": upload["version"] })).send().await?.error_for_status()?.bytes().await?;
        table.tell(format!("{ABOUT}: the same file, applied"), format!("{:.1} s", began.elapsed().as_secs_f64()));
    }
    node.close().await?;
    cluster.shut_down().await
}

async fn send(cluster: &BenchCluster, node: &Node, file: Vec<u8>) -> Result<Value> {
    let upload = cluster.http.post(format!("{}/api/v1/tree/uploads", node.url)).bearer_auth(&node.key);
    let answer = upload.header(CONTENT_TYPE, "text/csv").body(file).send().await?;
    ensure!(answer.status() == 201, "the file was not taken: {}", answer.text().await?);
    Ok(answer.json().await?)
}

/// The tree as a file, with another head count in every row.
async fn changed_file(cluster: &BenchCluster, node: &Node, round: usize) -> Result<Vec<u8>> {
    let file = cluster.http.get(format!("{}/api/v1/tree", node.url)).bearer_auth(&node.key).send().await?;
    let bytes = file.error_for_status()?.bytes().await?;
    let mut reader = csv::Reader::from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let headers = reader.headers()?.clone();
    let at = headers.iter().position(|name| name == "head_count").context("the column")?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headers)?;
    let head_count = (100 + round).to_string();
    for row in reader.records() {
        let row = row?;
        writer
            .write_record(row.iter().enumerate().map(|(place, cell)| if place == at { &head_count } else { cell }))?;
    }
    Ok(writer.into_inner()?)
}

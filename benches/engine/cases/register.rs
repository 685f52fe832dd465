//! A receive register of a million entries: its page, a search in it, the next number, and the whole of it as a file.

use std::time::Instant;

use anyhow::{Context as _, Result};
use gcc_relay::domain::account::Role;
use reqwest::header::COOKIE;
use serde_json::json;

use crate::bench_cluster::{BenchCluster, Node, UNLIMITED};
use crate::calls::{measure, sign_in};
use crate::table::Table;

/// Entries of one office, in ten years.
const ENTRIES: i32 = 1_000_000;
const ABOUT: &str = "register of 1,000,000";
const OFFICE: &str = "o1";

/// Measures.
pub async fn run(table: &mut Table) -> Result<()> {
    let cluster = BenchCluster::build().await?;
    cluster.add_channel("gcc", UNLIMITED).await?;
    cluster.insert_tree(96, 10).await?;
    insert_register(&cluster).await?;
    let node = cluster.open().await?;
    let session = sign_in(&cluster, &node, Role::Coordinator, Some(OFFICE)).await?;
    let page = |query: &str| cluster.http.get(format!("{}/register?{query}", node.url)).header(COOKIE, &session);
    let api = |query: String| {
        cluster.http.get(format!("{}/api/v1/register?office={OFFICE}&{query}", node.url)).bearer_auth(&node.key)
    };
    measure(table, ABOUT, "the page", |_| page("")).await?;
    measure(table, ABOUT, "the page, of a year and far down", |n| {
        page(&format!("year=2561&before=2561.{}", 90_000 - n * 100))
    })
    .await?;
    measure(table, ABOUT, "the page, searched by a word of one entry in a thousand", |_| page("q=อุทกภัย")).await?;
    measure(table, ABOUT, "the page, searched by a word of every entry", |_| page("q=สื่อสาร")).await?;
    measure(table, ABOUT, "the page, searched by a word of none", |_| page("q=แผ่นดินไหว")).await?;
    measure(table, ABOUT, "the page, searched by two letters of none", |_| page("q=กย")).await?;
    measure(table, ABOUT, "the page, searched by two letters of every entry", |_| page("q=มท")).await?;
    measure(table, ABOUT, "the page, searched by a letter's number", |n| page(&format!("q=มท+0206/ว+{}", 77 + n * 13)))
        .await?;
    measure(table, ABOUT, "the API's list of a day", |n| {
        api(format!("since=2018-03-{:02}T00:00:00Z&until=2018-03-{:02}T23:59:59Z", 1 + n % 28, 1 + n % 28))
    })
    .await?;
    measure(table, ABOUT, "the API's list of four months in the middle of a past year", |n| {
        let year = 2010 + n % 8;
        api(format!("since={year}-03-01T00:00:00Z&until={year}-06-30T23:59:59Z"))
    })
    .await?;
    measure(table, ABOUT, "the next number", |n| {
        let letter = json!({ "office": OFFICE, "subject": format!("หนังสือรับฉบับที่ {n}") });
        cluster.http.post(format!("{}/api/v1/register", node.url)).bearer_auth(&node.key).json(&letter)
    })
    .await?;
    let began = Instant::now();
    let file = cluster.http.get(format!("{}/api/v1/register.csv?office={OFFICE}", node.url)).bearer_auth(&node.key);
    let mut answer = file.send().await?.error_for_status()?;
    let mut bytes = 0;
    while let Some(part) = answer.chunk().await? {
        bytes += part.len();
    }
    table.tell(
        format!("{ABOUT}: the whole file"),
        format!("{:.1} s, {} MB, resident {} MB", began.elapsed().as_secs_f64(), bytes / 1_000_000, resident(&node)?),
    );
    node.close().await?;
    cluster.shut_down().await
}

/// The megabytes that the node holds.
fn resident(node: &Node) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.pid()?))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("what it held at the most")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1_000)
}

/// A million entries of one office, a hundred thousand a year, and the years of the others.
async fn insert_register(cluster: &BenchCluster) -> Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "insert into register_years (office_id, year, last_number) select 1, 2552 + y, {ENTRIES} / 10 from generate_series(0, 9) y;
        insert into register_entries (id, office_id, year, number, document_number, document_date, sender, recipient, subject, received_at,
            recorded_at, recorded_by, how, search_form)
        select gen_random_uuid(), 1, year, number, 'ที่ มท 0206/ว ' || number, (at - interval '3 days')::date, 'สำนักงานปลัดกระทรวงมหาดไทย',
            'ผู้ว่าราชการจังหวัด', subject, at, at, 'key:bench', 'api',
            replace(subject, ' ', '') || '|ที่มท0206/ว' || number || '|สำนักงานปลัดกระทรวงมหาดไทย|ผู้ว่าราชการจังหวัด'
        from (
            select 2552 + n / ({ENTRIES} / 10) as year, 1 + n % ({ENTRIES} / 10) as number,
                timestamptz '2009-01-01 00:00Z' + n / ({ENTRIES} / 10) * interval '365 days' + n % ({ENTRIES} / 10) * interval '5 minutes' as at,
                'การปฏิบัติการสื่อสารงานของรัฐบาล เรื่อง ' || (array['การเตรียมความพร้อม', 'การประชุมคณะกรรมการ', 'การจัดสรรงบประมาณ', 'โครงการพัฒนา',
                    'การรายงานผล', 'การประชาสัมพันธ์', 'การตรวจราชการ'])[1 + n % 7]
                    || case when n % 1000 = 0 then 'รับสถานการณ์อุทกภัย' else '' end || ' ครั้งที่ ' || n as subject
            from generate_series(0, {ENTRIES} - 1) n
        ) s"
    )))
    .execute(&cluster.db)
    .await?;
    sqlx::raw_sql("vacuum analyze register_entries").execute(&cluster.db).await?;
    Ok(())
}

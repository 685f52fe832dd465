//! Processor time and memory as the kernel counts them, and what Postgres wrote.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use gcc_relay::store::Db;

/// Clock ticks a second in `/proc`, on every Linux that this runs on.
const TICKS: f64 = 100.0;

/// Seconds of processor time of this process.
pub fn own_processor_time() -> Result<f64> {
    Ok(times("/proc/self/stat")?.0)
}

/// Seconds of processor time of a process.
pub fn processor_time(pid: u32) -> Result<f64> {
    Ok(times(&format!("/proc/{pid}/stat"))?.0)
}

/// Seconds of processor time of a Postgres server: its postmaster, all that it started, and those of them that ended.
pub fn postgres_time(postmaster: u32) -> Result<f64> {
    let (own, ended) = times(&format!("/proc/{postmaster}/stat"))?;
    let mut sum = own + ended;
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        // a process may end while we look
        if let Some(stat) = read_stat(&path.join("stat"))
            && parent(&stat) == Some(postmaster)
        {
            sum += parse_times(&stat).unwrap_or_default().0;
        }
    }
    Ok(sum)
}

/// The most memory that a process ever had, in megabytes.
pub fn peak_memory(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1000.0)
}

/// Bytes of WAL so far.
pub async fn wal_bytes(db: &Db) -> Result<f64> {
    Ok(sqlx::query_scalar("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8").fetch_one(db).await?)
}

/// Row versions written to the months of `deliveries`, and how many of the updates were HOT.
pub async fn row_versions(db: &Db) -> Result<(i64, i64, i64)> {
    sqlx::query("select pg_stat_force_next_flush()").execute(db).await?;
    Ok(sqlx::query_as(
        "select coalesce(sum(n_tup_ins), 0)::bigint, coalesce(sum(n_tup_upd), 0)::bigint,
            coalesce(sum(n_tup_hot_upd), 0)::bigint
        from pg_stat_user_tables where relname ~ '^deliveries_'",
    )
    .fetch_one(db)
    .await?)
}

fn times(path: &str) -> Result<(f64, f64)> {
    let stat = read_stat(Path::new(path)).with_context(|| format!("{path} cannot be read"))?;
    parse_times(&stat).with_context(|| format!("{path} is not understood"))
}

fn read_stat(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The fields after the program's name, which may hold blanks.
fn fields(stat: &str) -> Vec<&str> {
    stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default()
}

fn parent(stat: &str) -> Option<u32> {
    fields(stat).get(1)?.parse().ok()
}

/// Own, and of children that ended and were waited for.
fn parse_times(stat: &str) -> Option<(f64, f64)> {
    let fields = fields(stat);
    let ticks = |n: usize| fields.get(n).and_then(|text| text.parse::<f64>().ok());
    Some(((ticks(11)? + ticks(12)?) / TICKS, (ticks(13)? + ticks(14)?) / TICKS))
}

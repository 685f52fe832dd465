//! The engine against what the machine can do: `make bench` and, with a million and twenty million rows, `make bench-full`.
//!
//! Every figure is a ratio within one run. The *ceiling* sends the same bodies with the same client and writes the same
//! receipts, but has no states, no cascade and no claims: what it reaches, nothing built on this client and this database
//! can pass. The relay is the real program behind its real API, with a Postgres that syncs; LINE is a stub on the same
//! machine, in a process of its own, so that its processor time is not counted.
//!
//! This program runs itself again as the stub and as the ceiling.

mod bench_cluster;
mod caller;
mod calls;
mod cases;
mod ceiling;
mod distance;
mod meter;
mod stub;
mod table;

use anyhow::Result;

use table::Table;

/// The program's own, so that the ceiling has no other.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["stub"] => stub::serve().await,
            ["ceiling", database, line, bulletin] => ceiling::run(database, line, bulletin).await,
            _ => compare(&arguments).await,
        }
    })
}

/// Runs the cases whose names contain one of the words given, the large ones too, or all; `--full` adds the large ones to all.
async fn compare(arguments: &[String]) -> Result<()> {
    let full = arguments.iter().any(|argument| argument == "--full");
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    let mut table = Table::default();
    for case in cases::ALL {
        let asked_for = words.iter().any(|word| case.name.contains(word));
        let of_all = words.is_empty() && !case.named && (full || !case.large);
        if !(asked_for || of_all) {
            continue;
        }
        eprintln!("== {}", case.name);
        if let Err(error) = (case.run)(&mut table).await {
            table.broken(case.name, &error);
        }
    }
    table.print();
    Ok(())
}

//! The statements that every delivery passes through, each with a million deliveries ready: `cargo bench --bench
//! statements`.
//!
//! Each is measured within a transaction that is undone, so that the next one finds the same rows; what a commit waits
//! for is not in these figures. All take 500 deliveries at a time, as the engine does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use criterion::{BatchSize, Criterion, Throughput};
use gcc_relay::domain::ids::{BatchId, BulletinId, ChannelId};
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::domain::time::{Clock, Timestamp};
use gcc_relay::embedded::{Embedded, EmbeddedConfig};
use gcc_relay::store::batches::{self, Claim, ClaimOutcome, Ready};
use gcc_relay::store::locks::lock_bulletins_shared;
use gcc_relay::store::record::{DeliveryOutcome, OutcomeKind, record_batch};
use gcc_relay::store::{self, Db, Hosts, Pooling};
use tokio::runtime::Runtime;

/// Planting a million rows takes a while.
const POOLING: Pooling = Pooling {
    name: "bench",
    max_connections: 2,
    patience: Duration::from_secs(10),
    statement: Duration::from_hours(1),
};
const BATCH: usize = 500;
const GROUPS: i32 = 1_000_000;

fn main() -> Result<()> {
    let runtime = Runtime::new()?;
    let folder = tempfile::Builder::new().prefix("gcc-relay-bench.").tempdir()?;
    // where this runs as root, Postgres runs as somebody else, who must be able to pass
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let (cluster, db) = runtime.block_on(insert_tree(folder.path()))?;
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(2))
        .measurement_time(Duration::from_secs(10))
        .configure_from_args();
    let (channel, now) = (ChannelId(1), Clock::system().now());
    let ready = runtime.block_on(first_batch(&db, channel))?;
    let rows: Vec<DeliveryOutcome> = ready.iter().map(|(_, ready)| accepted(ready, now)).collect();
    {
        let mut group = criterion.benchmark_group("500 of 1,000,000 ready deliveries");
        group.throughput(Throughput::Elements(BATCH as u64));
        group.bench_function("claim", |bencher| {
            bencher.iter_batched(
                || (),
                |()| runtime.block_on(claim(&db, channel, now)).expect("claimed"),
                BatchSize::PerIteration,
            );
        });
        group.bench_function("record", |bencher| {
            bencher.iter_custom(|times| runtime.block_on(record(&db, channel, now, &rows, times)).expect("recorded"));
        });
        group.finish();
    }
    anyhow::ensure!(rows.len() == BATCH, "a whole batch");
    criterion.final_summary();
    runtime.block_on(async {
        db.close();
        cluster.stop().await
    })?;
    Ok(folder.close()?)
}

/// What a dispatcher does to claim a batch.
async fn claim(db: &Db, channel: ChannelId, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    take(&mut tx, channel, now).await?;
    Ok(tx.rollback().await?)
}

async fn take(db: &mut store::Connection, channel: ChannelId, now: Timestamp) -> Result<Vec<(BatchId, Ready)>> {
    let wanted = Claim { channel, epoch: 0, room: BATCH, below: None, known: None };
    match batches::claim(db, &[wanted], now, now).await?.pop() {
        Some(ClaimOutcome::Claimed(claimed)) => Ok(claimed),
        other => anyhow::bail!("not claimed: {other:?}"),
    }
}

/// How long it takes to record the same batch so many times.
async fn record(db: &Db, channel: ChannelId, now: Timestamp, rows: &[DeliveryOutcome], times: u64) -> Result<Duration> {
    let mut took = Duration::ZERO;
    for _ in 0..times {
        let mut tx = db.begin().await?;
        let began = Instant::now();
        let lock = lock_bulletins_shared(&mut tx, &[rows[0].bulletin_id]).await?;
        record_batch(&mut tx, &lock, channel, 0, now, rows).await?;
        took += began.elapsed();
        tx.rollback().await?;
    }
    Ok(took)
}

async fn first_batch(db: &Db, channel: ChannelId) -> Result<Vec<(BatchId, Ready)>> {
    let mut tx = db.begin().await?;
    let claimed = take(&mut tx, channel, Clock::system().now()).await?;
    tx.rollback().await?;
    Ok(claimed)
}

fn accepted(ready: &Ready, now: Timestamp) -> DeliveryOutcome {
    DeliveryOutcome {
        id: ready.id,
        bulletin_id: ready.bulletin_id,
        at: now,
        kind: OutcomeKind::Accepted {
            called_at: now,
            receipt: Receipt {
                request_id: Some(uuid::Uuid::nil()),
                message_ids: vec!["461230966842064897".to_owned()],
            },
        },
    }
}

/// A database with one bulletin that is ready at a million groups.
async fn insert_tree(folder: &std::path::Path) -> Result<(Embedded, Db)> {
    let settings = [("shared_buffers", "1GB"), ("max_wal_size", "8GB")];
    let config = EmbeddedConfig {
        data_dir: folder.join("postgres"),
        database: "gcc_relay".to_owned(),
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let cluster = Embedded::start(&config).await?;
    let db = Db::new(Arc::new(Hosts::parse(&cluster.url())?), POOLING);
    store::migrate(&db).await?;
    let bulletin = BulletinId::new(Clock::system().now());
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "insert into channels (code, name, secret_sealed, token_sealed, rate_per_second, created_at, updated_at)
            values ('gcc', 'gcc', '', '', 1, now(), now());
        insert into offices (id, code, name, name_form, kind, created_at, updated_at)
            values (1, 'o', 'o', 'o', 'national', now(), now());
        insert into groups (id, code, tier, name, name_form, office_id, forwarding, created_at, updated_at)
            values (1, 'g', 1, 'g', 'g', 1, 'automatic', now(), now());
        insert into bulletins (id, no, kind, subject, body, urgency, origin_id, audience, links, forwarding, acknowledgement,
            public_token, stage, created_at, created_by, updated_at, published_at, search_form)
            values ('{bulletin}', next_bulletin_no(now()), 'news', 's', 'b', 0, 1, '{{}}', '[]', 'automatic', '{{}}', 't', 'published', now(), 'x',
                now(), now(), 's||b');
        insert into line_groups (line_group_id) select 'C' || md5(n::text) from generate_series(1, {GROUPS}) n;
        insert into deliveries (bulletin_no, group_id, parent_group, variant, turn_at, channel_id, members, state, tier,
            priority, has_children, automatic, recipient, changed)
        select b.no, n, 0, 0, now(), 1, 20, 'ready', 3, 7, false, true, n, 0
        from bulletins b, generate_series(1, {GROUPS}) n;
        analyze;"
    )))
    .execute(&db)
    .await?;
    Ok((cluster, db))
}

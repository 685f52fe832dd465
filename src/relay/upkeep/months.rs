//! Monthly tables of deliveries: made ahead of time, compacted once closed, dropped at the end of retention.
//!
//! Deliveries, attempts and taps lie in a partition for each month of publishing (`store::months`). What is dropped is
//! dropped by whole months, and noted in the audit; the sums of a bulletin's receipt stay, as they stand in `progress`.

use serde_json::json;

use super::DAY;
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::store::audit::insert_entry;
use crate::store::months::{Month, MonthlyTable, close_month, drop_month, list_months, month_at, open_month};
use crate::store::{Result, StoreError};

/// Opens the next month, closes those that have ended long ago, and drops what is older than the settings keep.
pub(super) async fn keep(engine: &Engine, now: Timestamp) -> Result<()> {
    let mut db = engine.db.acquire().await?;
    for at in [now, now + 3 * DAY] {
        let month = month_at(&mut db, at).await?;
        open_month(&mut db, month).await?;
    }
    let retention = &engine.settings.retention;
    let (dense, taps, attempts, receipts) = (
        month_at(&mut db, now - retention.dense).await?,
        month_at(&mut db, now - retention.taps).await?,
        month_at(&mut db, now - retention.attempts).await?,
        month_at(&mut db, now - retention.receipts).await?,
    );
    let mut failed = None;
    for month in list_months(&mut db).await? {
        let last = match month.kept {
            MonthlyTable::Taps | MonthlyTable::HeardMessages => taps,
            MonthlyTable::Attempts => attempts,
            MonthlyTable::HeardCards | MonthlyTable::Receipts => receipts,
        };
        let kept = if month.number < last {
            drop_old(engine, month, now).await
        } else if month.kept == MonthlyTable::Receipts && month.number < dense && !month.dense {
            close(engine, month).await
        } else {
            Ok(())
        };
        match kept {
            // somebody is in the way: in an hour again
            Ok(()) | Err(StoreError::Again(_)) => {}
            // one month that cannot be kept keeps no other from it
            Err(error) => {
                tracing::warn!(
                    month = month.name(),
                    what = month.kept.as_str(),
                    error = &error as &dyn std::error::Error,
                    "a month could not be closed or dropped"
                );
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn drop_old(engine: &Engine, month: Month, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    drop_month(&mut tx, month).await?;
    let detail = json!({ "what": month.kept.as_str(), "month": month.name() });
    insert_entry(&mut tx, now, &Actor::UPKEEP, "month_drop", &month.name(), &detail).await?;
    Ok(tx.commit().await?)
}

async fn close(engine: &Engine, month: Month) -> Result<()> {
    let mut tx = engine.db.begin_long().await?;
    close_month(&mut tx, month).await?;
    Ok(tx.commit().await?)
}

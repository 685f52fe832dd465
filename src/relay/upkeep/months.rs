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
use crate::store::months::{MonthlyTable, close_month, drop_month, list_months, month_at, open_month};
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
    let months = list_months(&mut db).await?;
    for month in months {
        let last = match month.kept {
            MonthlyTable::Taps => taps,
            MonthlyTable::Attempts => attempts,
            MonthlyTable::Receipts => receipts,
        };
        if month.number < last {
            let mut tx = engine.db.begin().await?;
            drop_month(&mut tx, month).await?;
            let detail = json!({ "what": month.kept.as_str(), "month": month.name() });
            insert_entry(&mut tx, now, &Actor::UPKEEP, "month_drop", &month.name(), &detail).await?;
            tx.commit().await?;
        } else if month.kept == MonthlyTable::Receipts && month.number < dense && !month.dense {
            let mut tx = engine.db.begin_long().await?;
            match close_month(&mut tx, month).await {
                // somebody is in the way: in an hour again
                Err(StoreError::Again(_)) => {}
                closed => {
                    closed?;
                    tx.commit().await?;
                }
            }
        }
    }
    Ok(())
}

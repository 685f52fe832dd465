//! Checks and completes: recounts progress, seals the audit, sends notices after late acceptances.

use super::{note_one, wake};
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::relay::gauges::set_drift;
use crate::relay::refusal::Refusal;
use crate::relay::withdraw::follow_late_acceptances;
use crate::store::locks::lock_bulletin;
use crate::store::{Result, audit, bulletins, database_identity, progress, transitions};

/// Audit entries sealed at a time.
const SEALS: i64 = 1_000;

/// Recounts the progress of open bulletins, and corrects what no code path should have left behind.
pub(super) async fn recount(engine: &Engine, now: Timestamp) -> Result<()> {
    let mut wrong = 0;
    for id in bulletins::list_open(&mut *engine.db.acquire().await?).await? {
        match recount_one(engine, id, now).await {
            Ok(rows) => wrong += rows,
            Err(error) => note_one("recount", id, Err(error))?,
        }
    }
    set_drift(wrong);
    Ok(())
}

/// Needs no lock: one statement sees one moment, and the counters move with the rows.
async fn recount_one(engine: &Engine, id: BulletinId, now: Timestamp) -> Result<i64> {
    let mut db = engine.db.acquire().await?;
    if transitions::has_orphans(&mut db, id).await? {
        let mut tx = engine.db.begin().await?;
        let lock = lock_bulletin(&mut tx, id).await?;
        let channels = transitions::wake_orphans(&mut tx, &lock, id, now).await?;
        wake(&mut tx, &channels).await?;
        tx.commit().await?;
        tracing::error!(bulletin.id = %id, "deliveries waited for a group that had ended; they go on now");
    }
    let rows = progress::find_drift(&mut db, id).await?.map_or(0, |difference| difference.rows);
    if rows > 0 {
        tracing::error!(bulletin.id = %id, rows, "the counters do not say what the deliveries say");
    }
    Ok(rows)
}

/// Lets withdrawal notices follow acceptances that became known late.
pub(super) async fn follow(engine: &Engine, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    match follow_late_acceptances(&mut tx, now).await {
        Ok(_) => tx.commit().await?,
        Err(Refusal::Store(error)) => return Err(error),
        Err(refusal) => tracing::error!(why = %refusal, "a withdrawal notice could not follow a late acceptance"),
    }
    Ok(())
}

/// Seals new entries of the audit.
pub(super) async fn seal(engine: &Engine) -> Result<()> {
    loop {
        let mut tx = engine.db.begin().await?;
        let sealed = audit::seal_entries(&mut tx, SEALS).await?;
        tx.commit().await?;
        if sealed < SEALS {
            return Ok(());
        }
    }
}

/// Notes that the database is being served.
pub(super) async fn touch_identity(engine: &Engine, now: Timestamp) -> Result<()> {
    database_identity::touch_identity(&mut *engine.db.acquire().await?, now).await
}

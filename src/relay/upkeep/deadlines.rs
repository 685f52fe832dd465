//! Does what is due: publishes, releases, bypasses, expires.

use super::{note_one, wake};
use crate::domain::delivery::State;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::relay::publish::{give_up_schedule, publish_due};
use crate::relay::refusal::Refusal;
use crate::store::fan_out::list_channels_of;
use crate::store::locks::lock_bulletin;
use crate::store::transitions::Patience;
use crate::store::{Result, bulletins, transitions};

/// Publishes what is scheduled and due.
pub(super) async fn publish_scheduled(engine: &Engine, now: Timestamp) -> Result<()> {
    for id in bulletins::list_due(&mut *engine.db.acquire().await?, now).await? {
        note_one("publish_scheduled", id, publish_one(engine, id, now).await)?;
    }
    Ok(())
}

async fn publish_one(engine: &Engine, id: BulletinId, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    match publish_due(&mut tx, &engine.settings, id, now).await {
        Ok(_) => Ok(tx.commit().await?),
        Err(Refusal::Store(error)) => Err(error),
        Err(refusal) => {
            tracing::error!(bulletin.id = %id, why = %refusal, "a scheduled bulletin is a draft again");
            drop(tx);
            let mut tx = engine.db.begin().await?;
            if let Err(Refusal::Store(error)) = give_up_schedule(&mut tx, id, &refusal, now).await {
                return Err(error);
            }
            Ok(tx.commit().await?)
        }
    }
}

/// Releases what its steward left until its time.
pub(super) async fn release(engine: &Engine, now: Timestamp) -> Result<()> {
    for id in transitions::list_releases_due(&mut *engine.db.acquire().await?, now).await? {
        note_one("release", id, release_one(engine, id, now).await)?;
    }
    Ok(())
}

async fn release_one(engine: &Engine, id: BulletinId, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let lock = lock_bulletin(&mut tx, id).await?;
    let channels = transitions::release_due(&mut tx, &lock, id, now).await?;
    wake(&mut tx, &channels).await?;
    Ok(tx.commit().await?)
}

/// Passes by groups that have taken too long.
pub(super) async fn bypass(engine: &Engine, now: Timestamp) -> Result<()> {
    let patience = engine.settings.patience(now);
    for id in transitions::list_bypasses_due(&mut *engine.db.acquire().await?, &patience, now).await? {
        note_one("bypass", id, bypass_one(engine, id, &patience, now).await)?;
    }
    Ok(())
}

async fn bypass_one(engine: &Engine, id: BulletinId, patience: &Patience, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let lock = lock_bulletin(&mut tx, id).await?;
    let channels = transitions::bypass_due(&mut tx, &lock, id, patience, now).await?;
    wake(&mut tx, &channels).await?;
    tx.commit().await?;
    tracing::warn!(bulletin.id = %id, "groups were passed by that took too long");
    Ok(())
}

/// Ends what has expired.
pub(super) async fn expire(engine: &Engine, now: Timestamp) -> Result<()> {
    for id in bulletins::list_expired(&mut *engine.db.acquire().await?, now).await? {
        note_one("expire", id, expire_one(engine, id, now).await)?;
    }
    Ok(())
}

async fn expire_one(engine: &Engine, id: BulletinId, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let lock = lock_bulletin(&mut tx, id).await?;
    let ended = transitions::end_open(&mut tx, &lock, id, State::Expired, now).await?;
    let channels = list_channels_of(&mut tx, id).await?;
    wake(&mut tx, &channels).await?;
    tx.commit().await?;
    tracing::info!(bulletin.id = %id, deliveries = ended, "a bulletin has expired");
    Ok(())
}

//! Does what is due: publishes, releases, bypasses, expires.

use super::{note_one, wake};
use crate::domain::delivery::State;
use crate::domain::digest::MOST_ITEMS;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::relay::digests::{DigestRefusal, publish_digest};
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
    for together in bulletins::list_due_digests(&mut *engine.db.acquire().await?, now).await? {
        for ids in together.chunks(MOST_ITEMS) {
            note_one("publish_digest", ids[0], publish_together(engine, ids, now).await)?;
        }
    }
    Ok(())
}

/// Publishes bulletins as one digest. Where one of them cannot be published, it is a draft again, and the others go out in the next
/// round.
async fn publish_together(engine: &Engine, ids: &[BulletinId], now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let (given_up, refusal) = match publish_digest(&mut tx, &engine.settings, ids, now).await {
        Ok(()) => return Ok(tx.commit().await?),
        Err(DigestRefusal::Of(_, Refusal::Store(error)) | DigestRefusal::Whole(Refusal::Store(error))) => {
            return Err(error);
        }
        Err(DigestRefusal::Of(id, refusal)) => (vec![id], refusal),
        Err(DigestRefusal::Whole(refusal)) => (ids.to_vec(), refusal),
    };
    drop(tx);
    for id in given_up {
        give_up(engine, id, &refusal, now).await?;
    }
    Ok(())
}

async fn publish_one(engine: &Engine, id: BulletinId, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    match publish_due(&mut tx, &engine.settings, id, now).await {
        Ok(_) => Ok(tx.commit().await?),
        Err(Refusal::Store(error)) => Err(error),
        Err(refusal) => {
            drop(tx);
            give_up(engine, id, &refusal, now).await
        }
    }
}

async fn give_up(engine: &Engine, id: BulletinId, refusal: &Refusal, now: Timestamp) -> Result<()> {
    tracing::error!(bulletin.id = %id, why = %refusal, "a scheduled bulletin is a draft again");
    let mut tx = engine.db.begin().await?;
    if let Err(Refusal::Store(error)) = give_up_schedule(&mut tx, id, refusal, now).await {
        return Err(error);
    }
    Ok(tx.commit().await?)
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

//! The restore guard: a restored copy of the database sends nothing until an operator has looked, and nothing twice.
//!
//! A backup is older than what was sent after it. What is *ready*, *held* or *waiting* in it may have been accepted
//! since, what was scheduled may have gone out under keys that the copy does not know. So a node that finds the
//! database in another place than where it was served last takes all that for what it is: unknown. Deliveries get an
//! open outcome, their key counted as used since the copy was made: within its lifetime LINE is asked under the same
//! key and says whether it was accepted; later only a person sends it again. Mails that were under way are unknown. Scheduled bulletins are drafts again, and
//! every channel is parked until an operator lets it go on.
//!
//! Called by every node before it takes a channel, and by `gcc-relay database`.

use serde_json::json;

use super::publish::unschedule;
use super::refusal::Refusal;
use super::settings::Settings;
use super::withdraw::follow_late_acceptances;
use crate::domain::actor::Actor;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::store::batches::take_channel;
use crate::store::channels::list_channels;
use crate::store::{Connection, Result, audit, database_identity, establishment};

/// What a restored copy was found to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When the database was last served before the copy was made.
    pub seen_at: Timestamp,
    /// Deliveries that may have been sent since then.
    pub open: u64,
    /// Bulletins that were scheduled and are drafts now.
    pub unscheduled: usize,
}

/// Looks whether the database is where it was served last, and takes it for a restored copy if not.
pub async fn guard_against_restored_copy(
    db: &mut Connection,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<Restored>> {
    database_identity::lock_identity(db).await?;
    match database_identity::find_identity(db).await? {
        Some(home) if !home.here => mark_restored(db, settings, home.seen_at, &Actor::UPKEEP, now).await.map(Some),
        Some(_) => Ok(None),
        None => database_identity::set_identity(db, now).await.map(|()| None),
    }
}

/// Takes the database for a restored copy, wherever it is.
pub async fn restored(db: &mut Connection, settings: &Settings, by: &Actor, now: Timestamp) -> Result<Restored> {
    database_identity::lock_identity(db).await?;
    let seen_at = database_identity::find_identity(db).await?.map_or(now, |home| home.seen_at);
    mark_restored(db, settings, seen_at, by, now).await
}

/// Takes the database for the one that was served last, whole and up to date, in another place.
pub async fn moved(db: &mut Connection, by: &Actor, now: Timestamp) -> Result<()> {
    database_identity::lock_identity(db).await?;
    database_identity::set_identity(db, now).await?;
    audit::insert_entry(db, now, by, "database_moved", "database", &json!({})).await
}

async fn mark_restored(
    db: &mut Connection,
    settings: &Settings,
    seen_at: Timestamp,
    by: &Actor,
    now: Timestamp,
) -> Result<Restored> {
    // what was claimed when the copy was made was sent from then on; nobody holds an epoch of before
    for channel in list_channels(db).await? {
        take_channel(db, channel.id, now, settings.request_timeout).await?;
    }
    database_identity::park_all_channels(db, now).await?;
    // the notices that the database made after the copy have the same keys as these
    skip_refusal(follow_late_acceptances(db, now).await)?;
    let open = database_identity::open_outcomes(db, seen_at).await?;
    establishment::mails::doubt_all(db, now).await?;
    let scheduled = database_identity::list_scheduled(db).await?;
    for id in &scheduled {
        skip_refusal(unschedule(db, *id, &Right::whole(by.clone()), now).await)?;
    }
    database_identity::renew_change_marks(db).await?;
    database_identity::set_identity(db, now).await?;
    let unscheduled = scheduled.len();
    let detail = json!({ "seen_at": seen_at, "open": open, "unscheduled": unscheduled });
    audit::insert_entry(db, now, by, "database_restored", "database", &detail).await?;
    Ok(Restored { seen_at, open, unscheduled })
}

fn skip_refusal<T>(done: Result<T, Refusal>) -> Result<()> {
    match done {
        Err(Refusal::Store(error)) => Err(error),
        Err(refusal) => {
            tracing::error!(why = %refusal, "a step after a restore could not be taken");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

//! Retry: a person has failed and unreachable deliveries tried again.

use serde_json::json;

use super::forward::must_be_live;
use super::own_bulletin::must_may;
use super::publish::wake;
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use crate::domain::account::Permission;
use crate::domain::ids::{BulletinId, DeliveryId};
use crate::domain::right::Right;
use crate::domain::time::Clock;
use crate::store::bulletins::update_paused;
use crate::store::locks::share_links;
use crate::store::locks::{lock_bulletin, lock_bulletins_shared};
use crate::store::retries::{self, RetryFilter};
use crate::store::{Connection, audit};

/// Queues what matches again, and lets a paused bulletin go on; gives how many were queued.
///
/// A delivery of unknown outcome is sent again under a new key, which may reach a group twice, only where
/// `include_unknown` says so.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub async fn retry(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    filter: &RetryFilter,
    include_unknown: bool,
    right: &Right,
    clock: &Clock,
) -> Result<u64> {
    must_may(right, Permission::Retry)?;
    let now = clock.now();
    share_links(db).await?;
    must_be_live(db, id, now).await?;
    let lock = match filter.delivery {
        Some(_) => lock_bulletins_shared(db, &[id]).await?,
        None => lock_bulletin(db, id).await?,
    };
    let key_good_since = clock.later() - settings.retry_key_lifetime;
    let retried = retries::retry(db, &lock, id, filter, include_unknown, key_good_since, now).await?;
    // who answers for a part only lets the whole bulletin go on if there was something of theirs to send
    if retried > 0 || filter.scope.is_none() {
        update_paused(db, id, false, now).await?;
    }
    let detail = json!({ "retried": retried, "include_unknown": include_unknown });
    audit::insert_entry(db, now, &right.actor, "retry", &format!("bulletin:{id}"), &detail).await?;
    wake(db, id).await?;
    Ok(retried)
}

/// Queues one delivery again; gives whether it was one to queue.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub async fn retry_one(
    db: &mut Connection,
    settings: &Settings,
    delivery: DeliveryId,
    include_unknown: bool,
    right: &Right,
    clock: &Clock,
) -> Result<bool> {
    let id = retries::find_bulletin_of(db, delivery).await?.ok_or(Refusal::Absent)?;
    let filter = RetryFilter { delivery: Some(delivery), ..RetryFilter::default() };
    Ok(retry(db, settings, id, &filter, include_unknown, right, clock).await? > 0)
}

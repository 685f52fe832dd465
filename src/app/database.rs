//! `gcc-relay database`: for a database that was moved, or that was restored from an older copy.

use super::{AppContext, wiring};
use crate::domain::actor::Actor;
use crate::relay::restore_guard::{self, Restored};

/// Takes the database for a restored copy: parks the channels and calls unknown what may have been sent.
pub async fn restored(context: &AppContext) -> anyhow::Result<Restored> {
    let settings = wiring::relay_settings(&context.config);
    let mut tx = context.db.begin_long().await?;
    let found = restore_guard::restored(&mut tx, &settings, &Actor::COMMAND_LINE, context.clock.now()).await?;
    tx.commit().await?;
    Ok(found)
}

/// Takes the database for the one that was served last, in another place.
pub async fn moved(context: &AppContext) -> anyhow::Result<()> {
    let mut tx = context.db.begin_long().await?;
    restore_guard::moved(&mut tx, &Actor::COMMAND_LINE, context.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

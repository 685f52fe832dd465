//! Parks a channel and lets it go on, and has its webhook events tried again, because a person wants it.
//!
//! A channel serves the whole tree, so only who sees all of it has to do with channels. The engine parks by itself as well
//! ([`super::node`]): nobody has done that, and no audit has it.

use serde_json::json;

use super::own_bulletin::must_may;
use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::outcome::ParkReason;
use crate::domain::right::{Right, Scope};
use crate::domain::time::Timestamp;
use crate::store::channels::{self as rows, Channel};
use crate::store::notices::{Notice, notify};
use crate::store::{Connection, audit, webhook_failures};

/// Stops sending on the channel called `code` until it is resumed; gives it as it stands then.
///
/// # Errors
/// [`Refusal::ChannelAbsent`], [`Refusal::ChannelParked`].
pub async fn park(db: &mut Connection, right: &Right, code: &str, now: Timestamp) -> Result<Channel> {
    let channel = find(db, right, code).await?;
    if !rows::park_channel(db, channel.id, ParkReason::Operator, now).await? {
        return Err(Refusal::ChannelParked);
    }
    audit::insert_entry(db, now, &right.actor, "park", &format!("channel:{}", channel.code), &json!({})).await?;
    notify(db, Notice::Wake(channel.id)).await?;
    Ok(rows::get_channel(db, channel.id).await?)
}

/// Lets the channel called `code` send again, whatever it was parked for; gives it as it stands then.
///
/// # Errors
/// [`Refusal::ChannelAbsent`], [`Refusal::ChannelNotParked`].
pub async fn resume(db: &mut Connection, right: &Right, code: &str, now: Timestamp) -> Result<Channel> {
    let channel = find(db, right, code).await?;
    if !rows::resume_channel(db, channel.id, None, now).await? {
        return Err(Refusal::ChannelNotParked);
    }
    audit::insert_entry(db, now, &right.actor, "resume", &format!("channel:{}", channel.code), &json!({})).await?;
    notify(db, Notice::Wake(channel.id)).await?;
    Ok(rows::get_channel(db, channel.id).await?)
}

/// Has a webhook event that was set aside worked on again.
///
/// # Errors
/// [`Refusal::WebhookFailureAbsent`].
pub async fn retry_webhook_failure(db: &mut Connection, right: &Right, id: i64, now: Timestamp) -> Result<()> {
    must_may(right, Permission::OperateChannels)?;
    if right.scope != Scope::Whole || !webhook_failures::retry_failure(db, id).await? {
        return Err(Refusal::WebhookFailureAbsent);
    }
    let subject = format!("webhook_event:{id}");
    audit::insert_entry(db, now, &right.actor, "webhook_retry", &subject, &json!({})).await?;
    Ok(())
}

async fn find(db: &mut Connection, right: &Right, code: &str) -> Result<Channel> {
    must_may(right, Permission::OperateChannels)?;
    let found = if right.scope == Scope::Whole { rows::find_channel(db, code).await? } else { None };
    found.ok_or(Refusal::ChannelAbsent)
}

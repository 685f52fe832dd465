//! Parks a channel and lets it go on, and has its webhook events tried again, because a person wants it.
//!
//! A channel serves the whole tree, so only who sees all of it has to do with channels. The engine parks by itself as well
//! ([`super::node`]): nobody has done that, and no audit has it.

use serde_json::json;

use super::own_bulletin::must_may;
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use crate::domain::account::Permission;
use crate::domain::budget::Budget;
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

/// Sets how much of a month the channel called `code` may push and cost; none = as the settings say.
///
/// # Errors
/// [`Refusal::ChannelAbsent`].
pub async fn set_budget(
    db: &mut Connection,
    right: &Right,
    code: &str,
    (messages, baht): (Option<i32>, Option<i32>),
    now: Timestamp,
) -> Result<Channel> {
    let channel = find(db, right, code).await?;
    rows::update_budget(db, channel.id, messages, baht, now).await?;
    let (subject, detail) = (format!("channel:{}", channel.code), json!({ "messages": messages, "baht": baht }));
    audit::insert_entry(db, now, &right.actor, "set_budget", &subject, &detail).await?;
    look_again(db, &channel, now).await
}

/// Opens the reserve of the channel called `code` for what is most urgent, to the end of the month.
///
/// # Errors
/// [`Refusal::ChannelAbsent`].
pub async fn open_reserve(db: &mut Connection, right: &Right, code: &str, now: Timestamp) -> Result<Channel> {
    let channel = find(db, right, code).await?;
    rows::open_reserve(db, channel.id, now).await?;
    audit::insert_entry(db, now, &right.actor, "open_reserve", &format!("channel:{}", channel.code), &json!({}))
        .await?;
    look_again(db, &channel, now).await
}

/// Has looked again at what the budget did not allow; gives the channel as it stands then.
async fn look_again(db: &mut Connection, channel: &Channel, now: Timestamp) -> Result<Channel> {
    rows::make_over_budget_due(db, channel.id, now).await?;
    notify(db, Notice::Wake(channel.id)).await?;
    Ok(rows::get_channel(db, channel.id).await?)
}

/// How much of a month may be pushed on a channel: its own limits, or else those of the settings.
#[must_use]
pub fn budget_of(settings: &Settings, channel: &Channel) -> Budget {
    match (channel.budget_messages, channel.budget_baht) {
        (None, None) => settings.budget,
        (messages, baht) => settings.budget.within(&settings.prices, messages.map(i64::from), baht.map(i64::from)),
    }
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

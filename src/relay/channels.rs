//! Adds a channel, changes its secrets and pace, parks it and lets it go on, and has its webhook events tried again, because a person wants it.
//!
//! A channel serves the whole tree, so only who sees all of it has to do with channels. The engine parks by itself as well
//! ([`super::node`]): nobody has done that, and no audit has it.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::engine::sealed_as;
use super::own_bulletin::must_may;
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use crate::domain::account::Permission;
use crate::domain::budget::Budget;
use crate::domain::ids::Code;
use crate::domain::outcome::ParkReason;
use crate::domain::right::{Right, Scope};
use crate::domain::sealed::SealingKeys;
use crate::domain::time::Timestamp;
use crate::line::token::Access;
use crate::store::channels::{self as rows, Channel};
use crate::store::notices::{Notice, notify};
use crate::store::{Connection, StoreError, audit, webhook_failures};

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

/// The longest name of a channel, in characters.
pub const LONGEST_NAME: usize = 100;
/// The most calls a second that a channel may make.
pub const MOST_CALLS: u32 = 2_000;

/// A channel to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewChannel<'a> {
    /// A code of one's own.
    pub code: &'a Code,
    /// What people call it.
    pub name: &'a str,
    /// The channel secret.
    pub secret: &'a SecretString,
    /// The long-lived channel access token.
    pub token: &'a SecretString,
    /// Calls a second at most.
    pub rate: u32,
}

/// Adds a channel; its secrets are kept sealed.
///
/// # Errors
/// [`Refusal::ChannelTaken`], [`Refusal::BadChannelSecret`], [`Refusal::BadChannelToken`].
pub async fn add(
    db: &mut Connection,
    right: &Right,
    sealing: &SealingKeys,
    new: &NewChannel<'_>,
    now: Timestamp,
) -> Result<Channel> {
    must_manage(right)?;
    let code = new.code.as_str();
    let (secret, token) = (seal_secret(sealing, code, new.secret)?, seal_token(sealing, code, new.token)?);
    // the page by which channels are added has this name
    let exists = code == "new" || rows::find_channel(db, code).await?.is_some();
    if exists {
        return Err(Refusal::ChannelTaken);
    }
    let rate = i32::try_from(new.rate.clamp(1, MOST_CALLS)).unwrap_or(i32::MAX);
    let id = match rows::insert_channel(db, code, new.name, &secret, &token, rate, now).await {
        Err(StoreError::Refused(rule)) if rule == "channels_code_key" => return Err(Refusal::ChannelTaken),
        inserted => inserted?,
    };
    audit::insert_entry(db, now, &right.actor, "channel_add", &format!("channel:{code}"), &json!({ "rate": rate }))
        .await?;
    Ok(rows::get_channel(db, id).await?)
}

/// Stores a new secret, a new token, or both; a channel whose token was refused goes on by a new one.
///
/// # Errors
/// [`Refusal::ChannelAbsent`], [`Refusal::BadChannelSecret`], [`Refusal::BadChannelToken`].
pub async fn rotate(
    db: &mut Connection,
    right: &Right,
    sealing: &SealingKeys,
    code: &str,
    (secret, token): (Option<&SecretString>, Option<&SecretString>),
    now: Timestamp,
) -> Result<Channel> {
    must_manage(right)?;
    let channel = find(db, right, code).await?;
    let secret = secret.map(|secret| seal_secret(sealing, &channel.code, secret)).transpose()?;
    let token = token.map(|token| seal_token(sealing, &channel.code, token)).transpose()?;
    rows::update_credentials(db, channel.id, secret.as_deref(), token.as_deref(), now).await?;
    let (subject, detail) =
        (format!("channel:{}", channel.code), json!({ "secret": secret.is_some(), "token": token.is_some() }));
    audit::insert_entry(db, now, &right.actor, "channel_rotate", &subject, &detail).await?;
    notify(db, Notice::Wake(channel.id)).await?;
    Ok(rows::get_channel(db, channel.id).await?)
}

/// Sets how many calls a second the channel called `code` makes at most.
///
/// # Errors
/// [`Refusal::ChannelAbsent`].
pub async fn set_rate(db: &mut Connection, right: &Right, code: &str, rate: u32, now: Timestamp) -> Result<Channel> {
    must_manage(right)?;
    let channel = find(db, right, code).await?;
    let rate = i32::try_from(rate.clamp(1, MOST_CALLS)).unwrap_or(i32::MAX);
    rows::update_rate(db, channel.id, rate, now).await?;
    let detail = json!({ "before": channel.rate_per_second, "rate": rate });
    audit::insert_entry(db, now, &right.actor, "channel_rate", &format!("channel:{}", channel.code), &detail).await?;
    notify(db, Notice::Wake(channel.id)).await?;
    Ok(rows::get_channel(db, channel.id).await?)
}

fn must_manage(right: &Right) -> Result<()> {
    must_may(right, Permission::ManageChannels)?;
    if right.scope == Scope::Whole { Ok(()) } else { Err(Refusal::ChannelAbsent) }
}

/// The longest channel secret: LINE's have 32 characters.
const LONGEST_SECRET: usize = 400;

fn seal_secret(sealing: &SealingKeys, code: &str, secret: &SecretString) -> Result<Vec<u8>> {
    let secret = secret.expose_secret().trim();
    let fits =
        !secret.is_empty() && secret.len() <= LONGEST_SECRET && secret.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        return Err(Refusal::BadChannelSecret);
    }
    Ok(sealing.seal(&sealed_as(code, "secret"), secret.as_bytes())?)
}

fn seal_token(sealing: &SealingKeys, code: &str, token: &SecretString) -> Result<Vec<u8>> {
    let access = Access::parse(token)?;
    Ok(sealing.seal(&sealed_as(code, "token"), access.token().expose_secret().as_bytes())?)
}

async fn find(db: &mut Connection, right: &Right, code: &str) -> Result<Channel> {
    must_may(right, Permission::OperateChannels)?;
    let found = if right.scope == Scope::Whole { rows::find_channel(db, code).await? } else { None };
    found.ok_or(Refusal::ChannelAbsent)
}

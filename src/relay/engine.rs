//! What every part of the engine works with: the database, the clock, the way to LINE, the constants.

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::Semaphore;

use super::settings::Settings;
use crate::domain::sealed::{PersonKey, SealError, SealingKeys};
use crate::domain::time::Clock;
use crate::line::client::LineClient;
use crate::line::token::{Access, BadToken};
use crate::mail::Mailer;
use crate::store::Db;
use crate::store::channels::Channel;

/// The engine's surroundings, shared by all its tasks.
#[derive(Clone)]
pub struct Engine {
    /// The pool. The connection that holds a node's locks is not from it.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The way to LINE.
    pub line: LineClient,
    /// Opens the channels' secrets.
    pub sealing: Arc<SealingKeys>,
    /// Turns LINE's user ids into hashes.
    pub person: Arc<PersonKey>,
    /// Room for calls to LINE, on all channels of this node together.
    pub call_room: Arc<Semaphore>,
    /// The way out by mail; none = no mail goes out.
    pub mailer: Option<Mailer>,
    /// The constants.
    pub settings: Arc<Settings>,
}

/// Why a channel's secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadSecret {
    /// It was sealed with another key, or changed.
    #[error("the channel's sealed secret cannot be opened with this node's key")]
    Sealed(#[from] SealError),
    /// It is no access token.
    #[error("the channel's access token is malformed")]
    Token(#[from] BadToken),
}

/// What a channel's secret is sealed as; `field` is `secret`, `next_secret` or `token`.
#[must_use]
pub fn sealed_as(channel_code: &str, field: &str) -> String {
    format!("channel/{channel_code}/{field}")
}

/// The access token of a channel.
///
/// # Errors
/// When it cannot be opened, or is none.
pub fn open_access(sealing: &SealingKeys, channel: &Channel) -> Result<Access, BadSecret> {
    let token = sealing.open_text(&sealed_as(&channel.code, "token"), &channel.token_sealed)?;
    Ok(Access::parse(&token)?)
}

/// The channel's secrets, the present one first: what a webhook may be signed with.
///
/// # Errors
/// When one cannot be opened.
pub fn open_secrets(sealing: &SealingKeys, channel: &Channel) -> Result<Vec<SecretString>, BadSecret> {
    let mut secrets = vec![sealing.open_text(&sealed_as(&channel.code, "secret"), &channel.secret_sealed)?];
    if let Some(next) = &channel.next_secret_sealed {
        secrets.push(sealing.open_text(&sealed_as(&channel.code, "next_secret"), next)?);
    }
    Ok(secrets)
}

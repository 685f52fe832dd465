//! How a channel is changed and shown from the control side.
//!
//! A change names only what it changes; a view leaves out the secret and the token. Called by `control`.

use serde::{Deserialize, Serialize};

use super::channel::Channel;
use super::config::ChannelConfig;
use crate::domain::time::Timestamp;

/// What to change about a channel; what is left out stays.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    /// A new access token; the old one is refused from now on.
    #[serde(default)]
    pub token: Option<String>,
    /// A new secret; webhooks are signed with it from now on.
    #[serde(default)]
    pub secret: Option<String>,
    /// Another plan, and so another quota.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// Messages counted this month.
    #[serde(default)]
    pub used: Option<u64>,
    /// Requests per second and endpoint.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Where webhooks go.
    #[serde(default)]
    pub webhook: Option<String>,
    /// Whether webhooks are sent again.
    #[serde(default)]
    pub redelivery: Option<bool>,
}

/// What a plan allows in a month, in LINE's own shape: `{"type":"none"}`, or `"limited"` with a `value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Quota {
    /// Any number of messages.
    None,
    /// So many.
    Limited(u64),
}

impl ChannelChange {
    /// The changed configuration, and the messages counted this month if they are to be set.
    pub(super) fn applied_to(self, before: ChannelConfig) -> (ChannelConfig, Option<u64>) {
        let config = ChannelConfig {
            token: self.token.unwrap_or(before.token),
            secret: self.secret.unwrap_or(before.secret),
            quota: self.quota.map_or(before.quota, Option::from),
            rate: self.rate.unwrap_or(before.rate),
            webhook: self.webhook.or(before.webhook),
            redelivery: self.redelivery.unwrap_or(before.redelivery),
            ..before
        };
        (config, self.used)
    }
}

impl From<Quota> for Option<u64> {
    fn from(quota: Quota) -> Self {
        match quota {
            Quota::Limited(messages) => Some(messages),
            Quota::None => None,
        }
    }
}

/// A channel as it stands, without its secret and token.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelView {
    /// Its code.
    pub code: String,
    /// The account's display name.
    pub name: String,
    /// The account's own user id.
    pub bot_user_id: String,
    /// Messages per month; absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    /// Messages counted this month.
    pub used: u64,
    /// Requests per second and endpoint.
    pub rate: u32,
    /// Where webhooks go.
    pub webhook: Option<String>,
    /// Whether webhooks are sent again.
    pub redelivery: bool,
}

impl ChannelView {
    /// The view of a channel at `now`.
    pub(super) fn of(channel: &Channel, now: Timestamp) -> Self {
        let config = channel.config.clone();
        Self {
            code: config.code,
            name: config.name,
            bot_user_id: config.bot_user_id,
            quota: config.quota,
            used: channel.used(now),
            rate: config.rate,
            webhook: config.webhook,
            redelivery: config.redelivery,
        }
    }
}

//! The control side: what a test or an operator of the demo can do to the platform and ask about it.
//!
//! [`Control`] is the typed form; `control_api` is the same over HTTP. Nothing here exists at LINE.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::chat::AcceptedPush;
use super::config::{ChannelConfig, GroupConfig};
use super::counts::{Counts, accepted_pushes, count};
use super::deliver;
use super::faults::FaultRule;
use super::happening::{Happening, HappeningError, happen};
use super::journal::JournalError;
use super::platform::Platform;
use super::record::Record;

/// A hand on a running simulator; cloning shares it.
#[derive(Clone)]
pub struct Control {
    pub(super) platform: Arc<Platform>,
}

/// Why a control call cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// There is no such channel.
    #[error("there is no such channel")]
    UnknownChannel,
    /// The event is not among the last ones sent.
    #[error("there is no such event")]
    UnknownEvent,
    /// It cannot happen in the group.
    #[error(transparent)]
    Happening(#[from] HappeningError),
    /// It could not be written down.
    #[error("the change could not be journalled")]
    Journal(#[from] JournalError),
}

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

impl From<Quota> for Option<u64> {
    fn from(quota: Quota) -> Self {
        match quota {
            Quota::Limited(messages) => Some(messages),
            Quota::None => None,
        }
    }
}

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventReport {
    /// Its `webhookEventId`.
    pub webhook_event_id: String,
    /// The token by which it can be replied to.
    pub reply_token: Option<String>,
    /// The webhook's answer to the first sending, if there was one.
    pub status: Option<u16>,
}

impl Control {
    /// Makes a channel, or replaces the one with its code.
    ///
    /// # Errors
    /// It could not be journalled.
    pub fn put_channel(&self, channel: ChannelConfig) -> Result<(), ControlError> {
        Ok(self.platform.state().commit(Record::Channel(channel))?)
    }

    /// Changes a channel.
    ///
    /// # Errors
    /// There is no such channel, or the change could not be journalled.
    pub fn change_channel(&self, code: &str, change: ChannelChange) -> Result<(), ControlError> {
        let mut state = self.platform.state();
        let known = state.channels.get(code).ok_or(ControlError::UnknownChannel)?;
        let mut config = known.config.clone();
        config.token = change.token.unwrap_or(config.token);
        config.secret = change.secret.unwrap_or(config.secret);
        config.quota = change.quota.map_or(config.quota, Option::from);
        config.rate = change.rate.unwrap_or(config.rate);
        config.webhook = change.webhook.or(config.webhook);
        config.redelivery = change.redelivery.unwrap_or(config.redelivery);
        state.commit(Record::Channel(config))?;
        if let Some(used) = change.used {
            state.commit(Record::Usage { at: self.platform.clock.now(), channel: code.to_owned(), used })?;
        }
        Ok(())
    }

    /// Messages counted this month on a channel.
    ///
    /// # Errors
    /// There is no such channel.
    pub fn used(&self, code: &str) -> Result<u64, ControlError> {
        let now = self.platform.clock.now();
        self.platform.state().channels.get(code).map(|known| known.used(now)).ok_or(ControlError::UnknownChannel)
    }

    /// Makes a group, or changes the one with its id; nobody is told.
    ///
    /// # Errors
    /// It could not be journalled.
    pub fn put_group(&self, group: GroupConfig) -> Result<(), ControlError> {
        Ok(self.platform.state().commit(Record::Group(group))?)
    }

    /// Takes the account out of a group without a webhook, as when the webhook was down.
    ///
    /// # Errors
    /// There is no such group, or it could not be journalled.
    pub fn remove_silently(&self, group: &str) -> Result<(), ControlError> {
        let mut state = self.platform.state();
        state.groups.get(group).ok_or(HappeningError::UnknownGroup)?;
        let at = self.platform.clock.now();
        Ok(state.commit(Record::Account { at, group: group.to_owned(), channel: None })?)
    }

    /// Lets something happen in a group, and waits for the webhook's answer.
    ///
    /// # Errors
    /// It cannot happen there, or could not be journalled.
    pub async fn happen(&self, group: &str, happening: Happening) -> Result<EventReport, ControlError> {
        let event = happen(&mut self.platform.state(), group, &happening, self.platform.clock.now())?;
        let (webhook_event_id, reply_token) = (event.id.clone(), event.reply_token.clone());
        let status = deliver::deliver(&self.platform, event).await.status();
        Ok(EventReport { webhook_event_id, reply_token, status })
    }

    /// Sends one of the last events again, marked as redelivered, whatever came of it before.
    ///
    /// # Errors
    /// It is not among the last ones.
    pub async fn redeliver(&self, webhook_event_id: &str) -> Result<Option<u16>, ControlError> {
        let event = self.platform.state().events.find(webhook_event_id).cloned();
        let event = event.ok_or(ControlError::UnknownEvent)?;
        Ok(deliver::redeliver(&self.platform, &event).await.status())
    }

    /// Puts other faults in force, in place of all before.
    ///
    /// # Errors
    /// It could not be journalled.
    pub fn set_faults(&self, rules: Vec<FaultRule>) -> Result<(), ControlError> {
        Ok(self.platform.state().commit(Record::Faults(rules))?)
    }

    /// The faults in force, with what is left of their times.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultRule> {
        self.platform.state().faults.rules()
    }

    /// All that was counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        count(&self.platform.state())
    }

    /// The accepted pushes of one group, or of all.
    #[must_use]
    pub fn accepted(&self, group: Option<&str>) -> Vec<AcceptedPush> {
        let state = self.platform.state();
        match group {
            Some(id) => state.groups.get(id).into_iter().flat_map(accepted_pushes).collect(),
            None => state.groups.iter().flat_map(accepted_pushes).collect(),
        }
    }

    /// The messages with this hash, as JSON.
    #[must_use]
    pub fn messages(&self, hash: &str) -> Option<String> {
        self.platform.state().contents.get(hash).map(|content| content.messages.get().to_owned())
    }

    /// What the members of a group see, one line per entry, oldest first.
    #[must_use]
    pub fn chat(&self, group: &str) -> Vec<String> {
        self.platform.state().groups.get(group).map(|known| known.chat.summaries()).unwrap_or_default()
    }

    /// Clears chats, keys, consumption, faults and counts; channels and groups stay.
    ///
    /// # Errors
    /// It could not be journalled.
    pub fn reset(&self) -> Result<(), ControlError> {
        Ok(self.platform.state().commit(Record::Cleared)?)
    }
}

//! The control side: what a test or an operator of the demo can do to the platform and ask about it.
//!
//! [`Control`] is the typed form; `control_api` is the same over HTTP. Nothing here exists at LINE.

use std::sync::Arc;

use serde::Serialize;

use super::chat::AcceptedPush;
use super::config::{ChannelConfig, GroupConfig};
use super::counts::{Counts, accepted_pushes, count};
use super::deliver;
use super::faults::FaultRule;
use super::group_event::{GroupEvent, GroupEventError, happen};
use super::journal::JournalError;
use super::platform::Platform;
use super::record::Record;
use super::settings::{ChannelChange, ChannelView};

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
    GroupEvent(#[from] GroupEventError),
    /// It could not be written down.
    #[error("the change could not be journalled")]
    Journal(#[from] JournalError),
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
    /// The id of the message, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
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
        let (config, used) = change.applied_to(known.config.clone());
        state.commit(Record::Channel(config))?;
        if let Some(used) = used {
            state.commit(Record::Usage { at: self.platform.clock.now(), channel: code.to_owned(), used })?;
        }
        Ok(())
    }

    /// The channels as they stand.
    #[must_use]
    pub fn channels(&self) -> Vec<ChannelView> {
        let now = self.platform.clock.now();
        self.platform.state().channels.values().map(|channel| ChannelView::of(channel, now)).collect()
    }

    /// Makes a group, or changes the one with its id; nobody is told.
    ///
    /// # Errors
    /// It could not be journalled.
    pub fn put_group(&self, group: GroupConfig) -> Result<(), ControlError> {
        Ok(self.platform.state().commit(Record::Group(group))?)
    }

    /// Says that a member of a group is this person, whom other groups may know too.
    ///
    /// # Errors
    /// It could not be journalled.
    pub fn put_person(&self, group: &str, member: u32, user: &str) -> Result<(), ControlError> {
        let (group, user) = (group.to_owned(), user.to_owned());
        Ok(self.platform.state().commit(Record::Person { group, member, user })?)
    }

    /// The user id of a member of a group.
    #[must_use]
    pub fn user_id(&self, group: &str, member: u32) -> String {
        self.platform.state().groups.user_id(group, member)
    }

    /// Takes the account out of a group without a webhook, as when the webhook was down.
    ///
    /// # Errors
    /// There is no such group, or it could not be journalled.
    pub fn remove_silently(&self, group: &str) -> Result<(), ControlError> {
        let mut state = self.platform.state();
        state.groups.get(group).ok_or(GroupEventError::UnknownGroup)?;
        let at = self.platform.clock.now();
        Ok(state.commit(Record::Account { at, group: group.to_owned(), channel: None })?)
    }

    /// Lets something happen in a group, and waits for the webhook's answer.
    ///
    /// # Errors
    /// It cannot happen there, or could not be journalled.
    pub async fn happen(&self, group: &str, event: GroupEvent) -> Result<EventReport, ControlError> {
        let event = happen(&mut self.platform.state(), group, &event, self.platform.clock.now())?;
        let (webhook_event_id, reply_token) = (event.id.clone(), event.reply_token.clone());
        let message = event.object.pointer("/message/id").and_then(|id| id.as_str()?.parse().ok());
        let status = deliver::deliver(&self.platform, event).await.status();
        Ok(EventReport { webhook_event_id, reply_token, status, message })
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

    /// The accepted pushes of one group or chat of two, or of all groups.
    #[must_use]
    pub fn accepted(&self, group: Option<&str>) -> Vec<AcceptedPush> {
        let state = self.platform.state();
        match group {
            Some(id) => state.chat(id).into_iter().flat_map(accepted_pushes).collect(),
            None => state.groups.iter().flat_map(accepted_pushes).collect(),
        }
    }

    /// The messages with this hash, as JSON.
    #[must_use]
    pub fn messages(&self, hash: &str) -> Option<String> {
        self.platform.state().contents.get(hash).map(|content| content.messages.get().to_owned())
    }

    /// What the members of a group, or a person in their chats of two, see: one line per entry, oldest first.
    #[must_use]
    pub fn chat(&self, group: &str) -> Vec<String> {
        self.platform.state().chat(group).map(|known| known.chat.summaries()).unwrap_or_default()
    }

    /// Clears chats, keys, consumption, faults and counts; channels and groups stay.
    ///
    /// # Errors
    /// It could not be journalled.
    pub fn reset(&self) -> Result<(), ControlError> {
        Ok(self.platform.state().commit(Record::Cleared)?)
    }
}

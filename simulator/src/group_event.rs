//! What happens in a group: members join, leave, type and tap; the account is invited or removed.
//!
//! Called by the control API, by the page and by the leave endpoint. [`happen`] changes the state and
//! hands back the event; `deliver` sends it.

use serde::{Deserialize, Serialize};

use super::journal::JournalError;
use super::record::Record;
use super::state::State;
use super::webhook::{Event, Scene, event_object};
use crate::domain::time::Timestamp;

/// What the chat shows of a sticker.
const STICKER: &str = "[สติกเกอร์]";

/// Something that people do. Members are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GroupEvent {
    /// A member writes.
    Message {
        /// Who.
        member: u32,
        /// What.
        text: String,
    },
    /// A member answers to a message, which is quoted.
    Quote {
        /// Who.
        member: u32,
        /// LINE's id of the message that is quoted.
        message: u64,
        /// With which text; with a sticker where it is left out.
        #[serde(default)]
        text: Option<String>,
        /// Whether LINE leaves out who it is.
        #[serde(default)]
        unnamed: bool,
    },
    /// A member changes what they had written.
    Edit {
        /// Who.
        member: u32,
        /// LINE's id of the message.
        message: u64,
        /// What it says now.
        text: String,
    },
    /// A member takes a message back.
    Unsend {
        /// Who.
        member: u32,
        /// LINE's id of the message.
        message: u64,
    },
    /// A member taps a button.
    Postback {
        /// Who.
        member: u32,
        /// The button's data.
        data: String,
        /// What the button writes in the member's name.
        #[serde(default)]
        display_text: Option<String>,
    },
    /// Somebody invites the account.
    Join {
        /// The channel whose account it is; not needed where there is one channel only.
        #[serde(default)]
        channel: Option<String>,
    },
    /// Somebody removes the account, or it leaves.
    Leave,
    /// People join.
    MemberJoined {
        /// How many.
        count: u32,
    },
    /// People leave.
    MemberLeft {
        /// How many.
        count: u32,
    },
}

/// Why something cannot happen.
#[derive(Debug, thiserror::Error)]
pub enum GroupEventError {
    /// There is no such group.
    #[error("there is no such group")]
    UnknownGroup,
    /// There is no such channel, or none was named among several.
    #[error("there is no such channel")]
    UnknownChannel,
    /// The account is not in the group, so that nobody is told.
    #[error("no account is in the group")]
    NoAccount,
    /// LINE lets one account into a group at a time.
    #[error("an account is in the group already")]
    AnotherAccount,
    /// The group has fewer members.
    #[error("the group has no such member")]
    UnknownMember,
    /// It could not be written down.
    #[error("what happened could not be journalled")]
    Journal(#[from] JournalError),
}

impl GroupEvent {
    /// LINE's name of the event.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Message { .. } | Self::Quote { .. } => "message",
            Self::Edit { .. } => "messageEdited",
            Self::Unsend { .. } => "unsend",
            Self::Postback { .. } => "postback",
            Self::Join { .. } => "join",
            Self::Leave => "leave",
            Self::MemberJoined { .. } => "memberJoined",
            Self::MemberLeft { .. } => "memberLeft",
        }
    }

    /// Whether the event carries a reply token.
    pub(super) fn can_be_answered(&self) -> bool {
        !matches!(self, Self::Leave | Self::MemberLeft { .. } | Self::Unsend { .. })
    }

    /// Whether LINE leaves out who did it.
    pub(super) fn is_unnamed(&self) -> bool {
        matches!(self, Self::Quote { unnamed: true, .. })
    }

    /// Who did it.
    pub(super) fn member(&self) -> Option<u32> {
        match self {
            Self::Message { member, .. }
            | Self::Quote { member, .. }
            | Self::Edit { member, .. }
            | Self::Unsend { member, .. }
            | Self::Postback { member, .. } => Some(*member),
            _ => None,
        }
    }
}

/// Lets something happen in a group and returns the event that its account's webhook gets.
///
/// # Errors
/// It cannot happen there, or could not be journalled.
pub(super) fn happen(
    state: &mut State,
    group: &str,
    event: &GroupEvent,
    now: Timestamp,
) -> Result<Event, GroupEventError> {
    let channel = receiving_channel(state, group, event)?;
    let message_id = change_group(state, group, event, &channel, now)?;
    let members = state.groups.get(group).map_or(0, |known| known.config.members);
    let scene = Scene { group, members, hidden: state.members_without_id, now, message_id };
    let (id, reply_token, object) = event_object(&scene, event);
    if let Some(token) = reply_token.clone() {
        let (channel, group) = (channel.clone(), group.to_owned());
        state.commit(Record::ReplyToken { at: now, token, channel, group })?;
    }
    let event = Event { id, channel, group: group.to_owned(), reply_token, object };
    state.events.keep(event.clone());
    Ok(event)
}

/// The channel that is told, if the thing can happen at all.
fn receiving_channel(state: &State, group: &str, event: &GroupEvent) -> Result<String, GroupEventError> {
    let config = &state.groups.get(group).ok_or(GroupEventError::UnknownGroup)?.config;
    if event.member().is_some_and(|member| member == 0 || member > config.members) {
        return Err(GroupEventError::UnknownMember);
    }
    match (event, &config.channel) {
        (GroupEvent::Join { .. }, Some(_)) => Err(GroupEventError::AnotherAccount),
        (GroupEvent::Join { channel: Some(code) }, None) if state.channels.contains_key(code) => Ok(code.clone()),
        (GroupEvent::Join { channel: None }, None) if state.channels.len() == 1 => {
            state.channels.keys().next().cloned().ok_or(GroupEventError::UnknownChannel)
        }
        (GroupEvent::Join { .. }, None) => Err(GroupEventError::UnknownChannel),
        (_, Some(code)) => Ok(code.clone()),
        (_, None) => Err(GroupEventError::NoAccount),
    }
}

/// Makes the change in the group; the answer is the id of the message, where it is one.
fn change_group(
    state: &mut State,
    group: &str,
    event: &GroupEvent,
    channel: &str,
    at: Timestamp,
) -> Result<u64, JournalError> {
    let id = state.take_message_ids(1);
    let group = group.to_owned();
    let change = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let record = match event {
        GroupEvent::Message { member, text } => Record::Said { at, group, member: *member, id, text: text.clone() },
        GroupEvent::Quote { member, text, .. } => {
            let text = text.clone().unwrap_or_else(|| STICKER.to_owned());
            Record::Said { at, group, member: *member, id, text }
        }
        GroupEvent::Edit { message, text, .. } => Record::Changed { at, group, id: *message, text: Some(text.clone()) },
        GroupEvent::Unsend { message, .. } => Record::Changed { at, group, id: *message, text: None },
        GroupEvent::Postback { member, display_text: Some(text), .. } => {
            Record::Said { at, group, member: *member, id, text: text.clone() }
        }
        GroupEvent::Postback { .. } => return Ok(id),
        GroupEvent::Join { .. } => Record::Account { at, group, channel: Some(channel.to_owned()) },
        GroupEvent::Leave => Record::Account { at, group, channel: None },
        GroupEvent::MemberJoined { count } => Record::Members { at, group, change: change(*count) },
        GroupEvent::MemberLeft { count } => Record::Members { at, group, change: -change(*count) },
    };
    state.commit(record)?;
    Ok(id)
}

//! What happens in a group: members join, leave, type and tap; the account is invited or removed. And what its members do in
//! their own chats of two with the group's account.
//!
//! Called by the control API, by the page and by the leave endpoint. [`happen`] changes the state and
//! hands back the event; `deliver` sends it.

use serde::{Deserialize, Serialize};

use super::friends::Friendship;
use super::groups::member_name;
use super::journal::JournalError;
use super::media::Media;
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
    /// A member adds the group's account as a friend, or lets it in again.
    Follow {
        /// Who.
        member: u32,
    },
    /// A member blocks the account.
    Unfollow {
        /// Who.
        member: u32,
    },
    /// A member writes to the account, in their chat of two.
    DirectMessage {
        /// Who.
        member: u32,
        /// What.
        text: String,
    },
    /// A member sends a picture, a video or a file to the account, in their chat of two.
    DirectMedia {
        /// Who.
        member: u32,
        /// What.
        media: Media,
    },
    /// A member takes back what they wrote or sent in their chat of two.
    DirectUnsend {
        /// Who.
        member: u32,
        /// LINE's id of the message.
        message: u64,
    },
    /// A member taps a button in their chat of two with the account.
    DirectPostback {
        /// Who.
        member: u32,
        /// The button's data.
        data: String,
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
    /// The member has not added the account, or blocked it.
    #[error("the account is no friend of that member")]
    NoFriend,
    /// It could not be written down.
    #[error("what happened could not be journalled")]
    Journal(#[from] JournalError),
}

impl GroupEvent {
    /// LINE's name of the event.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Message { .. } | Self::Quote { .. } | Self::DirectMessage { .. } | Self::DirectMedia { .. } => {
                "message"
            }
            Self::Edit { .. } => "messageEdited",
            Self::Unsend { .. } | Self::DirectUnsend { .. } => "unsend",
            Self::Postback { .. } | Self::DirectPostback { .. } => "postback",
            Self::Follow { .. } => "follow",
            Self::Unfollow { .. } => "unfollow",
            Self::Join { .. } => "join",
            Self::Leave => "leave",
            Self::MemberJoined { .. } => "memberJoined",
            Self::MemberLeft { .. } => "memberLeft",
        }
    }

    /// Whether the event carries a reply token.
    pub(super) fn can_be_answered(&self) -> bool {
        !matches!(
            self,
            Self::Leave
                | Self::MemberLeft { .. }
                | Self::Unsend { .. }
                | Self::DirectUnsend { .. }
                | Self::Unfollow { .. }
        )
    }

    /// Whether it happens between a member and the account, and not in the group.
    pub(super) fn is_direct(&self) -> bool {
        matches!(
            self,
            Self::Follow { .. }
                | Self::Unfollow { .. }
                | Self::DirectMessage { .. }
                | Self::DirectMedia { .. }
                | Self::DirectUnsend { .. }
                | Self::DirectPostback { .. }
        )
    }

    /// The same in a chat of two.
    fn as_direct(&self) -> Self {
        match self.clone() {
            Self::Message { member, text } => Self::DirectMessage { member, text },
            Self::Unsend { member, message } => Self::DirectUnsend { member, message },
            Self::Postback { member, data, .. } => Self::DirectPostback { member, data },
            Self::Leave => Self::Unfollow { member: 1 },
            event => event,
        }
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
            | Self::Follow { member }
            | Self::Unfollow { member }
            | Self::DirectMessage { member, .. }
            | Self::DirectMedia { member, .. }
            | Self::DirectUnsend { member, .. }
            | Self::DirectPostback { member, .. }
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
    if let Some(person) = state.friends.get(group) {
        let channel = person.config.channel.clone().ok_or(GroupEventError::NoFriend)?;
        return with_account(state, group, &event.as_direct(), &channel, now);
    }
    let channel = receiving_channel(state, group, event)?;
    let user = event.member().map(|member| state.groups.user_id(group, member));
    match user {
        Some(user) if event.is_direct() => with_account(state, &user, event, &channel, now),
        user => {
            let message_id = change_group(state, group, event, &channel, now)?;
            let members = state.groups.get(group).map_or(0, |known| known.config.members);
            let scene = Scene { group, members, user, hidden: state.members_without_id, now, message_id };
            Ok(tell(state, &scene, event, channel)?)
        }
    }
}

/// The event of what happened, with the reply token that goes out with it.
fn tell(state: &mut State, scene: &Scene<'_>, event: &GroupEvent, channel: String) -> Result<Event, JournalError> {
    let (id, reply_token, object) = event_object(scene, event);
    let (at, group) = (scene.now, scene.group.to_owned());
    if let Some(token) = reply_token.clone() {
        let (channel, group) = (channel.clone(), group.clone());
        state.commit(Record::ReplyToken { at, token, channel, group })?;
    }
    let event = Event { id, channel, group, reply_token, object };
    state.events.keep(event.clone());
    Ok(event)
}

/// Lets something happen between a person and an account, by the page of their chat.
fn with_account(
    state: &mut State,
    user: &str,
    event: &GroupEvent,
    channel: &str,
    now: Timestamp,
) -> Result<Event, GroupEventError> {
    let message_id = change_friend(state, user, event, channel, now)?;
    let scene = Scene { group: user, members: 1, user: Some(user.to_owned()), hidden: 0.0, now, message_id };
    Ok(tell(state, &scene, event, channel.to_owned())?)
}

/// The channel that is told, if the thing can happen at all.
fn receiving_channel(state: &State, group: &str, event: &GroupEvent) -> Result<String, GroupEventError> {
    let config = &state.groups.get(group).ok_or(GroupEventError::UnknownGroup)?.config;
    if event.member().is_some_and(|member| member == 0 || member > config.members) {
        return Err(GroupEventError::UnknownMember);
    }
    match (event, &config.channel) {
        (GroupEvent::Join { .. }, Some(_)) => Err(GroupEventError::AnotherAccount),
        (GroupEvent::Join { channel: Some(code) }, None) | (_, Some(code)) if state.channels.contains_key(code) => {
            Ok(code.clone())
        }
        (GroupEvent::Join { channel: None }, None) if state.channels.len() == 1 => {
            state.channels.keys().next().cloned().ok_or(GroupEventError::UnknownChannel)
        }
        (GroupEvent::Join { .. }, None) => Err(GroupEventError::UnknownChannel),
        // nobody is there, or an account that is not ours
        (_, Some(_) | None) => Err(GroupEventError::NoAccount),
    }
}

/// Makes the change in a person's chat of two; the answer is the id of the message, where it is one.
fn change_friend(
    state: &mut State,
    user: &str,
    event: &GroupEvent,
    channel: &str,
    at: Timestamp,
) -> Result<u64, GroupEventError> {
    let id = state.take_message_ids(1);
    let (user, channel) = (user.to_owned(), channel.to_owned());
    let is_friend = state.friends.friendship(&user, &channel) == Friendship::Friend;
    let record = match event {
        GroupEvent::Follow { member } => Record::Friend { at, user, name: member_name(*member), channel, friend: true },
        _ if !is_friend => return Err(GroupEventError::NoFriend),
        GroupEvent::Unfollow { member } => {
            Record::Friend { at, user, name: member_name(*member), channel, friend: false }
        }
        GroupEvent::DirectMessage { member, text } => {
            Record::Said { at, group: user, member: *member, id, text: text.clone() }
        }
        GroupEvent::DirectMedia { member, media } => {
            Record::Media { at, user, member: *member, id, channel, media: media.clone() }
        }
        GroupEvent::DirectUnsend { message, .. } => Record::Changed { at, group: user, id: *message, text: None },
        _ => return Ok(id),
    };
    state.commit(record)?;
    Ok(id)
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
        GroupEvent::Postback { .. }
        | GroupEvent::Follow { .. }
        | GroupEvent::Unfollow { .. }
        | GroupEvent::DirectMessage { .. }
        | GroupEvent::DirectMedia { .. }
        | GroupEvent::DirectUnsend { .. }
        | GroupEvent::DirectPostback { .. } => return Ok(id),
        GroupEvent::Join { .. } => Record::Account { at, group, channel: Some(channel.to_owned()) },
        GroupEvent::Leave => Record::Account { at, group, channel: None },
        GroupEvent::MemberJoined { count } => Record::Members { at, group, change: change(*count) },
        GroupEvent::MemberLeft { count } => Record::Members { at, group, change: -change(*count) },
    };
    state.commit(record)?;
    Ok(id)
}

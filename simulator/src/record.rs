//! What the journal holds: every change to the simulated platform that must outlive the process.
//!
//! Applying all records in order to an empty [`super::state::State`] gives the state back; running
//! and replaying are the same code. The enum is tagged from outside, one line of JSON each.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::config::{ChannelConfig, GroupConfig};
use super::faults::FaultRule;
use super::media::Media;
use super::tally::BodyChange;
use crate::domain::time::Timestamp;

/// One change.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    /// A channel was made or changed.
    Channel(ChannelConfig),
    /// The month's consumption of a channel was set by hand.
    Usage { at: Timestamp, channel: String, used: u64 },
    /// Which person a member of a group is.
    Person { group: String, member: u32, user: String },
    /// A person added an account as a friend, or blocked it; `name` is what the person's chat is called.
    Friend { at: Timestamp, user: String, name: String, channel: String, friend: bool },
    /// A group was made, or its name or number of members set.
    Group(GroupConfig),
    /// An account came into a group (`channel`) or went (`None`).
    Account { at: Timestamp, group: String, channel: Option<String> },
    /// Members came (positive) or went.
    Members { at: Timestamp, group: String, change: i32 },
    /// A message array was seen for the first time; `messages` is its JSON as text.
    Content { messages: String },
    /// Messages of the account went into a chat.
    Accepted(Accepted),
    /// A member wrote into a chat.
    Said { at: Timestamp, group: String, member: u32, id: u64, text: String },
    /// A person sent a picture, a video or a file in the chat of two.
    Media { at: Timestamp, user: String, member: u32, id: u64, channel: String, media: Media },
    /// A member's message was changed, or taken back (`None`).
    Changed { at: Timestamp, group: String, id: u64, text: Option<String> },
    /// A reply token went out with a webhook, or out again with its redelivery.
    ReplyToken { at: Timestamp, token: String, channel: String, group: String },
    /// Other faults are in force.
    Faults(Vec<FaultRule>),
    /// A retry key came back with another request.
    BodyChanged(BodyChange),
    /// Chats, keys, consumption and faults were cleared; channels and groups stay.
    Cleared,
}

/// Messages of an account in a chat: the promise behind a 200.
#[derive(Serialize, Deserialize)]
pub(super) struct Accepted {
    /// When.
    pub(super) at: Timestamp,
    /// Whose account.
    pub(super) channel: String,
    /// Where to.
    pub(super) group: String,
    /// The content's hash.
    pub(super) content: String,
    /// The first message's id in the chat; the others follow.
    pub(super) first_id: u64,
    /// The `x-line-request-id`.
    pub(super) request: Uuid,
    /// By which endpoint.
    pub(super) via: Via,
}

/// How an account's messages came.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Via {
    /// By push: costs one message per member.
    Push {
        /// The retry key, with the time of its first use.
        key: Option<(Uuid, Timestamp)>,
        /// What was added to the month's consumption.
        cost: u64,
    },
    /// By reply, which costs nothing and uses the token up.
    Reply {
        /// The token.
        token: String,
    },
}

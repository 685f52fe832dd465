//! Notices: how one part of the cluster wakes another.
//!
//! A notice only makes things quicker; whoever waits for one also looks by itself now and then.

use super::{Connection, Result};
use crate::domain::ids::ChannelId;

/// The Postgres channel that all nodes listen on.
pub const TOPIC: &str = "gcc_relay";

/// What is heard on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceivedNotice {
    /// Something for others to do.
    Notice(Notice),
    /// A heartbeat: the node with this number runs, and its notices arrive.
    Beat(u64),
}

impl ReceivedNotice {
    /// Reads a payload; what a newer version may send and this one does not know is `None`.
    #[must_use]
    pub fn parse(payload: &str) -> Option<Self> {
        match payload.split_once(' ') {
            Some(("beat", node)) => node.parse().ok().map(Self::Beat),
            _ => Notice::parse(payload).map(Self::Notice),
        }
    }
}

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Deliveries of this channel became ready, or it was resumed, or something was taken back.
    Wake(ChannelId),
    /// Deliveries of some channels became ready.
    WakeAll,
    /// Webhook events are waiting.
    Inbound,
}

impl Notice {
    /// What wakes the dispatchers of these channels; none where there are none. One notice for all, as each costs a commit its turn.
    #[must_use]
    pub fn waking(channels: &[ChannelId]) -> Option<Self> {
        match channels {
            [] => None,
            [channel] => Some(Self::Wake(*channel)),
            _ => Some(Self::WakeAll),
        }
    }

    fn payload(self) -> String {
        match self {
            Self::Wake(channel) => format!("wake {channel}"),
            Self::WakeAll => "wake".to_owned(),
            Self::Inbound => "inbound".to_owned(),
        }
    }

    /// Reads a payload; what a newer version may send and this one does not know is `None`.
    #[must_use]
    pub fn parse(payload: &str) -> Option<Self> {
        match payload.split_once(' ') {
            Some(("wake", channel)) => channel.parse().ok().map(|id| Self::Wake(ChannelId(id))),
            None if payload == "wake" => Some(Self::WakeAll),
            None if payload == "inbound" => Some(Self::Inbound),
            _ => None,
        }
    }
}

/// Sends `notice` when the transaction commits. Postgres lets one notifying transaction of the whole cluster commit at a
/// time, so what happens hundreds of times a second must not send one each (`relay::inbound_wake`).
pub async fn notify(db: &mut Connection, notice: Notice) -> Result<()> {
    sqlx::query!("select pg_notify($1, $2)", TOPIC, notice.payload()).fetch_all(db).await?;
    Ok(())
}

/// Sends a heartbeat of `node` to all listeners; each heeds only its own, so nobody is woken.
pub async fn beat(db: &mut Connection, node: u64) -> Result<()> {
    sqlx::query!("select pg_notify($1, $2)", TOPIC, format!("beat {node}")).fetch_all(db).await?;
    Ok(())
}

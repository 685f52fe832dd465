//! What a simulator is started with: its address, channels, groups and the few constants of LINE's
//! side that are not published and therefore have to be chosen.
//!
//! `app` fills it in for the demo, tests build it by hand from [`SimulatorConfig::new`]. Channels and
//! groups given here are the base; what was changed over the control API is in the journal and wins
//! at the next start.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::groups::line_id;
use crate::domain::time::Clock;

/// Everything a simulator needs to start.
pub struct SimulatorConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the journal lives; without it nothing survives the process.
    pub data_dir: Option<PathBuf>,
    /// A tree file whose columns `line_group_id, name, members, channel` (and `code`) make the groups.
    pub tree_file: Option<PathBuf>,
    /// The Official Accounts.
    pub channels: Vec<ChannelConfig>,
    /// Groups beside those of the tree file.
    pub groups: Vec<GroupConfig>,
    /// The time for retry keys, the month's quota and reply tokens. The rate limit runs on real time.
    pub clock: Clock,
    /// The heading of the page that lists the groups.
    pub title: String,
    /// Share (0 to 1) of members whose user id LINE leaves out of webhooks.
    pub members_without_id: f64,
    /// How long a webhook may take to be answered: LINE counts anything later as a time-out.
    pub webhook_timeout: Duration,
    /// The pauses before each redelivery of a webhook; LINE does not publish its own.
    pub redelivery_delays: Vec<Duration>,
    /// How long a connection is held open that never gets an answer.
    pub hold_open: Duration,
    /// Whether members tap by themselves what they are asked to.
    pub lively: bool,
    /// Where the randomness of faults starts, so that a run can be repeated.
    pub seed: u64,
}

impl SimulatorConfig {
    /// A simulator on a free local port, with nothing in it and nothing kept.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data_dir: None,
            tree_file: None,
            channels: Vec::new(),
            groups: Vec::new(),
            clock,
            title: "LINE จำลอง".to_owned(),
            members_without_id: 0.0,
            webhook_timeout: Duration::from_secs(2),
            redelivery_delays: [5, 30, 120].map(Duration::from_secs).to_vec(),
            hold_open: Duration::from_mins(2),
            lively: false,
            seed: 1,
        }
    }
}

/// One Official Account with its Messaging API channel.
#[derive(Clone, Serialize, Deserialize)]
pub struct ChannelConfig {
    /// The code by which gcc-relay knows it.
    pub code: String,
    /// The account's display name, as shown above its messages.
    pub name: String,
    /// The channel secret that signs webhooks: used as text, never decoded.
    pub secret: String,
    /// The channel access token.
    pub token: String,
    /// The account's own user id, the `destination` of its webhooks.
    pub bot_user_id: String,
    /// Messages per month, counted by member; `None` is a plan without a limit.
    #[serde(default)]
    pub quota: Option<u64>,
    /// Requests per second and endpoint.
    #[serde(default = "default_rate")]
    pub rate: u32,
    /// Where webhooks go: plain `http` only, as there is no TLS on this side.
    #[serde(default)]
    pub webhook: Option<String>,
    /// Whether webhooks without a 2xx answer are sent again.
    #[serde(default)]
    pub redelivery: bool,
}

/// LINE's published limit for most endpoints.
fn default_rate() -> u32 {
    2_000
}

impl ChannelConfig {
    /// A channel without a quota, at LINE's usual rate, with no webhook yet.
    #[must_use]
    pub fn new(code: &str, secret: &str, token: &str) -> Self {
        Self {
            code: code.to_owned(),
            name: code.to_owned(),
            secret: secret.to_owned(),
            token: token.to_owned(),
            bot_user_id: line_id('U', &["bot", code]),
            quota: None,
            rate: default_rate(),
            webhook: None,
            redelivery: false,
        }
    }
}

/// One LINE group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupConfig {
    /// LINE's id of the group: `C` and 32 hex digits; one of LINE's old multi-person chats begins with `R`.
    pub id: String,
    /// The name its members gave it.
    pub name: String,
    /// How many people are in it, the account not counted.
    pub members: u32,
    /// The channel whose account is in the group, or any other word for an account that is not ours. One account at most.
    #[serde(default)]
    pub channel: Option<String>,
}

/// In place of a channel's code: an account that is not ours.
const FOREIGN: &str = "(another account)";

impl GroupConfig {
    /// A group with the account of `channel` in it.
    #[must_use]
    pub fn joined(id: &str, name: &str, members: u32, channel: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), members, channel: Some(channel.to_owned()) }
    }

    /// A group with an account of somebody else in it: LINE lets no second one in.
    #[must_use]
    pub fn with_foreign_account(id: &str, name: &str, members: u32) -> Self {
        Self::joined(id, name, members, FOREIGN)
    }
}

//! LINE's other side, for the demo and the tests: a small platform that keeps LINE's documented rules.
//!
//! It shares no code with the adapter that talks to it (`line`), so that a misreading there shows
//! here. It knows nothing of bulletins: groups, accounts, messages, webhooks and faults only.
//!
//! | part | files |
//! |---|---|
//! | starting | `config`, `tree` (groups from the tree file), `server`, `platform` (what all share) |
//! | state | `state`, `record`, `journal`, `groups`, `friends` (chats of two), `chat`, `content`, `channel`, `tally` |
//! | LINE's rules | `limits`, `flex_limits`, `keys` (retry keys), `bucket`, `reply`, `push`, `queries` |
//! | a call's way | `api` → `call` → `serve` (token, faults, rate) → `dispatch` → `push` … → `answer` |
//! | people | `simulated_members`, `simulated_forwards` (by `forward_plan`) → `group_event` → `webhook` (event and signature) → `deliver` |
//! | the demo's side | `control`, `control_api`, `settings`, `counts`, `faults`, `page`, `live` |
//!
//! Every change is a record that is journalled before it is applied (`state`); a restart replays
//! them, so that chats, retry keys and faults stay. Callers: `app` ([`run`]) and tests
//! ([`Simulator::start`]).

mod answer;
mod api;
mod bucket;
mod call;
mod channel;
mod chat;
mod config;
mod content;
mod control;
mod control_api;
mod counts;
mod deliver;
mod dispatch;
mod endpoint;
mod faults;
mod flex_limits;
mod forward_plan;
mod friends;
mod group_event;
mod groups;
mod journal;
mod keys;
mod limits;
mod live;
mod media;
mod page;
mod platform;
mod push;
mod queries;
mod record;
mod reply;
mod serve;
mod server;
mod settings;
mod simulated_forwards;
mod simulated_members;
mod state;
mod tally;
mod tree;
mod webhook;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use gcc_relay_domain as domain;

pub use chat::AcceptedPush;
pub use config::{ChannelConfig, GroupConfig, SimulatorConfig};
pub use control::{Control, ControlError, EventReport};
pub use counts::{Counts, Duplicate};
pub use endpoint::Endpoint;
pub use faults::{Fault, FaultRule};
pub use group_event::{GroupEvent, GroupEventError};
pub use journal::JournalError;
pub use media::{ImageSet, Media, MediaKind};
pub use server::{RunningSimulator, Simulator, run};
pub use settings::{ChannelChange, ChannelView, Quota};
pub use tally::{BodyChange, WebhookCounts};

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The tree file cannot be read.
    #[error("the tree file {} cannot be read", path.display())]
    Tree {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: csv::Error,
    },
    /// The journal cannot be used.
    #[error("the simulator cannot pick up where it stopped")]
    Journal(#[from] JournalError),
    /// The address cannot be listened on.
    #[error("the LINE simulator cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Why not.
        source: io::Error,
    },
}

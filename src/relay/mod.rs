//! The relay: the engine that takes a bulletin down the tree, and the commands of people on it.
//!
//! Commands ([`publish`], [`approval`], [`trial`], [`forward`], [`withdraw`], [`retry`], [`forecast`]) work on a connection in the caller's
//! transaction and send nothing. [`line_check`] asks LINE before them. The engine finds its work in the database: a [`node`] holds channels and runs one
//! `sender` for each, whose `recorder` writes what came of every call; [`inbound`] works on what LINE told us,
//! woken by [`inbound_wake`];
//! [`upkeep`] does what time asks for, on one node for all, and keeps the `quotas` and the `member_counts`. [`by_hand`] steps the same parts without any waiting.
//!
//! Invariants: one sender per channel in the cluster; a key is durable before its first use; an outcome that is not
//! known is never called known; an acceptance is never refused.

pub mod approval;
pub mod audience;
mod backlog;
pub mod by_hand;
mod call;
pub mod clock_watch;
pub mod engine;
pub mod forecast;
pub mod forward;
mod gauges;
pub mod home;
pub mod inbound;
pub mod inbound_wake;
mod lease;
pub mod line_check;
pub mod listener;
mod member_counts;
pub mod node;
mod pace;
pub mod publish;
mod quota_evidence;
mod quotas;
mod recorder;
pub mod refusal;
pub mod retry;
mod sender;
pub mod settings;
pub mod trial;
pub mod upkeep;
pub mod withdraw;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The unguessable end of a public page's address: 128 random bits.
#[must_use]
pub fn public_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

//! The simulator's behaviour as the other side sees it: over real HTTP, with a clock moved by hand.

mod caller;
mod faults;
mod friends;
mod media;
mod messages;
mod pages;
mod restarts;
mod webhooks;

use serde_json::{Value, json};

use super::{ChannelConfig, GroupConfig, RunningSimulator, Simulator, SimulatorConfig};
use crate::domain::time::{Clock, Timestamp};
use caller::Caller;

/// A group of five with the account in it.
const GROUP: &str = "C0123456789abcdef0123456789abcdef";

fn config(clock: &Clock) -> SimulatorConfig {
    let mut config = SimulatorConfig::new(clock.clone());
    config.channels = vec![ChannelConfig::new("opm", "secret", "token")];
    config.groups = vec![GroupConfig::joined(GROUP, "GCC1 ศูนย์กลาง", 5, "opm")];
    config
}

fn clock() -> Clock {
    Clock::manual(Timestamp::from_second(1_521_763_200))
}

async fn start(config: SimulatorConfig) -> (RunningSimulator, Caller) {
    let simulator = Simulator::start(config).await.unwrap();
    let caller = Caller::new(simulator.url());
    (simulator, caller)
}

fn text(text: &str) -> Value {
    json!({ "to": GROUP, "messages": [{ "type": "text", "text": text }] })
}

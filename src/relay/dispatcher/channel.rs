//! What a dispatcher knows of its channel: whether and how fast it may be sent on.

use tokio::time::Instant;

use super::spending::Spending;
use crate::line::token::Access;
use crate::relay::engine::{Engine, open_access};
use crate::relay::pace::{Pace, Snooze};
use crate::relay::quota_evidence::QuotaEvidence;
use crate::relay::settings::Settings;
use crate::store::channels::Channel;

/// Calls that keep LINE's own pace of 2,000 a second when each takes half a second; more are of no use to a channel
/// without a pace either, and each costs memory.
const MOST_IN_FLIGHT: usize = 1_000;

/// The state of a channel.
pub(super) struct ChannelState {
    /// None until it is known, and where it cannot be opened.
    pub(super) access: Option<Access>,
    pub(super) parked: bool,
    /// Calls under way at most.
    pub(super) in_flight: usize,
    pub(super) pace: Pace,
    pub(super) snooze: Snooze,
    pub(super) quota: QuotaEvidence,
    /// Calls that LINE has accepted so far.
    pub(super) accepted: u64,
    pub(super) spending: Spending,
}

impl ChannelState {
    /// A channel of which nothing is known: nothing is sent on it.
    pub(super) fn unknown(settings: &Settings) -> Self {
        Self {
            access: None,
            parked: true,
            in_flight: settings.in_flight,
            pace: Pace::new(1, settings.burst, Instant::now()),
            snooze: Snooze::new(settings.snooze_start, settings.snooze_max),
            quota: QuotaEvidence::default(),
            accepted: 0,
            spending: Spending::default(),
        }
    }

    /// Whether it may be sent on.
    pub(super) fn is_open(&self) -> bool {
        !self.parked && self.access.is_some()
    }

    /// The channel is so now.
    pub(super) fn update(&mut self, engine: &Engine, channel: &Channel) {
        self.parked = channel.parked_reason.is_some();
        self.spending.update(&engine.settings, channel);
        let rate = u32::try_from(channel.rate_per_second).unwrap_or(1);
        self.pace.set_rate(rate);
        let keeps_pace = usize::try_from(rate / 2).unwrap_or(usize::MAX).min(MOST_IN_FLIGHT);
        self.in_flight = engine.settings.in_flight.max(keeps_pace);
        self.access = match open_access(&engine.sealing, channel) {
            Ok(access) => Some(access),
            Err(error) => {
                tracing::error!(
                    channel.code = channel.code,
                    error = &error as &dyn std::error::Error,
                    "the channel cannot be sent on"
                );
                None
            }
        };
    }
}

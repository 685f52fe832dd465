//! Drives the engine in tests: the same parts as a node runs, one step at a time and without waiting.
//!
//! For tests on a clock that is moved by hand, and for anything that wants the relay to do all it can do now and
//! then hold still.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::answering::give;
use super::dispatcher::{Dispatcher, Shared, Until};
use super::engine::Engine;
use super::inbound;
use super::lease::Lease;
use super::member_counts::{refresh_alerts, refresh_counts};
use super::quotas::refresh_quotas;
use super::reminders::remind;
use super::upkeep::UpkeepSteps;
use crate::domain::ids::ChannelId;
use crate::store::locks::SessionPid;
use crate::store::{Result, channels, progress};

/// Does everything that is due at the clock's time, until nothing changes any more.
pub async fn run_until_idle(engine: &Engine) -> Result<()> {
    let mut before = None;
    loop {
        drain_inbound(engine).await?;
        UpkeepSteps::new(engine.clone()).run_once().await;
        refresh_quotas(engine).await?;
        refresh_counts(engine).await?;
        refresh_alerts(engine).await?;
        remind(engine, true).await?;
        send_until_idle(engine).await?;
        let after = progress::sum_versions(&mut *engine.db.acquire().await?).await?;
        if before == Some(after) {
            return Ok(());
        }
        before = Some(after);
    }
}

/// Lets the dispatcher of each channel do all that it can do now, and nobody else anything.
pub async fn send_until_idle(engine: &Engine) -> Result<()> {
    let all = channels::list_channels(&mut *engine.db.acquire().await?).await?;
    let shared = Shared::start(engine);
    for channel in all.into_iter().filter(|channel| channel.parked_reason.is_none()) {
        let lease = Lease::endless(engine.clock.clone());
        let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let dispatcher = Dispatcher::start(engine, shared.clone(), channel.id, None, lease, wake, stop).await?;
        if let Some(dispatcher) = dispatcher {
            dispatcher.run(Until::Idle).await;
        }
    }
    Ok(())
}

/// Starts one dispatcher that works until it is stopped, for a test that looks at it while it works; none where `holder` is
/// given and does not hold the channel.
pub async fn start_dispatcher(
    engine: &Engine,
    channel: ChannelId,
    holder: Option<SessionPid>,
    wake: Arc<Notify>,
    stop: CancellationToken,
) -> Result<Option<JoinHandle<()>>> {
    let lease = Lease::endless(engine.clock.clone());
    let dispatcher = Dispatcher::start(engine, Shared::start(engine), channel, holder, lease, wake, stop).await?;
    Ok(dispatcher.map(|dispatcher| {
        tokio::spawn(async move {
            dispatcher.run(Until::Stopped).await;
        })
    }))
}

async fn drain_inbound(engine: &Engine) -> Result<()> {
    loop {
        let (done, answers) = inbound::drain(engine).await?;
        for answer in answers {
            give(engine, answer).await;
        }
        if done == 0 {
            return Ok(());
        }
    }
}

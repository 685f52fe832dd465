//! Shutdown in two stages: the first signal stops gracefully, the second at once.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What SIGINT and SIGTERM ask of this process; cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct Shutdown {
    /// Stop taking work, finish what is under way, record it.
    pub(super) stop: CancellationToken,
    /// Do not even wait for that.
    pub(super) abort: CancellationToken,
}

impl Shutdown {
    /// Listens for signals from now on.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let shutdown = Self { stop: CancellationToken::new(), abort: CancellationToken::new() };
        let interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be listened for")?;
        let terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?;
        tokio::spawn(shutdown.clone().pass_on(interrupt, terminate));
        Ok(shutdown)
    }

    async fn pass_on(self, mut interrupt: Signal, mut terminate: Signal) {
        next(&mut interrupt, &mut terminate).await;
        self.stop.cancel();
        next(&mut interrupt, &mut terminate).await;
        self.abort.cancel();
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

//! The calls to LINE that a dispatcher has under way.

use std::collections::HashMap;

use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use crate::domain::ids::ChannelId;
use crate::relay::backlog::Claimed;
use crate::relay::call::{CallContext, Called, Started, call};
use crate::relay::gauges::UnderWay;

/// A call that came to its end: what it came to, or what it was for where its task broke down.
pub(super) enum Finished {
    Called(Box<Called>),
    Broken(Started, JoinError),
}

/// Calls under way, each in a task of its own.
#[derive(Default)]
pub(super) struct Calls {
    tasks: JoinSet<Called>,
    /// What each of them is for.
    started: HashMap<Id, Started>,
    gauge: UnderWay,
}

impl Calls {
    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Begins a call.
    pub(super) fn start(
        &mut self,
        channel: ChannelId,
        with: CallContext,
        claimed: Claimed,
        message: std::sync::Arc<str>,
    ) {
        let started = Started::of(&claimed, with.clock.earlier());
        // none unless debug lines are asked for
        let span = tracing::debug_span!(
            "call", bulletin.id = %started.bulletin, delivery.id = %started.delivery, channel.id = %channel
        );
        let task = self.tasks.spawn(call(with, claimed, message).instrument(span));
        self.started.insert(task.id(), started);
    }

    /// The next that comes to its end; none where no call is under way.
    pub(super) async fn next(&mut self) -> Option<Finished> {
        loop {
            let ended = self.tasks.join_next_with_id().await?;
            if let Some(finished) = self.finish(ended) {
                return Some(finished);
            }
        }
    }

    /// One that has come to its end already.
    pub(super) fn try_next(&mut self) -> Option<Finished> {
        loop {
            let ended = self.tasks.try_join_next_with_id()?;
            if let Some(finished) = self.finish(ended) {
                return Some(finished);
            }
        }
    }

    fn finish(&mut self, ended: Result<(Id, Called), JoinError>) -> Option<Finished> {
        match ended {
            Ok((task, called)) => {
                self.started.remove(&task);
                Some(Finished::Called(Box::new(called)))
            }
            Err(error) => Some(Finished::Broken(self.started.remove(&error.id())?, error)),
        }
    }

    /// The channel is called so in the gauge.
    pub(super) fn name(&mut self, channel: &str) {
        self.gauge.name(channel);
    }

    /// Says how many there are.
    pub(super) fn measure(&self) {
        self.gauge.set(self.tasks.len());
    }
}

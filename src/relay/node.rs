//! A node: takes its share of the channels and runs one dispatcher for each.
//!
//! All of a node's locks live on one direct connection, its session. A heartbeat asks that session whether it still
//! lives; when it does not answer, the lease ends, the dispatchers stop, and everything starts over on a new session.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock_watch::{ClockWatch, clocks_agree};
use super::dispatcher::{Dispatcher, Ended, Shared, Until};
use super::engine::Engine;
use super::lease::Lease;
use super::listener::ListenerHealth;
use super::restore_guard::{Restored, guard_against_restored_copy};
use super::upkeep::Upkeep;
use crate::domain::ids::ChannelId;
use crate::store::locks::SessionPid;
use crate::store::notices::{self, Notice};
use crate::store::{Connection, Db, Result, StoreError, channels, database_now, locks, node_connection};
use crate::telemetry::metric;

/// The pool is tried so many times before it is given up.
const PROBES: u32 = 3;

/// A running dispatcher.
struct SenderHandle {
    code: String,
    wake: Arc<Notify>,
    stop: CancellationToken,
    task: JoinHandle<Ended>,
}

/// One node of the cluster.
pub struct Node {
    engine: Engine,
    senders: HashMap<ChannelId, SenderHandle>,
    shared: Shared,
    watch: ClockWatch,
    notices: broadcast::Receiver<Notice>,
    listener_health: ListenerHealth,
    probe: Option<JoinHandle<()>>,
}

/// Why a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeEnded {
    /// It was told to.
    Stopped,
    /// It holds its channels, as its session answers, but gets nothing written, as its pool does not: another process
    /// does better than this one.
    Stuck,
}

/// Why a session ended.
enum SessionEnded {
    Stopped,
    ClockJumped,
    Stuck,
}

impl Node {
    /// A node that is woken by `notices`.
    #[must_use]
    pub fn new(engine: Engine, notices: broadcast::Receiver<Notice>, listener_health: ListenerHealth) -> Self {
        let settings = &engine.settings;
        let watch = ClockWatch::new(engine.clock.clone(), settings.clock_jump, settings.clock_settle);
        let shared = Shared::start(&engine);
        Self { engine, senders: HashMap::new(), shared, watch, notices, listener_health, probe: None }
    }

    /// Works until `stop`, then lets the dispatchers finish their calls.
    pub async fn run(mut self, stop: CancellationToken) -> NodeEnded {
        while !stop.is_cancelled() {
            let lease = Lease::new(self.engine.clock.clone(), self.engine.settings.lease);
            match self.serve_session(&lease, &stop).await {
                Ok(SessionEnded::Stuck) => {
                    lease.end();
                    self.stop_all_senders().await;
                    return NodeEnded::Stuck;
                }
                Ok(SessionEnded::Stopped | SessionEnded::ClockJumped) => {}
                Err(error) => {
                    lease.end();
                    metrics::gauge!(metric::LEADER).set(0.0);
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "this node's session is lost; its channels are free for others"
                    );
                }
            }
            self.stop_all_senders().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.engine.settings.heartbeat) => {}
            }
        }
        NodeEnded::Stopped
    }

    /// Holds one session for as long as it answers.
    async fn serve_session(&mut self, lease: &Lease, stop: &CancellationToken) -> Result<SessionEnded> {
        let mut session = node_connection::open_session(&self.engine.db, self.engine.settings.keepalive).await?;
        let asked = lease.ask();
        if !self.read_clocks(&mut session).await? {
            return Ok(SessionEnded::ClockJumped);
        }
        self.check_restored_copy().await?;
        locks::join_nodes(&mut session).await?;
        let pid = locks::get_pid(&mut session).await?;
        lease.renew(asked);
        let opened = Instant::now();
        let mut last = (self.engine.clock.now(), Instant::now());
        let mut upkeep = Upkeep::new(self.engine.clone());
        let mut beat = tokio::time::interval(self.engine.settings.heartbeat);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => {
                    self.stop_all_senders().await;
                    return Ok(SessionEnded::Stopped);
                }
                notice = next_notice(&mut self.notices) => self.pass_on(notice),
                _ = beat.tick() => {
                    if lease.jump_since(&mut last) > self.engine.settings.clock_jump {
                        tracing::error!("this machine's clock has jumped; it is read from the database again");
                        lease.end();
                        return Ok(SessionEnded::ClockJumped);
                    }
                    let patience = self.engine.settings.lease;
                    let beat = self.beat(&mut session, pid, lease, &mut upkeep);
                    let Ok(beaten) = tokio::time::timeout(patience, beat).await else {
                        // the pool's connections lead to the same server
                        self.engine.db.give_up();
                        return Err(StoreError::Unavailable(node_connection::silent()));
                    };
                    if !beaten? {
                        lease.end();
                        return Ok(SessionEnded::ClockJumped);
                    }
                    if self.is_stuck(opened) {
                        return Ok(SessionEnded::Stuck);
                    }
                }
            }
        }
    }

    /// Before anything is sent: a restored copy is told from the database that was served last.
    async fn check_restored_copy(&self) -> Result<()> {
        let mut tx = self.engine.db.begin_long().await?;
        let restored = guard_against_restored_copy(&mut tx, &self.engine.settings, self.engine.clock.now()).await?;
        tx.commit().await?;
        if let Some(Restored { seen_at, open, unscheduled }) = restored {
            tracing::error!(home.seen_at = %seen_at, deliveries = open, bulletins.unscheduled = unscheduled,
                "the database is a restored copy: every channel is parked until an operator lets it go on");
        }
        Ok(())
    }

    /// Asks the session for a sign of life, and brings the share of channels into line. Gives whether the session may go
    /// on: not where the database's clock has jumped.
    async fn beat(
        &mut self,
        session: &mut Connection,
        pid: SessionPid,
        lease: &Lease,
        upkeep: &mut Upkeep,
    ) -> Result<bool> {
        let asked = lease.ask();
        if !self.read_clocks(session).await? {
            return Ok(false);
        }
        lease.renew(asked);
        self.share_channels(session, pid, lease).await?;
        // upkeep does what cannot be undone: a node whose clock is wrong leaves it to another
        let agree = clocks_agree(&self.engine.clock, self.engine.settings.clock_jump);
        let leads = if agree {
            locks::try_lead(session).await?
        } else {
            locks::stop_leading(session).await?;
            false
        };
        metrics::gauge!(metric::LEADER).set(f64::from(u8::from(leads)));
        if leads {
            upkeep.keep_going();
        } else {
            upkeep.rest();
        }
        notices::beat(session, self.listener_health.node).await?;
        metrics::gauge!(metric::NOTICES_SILENT).set(self.listener_health.silence().as_secs_f64());
        Ok(true)
    }

    /// Compares the database's clock with this machine's; gives whether the time can be relied on.
    async fn read_clocks(&mut self, session: &mut Connection) -> Result<bool> {
        let asked = self.engine.clock.machine();
        let database = database_now(session).await?;
        let ahead = self.engine.clock.measure(database, asked);
        metrics::gauge!(metric::CLOCK_OFFSET).set(ahead.as_secs_f64());
        let reliable = self.watch.observe(database, asked, Instant::now());
        if !reliable {
            tracing::error!(
                clock.ahead = ahead.as_secs_f64(),
                "the database's clock or this machine's has jumped: nothing is sent until they agree or the difference has lasted"
            );
        }
        Ok(reliable)
    }

    /// Whether the session answers, since `opened`, and nothing else does. The pool is tried when it has had nothing
    /// to do for a while.
    fn is_stuck(&mut self, opened: Instant) -> bool {
        let limit = self.engine.settings.watchdog;
        let silence = self.engine.db.silence().min(opened.elapsed());
        if silence > limit {
            tracing::error!(
                silence = silence.as_secs(),
                "the database answers this node's session, but nothing has come of its pool: the process ends, to be started again"
            );
            return true;
        }
        if silence > limit / PROBES && self.probe.as_ref().is_none_or(JoinHandle::is_finished) {
            let db = self.engine.db.clone();
            self.probe = Some(tokio::spawn(async move {
                if let Err(error) = probe(&db).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the pool of the database does not answer"
                    );
                }
            }));
        }
        false
    }

    /// Takes free channels up to this node's share, and lets go what is over it.
    async fn share_channels(&mut self, session: &mut Connection, pid: SessionPid, lease: &Lease) -> Result<()> {
        let ended: Vec<ChannelId> =
            self.senders.iter().filter(|(_, sender)| sender.task.is_finished()).map(|(channel, _)| *channel).collect();
        for channel in ended {
            self.senders.remove(&channel);
            locks::release_channel(session, channel).await?;
        }
        let all = channels::list_channels(session).await?;
        let nodes = usize::try_from(locks::count_nodes(session).await?).unwrap_or(1).max(1);
        metrics::gauge!(metric::NODES).set(f64::from(u32::try_from(nodes).unwrap_or(u32::MAX)));
        let share = all.len().div_ceil(nodes);
        // a dispatcher that is told to stop finishes its calls; its channel is let go in a later beat
        let working = self.senders.values().filter(|sender| !sender.stop.is_cancelled());
        working.skip(share).for_each(|sender| sender.stop.cancel());
        let room = share.saturating_sub(self.senders.len());
        let free = all.iter().map(|channel| channel.id).filter(|id| !self.senders.contains_key(id));
        let wanted: Vec<ChannelId> = free.collect();
        let held = match room.min(wanted.len()) {
            0 => Vec::new(),
            _ => locks::try_hold_channels(session, &wanted, room).await?,
        };
        for channel in all {
            if held.contains(&channel.id) {
                self.start_sender(channel.id, channel.code.clone(), pid, lease);
            }
            set_held_gauge(channel.code, self.senders.contains_key(&channel.id));
        }
        Ok(())
    }

    /// Starts the dispatcher of a channel whose lock is held, in a task of its own: taking a channel may have to wait for
    /// others, and the beat must not.
    fn start_sender(&mut self, channel: ChannelId, code: String, holder: SessionPid, lease: &Lease) {
        let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        if !self.shared.works() {
            tracing::error!("the recorder or the queue reader ended unexpectedly; they are started again");
            self.shared = Shared::start(&self.engine);
        }
        let (engine, lease, shared) = (self.engine.clone(), lease.clone(), self.shared.clone());
        let (bell, halt) = (wake.clone(), stop.clone());
        let task = tokio::spawn(async move {
            match Dispatcher::start(&engine, shared, channel, Some(holder), lease, bell, halt).await {
                Ok(Some(dispatcher)) => dispatcher.run(Until::Stopped).await,
                Ok(None) => {
                    tracing::warn!(channel.id = %channel, "the channel's lock was lost before the channel was taken");
                    Ended::Done
                }
                Err(error) => {
                    tracing::warn!(channel.id = %channel, error = &error as &dyn std::error::Error,
                        "a channel could not be taken; it is tried again");
                    Ended::Done
                }
            }
        });
        self.senders.insert(channel, SenderHandle { code, wake, stop, task });
    }

    fn pass_on(&self, notice: Option<Notice>) {
        match notice {
            Some(Notice::Wake(channel)) => {
                if let Some(sender) = self.senders.get(&channel) {
                    sender.wake.notify_one();
                }
            }
            Some(Notice::Inbound) => {}
            // some were missed: wake everybody
            Some(Notice::WakeAll) | None => self.senders.values().for_each(|sender| sender.wake.notify_one()),
        }
    }

    /// Stops all dispatchers; calls under way may finish within the grace time.
    async fn stop_all_senders(&mut self) {
        let senders: Vec<SenderHandle> = self.senders.drain().map(|(_, sender)| sender).collect();
        for sender in &senders {
            sender.stop.cancel();
            set_held_gauge(sender.code.clone(), false);
        }
        let grace = self.engine.settings.shutdown_grace;
        futures_util::future::join_all(senders.into_iter().map(|sender| Self::wait_for(sender, grace))).await;
    }

    async fn wait_for(sender: SenderHandle, grace: std::time::Duration) {
        let abort = sender.task.abort_handle();
        if tokio::time::timeout(grace, sender.task).await.is_err() {
            tracing::warn!("calls were still under way after the grace time; their outcome is open");
            abort.abort();
        }
    }
}

/// The next notice; nothing where some were missed. A listener that is gone says nothing more: the dispatchers look for work
/// by themselves now and then.
async fn next_notice(notices: &mut broadcast::Receiver<Notice>) -> Option<Notice> {
    match notices.recv().await {
        Ok(notice) => Some(notice),
        Err(RecvError::Lagged(_)) => None,
        Err(RecvError::Closed) => std::future::pending().await,
    }
}

async fn probe(db: &Db) -> Result<()> {
    database_now(&mut *db.acquire().await?).await.map(drop)
}

/// Says whether this node sends for a channel.
fn set_held_gauge(channel: String, held: bool) {
    metrics::gauge!(metric::CHANNEL_LOCK_HELD, "channel" => channel).set(f64::from(u8::from(held)));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_listener_that_is_gone_is_waited_for_and_not_asked_without_end() {
        let (sender, mut notices) = broadcast::channel(1);
        sender.send(Notice::WakeAll).expect("somebody listens");
        drop(sender);
        assert_eq!(next_notice(&mut notices).await, Some(Notice::WakeAll));
        let waited = tokio::time::timeout(Duration::from_millis(50), next_notice(&mut notices)).await;
        assert!(waited.is_err(), "{waited:?}");
    }
}

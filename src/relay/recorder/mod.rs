//! The recorder: writes what calls came to, in batches, and never loses an outcome.
//!
//! One per node, for all of its dispatchers: the more channels, the more each write says. A batch is written at once when
//! groups below wait for one of its rows or a channel has nothing more under way, else when it is full or its oldest row has
//! waited long enough. While the database is away the batch waits and is written again; the statements are safe to
//! repeat. What is of a bulletin that somebody has locked is held back for a moment, so that nobody else's outcomes wait for it.
//! A claimed batch of the queue goes in the transaction that records the last of its deliveries; until then it names only
//! what is accepted or may be on its way.

mod gathering;
mod writing;

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use self::gathering::{Gathered, Share};
use super::engine::Engine;
use crate::domain::ids::{BatchId, BulletinId, ChannelId, DeliveryId};
use crate::store::attempts::Attempt;
use crate::store::record::DeliveryOutcome;

/// Entries that may wait for the recorder, in full batches: beyond, dispatchers wait.
const BATCHES_AHEAD: usize = 16;
/// How long outcomes are held back whose bulletin somebody else has locked.
const HELD_BACK: Duration = Duration::from_millis(50);

/// Whose outcomes these are: a channel, and which of its holders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Holder {
    /// The channel.
    pub channel: ChannelId,
    /// What the holder's writes are checked against.
    pub epoch: i64,
}

/// How soon an outcome is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// With others, within the delay of the settings.
    None,
    /// Now: nothing comes after it for now.
    Last,
    /// Now, and with few others: groups below wait for it.
    Awaited,
}

/// What a dispatcher tells the recorder.
#[derive(Debug)]
pub enum Entry {
    /// It begins, and wants to hear what is written.
    Joined(mpsc::UnboundedSender<Written>),
    /// A batch was claimed with so many deliveries.
    Opened(BatchId, usize),
    /// A delivery came to something.
    Outcome {
        /// What to write.
        row: Box<DeliveryOutcome>,
        /// What to append to the attempts.
        attempt: Option<Attempt>,
        /// The batch it stands in.
        batch: BatchId,
        /// How soon.
        haste: Haste,
    },
    /// A claimed delivery was not sent and goes back into the queue.
    GivenBack {
        /// Which.
        id: DeliveryId,
        /// Of which bulletin.
        bulletin: BulletinId,
        /// The batch it stands in.
        batch: BatchId,
    },
    /// A call was refused and is made again later; the delivery stays claimed.
    Refused(Attempt),
    /// It ends: once all that it told is written, it hears no more.
    Left,
}

/// What the recorder tells a dispatcher: these are durable now.
#[derive(Debug)]
pub struct Written {
    /// The deliveries, each with the batch that it stood in.
    pub settled: Vec<(DeliveryId, BatchId)>,
    /// Whether others on the same channel became ready, or one of these is to be sent again at once.
    pub woke_own: bool,
}

/// The way to a node's recorder. It works until every copy of this is gone and all is written.
#[derive(Clone, Debug)]
pub struct ToRecorder {
    entries: mpsc::Sender<(Holder, Entry)>,
}

/// The recorder is gone: nothing may be sent that could not be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Gone;

impl ToRecorder {
    /// Starts a recorder.
    #[must_use]
    pub fn start(engine: Engine) -> Self {
        let (entries, inbox) = mpsc::channel(engine.settings.record_batch * BATCHES_AHEAD);
        tokio::spawn(Recorder::new(engine, inbox).run());
        Self { entries }
    }

    /// Whether it is still there.
    #[must_use]
    pub fn works(&self) -> bool {
        !self.entries.is_closed()
    }

    /// Tells it something.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn send(&self, holder: Holder, entry: Entry) -> Result<(), Gone> {
        self.entries.send((holder, entry)).await.map_err(|_| Gone)
    }
}

/// What is known of one dispatcher.
struct Known {
    written: mpsc::UnboundedSender<Written>,
    /// Deliveries of each batch that are not recorded.
    open: HashMap<BatchId, usize>,
}

/// Writes outcomes until all dispatchers are gone.
struct Recorder {
    engine: Engine,
    entries: mpsc::Receiver<(Holder, Entry)>,
    holders: HashMap<Holder, Known>,
    /// What could not be written as its bulletins were locked, and until when it is left alone.
    held: HashMap<Holder, Share>,
    held_until: Option<Instant>,
    /// Dispatchers that have said their last.
    left: Vec<Holder>,
}

impl Recorder {
    fn new(engine: Engine, entries: mpsc::Receiver<(Holder, Entry)>) -> Self {
        Self { engine, entries, holders: HashMap::new(), held: HashMap::new(), held_until: None, left: Vec::new() }
    }

    async fn run(mut self) {
        loop {
            let told = match self.held_until {
                None => match self.entries.recv().await {
                    None => return,
                    told => told,
                },
                Some(until) => match tokio::time::timeout_at(until, self.entries.recv()).await {
                    Ok(None) => {
                        tokio::time::sleep_until(until).await;
                        None
                    }
                    told => told.ok().flatten(),
                },
            };
            let mut gathered = Gathered::default();
            if let Some(told) = told {
                self.take(told, &mut gathered);
            }
            if self.held_until.is_some_and(|until| until <= Instant::now()) {
                self.held_until = None;
                for (holder, share) in self.held.drain() {
                    gathered.add_held(holder, share);
                }
            }
            self.fill(&mut gathered).await;
            self.left.append(&mut gathered.left);
            if !gathered.is_empty() {
                self.write(gathered).await;
            }
            let (staying, gone) =
                std::mem::take(&mut self.left).into_iter().partition(|one| self.held.contains_key(one));
            self.left = staying;
            for holder in gone {
                let _: Option<Known> = self.holders.remove(&holder);
            }
        }
    }

    /// Leaves for a moment what could not be written.
    fn hold_back(&mut self, holder: Holder, share: Share) {
        self.held.entry(holder).or_default().merge(share);
        self.held_until.get_or_insert_with(|| Instant::now() + HELD_BACK);
    }

    /// Takes what is there, and waits for more while nothing of it is in haste.
    async fn fill(&mut self, gathered: &mut Gathered) {
        let deadline = Instant::now() + self.engine.settings.record_delay;
        while !gathered.is_full(self.engine.settings.record_batch) {
            match self.entries.try_recv() {
                Ok(told) => self.take(told, gathered),
                Err(_) if gathered.is_in_haste() || gathered.is_empty() => break,
                Err(_) => match tokio::time::timeout_at(deadline, self.entries.recv()).await {
                    Ok(Some(told)) => self.take(told, gathered),
                    Ok(None) | Err(_) => break,
                },
            }
        }
    }

    fn take(&mut self, (holder, entry): (Holder, Entry), gathered: &mut Gathered) {
        match entry {
            Entry::Joined(written) => {
                // one that was broken off could not say that it left
                self.holders.retain(|_, known| !known.written.is_closed());
                self.holders.insert(holder, Known { written, open: HashMap::new() });
            }
            Entry::Opened(batch, deliveries) => {
                if let Some(known) = self.holders.get_mut(&holder) {
                    known.open.insert(batch, deliveries);
                }
            }
            Entry::Left => gathered.left.push(holder),
            entry => gathered.add(holder, entry),
        }
    }
}

//! What one key or session may have of a node: streams and long polls at once.
//!
//! How often a key may ask is in [`super::rates`]. The counts are of this node alone: they keep one caller from taking
//! all of a node's room, which no other node lacks then.

use uuid::Uuid;

use super::access::Caller;
use super::problem::Problem;
use super::slots::{Slot, Slots};

/// What one caller may have of a node; from the section `limits` of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerLimits {
    /// Streams that a key may hold open at once.
    pub streams_per_key: usize,
    /// Streams that a session may hold open at once.
    pub streams_per_session: usize,
    /// Statuses that a key may wait for at once.
    pub waits_per_key: usize,
    /// Requests of a key in a minute that read; 0 = not counted.
    pub reads_per_minute: u32,
    /// Requests of a key in a minute that change something; 0 = not counted.
    pub writes_per_minute: u32,
    /// Statuses that a key may ask for in a minute; 0 = not counted.
    pub polls_per_minute: u32,
}

impl Default for CallerLimits {
    /// As in `config/default.toml`.
    fn default() -> Self {
        Self {
            streams_per_key: 200,
            streams_per_session: 100,
            waits_per_key: 500,
            reads_per_minute: 30_000,
            writes_per_minute: 6_000,
            polls_per_minute: 0,
        }
    }
}

/// Who holds streams and long polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A key of the API.
    Key(Uuid),
    /// A person's session, by its hash.
    Session([u8; 32]),
}

impl Holder {
    /// The key that calls.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        Self::Key(caller.uuid())
    }
}

/// The streams and long polls of this node by who holds them.
#[derive(Clone, Debug)]
pub struct Held {
    limits: CallerLimits,
    streams: Slots<Holder>,
    waits: Slots<Holder>,
}

impl Held {
    /// None yet.
    #[must_use]
    pub fn new(limits: CallerLimits) -> Self {
        Self { limits, streams: Slots::default(), waits: Slots::default() }
    }

    /// A place for one more stream.
    ///
    /// # Errors
    /// 429 where the holder has as many as it may.
    pub fn take_stream(&self, holder: Holder) -> Result<Slot<Holder>, Problem> {
        let (most, whose) = match holder {
            Holder::Key(_) => (self.limits.streams_per_key, "This key"),
            Holder::Session(_) => (self.limits.streams_per_session, "This session"),
        };
        let full =
            || Problem::too_many(format!("{whose} holds {most} streams already: end one before you open another."));
        self.streams.take(holder, most).ok_or_else(full)
    }

    /// A place for one more long poll.
    ///
    /// # Errors
    /// 429 where the holder has as many as it may.
    pub fn take_wait(&self, holder: Holder) -> Result<Slot<Holder>, Problem> {
        let most = self.limits.waits_per_key;
        let full =
            || Problem::too_many(format!("This key waits for {most} statuses already: ask without `wait`, or later."));
        self.waits.take(holder, most).ok_or_else(full)
    }
}

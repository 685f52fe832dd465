//! One connection, on which every statement has a limit.
//!
//! The database's host may die after it has acknowledged a statement; then nothing is under way on the wire, so nothing
//! ever notices, and the statement waits for ever. So each statement is given up by this side: after a limit, or at
//! once when its health says that all connections of its age are lost. A connection on which a statement was given up
//! or left half-way is not used again, and closed rather than asked whether it is well, which could hang in turn.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use sqlx::postgres::{PgConnection, PgQueryResult, PgRow, PgStatement, PgTypeInfo, Postgres};
use sqlx::{Describe, Either, Error, Execute, Executor, SqlStr};
use tokio_util::sync::CancellationToken;

use super::ends_session;
use super::hosts::silent;

/// What the connections to one database know of each other: when one of them fails, those of its age have failed too, as
/// all lead to the same server.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    shared: Arc<Shared>,
    answers: Arc<Answers>,
}

#[derive(Debug, Default)]
struct Shared {
    age: AtomicU64,
    /// Ends what is under way on the connections of the present age.
    lost: Mutex<CancellationToken>,
}

/// When a statement of one pool succeeded last.
#[derive(Debug)]
struct Answers {
    began: Instant,
    /// Milliseconds from the beginning.
    last: AtomicU64,
}

impl Default for Answers {
    fn default() -> Self {
        Self { began: Instant::now(), last: AtomicU64::new(0) }
    }
}

impl Health {
    /// The same for another pool on the same database, whose answers are counted apart.
    pub(super) fn beside(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), answers: Arc::default() }
    }

    fn age(&self) -> u64 {
        self.shared.age.load(Ordering::Relaxed)
    }

    /// Connections that are as old as `age` are not used again; what is under way on them may still succeed.
    fn suspect(&self, age: u64) {
        let _ = self.shared.age.compare_exchange(age, age + 1, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Ends everything that is under way: no answer will come.
    pub(super) fn give_up(&self) {
        let mut lost = self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.age.fetch_add(1, Ordering::Relaxed);
        std::mem::take(&mut *lost).cancel();
    }

    fn token(&self) -> CancellationToken {
        self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_answer(&self) {
        let since = u64::try_from(self.answers.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.answers.last.fetch_max(since, Ordering::Relaxed);
    }

    /// How long ago a statement succeeded last; from the beginning, if none has.
    pub(super) fn silence(&self) -> Duration {
        let last = Duration::from_millis(self.answers.last.load(Ordering::Relaxed));
        self.answers.began.elapsed().saturating_sub(last)
    }
}

/// One connection: what every function of the store takes.
pub struct Connection {
    raw: PgConnection,
    guard: Guard,
    opened: Instant,
    pub(super) rested: Instant,
}

/// Bounds the statements of one connection.
struct Guard {
    limit: Duration,
    health: Health,
    age: u64,
    lost: CancellationToken,
    /// A statement was begun and has not come to its end.
    under_way: bool,
    broken: bool,
    /// Its settings are no longer those of the others.
    retired: bool,
}

impl Connection {
    /// Bounds the statements on `raw`.
    pub(super) fn new(raw: PgConnection, limit: Duration, health: Health) -> Self {
        let (age, lost, now) = (health.age(), health.token(), Instant::now());
        Self {
            raw,
            guard: Guard { limit, health, age, lost, under_way: false, broken: false, retired: false },
            opened: now,
            rested: now,
        }
    }

    /// Whether another statement can be sent on it.
    pub(super) fn is_usable(&self) -> bool {
        !self.guard.broken && !self.guard.under_way
    }

    /// Whether somebody else may have it next.
    pub(super) fn is_reusable(&self) -> bool {
        self.is_usable() && !self.guard.retired
    }

    /// Whether a connection of its age has failed.
    pub(super) fn is_suspect(&self) -> bool {
        self.guard.age < self.guard.health.age()
    }

    /// Takes the server that it leads to for lost.
    pub(super) fn suspect(&self) {
        self.guard.health.suspect(self.guard.age);
    }

    pub(super) fn is_older_than(&self, age: Duration) -> bool {
        self.opened.elapsed() > age
    }

    /// Gives its statements another limit. It is not used again afterwards.
    pub(super) fn limit(&mut self, limit: Duration) {
        self.guard.limit = limit;
        self.guard.retired = true;
    }

    /// The bare connection, for what takes as long as it takes: migrations.
    pub(super) fn unbounded(&mut self) -> &mut PgConnection {
        &mut self.raw
    }

    /// Tells the database that this is the end, and closes.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn close(self) -> Result<(), Error> {
        sqlx::Connection::close(self.raw).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("usable", &self.is_usable()).finish_non_exhaustive()
    }
}

impl Guard {
    async fn bound<T>(&mut self, statement: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        if self.broken {
            return Err(silent("the connection was given up"));
        }
        self.under_way = true;
        let done = tokio::select! {
            biased;
            done = statement => done,
            () = self.lost.cancelled() => Err(silent("the database does not answer")),
            () = tokio::time::sleep(self.limit) => Err(silent("the database did not answer in time")),
        };
        match &done {
            Ok(_) => self.health.note_answer(),
            Err(error) if ends_connection(error) => {
                self.broken = true;
                self.health.suspect(self.age);
            }
            Err(_) => {}
        }
        self.under_way = false;
        done
    }
}

/// Whether the fault is the connection's and not the statement's.
fn ends_connection(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => true,
        Error::Database(refusal) => ends_session(refusal.as_ref()),
        _ => false,
    }
}

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Postgres;

    fn execute<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<PgQueryResult, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Connection { raw, guard, .. } = self;
        Box::pin(guard.bound(raw.execute(query)))
    }

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Connection { raw, guard, .. } = self;
        // read to its end, so that whoever is slow with the rows does not keep the statement open
        let all = guard.bound(raw.fetch_many(query).try_collect::<Vec<_>>());
        stream::once(all).map_ok(|steps| stream::iter(steps.into_iter().map(Ok))).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Connection { raw, guard, .. } = self;
        Box::pin(guard.bound(raw.fetch_optional(query)))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        let Connection { raw, guard, .. } = self;
        Box::pin(guard.bound(raw.prepare_with(sql, parameters)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        let Connection { raw, guard, .. } = self;
        Box::pin(guard.bound(raw.describe(sql)))
    }
}

//! The pool: connections that are shared by the tasks of a process, each for as long as one piece of work takes.
//!
//! A place in the pool is free again at the moment in which its user lets go of it, whatever state the connection is
//! in: one that is left in mid-statement is closed on the spot, a transaction that was not committed is undone within a
//! limit, and nothing else is asked on the way back. So a database that has fallen silent cannot use up the places.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::managed::{self, Metrics, Object, PoolError, RecycleError, RecycleResult};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo, Postgres};
use sqlx::{AssertSqlSafe, Describe, Either, Error, Execute, Executor, SqlStr};

use super::connection::{Connection, Health};
use super::hosts::{Hosts, Settings};

/// A connection that has rested for longer is asked whether it is well before it is used.
const RESTED: Duration = Duration::from_secs(1);
/// How long the answer to that may take, and undoing a transaction.
const ASIDE: Duration = Duration::from_secs(2);
/// A connection is made anew after this time, so that none keeps for ever what a server has gathered for it.
const LIFETIME: Duration = Duration::from_mins(30);
/// The limit of what has none.
const LONG: Duration = Duration::from_hours(6);
/// The first and the longest wait before connecting is tried again.
const WAITS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// After this long the database ends a transaction in which nothing is done: its process is frozen or cut off, and
/// must not keep others from the rows that it holds. No transaction here waits for anything but the database.
pub(super) const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(10);

/// How a pool is made.
#[derive(Clone, Copy, Debug)]
pub struct Pooling {
    /// What its connections are called in `pg_stat_activity`.
    pub name: &'static str,
    /// Connections at most.
    pub max_connections: u32,
    /// The longest wait for a connection.
    pub patience: Duration,
    /// The longest time for one statement; half of it for a lock.
    pub statement: Duration,
}

/// A pool of connections; cloning shares it.
#[derive(Clone, Debug)]
pub struct Db {
    pool: managed::Pool<Opener>,
    hosts: Arc<Hosts>,
    health: Health,
    pooling: Pooling,
}

/// Opens connections and looks at those that come back.
#[derive(Debug)]
struct Opener {
    hosts: Arc<Hosts>,
    health: Health,
    settings: Settings,
    pooling: Pooling,
}

impl managed::Manager for Opener {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        let raw = self.hosts.connect(self.pooling.name, &self.settings).await?;
        Ok(Connection::new(raw, self.pooling.statement, self.health.clone()))
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Error> {
        if !connection.is_usable() || connection.is_suspect() || connection.is_older_than(LIFETIME) {
            return Err(RecycleError::message("it is not used again"));
        }
        if connection.rested.elapsed() < RESTED {
            return Ok(());
        }
        match tokio::time::timeout(ASIDE, connection.execute("")).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(RecycleError::Backend(error)),
            Err(_) => {
                connection.suspect();
                Err(RecycleError::message("it does not answer"))
            }
        }
    }
}

impl Db {
    /// A pool on `hosts`; nothing is opened yet.
    #[must_use]
    pub fn new(hosts: Arc<Hosts>, pooling: Pooling) -> Self {
        Self::with_health(hosts, pooling, Health::default())
    }

    /// Another pool on the same database, whose places are its own. Where one finds the database lost, both do.
    #[must_use]
    pub fn beside(&self, pooling: Pooling) -> Self {
        Self::with_health(Arc::clone(&self.hosts), pooling, self.health.beside())
    }

    fn with_health(hosts: Arc<Hosts>, pooling: Pooling, health: Health) -> Self {
        let settings = settings(pooling.statement);
        let opener = Opener { hosts: Arc::clone(&hosts), health: health.clone(), settings, pooling };
        let pool = managed::Pool::builder(opener)
            .max_size(usize::try_from(pooling.max_connections).unwrap_or(usize::MAX))
            .wait_timeout(Some(pooling.patience))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .expect("a runtime is given");
        Self { pool, hosts, health, pooling }
    }

    /// A connection; its place is free again when it is dropped.
    ///
    /// # Errors
    /// None becomes free in time, or the database cannot be reached.
    pub async fn acquire(&self) -> Result<Pooled, Error> {
        let until = Instant::now() + self.pooling.patience;
        let mut wait = WAITS.0;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let error = match tokio::time::timeout(left, self.pool.get()).await {
                Ok(Ok(object)) => return Ok(Pooled(Some(object))),
                Ok(Err(PoolError::Closed)) => return Err(Error::PoolClosed),
                Ok(Err(PoolError::Backend(error))) if !is_starting(&error) => return Err(error),
                Ok(Err(PoolError::Backend(error))) => error,
                Ok(Err(_)) | Err(_) => return Err(Error::PoolTimedOut),
            };
            if left < wait {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(WAITS.1);
        }
    }

    /// A transaction; dropping it undoes it.
    ///
    /// # Errors
    /// None becomes free in time, or the database cannot be reached.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let mut connection = self.acquire().await?;
        if let Err(error) = connection.execute("begin").await {
            if is_silence(&error) || connection.is_usable() {
                return Err(error);
            }
            // nothing is done yet, so a connection that turns out to be lost is given away for another
            drop(connection);
            connection = self.acquire().await?;
            connection.execute("begin").await?;
        }
        Ok(Tx { connection, open: true })
    }

    /// A transaction whose statements may take very long, as each of them looks at everything there is.
    ///
    /// # Errors
    /// None becomes free in time, or the database cannot be reached.
    pub async fn begin_long(&self) -> Result<Tx, Error> {
        let mut tx = self.begin().await?;
        tx.connection.limit(LONG);
        let set = format!("set local statement_timeout = '{0}'; set local lock_timeout = '{0}'", milliseconds(LONG));
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut *tx.connection).await?;
        Ok(tx)
    }

    /// Ends everything that is under way, and makes all connections anew: whoever calls knows that the database does
    /// not answer on them.
    pub fn give_up(&self) {
        self.health.give_up();
    }

    /// How long ago a statement succeeded last.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.health.silence()
    }

    /// The hosts of the database.
    #[must_use]
    pub fn hosts(&self) -> &Arc<Hosts> {
        &self.hosts
    }

    /// How it was made.
    #[must_use]
    pub fn pooling(&self) -> &Pooling {
        &self.pooling
    }

    /// How many connections are open, and how many of these are not in use.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
    }

    /// Closes the pool: nobody gets a connection any more, and those in use are closed when they are let go.
    pub fn close(&self) {
        self.pool.close();
    }
}

/// What holds for the sessions of a pool.
fn settings(statement: Duration) -> Settings {
    let mut settings = vec![
        ("idle_in_transaction_session_timeout", milliseconds(IDLE_IN_TRANSACTION)),
        ("statement_timeout", milliseconds(statement)),
        ("lock_timeout", milliseconds(statement / 2)),
        // a question here is over in milliseconds; translating it into machine code first takes fifty
        ("jit", "off".to_owned()),
    ];
    settings.extend(keepalive(statement));
    settings
}

/// The database is asked to notice when the other end is gone: within about `span`.
pub(super) fn keepalive(span: Duration) -> Settings {
    let probe = (span.as_secs() / 3).max(1).to_string();
    vec![
        ("tcp_keepalives_idle", probe.clone()),
        ("tcp_keepalives_interval", probe),
        ("tcp_keepalives_count", "2".to_owned()),
        // an answer on its way to a dead machine does not count as silence: this bounds it
        ("tcp_user_timeout", milliseconds(span)),
    ]
}

pub(super) fn milliseconds(span: Duration) -> String {
    span.as_millis().to_string()
}

/// Whether the database may let somebody in shortly: it starts, or another host is being promoted.
fn is_starting(error: &Error) -> bool {
    match error {
        Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        Error::Database(refusal) => refusal.code().as_deref() == Some("57P03"),
        _ => false,
    }
}

fn is_silence(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut)
}

/// A connection of a pool.
#[derive(Debug)]
pub struct Pooled(Option<Object<Opener>>);

/// The connection is only taken out when the guard is dropped.
const THERE: &str = "a connection that is in use";

impl Deref for Pooled {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0.as_ref().expect(THERE)
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Connection {
        self.0.as_mut().expect(THERE)
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(mut object) = self.0.take() else { return };
        if object.is_reusable() {
            object.rested = Instant::now();
        } else {
            // closes it at once; the place is free
            drop(Object::take(object));
        }
    }
}

/// A transaction; dropping it undoes it.
#[derive(Debug)]
pub struct Tx {
    connection: Pooled,
    open: bool,
}

impl Tx {
    /// Makes it so.
    ///
    /// # Errors
    /// When the database fails; what came of it is not known then.
    pub async fn commit(mut self) -> Result<(), Error> {
        self.connection.execute("commit").await?;
        self.open = false;
        Ok(())
    }

    /// Undoes it, and waits for that.
    ///
    /// # Errors
    /// When the database fails; it is undone then, too.
    pub async fn rollback(mut self) -> Result<(), Error> {
        self.connection.execute("rollback").await?;
        self.open = false;
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.open || !self.connection.is_usable() {
            return;
        }
        let Some(object) = self.connection.0.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            drop(Object::take(object));
            return;
        };
        let mut connection = Pooled(Some(object));
        // a connection on which that takes too long is in mid-statement, and closed
        runtime.spawn(async move {
            if !matches!(tokio::time::timeout(ASIDE, connection.execute("rollback")).await, Ok(Ok(_))) {
                connection.0.take().map(Object::take);
            }
        });
    }
}

/// One statement on whichever connection is free.
impl<'c> Executor<'c> for &'c Db {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let all = async move {
            let mut connection = self.acquire().await?;
            connection.fetch_many(query).try_collect::<Vec<_>>().await
        };
        stream::once(all).map_ok(|steps| stream::iter(steps.into_iter().map(Ok))).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(async move { self.acquire().await?.fetch_optional(query).await })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move { self.acquire().await?.prepare_with(sql, parameters).await })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move { self.acquire().await?.describe(sql).await })
    }
}

//! The hosts of the database: which of them takes writes is found out anew for each connection.
//!
//! Where the address names several, the one that did last time is tried first and the others a moment later; the
//! first that can be written to wins. So connections follow a standby that was promoted, without a restart.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::select_ok;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Error, Row as _};

use crate::domain::hosts::Address;

/// How long one host may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(5);
/// The head start of the host that took writes last.
const HEAD_START: Duration = Duration::from_millis(250);

/// Settings of one session in the database, as name and value; both are ours and need no quoting.
pub(super) type Settings = Vec<(&'static str, String)>;

/// The hosts of one database.
#[derive(Debug)]
pub struct Hosts {
    each: Vec<PgConnectOptions>,
    writable: bool,
    last: AtomicUsize,
}

impl Hosts {
    /// Reads an address.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let address = Address::parse(url).map_err(|error| Error::Configuration(Box::new(error)))?;
        let each = address.hosts.iter().map(|host| host.parse()).collect::<Result<Vec<PgConnectOptions>, _>>()?;
        // so that nothing is said at the start of a connection that a pooler would refuse
        let each = each.into_iter().map(|options| options.extra_float_digits(None)).collect();
        Ok(Self { each, writable: address.writable, last: AtomicUsize::new(0) })
    }

    /// How many hosts there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.each.len()
    }

    /// How the host that took writes last is reached.
    #[must_use]
    pub fn latest(&self) -> &PgConnectOptions {
        &self.each[self.last.load(Ordering::Relaxed) % self.each.len()]
    }

    /// Opens a connection called `name`, with `settings`.
    ///
    /// # Errors
    /// No host answers, or none of them takes writes where that is asked for.
    pub(super) async fn connect(&self, name: &str, settings: &Settings) -> Result<PgConnection, Error> {
        self.connect_to(name, settings, self.writable).await
    }

    /// The same, to a host that takes writes, whatever the address says.
    ///
    /// # Errors
    /// No host answers and takes writes.
    pub(super) async fn connect_to_writable(&self, name: &str, settings: &Settings) -> Result<PgConnection, Error> {
        self.connect_to(name, settings, true).await
    }

    async fn connect_to(&self, name: &str, settings: &Settings, writable: bool) -> Result<PgConnection, Error> {
        let (last, count) = (self.last.load(Ordering::Relaxed), self.each.len());
        let tries = (0..count).map(|step| {
            let host = (last + step) % count;
            async move {
                tokio::time::sleep(if step == 0 { Duration::ZERO } else { HEAD_START }).await;
                let opened = open(self.each[host].clone().application_name(name), settings, writable);
                let connection =
                    tokio::time::timeout(PATIENCE, opened).await.map_err(|_| silent("no host answers"))??;
                Ok::<_, Error>((host, connection))
            }
            .boxed()
        });
        let ((host, connection), _) = select_ok(tries).await?;
        self.last.store(host, Ordering::Relaxed);
        Ok(connection)
    }
}

/// Connects, sets what is to hold, and looks whether the server takes writes; in one question, so that it costs one.
///
/// The settings are made by `set` and not at the start of the connection: a pooler may drop those, or refuse them.
async fn open(options: PgConnectOptions, settings: &Settings, writable: bool) -> Result<PgConnection, Error> {
    let mut connection = PgConnection::connect_with(&options).await?;
    let mut sql = as_sql(settings);
    sql.push_str("select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean");
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await?;
    let read_only = rows.last().map(|row| row.try_get::<bool, _>(0)).transpose()?;
    if writable && read_only != Some(false) {
        return Err(standby());
    }
    Ok(connection)
}

/// The statements that make `settings`.
pub(super) fn as_sql(settings: &Settings) -> String {
    let mut sql = String::new();
    for (name, value) in settings {
        // writing to a string cannot fail
        let _ = write!(sql, "set {name} = '{value}'; ");
    }
    sql
}

/// A host that does not take writes now; one may soon.
fn standby() -> Error {
    Error::Io(std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "no host of the database takes writes"))
}

/// Nothing is heard from the database.
pub(super) fn silent(what: &'static str) -> Error {
    Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, what))
}

//! A direct connection of its own: the session that a node's locks belong to.
//!
//! Not from the pool, and not to be led through a transaction pooler, which would give every statement another
//! session. The database is asked to notice quickly when the other end is gone, or is there and does nothing: the
//! machine of a process that is frozen goes on to answer for it.

use std::time::Duration;

use super::connection::{Connection, Health};
use super::hosts::{Hosts, Settings, silent as given_up};
use super::pool::{IDLE_IN_TRANSACTION, keepalive, milliseconds};
use super::{Db, Result};

/// Opens a session, on a host that takes writes, that the database takes for dead after about `keepalive` of silence.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open_session(db: &Db, keepalive: Duration) -> Result<Connection> {
    open_session_on(db.hosts(), keepalive).await
}

/// The same, without a pool.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open_session_on(hosts: &Hosts, keepalive: Duration) -> Result<Connection> {
    let raw = hosts.connect_to_writable("gcc-relay session", &settings(keepalive)).await?;
    Ok(Connection::new(raw, keepalive, Health::default()))
}

/// What holds for such a session.
pub(super) fn settings(span: Duration) -> Settings {
    let mut settings = keepalive(span);
    settings.extend([
        // a node that lives beats far more often
        ("idle_session_timeout", milliseconds(span)),
        ("idle_in_transaction_session_timeout", milliseconds(IDLE_IN_TRANSACTION)),
        // its own notices are nothing that a standby must have
        ("synchronous_commit", "local".to_owned()),
    ]);
    settings
}

/// The error of a session that does not answer.
#[must_use]
pub fn silent() -> sqlx::Error {
    given_up("the session does not answer")
}

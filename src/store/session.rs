//! A direct connection of its own: the session that a node's locks belong to.
//!
//! Not from the pool, and not to be led through a transaction pooler, which would give every statement another
//! session. The database is asked to notice quickly when the other end is gone, or is there and does nothing: the
//! machine of a process that is frozen goes on to answer for it.

use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::{Db, Result};

/// Opens a session that the database takes for dead after about `keepalive` of silence.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open_session(db: &Db, keepalive: Duration) -> Result<PgConnection> {
    let probe = (keepalive.as_secs() / 3).max(1).to_string();
    let unanswered = keepalive.as_millis().to_string();
    let options = (*db.connect_options()).clone().application_name("gcc-relay session").options([
        ("tcp_keepalives_idle", probe.as_str()),
        ("tcp_keepalives_interval", probe.as_str()),
        ("tcp_keepalives_count", "2"),
        // an answer on its way to a dead machine does not count as silence: this bounds it
        ("tcp_user_timeout", unanswered.as_str()),
        // a node that lives beats far more often
        ("idle_session_timeout", unanswered.as_str()),
    ]);
    Ok(PgConnection::connect_with(&options).await?)
}

/// The error of a session that does not answer.
#[must_use]
pub fn silent() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the session does not answer"))
}

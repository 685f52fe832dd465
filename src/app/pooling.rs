//! Checks whether a pooler before the database keeps sessions whole, as a node's locks need.
//!
//! Asked by `doctor`, and by `serve` before it takes a channel.

use std::fmt;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use crate::config::{Config, DatabaseUrl};
use crate::store::checkup::{LostSetting, keeps_session_locks, list_lost_settings};
use crate::store::node_connection::open_session_on;
use crate::store::{Hosts, Result, StoreError};

/// What is wrong with the way.
#[derive(Debug)]
pub(super) enum PoolingFault {
    /// Sessions are handed out by the transaction.
    Locks,
    /// The time-outs of a session do not hold.
    TimeOuts(Vec<LostSetting>),
}

impl fmt::Display for PoolingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locks => f.write_str(
                "a session's locks do not hold: connect to Postgres directly, or through a pooler in session mode, and \
                 not in transaction mode",
            ),
            Self::TimeOuts(lost) => {
                let lost: Vec<String> = lost.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "a frozen node would keep its channels, as a pooler on the way swallows what frees them ({}): connect \
                     to Postgres directly",
                    lost.join(", ")
                )
            }
        }
    }
}

/// Looks for a fault on the way to `hosts`.
///
/// # Errors
/// When the database cannot be reached.
pub(super) async fn find_fault(hosts: &Hosts, keepalive: Duration) -> Result<Option<PoolingFault>> {
    let mut session = open_session_on(hosts, keepalive).await?;
    let mut other = open_session_on(hosts, keepalive).await?;
    if !keeps_session_locks(&mut session, &mut other).await? {
        return Ok(Some(PoolingFault::Locks));
    }
    let lost = list_lost_settings(&mut session, keepalive).await?;
    for connection in [session, other] {
        connection.close().await.map_err(StoreError::from)?;
    }
    Ok(if lost.is_empty() { None } else { Some(PoolingFault::TimeOuts(lost)) })
}

/// Looks for a fault on the way to a real database, before it is opened; nothing is known of one that cannot be reached.
pub(super) async fn find_fault_before(config: &Config) -> Option<Option<PoolingFault>> {
    let DatabaseUrl::Postgres(url) = &config.database.url else { return None };
    let hosts = Hosts::parse(url.expose_secret()).ok()?;
    find_fault(&hosts, config.relay.keepalive).await.ok()
}

//! A subscription to the notices of the cluster, on a connection of its own.
//!
//! Such a connection says nothing by itself, so nothing would ever tell that it is lost. Whoever listens waits for
//! something that is sure to come, its own node's beat, and opens another when it stays away.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{Connection as _, Executor as _};

use super::hosts::{as_sql, silent};
use super::notices::{ReceivedNotice, TOPIC};
use super::pool::keepalive;
use super::{Db, Result};

/// How long opening may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The silence after which the database takes the other end for dead.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A subscription; it ends with the first fault.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(db: &Db) -> Result<Self> {
        let opened = tokio::time::timeout(PATIENCE, Self::try_open(db)).await;
        opened.map_err(|_| silent("the database lets no listener in"))?
    }

    async fn try_open(db: &Db) -> Result<Self> {
        // the crate's listener wants a pool to take its one connection from; where it leads to is found out before
        let found = db.hosts().connect("gcc-relay listener", &Vec::new()).await?;
        let options = db.hosts().latest().clone().application_name("gcc-relay listener");
        found.close().await?;
        let set = as_sql(&keepalive(KEEPALIVE));
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| {
                let set = set.clone();
                Box::pin(async move { connection.execute(AssertSqlSafe(set)).await.map(drop) })
            })
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(TOPIC).await?;
        Ok(Self(listener))
    }

    /// The next that is heard; what a newer release says and this one does not know is passed over.
    ///
    /// # Errors
    /// When the connection is lost: what was said meanwhile is not known.
    pub async fn next(&mut self) -> Result<ReceivedNotice> {
        loop {
            let Some(notification) = self.0.try_recv().await? else {
                return Err(silent("the listener was cut off").into());
            };
            if let Some(heard) = ReceivedNotice::parse(notification.payload()) {
                return Ok(heard);
            }
        }
    }
}

//! `database restored | moved`.

use std::io::{self, Write as _};

use clap::Subcommand;

use crate::app::{AppContext, database};
use crate::config::Config;

const RESTORED_EXAMPLE: &str = "\
Example:
  gcc-relay database restored
What comes back from pg_dump is noticed without it; needed after point-in-time recovery, a restored snapshot of the
disk, or a failover that lost the last transactions.";
const MOVED_EXAMPLE: &str = "\
Example:
  gcc-relay database moved
Before the first start after pg_upgrade, or after a dump that was made and restored while every node was stopped.";

#[derive(Debug, Subcommand)]
pub(super) enum Database {
    /// Take the database for a restored copy, older than what was sent: park the channels, ask before sending again
    #[command(after_help = RESTORED_EXAMPLE)]
    Restored,
    /// Take the database for the one that was served last, whole and up to date, in another place
    #[command(after_help = MOVED_EXAMPLE)]
    Moved,
}

impl Database {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        let context = AppContext::open(config).await?;
        let done = match self {
            Self::Restored => restored(&context).await,
            Self::Moved => moved(&context).await,
        };
        context.close().await?;
        done
    }
}

async fn restored(context: &AppContext) -> anyhow::Result<()> {
    let found = database::restored(context).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "last served\t{}", found.seen_at)?;
    writeln!(out, "deliveries that may have been sent since\t{}", found.open)?;
    writeln!(out, "bulletins taken off the schedule\t{}", found.unscheduled)?;
    writeln!(out, "every channel is parked; `gcc-relay channel resume CODE` lets one go on")?;
    Ok(())
}

async fn moved(context: &AppContext) -> anyhow::Result<()> {
    database::moved(context).await?;
    writeln!(io::stdout(), "the database is at home here")?;
    Ok(())
}

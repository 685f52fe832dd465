//! The commands that run something: `serve`, `migrate`, `doctor`, `openapi`.

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::Args;

use crate::app::serve::{Options, Role};
use crate::app::{self, AppContext, checkup};
use crate::config::Config;
use crate::store;

pub(super) const SERVE_EXAMPLE: &str = "\
Examples:
  gcc-relay serve
  DATABASE_URL=postgres://gcc@db.example.go.th/gcc gcc-relay serve --role relay --no-migrate";

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// What this node does
    #[arg(long, value_enum, default_value_t = Role::All)]
    role: Role,
    /// Leave the database's schema alone; `gcc-relay migrate` brings it up to date
    #[arg(long)]
    no_migrate: bool,
}

impl Serve {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        app::serve::serve(config, Options { role: self.role, migrate: !self.no_migrate }).await
    }
}

pub(super) async fn migrate(config: Config) -> anyhow::Result<()> {
    let context = AppContext::open_as_it_is(config).await?;
    let (before, _) = store::migrations_applied(&context.db).await?;
    store::migrate(&context.db).await?;
    let (applied, known) = store::migrations_applied(&context.db).await?;
    context.close().await?;
    let fresh = applied - before;
    writeln!(io::stdout(), "{applied} of {known} migrations are applied, {fresh} of them now")?;
    Ok(())
}

pub(super) async fn doctor(config: Config) -> anyhow::Result<()> {
    checkup::examine(config).await
}

pub(super) fn print_openapi() -> anyhow::Result<()> {
    let document = serde_json::to_string_pretty(&crate::web::openapi()).context("the document could not be written")?;
    writeln!(io::stdout(), "{document}")?;
    Ok(())
}

//! The commands that run something: `serve`, `demo`, `simulator`, `migrate`, `doctor`, `openapi`.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::app::serve::{Options, Role};
use crate::app::simulator::SimulatorOptions;
use crate::app::{self, AppContext, checkup};
use crate::config::Config;
use crate::domain::ids::Code;
use crate::store;

pub(super) const SERVE_EXAMPLE: &str = "\
Examples:
  gcc-relay serve
  DATABASE_URL=postgres://gcc@db.example.go.th/gcc gcc-relay serve --role relay --no-migrate";
pub(super) const DEMO_EXAMPLE: &str = "\
Examples:
  gcc-relay demo
  gcc-relay demo --once --fresh";
pub(super) const SIMULATOR_EXAMPLE: &str = "\
Example:
  gcc-relay simulator --channel gcc --tree tree.csv
The channel's secret and token lie in var/simulator/gcc.secret and gcc.token, for `gcc-relay channel add`; the server
is started with GCC_RELAY__LINE__API_BASE=http://127.0.0.1:8090.";

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

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// End when every delivery is settled, instead of serving on
    #[arg(long)]
    once: bool,
    /// Remove the private Postgres and the simulator's chats of earlier runs first
    #[arg(long)]
    fresh: bool,
}

impl Demo {
    pub(super) async fn run(self, config: Config, config_file: Option<&Path>) -> anyhow::Result<()> {
        app::demo::run(config, config_file, self.once, self.fresh).await
    }
}

#[derive(Debug, Args)]
pub(super) struct Simulator {
    /// Where it listens; `demo.simulator_listen` where it is left out
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Code of the channel that it has
    #[arg(long, value_name = "CODE", default_value = "gcc")]
    channel: Code,
    /// A tree file whose LINE groups it has; the national tree where it is left out
    #[arg(long, value_name = "FILE.csv")]
    tree: Option<PathBuf>,
    /// Where it keeps chats and the channel's secrets; `simulator` beside `database.data_dir` where it is left out
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Where its webhooks go; the webhook of the server at `server.listen` where it is left out
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// Stop when stdin ends: how the demo's simulator notices that the demo is gone, however it went
    #[arg(long, hide = true)]
    until_stdin_ends: bool,
    /// Let members tap what they are asked to, by and by
    #[arg(long)]
    lively: bool,
}

impl Simulator {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let mut wanted = SimulatorOptions::of(config, self.channel);
        wanted.listen = self.listen.unwrap_or(wanted.listen);
        wanted.data_dir = self.data_dir.unwrap_or(wanted.data_dir);
        wanted.webhook = self.webhook.unwrap_or(wanted.webhook);
        wanted.tree = self.tree;
        wanted.until_stdin_ends = self.until_stdin_ends;
        wanted.lively = self.lively;
        app::simulator::run(wanted).await
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

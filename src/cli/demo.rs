//! The commands that show what the program does: `demo`, `simulator`. Only in a build with the feature `demo`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::app;
use crate::app::simulator::SimulatorOptions;
use crate::config::Config;
use crate::domain::ids::Code;

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

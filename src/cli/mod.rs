//! The commands: what can be typed after `gcc-relay`, with an example for each.
//!
//! Results go to stdout and logs to stderr, so that commands can be used in scripts. A command returns an error where
//! it could not do all it was asked for; `main` prints it and ends with 1. Wrong usage ends with 2, which is clap's
//! doing. One file per group of commands: each parses its arguments, opens what it needs of `app` and does one thing.

mod channel;
mod channel_watch;
mod database;
#[cfg(feature = "demo")]
mod demo;
mod draw;
mod files;
mod key;
mod office;
mod run;
mod secrets;
mod tree;
mod user;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;

#[cfg(feature = "demo")]
use crate::app;
use crate::config::Config;
use crate::telemetry;

/// Cascades official bulletins down Thailand's three-tier tree of LINE groups and keeps a receipt for each.
#[derive(Debug, Parser)]
#[command(name = "gcc-relay", version, arg_required_else_help = true, propagate_version = true)]
#[command(
    after_help = "Every setting is explained in config/default.toml; `gcc-relay COMMAND --help` shows an example."
)]
pub struct Cli {
    /// Settings that override the built-in ones; `GCC_RELAY__SECTION__KEY` in the environment overrides both
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the web, the API, the webhook and the relay
    #[command(after_help = run::SERVE_EXAMPLE)]
    Serve(run::Serve),
    /// Show the cascade: a private Postgres, a LINE simulator, the national tree and the letter of 2561
    #[cfg(feature = "demo")]
    #[command(after_help = demo::DEMO_EXAMPLE)]
    Demo(demo::Demo),
    /// Run the LINE simulator alone
    #[cfg(feature = "demo")]
    #[command(after_help = demo::SIMULATOR_EXAMPLE)]
    Simulator(demo::Simulator),
    /// Bring the database's schema up to date
    #[command(after_help = "Example:\n  gcc-relay migrate --config /etc/gcc-relay.toml")]
    Migrate,
    /// Read and write the tree of offices and groups
    #[command(subcommand)]
    Tree(tree::Tree),
    /// Look after the LINE channels
    #[command(subcommand)]
    Channel(channel::Channel),
    /// Look after the API keys
    #[command(subcommand)]
    Key(key::Key),
    /// Look after the accounts of people
    #[command(subcommand)]
    User(user::User),
    /// Say that the database is a restored copy, or has been moved
    #[command(subcommand)]
    Database(database::Database),
    /// Change the key that seals the channels' secrets
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    /// Check database, secrets, channels and disk; one line each
    #[command(after_help = "Example:\n  gcc-relay doctor --config /etc/gcc-relay.toml")]
    Doctor,
    /// Print the OpenAPI document
    #[command(after_help = "Example:\n  gcc-relay openapi > openapi.json")]
    Openapi,
    /// Write the manual pages and the shells' completions, for a package
    #[command(hide = true)]
    Files(files::Files),
    /// Draw pictures of an upload, within bounds: the server calls this
    #[command(hide = true)]
    Draw(draw::Draw),
}

/// Runs one command.
///
/// # Errors
/// Whatever kept the command from doing what it was asked for.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    match &cli.command {
        Command::Openapi => return run::print_openapi(),
        Command::Files(files) => return files.write(),
        Command::Draw(draw) => return draw.draw(),
        _ => {}
    }
    let config = Config::load(cli.config.as_deref())?;
    #[cfg(feature = "demo")]
    let config = match cli.command {
        Command::Demo(_) => app::demo::with_quiet_logs(config),
        _ => config,
    };
    telemetry::start_logging(&config.log)?;
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => Box::pin(serve.run(config)).await,
            #[cfg(feature = "demo")]
            Command::Demo(demo) => Box::pin(demo.run(config, cli.config.as_deref())).await,
            #[cfg(feature = "demo")]
            Command::Simulator(simulator) => simulator.run(&config).await,
            Command::Migrate => run::migrate(config).await,
            Command::Tree(tree) => Box::pin(tree.run(config)).await,
            Command::Channel(channel) => channel.run(config).await,
            Command::Key(key) => key.run(config).await,
            Command::User(user) => user.run(config).await,
            Command::Database(database) => database.run(config).await,
            Command::Secrets(secrets) => secrets.run(config).await,
            Command::Doctor => Box::pin(run::doctor(config)).await,
            // done above, without settings
            Command::Openapi | Command::Files(_) | Command::Draw(_) => Ok(()),
        }
    })
}

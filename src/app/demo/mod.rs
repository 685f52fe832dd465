//! `demo`: what `make run` starts.
//!
//! A private Postgres, the national tree, a LINE simulator in a process of its own, and a node; then the letter of
//! 23 March 2561 goes down the 5,175 groups, tier by tier, and its receipts are shown. Afterwards the node serves on,
//! with accounts, addresses, keys and commands to try; three weeks of bulletins are there, simulated stewards forward,
//! members tap and quote, operations telephone, one governor is bound in LINE, and a new bulletin comes now and then. Told again on the same data it adds a bulletin and leaves the
//! rest; told `once`, it is the letter alone.
//!
//! Everything goes the way that it goes in production: the import, the commands, the engine, LINE's protocol. Only the
//! past is written down by `history`.

mod accounts;
mod apart;
mod bound_steward;
mod guide;
mod history;
mod keys;
mod letter;
mod national_tree;
pub mod office_story;
mod progress;
mod receipts;
mod reset;
mod simulated_people;
mod simulated_telephone;
mod simulator_process;

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use secrecy::SecretString;

use super::serve::{self, Listeners, Role, Running};
use super::shutdown::Shutdown;
use super::simulator::{SimulatorOptions, var_dir};
use super::{AppContext, wiring};
use crate::config::{Config, DatabaseUrl};
use crate::domain::actor::Actor;
use crate::domain::ids::BulletinId;
use crate::relay::engine::Engine;
use crate::store::demo_seed::list_lost_groups;
use crate::store::progress::Counters;

/// Code of the demo's channel.
const CHANNEL: &str = "gcc";
/// Whom the audit names.
const ACTOR: Actor = Actor::DEMO;
/// What the demo logs where the settings do not say otherwise, so that its own output can be read.
const LOG_FILTER: &str = "warn,sqlx=error";

/// Keeps the log out of the demo's output, unless the settings ask for one.
#[must_use]
pub fn with_quiet_logs(mut config: Config) -> Config {
    let defaults = Config::from_sources(None, []);
    if defaults.is_ok_and(|defaults| defaults.log.filter == config.log.filter) {
        LOG_FILTER.clone_into(&mut config.log.filter);
    }
    config
}

/// Runs the demo, then serves until a signal, or with `once` ends.
///
/// # Errors
/// A port is taken, Postgres is missing, or with `once` a delivery was not accepted.
pub async fn run(mut config: Config, config_file: Option<&Path>, once: bool, fresh: bool) -> anyhow::Result<()> {
    let shutdown = Shutdown::listen()?;
    config.database.url = DatabaseUrl::Embedded;
    let keys_folder = var_dir(&config).join("demo-keys");
    apart::separate_from_nodes(&mut config);
    config.accounts.code_demanded.clear();
    let listeners = Listeners::open(&config).await?;
    let options = SimulatorOptions::of(&config, CHANNEL.parse()?);
    // looked at before the long part, so that a taken port is told at once and in one sentence
    drop(serve::listen(options.listen, "demo.simulator_listen").await?);
    config.line.api_base = format!("http://{}", options.listen).try_into().map_err(anyhow::Error::msg)?;
    config.line.data_base = config.line.api_base.clone();
    if fresh {
        reset::remove(&config, &options).await?;
    }
    print_text("Starting a private Postgres …")?;
    let context = AppContext::open_and_migrate(config).await?;
    let ended = run_story(&context, &options, config_file, listeners, once, &keys_folder, &shutdown).await;
    let closed = context.close().await;
    ended.and(closed)
}

async fn run_story(
    context: &AppContext,
    options: &SimulatorOptions,
    config_file: Option<&Path>,
    listeners: Listeners,
    once: bool,
    keys_folder: &Path,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    apart::mark(context).await?;
    let engine = wiring::engine(context, context.sealing_keys()?)?;
    simulator_process::prepare_channel(context, &engine.sealing, options).await?;
    load_tree(context, options).await?;
    if !once {
        make_history(context, &engine).await?;
    }
    print_text("Starting a LINE simulator …")?;
    let tree = Some(national_tree::write_for_simulator(context, options).await?);
    let simulator = simulator_process::SimulatorProcess::start(
        &SimulatorOptions { tree, lively: !once, ..options.clone() },
        config_file,
    )
    .await?;
    // before anything is served: those of an earlier start may have a password that everybody knows
    let password = accounts::make(context).await?;
    let running = Running::start(&context.config, &engine, context.db.clone(), listeners, Role::All)?;
    let story = tokio::select! {
        story = live(context, &engine, options, once, &password, keys_folder) => story,
        () = shutdown.stop.cancelled() => if once { Err(anyhow!("stopped before all was settled")) } else { Ok(()) },
    };
    if story.is_ok() && !once {
        print_text("Stopping: what is under way is finished and recorded.")?;
    }
    running.stop(shutdown).await;
    simulator.stop().await;
    story
}

async fn load_tree(context: &AppContext, options: &SimulatorOptions) -> anyhow::Result<()> {
    let groups = national_tree::load(context, options).await?.groups;
    let (added, total) = (groups.added.len(), groups.added.len() + groups.changed.len() + groups.unchanged);
    print_text(&format!("The national tree is loaded: {total} groups, {added} of them new."))
}

/// Makes three weeks of bulletins, where there are none.
async fn make_history(context: &AppContext, engine: &Engine) -> anyhow::Result<()> {
    if history::is_there(&mut *context.db.acquire().await?, context.clock.now()).await? {
        return Ok(());
    }
    print_text("Writing three weeks of bulletins, so that every page has something to show …")?;
    let (bulletins, deliveries) = history::make(engine).await?;
    print_text(&format!("{bulletins} bulletins with {deliveries} deliveries are there."))
}

/// Publishes the letter and follows it; unless `once`, simulated people go on from there.
async fn live(
    context: &AppContext,
    engine: &Engine,
    options: &SimulatorOptions,
    once: bool,
    password: &SecretString,
    keys_folder: &Path,
) -> anyhow::Result<()> {
    let bulletin = show(engine, once).await?;
    if !once {
        let files = super::files::open(&context.config)?;
        if office_story::tell(engine, &files, bulletin).await? {
            print_text(
                "Offices have reported, appointed, sent up, spread and registered: the story of the letters is told.",
            )?;
        }
        bound_steward::bind(context, options).await?;
        let keys = keys::make(context, keys_folder).await?;
        print_text(&guide::describe(context, options, password, &keys, bulletin).await?)?;
        simulated_people::run_people(engine).await;
    }
    Ok(())
}

/// Publishes the letter, follows it to its end, and shows what came of it.
async fn show(engine: &Engine, once: bool) -> anyhow::Result<BulletinId> {
    let bulletin = letter::publish(engine).await?;
    print_text("\nPublished: ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐ of 23 March 2561, ด่วนที่สุด, forwarded automatically.\n")?;
    let counters = progress::follow(engine, bulletin).await?;
    print_text(&receipts::describe(&counters, published_at(engine, bulletin).await?))?;
    if once {
        // a group without its account cannot accept anything, and is known
        let known = list_lost_groups(&mut *engine.db.acquire().await?).await?.len();
        let lost = not_accepted(&counters) - i64::try_from(known)?;
        if lost > 0 {
            bail!("{lost} deliveries were not accepted");
        }
    }
    Ok(bulletin)
}

async fn published_at(engine: &Engine, bulletin: BulletinId) -> anyhow::Result<crate::domain::time::Timestamp> {
    let bulletin = crate::store::bulletins::get_bulletin(&mut *engine.db.acquire().await?, bulletin).await?;
    bulletin.published_at.context("the letter is not published")
}

fn not_accepted(counters: &[Counters]) -> i64 {
    counters.iter().map(|counters| counters.groups - counters.accepted).sum()
}

fn print_text(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

//! `demo`: the story that `make run` tells.
//!
//! A private Postgres, the national tree, a LINE simulator in a process of its own, and a node; then the letter of
//! 23 March 2561 goes down the 5,175 groups, tier by tier, and its receipts are shown. Afterwards the node serves on,
//! with addresses, keys and commands to try. Told again on the same data it adds a bulletin and leaves the rest.
//!
//! Everything goes the way that it goes in production: the import, the publish command, the engine, LINE's protocol.

mod fresh;
mod guide;
mod keys;
mod letter;
mod line;
mod progress;
mod receipts;

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};

use super::serve::{self, Doors, Role, Running};
use super::shutdown::Shutdown;
use super::simulator::{self, Wanted};
use super::{House, tree, wiring};
use crate::config::{Config, DatabaseUrl};
use crate::domain::ids::BulletinId;
use crate::relay::engine::Engine;
use crate::store::progress::Counters;

/// Code of the demo's channel.
const CHANNEL: &str = "gcc";
/// Whom the audit names.
const ACTOR: &str = "demo";
/// What the demo logs where the settings do not say otherwise: the story has the terminal.
const LOG_FILTER: &str = "warn,sqlx=error";

/// Keeps the log out of the story, unless the settings ask for one.
pub fn quieten(config: &mut Config) {
    let defaults = Config::from_sources(None, []);
    if defaults.is_ok_and(|defaults| defaults.log.filter == config.log.filter) {
        LOG_FILTER.clone_into(&mut config.log.filter);
    }
}

/// Tells the story, then serves until a signal, or with `once` ends.
///
/// # Errors
/// A port is taken, Postgres is missing, or with `once` a delivery was not accepted.
pub async fn run(mut config: Config, config_file: Option<&Path>, once: bool, fresh: bool) -> anyhow::Result<()> {
    let shutdown = Shutdown::listen()?;
    config.database.url = DatabaseUrl::Embedded;
    let doors = Doors::open(&config).await?;
    let wanted = Wanted::of(&config, CHANNEL.parse()?);
    // looked at before the long part, so that a taken port is told at once and in one sentence
    drop(serve::listen(wanted.listen, "demo.simulator_listen").await?);
    config.line.api_base = format!("http://{}", wanted.listen).try_into().map_err(anyhow::Error::msg)?;
    config.line.data_base = config.line.api_base.clone();
    if fresh {
        fresh::remove(&config, &wanted).await?;
    }
    say("Starting a private Postgres …")?;
    let house = House::open_and_migrate(config).await?;
    let told = tell(&house, &wanted, config_file, doors, once, &shutdown).await;
    let closed = house.close().await;
    told.and(closed)
}

async fn tell(
    house: &House,
    wanted: &Wanted,
    config_file: Option<&Path>,
    doors: Doors,
    once: bool,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    let engine = wiring::engine(house, house.sealing_key()?)?;
    line::prepare_channel(house, &engine.sealing, wanted).await?;
    load_tree(house, wanted).await?;
    say("Starting a LINE simulator …")?;
    let simulator = line::SimulatorProcess::start(wanted, config_file).await?;
    let running = Running::start(&house.config, &engine, doors, Role::All)?;
    let story = tokio::select! {
        story = show(house, &engine, wanted, once) => story,
        () = shutdown.stop.cancelled() => if once { Err(anyhow!("stopped before all was settled")) } else { Ok(()) },
    };
    if story.is_ok() && !once {
        shutdown.stop.cancelled().await;
        say("Stopping: what is under way is finished and recorded.")?;
    }
    running.stop(shutdown).await;
    simulator.stop().await;
    story
}

async fn load_tree(house: &House, wanted: &Wanted) -> anyhow::Result<()> {
    let file = simulator::write_national_tree(&wanted.data_dir, &wanted.channel)?;
    let bytes = std::fs::read(&file).with_context(|| format!("{} could not be read", file.display()))?;
    let groups = match tree::import(house, &bytes, None, false, ACTOR).await {
        Ok(diff) => diff.groups,
        Err(error) => match error.downcast::<tree::BadFile>() {
            Ok(bad) => bail!(bad.describe(&file)),
            Err(error) => return Err(error),
        },
    };
    let (added, total) = (groups.added.len(), groups.added.len() + groups.changed.len() + groups.unchanged);
    say(&format!("The national tree is loaded: {total} groups, {added} of them new."))
}

/// Publishes the letter, follows it to its end, and shows what came of it.
async fn show(house: &House, engine: &Engine, wanted: &Wanted, once: bool) -> anyhow::Result<()> {
    let bulletin = letter::publish(engine).await?;
    say("\nPublished: ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐ of 23 March 2561, ด่วนที่สุด, forwarded automatically.\n")?;
    let counters = progress::follow(engine, bulletin).await?;
    say(&receipts::describe(&counters, published_at(engine, bulletin).await?))?;
    let lost = not_accepted(&counters);
    if once {
        if lost > 0 {
            bail!("{lost} deliveries were not accepted");
        }
        return Ok(());
    }
    let keys = keys::make(house).await?;
    say(&guide::describe(house, wanted, &keys, bulletin).await?)
}

async fn published_at(engine: &Engine, bulletin: BulletinId) -> anyhow::Result<crate::domain::time::Timestamp> {
    let bulletin = crate::store::bulletins::get_bulletin(&mut *engine.db.acquire().await?, bulletin).await?;
    bulletin.published_at.context("the letter is not published")
}

fn not_accepted(counters: &[Counters]) -> i64 {
    counters.iter().map(|counters| counters.groups - counters.accepted).sum()
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

//! The LINE simulator as a process, with the account of one channel.
//!
//! Its secrets lie in its data folder, made on the first start, so that `channel add` can be given the same files.

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rand::distr::{Alphanumeric, SampleString as _};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::oneshot;

use super::private_file;
use super::shutdown::Shutdown;
use crate::config::Config;
use crate::domain::ids::Code;
use crate::domain::national::{self, TreeOptions};
use crate::domain::time::Clock;
use crate::domain::tree_file;
use crate::simulator::{ChannelConfig, SimulatorConfig};

/// The account's name in the chats.
const ACCOUNT: &str = "ข่าวสารรัฐบาล (GCC)";

/// What is wanted of a simulator.
#[derive(Clone)]
pub struct SimulatorOptions {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Code of its channel.
    pub channel: Code,
    /// The tree file with its groups; none = the national tree.
    pub tree: Option<PathBuf>,
    /// Where chats and secrets are kept.
    pub data_dir: PathBuf,
    /// Where its webhooks go.
    pub webhook: String,
    /// Whether it stops when stdin ends.
    pub until_stdin_ends: bool,
    /// Whether its members tap by themselves.
    pub lively: bool,
}

impl SimulatorOptions {
    /// What the settings say of a simulator with the account of `channel`.
    #[must_use]
    pub fn of(config: &Config, channel: Code) -> Self {
        Self {
            listen: config.demo.simulator_listen,
            webhook: format!("http://{}/line/webhook/{channel}", config.server.listen),
            channel,
            tree: None,
            data_dir: var_dir(config).join("simulator"),
            until_stdin_ends: false,
            lively: false,
        }
    }
}

/// Runs it until a signal or, where wanted, the end of stdin.
///
/// # Errors
/// The port is taken, or a file cannot be used.
pub async fn run(options: SimulatorOptions) -> anyhow::Result<()> {
    let shutdown = Shutdown::listen()?;
    let credentials = Credentials::read_or_make(&options.data_dir, &options.channel)?;
    let tree_file = match options.tree {
        Some(file) => file,
        None => write_national_tree(&options.data_dir, &options.channel)?,
    };
    let mut config = SimulatorConfig::new(Clock::system());
    config.listen = options.listen;
    config.data_dir = Some(options.data_dir);
    config.tree_file = Some(tree_file);
    let (secret, token) = (credentials.secret.expose_secret(), credentials.token.expose_secret());
    config.channels = vec![ChannelConfig {
        name: ACCOUNT.to_owned(),
        webhook: Some(options.webhook),
        redelivery: true,
        ..ChannelConfig::new(options.channel.as_str(), secret, token)
    }];
    config.lively = options.lively;
    let stdin_ended = stdin_ended(options.until_stdin_ends);
    let until = async move {
        tokio::select! {
            () = shutdown.stop.cancelled() => {}
            () = stdin_ended => {}
        }
    };
    crate::simulator::run(config, until).await?;
    Ok(())
}

/// The folder of everything that a process keeps on this machine: beside the private cluster.
pub(super) fn var_dir(config: &Config) -> PathBuf {
    let parent = config.database.data_dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_path_buf()
}

/// The secret and the token of the simulator's channel.
pub(super) struct Credentials {
    pub(super) secret: SecretString,
    pub(super) token: SecretString,
}

impl Credentials {
    pub(super) fn read_or_make(data_dir: &Path, channel: &Code) -> anyhow::Result<Self> {
        Ok(Self {
            // LINE's secrets have 32 characters, its tokens over a hundred
            secret: read_or_make(&data_dir.join(format!("{channel}.secret")), 32)?,
            token: read_or_make(&data_dir.join(format!("{channel}.token")), 160)?,
        })
    }
}

fn read_or_make(path: &Path, length: usize) -> anyhow::Result<SecretString> {
    match private_file::read(path)? {
        Some(text) => Ok(text.expose_secret().trim().into()),
        None => private_file::make(path, &Alphanumeric.sample_string(&mut rand::rng(), length).into()),
    }
}

/// Writes the national tree, each group with the LINE group that the simulator has for it; gives the file.
fn write_national_tree(data_dir: &Path, channel: &Code) -> anyhow::Result<PathBuf> {
    let rows = national::tree(&TreeOptions { simulated_channel: Some(channel.clone()), ..TreeOptions::default() })?;
    let mut bytes = Vec::new();
    tree_file::write(&rows, &mut bytes)?;
    let file = data_dir.join("tree.csv");
    std::fs::create_dir_all(data_dir)
        .and_then(|()| std::fs::write(&file, bytes))
        .with_context(|| format!("{} could not be written", file.display()))?;
    Ok(file)
}

/// Comes when stdin ends, or never. A thread of its own reads it, because a read cannot be called off.
fn stdin_ended(options: bool) -> impl Future<Output = ()> {
    let (ended, end) = oneshot::channel::<()>();
    if options {
        std::thread::spawn(move || {
            let mut sink = [0; 64];
            let mut stdin = std::io::stdin();
            while stdin.read(&mut sink).is_ok_and(|read| read > 0) {}
            drop(ended);
        });
        futures_util::future::Either::Left(async move { _ = end.await })
    } else {
        futures_util::future::Either::Right(std::future::pending())
    }
}

//! The demo's LINE: the channel in the database, and the simulator as a process of its own.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::app::AppContext;
use crate::app::simulator::{Credentials, SimulatorOptions};
use crate::domain::sealed::SealingKeys;
use crate::relay::engine::sealed_as;
use crate::store::audit;
use crate::store::channels::{Channel, find_channel, insert_channel, update_credentials};

const NAME: &str = "ช่องทางการสื่อสารภาครัฐ (GCC)";
/// Reading the chats of many runs back takes a moment.
const STARTING: Duration = Duration::from_mins(1);
const STOPPING: Duration = Duration::from_secs(10);
const POLL_EVERY: Duration = Duration::from_millis(50);

/// Makes sure that the channel is there and has the simulator's secrets.
pub(super) async fn prepare_channel(
    context: &AppContext,
    sealing: &SealingKeys,
    options: &SimulatorOptions,
) -> anyhow::Result<()> {
    let credentials = Credentials::read_or_make(&options.data_dir, &options.channel)?;
    let code = options.channel.as_str();
    let seal =
        |field: &str, text: &SecretString| sealing.seal(&sealed_as(code, field), text.expose_secret().as_bytes());
    let (secret, token) = (seal("secret", &credentials.secret)?, seal("token", &credentials.token)?);
    let mut tx = context.db.begin().await?;
    let now = context.clock.now();
    match find_channel(&mut tx, code).await? {
        None => {
            let rate = i32::try_from(context.config.relay.rate_per_second)?;
            insert_channel(&mut tx, code, NAME, &secret, &token, rate, now).await?;
            audit::insert_entry(&mut tx, now, &super::ACTOR, "channel_add", &format!("channel:{code}"), &json!({}))
                .await?;
        }
        Some(channel) if !fits(sealing, &channel, &credentials) => {
            update_credentials(&mut tx, channel.id, Some(&secret), Some(&token), now).await?;
        }
        Some(_) => {}
    }
    tx.commit().await?;
    Ok(())
}

fn fits(sealing: &SealingKeys, channel: &Channel, credentials: &Credentials) -> bool {
    let is = |field: &str, sealed: &[u8], text: &SecretString| {
        let opened = sealing.open_text(&sealed_as(&channel.code, field), sealed);
        opened.is_ok_and(|opened| opened.expose_secret() == text.expose_secret())
    };
    is("secret", &channel.secret_sealed, &credentials.secret) && is("token", &channel.token_sealed, &credentials.token)
}

/// The simulator at work.
///
/// It has a process group of its own, so that the terminal's Ctrl-C passes it by and calls under way are still
/// answered; and it stops when our end of its stdin is gone, so that it never outlives us.
pub(super) struct SimulatorProcess {
    child: Child,
}

impl SimulatorProcess {
    /// Starts it and waits until it takes calls.
    pub(super) async fn start(options: &SimulatorOptions, config_file: Option<&Path>) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program's own file cannot be found")?;
        let mut command = Command::new(program);
        command.args(["simulator", "--until-stdin-ends", "--channel", options.channel.as_str()]);
        command.args(["--listen", &options.listen.to_string(), "--webhook", &options.webhook]);
        command.arg("--data-dir").arg(&options.data_dir);
        if let Some(tree) = &options.tree {
            command.arg("--tree").arg(tree);
        }
        if options.lively {
            command.arg("--lively");
        }
        if let Some(file) = config_file {
            command.arg("--config").arg(file);
        }
        command.env("GCC_RELAY__LOG__FILTER", super::LOG_FILTER);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0).kill_on_drop(true);
        let child = command.spawn().context("the LINE simulator could not be started")?;
        let mut process = Self { child };
        match timeout(STARTING, process.wait_until_it_answers(options)).await {
            Ok(answered) => answered.map(|()| process),
            Err(_) => bail!("the LINE simulator does not take calls"),
        }
    }

    async fn wait_until_it_answers(&mut self, options: &SimulatorOptions) -> anyhow::Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("the LINE simulator has stopped: {}", describe(status));
            }
            if TcpStream::connect(options.listen).await.is_ok() {
                return Ok(());
            }
            sleep(POLL_EVERY).await;
        }
    }

    /// Lets it write down what it has and end.
    pub(super) async fn stop(mut self) {
        drop(self.child.stdin.take());
        if timeout(STOPPING, self.child.wait()).await.is_err() {
            tracing::warn!("the LINE simulator did not stop by itself");
            let _ = self.child.kill().await;
        }
    }
}

fn describe(status: ExitStatus) -> String {
    status.code().map_or_else(|| "by a signal".to_owned(), |code| format!("with status {code}"))
}

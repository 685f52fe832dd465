//! `channel add | list | check | park | resume | budget | rotate | watch`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use secrecy::SecretString;

use super::channel_watch::{self, Watch};
use crate::app::checkup::Checkup;
use crate::app::{AppContext, secrets};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::ids::Code;
use crate::domain::right::Right;
use crate::line::token::BadToken;
use crate::relay::channels::{self as relay, NewChannel};
use crate::relay::refusal::Refusal;
use crate::store::Connection;
use crate::store::channels::{self, Channel as Stored};

const ADD_EXAMPLE: &str = "\
Example:
  gcc-relay channel add gcc --name 'Government Communication Channel' --secret-file channel.secret --token-file channel.token";

#[derive(Debug, Subcommand)]
pub(super) enum Channel {
    /// Store a LINE channel; its secret and its token are kept encrypted
    #[command(after_help = ADD_EXAMPLE)]
    Add(Add),
    /// List the channels with pace, state and quota
    #[command(after_help = "Example:\n  gcc-relay channel list")]
    List,
    /// Ask LINE about the channels: account, quota, webhook; one line each
    #[command(after_help = "Examples:\n  gcc-relay channel check\n  gcc-relay channel check gcc")]
    Check {
        /// Only this channel
        code: Option<Code>,
    },
    /// Let a channel rest: what is ready on it waits
    #[command(after_help = "Example:\n  gcc-relay channel park gcc")]
    Park {
        /// The channel
        code: Code,
    },
    /// Let a parked channel go on, whatever it was parked for
    #[command(after_help = "Example:\n  gcc-relay channel resume gcc")]
    Resume {
        /// The channel
        code: Code,
    },
    /// Limit what may be pushed on a channel in a month; without a limit the settings hold
    #[command(
        after_help = "Examples:\n  gcc-relay channel budget gcc --messages 35000\n  gcc-relay channel budget gcc --baht 2000\n  gcc-relay channel budget gcc"
    )]
    Budget(Budget),
    /// Store a new secret, a new token, or both
    #[command(after_help = "Example:\n  gcc-relay channel rotate gcc --token-file channel.token")]
    Rotate(Rotate),
    /// Print what the channel's webhook hears as it arrives, without texts, names and ids of people, until Ctrl-C
    #[command(after_help = channel_watch::EXAMPLE)]
    Watch(Watch),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// A code of your own for the channel
    code: Code,
    /// What people call it
    #[arg(long)]
    name: String,
    /// A file that holds the channel secret
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// A file that holds the long-lived channel access token
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Calls a second at most; `relay.rate_per_second` where it is left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2_000))]
    rate: Option<u32>,
}

#[derive(Debug, Args)]
pub(super) struct Budget {
    /// The channel
    code: Code,
    /// Messages a month
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    messages: Option<i32>,
    /// Baht a month with tax, by the prices of `[line.price]`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    baht: Option<i32>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(super) struct NewSecrets {
    /// A file that holds the new channel secret
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// A file that holds the new channel access token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// The channel
    code: Code,
    #[command(flatten)]
    secrets: NewSecrets,
}

impl Channel {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        let context = AppContext::open(config).await?;
        let done = match self {
            Self::Add(add) => add.run(&context).await,
            Self::List => list(&context).await,
            Self::Check { code } => check(&context, code.as_ref()).await,
            Self::Park { code } => park(&context, &code).await,
            Self::Resume { code } => resume(&context, &code).await,
            Self::Budget(budget) => budget.run(&context).await,
            Self::Rotate(rotate) => rotate.run(&context).await,
            Self::Watch(watch) => watch.run(&context).await,
        };
        context.close().await?;
        done
    }
}

impl Add {
    async fn run(self, context: &AppContext) -> anyhow::Result<()> {
        secrets::check(context).await?;
        let (secret, token) = (read_secret(&self.secret_file)?, read_secret(&self.token_file)?);
        let rate = self.rate.unwrap_or(context.config.relay.rate_per_second);
        let (code, now) = (&self.code, context.clock.now());
        let new = NewChannel { code, name: &self.name, secret: &secret, token: &token, rate };
        let right = Right::whole(Actor::COMMAND_LINE);
        let mut tx = context.db.begin().await?;
        match relay::add(&mut tx, &right, &context.sealing_keys()?, &new, now).await {
            Ok(_) => tx.commit().await?,
            Err(Refusal::ChannelTaken) => {
                bail!("there is a channel \"{code}\" already; `channel rotate` stores a new secret or token for it")
            }
            Err(Refusal::BadChannelSecret) => bail!("{} holds no channel secret", self.secret_file.display()),
            Err(Refusal::BadChannelToken(bad)) => return Err(no_token(&self.token_file, bad)),
            Err(refusal) => return Err(refusal.into()),
        }
        writeln!(io::stdout(), "channel {code} added; `gcc-relay channel check {code}` asks LINE about it")?;
        Ok(())
    }
}

impl Budget {
    async fn run(self, context: &AppContext) -> anyhow::Result<()> {
        let (code, now) = (self.code.as_str(), context.clock.now());
        let mut tx = context.db.begin().await?;
        let right = Right::whole(Actor::COMMAND_LINE);
        match relay::set_budget(&mut tx, &right, code, (self.messages, self.baht), now).await {
            Ok(_) => tx.commit().await?,
            Err(Refusal::ChannelAbsent) => return Err(absent(&self.code)),
            Err(refusal) => return Err(refusal.into()),
        }
        match (self.messages, self.baht) {
            (None, None) => writeln!(io::stdout(), "channel {code} has the budget of the settings")?,
            _ => writeln!(io::stdout(), "the budget of channel {code} is set")?,
        }
        Ok(())
    }
}

impl Rotate {
    async fn run(self, context: &AppContext) -> anyhow::Result<()> {
        secrets::check(context).await?;
        let NewSecrets { secret_file, token_file } = &self.secrets;
        let secret = secret_file.as_deref().map(read_secret).transpose()?;
        let token = token_file.as_deref().map(read_secret).transpose()?;
        let right = Right::whole(Actor::COMMAND_LINE);
        let (sealing, now) = (context.sealing_keys()?, context.clock.now());
        let mut tx = context.db.begin().await?;
        let new = (secret.as_ref(), token.as_ref());
        match (relay::rotate(&mut tx, &right, &sealing, self.code.as_str(), new, now).await, secret_file, token_file) {
            (Ok(_), ..) => tx.commit().await?,
            (Err(Refusal::ChannelAbsent), ..) => return Err(absent(&self.code)),
            (Err(Refusal::BadChannelSecret), Some(file), _) => bail!("{} holds no channel secret", file.display()),
            (Err(Refusal::BadChannelToken(bad)), _, Some(file)) => return Err(no_token(file, bad)),
            (Err(refusal), ..) => return Err(refusal.into()),
        }
        writeln!(io::stdout(), "channel {}: stored", self.code)?;
        Ok(())
    }
}

async fn list(context: &AppContext) -> anyhow::Result<()> {
    let all = channels::list_channels(&mut *context.db.acquire().await?).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "code\tname\trate\tstate\tquota used\tquota\tlast webhook")?;
    for channel in all {
        let state = match (channel.parked_reason, channel.parked_at) {
            (Some(reason), Some(at)) => format!("parked since {at}: {}", reason.english()),
            _ => "working".to_owned(),
        };
        let number = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let last = channel.last_webhook_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        let (used, limit) = (number(channel.quota_used), number(channel.quota_limit));
        let (code, name, rate) = (channel.code, channel.name, channel.rate_per_second);
        writeln!(out, "{code}\t{name}\t{rate}\t{state}\t{used}\t{limit}\t{last}")?;
    }
    Ok(())
}

async fn check(context: &AppContext, code: Option<&Code>) -> anyhow::Result<()> {
    let mut connection = context.db.acquire().await?;
    let all = match code {
        Some(code) => vec![find(&mut connection, code).await?],
        None => channels::list_channels(&mut connection).await?,
    };
    drop(connection);
    let mut checkup = Checkup::default();
    for channel in &all {
        checkup.check_channel(context, channel).await?;
    }
    checkup.finish()
}

async fn park(context: &AppContext, code: &Code) -> anyhow::Result<()> {
    let mut tx = context.db.begin().await?;
    match relay::park(&mut tx, &Right::whole(Actor::COMMAND_LINE), code.as_str(), context.clock.now()).await {
        Ok(_) => {
            tx.commit().await?;
            writeln!(io::stdout(), "channel {code} is parked")?;
        }
        Err(Refusal::ChannelParked) => writeln!(io::stdout(), "channel {code} was parked already")?,
        Err(Refusal::ChannelAbsent) => return Err(absent(code)),
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(())
}

async fn resume(context: &AppContext, code: &Code) -> anyhow::Result<()> {
    let mut tx = context.db.begin().await?;
    match relay::resume(&mut tx, &Right::whole(Actor::COMMAND_LINE), code.as_str(), context.clock.now()).await {
        Ok(_) => {
            tx.commit().await?;
            writeln!(io::stdout(), "channel {code} goes on")?;
        }
        Err(Refusal::ChannelNotParked) => writeln!(io::stdout(), "channel {code} was not parked")?,
        Err(Refusal::ChannelAbsent) => return Err(absent(code)),
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(())
}

pub(super) async fn find(db: &mut Connection, code: &Code) -> anyhow::Result<Stored> {
    let found = channels::find_channel(db, code.as_str()).await?;
    found.ok_or_else(|| absent(code))
}

fn absent(code: &Code) -> anyhow::Error {
    anyhow!("there is no channel \"{code}\"")
}

fn no_token(file: &Path, bad: BadToken) -> anyhow::Error {
    anyhow::Error::new(bad).context(format!("{} holds no channel access token", file.display()))
}

fn read_secret(file: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?;
    Ok(text.into())
}

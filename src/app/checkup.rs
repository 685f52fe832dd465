//! `doctor` and `channel check`: one line for each check, with what it found.
//!
//! A question that cannot be asked, because an earlier one failed, is not asked. Nothing is changed but what LINE
//! says of a channel (its account's id, its quota), which is kept.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;

use super::checkup_database::{check_durability, check_room, check_search, check_sockets};
use super::demo_guard::refuse_demo_data;
use super::pooling::{self, PoolingFault};
use super::{AppContext, secrets, wiring};
use crate::config::{Config, DatabaseUrl};
use crate::relay::channel_check::{ChannelCheck, MonthLeft, WebhookState, webhook_address};
use crate::relay::engine::{open_access, open_secrets};
use crate::store::api_keys::list_keys_ending;
use crate::store::channels::{Channel, list_channels};
use crate::store::database_identity::find_identity;
use crate::store::secret_keys::KeyState;
use crate::store::{self, Connection, checkup};

/// Less than this and the disk is called full.
const MIN_FREE_SPACE: u64 = 1 << 30;
/// So long before they end API keys are named, and so many of them.
const KEY_ENDS_SOON: Duration = Duration::from_hours(30 * 24);
const MOST_NAMED: i64 = 20;
/// A channel is called short of messages when it has less left than this part of the month's.
const MIN_QUOTA_LEFT: f64 = 0.05;

/// Examines everything; prints a line for each question.
///
/// # Errors
/// At least one answer was bad.
pub async fn examine(config: Config) -> anyhow::Result<()> {
    let mut checkup = Checkup::default();
    checkup.report("disk", check_disk(&config))?;
    if let Some(fault) = pooling::find_fault_before(&config).await {
        let unusable = matches!(fault, Some(PoolingFault::Locks));
        checkup.report("pooling", pooling_fault(fault))?;
        if unusable {
            return checkup.finish();
        }
    }
    match AppContext::open_as_it_is(config).await {
        Err(error) => checkup.report("database", Err(error))?,
        Ok(context) => {
            let examined = checkup.examine_parts(&context).await;
            context.close().await?;
            examined?;
        }
    }
    checkup.finish()
}

/// The lines told so far.
#[derive(Debug, Default)]
pub struct Checkup {
    pooling_fault: usize,
    failed: usize,
}

impl Checkup {
    /// Prints one line: `ok` with what was found, or `FAIL` with what is wrong.
    fn report(&mut self, subject: &str, found: anyhow::Result<String>) -> io::Result<()> {
        self.pooling_fault += 1;
        let mut out = io::stdout().lock();
        match found {
            Ok(found) => writeln!(out, "ok    {subject}: {found}"),
            Err(error) => {
                self.failed += 1;
                writeln!(out, "FAIL  {subject}: {error:#}")
            }
        }
    }

    /// Says whether all was well.
    ///
    /// # Errors
    /// It was not.
    pub fn finish(self) -> anyhow::Result<()> {
        if self.failed > 0 {
            bail!("{} of {} checks failed", self.failed, self.pooling_fault);
        }
        Ok(())
    }

    async fn examine_parts(&mut self, context: &AppContext) -> anyhow::Result<()> {
        let mut connection = context.db.acquire().await?;
        self.report("database", check_version(&mut connection).await)?;
        if context.is_private() {
            self.report(
                "pooling",
                pooling_fault(pooling::find_fault(context.db.hosts(), context.config.relay.keepalive).await?),
            )?;
        }
        self.report("standby", check_durability(context.db.hosts(), &mut connection).await)?;
        self.report("clock", check_clock(context, &mut connection).await)?;
        let migrations = check_migrations(context).await;
        let usable = migrations.is_ok();
        self.report("migrations", migrations)?;
        if !usable {
            return Ok(self.report("secrets", context.key_file().map(|file| format!("key {}", file.sealing().id())))?);
        }
        self.report("demo", refuse_demo_data(context).await.map(ToOwned::to_owned))?;
        self.report("home", check_identity(&mut connection).await)?;
        self.report("search", check_search(&mut connection).await)?;
        self.report("connections", check_room(&context.config, &mut connection).await)?;
        let channels = list_channels(&mut connection).await?;
        drop(connection);
        self.report("open files", check_sockets(&context.config, channels.len()))?;
        self.report("secrets", check_secrets(context, &channels).await)?;
        self.report("api keys", check_keys(context).await)?;
        self.report("files", check_files(&context.config).await)?;
        self.report("mail", Box::pin(check_mail(&context.config)).await)?;
        for channel in &channels {
            self.check_channel(context, channel).await?;
        }
        Ok(())
    }

    /// Asks LINE about a channel: account, quota, webhook.
    ///
    /// # Errors
    /// stdout cannot be written to; what is wrong with the channel is told.
    pub async fn check_channel(&mut self, context: &AppContext, channel: &Channel) -> io::Result<()> {
        let code = &channel.code;
        self.report(&format!("channel {code}: account"), check_account(context, channel).await)?;
        self.report(&format!("channel {code}: quota"), check_quota(context, channel).await)?;
        self.report(&format!("channel {code}: webhook"), check_webhook(context, channel).await)
    }
}

async fn check_version(db: &mut Connection) -> anyhow::Result<String> {
    let (version, writable) = checkup::get_version(db).await?;
    if !writable {
        bail!("Postgres {version} is a standby and cannot be written to");
    }
    Ok(format!("Postgres {version}"))
}

fn pooling_fault(fault: Option<PoolingFault>) -> anyhow::Result<String> {
    match fault {
        Some(fault) => bail!("{fault}"),
        None => Ok("a session's locks and time-outs hold".to_owned()),
    }
}

async fn check_clock(context: &AppContext, db: &mut Connection) -> anyhow::Result<String> {
    // the context's clock follows the database's; what counts is the machine's own
    let machine = crate::domain::time::Clock::system().now();
    let apart = store::database_now(db).await?.since(machine).as_secs_f64();
    let limit = context.config.relay.clock_jump.as_secs_f64();
    if apart.abs() > limit {
        bail!("this machine's clock and the database's are {apart:.1} s apart: more than {limit} s");
    }
    Ok(format!("{apart:.3} s from the database's"))
}

async fn check_migrations(context: &AppContext) -> anyhow::Result<String> {
    let (applied, known) = store::migrations_applied(&context.db).await?;
    if applied != known {
        bail!("{applied} of {known} are applied; run `gcc-relay migrate`");
    }
    Ok(format!("all {known} are applied"))
}

async fn check_identity(db: &mut Connection) -> anyhow::Result<String> {
    match find_identity(db).await? {
        None => Ok("no node has served this database yet".to_owned()),
        Some(home) if home.here => Ok(format!("served here, last at {}", home.seen_at)),
        Some(home) => bail!(
            "last served elsewhere, at {}: a restored copy, whose channels the next node parks; if it was moved whole \
             and up to date, run `gcc-relay database moved` before",
            home.seen_at
        ),
    }
}

async fn check_secrets(context: &AppContext, channels: &[Channel]) -> anyhow::Result<String> {
    let standing = secrets::read_key_states(context).await?;
    let sealing = &context.sealing_keys()?;
    for channel in channels {
        let opened = open_secrets(sealing, channel).map(drop).and_then(|()| open_access(sealing, channel).map(drop));
        if let Err(error) = opened {
            return Err(anyhow::Error::new(error).context(format!("channel {}", channel.code)));
        }
    }
    let ids: Vec<String> = sealing.ids().iter().map(ToString::to_string).collect();
    let under_way = standing.all(KeyState::Next).len() + standing.all(KeyState::Old).len() > 0;
    let rest = if under_way { "; the key is being changed, see `gcc-relay secrets status`" } else { "" };
    Ok(format!("key {} opens those of {} channels{rest}", ids.join(", "), channels.len()))
}

async fn check_files(config: &Config) -> anyhow::Result<String> {
    super::files::open(config)?.check().await?;
    Ok(format!("{} answers", config.files.store))
}

/// Says which keys end soon. One that ended long ago is no news, so this fails for none.
async fn check_keys(context: &AppContext) -> anyhow::Result<String> {
    let now = context.clock.now();
    let ending =
        list_keys_ending(&mut *context.db.acquire().await?, None, now, now + KEY_ENDS_SOON, MOST_NAMED).await?;
    if ending.is_empty() {
        return Ok("none ends within 30 days".to_owned());
    }
    let named: Vec<String> = ending.iter().map(|(name, at)| format!("\"{name}\" at {at}")).collect();
    Ok(format!("these end within 30 days: {}", named.join(", ")))
}

/// Connects to the mail server and signs in, where one is set; sends nothing.
async fn check_mail(config: &Config) -> anyhow::Result<String> {
    let Some(mailer) = wiring::mailer(config)? else { return Ok("off: no mail.smtp_url is set".to_owned()) };
    mailer.check().await?;
    let to = config.mail.establishment_to.as_ref();
    let to = to.map_or_else(|| "nothing goes by it yet".to_owned(), |to| format!("reports go to {to}"));
    Ok(format!("the mail server lets us in; {to}"))
}

/// The way to ask LINE about channels.
fn asking(context: &AppContext) -> anyhow::Result<ChannelCheck> {
    let (line, sealing) = (wiring::line_client(&context.config)?, Arc::new(context.sealing_keys()?));
    Ok(ChannelCheck::new(context.db.clone(), line, sealing))
}

async fn check_account(context: &AppContext, channel: &Channel) -> anyhow::Result<String> {
    let account = asking(context)?.account(channel).await?;
    Ok(format!("{} ({})", account.name, account.basic_id))
}

async fn check_quota(context: &AppContext, channel: &Channel) -> anyhow::Result<String> {
    let MonthLeft { limit, used } = asking(context)?.month(channel, context.clock.now()).await?;
    let Some(limit) = limit else { return Ok(format!("{used} messages used, no limit")) };
    let left = limit.saturating_sub(used);
    #[expect(clippy::cast_precision_loss, reason = "a share of a count of messages")]
    let short = (left as f64) < limit as f64 * MIN_QUOTA_LEFT;
    if short {
        bail!("{left} of the month's {limit} messages are left");
    }
    Ok(format!("{left} of the month's {limit} messages are left"))
}

async fn check_webhook(context: &AppContext, channel: &Channel) -> anyhow::Result<String> {
    let wanted = webhook_address(context.config.server.public_url.as_str(), &channel.code);
    match asking(context)?.webhook(channel, &wanted).await? {
        WebhookState::NotSet => bail!("no address is set; LINE's console wants {wanted}"),
        WebhookState::Off => bail!("webhooks are switched off in LINE's console"),
        WebhookState::Elsewhere(found) => bail!("webhooks go to {found}, but this server expects them at {wanted}"),
        WebhookState::Here => Ok(wanted),
    }
}

fn check_disk(config: &Config) -> anyhow::Result<String> {
    if !matches!(config.database.url, DatabaseUrl::Embedded) {
        return Ok("the database is elsewhere".to_owned());
    }
    let folder = config.database.data_dir.as_path();
    // before the first start only a folder above it is there
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let space = nix::sys::statvfs::statvfs(there)?;
    #[cfg_attr(target_os = "linux", expect(clippy::useless_conversion, reason = "narrower on other systems"))]
    let free = u64::from(space.blocks_available()).saturating_mul(u64::from(space.fragment_size()));
    let mebibytes = free >> 20;
    if free < MIN_FREE_SPACE {
        bail!("only {mebibytes} MiB are left for {}", folder.display());
    }
    Ok(format!("{mebibytes} MiB are left for {}", folder.display()))
}

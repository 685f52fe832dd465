//! `key create | list | revoke`.

use std::io::{self, Write as _};

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;

use super::office;
use crate::accounts::keys::{NewKey, create, revoke_called};
use crate::app::AppContext;
use crate::config::Config;
use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::allowed_addresses::AllowedAddresses;
use crate::domain::ids::Code;
use crate::domain::right::Right;
use crate::domain::text::Label;
use crate::domain::thai::from_bangkok;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, parse_day};
use crate::store::api_keys;

const CREATE_EXAMPLE: &str = "\
Examples:
  KEY=$(gcc-relay key create --name ops --role operator)
  gcc-relay key create --name 'ศูนย์เทคโนโลยีลำพูน' --role agency --office lamphun --until 2027-09-30 --from 192.0.2.0/24";

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Make an API key and print it, this once, alone on a line
    #[command(after_help = CREATE_EXAMPLE)]
    Create(Create),
    /// List the keys, newest first
    #[command(after_help = "Example:\n  gcc-relay key list")]
    List,
    /// Stop the keys of a name, or the one key of a prefix, from working
    #[command(after_help = "Examples:\n  gcc-relay key revoke ops\n  gcc-relay key revoke Ab3dE6gH")]
    Revoke {
        /// The name, or the prefix that `key list` shows
        name: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// Who or what uses the key
    #[arg(long)]
    name: Label,
    /// What the key may do
    #[arg(long, value_enum)]
    role: Role,
    /// Where: the subtree of this office; the whole tree where it is left out
    #[arg(long, value_name = "CODE")]
    office: Option<Code>,
    /// The last day on which it works, in Bangkok; it does not end where this is left out
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// The addresses and networks from which it works, with commas between them; anywhere where this is left out
    #[arg(long, value_name = "ADDRESSES", default_value = "")]
    from: AllowedAddresses,
}

/// The end of a day that was typed, if it lies ahead.
fn read_end(day: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    let day = parse_day(day, Bound::End, now).map_err(|bad| anyhow!("--until {bad}"))?;
    let end = day.tomorrow().ok().and_then(|next| from_bangkok(next.at(0, 0, 0, 0)).ok());
    end.filter(|end| *end > now).ok_or_else(|| anyhow!("--until must be today or a day to come"))
}

impl Key {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        if let Self::Create(create) = &self {
            office::demand(create.role, create.office.as_ref());
        }
        let context = AppContext::open(config).await?;
        let done = match self {
            Self::Create(create) => create.run(&context).await,
            Self::List => list(&context).await,
            Self::Revoke { name } => revoke(&context, &name).await,
        };
        context.close().await?;
        done
    }
}

impl Create {
    async fn run(self, context: &AppContext) -> anyhow::Result<()> {
        let now = context.clock.now();
        let expires_at = self.until.as_deref().map(|day| read_end(day, now)).transpose()?;
        let mut tx = context.db.begin().await?;
        let office = office::find(&mut tx, self.office.as_ref()).await?;
        let office = office.map(|office| (office.id, office.code));
        let new = NewKey { name: self.name.into(), role: self.role, office, expires_at, allowed: self.from };
        let key = create(&mut tx, &Right::whole(Actor::COMMAND_LINE), new, now).await?;
        tx.commit().await?;
        writeln!(io::stdout(), "{}", key.expose_secret())?;
        Ok(())
    }
}

async fn list(context: &AppContext) -> anyhow::Result<()> {
    let keys = api_keys::list_keys(&mut *context.db.acquire().await?).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "prefix\tname\trole\toffice\tcreated\tlast used\trevoked\tends\tfrom")?;
    for key in keys {
        let office = key.office.as_deref().unwrap_or("-");
        let (used, revoked) = (time_or_dash(key.last_used_at), time_or_dash(key.revoked_at));
        let ends = time_or_dash(key.expires_at);
        let from = if key.networks.is_empty() { "anywhere".to_owned() } else { key.networks.join(",") };
        let (prefix, name, role) = (key.prefix, key.name, key.role.as_str());
        writeln!(out, "{prefix}\t{name}\t{role}\t{office}\t{}\t{used}\t{revoked}\t{ends}\t{from}", key.created_at)?;
    }
    Ok(())
}

fn time_or_dash(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_string())
}

async fn revoke(context: &AppContext, name: &str) -> anyhow::Result<()> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let revoked = revoke_called(&mut tx, &Right::whole(Actor::COMMAND_LINE), name, now).await?;
    if revoked == 0 {
        bail!("no working key is called \"{name}\" or begins with it");
    }
    tx.commit().await?;
    writeln!(io::stdout(), "{revoked} {} revoked", if revoked == 1 { "key" } else { "keys" })?;
    Ok(())
}

//! `secrets create | status | rotate | accept`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::app::AppContext;
use crate::app::secrets::{self, ResealedCounts, Rotated};
use crate::config::Config;
use crate::domain::sealed::KeyId;
use crate::store::secret_keys::KeyState;

const ROTATE_EXAMPLE: &str = "\
Example, with several machines, each with its own copy of the key file:
  gcc-relay secrets rotate            on one machine: makes a key, which does not seal yet
  ... copy the key file to every other machine, with mode 0600; running nodes notice within seconds
  gcc-relay secrets rotate            there again: the key seals, and everything is sealed anew with it
  ... copy the key file to every other machine, or run `gcc-relay secrets rotate` on each
  gcc-relay secrets rotate --finish   a day later, on every machine: drops the key before
Where the database is a private one, the first run does the first two steps. Every step may be killed and run again.";

#[derive(Debug, Subcommand)]
pub(super) enum Secrets {
    /// Make the key file of a first node
    #[command(after_help = "Example:\n  sudo -u gcc-relay gcc-relay secrets create /etc/gcc-relay/secret.key\n\
                            Keep a copy in a safe, and give every other node a copy.")]
    Create(Create),
    /// Show which keys are in use, here and on the running nodes
    #[command(after_help = "Example:\n  gcc-relay secrets status")]
    Status,
    /// Change the key that seals the channels' secrets, while nodes run
    #[command(after_help = ROTATE_EXAMPLE)]
    Rotate(Rotate),
    /// Go by the key file here from now on: the one before was lost for good
    #[command(after_help = "Example:\n  gcc-relay secrets accept\nThen store every channel's secret and token with \
                            `gcc-relay channel rotate`; people whose codes cannot be checked need a new link.")]
    Accept,
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The file, which must not be there yet; only its owner can read it
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Drop the key before, once nothing needs it
    #[arg(long, conflicts_with = "cancel")]
    finish: bool,
    /// Forget a key that was made and does not seal yet
    #[arg(long)]
    cancel: bool,
}

impl Secrets {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        if let Self::Create(Create { file }) = &self {
            return secrets::create_key_file(file);
        }
        let context = AppContext::open(config).await?;
        let done = match self {
            // done above: it needs no database
            Self::Create(_) => Ok(()),
            Self::Status => status(&context).await,
            Self::Rotate(Rotate { finish: true, .. }) => finish(&context).await,
            Self::Rotate(Rotate { cancel: true, .. }) => cancel(&context).await,
            Self::Rotate(_) => rotate(&context).await,
            Self::Accept => accept(&context).await,
        };
        context.close().await?;
        done
    }
}

async fn status(context: &AppContext) -> anyhow::Result<()> {
    let status = secrets::status(context).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "key\tstate\tin the file here\tsecrets sealed with it")?;
    for (id, state, here, count) in status.keys {
        let (state, here) = (name_of(state), if here { "yes" } else { "no" });
        writeln!(out, "{id}\t{state}\t{here}\t{count}")?;
    }
    writeln!(out, "\nnode\tseals with\topens")?;
    for node in status.nodes {
        let seals = node.ids.first().map_or_else(|| "-".to_owned(), ToString::to_string);
        writeln!(out, "{}\t{seals}\t{}", node.name, list(&node.ids))?;
    }
    Ok(())
}

fn name_of(state: Option<KeyState>) -> &'static str {
    match state {
        None => "unknown",
        Some(KeyState::Next) => "next: does not seal yet",
        Some(KeyState::Seals) => "seals",
        Some(KeyState::Old) => "old: opens until --finish",
        Some(KeyState::Dropped) => "dropped",
        Some(KeyState::Persons) => "names persons; never changes",
    }
}

async fn rotate(context: &AppContext) -> anyhow::Result<()> {
    let file = context.config.secrets.key_file.display().to_string();
    let mut out = io::stdout().lock();
    match secrets::rotate(context).await? {
        Rotated::Made(key) => writeln!(
            out,
            "key {key} was made and written into {file}; it does not seal yet\n\
             1. keep a copy of {file} in a safe\n\
             2. copy it to every other machine, also those whose node is stopped, with mode 0600; running nodes notice \
             it within seconds\n\
             3. run `gcc-relay secrets rotate` here again: it seals everything anew"
        )?,
        Rotated::Unread { key, nodes } => bail!(
            "nothing was sealed, as key {key} cannot be read yet by these nodes: {}; copy {file} to their machines, then \
             run `gcc-relay secrets rotate` here again",
            nodes.join("; ")
        ),
        Rotated::Sealed { key, anew, old } => {
            let ResealedCounts { channels, codes, bindings, coordinators, unopened } = anew;
            writeln!(
                out,
                "key {key} seals; sealed anew: {channels} secrets of channels, {codes} of accounts, {bindings} LINE users, contacts of {coordinators} coordinators"
            )?;
            if !unopened.is_empty() {
                bail!("these could not be opened and stay as they are: {}", unopened.join("; "));
            }
            if !old.is_empty() {
                writeln!(
                    out,
                    "1. copy {file} to every other machine, or run `gcc-relay secrets rotate` on each: they seal with key \
                     {key} too\n\
                     2. a day later run `gcc-relay secrets rotate --finish` on every machine: it drops {}\n\
                     Backups made before now need the key file as it is now: keep it with them",
                    list(&old)
                )?;
            }
        }
    }
    Ok(())
}

async fn finish(context: &AppContext) -> anyhow::Result<()> {
    let dropped = secrets::finish(context).await?;
    let file = context.config.secrets.key_file.display();
    let mut out = io::stdout().lock();
    if dropped.is_empty() {
        writeln!(out, "{file} holds no key that is to be dropped")?;
    } else {
        writeln!(out, "dropped from {file}: {}; run this on every other machine too", list(&dropped))?;
    }
    Ok(())
}

async fn cancel(context: &AppContext) -> anyhow::Result<()> {
    let key = secrets::cancel(context).await?;
    writeln!(io::stdout(), "key {key} is forgotten; the key before goes on sealing")?;
    Ok(())
}

async fn accept(context: &AppContext) -> anyhow::Result<()> {
    let lost = secrets::accept(context).await?;
    let file = context.config.secrets.key_file.display();
    writeln!(io::stdout(), "{file} is gone by from now on; {lost} secrets cannot be opened and are to be stored anew")?;
    Ok(())
}

fn list(ids: &[KeyId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

//! `user create | list | link | invite | disable | enable`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;

use super::office;
use crate::accounts::people;
use crate::app::AppContext;
use crate::config::Config;
use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::credentials::Username;
use crate::domain::ids::Code;
use crate::domain::right::Right;
use crate::domain::text::Label;
use crate::domain::thai::{Digits, format_moment};
use crate::domain::time::Timestamp;
use crate::report::invitations::{Slip, to_table};
use crate::store::Connection;
use crate::store::accounts::{Account, NewAccount, find_account, list_accounts};
use crate::store::groups::list_ids_of_office;
use crate::store::invitations::{InvitationFilter, invite_stewards};

const CREATE_EXAMPLE: &str = "\
Examples:
  gcc-relay user create somchai --role operator
  gcc-relay user create lamphun.governor --role steward --office lamphun --name 'ผู้ว่าราชการจังหวัดลำพูน'";

const INVITE_EXAMPLE: &str = "\
Examples:
  gcc-relay user invite --csv invitations.csv
  gcc-relay user invite --csv lamphun.csv --office lamphun --deputies --again";

/// Accounts listed with one question to the database.
const PAGE: i64 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make an account and print, this once, the link with which its owner sets a password
    #[command(after_help = CREATE_EXAMPLE)]
    Create(Create),
    /// List the accounts by name
    #[command(after_help = "Example:\n  gcc-relay user list")]
    List,
    /// Print a new link to set the password; older links stop working
    #[command(after_help = "Example:\n  gcc-relay user link lamphun.governor")]
    Link {
        /// The name to sign in with
        username: Username,
    },
    /// Make accounts for all stewards of the tree who have none, and write their links, this once, into a file
    #[command(after_help = INVITE_EXAMPLE)]
    Invite(Invite),
    /// End an account and sign it out everywhere
    #[command(after_help = "Example:\n  gcc-relay user disable somchai")]
    Disable {
        /// The name to sign in with
        username: Username,
    },
    /// Let an ended account work again
    #[command(after_help = "Example:\n  gcc-relay user enable somchai")]
    Enable {
        /// The name to sign in with
        username: Username,
    },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The name to sign in with
    username: Username,
    /// What the account may do
    #[arg(long, value_enum)]
    role: Role,
    /// Where: the subtree of this office; the whole tree where it is left out
    #[arg(long, value_name = "CODE")]
    office: Option<Code>,
    /// What pages call it, best an office-holder's title; the user name where it is left out
    #[arg(long)]
    name: Option<Label>,
}

#[derive(Debug, Args)]
pub(super) struct Invite {
    /// Where to write user names, titles, offices and links; it must not be there yet. It holds secrets: mode 0600
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,
    /// Only stewards of this office and the offices below it
    #[arg(long, value_name = "CODE")]
    office: Option<Code>,
    /// Also the deputies whom the tree names
    #[arg(long)]
    deputies: bool,
    /// Also new links for those who were invited and have set no password yet; their older links stop working
    #[arg(long)]
    again: bool,
}

impl User {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        if let Self::Create(create) = &self {
            office::demand(create.role, create.office.as_ref());
        }
        let context = AppContext::open(config).await?;
        let done = match self {
            Self::Create(create) => create.run(&context).await,
            Self::List => list(&context).await,
            Self::Link { username } => print_link(&context, &username).await,
            Self::Invite(invite) => invite.run(&context).await,
            Self::Disable { username } => switch(&context, &username, true).await,
            Self::Enable { username } => switch(&context, &username, false).await,
        };
        context.close().await?;
        done
    }
}

impl Create {
    async fn run(self, context: &AppContext) -> anyhow::Result<()> {
        let now = context.clock.now();
        let mut tx = context.db.begin().await?;
        let office = office::find(&mut tx, self.office.as_ref()).await?;
        let account = NewAccount {
            display_name: self.name.map_or_else(|| self.username.to_string(), String::from),
            username: self.username,
            role: self.role,
            office_id: office.as_ref().map(|office| office.id),
            valid_from: None,
            valid_until: None,
        };
        let code = office.as_ref().map(|office| office.code.as_str());
        people::create(&mut tx, &right(), &account, code, now).await?;
        let account = get(&mut tx, &account.username).await?;
        let link = make_link(&mut tx, context, &account).await?;
        tx.commit().await?;
        writeln!(io::stdout(), "{link}")?;
        Ok(())
    }
}

impl Invite {
    async fn run(self, context: &AppContext) -> anyhow::Result<()> {
        let now = context.clock.now();
        let until = now + context.config.accounts.link_lifetime;
        let mut tx = context.db.begin().await?;
        let under = match office::find(&mut tx, self.office.as_ref()).await? {
            Some(office) => Some(list_ids_of_office(&mut tx, office.id).await?),
            None => None,
        };
        let which = InvitationFilter { under, deputies: self.deputies, again: self.again };
        let invited = invite_stewards(&mut tx, &which, &Actor::COMMAND_LINE, until, now).await?;
        let slips: Vec<Slip> = invited
            .into_iter()
            .map(|invitation| Slip {
                link: format!("{}/welcome/{}", public_url(context), invitation.token.expose_secret()),
                username: invitation.username,
                name: invitation.display_name,
                office: invitation.office,
            })
            .collect();
        let table = to_table(&slips, &format_moment(until, Digits::Arabic));
        // only what could be handed out is kept
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.csv)?;
        file.write_all(&table.to_csv()?)?;
        file.sync_all()?;
        tx.commit().await?;
        let links = slips.len();
        let noun = if links == 1 { "link" } else { "links" };
        writeln!(io::stdout(), "{links} {noun} written to {}", self.csv.display())?;
        Ok(())
    }
}

fn public_url(context: &AppContext) -> &str {
    context.config.server.public_url.as_str()
}

async fn list(context: &AppContext) -> anyhow::Result<()> {
    let mut db = context.db.acquire().await?;
    let mut out = io::stdout().lock();
    writeln!(out, "username\trole\toffice\tcreated\tlast signed in\tstate")?;
    let mut after = String::new();
    loop {
        let page = list_accounts(&mut db, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.username);
        for account in page {
            let office = account.office.as_deref().unwrap_or("-");
            let signed_in = account.signed_in_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
            let state = state(&account, context.clock.now());
            let (name, role) = (&account.username, account.role.as_str());
            writeln!(out, "{name}\t{role}\t{office}\t{}\t{signed_in}\t{state}", account.created_at)?;
        }
    }
}

fn state(account: &Account, now: Timestamp) -> &'static str {
    match account {
        account if account.disabled_at.is_some() => "disabled",
        account if account.password_hash.is_none() => "invited",
        account if !account.is_active(now) => "not valid now",
        _ => "works",
    }
}

async fn print_link(context: &AppContext, username: &Username) -> anyhow::Result<()> {
    let mut tx = context.db.begin().await?;
    let account = get(&mut tx, username).await?;
    let link = make_link(&mut tx, context, &account).await?;
    tx.commit().await?;
    writeln!(io::stdout(), "{link}")?;
    Ok(())
}

/// The address of a new link; older ones stop working.
async fn make_link(db: &mut Connection, context: &AppContext, account: &Account) -> anyhow::Result<String> {
    let now = context.clock.now();
    let token = people::make_link(db, &right(), account, now + context.config.accounts.link_lifetime, now).await?;
    Ok(format!("{}/welcome/{}", public_url(context), token.expose_secret()))
}

async fn switch(context: &AppContext, username: &Username, off: bool) -> anyhow::Result<()> {
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let account = get(&mut tx, username).await?;
    let (changed, done) = if off {
        (people::disable(&mut tx, &right(), &account, now).await?, "disabled")
    } else {
        (people::enable(&mut tx, &right(), &account, now).await?, "enabled")
    };
    if !changed {
        bail!("the account \"{username}\" is {done} already");
    }
    tx.commit().await?;
    writeln!(io::stdout(), "{username} is {done}")?;
    Ok(())
}

/// Whoever may start the program may do everything.
fn right() -> Right {
    Right::whole(Actor::COMMAND_LINE)
}

async fn get(db: &mut Connection, username: &Username) -> anyhow::Result<Account> {
    find_account(db, username.as_str()).await?.ok_or_else(|| anyhow!("there is no account \"{username}\""))
}

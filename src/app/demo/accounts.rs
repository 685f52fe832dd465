//! The demo's accounts: one for each kind of user, all with one password that is printed.
//!
//! Where only this machine can reach the demo, the password never changes; elsewhere it is a new one at each start.
//! Everything in a demo is made up, so it asks for no TOTP codes either. Where somebody has changed the password or
//! ended an account, a new start puts that right.

use anyhow::Context as _;
use rand::distr::{Alphanumeric, SampleString as _};
use secrecy::SecretString;

use super::apart;
use crate::accounts::people::create;
use crate::app::context::AppContext;
use crate::config::Server;
use crate::domain::account::Role;
use crate::domain::credentials::{Password, Username};
use crate::domain::ids::AccountId;
use crate::domain::right::Right;
use crate::store::accounts::{NewAccount, find_account, update_disabled, update_password};
use crate::store::{Connection, offices};

/// The password of all of them where only this machine can reach the demo.
const PASSWORD: &str = "the-letter-of-2561";
/// The length of a password that is made at the start.
const PASSWORD_LENGTH: usize = 20;

/// An account of the demo.
pub(super) struct DemoAccount {
    pub(super) username: &'static str,
    /// What it is for, to those who read the guide.
    pub(super) whose: &'static str,
    role: Role,
    office: Option<&'static str>,
    /// What pages call it.
    name: &'static str,
}

const fn account(
    username: &'static str,
    role: Role,
    office: Option<&'static str>,
    name: &'static str,
    whose: &'static str,
) -> DemoAccount {
    DemoAccount { username, whose, role, office, name }
}

/// All of them.
pub(super) const ALL: [DemoAccount; 8] = [
    account(
        "governor",
        Role::Steward,
        Some("lamphun"),
        "ผู้ว่าราชการจังหวัดลำพูน",
        "the governor of Lamphun, best on a telephone: forwards into GCC2",
    ),
    account(
        "commerce",
        Role::Steward,
        Some("lamphun-commerce"),
        "พาณิชย์จังหวัดลำพูน",
        "the head of commerce of Lamphun: forwards into GCC3",
    ),
    account("publisher", Role::Publisher, None, "ผู้จัดทำประกาศ สำนักนายกรัฐมนตรี", "writes and publishes"),
    account("approver", Role::Approver, None, "ผู้อนุมัติประกาศ สำนักนายกรัฐมนตรี", "approves what another wrote"),
    account("operator", Role::Operator, None, "ศูนย์ปฏิบัติการ", "ministry operations: the board of the whole country"),
    account("agency", Role::Agency, Some("lamphun"), "ศูนย์เทคโนโลยีสารสนเทศจังหวัดลำพูน", "reads the province's receipts"),
    account(
        "coordinator",
        Role::Coordinator,
        Some("lamphun"),
        "ผู้ประสานงานจังหวัดลำพูน",
        "the coordinator of Lamphun: the work of the office",
    ),
    account("admin", Role::Admin, None, "ผู้ดูแลระบบ", "everything"),
];

/// The password of this start.
fn choose_password(server: &Server) -> SecretString {
    if apart::is_closed(server) {
        return PASSWORD.into();
    }
    Alphanumeric.sample_string(&mut rand::rng(), PASSWORD_LENGTH).into()
}

/// Makes those that are not there, and sets the password of all; gives it.
pub(super) async fn make(context: &AppContext) -> anyhow::Result<SecretString> {
    let chosen = choose_password(&context.config.server);
    let any: Username = ALL[0].username.parse()?;
    let typed = chosen.clone();
    let hash = tokio::task::spawn_blocking(move || Password::new(typed, &any).map(|password| password.hash()));
    let hash = hash.await??;
    let mut tx = context.db.begin().await?;
    for account in &ALL {
        let id = account.find_or_make(&mut tx, context).await?;
        update_password(&mut tx, id, hash.as_str()).await?;
    }
    tx.commit().await?;
    Ok(chosen)
}

impl DemoAccount {
    async fn find_or_make(&self, db: &mut Connection, context: &AppContext) -> anyhow::Result<AccountId> {
        if let Some(known) = find_account(db, self.username).await? {
            if known.disabled_at.is_some() {
                update_disabled(db, known.id, None).await?;
            }
            return Ok(known.id);
        }
        let office = match self.office {
            Some(code) => {
                let found = offices::find_office(db, code).await?;
                Some(found.with_context(|| format!("there is no office \"{code}\""))?)
            }
            None => None,
        };
        let account = NewAccount {
            username: self.username.parse()?,
            display_name: self.name.to_owned(),
            role: self.role,
            office_id: office.as_ref().map(|office| office.id),
            valid_from: None,
            valid_until: None,
        };
        let (right, office) = (Right::whole(super::ACTOR), office.as_ref().map(|office| office.code.as_str()));
        Ok(create(db, &right, &account, office, context.clock.now()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn the_password_may_be_set_for_each() {
        for account in &ALL {
            let username: Username = account.username.parse().expect("a name");
            assert!(Password::new(PASSWORD.into(), &username).is_ok(), "{username}");
        }
    }

    #[test]
    fn the_public_password_is_for_this_machine_alone() {
        let password = |listen: &str| {
            let variable = ("GCC_RELAY__SERVER__LISTEN".to_owned(), listen.to_owned());
            let config = crate::config::Config::from_sources(None, [variable]).expect("settings");
            choose_password(&config.server).expose_secret().to_owned()
        };
        assert_eq!(password("127.0.0.1:8080"), PASSWORD);
        let (one, other) = (password("0.0.0.0:8080"), password("0.0.0.0:8080"));
        assert!(one != PASSWORD && one != other && one.len() == PASSWORD_LENGTH);
        let username: Username = ALL[0].username.parse().expect("a name");
        assert!(Password::new(one.into(), &username).is_ok());
    }
}

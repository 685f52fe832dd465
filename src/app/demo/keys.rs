//! The demo's API keys: fresh ones at each start, in files that only their owner may read.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use secrecy::SecretString;

use crate::accounts::keys::{self, NewKey};
use crate::app::context::AppContext;
use crate::app::private_file;
use crate::domain::account::Role;
use crate::domain::allowed_addresses::AllowedAddresses;
use crate::domain::right::Right;
use crate::store::offices;

/// A key of the demo.
pub(super) struct DemoKey {
    /// Its name, and its file's.
    pub(super) name: &'static str,
    /// Whose it is, for people.
    pub(super) whose: &'static str,
    pub(super) key: SecretString,
    pub(super) file: PathBuf,
}

const ALL: [(&str, &str, Role, Option<&str>); 4] = [
    ("admin", "everything", Role::Admin, None),
    ("governor", "the governor of Lamphun, who forwards into GCC2 of the province", Role::Steward, Some("lamphun")),
    ("commerce", "the head of commerce of Lamphun, who forwards into GCC3", Role::Steward, Some("lamphun-commerce")),
    ("agency", "Lamphun's own system, which reads the province's receipts", Role::Agency, Some("lamphun")),
];

/// Makes the keys, each in a file of `folder`; those of an earlier start stop working.
pub(super) async fn make(context: &AppContext, folder: &Path) -> anyhow::Result<Vec<DemoKey>> {
    let (right, now) = (Right::whole(super::ACTOR), context.clock.now());
    let mut made = Vec::new();
    let mut tx = context.db.begin().await?;
    for (name, whose, role, office) in ALL {
        let stored = format!("demo-{name}");
        keys::revoke_called(&mut tx, &right, &stored, now).await?;
        let office = match office {
            Some(code) => {
                let found = offices::find_office(&mut tx, code).await?;
                Some(found.with_context(|| format!("there is no office \"{code}\""))?)
            }
            None => None,
        };
        let office = office.map(|office| (office.id, office.code));
        let new = NewKey { name: stored, role, office, expires_at: None, allowed: AllowedAddresses::default() };
        let key = keys::create(&mut tx, &right, new, now).await?;
        made.push(DemoKey { name, whose, key, file: folder.join(name) });
    }
    tx.commit().await?;
    for key in &made {
        private_file::replace(&key.file, &key.key)?;
    }
    Ok(made)
}

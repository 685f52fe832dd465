//! Making accounts of people and the links by which they set their passwords, for the command and for the demo.

use std::time::Duration;

use anyhow::bail;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::credentials::{LinkToken, Username};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::store::account_links::insert_link;
use crate::store::accounts::{NewAccount, insert_account};
use crate::store::offices::Office;
use crate::store::{Connection, StoreError, audit};

/// Makes an account for the subtree of `office`, or the whole tree; `by` is noted in the audit.
///
/// # Errors
/// The name is taken; the database fails.
pub async fn create(
    db: &mut Connection,
    username: Username,
    display_name: String,
    role: Role,
    office: Option<&Office>,
    by: &Actor,
    now: Timestamp,
) -> anyhow::Result<AccountId> {
    let account = NewAccount {
        username,
        display_name,
        role,
        office_id: office.map(|office| office.id),
        valid_from: None,
        valid_until: None,
    };
    let Some(id) = insert_account(db, &account, now).await? else {
        bail!("the user name \"{}\" is taken", account.username);
    };
    let detail = json!({ "role": role.as_str(), "office": office.map(|office| &office.code) });
    audit::insert_entry(db, now, by, "account_create", &Actor::user(&account.username).to_string(), &detail).await?;
    Ok(id)
}

/// Makes a link with which the holder sets the account's password; older ones stop working.
///
/// The link is in the answer and nowhere else.
pub async fn make_link(
    db: &mut Connection,
    account: AccountId,
    public_url: &str,
    lifetime: Duration,
    now: Timestamp,
) -> Result<SecretString, StoreError> {
    let (token, sha256) = LinkToken::generate();
    insert_link(db, account, &sha256, now + lifetime, now).await?;
    Ok(format!("{public_url}/welcome/{}", token.expose_secret()).into())
}

//! Accounts of people: made, given a link to set a password, ended, let work again.

use secrecy::SecretString;
use serde_json::json;

use super::{AccountRefusal, Result, must_look_after, must_may};
use crate::domain::account::Permission;
use crate::domain::actor::Actor;
use crate::domain::credentials::LinkToken;
use crate::domain::ids::AccountId;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::store::account_links::insert_link;
use crate::store::accounts::{Account, NewAccount, insert_account, update_disabled};
use crate::store::known_devices::forget_others;
use crate::store::login_sessions::delete_others;
use crate::store::{Connection, audit};

/// Makes an account; `office` is its office's code.
///
/// # Errors
/// [`AccountRefusal::UsernameTaken`]; [`AccountRefusal::Absent`] where it would reach further than the caller's part of the tree.
pub async fn create(
    db: &mut Connection,
    right: &Right,
    account: &NewAccount,
    office: Option<&str>,
    now: Timestamp,
) -> Result<AccountId> {
    must_may(right, Permission::ManageAccounts)?;
    must_look_after(db, right, account.office_id).await?;
    insert(db, right, account, office, now).await
}

/// Makes the account of a deputy whom the caller has named for a group of theirs: it holds there, and for the time of the duty.
///
/// # Errors
/// [`AccountRefusal::UsernameTaken`].
pub async fn create_for_deputy(
    db: &mut Connection,
    right: &Right,
    account: &NewAccount,
    office: &str,
    now: Timestamp,
) -> Result<AccountId> {
    must_may(right, Permission::ManageGroups)?;
    insert(db, right, account, Some(office), now).await
}

async fn insert(
    db: &mut Connection,
    right: &Right,
    account: &NewAccount,
    office: Option<&str>,
    now: Timestamp,
) -> Result<AccountId> {
    let Some(id) = insert_account(db, account, now).await? else {
        return Err(AccountRefusal::UsernameTaken(account.username.to_string()));
    };
    let detail = json!({ "role": account.role.as_str(), "office": office, "until": account.valid_until });
    let subject = Actor::user(&account.username).to_string();
    audit::insert_entry(db, now, &right.actor, "account_create", &subject, &detail).await?;
    Ok(id)
}

/// Makes a link with which the holder sets the account's password, until `until`; older ones stop working. Gives its token.
///
/// # Errors
/// [`AccountRefusal::Absent`].
pub async fn make_link(
    db: &mut Connection,
    right: &Right,
    account: &Account,
    until: Timestamp,
    now: Timestamp,
) -> Result<SecretString> {
    must_may(right, Permission::ManageAccounts)?;
    must_look_after(db, right, account.office_id).await?;
    let (token, sha256) = LinkToken::generate();
    insert_link(db, account.id, &sha256, until, now).await?;
    audit::insert_entry(db, now, &right.actor, "account_link", &subject_of(account), &json!({})).await?;
    Ok(token)
}

/// Ends an account and signs it out everywhere; false where it was ended already.
///
/// # Errors
/// [`AccountRefusal::OwnAccount`], [`AccountRefusal::Absent`].
pub async fn disable(db: &mut Connection, right: &Right, account: &Account, now: Timestamp) -> Result<bool> {
    must_may(right, Permission::ManageAccounts)?;
    must_look_after(db, right, account.office_id).await?;
    if right.actor == Actor::user(&account.username) {
        return Err(AccountRefusal::OwnAccount);
    }
    if !update_disabled(db, account.id, Some(now)).await? {
        return Ok(false);
    }
    let devices = delete_others(db, account.id, None).await?;
    forget_others(db, account.id, None).await?;
    let detail = json!({ "signed_out": devices });
    audit::insert_entry(db, now, &right.actor, "account_disable", &subject_of(account), &detail).await?;
    Ok(true)
}

/// Lets an ended account work again; false where it works already.
///
/// # Errors
/// [`AccountRefusal::Absent`].
pub async fn enable(db: &mut Connection, right: &Right, account: &Account, now: Timestamp) -> Result<bool> {
    must_may(right, Permission::ManageAccounts)?;
    must_look_after(db, right, account.office_id).await?;
    if !update_disabled(db, account.id, None).await? {
        return Ok(false);
    }
    audit::insert_entry(db, now, &right.actor, "account_enable", &subject_of(account), &json!({})).await?;
    Ok(true)
}

/// How the audit names an account.
fn subject_of(account: &Account) -> String {
    Actor::user(&account.username).to_string()
}

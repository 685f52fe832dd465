//! API keys: made and revoked.

use secrecy::SecretString;
use serde_json::json;

use super::{AccountRefusal, Result, must_look_after, must_may};
use crate::domain::account::{Permission, Role};
use crate::domain::allowed_addresses::AllowedAddresses;
use crate::domain::api_key::ApiKeySecret;
use crate::domain::ids::{ApiKeyId, OfficeId};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::store::api_keys::{self as rows, ApiKey, insert_key};
use crate::store::{Connection, audit};

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Who or what uses it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Where, with the office's code; none = the whole tree.
    pub office: Option<(OfficeId, String)>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// From where it works.
    pub allowed: AllowedAddresses,
}

/// Makes a key.
///
/// The key itself is in the answer and nowhere else.
///
/// # Errors
/// [`AccountRefusal::NotAllowed`] where an agency wants another's key; [`AccountRefusal::Absent`] where it would reach further
/// than the caller's part of the tree.
pub async fn create(db: &mut Connection, right: &Right, new: NewKey, now: Timestamp) -> Result<SecretString> {
    must_be_theirs(db, right, new.role, new.office.as_ref().map(|(id, _)| *id)).await?;
    let (secret, prefix, sha256) = ApiKeySecret::generate();
    let (office_id, office) = new.office.unzip();
    let key = ApiKey {
        id: ApiKeyId::new(now),
        name: new.name,
        role: new.role,
        office_id,
        office,
        prefix,
        key_sha256: sha256.to_vec(),
        created_at: now,
        last_used_at: None,
        revoked_at: None,
        expires_at: new.expires_at,
        networks: new.allowed.to_kept(),
    };
    insert_key(db, &key).await?;
    let detail = json!({
        "name": key.name, "role": key.role.as_str(), "office": key.office, "until": key.expires_at, "from": key.networks,
    });
    audit::insert_entry(db, now, &right.actor, "key_create", &format!("key:{}", key.prefix), &detail).await?;
    Ok(secret)
}

/// Stops a key; false where it had stopped.
///
/// # Errors
/// As [`create`].
pub async fn revoke(db: &mut Connection, right: &Right, key: &ApiKey, now: Timestamp) -> Result<bool> {
    must_be_theirs(db, right, key.role, key.office_id).await?;
    if !rows::revoke_key_by_id(db, key.id, now).await? {
        return Ok(false);
    }
    let (subject, detail) = (format!("key:{}", key.prefix), json!({ "name": key.name }));
    audit::insert_entry(db, now, &right.actor, "key_revoke", &subject, &detail).await?;
    Ok(true)
}

/// Stops the working keys of a name, or the one of a prefix, with one entry for each; gives how many.
///
/// # Errors
/// As [`revoke`].
pub async fn revoke_called(db: &mut Connection, right: &Right, name_or_prefix: &str, now: Timestamp) -> Result<usize> {
    let called = |key: &ApiKey| key.name == name_or_prefix || key.prefix == name_or_prefix;
    let mut revoked = 0;
    for key in rows::list_keys(db).await?.iter().filter(|key| called(key)) {
        revoked += usize::from(revoke(db, right, key, now).await?);
    }
    Ok(revoked)
}

/// An agency makes and revokes keys of agencies only.
async fn must_be_theirs(db: &mut Connection, right: &Right, role: Role, office: Option<OfficeId>) -> Result<()> {
    must_may(right, Permission::ManageKeys)?;
    must_look_after(db, right, office).await?;
    if right.may(Permission::ManageAccounts) || role == Role::Agency { Ok(()) } else { Err(AccountRefusal::NotAllowed) }
}

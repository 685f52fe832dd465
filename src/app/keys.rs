//! Making API keys, for the command and for the demo.

use secrecy::SecretString;
use serde_json::json;

use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::allowed_addresses::AllowedAddresses;
use crate::domain::api_key::ApiKeySecret;
use crate::domain::ids::ApiKeyId;
use crate::domain::time::Timestamp;
use crate::store::api_keys::{ApiKey, insert_key};
use crate::store::offices::Office;
use crate::store::{Connection, Result, audit};

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// Who or what uses it.
    pub name: &'a str,
    /// What it may do.
    pub role: Role,
    /// Where; none = the whole tree.
    pub office: Option<&'a Office>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// From where it works.
    pub allowed: AllowedAddresses,
}

/// Makes a key and notes in the audit who did: `by`.
///
/// The key itself is in the answer and nowhere else.
pub async fn create(db: &mut Connection, new: NewKey<'_>, by: &Actor, now: Timestamp) -> Result<SecretString> {
    let (secret, prefix, sha256) = ApiKeySecret::generate();
    let key = ApiKey {
        id: ApiKeyId::new(now),
        name: new.name.to_owned(),
        role: new.role,
        office_id: new.office.map(|office| office.id),
        office: new.office.map(|office| office.code.clone()),
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
    audit::insert_entry(db, now, by, "key_create", &format!("key:{}", key.prefix), &detail).await?;
    Ok(secret)
}

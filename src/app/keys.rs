//! Making API keys, for the command and for the demo.

use secrecy::SecretString;
use serde_json::json;

use crate::domain::account::Role;
use crate::domain::api_key::ApiKeySecret;
use crate::domain::ids::ApiKeyId;
use crate::domain::time::Timestamp;
use crate::store::api_keys::{ApiKey, insert_key};
use crate::store::offices::Office;
use crate::store::{Connection, Result, audit};

/// Makes a key for the subtree of `office`, or the whole tree, and notes in the audit who did: `by`.
///
/// The key itself is in the answer and nowhere else.
///
/// # Errors
/// When the database fails.
pub async fn create(
    db: &mut Connection,
    name: &str,
    role: Role,
    office: Option<&Office>,
    by: &str,
    now: Timestamp,
) -> Result<SecretString> {
    let (secret, prefix, sha256) = ApiKeySecret::generate();
    let key = ApiKey {
        id: ApiKeyId::new(now),
        name: name.to_owned(),
        role,
        office_id: office.map(|office| office.id),
        office: office.map(|office| office.code.clone()),
        prefix,
        key_sha256: sha256.to_vec(),
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    insert_key(db, &key).await?;
    let detail = json!({ "name": name, "role": role.as_str(), "office": key.office });
    audit::insert_entry(db, now, by, "key_create", &format!("key:{}", key.prefix), &detail).await?;
    Ok(secret)
}

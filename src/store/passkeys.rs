//! Passkeys of accounts.

use serde_json::Value;

use super::{Connection, Result};
use crate::domain::ids::{AccountId, PasskeyId};
use crate::domain::time::Timestamp;

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Which.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When somebody last signed in by it.
    pub used_at: Option<Timestamp>,
}

/// A passkey as a signature is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPasskey {
    /// Which.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// The public key and the counter, as the library writes them.
    pub credential: Value,
}

/// Keeps a new passkey; false where this very one is known already, to whichever account.
pub async fn insert_passkey(
    db: &mut Connection,
    account: AccountId,
    credential_id: &[u8],
    credential: &Value,
    name: &str,
    now: Timestamp,
) -> Result<bool> {
    let inserted = sqlx::query!(
        "insert into passkeys (id, account_id, credential_id, credential, name, made_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (credential_id) do nothing",
        PasskeyId::new(now).0,
        account.0,
        credential_id,
        credential,
        name,
        now as Timestamp,
    );
    Ok(inserted.execute(db).await?.rows_affected() == 1)
}

/// The passkey that a device calls so, held until the end of the transaction, so that its counter only goes up.
pub async fn lock_passkey(db: &mut Connection, credential_id: &[u8]) -> Result<Option<KeptPasskey>> {
    Ok(sqlx::query_as!(
        KeptPasskey,
        r#"select id as "id: PasskeyId", account_id as "account: AccountId", credential
        from passkeys where credential_id = $1 for update"#,
        credential_id,
    )
    .fetch_optional(db)
    .await?)
}

/// Notes that a passkey was used, with its new counter.
pub async fn update_passkey(db: &mut Connection, id: PasskeyId, credential: &Value, now: Timestamp) -> Result<()> {
    sqlx::query!("update passkeys set credential = $2, used_at = $3 where id = $1", id.0, credential, now as Timestamp)
        .execute(db)
        .await?;
    Ok(())
}

/// The passkeys of an account, in the order in which they were made.
pub async fn list_passkeys(db: &mut Connection, account: AccountId) -> Result<Vec<Passkey>> {
    Ok(sqlx::query_as!(
        Passkey,
        r#"select id as "id: PasskeyId", name, made_at as "made_at: Timestamp", used_at as "used_at: Timestamp"
        from passkeys where account_id = $1 order by made_at, id"#,
        account.0,
    )
    .fetch_all(db)
    .await?)
}

/// What the devices call the passkeys of an account.
pub async fn list_credential_ids(db: &mut Connection, account: AccountId) -> Result<Vec<Vec<u8>>> {
    let ids = sqlx::query_scalar!("select credential_id from passkeys where account_id = $1", account.0);
    Ok(ids.fetch_all(db).await?)
}

/// Takes one passkey of an account away; gives its name.
pub async fn delete_passkey(db: &mut Connection, account: AccountId, id: PasskeyId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("delete from passkeys where account_id = $1 and id = $2 returning name", account.0, id.0)
        .fetch_optional(db)
        .await?)
}

/// Takes all passkeys of an account away; gives their names.
pub async fn delete_passkeys(db: &mut Connection, account: AccountId) -> Result<Vec<String>> {
    let gone = sqlx::query_scalar!("delete from passkeys where account_id = $1 returning name", account.0);
    Ok(gone.fetch_all(db).await?)
}

//! Which person of a provider may sign in to which account; a person is known by a keyed hash.

use super::{Connection, Result};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// A person of a provider, bound to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Since when.
    pub bound_at: Timestamp,
    /// When the person last signed in at the provider.
    pub used_at: Option<Timestamp>,
}

/// Why a person is not bound to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The person is bound to another account.
    Person,
    /// The account has another person of this provider.
    Account,
}

/// Binds a person to an account; the same again changes nothing.
pub async fn bind_identity(
    db: &mut Connection,
    account: AccountId,
    person_hash: &[u8],
    issuer: &str,
    now: Timestamp,
) -> Result<std::result::Result<(), Taken>> {
    let bound = sqlx::query!(
        "insert into account_identities (person_hash, account_id, issuer, bound_at) values ($1, $2, $3, $4)
        on conflict do nothing",
        person_hash,
        account.0,
        issuer,
        now as Timestamp,
    );
    if bound.execute(&mut *db).await?.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    let holder = sqlx::query_scalar!(
        r#"select account_id as "account: AccountId" from account_identities where person_hash = $1"#,
        person_hash,
    );
    Ok(match holder.fetch_optional(db).await? {
        Some(holder) if holder == account => Ok(()),
        Some(_) => Err(Taken::Person),
        None => Err(Taken::Account),
    })
}

/// The account of a person, noting that they signed in at the provider.
pub async fn find_by_person(db: &mut Connection, person_hash: &[u8], now: Timestamp) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar!(
        r#"update account_identities set used_at = $2 where person_hash = $1 returning account_id as "id: AccountId""#,
        person_hash,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// The persons bound to an account, of every provider there was.
pub async fn list_identities(db: &mut Connection, account: AccountId) -> Result<Vec<Identity>> {
    Ok(sqlx::query_as!(
        Identity,
        r#"select issuer, bound_at as "bound_at: Timestamp", used_at as "used_at: Timestamp"
        from account_identities where account_id = $1 order by bound_at, issuer"#,
        account.0,
    )
    .fetch_all(db)
    .await?)
}

/// Unbinds all persons from an account; gives the providers whose they were.
pub async fn unbind_identities(db: &mut Connection, account: AccountId) -> Result<Vec<String>> {
    let gone = sqlx::query_scalar!("delete from account_identities where account_id = $1 returning issuer", account.0);
    Ok(gone.fetch_all(db).await?)
}

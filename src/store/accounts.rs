//! Accounts of people: found by name, held with an argon2id hash and a sealed secret.

use super::{Connection, Result};
use crate::domain::account::Role;
use crate::domain::credentials::Username;
use crate::domain::ids::{AccountId, OfficeId};
use crate::domain::search::compare_form;
use crate::domain::time::Timestamp;

/// An account as it is stored.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name to sign in with.
    pub username: String,
    /// What pages call it: an office-holder's title rather than a person's name.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// Where: the office's subtree; none = the whole tree.
    pub office_id: Option<OfficeId>,
    /// That office's code.
    pub office: Option<String>,
    /// That office's name.
    pub office_name: Option<String>,
    /// The hash of its password; none until its link was used.
    pub password_hash: Option<String>,
    /// The sealed secret of its TOTP codes; none until they are set up.
    pub totp_sealed: Option<Vec<u8>>,
    /// The last period whose code was taken.
    pub totp_used: i64,
    /// `th` or `en`.
    pub language: String,
    /// Before this it does not work: a deputy's.
    pub valid_from: Option<Timestamp>,
    /// From this on it does not work.
    pub valid_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub signed_in_at: Option<Timestamp>,
    /// When it was ended.
    pub disabled_at: Option<Timestamp>,
}

impl Account {
    /// Whether it can be used at `now`.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none()
            && self.valid_from.is_none_or(|from| from <= now)
            && self.valid_until.is_none_or(|until| now < until)
    }
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to sign in with.
    pub username: Username,
    /// What pages call it.
    pub display_name: String,
    /// What it may do.
    pub role: Role,
    /// Where; none = the whole tree.
    pub office_id: Option<OfficeId>,
    /// Before this it does not work.
    pub valid_from: Option<Timestamp>,
    /// From this on it does not work.
    pub valid_until: Option<Timestamp>,
}

/// Makes an account without a password; none where the name is taken.
pub async fn insert_account(db: &mut Connection, account: &NewAccount, now: Timestamp) -> Result<Option<AccountId>> {
    let id = AccountId::new(now);
    let made = sqlx::query!(
        "insert into accounts (id, username, display_name, role, office_id, valid_from, valid_until, created_at, name_form)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (username) do nothing",
        id.0,
        account.username.as_str(),
        account.display_name,
        account.role as Role,
        account.office_id.map(|id| id.0),
        account.valid_from as Option<Timestamp>,
        account.valid_until as Option<Timestamp>,
        now as Timestamp,
        compare_form(&account.display_name),
    )
    .execute(db)
    .await?;
    Ok((made.rows_affected() == 1).then_some(id))
}

/// The accounts for which the rest of the query, literally, is true: the one place where their columns are named.
macro_rules! select_accounts {
    ($which:tt $(, $($arguments:tt)*)?) => {
        sqlx::query_as!(
            Account,
            r#"select a.id as "id: AccountId", username, display_name, role, office_id as "office_id: OfficeId",
            o.code as "office?", o.name as "office_name?", password_hash, totp_sealed, totp_used, language,
            valid_from, valid_until, a.created_at, signed_in_at, disabled_at
        from accounts a left join offices o on o.id = a.office_id"# + $which
            $(, $($arguments)*)?
        )
    };
}
pub(super) use select_accounts;

/// The account of this name, whatever state it is in.
pub async fn find_account(db: &mut Connection, username: &str) -> Result<Option<Account>> {
    Ok(select_accounts!(" where username = $1", username).fetch_optional(db).await?)
}

/// The account with this id, whatever state it is in.
pub async fn find_account_by_id(db: &mut Connection, id: AccountId) -> Result<Option<Account>> {
    Ok(select_accounts!(" where a.id = $1", id.0).fetch_optional(db).await?)
}

/// A page of accounts by name, after `after`.
pub async fn list_accounts(db: &mut Connection, after: &str, limit: i64) -> Result<Vec<Account>> {
    Ok(select_accounts!(" where username > $1 order by username limit $2", after, limit).fetch_all(db).await?)
}

/// Sets the password. What was typed before with the old one is another matter: see `login_sessions::delete_others`.
pub async fn update_password(db: &mut Connection, id: AccountId, hash: &str) -> Result<()> {
    sqlx::query!("update accounts set password_hash = $2 where id = $1", id.0, hash).execute(db).await?;
    Ok(())
}

/// Takes the password away: what it let in is let in no more.
pub async fn clear_password(db: &mut Connection, id: AccountId) -> Result<()> {
    sqlx::query!("update accounts set password_hash = null where id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Sets or takes away the sealed secret of the TOTP codes.
pub async fn update_codes(db: &mut Connection, id: AccountId, sealed: Option<&[u8]>) -> Result<()> {
    sqlx::query!("update accounts set totp_sealed = $2 where id = $1", id.0, sealed).execute(db).await?;
    Ok(())
}

/// Keeps the sealed secret of new TOTP codes together with the period whose code proved that they work.
pub async fn replace_codes(db: &mut Connection, id: AccountId, sealed: &[u8], period: i64) -> Result<()> {
    sqlx::query!("update accounts set totp_sealed = $2, totp_used = $3 where id = $1", id.0, sealed, period)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes the code of a period; false where it, or a later one, was taken already, also by another node a moment ago.
pub async fn take_code(db: &mut Connection, id: AccountId, period: i64) -> Result<bool> {
    let taken =
        sqlx::query!("update accounts set totp_used = $2 where id = $1 and totp_used < $2", id.0, period).execute(db);
    Ok(taken.await?.rows_affected() == 1)
}

/// Notes that somebody signed in.
pub async fn update_signed_in(db: &mut Connection, id: AccountId, now: Timestamp) -> Result<()> {
    sqlx::query!("update accounts set signed_in_at = $2 where id = $1", id.0, now as Timestamp).execute(db).await?;
    Ok(())
}

/// Sets the language in which pages are shown: `th` or `en`.
pub async fn update_language(db: &mut Connection, id: AccountId, language: &str) -> Result<()> {
    sqlx::query!("update accounts set language = $2 where id = $1", id.0, language).execute(db).await?;
    Ok(())
}

/// Ends an account, or lets it work again; false where there is none, or nothing changes.
pub async fn update_disabled(db: &mut Connection, id: AccountId, at: Option<Timestamp>) -> Result<bool> {
    let changed = sqlx::query!(
        "update accounts set disabled_at = $2 where id = $1 and (disabled_at is null) <> ($2::timestamptz is null)",
        id.0,
        at as Option<Timestamp>,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}

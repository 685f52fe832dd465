//! Failed attempts to sign in, of which the owner of the account is told.

use super::{Connection, Result};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// Counted up to here.
const MOST: i32 = 1_000_000;

/// What the owner of an account is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// How many attempts failed.
    pub failures: i32,
    /// When the first did.
    pub since: Timestamp,
}

/// Counts one more failed attempt; gives what the owner is told now.
pub async fn add_failure(db: &mut Connection, account: AccountId, now: Timestamp) -> Result<Failed> {
    Ok(sqlx::query_as!(
        Failed,
        r#"insert into failed_sign_ins (account_id, failures, since) values ($1, 1, $2)
        on conflict (account_id) do update set failures = least(failed_sign_ins.failures + 1, $3)
        returning failures, since"#,
        account.0,
        now as Timestamp,
        MOST,
    )
    .fetch_one(db)
    .await?)
}

/// What the owner of an account has not yet said to have seen.
pub async fn find_failures(db: &mut Connection, account: AccountId) -> Result<Option<Failed>> {
    let found =
        sqlx::query_as!(Failed, "select failures, since from failed_sign_ins where account_id = $1", account.0,);
    Ok(found.fetch_optional(db).await?)
}

/// The owner has seen it; gives what they were told.
pub async fn take_failures(db: &mut Connection, account: AccountId) -> Result<Option<Failed>> {
    let taken = sqlx::query_as!(
        Failed,
        "delete from failed_sign_ins where account_id = $1 returning failures, since",
        account.0,
    );
    Ok(taken.fetch_optional(db).await?)
}

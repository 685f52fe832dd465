//! Accounts as those who look after them find and change them: all of the tree, or those of one part of it.

use super::accounts::{Account, select_accounts};
use super::{Connection, Result};
use crate::domain::account::Role;
use crate::domain::ids::{AccountId, OfficeId};
use crate::domain::search::{compare_form, name_patterns};
use crate::domain::time::Timestamp;

/// What a list of accounts is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Each piece of it somewhere in the user name, the name, or the office's name or code, in any spelling.
    pub text: String,
    /// Of this role.
    pub role: Option<Role>,
    /// Ended, or not.
    pub disabled: Option<bool>,
    /// Whose owner has set a password, or not yet.
    pub has_password: Option<bool>,
    /// Of an office with a group at or below one of these.
    pub scope: Option<Vec<i32>>,
    /// After this user name.
    pub after: String,
}

/// A page of accounts by user name.
pub async fn search_accounts(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Account>> {
    Ok(select_accounts!(
        "
        where username > $1
            and concat_ws('|', username, a.name_form, o.search_form) like all ($2)
            and ($3::role is null or role = $3)
            and ($4::bool is null or (disabled_at is not null) = $4)
            and ($5::bool is null or (password_hash is not null) = $5)
            and ($6::int[] is null
                or exists (select from groups g where g.office_id = a.office_id and g.path && $6))
        order by username limit $7",
        filter.after,
        &name_patterns(&filter.text),
        filter.role as Option<Role>,
        filter.disabled,
        filter.has_password,
        filter.scope.as_deref(),
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What may be changed about an account.
#[derive(Clone, Debug)]
pub struct Change {
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

/// Changes an account; it holds from the next request on.
///
/// # Errors
/// When the database fails, or refuses it: an office where the role needs one, times in order.
pub async fn update_account(db: &mut Connection, id: AccountId, change: &Change) -> Result<()> {
    sqlx::query!(
        "update accounts set display_name = $2, name_form = $7, role = $3, office_id = $4, valid_from = $5, valid_until = $6
        where id = $1",
        id.0,
        change.display_name,
        change.role as Role,
        change.office_id.map(|id| id.0),
        change.valid_from as Option<Timestamp>,
        change.valid_until as Option<Timestamp>,
        compare_form(&change.display_name),
    )
    .execute(db)
    .await?;
    Ok(())
}

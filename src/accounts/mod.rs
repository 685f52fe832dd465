//! What administrators do with accounts of people and with API keys: one function for each act, with the caller's right as an
//! argument and one entry in the audit, whether a page, the command line or the demo calls.
//!
//! An administrator of an office looks after the accounts of its part of the tree only. Secrets (a link's token, a key) are in
//! the answer and nowhere else; what is kept are hashes.

pub mod keys;
pub mod line_binding;
pub mod people;

use crate::domain::account::Permission;
use crate::domain::ids::OfficeId;
use crate::domain::right::{Right, Scope};
use crate::store::offices::is_under;
use crate::store::{Connection, StoreError};

/// Why an act on an account or a key is refused; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum AccountRefusal {
    /// The caller's role may not do this.
    #[error("the role may not do this")]
    NotAllowed,
    /// It is not in the part of the tree that the caller looks after.
    #[error("there is no such account or key")]
    Absent,
    /// Nobody takes their own administration away by mistake.
    #[error("nobody ends their own account")]
    OwnAccount,
    /// Somebody has this user name.
    #[error("the user name \"{0}\" is taken")]
    UsernameTaken(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The result of an act on an account or a key.
pub type Result<T, E = AccountRefusal> = std::result::Result<T, E>;

fn must_may(right: &Right, act: Permission) -> Result<()> {
    if right.may(act) { Ok(()) } else { Err(AccountRefusal::NotAllowed) }
}

/// Whether what belongs to `office`, or to the whole tree, is the caller's to look after.
///
/// # Errors
/// [`AccountRefusal::Absent`].
async fn must_look_after(db: &mut Connection, right: &Right, office: Option<OfficeId>) -> Result<()> {
    let theirs = match (&right.scope, office) {
        (Scope::Whole, _) => true,
        (Scope::Under(scope), Some(office)) => is_under(db, office, scope).await?,
        (Scope::Under(_), None) => false,
    };
    if theirs { Ok(()) } else { Err(AccountRefusal::Absent) }
}

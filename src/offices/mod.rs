//! What the letters ask of offices: one function for each act, with the caller's right as an argument, which works in the caller's
//! transaction and writes one entry of the audit, whether a page, the API or the command line calls.
//!
//! Office work is done for the offices of one's own part of the tree; the audit and each record say who did it. Nothing here writes
//! into the cascade: what goes up or is noted at an office stays beside the one-way feed.

pub mod register;

use crate::domain::account::Permission;
use crate::domain::ids::{OfficeId, RegisterEntryId};
use crate::domain::register::{BadYear, RegisterYear};
use crate::domain::right::{Right, Scope};
use crate::store::offices::is_under;
use crate::store::register::endorsements::MOST;
use crate::store::{Connection, StoreError};

/// Why an act of office work is refused; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum OfficeRefusal {
    /// The caller's role does no office work.
    #[error("the role may not do this")]
    NotAllowed,
    /// There is no such office, or it is outside of the caller's part of the tree.
    #[error("there is no such office")]
    OfficeAbsent,
    /// There is no such entry, or it is outside of the caller's part of the tree.
    #[error("there is no such entry")]
    EntryAbsent,
    /// There is no such bulletin, it is not published, or it does not go to this office.
    #[error("there is no such bulletin for this office")]
    BulletinAbsent,
    /// The office has entered this bulletin.
    #[error("the office has received this bulletin already")]
    AlreadyReceived(RegisterEntryId),
    /// The year takes no entry any more.
    #[error("the year {0} of the register is closed")]
    YearClosed(RegisterYear),
    /// A year is closed when it has ended.
    #[error("the year {0} has not ended")]
    YearNotEnded(RegisterYear),
    /// What has not happened cannot be entered; the field that says when.
    #[error("must not lie in the future")]
    InFuture(&'static str),
    /// It lies in no year of which a register tells.
    #[error(transparent)]
    BadYear(#[from] BadYear),
    /// Whom it is assigned to is not said.
    #[error("must say to whom it is assigned")]
    AssigneeMissing,
    /// What was done is not said.
    #[error("must say what was done")]
    MethodMissing,
    /// The chain is as long as a chain may be.
    #[error("an entry has at most {MOST} endorsements")]
    ChainFull,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The result of an act of office work.
pub type Result<T, E = OfficeRefusal> = std::result::Result<T, E>;

/// Whether the caller does the work of `office`: every command asks this first.
///
/// # Errors
/// [`OfficeRefusal::NotAllowed`], [`OfficeRefusal::OfficeAbsent`].
pub async fn must_work_for(db: &mut Connection, right: &Right, office: OfficeId) -> Result<()> {
    if !right.may(Permission::OfficeWork) {
        return Err(OfficeRefusal::NotAllowed);
    }
    let theirs = match &right.scope {
        Scope::Whole => true,
        Scope::Under(scope) => is_under(db, office, scope).await?,
    };
    if theirs { Ok(()) } else { Err(OfficeRefusal::OfficeAbsent) }
}

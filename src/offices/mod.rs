//! What the letters ask of offices: one function for each act, with the caller's right as an argument, which works in the caller's
//! transaction and writes one entry of the audit, whether a page, the API or the command line calls.
//!
//! Office work is done for the offices of one's own part of the tree; the audit and each record say who did it. Nothing here writes
//! into the cascade: what goes up or is noted at an office stays beside the one-way feed.

pub mod coordinators;
pub mod requests;

use crate::domain::account::Permission;
use crate::domain::coordinator::FileFault;
use crate::domain::ids::OfficeId;
use crate::domain::right::{Right, Scope};
use crate::store::offices::is_under;
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
    /// There is no such coordinator, or their office is outside of the caller's part of the tree.
    #[error("there is no such coordinator")]
    CoordinatorAbsent,
    /// Somebody was appointed there at this moment or later.
    #[error("somebody was appointed at this office on that day or later")]
    NotLater,
    /// The appointment has ended by then, or has not begun.
    #[error("the appointment has ended by then, or begins only later")]
    CannotEnd,
    /// A file with what is wrong with it.
    #[error("the file is not accepted")]
    File(Vec<FileFault>),
    /// There is no such request, or its office is outside of the caller's part of the tree.
    #[error("there is no such request")]
    RequestAbsent,
    /// It was answered, or its bulletin was withdrawn.
    #[error("the request was answered already, or its bulletin was withdrawn")]
    NotOpen,
    /// How to reach somebody could not be sealed or opened.
    #[error("how to reach the coordinator cannot be sealed or opened with the keys of the key file")]
    Contacts,
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

//! Reporting on behalf: somebody above books what an office said that was reached in another way, such as by telephone.
//!
//! It changes nothing that LINE told: the delivery keeps its state, its taps and its turn, and nobody below is woken. The same
//! again, or less, is known already; more than before takes its place, and the audit keeps both.

use serde_json::json;

use super::forward::must_be_relaying;
use super::own_bulletin::must_may;
use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::ids::BulletinId;
use crate::domain::reported::ReportKind;
use crate::domain::right::Right;
use crate::domain::text::PlainReason;
use crate::domain::time::Timestamp;
use crate::store::locks::lock_bulletins_shared;
use crate::store::reports::{Report, book_report};
use crate::store::{Connection, audit, transitions};

/// What reporting came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportOutcome {
    /// Groups of which something new is booked.
    pub reported: u64,
    /// Groups of which as much or more was booked before.
    pub already: u64,
}

/// Books what the offices of these groups said, for which the caller was found to be above ([`super::duty::reported_for`]).
///
/// # Errors
/// [`Refusal::NotRelaying`] where the bulletin is not published, or withdrawn; [`Refusal::Absent`] where it does not go to one
/// of the groups. Nothing is changed then.
pub async fn report(
    db: &mut Connection,
    id: BulletinId,
    groups: &[i32],
    what: ReportKind,
    comment: Option<&PlainReason>,
    right: &Right,
    now: Timestamp,
) -> Result<ReportOutcome> {
    must_may(right, Permission::Forward)?;
    must_be_relaying(db, id).await?;
    let lock = lock_bulletins_shared(db, &[id]).await?;
    if transitions::lock_deliveries(db, id, groups).await?.len() < groups.len() {
        return Err(Refusal::Absent);
    }
    let comment = comment.map(PlainReason::as_str);
    let booked = book_report(db, &lock, id, groups, &Report { what, comment, by: &right.actor, at: now }).await?;
    if !booked.is_empty() {
        let detail = json!({ "groups": booked, "what": what, "comment": comment });
        audit::insert_entry(db, now, &right.actor, "report", &format!("bulletin:{id}"), &detail).await?;
    }
    Ok(ReportOutcome { reported: booked.len() as u64, already: (groups.len() - booked.len()) as u64 })
}

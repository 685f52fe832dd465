//! The years of a register, and whether bulletins enter it by themselves.

use serde_json::json;

use crate::domain::ids::OfficeId;
use crate::domain::register::{RegisterRule, RegisterYear};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::offices::{OfficeRefusal, Result, must_work_for};
use crate::store::register::{update_rule, years};
use crate::store::{Connection, audit};

/// Closes a year that has ended: it takes no entry any more. Gives its last number.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs, not ended, or closed already.
pub async fn close_year(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    year: RegisterYear,
    now: Timestamp,
) -> Result<i32> {
    must_work_for(db, right, office).await?;
    if !year.has_ended(now) {
        return Err(OfficeRefusal::YearNotEnded(year));
    }
    let closed = years::close_year(db, office, year, &right.actor, now).await?;
    let last = closed.ok_or(OfficeRefusal::YearClosed(year))?;
    let detail = json!({ "year": year, "last": last });
    audit::insert_entry(db, now, &right.actor, "register_close_year", &format!("office:{}", office.0), &detail).await?;
    Ok(last)
}

/// Chooses whether bulletins enter the register by themselves, from now on; false where it was chosen already.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs.
pub async fn choose_rule(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    rule: RegisterRule,
    now: Timestamp,
) -> Result<bool> {
    must_work_for(db, right, office).await?;
    if !update_rule(db, office, rule, now).await? {
        return Ok(false);
    }
    let subject = format!("office:{}", office.0);
    audit::insert_entry(db, now, &right.actor, "register_by_itself", &subject, &json!({ "when": rule })).await?;
    Ok(true)
}
